"""Own gestures: whatever a child does in her examples, as a rule over the units that change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.meaning.gestures import AHEAD, SHORTEST_BLINK, Gesture
from facs.meaning.moments import channels, scores_of
from facs.meaning.rules import Condition, default_release
from facs.meaning.signals import Signal, Term
from facs.person import Person
from facs.units import SIDES

__all__ = ["own_gesture", "shut_eyes_reach"]

MOST_TERMS: Final = 5  # more cannot be read
LEAST_CHANGE: Final = 0.15
"""Change of a probability that at least one unit must show."""

FLOOR: Final = 0.05
"""Spread that is assumed at least, so that a unit without noise does not take all the weight."""

HOLDS: Final = (0.25, 0.6)  # s, shortest and longest that is asked for

HIGH: Final = 0.6
"""Share of an example's greatest distance from rest from which it is at its height."""

ONE_SIDED: Final = 0.4
"""Share of the stronger side's change by which the sides must differ, to be told apart."""

GAZE: Final = ("61", "62", "63", "64")
"""Eyes that turn. Under shut lids the model guesses them, and with open ones they go everywhere all
day: in a rule of the lids they would be half of a gesture that is a glance."""

ALMOST: Final = 0.9
"""Share of a threshold that counts as reaching it: the other units are never quite at rest."""

MATTERS: Final = 0.2
"""Share of the weightiest unit's part below which another one is left out."""


def own_gesture(
    name: str, examples: Sequence[Person], rest: Sequence[Person], others: Sequence[Person] = ()
) -> Gesture:
    """Make a rule from examples: a weighted sum of the units in which they differ from rest.

    The weights are Fisher's (1936): the change from the rest to the mean of the examples,
    over the covariance of the rest and of what else she does, so that a unit which also moves
    in talk or in another gesture counts little or against it. The rest gives 0 and the
    examples give 1, but for rounding. If she looks ahead at the height of every example, the rule
    asks for that, too: a head that turns aside changes a face for the camera.

    Parameters
    ----------
    name : str
    examples : sequence of Person
        Each a short piece with the gesture in it once, relative to her rest.
    rest : sequence of Person
        What she does otherwise, relative to her rest.
    others : sequence of Person
        Pieces with her other gestures.

    Returns
    -------
    Gesture
        Its threshold is half-way; `facs.meaning.thresholds.separate` moves it.

    Raises
    ------
    InputError
        If nothing changes enough, or nobody was seen.
    """
    names, quiet = _table(rest)
    if len(quiet) < 2:
        raise InputError("wanted some rest to compare with, got none in which she was seen")
    middle, spread = np.median(quiet, axis=0), quiet.std(axis=0) + FLOOR
    apexes = [_apex(example, middle, spread) for example in examples]
    heights = np.array([height for height, _ in apexes])
    change = heights.mean(axis=0) - middle
    if np.abs(change).max() < LEAST_CHANGE:
        raise InputError(
            f"the examples differ from rest in no unit by {LEAST_CHANGE:g} or more: nothing "
            "to hold on to"
        )
    away = [_apex(other, middle, spread)[0] - middle for other in others]
    scatter = _scatter(quiet, heights, away)
    signal, offset = _signal(names, _usable(names, change), change, scatter, middle)
    hold = float(np.clip(0.5 * np.median([length for _, length in apexes]), *HOLDS))
    trigger = round(offset + 0.5, 3)
    condition = Condition(signal, trigger, default_release(trigger))
    if shut_eyes_reach(condition):
        hold = max(hold, SHORTEST_BLINK)
    ahead = Condition.parse(AHEAD)
    turned = max(_turned(example, middle, spread) for example in examples)
    conditions = (condition, ahead) if turned <= ahead.trigger else (condition,)
    return Gesture(name, conditions, hold=round(hold, 2))


def _turned(example: Person, middle: NDArray[np.float64], spread: NDArray[np.float64]) -> float:
    """How far the head is turned, up or aside, at most while an example is at its height."""
    seen = example.pose[example.clear, :2]
    return float(np.abs(seen[_high(example, middle, spread)]).max(initial=0.0))


def shut_eyes_reach(condition: Condition) -> bool:
    """Whether eyes that are shut meet it, whatever else the face does.

    Examples
    --------
    >>> scrunch = Condition.parse("0.6*43 + 0.7*4 >= 0.8")
    >>> shut_eyes_reach(scrunch), shut_eyes_reach(Condition.parse("0.69*43 + 0.7*12 >= 0.56"))
    (False, True)
    """
    lids = [term.weight for term in condition.signal.terms if term.channel == "43"]
    return condition.above and sum(max(w, 0.0) for w in lids) >= ALMOST * condition.trigger


def _table(people: Sequence[Person]) -> tuple[list[str], NDArray[np.float64]]:
    """Names of the columns, and the seen frames (n, columns): units, then sides."""
    names: list[str] = []
    rows = []
    for person in people:
        names = channels(person)
        rows.append(scores_of(person)[person.clear])
    return names, np.concatenate(rows).astype(np.float64) if rows else np.zeros((0, 0))


def _apex(
    example: Person, middle: NDArray[np.float64], spread: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Mean scores while an example is at its height, and for how many seconds it is."""
    _, rows = _table([example])
    high = _high(example, middle, spread)
    seconds = float(np.median(np.diff(example.times))) if len(example) > 1 else 0.0
    return rows[high].mean(axis=0), seconds * int(high.sum())


def _high(
    example: Person, middle: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which of its seen frames are at its height, far from rest."""
    _, rows = _table([example])
    if not len(rows):
        raise InputError("wanted examples in which she is seen, got one in which she is not")
    distance = np.sqrt((((rows - middle) / spread) ** 2).sum(axis=1))
    return np.asarray(distance >= HIGH * distance.max())


def _scatter(
    quiet: NDArray[np.float64], heights: NDArray[np.float64], away: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """How the columns vary together: at rest, among the examples, and in other gestures."""
    inner = heights - heights.mean(axis=0)
    scatter = np.cov(quiet.T) + inner.T @ inner / len(heights)
    for other in away:
        scatter += np.outer(other, other) / len(away)
    return np.asarray(scatter + FLOOR**2 * np.eye(len(scatter)))


def _usable(names: list[str], change: NDArray[np.float64]) -> NDArray[np.intp]:
    """Columns to choose from: the unit, or its sides where the examples are one-sided."""
    at = {name: i for i, name in enumerate(names)}
    kept = []
    for i, name in enumerate(names):
        unit, _, side = name.partition(" ")
        pair = [change[at[f"{unit} {s}"]] for s in SIDES if f"{unit} {s}" in at]
        largest = float(np.abs(pair).max(initial=0.0))
        one_sided = largest >= LEAST_CHANGE and abs(pair[0] - pair[1]) > ONE_SIDED * largest
        if bool(side) == one_sided:
            kept.append(i)
    return np.array(kept)


def _signal(
    names: list[str],
    usable: NDArray[np.intp],
    change: NDArray[np.float64],
    scatter: NDArray[np.float64],
    middle: NDArray[np.float64],
) -> tuple[Signal, float]:
    """The weighted sum of the units that matter most, and what it gives at rest."""
    kept, weights = _strongest(usable, change, scatter)
    if any(names[i].endswith("43") and w > 0 for i, w in zip(kept, weights, strict=True)):
        without = [i for i in usable if names[i] not in GAZE]
        kept, weights = _strongest(np.array(without), change, scatter)
    terms = []
    for i, weight in zip(kept, weights.tolist(), strict=True):
        unit, _, side = names[i].partition(" ")
        if weight:
            terms.append(Term(unit, side, weight))
    if not terms:
        raise InputError("the examples differ from rest in nothing that one rule can say")
    how = "mean" if [term.weight for term in terms] == [1.0] else "sum"
    return Signal(tuple(terms), how), float(weights @ middle[kept])


def _strongest(
    usable: NDArray[np.intp], change: NDArray[np.float64], scatter: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The columns whose part in a rule matters, and their weights."""
    matter = np.abs(_weights(usable, change, scatter)) * np.sqrt(np.diag(scatter)[usable])
    strongest = np.argsort(-matter, kind="stable")[:MOST_TERMS]
    kept = np.sort(usable[strongest[matter[strongest] >= MATTERS * matter.max()]])
    return kept, np.round(_weights(kept, change, scatter), 2)


def _weights(
    kept: NDArray[np.intp], change: NDArray[np.float64], scatter: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fisher's direction over some columns, scaled so that the examples give 1."""
    direction = np.linalg.solve(scatter[np.ix_(kept, kept)], change[kept])
    return np.asarray(direction / float(direction @ change[kept]))
