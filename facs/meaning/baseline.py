"""A person's neutral face, found in any recording of her, and scores relative to it.

Faces differ at rest: one has low brows, one an eye that is never quite open. What counts is
the change. The rule that finds the rest:

1. Usable frames are scored, seen well, and not turned away from how she usually holds her head.
2. Of these the calm half is kept, in which scores and head move least.
3. Calm frames make up moments of one second, each summed up by its medians.
4. The quarter of the moments with the least activity in all units is her rest.

So a smile that is held does not become the rest unless it fills more than three quarters of
the calm moments, and then nothing in the pictures tells it from a resting face. A rest whose
units are all *less* active than an expression is assumed; for a face that hangs on one side
that is still so, side by side.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError, ProfileError
from facs.files import atomic
from facs.person import Person, array_forms, frozen_array
from facs.units import ActionUnit

__all__ = ["Baseline", "find_baseline"]

Floats = NDArray[np.float32]

REST: Final = 0.05
"""Probability to which a unit that scores higher at rest is brought down."""

MIN_QUALITY: Final = 0.25
MAX_TURN: Final = 15.0  # degrees away from her usual pose, on each axis
MOMENT: Final = 1.0  # s
STEP: Final = 0.2  # s over which calm is judged: longer than noise, shorter than an expression
MIN_MOMENTS: Final = 8
MIN_SHARE: Final = 0.3
"""Share of the frames of a moment that must be calm."""

_FORMAT: Final = "facs baseline"
_COLUMNS: Final = (
    *("probability", "intensities"),
    *("left", "right", "left_intensity", "right_intensity"),
)


@dataclass(frozen=True, eq=False)
class Baseline:
    """How one person scores when she does nothing.

    Parameters
    ----------
    units : tuple of ActionUnit, length U
    sided : tuple of ActionUnit, length S
    probability, intensities : array, shape (U,), in [0, 1] and in [0, 5]
    left, right, left_intensity, right_intensity : array, shape (S,)
    pose : array, shape (3,)
        Yaw, pitch, roll in degrees.
    moments : int
        Calm seconds that were looked at; a quarter of them is the rest.
    model : str
        Name and version of the model that scored, where it is known.

    Raises
    ------
    InputError
        If a shape or a range is wrong, or a number is missing.

    Examples
    --------
    >>> rest = Baseline((ActionUnit.AU12,), (ActionUnit.AU12,), [0.5], [1.0], [0.5], [0.1],
    ...                 [1.0], [0.2], pose=[2.0, -5.0, 0.0], moments=20)
    >>> rest
    <Baseline of 1 unit from 20 calm seconds, most at rest AU12 0.50>
    """

    units: tuple[ActionUnit, ...]
    sided: tuple[ActionUnit, ...]
    probability: Floats
    intensities: Floats
    left: Floats
    right: Floats
    left_intensity: Floats
    right_intensity: Floats
    pose: Floats
    moments: int
    model: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", tuple(ActionUnit(unit) for unit in self.units))
        object.__setattr__(self, "sided", tuple(ActionUnit(unit) for unit in self.sided))
        forms = array_forms(1, self.units, self.sided)
        for name in (*_COLUMNS, "pose"):
            array = frozen_array(name, getattr(self, name), forms[name][0][1:], np.float32)
            object.__setattr__(self, name, array)
            if np.isnan(array).any():
                raise InputError(f"{name}: wanted a number for every unit, got NaN")
            highest = 5 if "intensit" in name else 1
            if name != "pose" and ((array < 0) | (array > highest)).any():
                raise InputError(f"{name}: wanted values in [0, {highest}], got {array}")

    def __repr__(self) -> str:
        count = f"{len(self.units)} unit{'' if len(self.units) == 1 else 's'}"
        most = ""
        if self.units:
            at = int(np.argmax(self.probability))
            most = f", most at rest {self.units[at]} {self.probability[at]:.2f}"
        return f"<Baseline of {count} from {self.moments} calm seconds{most}>"

    def relative(self, person: Person) -> Person:
        """Score `person` relative to this rest.

        Parameters
        ----------
        person : Person
            Scored by a model with the same units.

        Returns
        -------
        Person
            Where a unit scores above 0.05 at rest, its probability is brought down, in
            logits, so that the rest becomes 0.05: noise is not blown up, and certainty stays
            certainty. Intensities are 0 at rest and 5 at 5. Units with sides are their
            stronger side. Pose is in degrees away from the rest. NaN stays NaN.

        Raises
        ------
        InputError
            If the units differ.
        """
        self._check(person.units, person.sided)
        changed: dict[str, Any] = {name: getattr(person, name) for name in _FIELDS}
        for name in _COLUMNS:
            changed[name] = self.relative_scores(name, getattr(person, name))
        at = [person.units.index(unit) for unit in person.sided]
        for whole, left, right in (
            ("probability", "left", "right"),
            ("intensities", "left_intensity", "right_intensity"),
        ):
            changed[whole][:, at] = np.maximum(changed[left], changed[right])
        changed["pose"] = person.pose - self.pose
        return Person(**changed)

    def relative_scores(self, name: str, values: Floats) -> Floats:
        """Bring scores (n, columns) of the kind `name`, such as ``"left"``, down by the rest."""
        rest = getattr(self, name)
        if "intensit" in name:
            return np.asarray(np.maximum(values - rest, 0) * 5 / np.maximum(5 - rest, 1e-3))
        shift = np.maximum(_logit(rest) - _logit(np.float32(REST)), 0)
        moved = 1 / (1 + np.exp(-np.clip(_logit(values) - shift, -60, 60)))
        return np.asarray(np.where(shift > 0, moved, values), np.float32)

    def _check(self, units: tuple[ActionUnit, ...], sided: tuple[ActionUnit, ...]) -> None:
        if (self.units, self.sided) != (units, sided):
            raise InputError(
                f"wanted a baseline with the units {_names(units)}, got one with "
                f"{_names(self.units)}: make it again with the model that is used now"
            )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write as JSON, which a person can read.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        with atomic(path) as unfinished:
            unfinished.write_text(json.dumps(self._plain(), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read what `save` wrote.

        Raises
        ------
        ProfileError
            If there is no such file, or it is not a whole baseline.
        """
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
            return cls._from_plain(data)
        except OSError as error:
            raise ProfileError(f"cannot read the baseline {path}: {error.strerror}") from error
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise ProfileError(
                f"{path} is not a whole baseline ({error}): make it again with facs enroll"
            ) from error

    def _plain(self) -> dict[str, Any]:
        numbers = {name: _rounded(getattr(self, name)) for name in (*_COLUMNS, "pose")}
        return {
            "format": _FORMAT,
            "version": 1,
            "model": self.model,
            "moments": self.moments,
            "units": [int(unit) for unit in self.units],
            "sided": [int(unit) for unit in self.sided],
            **numbers,
        }

    @classmethod
    def _from_plain(cls, data: dict[str, Any]) -> Baseline:
        if (data["format"], data["version"]) != (_FORMAT, 1):
            raise ValueError(f"wanted {_FORMAT} 1, got {data['format']} {data['version']}")
        names = [field.name for field in fields(cls)]
        return cls(**{name: data[name] for name in names})


_FIELDS: Final = tuple(field.name for field in fields(Person))


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
    columns = dict(zip((*_COLUMNS, "pose"), _parts(rest, units, sided), strict=True))
    return Baseline(units, sided, **columns, moments=len(moments), model=model)


def _calmest(moments: NDArray[np.float64], units: int) -> NDArray[np.intp]:
    """The quarter of the moments with the least intensity in all units, two at least."""
    activity = moments[:, units : 2 * units].sum(axis=1)
    count = max(2, round(len(moments) / 4))
    return np.argsort(activity, kind="stable")[:count]


def _moments(person: Person) -> NDArray[np.float64]:
    """Medians (moments, columns) of every second with enough calm frames."""
    if not len(person):
        return _stacked(person)
    numbers = _stacked(person)
    calm = _calm(person, _usable(person))
    second = np.floor((person.times - person.times[0]) / MOMENT).astype(np.int64)
    bounds = np.flatnonzero(np.diff(second)) + 1
    found = [
        np.median(numbers[frames[kept]], axis=0)
        for frames in np.split(np.arange(len(second)), bounds)
        if (kept := calm[frames]).sum() >= max(1, MIN_SHARE * len(frames))
    ]
    return np.array(found).reshape(-1, numbers.shape[1])


def _stacked(person: Person) -> NDArray[np.float64]:
    return np.concatenate(
        [getattr(person, name) for name in (*_COLUMNS, "pose")], axis=1, dtype=np.float64
    )


def _parts(
    row: NDArray[np.float64], units: tuple[ActionUnit, ...], sided: tuple[ActionUnit, ...]
) -> list[Floats]:
    forms = array_forms(1, units, sided)
    widths = [forms[name][0][1] for name in (*_COLUMNS, "pose")]
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


def _logit(p: Any) -> Any:
    p = np.clip(np.asarray(p, np.float64), 1e-7, 1 - 1e-7)
    return np.log(p / (1 - p))


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 5) for value in values]


def _names(units: tuple[ActionUnit, ...]) -> str:
    return " ".join(map(str, units)) or "none"
