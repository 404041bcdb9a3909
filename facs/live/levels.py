"""Level: how near a gesture is to its threshold, for a bar with a line."""

from __future__ import annotations

from dataclasses import dataclass

from facs.meaning.gestures import Gesture
from facs.meaning.moments import Moment
from facs.meaning.rules import Condition, Swing

__all__ = ["Level", "level_of", "read_level"]


@dataclass(frozen=True)
class Level:
    """A gesture's first signal in the latest frame.

    Parameters
    ----------
    gesture, word : str
    value : float or None
        Share of the bar, in [0, 1]; None where she was not seen.
    threshold : float, in [0, 1]
        Where the line is.
    signal : str
        What is shown, such as ``both eyes 43``.
    reading : str
        The value and the threshold in their own unit.
    met : bool
        Whether it is at its threshold or beyond, which may be below it (``43 <= 0.1``).
    """

    gesture: str
    word: str
    value: float | None
    threshold: float
    signal: str
    reading: str
    met: bool


def read_level(gesture: Gesture, moment: Moment) -> float:
    """Read a gesture's first signal, or the angle that swings; NaN where it was not seen."""
    if isinstance(gesture.what, Swing):
        return moment.scores.get(gesture.what.axis, float("nan"))
    return gesture.conditions[0].signal.value(moment)


def level_of(gesture: Gesture, word: str, moment: Moment) -> Level:
    """Where a gesture is in a frame.

    Examples
    --------
    >>> tilt = Gesture.parse("tilt left", "roll <= -18 for 500 ms")
    >>> level_of(tilt, "more", Moment(0.0, {"roll": -9.0}))
    ... # doctest: +NORMALIZE_WHITESPACE
    Level(gesture='tilt left', word='more', value=0.25, threshold=0.5, signal='roll',
          reading='-9 of -18 degrees', met=False)
    """
    value = read_level(gesture, moment)
    what, seen = gesture.what, value == value
    if isinstance(what, Swing):
        signal, degrees, turned = f"{what.axis}, back and forth", True, value < 0
        met = abs(value) >= what.degrees
    else:
        signal, degrees, turned = str(what[0].signal), what[0].signal.in_degrees, _falls(what[0])
        met = what[0].holds(value, already=False)
    line = abs(gesture.trigger)
    full = (2 * line or 1.0) if degrees or line > 1 else 1.0  # from an angle of 0 there is no scale
    digits, unit = (0, " degrees") if degrees else (2, "")
    share = (-value if turned else value) / full
    return Level(
        gesture.name,
        word,
        min(max(share, 0.0), 1.0) if seen else None,
        min(max(line / full, 0.0), 1.0),
        signal,
        f"{value:.{digits}f} of {gesture.trigger:.{digits}f}{unit}" if seen else "",
        met,
    )


def _falls(condition: Condition) -> bool:
    """Whether the bar is of values below 0, as of a head that tilts to the left."""
    if condition.trigger:
        return condition.trigger < 0
    return condition.signal.in_degrees and not condition.above
