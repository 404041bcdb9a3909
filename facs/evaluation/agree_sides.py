"""One side of a comparison: what a program or a coder decided, whatever the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.aligned import HALF, Limits, Thresholds
from facs.evaluation.codings import Coding, the_person
from facs.evaluation.codings_in import is_coding, read_coding
from facs.evaluation.compare import thresholds_of
from facs.evaluation.sheet import Sheet
from facs.evaluation.tables_in import dialect_of, read_labels, read_predictions
from facs.evaluation.unit_columns import in_order
from facs.evaluation.unit_table import UnitTable
from facs.events import find_events
from facs.recording import Recording

__all__ = ["only", "read_side"]

Floats = NDArray[np.float64]


def read_side(
    path: Path,
    person: str | None,
    thresholds: Thresholds,
    model: str | None,
    level: float,
    rename: Mapping[str, str],
) -> UnitTable | Coding:
    """Read decisions for each frame, or spans; see `facs.evaluation.agree.Pairing`.

    Returns
    -------
    UnitTable or Coding
        A table has presence for every unit, and intensity where it is known; no sides.
    """
    if path.suffix.lower() == ".facs":
        return _renamed(_of_recording(path, Recording.load(path), person), rename)
    if is_coding(path):
        return read_coding(path, person=person).renamed(rename)
    table = _read_table(path)
    if person is not None:
        chosen = the_person(path, set(table.person.tolist()), person)
        table = table.rows(np.flatnonzero(table.person == chosen))
    table = only(table, tuple(name for name in table.names if "_" not in name))
    limits, notes = thresholds_of(table, thresholds, model)
    return _renamed(_decided(table, limits, level, notes), rename)


def only(table: UnitTable, names: tuple[str, ...]) -> UnitTable:
    """The table with some of its units, in their order.

    Raises
    ------
    InputError
        If one of them is not there.
    """
    return _taken(table, names, names)


def _renamed(table: UnitTable, rename: Mapping[str, str]) -> UnitTable:
    new = {rename.get(name, name): name for name in table.names}
    if len(new) < len(table.names):
        raise InputError(f"{table.source}: wanted each unit once after renaming, got one twice")
    names = in_order(new)
    return _taken(table, tuple(new[name] for name in names), names)


def _taken(table: UnitTable, old: tuple[str, ...], new: tuple[str, ...]) -> UnitTable:
    lost = [name for name in old if name not in table.names]
    if lost:
        raise InputError(f"{table.source}: wanted a unit {lost[0]}, got {' '.join(table.names)}")
    at = [table.names.index(name) for name in old]
    return replace(
        table,
        names=new,
        probability=table.probability[:, at],
        presence=table.presence[:, at],
        intensity=table.intensity[:, at],
    )


def _of_recording(path: Path, recording: Recording, person: str | None) -> UnitTable:
    tracks = {str(one.track): one for one in recording.people}
    if not tracks:
        raise InputError(f"{path}: wanted a recording of somebody, got one of nobody")
    one = tracks[the_person(path, set(tracks), person)]
    shown = np.where(np.isnan(one.probability), np.nan, 0.0)
    for column, unit in enumerate(one.units):
        for event in one.events(unit):
            first, last = one.times.searchsorted((event.onset, event.offset))
            shown[first : last + 1, column] = 1
    return UnitTable.of(
        str(path),
        tuple(map(str, one.units)),
        presence=shown,
        intensity=one.intensities,
        frame=np.arange(len(one)),
        time=one.times,
    )


def _read_table(path: Path) -> UnitTable:
    """A program's table, or labels; a plain table with fractions is a program's too."""
    if dialect_of(Sheet.read(path).header) != "plain":
        return read_predictions(path)
    try:
        return read_labels(path)
    except InputError:
        return read_predictions(path)


def _decided(
    table: UnitTable, limits: Thresholds, level: float, notes: tuple[str, ...]
) -> UnitTable:
    """Presence of every unit: the table's own, else by probability, else by intensity."""
    presence = table.presence.copy()
    for column, name in enumerate(table.names):
        if not np.isnan(presence[:, column]).all():
            continue
        values, where = table.probability[:, column], limits.of(name) or HALF
        if np.isnan(values).all():
            values, where = table.intensity[:, column], Limits(level, level, level)
        presence[:, column] = _shown(table, values, where)
    empty = np.full_like(presence, np.nan)
    return replace(table, presence=presence, probability=empty, notes=(*table.notes, *notes))


def _shown(table: UnitTable, values: Floats, limits: Limits) -> Floats:
    """1 in the frames of an event, 0 in others, NaN where there is no value."""
    shown = np.where(np.isnan(values), np.nan, 0.0)
    keys = np.char.add(np.char.add(table.file, "\n"), table.person)
    for key in np.unique(keys):
        rows = np.flatnonzero(keys == key)
        rows = rows[np.argsort(table.frame[rows])]
        frames = table.frame[rows].astype(np.float64)
        found = find_events(
            "", frames, values[rows], on=limits.on, off=limits.off, min_peak=limits.peak
        )
        for event in found:
            first, last = frames.searchsorted((event.onset, event.offset))
            shown[rows[first : last + 1]] = 1
    return shown
