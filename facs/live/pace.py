"""Whether decided frames follow each other closely enough for a gesture to be heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from facs.meaning.detector import MAX_GAP, SPARSE

__all__ = ["Pace"]

LATEST: Final = 8
"""Gaps that are looked at, however long they are."""

ENOUGH: Final = 3
"""Gaps from which there is a rule."""

MANY: Final = 30
"""Gaps that are looked at, and that there must be, for a note: three seconds or more."""


class Pace:
    """Gaps between the frames that were decided lately.

    A longer one than `facs.meaning.detector.MAX_GAP` ends whatever is being made, so that nothing
    is heard where most are longer, although frames are decided.

    Examples
    --------
    >>> pace = Pace()
    >>> for k in range(9):
    ...     pace.note(0.36 * k)
    >>> pace.thin, pace.sparse
    (True, False)
    """

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MANY + 1)

    def note(self, time: float) -> None:
        """A frame of this time was decided."""
        self._times.append(time)

    @property
    def thin(self) -> bool:
        """Whether most of the gaps end a gesture."""
        gaps = self._gaps[-LATEST:]
        return len(gaps) >= ENOUGH and _most(gap > MAX_GAP for gap in gaps)

    @property
    def sparse(self) -> bool:
        """Whether there are fewer than about ten frames a second: a natural blink may seem long."""
        gaps = self._gaps
        return len(gaps) >= MANY and _most(gap > SPARSE for gap in gaps)

    @property
    def _gaps(self) -> list[float]:
        return [b - a for a, b in pairwise(self._times)]


def _most(answers: Iterable[bool]) -> bool:
    found = list(answers)
    return sum(found) > len(found) / 2
