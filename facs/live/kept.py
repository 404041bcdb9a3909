"""How high a gesture was kept: the highest threshold by which it would still have been decided.

That is what a later calibration wants to know of an activation, and what its peak does not say: a
short spike above a long, low plateau has the peak of the one and is decided by the other.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from facs.meaning.detector import GestureDetector, GestureEvent
from facs.meaning.gestures import Gesture
from facs.meaning.moments import Moment

__all__ = ["Follower", "kept_level"]

MEMORY: Final = 15.0
"""Seconds that are kept; of a gesture that is held longer the end is judged."""

BEFORE: Final = 0.3
"""Seconds before the onset that are looked at as well: swings begin with where the head was."""


def kept_level(gesture: Gesture, moments: Iterable[Moment], event: GestureEvent) -> float:
    """The highest threshold, in thousandths, by which an activation would still be decided.

    Parameters
    ----------
    gesture : Gesture
    moments : iterable of Moment
        The frames of the activation, those just before it, and the first one after it.
    event : GestureEvent

    Returns
    -------
    float
        For a gesture that lies below its threshold (``roll <= -17``) the lowest. NaN where the
        moments do not show the activation.

    Examples
    --------
    >>> smile = Gesture.parse("smile", "12 >= 0.5 until 0.5 for 300 ms")
    >>> levels = [0.1, 0.6, 0.9, 0.8, 0.9, 0.6, 0.1]
    >>> frames = [Moment(i / 10, {"12": level}) for i, level in enumerate(levels)]
    >>> kept_level(smile, frames, GestureEvent("smile", 0.1, 0.2, 0.5, 0.9, decided=0.4))
    0.8
    """
    first = event.onset - BEFORE
    frames = [moment for moment in moments if moment.time >= first]
    if frames and frames[0].time > event.onset:  # its beginning is gone, and the rest before it
        gesture = replace(gesture, rest=False)
    low, high = round(1000 * gesture.trigger), math.trunc(1000 * event.peak * (1 + 1e-9))
    step = 1 if high >= low else -1
    if not _decides(gesture, low / 1000, frames):
        return float("nan")
    fires, misses = low, high + step
    while abs(misses - fires) > 1:
        middle = (fires + misses) // 2
        if _decides(gesture, middle / 1000, frames):
            fires = middle
        else:
            misses = middle
    return fires / 1000


def _decides(gesture: Gesture, trigger: float, frames: Sequence[Moment]) -> bool:
    detector = GestureDetector(gesture.with_trigger(trigger))
    return any(detector.update(moment) is not None for moment in frames)


class Follower:
    """Follows the gesture of the last word to its end.

    Parameters
    ----------
    detectors : sequence of GestureDetector
        Those that words come from.
    """

    def __init__(self, detectors: Sequence[GestureDetector]) -> None:
        self._detectors = detectors
        self._moments: deque[Moment] = deque()
        self._at: int | None = None
        self._event: GestureEvent | None = None

    def begin(self, event: GestureEvent) -> None:
        """A word was just decided."""
        names = [detector.gesture.name for detector in self._detectors]
        self._at, self._event = names.index(event.label), event

    def update(self, moment: Moment) -> tuple[GestureEvent, float] | None:
        """Take one frame; what there is to say of a gesture that has ended with it."""
        self._moments.append(moment)
        while moment.time - self._moments[0].time > MEMORY:
            self._moments.popleft()
        if self._at is None or self._event is None:
            return None
        latest = self._detectors[self._at].latest
        if latest is not None and latest.onset == self._event.onset:
            self._event = latest
        since, gaps = moment.time - self._event.offset, self._detectors[self._at].gesture.gaps
        return self.end() if since > 0 and since >= gaps else None

    def end(self) -> tuple[GestureEvent, float] | None:
        """The gesture that is followed, as it is now, and how high it was kept."""
        if self._at is None or self._event is None:
            return None
        event, gesture = self._event, self._detectors[self._at].gesture
        self._at = self._event = None
        return event, kept_level(gesture, self._moments, event)
