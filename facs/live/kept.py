"""How high a gesture was kept: the highest threshold by which it would still have been decided.

That is what a later calibration wants to know of an activation, and what its peak does not say: a
short spike above a long, low plateau has the peak of the one and is decided by the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np

from facs.live.levels import read_level
from facs.meaning.detector import GestureDetector, GestureEvent
from facs.meaning.gestures import Gesture
from facs.meaning.moments import Moment

__all__ = ["Follower", "Trace", "kept_level"]

MEMORY: Final = 15.0  # s; a gesture that is held longer is judged by its last seconds


class Trace:
    """The last seconds of a gesture's level."""

    def __init__(self, gesture: Gesture) -> None:
        self.gesture = gesture
        self._points: deque[tuple[float, float]] = deque()

    def add(self, moment: Moment) -> None:
        """Remember one frame."""
        self._points.append((moment.time, read_level(self.gesture, moment)))
        while moment.time - self._points[0][0] > MEMORY:
            self._points.popleft()

    def kept(self, onset: float, offset: float) -> float:
        """`kept_level` of an activation, with its neighbours where there are some."""
        inside = [point for point in self._points if onset <= point[0] <= offset]
        before = [point[0] for point in self._points if point[0] < onset]
        after = [point[0] for point in self._points if point[0] > offset]
        return kept_level(
            self.gesture, inside, before[-1] if before else None, after[0] if after else None
        )


class Follower:
    """Follows the gesture of the last word to its end.

    Parameters
    ----------
    detectors : sequence of GestureDetector
        Those that words come from.
    """

    def __init__(self, detectors: Sequence[GestureDetector]) -> None:
        self._detectors = detectors
        self._traces = [Trace(detector.gesture) for detector in detectors]
        self._at: int | None = None
        self._event: GestureEvent | None = None

    def begin(self, event: GestureEvent) -> None:
        """A word was just decided."""
        names = [detector.gesture.name for detector in self._detectors]
        self._at, self._event = names.index(event.label), event

    def update(self, moment: Moment) -> tuple[GestureEvent, float] | None:
        """Take one frame; what there is to say of a gesture that has ended with it."""
        for trace in self._traces:
            trace.add(moment)
        if self._at is None or self._event is None:
            return None
        latest = self._detectors[self._at].latest
        if latest is not None and latest.onset == self._event.onset:
            self._event = latest
        return self.end() if moment.time > self._event.offset else None

    def end(self) -> tuple[GestureEvent, float] | None:
        """The gesture that is followed, as it is now, and how high it was kept."""
        if self._at is None or self._event is None:
            return None
        event, trace = self._event, self._traces[self._at]
        self._at = self._event = None
        return event, trace.kept(event.onset, event.offset)


def kept_level(
    gesture: Gesture,
    points: list[tuple[float, float]],
    before: float | None = None,
    after: float | None = None,
) -> float:
    """The highest level that was kept for as long as the gesture has to be held.

    Parameters
    ----------
    gesture : Gesture
    points : list of (time, level)
        From onset to offset.
    before, after : float, seconds, optional
        Times of the frames around it: a hold counts from half-way to half-way.

    Returns
    -------
    float
        For a gesture that lies below its threshold (``roll <= -17``) the lowest. NaN where it
        cannot be said: for swings, and for gestures that are made several times or must end.

    Examples
    --------
    >>> smile = Gesture.parse("smile", "12 >= 0.5 for 300 ms")
    >>> kept_level(smile, [(0.0, 0.6), (0.1, 0.9), (0.2, 0.8), (0.3, 0.9), (0.4, 0.6)])
    0.8
    """
    if gesture.swings or gesture.longest is not None or not points:
        return float("nan")
    times, levels = np.array(points).T
    signed = levels if gesture.conditions[0].above else -levels
    first = times[0] if before is None else before
    last = times[-1] if after is None else after
    edges = np.concatenate([[first], times, [last]])
    edges = (edges[:-1] + edges[1:]) / 2  # frame i lasts from edge i to edge i + 1
    best = -np.inf
    for i, start in enumerate(edges[:-1]):
        j = int(np.searchsorted(edges[1:], start + gesture.hold - 1e-6))
        if j < len(times):
            best = max(best, float(signed[i : j + 1].min()))
    if not np.isfinite(best):
        return float("nan")
    return best if gesture.conditions[0].above else -best
