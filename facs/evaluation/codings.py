"""Codings: which unit was seen from when to when, as coders write it, and frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.clocks import ROUNDING, UNLIKE, ends_of_frames
from facs.evaluation.unit_columns import in_order
from facs.evaluation.unit_table import UnitTable

__all__ = [
    *("CodedSpan", "Coding", "of_one_clock", "sampled", "steady", "the_person"),
    "while_filmed",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CodedSpan:
    """A span of time in which a unit was coded.

    Parameters
    ----------
    name : str
        The unit, ``AU12``; ``""`` for a span that could not be coded.
    start, end : float, seconds
        ``start <= end``; a point event has both equal.
    intensity : float, in [0, 5] or NaN
        1 to 5 are the letters A to E; NaN where the coder gave none.
    by_frames : bool
        Whether `end` is when the last frame begins, as in our own events, and not when it ends.
    coded : bool
        False where it could not be told whether the unit was there.

    Raises
    ------
    InputError
        If the end is before the start, or one of them is NaN.
    """

    name: str
    start: float
    end: float
    intensity: float = float("nan")
    by_frames: bool = False
    coded: bool = True

    def __post_init__(self) -> None:
        if not self.start <= self.end:
            raise InputError(f"{self.name}: wanted start <= end, got {self.start} and {self.end}")


@dataclass(frozen=True)
class Coding:
    """What one coder wrote of one person.

    Parameters
    ----------
    source : str
        Where it comes from, for messages.
    names : tuple of str
        The units that were looked for; one without a span was never shown.
    spans : tuple of CodedSpan
        In any order.
    end : float, seconds
        Until when was looked; NaN where the file does not say.
    notes : tuple of str

    Examples
    --------
    >>> coding = Coding("a.eaf", ("AU4", "AU12"), (CodedSpan("AU12", 1.0, 2.0, 3.0),))
    >>> coding.until
    2.0
    """

    source: str
    names: tuple[str, ...]
    spans: tuple[CodedSpan, ...]
    end: float = float("nan")
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lost = {span.name for span in self.spans} - {"", *self.names}
        if lost:
            raise InputError(f"{self.source}: wanted spans of {self.names}, got {sorted(lost)[0]}")

    @property
    def until(self) -> float:
        """Until when was looked, or the end of the last span, if that is later."""
        return float(np.nanmax([0.0, self.end, *(span.end for span in self.spans)]))

    def renamed(self, rename: Mapping[str, str]) -> Coding:
        """The same coding with some units read as others."""
        spans = tuple(replace(s, name=rename.get(s.name, s.name)) for s in self.spans)
        return replace(self, names=in_order(rename.get(n, n) for n in self.names), spans=spans)

    def looked_for(self, names: Iterable[str]) -> Coding:
        """The same coding, in which these units too were looked for."""
        return replace(self, names=in_order((*self.names, *names)))


def steady(until: float, rate: float) -> UnitTable:
    """Rows without units, `rate` a second from 0 to `until`: the moments to compare at.

    Raises
    ------
    InputError
        If there is no time to compare.

    Examples
    --------
    >>> steady(0.2, 10.0).time.tolist()
    [0.0, 0.1]
    """
    if not (rate > 0 and until > 0 and np.isfinite(until)):
        raise InputError(f"wanted a rate and seconds > 0 to compare, got {rate} and {until}")
    frames = np.arange(max(1, round(until * rate)))
    return UnitTable.of("frames", (), frame=frames, time=frames / rate)


def while_filmed(coding: Coding, rows: UnitTable) -> Coding:
    """The same coding, with a note of how many spans begin after the last of some rows.

    Parameters
    ----------
    coding : Coding
    rows : UnitTable
        Frames of one video in order of time.

    Raises
    ------
    InputError
        If all begin later: times in milliseconds, or numbers of frames.

    Examples
    --------
    >>> late = Coding("a.tsv", ("AU12",), (CodedSpan("AU12", 4000.0, 6400.0),))
    >>> while_filmed(late, steady(60.0, 25.0))
    Traceback (most recent call last):
    facs.errors.InputError: a.tsv: wanted spans in the 60 s of frames, got the \
first at 4000 s: are its times milliseconds, or numbers of frames?
    """
    starts = [span.start for span in coding.spans if span.name]
    end = float(ends_of_frames(rows.frame, rows.time)[-1])
    late = sum(start >= end for start in starts)
    if not late:
        return coding
    if late == len(starts):
        raise InputError(
            f"{coding.source}: wanted spans in the {end:g} s of {rows.source}, got the first at "
            f"{min(starts):g} s: are its times milliseconds, or numbers of frames?"
        )
    count = f"{late:,} of {len(starts):,} spans"
    note = f"{Path(coding.source).name}: {count} begin after the last frame and are left out"
    return replace(coding, notes=(*coding.notes, note))


def of_one_clock(one: Coding, other: Coding) -> None:
    """Refuse two codings of which one seems to be in milliseconds.

    Raises
    ------
    InputError
        If one begins after the other ended, more than a hundred times as late.
    """
    for late, early in ((one, other), (other, one)):
        first = min((span.start for span in late.spans), default=0.0)
        if early.spans and first > early.until and late.until > UNLIKE * early.until:
            raise InputError(
                f"{late.source}: wanted spans near those of {early.source}, which end at "
                f"{early.until:g} s, got the first at {first:g} s: are its times milliseconds?"
            )


def sampled(coding: Coding, rows: UnitTable) -> UnitTable:
    """A coding at the rows of a table, which are frames of one video in order of time.

    A unit is there in a frame whose middle lies in a span; a span that holds no middle is there
    in the frame in which it begins. So rounding to milliseconds changes nothing. A frame ends
    where the next one would begin, whether that has a row or not.

    Parameters
    ----------
    coding : Coding
    rows : UnitTable
        Gives file, frame, person and time; its units do not matter.

    Returns
    -------
    UnitTable
        Presence of every unit that was looked for; NaN where it could not be coded. Intensity,
        0 where it was not there, if the coding has any; NaN throughout for a unit that was
        seen and never graded.

    Examples
    --------
    >>> coding = Coding("a.eaf", ("AU12",), (CodedSpan("AU12", 0.1, 0.3), CodedSpan("", 0.3, 0.4)))
    >>> sampled(coding, steady(0.5, 10.0)).presence[:, 0].tolist()
    [0.0, 1.0, 1.0, nan, 0.0]
    """
    ends = ends_of_frames(rows.frame, rows.time)
    presence = np.zeros((len(rows), len(coding.names)))
    intensity = np.zeros_like(presence)
    for span in (span for span in coding.spans if span.name and span.coded):
        cells = _covered(rows.time, ends, span), coding.names.index(span.name)
        presence[cells] = 1
        # Of two spans that overlap the stronger counts; NaN, which has no letter, gives way.
        intensity[cells] = np.fmax(intensity[cells], span.intensity)
    intensity[(presence == 1) & (intensity == 0)] = np.nan
    graded = (intensity > 0).any(axis=0)
    # Zeros of a unit that was seen and never graded would be a grade of nothing else.
    intensity[:, (presence == 1).any(axis=0) & ~graded | ~graded.any()] = np.nan
    for span in (span for span in coding.spans if not (span.name and span.coded)):
        which = coding.names.index(span.name) if span.name else slice(None)
        covered = _covered(rows.time, ends, span), which
        presence[covered] = intensity[covered] = np.nan
    return UnitTable.of(
        coding.source,
        coding.names,
        presence=presence,
        intensity=intensity,
        frame=rows.frame,
        file=rows.file,
        person=rows.person,
        time=rows.time,
        notes=coding.notes,
    )


def _covered(times: Floats, ends: Floats, span: CodedSpan) -> slice:
    """Rows whose middle lies in a span, or else the one row in which it begins."""
    first, after = np.searchsorted((times + ends) / 2, (span.start, span.end)).tolist()
    if span.by_frames:
        after = int(np.searchsorted(times, span.end + ROUNDING, side="right"))
    if first < after:
        return slice(first, after)
    holds = int(np.searchsorted(times, span.start + ROUNDING, side="right")) - 1
    if holds < 0:
        return slice(0, 0)
    # A span that begins where a frame ends, to rounding, is in none: a hole begins there.
    within = ends[holds] - min(ROUNDING, (ends[holds] - times[holds]) / 2)
    return slice(holds, holds + 1) if span.start < within else slice(0, 0)


def the_person(path: Path, known: set[str], wanted: str | None) -> str:
    """Whom of a file to take: who is wanted, or the only one."""
    names = sorted(known)
    if wanted is None and len(names) <= 1:
        return names[0] if names else ""
    if wanted not in known:
        got = "none" if wanted is None else repr(wanted)
        raise InputError(f"{path}: wanted a person of {', '.join(names)}, got {got}")
    return wanted
