"""Whether examples show one movement: a piece that was cut at a wrong time shows another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from facs.arrays import runs
from facs.errors import InputError
from facs.meaning.detector import find_gesture
from facs.meaning.gestures import SHORTEST_BLINK, Gesture
from facs.meaning.own import own_gesture
from facs.person import Person
from facs.units import ActionUnit

__all__ = ["odd_ones"]

LIKE: Final = 0.6
"""Share of half the height of one example that another one must reach to be like it."""

BRIEFLY: Final = 0.2  # s for which it must
SHUT: Final = 0.5  # probability of AU43


def odd_ones(examples: Sequence[Person], rest: Sequence[Person]) -> list[int]:
    """Find the examples that are not like the others.

    A rule is made from each example alone. One in which the rules of fewer than half of the others
    find something is odd. Natural blinks are left out: every other example has one.

    Parameters
    ----------
    examples : sequence of Person
        Each a piece with one gesture, relative to her rest.
    rest : sequence of Person
        What she does otherwise, relative to her rest.

    Returns
    -------
    list of int
        Their places. All of them, where they are two movements as often; none, where the face
        alone does not tell, as of a nod.
    """
    pieces = [_without_blinks(example) for example in examples]
    rules = [_rule(piece, rest) for piece in pieces]
    if 2 * sum(rule is not None for rule in rules) <= len(rules):
        return []
    like = np.array([[_is_in(rule, piece) for piece in pieces] for rule in rules])
    np.fill_diagonal(like, False)
    return [i for i, count in enumerate(like.sum(axis=0)) if 2 * count < len(pieces) - 1]


def _rule(piece: Person | None, rest: Sequence[Person]) -> Gesture | None:
    """What one example shows, in whatever position of the head; None where it shows nothing."""
    try:
        gesture = own_gesture("one", [piece] if piece is not None else [], rest)
    except InputError:
        return None
    faint = gesture.with_trigger(LIKE * gesture.trigger)
    return replace(faint, what=faint.conditions[:1], hold=BRIEFLY, rest=False)


def _is_in(rule: Gesture | None, piece: Person | None) -> bool:
    return rule is not None and piece is not None and bool(find_gesture(rule, piece))


def _without_blinks(person: Person) -> Person | None:
    """Her frames outside of natural blinks; None where there are no others."""
    if ActionUnit.AU43 not in person:
        return person
    open_eyes = np.ones(len(person), np.bool_)
    for first, after in runs(person[ActionUnit.AU43] >= SHUT):
        if person.times[after - 1] - person.times[first] < SHORTEST_BLINK:
            open_eyes[first:after] = False
    return person.frames(open_eyes) if open_eyes.any() else None
