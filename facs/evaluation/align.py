"""Predictions brought to the rows of the labels."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.aligned import Aligned, Limits, Thresholds
from facs.evaluation.matching import match_rows
from facs.evaluation.unit_table import UnitTable
from facs.events import after_holes
from facs.units import split_column

__all__ = ["LEVEL", "UNSEEN", "align"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEVEL: Final = 1.0
"""Labelled intensity from which a unit is there: letter A."""

PROBABILITY: Final = 0.5
"""Probability from which a unit counts as predicted, where nobody says otherwise."""

UNSEEN: Final = ("left-out", "absent")


def align(
    predictions: UnitTable,
    labels: UnitTable,
    *,
    thresholds: Thresholds | None = None,
    level: float = LEVEL,
    unseen: str = "left-out",
    rate: float | None = None,
) -> Aligned:
    """Bring predictions to the rows of the labels.

    Parameters
    ----------
    predictions, labels : UnitTable
    thresholds : Thresholds, optional
    level : float, in (0, 5]
        Labelled intensity from which a unit is there: 1 is the letter A, 2 is B.
    unseen : str
        ``"left-out"`` what was not predicted, or count it as ``"absent"``: nothing was
        shown. The second is fairer between programs that give up on different faces.
    rate : float, optional, frames per second
        Gives rows a time that have none in either table.

    Returns
    -------
    Aligned
        Rows in order of file, person and frame. Its notes say what is in one table only.

    Raises
    ------
    InputError
        If the tables share no row or no unit.

    Examples
    --------
    >>> labels = UnitTable.of("l.csv", ("AU12",), frame=[0, 1], presence=[[1], [0]])
    >>> predictions = UnitTable.of("p.csv", ("AU12",), frame=[0, 1], probability=[[0.9], [0.2]])
    >>> aligned = align(predictions, labels)
    >>> aligned.decision.tolist(), aligned.truth.tolist()
    ([[1.0], [0.0]], [[1.0], [0.0]])
    """
    if unseen not in UNSEEN or not 0 < level <= 5:
        raise InputError(f"wanted unseen of {UNSEEN} and level in (0, 5], got {unseen!r}, {level}")
    names = _common(predictions, labels)
    rows, notes = match_rows(predictions, labels)
    order = np.lexsort((labels.frame, labels.person, labels.file))
    labels, rows = labels.rows(order), rows[order]
    truth, intensity = _truth(labels, names, level)
    score, decision, strength, limits = _predicted(
        predictions, names, rows, thresholds or Thresholds()
    )
    if unseen == "absent":
        score, decision, strength = (_filled(array) for array in (score, decision, strength))
    time = _times(predictions, labels, rows, rate)
    film = _films(labels)
    subject, by = _subjects(predictions, labels, rows)
    return Aligned(
        names=names,
        score=score,
        decision=decision,
        strength=strength,
        truth=truth,
        intensity=intensity,
        **limits,
        subject=subject,
        film=film,
        sequence=_sequences(predictions, labels, time, film, _laid_out(labels.frame, film, rows)),
        time=time,
        groups=labels.groups,
        notes=(
            *(*predictions.notes, *labels.notes, *notes),
            *_unit_notes(predictions, labels),
            *_frame_note(predictions, labels, rows),
            *by,
        ),
    )


def _common(predictions: UnitTable, labels: UnitTable) -> tuple[str, ...]:
    names = tuple(name for name in labels.names if name in predictions.names)
    if not names:
        raise InputError(
            f"wanted units that both tables have, got {' '.join(predictions.names)} in "
            f"{predictions.source} and {' '.join(labels.names)} in {labels.source}"
        )
    return names


def _gathered(values: NDArray[Any], rows: Integers) -> Floats:
    """Rows of an array (m, ...), NaN where the row is -1."""
    found = values[np.maximum(rows, 0)].astype(np.float64)
    found[rows < 0] = np.nan
    return np.asarray(found)


def _truth(labels: UnitTable, names: tuple[str, ...], level: float) -> tuple[Floats, Floats]:
    """Presence and intensity; a known intensity decides about presence.

    OpenFace's presence goes before its intensity, unless another level is asked for.
    """
    columns = [labels.names.index(name) for name in names]
    intensity, presence = labels.intensity[:, columns], labels.presence[:, columns]
    reached = np.where(np.isnan(intensity), np.nan, intensity >= level)
    if labels.dialect == "openface" and level == LEVEL:
        return np.where(np.isnan(presence), reached, presence), intensity
    return np.where(np.isnan(intensity), presence, reached), intensity


def _predicted(
    table: UnitTable, names: tuple[str, ...], rows: Integers, thresholds: Thresholds
) -> tuple[Floats, Floats, Floats, dict[str, Floats]]:
    """Score, decision and strength (n, U), and each of the limits (U,)."""
    parts = [_column(table, name, thresholds) for name in names]
    score, decision, strength = (
        _gathered(np.stack(columns, axis=1), rows)
        for columns in zip(*(part[:3] for part in parts), strict=True)
    )
    limits = np.array([part[3] for part in parts]).T
    return score, decision, strength, dict(zip(Limits._fields, limits, strict=True))


def _column(
    table: UnitTable, name: str, thresholds: Thresholds
) -> tuple[Floats, Floats, Floats, Limits]:
    column = table.names.index(name)
    kinds = ("probability", "intensity", "presence")
    values = {kind: getattr(table, kind)[:, column] for kind in kinds}
    there = [kind for kind in kinds if not np.isnan(values[kind]).all()] or ["presence"]
    score, strength = values[there[0]], values["intensity"]
    limits = thresholds.of(name)
    if limits is not None and there[0] == "probability":
        limits = limits.of_probability(f"{table.source}, {name}")
    if limits is not None and there[0] == "presence" and limits.on > 1:
        limits = None  # it is one of intensities
    if limits is None and "presence" in there:
        return score, values["presence"], strength, Limits(*[float("nan")] * 3)
    if limits is None:
        usual = PROBABILITY if there[0] == "probability" else LEVEL
        limits = Limits(usual, usual, usual)
    decision = np.where(np.isnan(score), np.nan, score >= limits.on)
    return score, decision, strength, limits


def _filled(values: Floats) -> Floats:
    """Zero for NaN, but for columns of which nothing is known at all."""
    return np.where(np.isnan(values) & ~np.isnan(values).all(0), 0.0, values)


def _times(predictions: UnitTable, labels: UnitTable, rows: Integers, rate: float | None) -> Floats:
    """Seconds of the labels, else of the predictions, else by the rate, else NaN."""
    time = np.where(np.isnan(labels.time), _gathered(predictions.time, rows), labels.time)
    if rate is None:
        return time
    if not rate > 0:
        raise InputError(f"wanted a rate > 0 frames per second, got {rate}")
    return np.where(np.isnan(time), labels.frame / rate, time)


def _subjects(
    predictions: UnitTable, labels: UnitTable, rows: Integers
) -> tuple[NDArray[np.str_], tuple[str, ...]]:
    """Whom each row is of; where no table says so, its file and person, and a note of that."""
    named = labels.subject.tolist()
    other = ["" if row < 0 else str(predictions.subject[row]) for row in rows]
    file_and_person = [f"{file} {person}".strip() for file, _, person in labels.keys]
    subject = [a or b or c for a, b, c in zip(named, other, file_and_person, strict=True)]
    guessed = sum(not (a or b) for a, b in zip(named, other, strict=True))
    if not guessed:
        return np.array(subject), ()
    return np.array(subject), (f"{guessed:,} rows name no subject: each file counts as one",)


def _films(labels: UnitTable) -> Integers:
    """A number for each file and person, shape (n,)."""
    new = np.ones(len(labels), bool)
    new[1:] = (labels.file[1:] != labels.file[:-1]) | (labels.person[1:] != labels.person[:-1])
    return np.cumsum(new) - 1


def _laid_out(frame: Integers, film: Integers, rows: Integers) -> Bools:
    """Rows of which events are made: of a film that was predicted more rarely, the predicted ones.

    Otherwise a frame without a prediction ends an event; here it would end each after one frame.
    """
    laid = np.ones(len(frame), bool)
    for own in np.split(np.arange(len(frame)), np.flatnonzero(np.diff(film)) + 1):
        known = own[rows[own] >= 0]
        if len(known) > 1 and np.median(np.diff(frame[known])) > np.median(np.diff(frame[own])):
            laid[own] = rows[own] >= 0
    return laid


def _sequences(
    predictions: UnitTable, labels: UnitTable, time: Floats, film: Integers, laid: Bools
) -> Integers:
    """A number for each stretch of a film whose rows have times; -1 for other rows.

    Frames that nobody labelled end a sequence, as what is not seen ends an event; and so does a
    hole in the times.
    """
    at = np.flatnonzero(laid)
    seconds = time[at]
    new = np.diff(film[at], prepend=-1) != 0
    new |= _after_a_hole(labels.frame[at], seconds, film[at])
    step = np.diff(seconds, prepend=np.nan)
    backwards = np.flatnonzero(~new & (step <= 0))
    if len(backwards):
        row, before = at[backwards[0]], at[backwards[0] - 1]
        source = predictions.source if np.isnan(labels.time[row]) else labels.source
        file = f"file {str(labels.file[row])!r}, " if labels.file[row] else ""
        raise InputError(
            f"{source}: {file}frame {labels.frame[row]}: wanted times that increase with the "
            f"frames, got {time[row]:g} s after {time[before]:g} s; mend them, or leave the "
            "column time out"
        )
    sequence = np.full(len(time), -1, np.int64)
    sequence[at] = np.where(np.isnan(seconds), -1, np.cumsum(new) - 1)
    return sequence


def _after_a_hole(frame: Integers, time: Floats, whose: Integers) -> Bools:
    """Rows before which frames are missing: more than from one row to the next as a rule."""
    hole = np.zeros(len(frame), bool)
    for rows in np.split(np.arange(len(frame)), np.flatnonzero(np.diff(whose)) + 1):
        step = np.diff(frame[rows])
        if len(step) > 1:  # labels of 25 frames a second may be numbered as of 30
            hole[rows[1:]] = step > 2 * np.median(step)
        if np.isfinite(time[rows]).all():
            hole[rows] |= after_holes(time[rows])
    return hole


def _unit_notes(predictions: UnitTable, labels: UnitTable) -> list[str]:
    notes = []
    for one, other in ((labels, predictions), (predictions, labels)):
        left = [name for name in one.names if not split_column(name)[1] and name not in other.names]
        if left:
            name = PurePath(one.source).name
            notes.append(f"in {name} alone, not compared: {' '.join(left)}")
    return notes


def _frame_note(predictions: UnitTable, labels: UnitTable, rows: Integers) -> list[str]:
    """A hint where one table seems to count frames from 1 and the other from 0."""
    known = rows >= 0
    if (labels.frame[known] != predictions.frame[rows[known]]).any():
        return []  # their times already told
    first = int(labels.frame.min()), int(predictions.frame.min())
    last = int(labels.frame.max()), int(predictions.frame.max())
    if first[0] - first[1] == last[0] - last[1] and abs(first[0] - first[1]) == 1:
        return [
            f"labels are of frames {first[0]} to {last[0]}, predictions of {first[1]} to "
            f"{last[1]}: does one of them count from 1?"
        ]
    return []
