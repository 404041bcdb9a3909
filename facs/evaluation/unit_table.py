"""A table of units over rows: what a program predicted, or what a person coded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.errors import InputError
from facs.evaluation.unit_columns import in_order
from facs.units import SIDES, column, split_column

__all__ = ["VALUES", "UnitTable", "with_stronger_sides"]

Floats = NDArray[np.float64]
Words = NDArray[np.str_]

VALUES: Final = {"probability": 1.0, "presence": 1.0, "intensity": 5.0}
_KEYS = ("file", "person", "subject")


@dataclass(frozen=True, eq=False)
class UnitTable:
    """Units (columns) of frames or pictures (rows). Not seen is NaN.

    Parameters
    ----------
    source : str
        Where it comes from, for messages.
    names : tuple of str, length C
        ``AU12``, ``AU12_left``, ...
    probability, presence, intensity : array, shape (n, C), or NaN
        In [0, 1]; 0 or 1; in [0, 5]. A kind that the table does not have is all NaN.
    file : array, shape (n,), str
        Which video or picture a row is of; ``""`` where the table does not say.
    frame : array, shape (n,), int
        Counted from 0 in its file.
    person : array, shape (n,), str
        Whose face; ``""`` where the table does not say.
    time : array, shape (n,), seconds or NaN
    subject : array, shape (n,), str
        Who the person is over all files, for intervals; ``""`` where not known.
    groups : mapping of str to array, shape (n,), str
        What else is known of a row: age, sex, skin tone.
    notes : tuple of str
        What a reader of the numbers should know.
    dialect : str
        Whose columns the file has; see `facs.evaluation.tables_in.dialect_of`.

    Raises
    ------
    InputError
        If a shape or a range is wrong, or two rows have the same file, frame and person.

    Examples
    --------
    >>> table = UnitTable.of("a.csv", ("AU12",), presence=[[1], [0]], frame=[0, 1])
    >>> len(table), table.file.tolist(), np.isnan(table.intensity).all().item()
    (2, ['', ''], True)
    """

    source: str
    names: tuple[str, ...]
    probability: Floats
    presence: Floats
    intensity: Floats
    file: Words
    frame: NDArray[np.int64]
    person: Words
    time: Floats
    subject: Words
    groups: Mapping[str, Words] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    dialect: str = "plain"

    @classmethod
    def of(
        cls,
        source: str,
        names: tuple[str, ...],
        *,
        frame: ArrayLike,
        groups: Mapping[str, ArrayLike] | None = None,
        notes: tuple[str, ...] = (),
        dialect: str = "plain",
        **arrays: ArrayLike,
    ) -> UnitTable:
        """Build from what there is; values that are left out are NaN, words are empty."""
        frames = np.asarray(frame, np.int64)
        n = len(frames)
        values: dict[str, Any] = {
            name: np.asarray(arrays.pop(name, np.full((n, len(names)), np.nan)), np.float64)
            for name in VALUES
        }
        words: dict[str, Any] = {
            name: np.asarray(arrays.pop(name, [""] * n), np.str_) for name in _KEYS
        }
        time = np.asarray(arrays.pop("time", np.full(n, np.nan)), np.float64)
        if arrays:
            raise InputError(f"wanted fields of a table, got {sorted(arrays)[0]!r}")
        kept = {name: np.asarray(v, np.str_) for name, v in (groups or {}).items()}
        return cls(
            source,
            names,
            frame=frames,
            time=time,
            groups=kept,
            notes=notes,
            dialect=dialect,
            **values,
            **words,
        )

    def __post_init__(self) -> None:
        n = len(self)
        for name, highest in VALUES.items():
            self._check_values(name, getattr(self, name), (n, len(self.names)), highest)
        rows = {name: getattr(self, name) for name in (*_KEYS, "time")} | dict(self.groups)
        for name, array in rows.items():
            if array.shape != (n,):
                raise InputError(f"{self.source}: {name}: wanted shape ({n},), got {array.shape}")
        if self.names != in_order(self.names):
            raise InputError(f"{self.source}: wanted units in order, each once, got {self.names}")
        self._check_keys()

    def _check_values(self, name: str, array: Floats, shape: tuple[int, int], most: float) -> None:
        if array.shape != shape:
            raise InputError(f"{self.source}: {name}: wanted shape {shape}, got {array.shape}")
        outside = (array < 0) | (array > most)
        if name == "presence":
            outside |= (array > 0) & (array < 1)
        if outside.any():
            row, column = np.argwhere(outside)[0]
            wanted = "0 or 1" if name == "presence" else f"a value in [0, {most:g}]"
            raise InputError(
                f"{self.source}: row {row + 1}, {self.names[column]} ({name}): wanted {wanted}, "
                f"got {array[row, column]:g}"
            )

    def _check_keys(self) -> None:
        seen: dict[tuple[str, int, str], int] = {}
        for row, key in enumerate(self.keys):
            if key in seen:
                file, frame, person = key
                raise InputError(
                    f"{self.source}: row {row + 1} repeats row {seen[key] + 1}: file {file!r}, "
                    f"frame {frame}, person {person!r}; wanted each once"
                )
            seen[key] = row

    @property
    def keys(self) -> list[tuple[str, int, str]]:
        """File, frame and person of every row."""
        return list(zip(self.file.tolist(), self.frame.tolist(), self.person.tolist(), strict=True))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.frame)

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which rows have any number, shape (n,)."""
        kinds = (self.probability, self.presence, self.intensity)
        return np.asarray(np.any([~np.isnan(kind) for kind in kinds], axis=(0, 2)))

    def rows(self, chosen: NDArray[Any]) -> UnitTable:
        """The same table with some rows only."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        kept: dict[str, Any] = {k: v[chosen] for k, v in arrays.items() if hasattr(v, "dtype")}
        groups = {name: words[chosen] for name, words in self.groups.items()}
        return replace(self, **kept, groups=groups)


def with_stronger_sides(table: UnitTable) -> UnitTable:
    """Add units of which only both sides are there: a unit is as strong as its stronger side.

    One side that is present is enough, whatever the other is; beside a side that is not known
    the number of the other does not tell how strong the unit is.
    """
    place = {name: i for i, name in enumerate(table.names)}
    pairs = {
        unit: (place[column(unit, "left")], place[column(unit, "right")])
        for unit in dict.fromkeys(split_column(name)[0] for name in place)
        if {column(unit, side) for side in SIDES} <= set(place)
    }
    missing = {unit: pair for unit, pair in pairs.items() if unit not in place}
    if not missing:
        return table
    names = in_order((*table.names, *missing))

    def widened(kind: str) -> Floats:
        values = getattr(table, kind)
        columns = {name: values[:, i] for name, i in place.items()}
        for unit, (a, b) in missing.items():
            columns[unit] = np.maximum(values[:, a], values[:, b])
            if kind == "presence":
                columns[unit][(values[:, a] == 1) | (values[:, b] == 1)] = 1
        return np.stack([columns[name] for name in names], axis=1)

    wide: dict[str, Any] = {kind: widened(kind) for kind in VALUES}
    return replace(table, names=names, **wide)
