"""Whether decided frames follow each other closely enough for a gesture to be heard."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Final

from facs.meaning.detector import MAX_GAP

__all__ = ["Pace"]

LATEST: Final = 8
"""Gaps that are looked at, however long they are."""

ENOUGH: Final = 3
"""Gaps from which there is a rule."""


class Pace:
    """Gaps between the frames that were decided lately.

    A longer one than `facs.meaning.detector.MAX_GAP` ends whatever is being made, so that nothing
    is heard where most are longer, although frames are decided.

    Examples
    --------
    >>> pace = Pace()
    >>> for k in range(9):
    ...     pace.note(0.36 * k)
    >>> pace.thin
    True
    """

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=LATEST + 1)

    def note(self, time: float) -> None:
        """A frame of this time was decided."""
        self._times.append(time)

    @property
    def thin(self) -> bool:
        """Whether most of the gaps end a gesture."""
        long = [b - a > MAX_GAP for a, b in pairwise(self._times)]
        return len(long) >= ENOUGH and sum(long) > len(long) / 2
