"""Time against the numbers of frames: how long a frame stays, and rows that share a moment."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.unit_table import UnitTable

__all__ = ["ROUNDING", "UNLIKE", "ends_of_frames", "rows_by_time", "usual_frame"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ROUNDING: Final = 1e-3
"""Seconds; programs for annotation keep milliseconds."""

UNLIKE: Final = 100.0
"""How many times as fast one clock may run as another; milliseconds are 1,000 times seconds."""


def usual_frame(frame: Integers, time: Floats) -> float:
    """Seconds for which a frame stays as a rule, whichever frames have a row; NaN for one row.

    Parameters
    ----------
    frame : array, shape (n,), increasing
    time : array, shape (n,), seconds

    Examples
    --------
    >>> usual_frame(np.array([0, 30, 60]), np.array([0.0, 1.0, 2.0]))
    0.03333333333333333
    """
    return float(np.median(np.diff(time) / np.diff(frame))) if len(frame) > 1 else float("nan")


def ends_of_frames(frame: Integers, time: Floats) -> Floats:
    """When each frame ends, shape (n,): where the next one begins, or would, had it a row.

    A frame that seems to stay for more than twice the usual is followed by a hole.

    Parameters
    ----------
    frame : array, shape (n,), increasing
    time : array, shape (n,), seconds

    Examples
    --------
    >>> ends_of_frames(np.array([0, 1, 2, 6]), np.array([0.0, 0.5, 1.0, 3.0])).tolist()
    [0.5, 1.0, 1.5, 3.5]
    """
    usual = usual_frame(frame, time) if len(frame) > 1 else 0.0
    stays = np.append(np.diff(time) / np.diff(frame), usual)
    return np.asarray(time + np.where(stays > 2 * usual, usual, stays))


def rows_by_time(
    predictions: UnitTable, labels: UnitTable, rows: Integers, by_name: bool
) -> tuple[Integers, list[str]]:
    """Rows that were matched by frame; by time in files whose times contradict that.

    Two programs count frames from other starts, or at other rates; their seconds are the same.

    Parameters
    ----------
    predictions, labels : UnitTable
        With the same names of files.
    rows : array, shape (len(labels),)
        The row of the predictions for each row of the labels, -1 where there is none.
    by_name : bool
        Whether people match by name; else every frame has one.

    Returns
    -------
    rows : array, shape (len(labels),)
    notes : list of str
        That rows are matched by time, and why.

    Raises
    ------
    InputError
        If times contradict frames, and no row of the one table is at the time of the other's; or
        if one table seems to count milliseconds.
    """
    mended, said, count = rows.copy(), [], 0
    found = _groups(predictions, by_name)
    for key, own in _groups(labels, by_name).items():
        pair = _clock(labels, own), _clock(predictions, found.get(key, own[:0]))
        _refuse_other_units(predictions, labels, pair)
        half = _half_a_frame(*pair)
        moved = _nearest(*pair, half + ROUNDING)
        why = _contradiction(predictions, labels, own, rows[own], half + ROUNDING)
        if (moved < 0).all() and why:
            raise InputError(
                f"{why}, and no frame of one is at the time of a frame of the other: leave the "
                "column time out of one to match them by frame"
            )
        if why or ((rows[own] < 0).all() and (moved >= 0).any()):
            mended[own], mended[pair[0].rows] = -1, moved
            _refuse_crowds(predictions, labels, moved)
            said.append(why or "the two count frames from other numbers")
            count += len(own)
    return mended, [f"{count:,} rows are matched by time, not by frame: {said[0]}"] if said else []


class _Clock(NamedTuple):
    """Rows of one person of one file that have a time, in order of frame."""

    rows: Integers
    frame: Integers
    time: Floats


def _clock(table: UnitTable, rows: Integers) -> _Clock:
    timed = rows[np.isfinite(table.time[rows])]
    return _Clock(timed, table.frame[timed], table.time[timed])


def _groups(table: UnitTable, by_name: bool) -> dict[tuple[str, str], Integers]:
    """Rows of each file and person who was seen, in order of frame."""
    rows = np.flatnonzero(table.seen)
    rows = rows[np.argsort(table.frame[rows], kind="stable")]
    groups: dict[tuple[str, str], list[int]] = {}
    for row, file, person in zip(rows, table.file[rows], table.person[rows], strict=True):
        groups.setdefault((str(file), str(person) if by_name else ""), []).append(int(row))
    return {key: np.array(group, np.int64) for key, group in groups.items()}


def _refuse_other_units(
    predictions: UnitTable, labels: UnitTable, clocks: tuple[_Clock, _Clock]
) -> None:
    """Refuse two clocks of which one runs so much faster that it counts something else.

    Rows of a picture every few seconds, numbered one by one, are as slow, but not as long.
    """
    if min(len(clock.rows) for clock in clocks) < 2:
        return
    frames = [usual_frame(clock.frame, clock.time) for clock in clocks]
    whole = [float(np.ptp(clock.time)) for clock in clocks]
    slow = int(frames[1] > frames[0])
    if frames[slow] > UNLIKE * frames[1 - slow] > 0 and whole[slow] > 10 * whole[1 - slow]:
        names = (labels.source, predictions.source)
        raise InputError(
            f"wanted times in seconds, got a frame of {frames[slow]:g} s in {names[slow]} and of "
            f"{frames[1 - slow]:g} s in {names[1 - slow]}: are the times of {names[slow]} "
            "milliseconds?"
        )


def _half_a_frame(labels: _Clock, predictions: _Clock) -> float:
    """Of the longer frames of two clocks; NaN where one of them does not run."""
    clocks = (labels, predictions)
    if not all(len(clock.rows) and (np.diff(clock.time) > 0).all() for clock in clocks):
        return float("nan")
    frames = [usual_frame(clock.frame, clock.time) for clock in clocks]
    return max((frame for frame in frames if frame == frame), default=float("nan")) / 2


def _nearest(labels: _Clock, predictions: _Clock, within: float) -> Integers:
    """The row of the predictions nearest in time to each row of the labels, or -1."""
    if np.isnan(within):
        return np.full(len(labels.rows), -1, np.int64)
    middles = (predictions.time[1:] + predictions.time[:-1]) / 2
    at = np.searchsorted(middles, labels.time)
    near = np.abs(predictions.time[at] - labels.time) <= within
    return np.where(near, predictions.rows[at], -1)


def _refuse_crowds(predictions: UnitTable, labels: UnitTable, moved: Integers) -> None:
    """Refuse predictions so rare in time that each would stand for a crowd of labels."""
    found = moved[moved >= 0]
    rows = len(np.unique(found))
    if len(found) > UNLIKE * rows:
        raise InputError(
            f"wanted times in seconds in both tables, got {rows:,} rows of {predictions.source} "
            f"for {len(found):,} of {labels.source}: are the times of one of them milliseconds? "
            "A picture every few seconds keeps the number of its frame"
        )


def _contradiction(
    predictions: UnitTable, labels: UnitTable, own: Integers, rows: Integers, within: float
) -> str:
    """Which frame is at two times; nothing where none is."""
    known = rows >= 0
    gap = np.abs(labels.time[own[known]] - predictions.time[rows[known]])
    apart = np.flatnonzero(gap > within)  # NaN is not
    if not len(apart):
        return ""
    row = own[known][apart[0]]
    return (
        f"frame {labels.frame[row]} is at {labels.time[row]:.3f} s in {labels.source} and at "
        f"{predictions.time[rows[known]][apart[0]]:.3f} s in {predictions.source}"
    )
