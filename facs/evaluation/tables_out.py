"""A table of units as CSV, with all digits, as `facs.evaluation.tables_in` reads it back."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.evaluation.unit_table import UnitTable
from facs.files import writing

__all__ = ["write_unit_table"]

_KINDS: Final = {"probability": "", "presence": "_presence", "intensity": "_intensity"}


def write_unit_table(table: UnitTable, path: str | os.PathLike[str]) -> None:
    """Write one line for each row.

    Columns that say nothing are left out. A cell is empty where nothing was seen.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> table = UnitTable.of("a", ("AU12",), frame=[0, 1], intensity=[[2], [np.nan]])
    >>> write_unit_table(table, path)
    >>> path.read_text().splitlines()
    ['frame,AU12_intensity', '0,2.0', '1,']
    """
    columns = dict(_columns(table))
    with writing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _columns(table: UnitTable) -> Iterator[tuple[str, list[str]]]:
    words = {"file": table.file, "person": table.person, "subject": table.subject, **table.groups}
    yield "frame", [str(frame) for frame in table.frame.tolist()]
    for name, column in words.items():
        if (column != "").any():
            yield name, column.tolist()
    if not np.isnan(table.time).all():
        yield "time", _numbers(table.time)
    for index, unit in enumerate(table.names):
        for kind, suffix in _KINDS.items():
            values = getattr(table, kind)[:, index]
            if not np.isnan(values).all():
                yield unit + suffix, _numbers(values)


def _numbers(values: NDArray[Any]) -> list[str]:
    """As many digits as it takes to read the same number back."""
    return ["" if value != value else repr(value) for value in values.tolist()]
