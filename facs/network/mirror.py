"""A face and its mirror image: which score becomes which, and a stream that sees both alike."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from facs.errors import InputError

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
        if name.endswith("_left"):
            return name.removesuffix("_left") + "_right"
        if name.endswith("_right"):
            return name.removesuffix("_right") + "_left"
        return swap.get(name, name)

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
    begin at the left edge. It costs twice the arithmetic.

    Parameters
    ----------
    stream : torch.nn.Module
        From crops (B, S, S), or flow stacks (B, 2 * slots, S, S), to scores (B, columns).
    columns : sequence of str
        Names of the scores.
    """

    swap: Tensor

    def __init__(self, stream: nn.Module, columns: Sequence[str]) -> None:
        super().__init__()
        self.stream = stream
        self.register_buffer("swap", torch.tensor(columns_in_mirror(columns)), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map crops or flow stacks to scores (B, columns)."""
        if x.ndim not in (3, 4):
            raise InputError(f"wanted crops (B, S, S) or flows (B, C, S, S), got {tuple(x.shape)}")
        turned = x.flip(-1) if x.ndim == 3 else mirrored_flows(x)
        scores: Tensor = self.stream(torch.cat([x, turned]))  # (2 B, columns)
        n = x.shape[0]
        return (scores[:n] + scores[n:][:, self.swap]) / 2
