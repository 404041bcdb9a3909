"""Which row of the predictions belongs to which row of the labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.clocks import rows_by_time
from facs.evaluation.unit_table import UnitTable

__all__ = ["match_rows"]

Key = tuple[str, int, str]


def match_rows(predictions: UnitTable, labels: UnitTable) -> tuple[NDArray[np.int64], list[str]]:
    """For each row of the labels, the row of the predictions with the same file, frame and person.

    Files are compared as they are written, or without folder and ending where that finds no
    pair; a table without files belongs to the other's only file. People are compared by name
    where the tables share a name; else each frame must have one person with numbers. Where both
    tables have times that contradict the frames, times count (`facs.evaluation.clocks`).

    Parameters
    ----------
    predictions, labels : UnitTable

    Returns
    -------
    rows : array, shape (len(labels),)
        -1 where there is none.
    notes : list of str
        How many rows of either table have no partner, and how many are matched by time.

    Raises
    ------
    InputError
        If no row matches, or it cannot be told which.

    Examples
    --------
    >>> labels = UnitTable.of("l.csv", ("AU12",), frame=[0, 1, 2], file=["a.mp4"] * 3)
    >>> predictions = UnitTable.of(
    ...     "p.csv", ("AU12",), frame=[1, 0], file=["x/a.avi"] * 2, probability=[[0.1], [0.9]]
    ... )
    >>> rows, notes = match_rows(predictions, labels)
    >>> rows.tolist(), notes
    ([1, 0, -1], ['1 of 3 rows of l.csv have no row in p.csv: not seen'])
    """
    found, wanted = _same_files(predictions, labels)
    by_name = bool((set(found.person.tolist()) & set(wanted.person.tolist())) - {""})
    place = _places(found, by_name)
    _places(wanted, by_name)  # refuses labels of two people whom nothing tells apart
    rows = np.array([place.get(key, -1) for key in _keys(wanted, by_name)], np.int64)
    rows, by_time = rows_by_time(found, wanted, rows, by_name)
    if not (rows >= 0).any():
        raise InputError(
            f"no seen row of {found.source} is a row of {wanted.source}: "
            f"wanted {_example(wanted)}, got {_example(found)}"
        )
    return rows, [*by_time, *_notes(rows, predictions, labels)]


def _keys(table: UnitTable, by_name: bool) -> list[Key]:
    keys = table.keys
    return keys if by_name else [(file, frame, "") for file, frame, _ in keys]


def _places(table: UnitTable, by_name: bool) -> dict[Key, int]:
    """The row of every key that has numbers."""
    keys, seen = _keys(table, by_name), table.seen
    places: dict[Key, int] = {}
    for row in np.flatnonzero(seen).tolist():
        if places.setdefault(keys[row], row) != row:
            file, frame, _ = keys[row]
            raise InputError(
                f"{table.source}: frame {frame} of file {file!r} has two people; choose one of "
                "them, or give both tables a column person with the same names"
            )
    return places


def _example(table: UnitTable) -> str:
    file, frame, person = table.keys[0]
    return f"file {file!r}, frame {frame}, person {person!r}"


def _notes(rows: NDArray[np.int64], predictions: UnitTable, labels: UnitTable) -> list[str]:
    notes = []
    own, other = (PurePath(table.source).name for table in (labels, predictions))
    lost = int((rows < 0).sum())
    if lost:
        notes.append(f"{lost:,} of {len(rows):,} rows of {own} have no row in {other}: not seen")
    rest = int(predictions.seen.sum() - predictions.seen[np.unique(rows[rows >= 0])].sum())
    if rest > 0:
        notes.append(f"{rest:,} seen rows of {other} have no row in {own} and do not count")
    return notes


def _same_files(predictions: UnitTable, labels: UnitTable) -> tuple[UnitTable, UnitTable]:
    """Both tables with names of files that can be compared."""
    one, other = set(predictions.file.tolist()), set(labels.file.tolist())
    if one & other:
        return predictions, labels
    if one == {""} or other == {""}:
        several = labels if one == {""} else predictions
        nameless = predictions if one == {""} else labels
        if len(one | other) > 2:
            raise InputError(
                f"{nameless.source}: wanted a column file, because {several.source} is about "
                f"{len(one | other) - 1} files"
            )
        blank = replace(several, file=np.full(len(several), ""))
        return (predictions, blank) if several is labels else (blank, labels)
    return _bare(predictions), _bare(labels)


def _bare(table: UnitTable) -> UnitTable:
    """File names without folder and ending, where that keeps them apart."""
    stems = {name: PurePath(name.replace("\\", "/")).stem for name in set(table.file.tolist())}
    if len(set(stems.values())) < len(stems):
        twins = sorted(n for n in stems if list(stems.values()).count(stems[n]) > 1)
        raise InputError(
            f"{table.source}: wanted names of files as in the other table, got {twins[0]!r} and "
            f"{twins[1]!r}, which differ in folder or ending only"
        )
    return replace(table, file=np.array([stems[name] for name in table.file.tolist()]))
