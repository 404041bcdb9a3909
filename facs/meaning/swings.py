"""Nod and shake: the head swings back and forth, told from drift, turns and each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from facs.meaning.moments import AXES
from facs.meaning.rules import Swing

__all__ = ["Swings", "Turn"]

DOMINANCE: Final = 0.75
"""The other angles may change by no more than this share of the swinging one."""

NEAR: Final = 0.25
"""Share of the least swing within which the head still counts as being at a turning point."""

STILL: Final = 0.4
"""Seconds without half a swing, after which the head counts as at rest again."""


@dataclass(frozen=True)
class Turn:
    """Enough swings in a row: when the first began, and the widest one."""

    start: float
    apex: float
    widest: float


@dataclass
class _Leg:
    """One swing, from the turning point before it."""

    direction: int
    begun: float  # when the head was last near the turning point before
    origin: float  # the angle there
    far: float  # the farthest angle
    reached: float  # when that was
    near: float  # when the head was last near it
    quick: float | None = None  # when it had gone the least swing within the longest time

    @property
    def size(self) -> float:
        return abs(self.far - self.origin)


class Swings:
    """Counts swings between turning points, frame by frame.

    A turning point is one from which the angle has come back by the least swing. The swing
    takes from when the head left the one before until it reached it.

    Parameters
    ----------
    swing : Swing
    times : int
        Swings in a row; the last one counts as soon as it is wide enough.

    Examples
    --------
    >>> nods = Swings(Swing("pitch", 8.0), 3)
    >>> angles = [0, 0, -6, -12, -6, 0, -6, -12]
    >>> [nods.update(i / 10, {"pitch": a, "yaw": 0, "roll": 0}) is not None
    ...  for i, a in enumerate(angles)]
    [False, False, False, False, False, False, False, True]
    """

    def __init__(self, swing: Swing, times: int) -> None:
        self.swing = swing
        self.times = times
        self._past: deque[tuple[float, tuple[float, ...]]] = deque()
        self._axis = AXES.index(swing.axis)
        self._spent = False
        self.reset()

    def reset(self) -> None:
        """Forget the swings so far."""
        self._past.clear()
        self._leg: _Leg | None = None
        self._done: list[_Leg] = []

    def spend(self) -> None:
        """Count no more until the head was still."""
        self._spent = True

    def update(self, time: float, scores: Mapping[str, float]) -> Turn | None:
        """Take the angles of one frame; return a turn once there are enough swings."""
        angles = tuple(scores[axis] for axis in AXES)
        self._remember(time, angles)
        if self._spent:
            if self._moving(time):
                return None
            self._spent = False
            self.reset()
            self._remember(time, angles)
        self._follow(time, angles[self._axis])
        legs = self._counting()
        if len(legs) < self.times or not self._dominant(legs[0].begun):
            return None
        widest = max(legs, key=lambda leg: leg.size)
        return Turn(legs[0].begun, widest.reached, widest.size)

    def _remember(self, time: float, angles: tuple[float, ...]) -> None:
        self._past.append((time, angles))
        oldest = time - 2 * (self.times + 1) * self.swing.longest
        while self._past[0][0] < oldest:
            self._past.popleft()

    def _recent(self, seconds: float) -> list[tuple[float, float]]:
        """Times and angles of the last seconds, the newest first."""
        since = self._past[-1][0] - seconds - 1e-6
        found = []
        for time, angles in reversed(self._past):
            if time < since:
                break
            found.append((time, angles[self._axis]))
        return found

    def _moving(self, time: float) -> bool:
        angles = [angle for _, angle in self._recent(STILL)]
        short = time - self._past[0][0] < STILL - 1e-6
        return short or max(angles) - min(angles) >= self.swing.degrees / 2

    def _follow(self, time: float, angle: float) -> None:
        if self._leg is None:
            self._set_off(time, angle)
            return
        leg, least = self._leg, self.swing.degrees
        back = (leg.far - angle) * leg.direction
        if back >= least:
            self._done = [*self._done, leg] if self._counts(leg) and self._left_soon(leg) else []
            self._done = self._done[-self.times :]
            self._leg = _Leg(-leg.direction, leg.near, leg.far, angle, time, time)
            self._hasten(time, angle)
        elif back < 0:
            leg.far, leg.reached, leg.near = angle, time, time
            self._hasten(time, angle)
        elif back <= NEAR * least:
            leg.near = time

    def _set_off(self, time: float, angle: float) -> None:
        """Begin with a swing whose whole way lies within the longest time."""
        for begun, origin in self._recent(self.swing.longest):
            if abs(angle - origin) >= self.swing.degrees:
                direction = 1 if angle > origin else -1
                self._leg = _Leg(direction, begun, origin, angle, time, time, quick=time)
                return

    def _hasten(self, time: float, angle: float) -> None:
        """Note when the leg has gone the least swing quickly enough."""
        leg = self._leg
        if leg is None or leg.quick is not None:
            return
        gone = ((angle - a) * leg.direction for _, a in self._recent(self.swing.longest))
        if max(gone) >= self.swing.degrees:
            leg.quick = time

    def _counts(self, leg: _Leg) -> bool:
        return leg.quick is not None and leg.reached - leg.begun >= self.swing.shortest - 1e-6

    def _left_soon(self, leg: _Leg) -> bool:
        """Whether the head did not stay at the turning point: that would be a turn."""
        return leg.quick is not None and leg.near - leg.quick <= self.swing.longest

    def _counting(self) -> list[_Leg]:
        """Swings in a row, with the one that goes on if it counts by now."""
        if self._leg is None or not self._counts(self._leg):
            return []
        return [*self._done, self._leg][-self.times :]

    def _dominant(self, start: float) -> bool:
        past = [angles for time, angles in self._past if time >= start - 1e-6]
        spans = [max(values) - min(values) for values in zip(*past, strict=True)]
        own = spans.pop(self._axis)
        return all(span <= DOMINANCE * own for span in spans)
