"""Own gestures: whatever a child does in her examples, as a rule over the units that change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.meaning.gestures import Gesture
from facs.meaning.rules import Condition, default_release
from facs.meaning.signals import Signal, Term
from facs.person import Person

__all__ = ["own_gesture"]

MOST_TERMS: Final = 4  # more cannot be read
LEAST_CHANGE: Final = 0.15
"""Change of a probability below which a unit is not part of a gesture."""

FLOOR: Final = 0.05
"""Spread that is assumed at least, so that a unit without noise does not take all the weight."""

HOLDS: Final = (0.2, 0.6)  # s, shortest and longest that is asked for


def own_gesture(name: str, examples: Sequence[Person], rest: Sequence[Person]) -> Gesture:
    """Make a rule from examples: a weighted sum of the units in which they differ from rest.

    The weights point from the rest to the mean of the examples, each unit by its change over
    its variance (Fisher, 1936, with a diagonal covariance), and are scaled so that the rest
    gives 0 and the examples give 1.

    Parameters
    ----------
    name : str
    examples : sequence of Person
        Each a short piece with the gesture in it once, relative to her rest.
    rest : sequence of Person
        What she does otherwise, relative to her rest.

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
    heights, lengths = [], []
    for example in examples:
        height, length = _apex(example, middle, spread)
        heights.append(height)
        lengths.append(length)
    change = np.mean(heights, axis=0) - middle
    varied = spread**2 + (np.std(heights, axis=0) + FLOOR) ** 2
    signal, offset = _signal(names, change, varied, middle)
    hold = round(float(np.clip(0.5 * min(lengths), *HOLDS)), 2)
    trigger = round(offset + 0.5, 3)
    return Gesture(name, (Condition(signal, trigger, default_release(trigger)),), hold=hold)


def _table(people: Sequence[Person]) -> tuple[list[str], NDArray[np.float64]]:
    """Names of the columns, and the seen frames (n, columns): sides where there are, or units."""
    names: list[str] = []
    rows = []
    for person in people:
        whole = [i for i, unit in enumerate(person.units) if unit not in person.sided]
        names = [str(int(person.units[i])) for i in whole]
        names += [f"{side} {int(u)}" for side in ("left", "right") for u in person.sided]
        table = np.concatenate([person.probability[:, whole], person.left, person.right], axis=1)
        rows.append(table[person.seen & (person.reasons == 0)])
    return names, np.concatenate(rows).astype(np.float64) if rows else np.zeros((0, 0))


def _apex(
    example: Person, middle: NDArray[np.float64], spread: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Mean scores while an example is at its height, and for how many seconds it is."""
    _, rows = _table([example])
    if not len(rows):
        raise InputError("wanted examples in which she is seen, got one in which she is not")
    times = example.times[example.seen & (example.reasons == 0)]
    distance = np.sqrt((((rows - middle) / spread) ** 2).sum(axis=1))
    top = int(np.argmax(distance))
    high = distance >= 0.6 * distance[top]
    first = top - int(np.argmin(np.append(high[: top + 1][::-1], False)))
    last = top + int(np.argmin(np.append(high[top:], False)))
    return rows[first + 1 : last].mean(axis=0), float(times[last - 1] - times[first + 1])


def _signal(
    names: list[str],
    change: NDArray[np.float64],
    varied: NDArray[np.float64],
    middle: NDArray[np.float64],
) -> tuple[Signal, float]:
    """The weighted sum, and what it gives at rest."""
    weights = np.where(np.abs(change) >= LEAST_CHANGE, change / varied, 0.0)
    strongest = np.argsort(-np.abs(weights * change), kind="stable")[:MOST_TERMS]
    kept = np.zeros(len(names), bool)
    kept[strongest] = True
    weights = np.where(kept, weights, 0.0)
    total = float(weights @ change)
    if total <= 0:
        raise InputError(
            f"the examples differ from rest in no unit by {LEAST_CHANGE:g} or more: nothing "
            "to hold on to"
        )
    weights = np.round(weights / total, 3)
    terms = []
    for i in np.flatnonzero(weights):
        side, _, unit = names[i].rpartition(" ")
        terms.append(Term(unit, side, float(weights[i])))
    how = "sum" if len(terms) > 1 or terms[0].weight != 1 else "mean"
    return Signal(tuple(terms), how), float(weights @ middle)
