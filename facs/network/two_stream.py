"""The two streams, smallest part first: AlexNet on the face, AlexNet on the optical flow.

After Simonyan and Zisserman, "Two-stream convolutional networks for action
recognition in videos" (2014), with the trunk of Krizhevsky, Sutskever and
Hinton, "ImageNet classification with deep convolutional neural networks" (2012),
as used for facial expressions by Bocklisch, Herold, Rzepka and Werkmeister
(2015). On a 112 px crop the maps are 26, 12, 12, 5, 5, 2: those of their table 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from facs.crops.mask import ellipse
from facs.errors import InputError
from facs.network.carried import own_motion
from facs.network.local import LocallyConnected
from facs.network.scaling import CONTRAST_FLOOR, FLOW_GAIN, FLOW_LIMIT

__all__ = ["MOTIONS", "SpatialStream", "StreamConfig", "TemporalStream", "Trunk"]

MOTIONS = ("vector", "own", "magnitude")
"""What the temporal stream can see of a flow."""


@dataclass(frozen=True)
class StreamConfig:
    """The choices in a stream.

    Parameters
    ----------
    columns : int
        Outputs.
    hidden : int
        Width of the first dense layer: 4096 as published, 1024 as shipped.
    groups : int
        2 splits conv 2, 4 and 5 as in the 2012 network, 1 does not.
    norm : str
        ``"batch"`` as shipped, ``"lrn"`` (local response normalisation) as published.
    dropout : float
        0.9 as published, with pretrained trunks; 0.5 as shipped.
    crop_size : int, pixels
    slots : int
        Flows in the temporal stream's window.
    local : int
        How many of the last three convolutions do not share their weights between
        places (`facs.network.local`); 0 as shipped and as published.
    motion : str
        What the temporal stream sees of each flow: ``"vector"``, two channels; ``"own"``, the same
        without what carries the face as a whole (`facs.network.carried`); ``"magnitude"``, one
        channel, the other reading of "a frame with ten channels".
    """

    columns: int
    hidden: int = 1024
    groups: int = 2
    norm: str = "batch"
    dropout: float = 0.5
    crop_size: int = 112
    slots: int = 10
    local: int = 0
    motion: str = "vector"

    def __post_init__(self) -> None:
        """Refuse what the layers cannot be built from."""
        if self.norm not in ("batch", "lrn"):
            raise InputError(f"wanted norm 'batch' or 'lrn', got {self.norm!r}")
        if self.motion not in MOTIONS:
            raise InputError(f"wanted motion 'vector', 'own' or 'magnitude', got {self.motion!r}")
        if self.local not in range(4):
            raise InputError(f"wanted 0 to 3 locally connected layers, got local={self.local}")
        if not 0 <= self.dropout < 1:
            raise InputError(f"wanted dropout in [0, 1), got {self.dropout}")
        for name in ("columns", "hidden", "slots"):
            if getattr(self, name) < 1:
                raise InputError(f"wanted {name} >= 1, got {getattr(self, name)}")
        if self.groups not in (1, 2):
            raise InputError(f"wanted 1 or 2 groups, got {self.groups}")
        if self.crop_size < 67:
            raise InputError(f"wanted crop_size >= 67 for AlexNet's pools, got {self.crop_size}")

    @classmethod
    def published(cls, columns: int, **changes: Any) -> StreamConfig:
        """As in table 1 of Bocklisch et al. (2015): LRN, 4096 - 512 - columns, dropout 0.9.

        The maps of that table are those of a 112 px crop, the input it names is 227 px:
        ``crop_size=227`` builds the latter.

        Examples
        --------
        >>> StreamConfig.published(37, crop_size=227).hidden
        4096
        """
        return cls(columns, **{"hidden": 4096, "norm": "lrn", "dropout": 0.9, **changes})

    @property
    def side(self) -> int:
        """Side of the last three convolutions' maps: 5 at 112 px, 13 at 227 px."""
        conv1 = (self.crop_size - 11) // 4 + 1
        pool1 = (conv1 - 3) // 2 + 1
        return (pool1 - 3) // 2 + 1

    @property
    def motion_channels(self) -> int:
        """Channels of the temporal stream's first convolution."""
        return self.slots * (1 if self.motion == "magnitude" else 2)


def convolution(
    config: StreamConfig, i: int, o: int, size: int, *, local: bool = False, **options: Any
) -> nn.Sequential:
    """One convolution, its normalisation and ReLU, in the order each recipe was published in."""
    bias = config.norm == "lrn"
    conv: nn.Module
    if local:
        groups = options.get("groups", 1)
        conv = LocallyConnected(i, o, size, side=config.side, groups=groups, bias=bias)
    else:
        conv = nn.Conv2d(i, o, size, bias=bias, **options)
    if config.norm == "batch":
        return nn.Sequential(conv, nn.BatchNorm2d(o), nn.ReLU(inplace=True))
    layers: list[nn.Module] = [conv, nn.ReLU(inplace=True)]
    if size > 3:  # Krizhevsky et al. normalise after the first two layers only
        layers.append(nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0))
    return nn.Sequential(*layers)


class Trunk(nn.Module):
    """AlexNet's five convolutions and three pools."""

    def __init__(self, config: StreamConfig, channels: int) -> None:
        super().__init__()
        g, local = config.groups, config.local
        self.conv1 = convolution(config, channels, 96, 11, stride=4)
        self.conv2 = convolution(config, 96, 256, 5, padding=2, groups=g)
        self.conv3 = convolution(config, 256, 384, 3, padding=1, local=local > 2)
        self.conv4 = convolution(config, 384, 384, 3, padding=1, groups=g, local=local > 1)
        self.conv5 = convolution(config, 384, 256, 3, padding=1, groups=g, local=local > 0)
        self.pool = nn.MaxPool2d(3, 2)
        with torch.no_grad():
            probe = torch.zeros(1, channels, config.crop_size, config.crop_size)
            self.features = self.eval()(probe).shape[1]
        self.train()

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, channels, S, S) to features (B, features)."""
        return self.after_first(self.conv1(x))

    def after_first(self, x: Tensor) -> Tensor:
        """Map what the first layer makes (B, 96, 26, 26 at S = 112) to features (B, features)."""
        x = self.pool(x)  # (B, 96, 12, 12)
        x = self.pool(self.conv2(x))  # (B, 256, 5, 5)
        x = self.conv5(self.conv4(self.conv3(x)))  # (B, 256, 5, 5)
        return torch.flatten(self.pool(x), 1)  # (B, 1024)


class Head(nn.Module):
    """Two dense layers with dropout, then one score per column."""

    def __init__(self, config: StreamConfig, features: int) -> None:
        super().__init__()
        self.dense = nn.Sequential(
            nn.Dropout(config.dropout),
            nn.Linear(features, config.hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, 512),
            nn.ReLU(inplace=True),
        )
        self.scores = nn.Linear(512, config.columns)

    def forward(self, features: Tensor) -> Tensor:
        """Map features (B, features) to scores (B, columns): logits of presence."""
        scores: Tensor = self.scores(self.dense(features))
        return scores


class SpatialStream(nn.Module):
    """AlexNet on one aligned grey face."""

    mask: Tensor

    def __init__(self, config: StreamConfig) -> None:
        super().__init__()
        self.config = config
        self.trunk = Trunk(config, 1)
        self.head = Head(config, self.trunk.features)
        mask = torch.from_numpy(ellipse(config.crop_size))
        self.register_buffer("mask", mask, persistent=False)

    def prepare(self, crop: Tensor) -> Tensor:
        """Take the mean and the spread inside the ellipse out of crops (B, S, S) uint8."""
        x = crop.to(torch.float32)
        area = self.mask.sum()
        mean = (x * self.mask).sum((1, 2), keepdim=True) / area
        centred = (x - mean) * self.mask
        spread = ((centred * centred).sum((1, 2), keepdim=True) / area).sqrt()
        return (centred / (spread + CONTRAST_FLOOR)).unsqueeze(1)  # (B, 1, S, S)

    def forward(self, crop: Tensor) -> Tensor:
        """Map crops (B, S, S) uint8 to scores (B, columns)."""
        scores: Tensor = self.head(self.trunk(self.prepare(crop)))
        return scores


class TemporalStream(nn.Module):
    """AlexNet on the stack of flows around a frame."""

    mask: Tensor

    def __init__(self, config: StreamConfig) -> None:
        super().__init__()
        self.config = config
        self.trunk = Trunk(config, config.motion_channels)
        self.head = Head(config, self.trunk.features)
        mask = torch.from_numpy(ellipse(config.crop_size))
        self.register_buffer("mask", mask, persistent=False)

    def prepare(self, flow: Tensor) -> Tensor:
        """Map flow stacks, crop widths per second, to what the trunk sees (B, channels, S, S)."""
        if self.config.motion == "magnitude":
            flow = torch.hypot(flow[:, 0::2], flow[:, 1::2])  # (B, slots, S, S)
        if self.config.motion == "own":
            flow = own_motion(flow)
        limit = FLOW_LIMIT / FLOW_GAIN
        return torch.clamp(flow, -limit, limit) * (self.mask * FLOW_GAIN)

    def forward(self, flow: Tensor) -> Tensor:
        """Map flow stacks (B, 2 * slots, S, S), crop widths per second, to scores (B, columns)."""
        scores: Tensor = self.head(self.trunk(self.prepare(flow)))
        return scores
