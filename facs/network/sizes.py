"""A face a little smaller and a little larger: a stream that is asked about both."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from facs.network.scaling import EDGE

__all__ = ["AtTwoSizes", "at_one_size", "at_two_sizes"]


class AtTwoSizes(nn.Module):
    """A stream of pictures that takes the mean of what it says of a face at two sizes.

    Landmarks place a crop only so well; a mean over sizes depends less on it. It costs twice the
    arithmetic of the stream. The edge is repeated where the smaller face leaves room: most of that
    lies outside the ellipse that the stream sees.

    Parameters
    ----------
    stream : torch.nn.Module
        From crops (B, S, S) to scores (B, columns).

    Examples
    --------
    >>> import torch
    >>> mean = lambda crops: crops.mean((1, 2))[:, None]
    >>> AtTwoSizes(mean)(torch.full((3, 112, 112), 7, dtype=torch.uint8)).flatten()
    tensor([7., 7., 7.])
    """

    def __init__(self, stream: nn.Module) -> None:
        super().__init__()
        self.stream = stream

    def forward(self, crops: Tensor) -> Tensor:
        """Map crops (B, S, S) uint8 to scores (B, columns)."""
        scores: Tensor = self.stream(at_two_sizes(crops))
        n = crops.shape[0]
        return (scores[:n] + scores[n:]) / 2


def at_two_sizes(crops: Tensor) -> Tensor:
    """Crops (B, S, S) uint8 as (2 B, S, S) float32: all of them smaller, then all larger."""
    x = crops.to(torch.float32).unsqueeze(1)
    edge = round(EDGE * x.shape[-1])
    more = functional.pad(x, (edge,) * 4, mode="replicate")
    fewer = x[:, :, edge:-edge, edge:-edge]
    return torch.cat([_sized(part, x.shape[-1]) for part in (more, fewer)]).squeeze(1)


def at_one_size(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of maps (2, C, S, S) of the smaller and the larger face, on the face: (C, S, S).

    What only the larger face leaves out is taken from the smaller one.
    """
    smaller, larger = torch.from_numpy(np.ascontiguousarray(maps))[:, None]
    size = maps.shape[-1]
    edge = round(EDGE * size)
    one = _sized(smaller, size + 2 * edge)[..., edge:-edge, edge:-edge]
    other = one.clone()
    other[..., edge:-edge, edge:-edge] = _sized(larger, size - 2 * edge)
    return np.asarray(((one + other) / 2)[0].numpy(), np.float32)


def _sized(x: Tensor, size: int) -> Tensor:
    return functional.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)
