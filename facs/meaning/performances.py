"""Performances: a gesture as its rule asks for it, played to see who else is heard in it.

A rule says what is enough, not how it is done: ``26|27`` may be either of two, ``for 350-1000 ms``
short or long. Each such way is played once. Rules may be written differently and still be one
movement to a face (``left eye 43`` is shut whenever ``both eyes 43`` are); a player needs no list
of such cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Final

from facs.meaning.detector import GestureDetector
from facs.meaning.gestures import Gesture
from facs.meaning.moments import ANGLES, AXES, EYE_COLUMNS, Moment
from facs.meaning.rules import Condition, Swing
from facs.meaning.signals import Signal, Term
from facs.units import SIDED, SIDES, ActionUnit

__all__ = ["is_heard_first", "is_heard_when_clear"]

STEP: Final = 0.02
"""Seconds from frame to frame."""

CALM: Final = 0.02  # probability of what does not move
HEIGHTS: Final = (0.5, 1e-4)
"""Shares of the way from a threshold to the top that are played: clearly, and hardly enough."""

BEYOND: Final = 25.0  # degrees from a threshold to the top, for angles
SWUNG: Final = 1.3  # times the least angle
APART: Final = 0.3  # s from one to the next of several in a row, where there is room
AROUND: Final = 0.6  # s of rest before and after
BRIEF: Final = 0.1  # s of what is no rest: too short to be a gesture itself
OPPOSITE: Final = 90.0  # degrees; for a probability it is cut to 1

_UNITS: Final = tuple(str(int(unit)) for unit in ActionUnit)
_SIDED: Final = tuple(str(int(unit)) for unit in SIDED)
_SIDES: Final = tuple(f"{unit} {side}" for unit in _SIDED for side in SIDES)

Scores = dict[str, float]


@lru_cache(maxsize=4096)
def is_heard_first(sooner: Gesture, later: Gesture, ignored: tuple[str, ...] = ()) -> bool:
    """Whether in every way of making `later` the other one is heard no later.

    Parameters
    ----------
    sooner, later : Gesture
    ignored : tuple of str
        ``"left eye"`` or ``"right eye"``.

    Returns
    -------
    bool
        False where a rule asks for what no face does.

    Examples
    --------
    >>> left = Gesture.parse("left", "left eye 43 >= 0.3 for 400 ms")
    >>> both = Gesture.parse("both", "both eyes 43 >= 0.5 for 600 ms")
    >>> is_heard_first(left, both), is_heard_first(both, left)
    (True, False)
    """
    made = False
    for moments in _ways(later, ignored):  # there may be thousands, of which the first mostly tells
        mine = _decided(later, moments)
        if mine is None:
            continue  # no way to make it after all
        other = _decided(sooner, moments)
        if other is None or other > mine:
            return False
        made = True
    return made


def is_heard_when_clear(sooner: Gesture, later: Gesture, ignored: tuple[str, ...] = ()) -> bool:
    """Whether `later` is heard as the other one, if it is made clearly and as long as may be.

    Examples
    --------
    >>> from facs.meaning.gestures import STOCK
    >>> is_heard_when_clear(STOCK["long blink"], STOCK["blink twice"])
    True
    """
    moments = next(_ways(later, ignored), [])
    mine, other = _decided(later, moments), _decided(sooner, moments)
    return mine is not None and other is not None and other <= mine


def _decided(gesture: Gesture, moments: Sequence[Moment]) -> float | None:
    """When it is first heard; None where it is not, or where its units are not there."""
    detector = GestureDetector(gesture)
    return next((m.time for m in moments if detector.update(m) is not None), None)


def _ways(gesture: Gesture, ignored: tuple[str, ...]) -> Iterator[list[Moment]]:
    """Each way as moments, at rest before and after; the clearest and longest first."""
    if isinstance(gesture.what, Swing):
        yield _played(_swung(gesture.what, gesture.times), {}, AROUND, ignored)
        return
    before = _before(gesture.conditions)
    around = BRIEF if before else AROUND
    for values in _values(gesture.conditions):
        for times in _lengths(gesture):
            yield _played(_held(before, values, times), before, around, ignored)


def _before(conditions: Sequence[Condition]) -> Scores:
    """What is before and after it: rest, or a brief opposite where rest is the gesture itself."""
    still = Moment(0.0, _said({}))
    if not all(condition.holds(condition.signal.value(still), False) for condition in conditions):
        return {}
    terms = [term for condition in conditions for term in condition.signal.terms]
    return {
        name: value
        for term in terms
        for name, value in _sides(term.channel, "", -OPPOSITE if conditions[0].above else OPPOSITE)[
            0
        ].items()
    }


def _values(conditions: Sequence[Condition]) -> Iterator[Scores]:
    """Scores that meet all conditions, clearly and hardly, one way after the other."""
    for height in HEIGHTS:
        for parts in product(*(_meeting(condition, height) for condition in conditions)):
            yield {name: value for part in parts for name, value in part.items()}


def _meeting(condition: Condition, height: float) -> list[Scores]:
    """Ways to meet one condition; nothing has to move for what must be low and is."""
    signal, trigger = condition.signal, condition.trigger
    if not condition.above:
        if signal.value(Moment(0.0, _said({}))) <= trigger:
            return [{}]
        return _reaching(signal, trigger - BEYOND * height if signal.in_degrees else trigger / 2)
    top = trigger + BEYOND if signal.in_degrees else _top(signal)
    return _reaching(signal, trigger + height * (top - trigger))


def _top(signal: Signal) -> float:
    if signal.how != "sum" and len(signal.terms) > 1:
        return 1.0
    return sum(max(term.weight, 0.0) for term in signal.terms)


def _reaching(signal: Signal, value: float) -> list[Scores]:
    """Ways in which a signal comes to a value: all of its parts alike, or one of several."""
    if signal.how == "mean" and len(signal.terms) > 1:
        return _together([(term, value) for term in signal.terms])
    if signal.how == "max":
        return [way for term in signal.terms for way in _together([(term, value)])]
    up = [term for term in signal.terms if term.weight > 0] or list(signal.terms)
    calm = sum(CALM * t.weight for t in signal.terms if t not in up and t.channel not in ANGLES)
    ways = _shares([term.weight for term in up], value - calm)
    return [way for shares in ways for way in _together(list(zip(up, shares, strict=True)))]


def _shares(weights: Sequence[float], value: float) -> list[list[float]]:
    """Ways to share a weighted sum: all parts alike, or one of them as high as can be."""
    if not sum(weights):
        return []  # a sum that nothing moves
    ways = [[value / sum(weights)] * len(weights)]
    for lead, weight in enumerate(weights):
        others = sum(weights) - weight
        if not others:
            continue
        high = min(1.0, value / weight)
        low = (value - weight * high) / others
        ways.append([high if i == lead else low for i in range(len(weights))])
    return ways


def _together(parts: Sequence[tuple[Term, float]]) -> list[Scores]:
    """All of the parts at once, in each way that there is."""
    several = product(*(_sides(term.channel, term.side, value) for term, value in parts))
    return [{k: v for way in ways for k, v in way.items()} for ways in several]


def _sides(channel: str, side: str, value: float) -> list[Scores]:
    """Ways to bring one channel to a value; a unit without a side is made on both."""
    if channel == "turn":
        return [{"yaw": value}, {"yaw": -value}, {"pitch": value}, {"pitch": -value}]
    if channel in ANGLES:
        return [{channel: value}]
    value = min(max(value, 0.0), 1.0)
    if channel not in _SIDED:
        return [{channel: value}]
    if side == "either":
        return [{f"{channel} {one}": value} for one in SIDES]
    sides = [side] if side in SIDES else list(SIDES)
    return [{f"{channel} {one}": value for one in sides}]


def _lengths(gesture: Gesture) -> list[list[tuple[float, float]]]:
    """Beginnings and ends of the holds: as long as may be, and as short as is enough."""
    short = gesture.hold + 2 * STEP
    lengths = [short]
    if gesture.longest is not None:
        middle = (gesture.hold + gesture.longest) / 2
        lengths = [max(gesture.longest - 2 * STEP, middle), min(short, middle)]
    ways = []
    for length in lengths:
        room = (gesture.within - gesture.times * length) / gesture.times
        every = length + min(APART, max(room, 2 * STEP))
        ways.append([(k * every, k * every + length) for k in range(gesture.times)])
    return ways


def _held(before: Scores, held: Scores, times: Sequence[tuple[float, float]]) -> list[Scores]:
    count = round(times[-1][1] / STEP) + 1
    inside = [any(a <= k * STEP < b for a, b in times) for k in range(count)]
    return [held if there else before for there in inside]


def _swung(swing: Swing, times: int) -> list[Scores]:
    """There and back, once more than must be: the last turn counts only if it is wide enough."""
    leg = max(round((swing.shortest + swing.longest) / 2 / STEP), 2)
    there = [SWUNG * swing.degrees * k / leg for k in range(leg)]
    back = [SWUNG * swing.degrees - angle for angle in there]
    return [{swing.axis: a} for k in range(times + 1) for a in (back if k % 2 else there)]


def _played(
    frames: Sequence[Scores], before: Scores, seconds: float, ignored: tuple[str, ...]
) -> list[Moment]:
    around = [before] * round(seconds / STEP)
    shown = [*around, *frames, *around]
    said = {id(scores): scores for scores in shown}  # few are different ones
    said = {key: _said(scores, ignored) for key, scores in said.items()}
    return [Moment(k * STEP, said[id(scores)]) for k, scores in enumerate(shown)]


def _said(scores: Scores, ignored: tuple[str, ...] = ()) -> Scores:
    """What a model would say of it: a unit is its stronger side, an ignored eye is left out."""
    said = dict.fromkeys(AXES, 0.0) | dict.fromkeys(_UNITS, CALM) | dict.fromkeys(_SIDES, CALM)
    said |= scores
    for eye in ignored:
        for name in EYE_COLUMNS & set(said):
            if name.endswith(eye.split()[0]):
                del said[name]
    for unit in _SIDED:
        said[unit] = max(
            said[name] for name in (f"{unit} {side}" for side in SIDES) if name in said
        )
    return said
