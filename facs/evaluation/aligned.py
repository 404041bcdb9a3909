"""Predictions and labels of the same rows: all that a metric needs, and nothing of where it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.units import split_column

__all__ = ["HALF", "Aligned", "Limits", "Thresholds"]

Floats = NDArray[np.float64]
Words = NDArray[np.str_]

_WIDE: Final = ("score", "decision", "strength", "truth", "intensity")
_LONG: Final = ("subject", "film", "sequence", "time")


class Limits(NamedTuple):
    """Where a unit counts as shown, where its event ends, and what its apex must reach."""

    on: float
    off: float
    peak: float

    def of_probability(self, what: str) -> Limits:
        """These, if a probability can reach them.

        Raises
        ------
        InputError
            If none can.
        """
        if self.on > 1:
            raise InputError(
                f"{what}: wanted a threshold in [0, 1], as the scores are probabilities, "
                f"got {self.on:g}"
            )
        return self


HALF: Final = Limits(0.5, 0.5, 0.5)
"""Of what is 0 or 1, or of a probability that nobody gave a threshold."""


@dataclass(frozen=True)
class Thresholds:
    """From where a score counts as predicted.

    Parameters
    ----------
    on, off, peak : mapping of str to float
        For each unit by name (``AU12``); sides have those of their unit. An event begins at
        `on`, lasts down to `off` and reaches `peak`, which are `on` where they are not given.
    default : float, optional
        For every unit that `on` does not name. Where it is None, the table's own presence
        decides if it has one, else a probability of 0.5 or an intensity of 1.

    Raises
    ------
    InputError
        If one is outside of [0, 5], where no score is.

    Examples
    --------
    >>> Thresholds({"AU12": 0.4}, peak={"AU12": 0.6}).of("AU12_left")
    Limits(on=0.4, off=0.4, peak=0.6)
    >>> Thresholds().of("AU12") is None
    True
    """

    on: Mapping[str, float] = field(default_factory=dict)
    off: Mapping[str, float] = field(default_factory=dict)
    default: float | None = None
    peak: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = {} if self.default is None else {"every unit": self.default}
        for what, value in (*given.items(), *self.on.items(), *self.off.items()):
            if not 0 <= value <= 5:
                raise InputError(f"wanted a threshold of {what} in [0, 5], got {value:g}")

    def renamed(self, rename: Mapping[str, str]) -> Thresholds:
        """The same, where units are read as others: these have the thresholds of the first."""

        def moved(values: Mapping[str, float]) -> dict[str, float]:
            return {**values, **{new: values[old] for old, new in rename.items() if old in values}}

        return Thresholds(moved(self.on), moved(self.off), self.default, moved(self.peak))

    def of(self, name: str) -> Limits | None:
        """Those of a unit or side; None where the table itself decides."""
        unit = split_column(name)[0]
        on = self.on.get(name, self.on.get(unit, self.default))
        if on is None:
            return None
        off = self.off.get(name, self.off.get(unit, on))
        return Limits(on, min(on, off), max(on, self.peak.get(name, self.peak.get(unit, on))))


@dataclass(frozen=True, eq=False)
class Aligned:
    """Rows that have labels, and what was predicted for them; ``n`` rows, ``U`` names.

    Parameters
    ----------
    names : tuple of str, length U
        Units and sides that both tables have.
    score : array, shape (n, U), or NaN
        What ranks rows: a probability, or an intensity where there is none.
    decision : array, shape (n, U); 0, 1 or NaN
        What was predicted.
    strength : array, shape (n, U), in [0, 5] or NaN
        Predicted intensity.
    truth : array, shape (n, U); 0, 1 or NaN
    intensity : array, shape (n, U), in [0, 5] or NaN
        Labelled intensity.
    on, off, peak : array, shape (U,)
        Thresholds of the score (`Limits`); NaN where the table itself decided.
    subject : array, shape (n,), str
        Whom a row is of, for intervals.
    film : array, shape (n,), int
        Which person of which file a row is of; rows of one follow each other.
    sequence : array, shape (n,), int
        Which stretch of a film a row is of; -1 where it has no time, or lies between the rows of
        rarer predictions. Rows of a sequence follow each other in time.
    time : array, shape (n,), seconds or NaN
    groups : mapping of str to array, shape (n,), str
    notes : tuple of str
        What a reader of the numbers should know.
    """

    names: tuple[str, ...]
    score: Floats
    decision: Floats
    strength: Floats
    truth: Floats
    intensity: Floats
    on: Floats
    off: Floats
    peak: Floats
    subject: Words
    film: NDArray[np.int64]
    sequence: NDArray[np.int64]
    time: Floats
    groups: Mapping[str, Words] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n, u = len(self.subject), len(self.names)
        if not n or not u:
            raise InputError(f"wanted rows and units to compare, got {n} rows and {u} units")
        for name in _WIDE:
            self._check(name, (n, u))
        for name in Limits._fields:
            self._check(name, (u,))
        for name in _LONG:
            self._check(name, (n,))

    def _check(self, name: str, shape: tuple[int, ...]) -> None:
        if getattr(self, name).shape != shape:
            raise InputError(f"{name}: wanted shape {shape}, got {getattr(self, name).shape}")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.subject)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which cells have both a prediction and a label, shape (n, U)."""
        return np.asarray(~np.isnan(self.decision) & ~np.isnan(self.truth))

    def of_names(self, names: tuple[str, ...]) -> Aligned:
        """The same rows with some names only."""
        chosen = [self.names.index(name) for name in names]
        parts: dict[str, Any] = {name: getattr(self, name)[:, chosen] for name in _WIDE}
        parts |= {name: getattr(self, name)[chosen] for name in Limits._fields}
        return replace(self, names=names, **parts)

    def of_rows(self, chosen: NDArray[np.bool_]) -> Aligned:
        """Some rows only; their sequences stay whole where all of their rows are chosen."""
        parts: dict[str, Any] = {name: getattr(self, name)[chosen] for name in _WIDE + _LONG}
        groups = {name: words[chosen] for name, words in self.groups.items()}
        return replace(self, groups=groups, **parts)

    def noted(self, notes: tuple[str, ...]) -> Aligned:
        """The same, with more to know."""
        return replace(self, notes=(*self.notes, *notes))
