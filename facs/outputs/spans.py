"""Spans: events, and what could not be scored, as pieces of time for programs that know only those.

An `Event` tells the times of its first and its last frame. A span ends when its last
frame ends, which is when the next one begins: a movement that is seen in a single frame
lasts as long as that frame. Before a hole in the time stamps that is the median frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from facs.events import NOT_SCORED, Event, after_holes, find_events, least_peak
from facs.outputs.views import REASON_WORDS, only_side
from facs.person import REASONS, Person, seconds_covered
from facs.units import ActionUnit, SideName, letter

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = [
    "NOT_SCORED",
    "PICTURE",
    "Span",
    "frame_ends",
    "measured_by",
    "seconds_scored",
    "side_spans",
    "spans_of",
    "unit_spans",
    "unscored_spans",
]

PICTURE: Final = 0.04
"""Seconds that a single picture is taken to stay."""

NO_FRAMES: Final = "no frames"
"""Why nobody could be scored in a hole of the time stamps."""

_INITIALS: Final = {"left": "L", "right": "R"}


@dataclass(frozen=True)
class Span:
    """One event of one person's unit, as a piece of time.

    Parameters
    ----------
    track : int
        The person's number.
    unit : ActionUnit
    side : str
        The subject's own ``"left"`` or ``"right"`` where only that side shows it at the
        apex, ``"both"`` where both do, ``""`` for a unit without sides.
    start, end : float, seconds
        From the beginning of the first frame to the end of the last; ``start < end``.
    apex : float, seconds
        Time of the strongest frame.
    peak : float, in [0, 1]
        The probability there.
    letter : str
        The intensity there: ``""`` or ``"A"`` to ``"E"``.

    Examples
    --------
    >>> Span(0, ActionUnit.AU12, "left", 1.0, 2.0, 1.5, 0.9, "C").code
    'L12C'
    """

    track: int
    unit: ActionUnit
    side: str
    start: float
    end: float
    apex: float
    peak: float
    letter: str

    @property
    def code(self) -> str:
        """FACS notation: side, number and intensity."""
        return f"{_INITIALS.get(self.side, '')}{int(self.unit)}{self.letter}"

    @property
    def duration(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start


def frame_ends(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """When each frame ends, in seconds, shape (n,).

    The last one, and one before a hole (`facs.events.after_holes`), stays as long as is usual.

    Examples
    --------
    >>> frame_ends(np.array([0.0, 0.5, 1.0])).tolist()
    [0.5, 1.0, 1.5]
    """
    if not len(times):
        return np.zeros(0)
    ends = np.append(times[1:], times[0] + (seconds_covered(times) or PICTURE))
    before = np.flatnonzero(after_holes(times)) - 1
    if len(before):
        ends[before] = times[before] + np.median(np.diff(times))
    return ends


def seconds_scored(person: Person) -> float:
    """Seconds in which a person could be scored: how long the frames last in which she was."""
    return float((frame_ends(person.times) - person.times)[person.seen].sum())


def unit_spans(person: Person, unit: ActionUnit) -> list[Span]:
    """Spans in which `unit` was shown on either side, in order."""
    column = person.units.index(unit)
    return _spans(person, unit, person.events(unit), person.intensities[:, column], None)


def side_spans(person: Person, unit: ActionUnit, side: SideName) -> list[Span]:
    """Spans in which one side of the subject showed `unit`, by the unit's own thresholds."""
    column = person.units.index(unit)
    events = find_events(
        str(unit),
        person.times,
        person.side(unit, side),
        on=float(person.on[column]),
        off=float(person.off[column]),
        min_peak=least_peak(float(person.on[column])),
    )
    return _spans(person, unit, events, person.side_intensity(unit, side), side)


def spans_of(person: Person) -> list[Span]:
    """Spans of all units of a person, in order of their start."""
    spans = [span for unit in person.units for span in unit_spans(person, unit)]
    return sorted(spans, key=lambda span: span.start)


def _spans(
    person: Person,
    unit: ActionUnit,
    events: list[Event],
    intensity: NDArray[np.float32],
    side: str | None,
) -> list[Span]:
    ends = frame_ends(person.times)
    apexes = np.searchsorted(person.times, [event.apex for event in events]).tolist()
    lasts = np.searchsorted(person.times, [event.offset for event in events]).tolist()
    return [
        Span(
            track=person.track,
            unit=unit,
            side=_side(person, unit, apex) if side is None else side,
            start=event.onset,
            end=float(ends[last]),
            apex=event.apex,
            peak=event.peak,
            letter=letter(float(intensity[apex])),
        )
        for event, apex, last in zip(events, apexes, lasts, strict=True)
    ]


def _side(person: Person, unit: ActionUnit, frame: int) -> str:
    if unit not in person.sided:
        return ""
    return only_side(person, frame, person.units.index(unit)) or "both"


def unscored_spans(person: Person) -> Iterator[tuple[float, float, str]]:
    """Spans without numbers: start and end in seconds, and the reason in words; holes as well."""
    # One code more than there are reasons: could be scored, but nothing did.
    codes = np.where(person.seen, 0, np.where(person.reasons == 0, len(REASONS), person.reasons))
    words = ["", *(REASON_WORDS[reason] for reason in REASONS[1:]), "not scored"]
    ends, holes = frame_ends(person.times), after_holes(person.times)
    edges = np.flatnonzero((np.diff(codes, prepend=-1) != 0) | holes).tolist()
    for first, after in pairwise([*edges, len(codes)]):
        if holes[first]:
            yield float(ends[first - 1]), float(person.times[first]), NO_FRAMES
        if codes[first]:
            yield float(person.times[first]), float(ends[after - 1]), words[codes[first]]


def measured_by(recording: Recording) -> str:
    """Name who made the events: this program, its model and the model's version."""
    model = recording.model
    return "facs" if model is None else f"facs {model.label}"
