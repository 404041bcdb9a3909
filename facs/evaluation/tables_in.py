"""Any CSV of units as one value: our own, OpenFace's, Py-Feat's, and plain tables of labels."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.sheet import Sheet
from facs.evaluation.unit_cells import UnitCells, read_cells
from facs.evaluation.unit_columns import in_order, read_name
from facs.evaluation.unit_table import VALUES, UnitTable, with_stronger_sides

__all__ = ["GROUPS", "LABEL_VALUES", "dialect_of", "read_either", "read_labels", "read_predictions"]

Floats = NDArray[np.float64]
PathLike = str | os.PathLike[str]

GROUPS: Final = ("age", "sex", "tone")
"""Columns that group rows, where nothing else is asked for."""

LABEL_VALUES: Final = ("auto", "presence", "intensity")

_FILE: Final = ("file", "input", "video", "filename", "image")
_FRAME: Final = ("frame", "frame_number")
_PERSON: Final = ("person", "face_id", "face", "identity", "track")
_TIME: Final = ("time", "timestamp")
_SUBJECT: Final = ("subject", "subject_id", "participant")
_UNIT: Final = re.compile(r"au[ _]?\d", flags=re.IGNORECASE)  # how the name of a unit begins


def read_predictions(path: PathLike, *, rename: Mapping[str, str] | None = None) -> UnitTable:
    """Read what a program says of units.

    Parameters
    ----------
    path : str or path
        A CSV with commas, semicolons or tabs, one row for each frame or picture (and
        person). Columns of units are named ``AU12``, ``AU01``, ``12``, ``L12`` or ``AU12_left``,
        with ``_intensity``, ``_presence``, ``_r`` or ``_c`` where they are that. A plain column
        is a probability if no plain column exceeds 1, else an intensity from 0 to 5.
    rename : mapping of str to str
        Read one unit as another, such as ``{"AU45": "AU43"}``.

    Returns
    -------
    UnitTable
        Frames of OpenFace, which counts from 1, are counted from 0; its rows with
        ``success`` 0 are NaN, where it writes 0.

    Raises
    ------
    InputError
        If the file is no such table; the message names the line and what was wanted.
    """
    sheet = Sheet.read(Path(path), _is_used)
    return _predictions(sheet, read_cells(sheet, rename or {}))


def read_labels(
    path: PathLike,
    *,
    rename: Mapping[str, str] | None = None,
    values: str = "auto",
    first_frame: int = 0,
    groups: Sequence[str] = GROUPS,
) -> UnitTable:
    """Read what people coded, or what is known.

    Parameters
    ----------
    path : str or path
        As for `read_predictions`. A cell is 0 or 1, a letter A to E, or an intensity from 0 to
        5. NaN, ``?`` and 9 are not coded. An empty cell is not coded; where any column of its
        kind has letters it is not active, because coders write down what they see.
    rename : mapping of str to str
    values : str
        What plain columns hold: ``"presence"``, ``"intensity"``, or ``"auto"``: presence if no
        cell of any plain column is a letter or exceeds 1.
    first_frame : int
        The number that the table gives to the first frame of a video; at least 1 in OpenFace's.
    groups : sequence of str
        Columns to group rows by, where they are there.

    Raises
    ------
    InputError
        If the file is no such table; the message names the line and what was wanted.
    """
    if values not in LABEL_VALUES:
        raise InputError(f"wanted values of {LABEL_VALUES}, got {values!r}")
    sheet = _grouped_sheet(path, groups)
    return _labels(sheet, read_cells(sheet, rename or {}), values, first_frame, groups)


def read_either(path: PathLike) -> UnitTable:
    """Read a table of a program, or labels, where nobody says which.

    A plain table is a program's where it has fractions up to 1 and no cell that is not coded (9).

    Raises
    ------
    InputError
        If the file is no table of units; the message names the line and what was wanted.
    """
    sheet = _grouped_sheet(path, GROUPS)
    cells = read_cells(sheet, {})
    coded = cells.without_nines()
    scored = cells.fractions and not coded.graded and not cells.nines
    if scored or dialect_of(sheet.header) != "plain":
        return _predictions(sheet, cells)
    return _labels(sheet, cells, "auto", 0, GROUPS)


def dialect_of(header: Sequence[str]) -> str:
    """Whose table this is, by its columns: ``openface``, ``feat``, ``facs`` or ``plain``.

    Examples
    --------
    >>> dialect_of(["frame", "success", "AU01_r", "AU01_c"]), dialect_of(["frame", "AU1"])
    ('openface', 'plain')
    """
    names = {name.strip() for name in header}
    if any(name.lower().startswith("au") and name[-2:] in ("_r", "_c") for name in names):
        return "openface"
    if "FaceScore" in names or {"input", "approx_time"} <= names:
        return "feat"
    return "facs" if {"reason", "stream", "person"} <= names else "plain"


def _is_used(name: str) -> bool:
    keys = (*_FILE, *_FRAME, *_PERSON, *_TIME, *_SUBJECT, "success")
    return name.lower() in keys or read_name(name) is not None


def _grouped_sheet(path: PathLike, groups: Sequence[str]) -> Sheet:
    kept = [name.lower() for name in groups]
    return Sheet.read(Path(path), lambda name: _is_used(name) or name.lower() in kept)


def _predictions(sheet: Sheet, cells: UnitCells) -> UnitTable:
    kind = "intensity" if cells.graded else "probability"
    start = int(dialect_of(sheet.header) == "openface")
    return _table(sheet, cells, kind, start, ())


def _labels(
    sheet: Sheet, cells: UnitCells, values: str, first_frame: int, groups: Sequence[str]
) -> UnitTable:
    coded = cells.without_nines()
    kind = values if values != "auto" else "intensity" if coded.graded else "presence"
    start = max(first_frame, int(dialect_of(sheet.header) == "openface"))
    return _table(sheet, coded, kind, start, groups)


def _table(
    sheet: Sheet, cells: UnitCells, plain: str, first_frame: int, groups: Sequence[str]
) -> UnitTable:
    """Put every column where its kind belongs."""
    values = cells.of_kind(plain)
    names = in_order(column.name for column in cells.columns.values())
    arrays = {kind: np.full((len(sheet), len(names)), np.nan) for kind in VALUES}
    taken: dict[tuple[str, str], str] = {}
    for index, column in cells.columns.items():
        kind = plain if column.kind == "plain" else column.kind
        other = taken.setdefault((kind, column.name), sheet.header[index])
        if other != sheet.header[index]:
            raise InputError(
                f"{sheet.source}: wanted one column for the {kind} of {column.name}, got "
                f"{other} and {sheet.header[index]}"
            )
        _refuse_outside(sheet, index, kind, values[index])
        arrays[kind][:, names.index(column.name)] = values[index]
    success = sheet.numbers("success")
    if success is not None:
        for array in arrays.values():
            array[success == 0] = np.nan
    words = {name: sheet.words(name.lower()) for name in groups}
    known = {name: found for name, found in words.items() if found is not None}
    keys = _keys(sheet, first_frame)
    table = UnitTable.of(
        Path(sheet.source).name,
        names,
        groups=known,
        notes=(*_kind_note(sheet, cells, plain), *_notes(sheet)),
        dialect=dialect_of(sheet.header),
        **keys,
        **arrays,
    )
    return with_stronger_sides(table)


def _refuse_outside(sheet: Sheet, index: int, kind: str, values: Floats) -> None:
    """Say on which line a value is not of its kind."""
    outside = (values < 0) | (values > VALUES[kind])
    wanted = f"{kind} in [0, {VALUES[kind]:g}]"
    if kind == "presence":
        outside |= (values > 0) & (values < 1)
        wanted = "0 or 1 (or grades 0 to 5, or letters A to E)"
    if outside.any():
        row = int(np.flatnonzero(outside)[0])
        raise sheet.complaint(sheet.header[index], row, wanted, float(values[row]))


def _keys(sheet: Sheet, first_frame: int) -> dict[str, Any]:
    """Which frame of which file and whose face each row is."""
    n = len(sheet)
    file, frame = sheet.words(*_FILE), sheet.numbers(*_FRAME)
    if file is None and frame is None:
        raise InputError(
            f"{sheet.source}: wanted a column frame (for a video) or file (for pictures), "
            f"got {', '.join(sheet.header[:6])}, ..."
        )
    if frame is None or _pictures_counted(sheet, file, frame):
        frame = np.full(n, float(first_frame))
    strange = ~(frame == np.floor(frame)) | (frame < first_frame)  # also NaN
    if strange.any():
        row = int(np.flatnonzero(strange)[0])
        wanted = f"a whole number of at least {first_frame}"
        raise sheet.complaint("frame", row, wanted, float(frame[row]))
    time = sheet.numbers(*_TIME)
    return {
        "frame": frame.astype(np.int64) - first_frame,
        "file": file if file is not None else [""] * n,
        "person": [word.removesuffix(".0") for word in sheet.words(*_PERSON) or [""] * n],
        "subject": sheet.words(*_SUBJECT) or [""] * n,
        "time": np.full(n, np.nan) if time is None else time,
    }


def _pictures_counted(sheet: Sheet, file: list[str] | None, frame: Floats) -> bool:
    """Whether the frame is the number of a picture in a list, as Py-Feat writes it."""
    if dialect_of(sheet.header) != "feat" or file is None or "approx_time" in sheet.header:
        return False
    pairs = set(zip(file, frame.tolist(), strict=True))
    return len({name for name, _ in pairs}) == len(pairs)


def _kind_note(sheet: Sheet, cells: UnitCells, plain: str) -> tuple[str, ...]:
    """What plain fractions were taken for, where one of them decided for all."""
    if plain != "intensity" or cells.lettered or not cells.fractions:
        return ()
    return (f"{Path(sheet.source).name}: plain columns are read as intensities from 0 to 5",)


def _notes(sheet: Sheet) -> tuple[str, ...]:
    """Columns that nobody uses; of programs, which have many, those that seem to be units."""
    every = dialect_of(sheet.header) == "plain"
    left = [
        text
        for index, text in enumerate(sheet.header)
        if text and index not in sheet.cells and text.lower() not in GROUPS
        if every or _UNIT.match(text)
    ]
    name = Path(sheet.source).name
    return (f"{name}: ignored columns: {', '.join(left)}",) if left else ()
