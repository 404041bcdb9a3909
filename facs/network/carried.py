"""What carries a face as a whole, and what its muscles move.

A head is never quite still and landmarks tremble, so in most flows the whole face shifts, turns and
grows a little. That is a similarity: four numbers for each flow, found by least squares, in which
the middle of the face counts most. What remains of a flow without it is the face's own motion.
"""

from __future__ import annotations

import torch
from torch import Tensor

from facs.crops.mask import CENTRE, RADII

__all__ = ["own_motion"]


def own_motion(flow: Tensor) -> Tensor:
    """Flow stacks without the similarity that fits each flow best.

    Parameters
    ----------
    flow : Tensor, shape (B, 2 * slots, S, S)
        Right and down in turn, any unit.

    Returns
    -------
    Tensor, shape (B, 2 * slots, S, S)

    Examples
    --------
    A face that only moves to the right has no motion of its own:

    >>> flow = torch.zeros(1, 2, 112, 112)
    >>> flow[:, 0] = 0.3
    >>> bool(own_motion(flow).abs().max() < 1e-6)
    True
    """
    x, across = _axis(flow, 0)
    y, down = _axis(flow, 1)
    # Weights are products of a column's and a row's, so sums over pixels are two small products.
    sums = torch.stack([down, down * y]) @ flow @ torch.stack([across, across * x], 1)
    u, v = sums[:, 0::2], sums[:, 1::2]  # (B, slots, 2, 2)
    spread = (across * x * x).sum() + (down * y * y).sum()
    grown = (u[..., 0, 1] + v[..., 1, 0]) / spread
    turned = (v[..., 0, 1] - u[..., 1, 0]) / spread
    none = torch.zeros_like(grown)
    right = torch.stack([u[..., 0, 0], grown, -turned, none], -1)
    below = torch.stack([v[..., 0, 0], turned, grown, none], -1)
    fit = torch.stack([right, below], 2).reshape(*sums.shape)
    ones = torch.ones_like(x)
    carried: Tensor = torch.stack([ones, y], 1) @ (fit @ torch.stack([ones, x]))
    return flow - carried


def _axis(flow: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Places (S,) of columns or rows, in crop widths from their mean, and what each counts."""
    size = flow.shape[-1]
    at = (torch.arange(size, dtype=flow.dtype, device=flow.device) + 0.5) / size
    weight = (1 - ((at - CENTRE[axis]) / RADII[axis]) ** 2).clamp_min(0)
    weight = weight / weight.sum()
    return at - (at * weight).sum(), weight
