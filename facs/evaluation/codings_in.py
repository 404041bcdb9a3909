"""Codings from the files of coders: ELAN, BORIS, BIDS's events, and events of our own."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from facs.errors import InputError
from facs.evaluation.coder_words import number_of, strength_of
from facs.evaluation.codings import CodedSpan, Coding, the_person
from facs.evaluation.codings_elan import read_elan
from facs.evaluation.sheet import has_comma, read_header
from facs.evaluation.unit_columns import in_order, read_name
from facs.events import NOT_SCORED

__all__ = ["is_coding", "read_coding"]

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class _Found:
    """One line of a file: whom it is of, what was coded, and when."""

    person: str
    label: str
    start: float
    end: float
    intensity: float = float("nan")
    by_frames: bool = False
    ungraded: str = ""  # what stands where an intensity is wanted


def is_coding(path: Path) -> bool:
    """Whether a file holds spans of time, and not a row for each frame."""
    return path.suffix.lower() == ".eaf" or _kind(path) is not None


def read_coding(path: Path, *, person: str | None = None) -> Coding:
    """Read what one coder wrote of one person.

    Parameters
    ----------
    path : Path
        ELAN's ``.eaf``; BORIS's aggregated events; BIDS's events (``onset``, ``duration``,
        ``trial_type``); or the events that `facs analyze --events` writes.
    person : str, optional
        Whom: the subject, or in ELAN what the name of a tier begins with (``child_AU12``). It
        may be left out where the file has one.

    Returns
    -------
    Coding
        ELAN's empty tiers are units that were looked for and not seen; the other formats
        only know units that were seen. Sides are joined: a unit is there where one side is.

    Raises
    ------
    InputError
        If the file is none of these, or has several people and `person` is not one of them.
    MissingPackageError
        If an ``.eaf`` is to be read and pympi-ling is not installed.
    """
    if path.suffix.lower() == ".eaf":
        return read_elan(path, person)
    kind = _kind(path)
    if kind is None:
        raise InputError(f"{path}: wanted events of ELAN, BORIS, BIDS or facs, got other columns")
    rows = _rows(path)
    found = list(_READERS[kind](path, rows))
    units = [line for line in found if line.label == NOT_SCORED or read_name(line.label)]
    chosen = the_person(path, {line.person for line in units or found}, person)
    coding = _coding(path, [line for line in found if line.person == chosen], _seconds(rows))
    if kind != "events":
        return coding
    note = (
        f"{path.name}: does not say what could not be scored, which counts as not shown; a .facs "
        f"file, BIDS's and BORIS's say it"
    )
    return replace(coding, notes=(*coding.notes, note))


def _coding(path: Path, lines: list[_Found], end: float) -> Coding:
    spans, strange, ungraded = [], set(), set()
    for line in lines:
        unit = read_name(line.label)
        if line.label == NOT_SCORED or unit is not None:
            name = "" if unit is None else f"AU{unit.unit}"
            spans.append(CodedSpan(name, line.start, line.end, line.intensity, line.by_frames))
            ungraded.add(line.ungraded)
        else:
            strange.add(line.label)
    told = {
        "ignored, no units": strange,
        "wanted intensities 1 to 5 or A to E, ignored": ungraded - {""},
    }
    notes = tuple(f"{path.name}: {what}: {', '.join(sorted(w))}" for what, w in told.items() if w)
    names = in_order(span.name for span in spans if span.name)
    return Coding(str(path), names, tuple(spans), end, notes)


# Tables


_KINDS: Final[Mapping[str, set[str]]] = {
    "boris": {"Behavior", "Start (s)", "Stop (s)"},
    "bids": {"onset", "duration", "trial_type"},
    "events": {"label", "onset", "offset"},
}


def _kind(path: Path) -> str | None:
    header = set(read_header(path))  # rows by frame may fill gigabytes
    return next((kind for kind, columns in _KINDS.items() if columns <= header), None)


def _rows(path: Path) -> Rows:
    """Rows by their columns, whatever separates them."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=max(",;\t", key=first.count))
            return [_whole(path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"wanted a table of events, {path} cannot be read: {error}") from error


def _whole(path: Path, line: int, row: dict[str, str]) -> dict[str, str]:
    if None in row.values():
        raise InputError(f"{path}: line {line}: wanted as many cells as in the header, got fewer")
    return row


def _boris(path: Path, rows: Rows) -> Iterator[_Found]:
    sittings = sorted({row.get("Observation id") or "" for row in rows})
    if len(sittings) > 1:
        raise InputError(
            f"{path}: wanted one observation, got {', '.join(sittings)}: export each by itself"
        )
    for row in rows:
        known = (row.get("Time offset (s)") or "").strip() not in _NONE
        offset = _number(path, row, "Time offset (s)") if known else 0.0
        start = _number(path, row, "Start (s)") - offset
        # A point event has no end of its own.
        point = row["Stop (s)"].strip() in _NONE
        end = start if point else _number(path, row, "Stop (s)") - offset
        cells = (text for name, text in row.items() if (name or "").startswith("Modifier"))
        words = [word.strip() for text in cells for word in (text or "").split("|")]
        letter = max((g for g in map(strength_of, words) if g == g), default=float("nan"))
        # Most modifiers are words about something else; a number that is no grade is a mistake.
        lost = [w for w in words if number_of(w) is not None and np.isnan(strength_of(w))]
        subject, label = row.get("Subject") or "", row["Behavior"].strip()
        yield _Found(subject, label, start, end, letter, ungraded=", ".join(lost))


def _bids(path: Path, rows: Rows) -> Iterator[_Found]:
    for row in rows:
        label = row["trial_type"].strip()
        if label != NOT_SCORED and read_name(label) is None:
            yield _Found(row.get("person") or "", label, 0.0, 0.0)  # of what is no unit
            continue
        start = _number(path, row, "onset")
        point = row["duration"].strip() in _NONE[1:]  # an empty cell is a mistake
        end = start if point else start + _number(path, row, "duration")
        word = (row.get("intensity") or "").strip()
        letter = strength_of(word)
        lost = word if np.isnan(letter) and word not in _NONE else ""
        yield _Found(row.get("person") or "", label, start, end, letter, ungraded=lost)


def _events(path: Path, rows: Rows) -> Iterator[_Found]:
    for row in rows:
        start, end = (_number(path, row, name) for name in ("onset", "offset"))
        yield _Found(row.get("person") or "", row["label"].strip(), start, end, by_frames=True)


_READERS: Final[Mapping[str, Callable[[Path, Rows], Iterator[_Found]]]] = {
    "boris": _boris,
    "bids": _bids,
    "events": _events,
}
_NONE: Final = ("", "NA", "n/a", "nan", "None")


def _seconds(rows: Rows) -> float:
    """Until when was looked, which only BORIS tells: the length of its one video."""
    row = rows[0] if rows else {}
    try:
        return float(row.get("Media duration (s)") or "nan")
    except ValueError:
        return float("nan")


def _number(path: Path, row: Mapping[str, str], column: str) -> float:
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        wanted = "seconds with a point, not a comma" if has_comma(row[column] or "") else "seconds"
        raise InputError(f"{path}: {column}: wanted {wanted}, got {row[column]!r}") from None
    if not np.isfinite(value):
        raise InputError(f"{path}: {column}: wanted seconds, got {value}")
    return value
