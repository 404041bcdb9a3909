"""A jaw that drops and a mouth that is stretched: one movement, of which FACS scores one unit."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from facs.network.mirror import Mirrored
from facs.network.sizes import AtTwoSizes
from facs.network.two_stream import SpatialStream, TemporalStream

__all__ = ["OneJaw", "as_shipped"]

NO_CEILING = 1e4

SHARED = 2.0
"""Of 0, 2, 4 and 8 the one with which AU26 was told best on validation people."""


class OneJaw(nn.Module):
    """A stream whose score of AU26 falls where AU27 is likely.

    Streams learn AU26 as a jaw that has dropped at least so far, which is one movement with one
    direction. Coders score AU27 instead of AU26 once the mouth is stretched
    (Ekman, Friesen and Hager, 2002), so the score of AU26 is never above `SHARED` less that of
    AU27. Up to there both may be likely: a mouth between the two would otherwise be neither.

    Parameters
    ----------
    stream : torch.nn.Module
        From pictures or flows to scores (B, columns).
    columns : sequence of str
        Names of the scores; without both units nothing changes.

    Examples
    --------
    >>> import torch
    >>> OneJaw(torch.nn.Identity(), ("AU25", "AU26", "AU27"))(torch.tensor([[1.0, 4.0, 3.0]]))
    tensor([[ 1., -1.,  3.]])
    """

    free: Tensor

    def __init__(self, stream: nn.Module, columns: Sequence[str]) -> None:
        super().__init__()
        self.stream = stream
        both = {"AU26", "AU27"} <= set(columns)
        self.stretched = list(columns).index("AU27") if both else None
        free = torch.tensor([SHARED if name == "AU26" else NO_CEILING for name in columns])
        self.register_buffer("free", free, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures or flow stacks to scores (B, columns)."""
        scores: Tensor = self.stream(x)
        if self.stretched is None:
            return scores
        return torch.minimum(scores, self.free - scores[:, self.stretched, None])


def as_shipped(stream: SpatialStream | TemporalStream, columns: Sequence[str]) -> OneJaw:
    """A trained stream as the files hold it: means over mirror image and sizes, one jaw."""
    both: nn.Module = Mirrored(stream, columns)
    if isinstance(stream, SpatialStream):
        both = AtTwoSizes(both)
    return OneJaw(both, columns)
