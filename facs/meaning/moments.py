"""Moment: what is known of one face in one frame, as gestures read it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.person import Person
from facs.units import SIDED, SIDES, ActionUnit, Region, other_side

__all__ = ["ANGLES", "AXES", "EYES", "EYE_COLUMNS", "Moment", "channels", "moments", "scores_of"]

AXES: Final = ("yaw", "pitch", "roll")

ANGLES: Final = (*AXES, "turn")
"""What is read of the head. ``turn`` is how far it is turned aside, up or down: the larger one."""

EYE_COLUMNS: Final = frozenset(
    f"{int(unit)} {side}"
    for unit in ActionUnit
    if unit in SIDED and unit.region is Region.EYE
    for side in SIDES
)
"""What the lids of one eye do: left out with an eye that is ignored."""

EYES: Final = ("left eye", "right eye")
"""What can be left out: an eye that is always half shut, or that does not follow."""


@dataclass(frozen=True)
class Moment:
    """One frame of one person.

    Parameters
    ----------
    time : float, seconds
    scores : mapping
        ``"43"`` is the probability of AU43, ``"43 left"`` that of its left side,
        ``"yaw"``, ``"pitch"``, ``"roll"`` are degrees. What is not in it was not
        measured; a face that was not seen has an empty one.

    Examples
    --------
    >>> Moment(1.5, {"43": 0.9, "43 left": 0.9, "43 right": 0.1}).seen, Moment(1.6).seen
    (True, False)
    """

    time: float
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def seen(self) -> bool:
        """Whether there are numbers."""
        return bool(self.scores)


def moments(person: Person, ignored: Collection[str] = ()) -> Iterator[Moment]:
    """Go through a person's frames, as they would have arrived from a camera.

    Parameters
    ----------
    person : Person
        Of any length; of one frame when used live. Best relative to her rest.
    ignored : collection of str
        ``"left eye"`` or ``"right eye"``: that eye's lids are left out, and AU43 is what the
        other one does.

    Yields
    ------
    Moment
        One for every frame, in order; empty where the face could not be scored.

    Raises
    ------
    InputError
        If something else than an eye is to be ignored.
    """
    names, columns = _columns(person, _ignored_columns(ignored))
    for time, there, row in zip(
        person.times.tolist(), person.clear.tolist(), columns.tolist(), strict=True
    ):
        yield Moment(time, dict(zip(names, row, strict=True)) if there else {})


def channels(person: Person) -> list[str]:
    """Names of a person's `scores_of`, as `Moment` has them: ``"43"``, then ``"43 left"``."""
    sides = [f"{int(unit)} {side}" for side in SIDES for unit in person.sided]
    return [str(int(unit)) for unit in person.units] + sides


def scores_of(person: Person) -> NDArray[np.float32]:
    """Probabilities of the units, then of their left and of their right sides, (n, U + 2 S)."""
    return np.concatenate([person.probability, person.left, person.right], axis=1)


def _columns(person: Person, left_out: set[str]) -> tuple[list[str], NDArray[np.float64]]:
    named = dict(zip(channels(person), scores_of(person).T, strict=True))
    for name in left_out & set(named):
        number, ignored = name.split()
        named[number] = named[f"{number} {other_side(ignored)}"]
        del named[name]
    for i, axis in enumerate(AXES):
        named[axis] = person.pose[:, i]
    return list(named), np.stack(list(named.values()), axis=1).astype(np.float64)


def _ignored_columns(ignored: Collection[str]) -> set[str]:
    wrong = sorted(set(ignored) - set(EYES))
    if wrong:
        raise InputError(f"wanted 'left eye' or 'right eye' to be ignored, got {wrong[0]!r}")
    if len(set(ignored)) > 1:
        raise InputError("wanted one eye to be ignored, got both: nothing would be left of them")
    return {name for name in EYE_COLUMNS for eye in ignored if name.endswith(eye.split()[0])}
