"""A CSV as text, column by column; every complaint names file and line."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.units import LETTERS, grade_of

__all__ = ["Sheet", "has_comma", "read_header"]

Floats = NDArray[np.float64]

_GRADES: Final = {letter.lower(): grade_of(letter) for letter in LETTERS}
_UNKNOWN: Final = ("", "nan", "na", "n/a", "none", "null", "?", "-")


@dataclass(frozen=True)
class Sheet:
    """Cells of a CSV file.

    Parameters
    ----------
    source : str
        The path, for messages.
    header : tuple of str
        Names of all columns, each once, without the blanks around them. Of two of one name with
        the same cells, as pandas writes an index that stays a column, the later has no name.
    cells : dict of list of str
        Cells of the columns that were kept, without the blanks around them, by index.
    lines : list of int
        The line of the file on which each row ends.
    """

    source: str
    header: tuple[str, ...]
    cells: dict[int, list[str]]
    lines: list[int]

    def __post_init__(self) -> None:
        if not self.lines:
            raise InputError(f"{self.source}: wanted a header and rows, got no rows")
        twice = [name for name in self.header if name and self.header.count(name) > 1]
        if twice:
            raise InputError(f"{self.source}: wanted each column once, got {twice[0]!r} twice")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    @classmethod
    def read(cls, path: Path, wanted: Callable[[str], bool] | None = None) -> Sheet:
        """Read a file with commas, semicolons or tabs between its cells.

        Parameters
        ----------
        path : Path
        wanted : callable, optional
            Says of a column's name whether its cells are kept; all are if left out. There are
            tables of two thousand columns, of which some twenty are units.

        Raises
        ------
        InputError
            If it cannot be read or is no table.
        """
        with _rows(path) as rows:
            return cls._of_rows(str(path), rows, wanted or (lambda name: True))

    @classmethod
    def _of_rows(
        cls, source: str, rows: Iterator[tuple[int, list[str]]], wanted: Callable[[str], bool]
    ) -> Sheet:
        header = _header(rows)
        cells: dict[int, list[str]] = {i: [] for i, name in enumerate(header) if wanted(name)}
        lines = []
        for line, row in rows:
            if len(row) != len(header):
                raise InputError(
                    f"{source}: line {line}: wanted {len(header)} cells as in the header, "
                    f"got {len(row)}"
                )
            lines.append(line)
            for index, column in cells.items():
                column.append(row[index].strip())
        return cls(source, _each_once(header, cells), cells, lines)

    def words(self, *names: str) -> list[str] | None:
        """Cells of the first column that has one of these names; None where there is none."""
        lower = {self.header[index].lower(): index for index in self.cells}
        for name in names:
            if name in lower:
                return self.cells[lower[name]]
        return None

    def numbers(self, *names: str) -> Floats | None:
        """The same as numbers, NaN where a cell is empty."""
        words = self.words(*names)
        if words is None:
            return None
        return np.array([self.number(names[0], row, word) for row, word in enumerate(words)])

    def lettered(self, index: int) -> bool:
        """Whether a column has a letter A to E."""
        return any(word.lower() in _GRADES for word in self.cells[index])

    def grades(self, index: int, lettered: bool) -> Floats:
        """Cells of one column as numbers; if `lettered`, A to E as 1 to 5, and an empty one as 0.

        Coders who write letters write down what they see, and nothing where they see nothing.
        """
        grades = _GRADES | {"": 0.0} if lettered else {}
        name = self.header[index]
        return np.array(
            [
                grades[word.lower()] if word.lower() in grades else self.number(name, row, word)
                for row, word in enumerate(self.cells[index])
            ]
        )

    def number(self, column: str, row: int, word: str) -> float:
        """One cell as a number, NaN where it is empty."""
        if word.lower() in _UNKNOWN:
            return float("nan")
        try:
            return float(word)
        except ValueError:
            wanted = "a number with a point, not a comma" if has_comma(word) else "a number"
            raise self.complaint(column, row, wanted, word) from None

    def complaint(self, column: str, row: int, wanted: str, got: object) -> InputError:
        """Make the one line that says what is wrong with a cell."""
        return InputError(
            f"{self.source}: line {self.lines[row]}, {column}: wanted {wanted}, got {got!r}"
        )


def has_comma(word: str) -> bool:
    """Whether a cell is a number of a spreadsheet that writes a comma for the point.

    Examples
    --------
    >>> has_comma("0,10"), has_comma("left, right")
    (True, False)
    """
    return re.fullmatch(r"[+-]?\d+,\d+", word.strip()) is not None


def read_header(path: Path) -> tuple[str, ...]:
    """Names of all columns of a file, without its rows; none if it is empty.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with _rows(path) as rows:
        return _header(rows)


@contextmanager
def _rows(path: Path) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Rows that are not empty, each with the line on which it ends."""
    try:
        _refuse_spreadsheets_own(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(",;\t", key=first.count))
            yield ((reader.line_num, row) for row in reader if any(map(str.strip, row)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"wanted a CSV file, {path} cannot be read: {error}") from error


def _refuse_spreadsheets_own(path: Path) -> None:
    """Name two habits of spreadsheets that would only fail further on."""
    with path.open("rb") as file:
        first = file.readline(100)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{path}: wanted text in UTF-8, got UTF-16: save it as UTF-8")
    if first.removeprefix(codecs.BOM_UTF8).lower().startswith(b"sep="):
        raise InputError(f"{path}: wanted a header in line 1, got 'sep=': delete that line")


def _header(rows: Iterator[tuple[int, list[str]]]) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in next(rows, (0, []))[1])


def _each_once(header: tuple[str, ...], cells: dict[int, list[str]]) -> tuple[str, ...]:
    names = list(header)
    for index, name in enumerate(header):
        first = header.index(name)
        if first != index and first in cells and cells[first] == cells.get(index):
            names[index] = ""
            del cells[index]
    return tuple(names)
