"""One side of a comparison: what a program or a coder decided, whatever the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.align import LEVEL
from facs.evaluation.aligned import HALF, Limits, Thresholds
from facs.evaluation.codings import Coding, the_person
from facs.evaluation.codings_in import is_coding, read_coding
from facs.evaluation.compare import thresholds_of, unit_thresholds
from facs.evaluation.tables_in import read_either
from facs.evaluation.unit_columns import in_order
from facs.evaluation.unit_table import UnitTable
from facs.events import find_events
from facs.recording import Recording
from facs.units import split_column

__all__ = ["Side", "only", "reaching", "read_side"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """What a file holds, before it is decided what counts as shown.

    Parameters
    ----------
    values : UnitTable or Coding
        Units, no sides.
    own : Thresholds
        Those that came with the scores.
    """

    values: UnitTable | Coding
    own: Thresholds = field(default_factory=Thresholds)

    @property
    def scored(self) -> bool:
        """Whether there are probabilities."""
        return isinstance(self.values, UnitTable) and not np.isnan(self.values.probability).all()

    @property
    def graded(self) -> bool:
        """Whether scores are OpenFace's intensities, beside a presence."""
        return isinstance(self.values, UnitTable) and self.values.dialect == "openface"

    def decided(
        self,
        thresholds: Thresholds,
        model: str | None,
        level: float | None,
        rename: Mapping[str, str],
    ) -> UnitTable | Coding:
        """Decide for each frame of a table; see `facs.evaluation.agree.Pairing`.

        Returns
        -------
        UnitTable or Coding
            A table has presence for every unit, and intensity where it is known.
        """
        if isinstance(self.values, Coding):
            return self.values.renamed(rename)
        table = _renamed(self.values, rename)
        limits, notes = thresholds_of(table, thresholds, model, rename)
        asked = {name: found for name in table.names if (found := _asked(table, name, thresholds))}
        own = self.own.renamed(rename)
        shown = [
            _shown(table, *asked[name])
            if name in asked
            else _usual(table, name, limits.of(name) or own.of(name), level or LEVEL)
            for name in table.names
        ]
        decided = replace(
            table,
            presence=np.stack(shown, axis=1),
            probability=np.full_like(table.presence, np.nan),
            notes=(*table.notes, *notes),
        )
        return decided if level is None else reaching(decided, level, asked)


def read_side(path: Path, person: str | None) -> Side:
    """Read scores for each frame, or spans; of several people the one who is named.

    Raises
    ------
    InputError
        If the file is none that `facs agree` reads, or has several people and `person` is not
        one of them.
    """
    if path.suffix.lower() == ".facs":
        return _of_recording(path, Recording.load(path), person)
    if is_coding(path):
        return Side(read_coding(path, person=person))
    table = read_either(path)
    if person is not None:
        chosen = the_person(path, set(table.person.tolist()), person)
        table = table.rows(np.flatnonzero(table.person == chosen))
    return Side(_joined(table))


def only(table: UnitTable, names: tuple[str, ...]) -> UnitTable:
    """The table with some of its units, in their order.

    Raises
    ------
    InputError
        If one of them is not there.
    """
    return _taken(table, names, names)


def reaching(table: UnitTable, level: float, but: Collection[str] = ()) -> UnitTable:
    """The table with units there from a level on; those of unknown intensity are named.

    Parameters
    ----------
    table : UnitTable
        With presence.
    level : float, in (0, 5]
    but : collection of str
        Units that stay as they are.
    """
    kept = np.isnan(table.intensity) | np.isin(table.names, list(but))
    presence = np.where(kept, table.presence, table.intensity >= level)
    uncut = np.array(table.names)[(kept & (presence == 1)).any(axis=0)]
    if not len(uncut):
        return replace(table, presence=presence)
    note = (
        f"{Path(table.source).name}: the level does not cut {' '.join(uncut)}, where no intensity "
        "is known or a threshold decides"
    )
    return replace(table, presence=presence, notes=(*table.notes, note))


def _joined(table: UnitTable) -> UnitTable:
    """Units without their sides; as in spans, a unit of which one side was coded is that side."""
    units = in_order(split_column(name)[0] for name in table.names)
    alone = {
        unit: next(name for name in table.names if split_column(name)[0] == unit)
        for unit in units
        if unit not in table.names
    }
    said = ", ".join(f"{unit} is {side}" for unit, side in alone.items())
    notes = (f"{table.source}: of one side alone: {said}",) if said else ()
    joined = _taken(table, tuple(alone.get(unit, unit) for unit in units), units)
    return replace(joined, notes=(*table.notes, *notes))


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


def _of_recording(path: Path, recording: Recording, person: str | None) -> Side:
    tracks = {str(one.track): one for one in recording.people}
    if not tracks:
        raise InputError(f"{path}: wanted a recording of somebody, got one of nobody")
    one = tracks[the_person(path, set(tracks), person)]
    table = UnitTable.of(
        str(path),
        tuple(map(str, one.units)),
        probability=one.probability,
        intensity=one.intensities,
        frame=np.arange(len(one)),
        time=one.times,
    )
    return Side(table, unit_thresholds(one.units, one.on.tolist(), one.off.tolist()))


def _asked(table: UnitTable, name: str, given: Thresholds) -> tuple[Floats, Limits] | None:
    """Scores of a unit and the threshold that was given for them; None where one is missing."""
    column, limits = table.names.index(name), given.of(name)
    graded = table.dialect == "openface"
    scores = (table.intensity if graded else table.probability)[:, column]
    if limits is None or np.isnan(scores).all():
        return None
    return scores, limits if graded else limits.of_probability(f"{table.source}, {name}")


def _usual(table: UnitTable, name: str, limits: Limits | None, level: float) -> Floats:
    """Presence by the thresholds of a model, else the table's own, else by what there is."""
    column = table.names.index(name)
    probability, presence = table.probability[:, column], table.presence[:, column]
    scored, told = (not np.isnan(values).all() for values in (probability, presence))
    if scored and (limits is not None or not told):
        return _shown(table, probability, limits or HALF)
    return presence if told else _shown(table, table.intensity[:, column], Limits(*[level] * 3))


def _shown(table: UnitTable, values: Floats, limits: Limits) -> Floats:
    """1 in the frames of an event, 0 in others, NaN where there is no value."""
    shown = np.where(np.isnan(values), np.nan, 0.0)
    scores = values.astype(np.float32)  # as a recording keeps them, so that formats agree
    keys = np.char.add(np.char.add(table.file, "\n"), table.person)
    for key in np.unique(keys):
        rows = np.flatnonzero(keys == key)
        rows = rows[np.argsort(table.frame[rows])]
        times = _times(table, rows)
        found = find_events(
            "", times, scores[rows], on=limits.on, off=limits.off, min_peak=limits.peak
        )
        for event in found:
            first, last = times.searchsorted((event.onset, event.offset))
            shown[rows[first : last + 1]] = 1
    return shown


def _times(table: UnitTable, rows: NDArray[np.int64]) -> Floats:
    """Seconds of rows in order, in which a hole ends an event; else the numbers of their frames."""
    time = table.time[rows]
    return time if (np.diff(time, prepend=-np.inf) > 0).all() else table.frame[rows].astype(float)
