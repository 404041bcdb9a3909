"""A person's rest, found in whatever she did.

The rule that finds the rest:

1. Usable frames are scored, seen well, and not turned away from how she usually holds her head.
2. Of these the calm half is kept, in which scores and head move least.
3. Calm frames make up moments of one second, each summed up by its medians.
4. The quarter of the moments with the least activity in all units is her rest.

So a smile that is held does not become the rest unless it fills more than three quarters of
the calm moments, and then nothing in the pictures tells it from a resting face. The rule
rests on this: the units of an expression add up to more than those of the same face at rest.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.arrays import array_forms
from facs.errors import InputError
from facs.meaning.baseline import COLUMNS, Baseline
from facs.person import Person
from facs.units import ActionUnit

__all__ = ["find_baseline", "resting_frames"]

Floats = NDArray[np.float32]

MIN_QUALITY: Final = 0.25
MAX_TURN: Final = 15.0  # degrees away from her usual pose, on each axis
MOMENT: Final = 1.0  # s
STEP: Final = 0.2  # s over which calm is judged: longer than noise, shorter than an expression
MIN_MOMENTS: Final = 8
MIN_SHARE: Final = 0.3
"""Share of the frames of a moment that must be calm."""


def find_baseline(*people: Person, model: str = "", min_moments: int = MIN_MOMENTS) -> Baseline:
    """Find the neutral face of one person in one or several recordings of her.

    Parameters
    ----------
    *people : Person
        The same person, scored by the same model. Whatever she does in between, she must be
        at rest for at least a quarter of the calm seconds of all recordings together.
    model : str
        Kept with the result.
    min_moments : int, seconds
        Refuse to judge by less.

    Returns
    -------
    Baseline

    Raises
    ------
    InputError
        If too little of a calm, well-seen face was there, or the units differ.

    Examples
    --------
    >>> from facs.recording import Recording
    >>> find_baseline(Recording.load("day.facs").people[0])         # doctest: +SKIP
    <Baseline of 16 units from 41 calm seconds, most at rest AU4 0.31>
    """
    if not people:
        raise InputError("wanted at least one person to find a baseline of, got none")
    for person in people:
        if not isinstance(person, Person):
            raise InputError(
                f"wanted people, such as recording.people[0], got {type(person).__name__}"
            )
    units, sided = people[0].units, people[0].sided
    if any((person.units, person.sided) != (units, sided) for person in people):
        raise InputError("wanted recordings by one model, got different units")
    moments = np.concatenate([_moments(person) for person in people])
    if len(moments) < max(min_moments, 1):
        raise InputError(
            f"wanted {max(min_moments, 1)} calm seconds of a well-seen face to know it at rest, "
            f"got {len(moments)}: film 20 s in which nothing is asked of her"
        )
    rest = np.median(moments[_calmest(moments, len(units))], axis=0)
    columns = dict(zip((*COLUMNS, "pose"), _parts(rest, units, sided), strict=True))
    return Baseline(units, sided, **columns, moments=len(moments), model=model)


def _calmest(moments: NDArray[np.float64], units: int) -> NDArray[np.intp]:
    """The quarter of the moments with the least intensity in all units, two at least."""
    activity = moments[:, units : 2 * units].sum(axis=1)
    count = max(2, round(len(moments) / 4))
    return np.argsort(activity, kind="stable")[:count]


def resting_frames(person: Person) -> NDArray[np.bool_]:
    """Which frames (n,) the rest of a recording is made of; none where too little is calm."""
    seconds = _calm_seconds(person)
    resting = np.zeros(len(person), bool)
    for i in _calmest(_medians(person, seconds), len(person.units)) if len(seconds) > 1 else ():
        resting[seconds[i]] = True
    return resting


def _moments(person: Person) -> NDArray[np.float64]:
    """Medians (moments, columns) of every second with enough calm frames."""
    return _medians(person, _calm_seconds(person))


def _medians(person: Person, seconds: list[NDArray[np.intp]]) -> NDArray[np.float64]:
    numbers = _stacked(person)
    found = [np.median(numbers[frames], axis=0) for frames in seconds]
    return np.array(found).reshape(-1, numbers.shape[1])


def _calm_seconds(person: Person) -> list[NDArray[np.intp]]:
    """The calm frames of every second that has enough of them."""
    if not len(person):
        return []
    calm = _calm(person, _usable(person))
    second = np.floor((person.times - person.times[0]) / MOMENT).astype(np.int64)
    bounds = np.flatnonzero(np.diff(second)) + 1
    return [
        frames[kept]
        for frames in np.split(np.arange(len(second)), bounds)
        if (kept := calm[frames]).sum() >= max(1, MIN_SHARE * len(frames))
    ]


def _stacked(person: Person) -> NDArray[np.float64]:
    return np.concatenate(
        [getattr(person, name) for name in (*COLUMNS, "pose")], axis=1, dtype=np.float64
    )


def _parts(
    row: NDArray[np.float64], units: tuple[ActionUnit, ...], sided: tuple[ActionUnit, ...]
) -> list[Floats]:
    forms = array_forms(1, units, sided)
    widths = [forms[name][0][1] for name in (*COLUMNS, "pose")]
    return [part.astype(np.float32) for part in np.split(row, np.cumsum(widths)[:-1])]


def _usable(person: Person) -> NDArray[np.bool_]:
    """Scored, seen well, and with the head as it usually is."""
    good = np.asarray(person.seen & (person.quality >= MIN_QUALITY), np.bool_)
    if not good.any():
        return good
    usual = np.median(person.pose[good], axis=0)
    return np.asarray(good & (np.abs(person.pose - usual) <= MAX_TURN).all(axis=1))


def _calm(person: Person, usable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The calm half of the usable frames: least change of scores, and of pose, since `STEP` ago."""
    before = np.maximum(np.searchsorted(person.times, person.times - STEP + 1e-6) - 1, 0)
    seconds = np.maximum(person.times - person.times[before], 1e-3)
    numbers = np.concatenate([person.intensities / 5, person.pose / 90], axis=1)
    change = np.abs(numbers - numbers[before]).mean(axis=1) / seconds
    known: NDArray[np.bool_] = usable & np.isfinite(change)
    known &= before < np.arange(len(person))
    if not known.any():
        return known
    return np.asarray(known & (change <= np.median(change[known])))
