"""Networks of the seed documents for faces of 48 x 48 pixels, and ours.

All map pictures (B, 1, 48, 48), grey levels in [0, 1], to scores (B, columns).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = [
    "Committee",
    "Residual",
    "enlarged",
    "four_layers",
    "parameters",
    "reference_cnn",
    "ronnet",
    "tuned_cnn",
    "two_layers",
]


def parameters(network: nn.Module) -> int:
    """How many numbers are learned."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


class Centred(nn.Module):
    """Grey levels to zero mean and unit spread, by the figures of FER2013's Training."""

    MEAN, SPREAD = 0.508, 0.255

    def forward(self, x: Tensor) -> Tensor:
        """Map levels in [0, 1] to about [-2, 2]."""
        return (x - self.MEAN) / self.SPREAD


def _convolution(i: int, o: int, size: int, *after: nn.Module) -> list[nn.Module]:
    """One convolution in Keras's order: bias, normalisation, ReLU, then what follows."""
    return [
        nn.Conv2d(i, o, size, padding=size // 2), nn.BatchNorm2d(o), nn.ReLU(inplace=True), *after
    ]  # fmt: skip


def _dense(i: int, o: int, dropout: float, *, norm: bool) -> list[nn.Module]:
    layers: list[nn.Module] = [nn.Linear(i, o)]
    if norm:
        layers.append(nn.BatchNorm1d(o))
    return [*layers, nn.ReLU(inplace=True), nn.Dropout(dropout)]


def _pooled(dropout: float) -> tuple[nn.Module, nn.Module]:
    return nn.MaxPool2d(2), nn.Dropout(dropout)


def two_layers(columns: int) -> nn.Sequential:
    """Li, Shen and Miao (2018), section 3.1; dropout rates are not given there."""
    return nn.Sequential(
        Centred(),
        *_convolution(1, 32, 3, nn.Dropout(0.25)),
        *_convolution(32, 64, 3, *_pooled(0.25)),
        nn.Flatten(),  # (B, 64 * 24 * 24)
        *_dense(64 * 24 * 24, 512, 0.5, norm=False),
        nn.Linear(512, columns),
    )


def four_layers(columns: int) -> nn.Sequential:
    """Li, Shen and Miao (2018), section 3.2.

    The dense layers are those of their source: Alizadeh and Fazel, "Convolutional neural
    networks for facial expression recognition" (2017), 256 and 512, with dropout 0.25.
    """
    widths, sizes = (1, 64, 128, 512, 512), (3, 5, 3, 3)
    layers: list[nn.Module] = [Centred()]
    for (i, o), size in zip(pairwise(widths), sizes, strict=True):
        layers += _convolution(i, o, size, *_pooled(0.25))
    return nn.Sequential(
        *layers,
        nn.Flatten(),  # (B, 512 * 3 * 3)
        *_dense(512 * 3 * 3, 256, 0.25, norm=True),
        *_dense(256, 512, 0.25, norm=True),
        nn.Linear(512, columns),
    )


def ronnet(columns: int) -> nn.Sequential:
    """Three convolutions and two dense layers (Goghberg, Elimelech and Hait, 2019).

    After Breuer and Kimmel, "A deep learning perspective on the origin of facial expressions"
    (2017). The document gives no widths; these are chosen here, with normalisation.
    """
    return nn.Sequential(
        Centred(),
        *_convolution(1, 64, 5, nn.MaxPool2d(2)),
        *_convolution(64, 128, 5, nn.MaxPool2d(2)),
        *_convolution(128, 256, 3, nn.MaxPool2d(2)),
        nn.Flatten(),  # (B, 256 * 6 * 6)
        nn.Dropout(0.5),
        *_dense(256 * 6 * 6, 512, 0.5, norm=False),
        nn.Linear(512, columns),
    )


def tuned_cnn(columns: int) -> nn.Sequential:
    """The small CNN of Kumar: 245,927 parameters with seven columns.

    His slides give that number and no layers; these have exactly as many.
    """
    widths = (1, 16, 32, 64, 192)
    layers: list[nn.Module] = [Centred()]
    for i, o in pairwise(widths):
        layers += _convolution(i, o, 3, *_pooled(0.1))
    return nn.Sequential(
        *layers,
        nn.Flatten(),  # (B, 192 * 3 * 3)
        *_dense(192 * 3 * 3, 64, 0.3, norm=True),
        nn.Linear(64, columns),
    )


def reference_cnn(columns: int) -> nn.Sequential:
    """The reference CNN of Kumar: 5,175,111 parameters with seven columns.

    His slides give that number and no layers; these have exactly as many.
    """
    widths, sizes = (1, 32, 64, 128, 256), (3, 5, 3, 3)
    layers: list[nn.Module] = [Centred()]
    for depth, ((i, o), size) in enumerate(zip(pairwise(widths), sizes, strict=True)):
        layers += _convolution(i, o, size, *(_pooled(0.25) if depth else ()))
    return nn.Sequential(
        *layers,
        nn.Flatten(),  # (B, 256 * 6 * 6)
        *_dense(256 * 6 * 6, 512, 0.5, norm=True),
        *_dense(512, 64, 0.25, norm=True),
        nn.Linear(64, columns),
    )


class Block(nn.Module):
    """Two convolutions, a gate for every channel, and a way around them.

    He et al., "Deep residual learning for image recognition" (2016); Hu et al., "Squeeze-and-
    excitation networks" (2018).
    """

    def __init__(self, i: int, o: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(i, o, 3, stride, 1, bias=False),
            nn.BatchNorm2d(o),
            nn.ReLU(inplace=True),
            nn.Conv2d(o, o, 3, 1, 1, bias=False),
            nn.BatchNorm2d(o),
        )
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(o, o // 8, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(o // 8, o, 1),
            nn.Sigmoid(),
        )
        self.around: nn.Module = nn.Identity()
        if (i, stride) != (o, 1):
            self.around = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))
        nn.init.zeros_(self.body[-1].weight)  # every block begins as the way around it

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, i, S, S) to (B, o, S / stride, S / stride)."""
        y = self.body(x)
        return F.relu(y * self.gate(y) + self.around(x))


class Residual(nn.Module):
    """Ours: residual blocks at 48, 24 and 12 pixels, then their mean.

    Each picture has its own mean and spread taken out. When not training, a picture is scored
    together with its mirror image.
    """

    def __init__(
        self, columns: int, widths: tuple[int, ...], blocks: tuple[int, ...], dropout: float
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(inplace=True),
        )
        stages = []
        before = widths[0]
        for depth, (width, count) in enumerate(zip(widths, blocks, strict=True)):
            for k in range(count):
                stages.append(Block(before, width, 2 if depth and k == 0 else 1))
                before = width
        self.stages = nn.Sequential(*stages)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(before, columns))

    def _scores(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self.stages(self.stem(x)).mean((2, 3)))
        return scores

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, 1, S, S) to scores (B, columns)."""
        spread, mean = torch.std_mean(x, (1, 2, 3), keepdim=True)
        x = (x - mean) / (spread + 0.03)
        if self.training:
            return self._scores(x)
        return (self._scores(x) + self._scores(x.flip(3))) / 2


class Committee(nn.Module):
    """Networks that answer together: the mean of their probabilities (Hansen and Salamon, 1990).

    Each is asked about every picture at some sizes, as a crop at other places and sizes is when it
    is scored (Krizhevsky et al., 2012).
    """

    def __init__(
        self, members: Sequence[nn.Module], columns: int, sizes: Sequence[float] = (1.0,)
    ) -> None:
        """Take networks, of which the first `columns` scores are asked, and sizes as factors."""
        super().__init__()
        self.members, self.columns, self.sizes = nn.ModuleList(members), columns, tuple(sizes)

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, 1, S, S) to probabilities (B, columns)."""
        answers = [
            member(enlarged(x, size))[:, : self.columns].softmax(1)
            for size in self.sizes
            for member in self.members
        ]
        return torch.stack(answers).mean(0)


def enlarged(pictures: Tensor, factor: float) -> Tensor:
    """Pictures (B, 1, S, S) larger about their centre, as large as before; the edge goes on."""
    if factor == 1:
        return pictures
    scale = torch.tensor([[1 / factor, 0, 0], [0, 1 / factor, 0]], dtype=pictures.dtype)
    places = scale.to(pictures.device).expand(len(pictures), 2, 3)
    grid = F.affine_grid(places, list(pictures.shape), align_corners=False)
    return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
