"""Two codings of one video, by a program or a coder, brought to the same moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from facs.errors import InputError
from facs.evaluation.agree_rows import at_common_rows
from facs.evaluation.agree_sides import Side, only, reaching, read_side
from facs.evaluation.aligned import Aligned, Thresholds
from facs.evaluation.codings import Coding, of_one_clock, sampled, steady, while_filmed
from facs.evaluation.unit_columns import in_order, unit_name
from facs.evaluation.unit_table import UnitTable

__all__ = ["Pairing", "pair"]

RATE: Final = 25.0
"""Moments a second at which two codings of spans are compared, where nobody says otherwise."""


@dataclass(frozen=True)
class Pairing:
    """How two files are read and brought together.

    Parameters
    ----------
    person, other : str, optional
        Whom of the first and of the second file to take; needed where there are several.
    units : tuple of str
        Units that both looked for: one who never coded them saw that they were not there. By
        default only those are compared that both files name.
    rename : mapping of str to str
        Units to read as others in both files, such as ``{"AU45": "AU43"}``; one of them has it.
    thresholds : Thresholds
        From which probability a unit counts, by its name after renaming; it goes before all
        else. An intensity in OpenFace's table, if the other file has no probabilities.
    model : str, optional
        The model whose thresholds count in recordings and tables of probabilities. By default a
        recording has its own, and a table of our own those of the default model.
    level : float, optional, in (0, 5]
        Intensity from which a unit counts wherever one is known: 1 is the letter A. By default
        it is A for tables of intensities alone, and what a file itself says in others.
    rate : float, optional, per second
        Frames of a table without times; moments at which two codings of spans are compared.
    until : float, optional, seconds
        Until when both looked: later frames of a table are left out. By default to the end of the
        table, or of the video where BORIS names it; of two files of spans, to the end of the last.
    """

    person: str | None = None
    other: str | None = None
    units: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    model: str | None = None
    level: float | None = None
    rate: float | None = None
    until: float | None = None

    def __post_init__(self) -> None:
        if self.level is not None and not 0 < self.level <= 5:
            raise InputError(f"wanted a level in (0, 5], got {self.level}")
        if self.rate is not None and not 0 < self.rate < np.inf:
            raise InputError(f"wanted a rate > 0 frames per second, got {self.rate}")

    def decided(self, side: Side, beside: Side) -> UnitTable | Coding:
        """One side as decisions, with the units that were looked for."""
        thresholds = Thresholds() if side.graded and beside.scored else self.thresholds
        model = None if side.graded else self.model
        found = side.decided(thresholds, model, self.level, self.rename)
        if (thresholds, model) != (self.thresholds, self.model):
            name = Path(found.source).name
            note = f"{name}: thresholds of probabilities do not cut it: its own presence counts"
            return replace(found, notes=(*found.notes, note))
        names = tuple(map(unit_name, self.units))
        return found.looked_for(names) if isinstance(found, Coding) and names else found


def pair(first: Path, second: Path, pairing: Pairing | None = None) -> Aligned:
    """Read two files and bring them to the same moments.

    Parameters
    ----------
    first, second : Path
        A recording (``.facs``), a table with a row for each frame (of facs, OpenFace, Py-Feat, or
        labels), or spans (ELAN, BORIS, BIDS, our own events). See `read_coding`.
    pairing : Pairing, optional

    Returns
    -------
    Aligned
        The first as what was decided, the second as what is true; agreement has no such order.
        Rows are the frames of a table, of two the one whose frames are rarer; or moments `rate`
        a second.

    Raises
    ------
    InputError
        If a file cannot be read, or the two have no unit or no moment in common.
    """
    how = pairing or Pairing()
    one, other = read_side(first, how.person), read_side(second, how.other)
    _check_renames(how.rename, one, other)
    a, b = _at_the_same_moments(how.decided(one, other), how.decided(other, one), how)
    if how.units:
        wanted = in_order(map(unit_name, how.units))
        a, b = only(a, wanted), only(b, wanted)
    return at_common_rows(a, b, how.rate)


def _check_renames(rename: Mapping[str, str], first: Side, second: Side) -> None:
    known = in_order((*first.values.names, *second.values.names))
    lost = [name for name in rename if name not in known]
    if lost:
        raise InputError(f"wanted a unit to rename, of {' '.join(known)}, got {lost[0]}")


def _at_the_same_moments(
    one: UnitTable | Coding, other: UnitTable | Coding, how: Pairing
) -> tuple[UnitTable, UnitTable]:
    if isinstance(other, Coding):
        if not isinstance(one, Coding):
            return _beside(one, other, how)
        of_one_clock(one, other)
        until = max(one.until, other.until) if how.until is None else how.until
        rows = steady(until, how.rate or RATE)
        return _sampled(one, rows, how.level), _sampled(other, rows, how.level)
    if isinstance(one, Coding):
        return _beside(other, one, how)[::-1]
    if how.until is None:
        return one, other
    return _cut(_timed(one, how), how.until), _cut(_timed(other, how), how.until)


def _beside(table: UnitTable, coding: Coding, how: Pairing) -> tuple[UnitTable, UnitTable]:
    """A table and spans, at the frames of the table that the coder watched."""
    frames = _frames(table, how)
    spans = while_filmed(coding, frames)
    rows = _watched(frames, spans, how)
    return rows, _sampled(spans, rows, how.level)


def _sampled(coding: Coding, rows: UnitTable, level: float | None) -> UnitTable:
    table = sampled(coding, rows)
    return table if level is None else reaching(table, level)


def _watched(table: UnitTable, coding: Coding, how: Pairing) -> UnitTable:
    """The frames that the coder watched: what comes after them was not coded, not absent."""
    end = how.until
    if end is None and np.isfinite(coding.end):
        end = coding.until
    return table if end is None else _cut(table, end)


def _cut(table: UnitTable, until: float) -> UnitTable:
    """Rows before a time, and a note of how many were left out."""
    if np.isnan(table.time).any():
        raise InputError(
            f"{table.source}: wanted a column time, or the rate of its frames, to compare until "
            f"{until:g} s"
        )
    before = table.time < until
    if not before.any():
        raise InputError(
            f"{table.source}: wanted frames before {until:g} s, the first is at "
            f"{table.time.min():g} s"
        )
    left = int((~before).sum())
    if not left:
        return table
    note = f"{Path(table.source).name}: {left:,} frames from {until:g} s on are left out"
    return replace(table.rows(np.flatnonzero(before)), notes=(*table.notes, note))


def _timed(table: UnitTable, how: Pairing) -> UnitTable:
    """The table with times by the rate, where it has none."""
    if how.rate is None:
        return table
    return replace(table, time=np.where(np.isnan(table.time), table.frame / how.rate, table.time))


def _frames(table: UnitTable, how: Pairing) -> UnitTable:
    """Rows in order of time, of one video and one person."""
    if len(set(table.file.tolist())) > 1 or len(set(table.person.tolist())) > 1:
        kind = "file" if len(set(table.file.tolist())) > 1 else "person"
        names = ", ".join(sorted(set(getattr(table, kind).tolist())))
        raise InputError(f"{table.source}: wanted one {kind} to compare with spans, got {names}")
    ordered = table.rows(np.argsort(table.frame, kind="stable"))
    time = _timed(ordered, how).time
    if np.isnan(time).any() or np.any(np.diff(time) <= 0):
        raise InputError(
            f"{table.source}: wanted a column time that increases, or the rate of its frames"
        )
    return replace(ordered, time=time)
