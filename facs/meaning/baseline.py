"""A person's neutral face, kept in a file, and scores relative to it.

Faces differ at rest: one has low brows, one an eye that is never quite open. What counts is
the change. `facs.meaning.rest` finds the neutral face in recordings.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.arrays import array_forms, check_range, frozen_array
from facs.errors import InputError, ProfileError
from facs.files import atomic, read_text
from facs.odds import FAR, logit, sigmoid
from facs.person import Person
from facs.units import ActionUnit

__all__ = ["COLUMNS", "Baseline"]

Floats = NDArray[np.float32]

REST: Final = 0.05
"""Probability to which a unit that scores higher at rest is brought down."""

CUT: Final = 1e-7
"""Distance from 0 and 1 within which probabilities are no longer told apart, in logits."""

COLUMNS: Final = (
    *("probability", "intensities"),
    *("left", "right", "left_intensity", "right_intensity"),
)
"""What is known at rest, beside the pose."""

_FORMAT: Final = "facs baseline"


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
        for name in (*COLUMNS, "pose"):
            array = frozen_array(name, getattr(self, name), forms[name][0][1:], np.float32)
            object.__setattr__(self, name, array)
            if np.isnan(array).any():
                raise InputError(f"{name}: wanted a number for every unit, got NaN")
            if name != "pose":
                check_range(name, array, 5 if "intensit" in name else 1)

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
        for name in COLUMNS:
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
            moved = np.maximum(values - rest, 0) * 5 / np.maximum(5 - rest, 1e-3)
            return np.asarray(np.minimum(moved, 5))  # rounding may go beyond
        shift = np.maximum(logit(rest, CUT) - logit(np.float32(REST), CUT), 0)
        moved = sigmoid(logit(values, CUT) - shift, FAR)
        return np.asarray(np.where(shift > 0, moved, values), np.float32)

    def _check(self, units: tuple[ActionUnit, ...], sided: tuple[ActionUnit, ...]) -> None:
        if (self.units, self.sided) != (units, sided):
            raise InputError(
                f"wanted a baseline with the units {_names(units)}, got one with "
                f"{_names(self.units)}: make it again with the model that is used now"
            )

    def same_as(self, other: Baseline) -> bool:
        """Whether a file of it would say the same."""
        return self._plain() == other._plain()

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
            data = json.loads(read_text(path))
            return cls._from_plain(data)
        except OSError as error:
            raise ProfileError(f"cannot read the baseline {path}: {error.strerror}") from error
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ProfileError(
                f"{path} is not a whole baseline ({error}): make it again with facs enroll"
            ) from error

    def _plain(self) -> dict[str, Any]:
        numbers = {name: _rounded(getattr(self, name)) for name in (*COLUMNS, "pose")}
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


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 5) for value in values]


def _names(units: tuple[ActionUnit, ...]) -> str:
    return " ".join(map(str, units)) or "none"
