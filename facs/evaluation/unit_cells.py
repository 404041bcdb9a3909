"""Columns of units of a sheet as numbers, before it is said what kind of number they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.sheet import Sheet
from facs.evaluation.unit_columns import UnitColumn, has_small_side, read_name, unit_name

__all__ = ["UnitCells", "read_cells"]

Floats = NDArray[np.float64]

_NOT_CODED: Final = 9.0  # how coded data sets write "could not be seen"
_ROUNDING: Final = 1e-3  # by which a program's probabilities may exceed 1


@dataclass(frozen=True)
class UnitCells:
    """Columns of units as numbers.

    Parameters
    ----------
    columns : mapping of int to UnitColumn
        By index in the sheet.
    values : mapping of int to array, shape (n,), or NaN
        By the same index.
    lettered : bool
        Whether a plain column has a letter A to E.
    """

    columns: Mapping[int, UnitColumn]
    values: Mapping[int, Floats]
    lettered: bool

    @property
    def plain(self) -> list[Floats]:
        """Columns whose values say what kind of number they are."""
        return [self.values[i] for i, column in self.columns.items() if column.kind == "plain"]

    @property
    def nines(self) -> bool:
        """Whether plain columns say that something could not be coded."""
        return any((values == _NOT_CODED).any() for values in self.plain)

    @property
    def graded(self) -> bool:
        """Whether plain columns hold more than 0 to 1."""
        return self.lettered or any((values > 1 + _ROUNDING).any() for values in self.plain)

    @property
    def fractions(self) -> bool:
        """Whether plain columns hold more than whole numbers."""
        return any((np.isfinite(v) & (v != np.floor(v))).any() for v in self.plain)

    def without_nines(self) -> UnitCells:
        """The same with NaN for what coders could not see, which they write as 9."""
        kept = {i: np.where(v == _NOT_CODED, np.nan, v) for i, v in self.values.items()}
        return replace(self, values=kept)

    def of_kind(self, kind: str) -> Mapping[int, Floats]:
        """Values, if plain columns are of this kind; what rounding brought over 1 is 1."""
        return {
            index: np.where((values > 1) & (values <= 1 + _ROUNDING), 1.0, values)
            if self.columns[index].kind == "plain" and kind != "intensity"
            else values
            for index, values in self.values.items()
        }


def read_cells(sheet: Sheet, rename: Mapping[str, str]) -> UnitCells:
    """Read the columns of a sheet that are units, the letters A to E as 1 to 5.

    Parameters
    ----------
    sheet : Sheet
    rename : mapping of str to str
        Units to read as others.

    Raises
    ------
    InputError
        If there is no such column, a cell is no number, or sides are written as ``_l``.
    """
    columns = _unit_columns(sheet, rename)
    # A unit that a coder never saw has no letter of its own.
    lettered = {column.kind for index, column in columns.items() if sheet.lettered(index)}
    values = {i: sheet.grades(i, column.kind in lettered) for i, column in columns.items()}
    return UnitCells(columns, values, "plain" in lettered)


def _unit_columns(sheet: Sheet, rename: Mapping[str, str]) -> dict[int, UnitColumn]:
    """Which columns are units, by index."""
    names = {unit_name(old): unit_name(new) for old, new in rename.items()}
    columns: dict[int, UnitColumn] = {}
    for index, text in enumerate(sheet.header):
        if has_small_side(text):
            raise InputError(
                f"{sheet.source}: wanted sides as in AU12_left and AU12_right, got {text}: a small "
                "_r would be OpenFace's intensity"
            )
        column = read_name(text)
        if column is not None:
            new = read_name(names.get(column.name, column.name))
            columns[index] = UnitColumn(new.unit, new.side, column.kind) if new else column
    if not columns:
        found = ", ".join(sheet.header[:6])
        raise InputError(f"{sheet.source}: wanted columns of units such as AU12, got {found}, ...")
    lost = sorted(set(names) - {read.name for t in sheet.header if (read := read_name(t))})
    if lost:
        raise InputError(f"{sheet.source}: wanted a column {lost[0]} to rename, there is none")
    return columns
