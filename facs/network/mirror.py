"""A face and its mirror image: which score becomes which, and a stream that sees both alike."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from facs.errors import InputError
from facs.network.folding import fold_norms
from facs.network.two_stream import SpatialStream, TemporalStream
from facs.units import column, other_side, split_column

__all__ = ["Mirrored", "columns_in_mirror", "mirrored_flows"]


def columns_in_mirror(columns: Sequence[str]) -> list[int]:
    """Which column each becomes in the mirror: left for right, AU61 for AU62.

    Examples
    --------
    >>> columns_in_mirror(("AU9", "AU12_left", "AU12_right", "AU61", "AU62"))
    [0, 2, 1, 4, 3]
    """
    swap = {"AU61": "AU62", "AU62": "AU61"}

    def twin(name: str) -> str:
        unit, side = split_column(name)
        return column(unit, other_side(side)) if side else swap.get(name, name)

    place = {name: i for i, name in enumerate(columns)}
    return [place.get(twin(name), place[name]) for name in columns]


def mirrored_flows(flows: Tensor) -> Tensor:
    """Flow stacks (B, 2 * slots, S, S) of the mirrored face: rightwards becomes leftwards."""
    sign = torch.ones(flows.shape[1], 1, 1, dtype=flows.dtype, device=flows.device)
    sign[0::2] = -1
    return flows.flip(-1) * sign


class Mirrored(nn.Module):
    """A stream that looks at each face and at its mirror image, and takes the mean of both.

    What it says of a mirrored face is, to rounding, what it says of the face with the sides
    swapped; a stream by itself learns that only in part, because AlexNet's strides
    begin at the left edge. It costs nearly twice the arithmetic. The picture itself is never
    turned: the first layer has its kernels and their mirror images, and what the latter see is
    turned, which is less by far.

    Parameters
    ----------
    stream : SpatialStream or TemporalStream
        It is copied; its normalisations are folded.
    columns : sequence of str
        Names of the scores.
    """

    swap: Tensor
    sign: Tensor

    def __init__(self, stream: SpatialStream | TemporalStream, columns: Sequence[str]) -> None:
        super().__init__()
        self.stream = fold_norms(copy.deepcopy(stream))
        first = self._first()
        self.beyond = (stream.config.crop_size - first.kernel_size[1]) % first.stride[1]
        self.register_buffer("swap", torch.tensor(columns_in_mirror(columns)), persistent=False)
        self.register_buffer("sign", _signs(stream, first.in_channels), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map crops (B, S, S) or flow stacks (B, 2 * slots, S, S) to scores (B, columns)."""
        if x.ndim not in (3, 4):
            raise InputError(f"wanted crops (B, S, S) or flows (B, C, S, S), got {tuple(x.shape)}")
        features = self.stream.trunk.after_first(self.first_both_ways(self.stream.prepare(x)))
        scores: Tensor = self.stream.head(features)  # (2 B, columns)
        n = x.shape[0]
        return (scores[:n] + scores[n:][:, self.swap]) / 2

    def first_both_ways(self, x: Tensor) -> Tensor:
        """The first layer's maps (2 B, kernels, m, m) of pictures, then of their mirror images.

        The kernels that look the other way begin at the right edge, where the strides of the
        others may end a few columns short: both are widened by those columns, with zeros.
        """
        first = self._first()
        ahead = functional.pad(first.weight, (0, self.beyond))
        back = functional.pad((first.weight * self.sign).flip(-1), (self.beyond, 0))
        assert first.bias is not None  # of its own, or of the normalisation
        bias = torch.cat([first.bias, first.bias])
        stride = (first.stride[0], first.stride[1])
        maps = functional.relu(functional.conv2d(x, torch.cat([ahead, back]), bias, stride))
        n = first.out_channels
        both = torch.cat([maps[:, :n], maps[:, n:].flip(-1)])
        for layer in list(self.stream.trunk.conv1)[1:]:
            if not isinstance(layer, (nn.Identity, nn.ReLU)):
                both = layer(both)
        return both

    def _first(self) -> nn.Conv2d:
        first = self.stream.trunk.conv1[0]
        assert isinstance(first, nn.Conv2d)
        return first


def _signs(stream: SpatialStream | TemporalStream, channels: int) -> Tensor:
    """What each channel (1, channels, 1, 1) is multiplied by in the mirror."""
    sign = torch.ones(1, channels, 1, 1)
    if isinstance(stream, TemporalStream) and stream.config.motion != "magnitude":
        sign[:, 0::2] = -1
    return sign
