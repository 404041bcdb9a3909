"""A face a little smaller and a little larger: a stream that is asked about both."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["EDGE", "AtTwoSizes", "at_two_sizes"]

EDGE: Final = 4
"""Pixels at each edge of a crop of 112: with so many more it is seen at 0.93 of its size, with so
many fewer at 1.08. Chosen on validation people and PublicTest among pairs from 0.9 to 1.1, which
differ little (docs/decisions/0022-two-sizes.md)."""


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
    """Crops (B, S, S) uint8 as (2 B, S, S) float32: all of them smaller, then all of them larger."""
    x = crops.to(torch.float32).unsqueeze(1)
    size = crops.shape[1:]
    more = functional.pad(x, (EDGE,) * 4, mode="replicate")
    fewer = x[:, :, EDGE:-EDGE, EDGE:-EDGE]
    seen = [
        functional.interpolate(part, size=size, mode="bilinear", align_corners=False)
        for part in (more, fewer)
    ]
    return torch.cat(seen).squeeze(1)
