"""Counts: what became of every frame, and how old the decided ones were."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from threading import Lock
from typing import Final

import numpy as np

__all__ = ["OLDEST", "Counts", "Tally"]

OLDEST: Final = 0.2
"""Seconds. A frame that is older than this is not decided any more: the word would come late."""


@dataclass(frozen=True)
class Tally:
    """Frames so far.

    Parameters
    ----------
    shown : int
        Frames that the camera gave.
    decided : int
        Those whose gestures were decided.
    dropped : int
        Those that were replaced by a newer one before anybody looked at them.
    late : int
        Those that were looked at and would have been older than allowed when decided: dropped too.
    age, median, p95, worst : float or None
        Age of decided frames when they were decided, in ms: of the latest, and of all.
    """

    shown: int = 0
    decided: int = 0
    dropped: int = 0
    late: int = 0
    age: float | None = None
    median: float | None = None
    p95: float | None = None
    worst: float | None = None

    def __str__(self) -> str:
        lost = f"{self.dropped} dropped, {self.late} too late"
        if self.median is None:
            return f"{self.shown} frames: {self.decided} decided, {lost}"
        return (
            f"{self.shown} frames: {self.decided} decided, {lost}; age when decided: "
            f"median {self.median:.0f} ms, 95 % {self.p95:.0f} ms, at most {self.worst:.0f} ms"
        )

    def plain(self) -> dict[str, float | None]:
        """Values that JSON can hold."""
        return asdict(self)


class Counts:
    """Counts frames, from several threads; memory does not grow.

    Examples
    --------
    >>> counts = Counts()
    >>> for age in (0.010, 0.020, 0.030):
    ...     counts.show(dropped=False)
    ...     counts.decide(age)
    >>> print(counts.tally())
    3 frames: 3 decided, 0 dropped, 0 too late; age when decided: median 20 ms, 95 % 30 ms, at \
most 30 ms
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._shown = self._dropped = self._late = 0
        self._last: float | None = None
        self._worst = 0.0
        self._ages = np.zeros(1001, np.int64)  # of each ms, all beyond a second in the last

    def show(self, dropped: bool) -> None:
        """A frame arrived, for which an older one may have been dropped."""
        with self._lock:
            self._shown += 1
            self._dropped += dropped

    def decide(self, age: float) -> None:
        """A frame was decided, `age` seconds after it was shown."""
        with self._lock:
            self._last = age
            self._worst = max(self._worst, age)
            self._ages[min(round(max(age, 0.0) * 1000), 1000)] += 1

    def miss(self) -> None:
        """A frame was too old to be decided."""
        with self._lock:
            self._late += 1

    def tally(self) -> Tally:
        """Return the counts so far."""
        with self._lock:
            decided = int(self._ages.sum())
            if not decided or self._last is None:
                return Tally(self._shown, 0, self._dropped, self._late)
            below = np.cumsum(self._ages)
            median, p95 = (float(np.searchsorted(below, q * decided)) for q in (0.5, 0.95))
            return Tally(
                self._shown,
                decided,
                self._dropped,
                self._late,
                1000 * self._last,
                median,
                p95,
                1000 * self._worst,
            )
