"""The parts of a report about people: what they showed, what was not scored, how well seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from facs.outputs.markup import NONE, bands, clock, curve, paragraph, share, table, timeline
from facs.outputs.spans import Span, frame_ends, seconds_scored, spans_of, unscored_spans
from facs.person import STREAMS, Person
from facs.units import ActionUnit

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["MOST_EVENTS", "is_long", "person_section", "quality_section", "unscored_section"]

Shown = dict[ActionUnit, list[Span]]

MOST_EVENTS: Final = 500
"""Events of one person that the report lists; a table of all is `facs analyze --events`."""

_KEY: Final = "".join(
    f'<span><i class="{kind}"></i>{words}</span> '
    for kind, words in (
        ("score", "probability, 0 to 1"),
        ("limit", "threshold"),
        ("event", "event"),
        ("gap", "not scored"),
    )
)


def is_long(person: Person) -> bool:
    """Whether times are told as minutes and seconds."""
    return bool(len(person.times)) and float(person.times[-1]) >= 60


# One person


def person_section(person: Person) -> Iterator[str]:
    """What one person showed: timeline, units, events."""
    yield f"<h2>{_called(person)}</h2>"
    spans = spans_of(person)
    shown = _by_unit(person, spans)
    yield _timeline(person, shown)
    if spans:
        yield _unit_table(person, shown)
        yield from _event_table(person, spans)
    quiet = [str(unit) for unit in person.units if unit not in shown]
    if quiet and len(quiet) < len(person.units):
        yield paragraph(f"Looked for, without an event: {', '.join(quiet)}.")


def _called(person: Person) -> str:
    return f"Person {person.track}"


def _by_unit(person: Person, spans: list[Span]) -> Shown:
    """The spans of each unit of which there are any, in the order of the model's units."""
    found = {unit: [span for span in spans if span.unit is unit] for unit in person.units}
    return {unit: own for unit, own in found.items() if own}


def _timeline(person: Person, shown: Shown) -> str:
    times = person.times
    unscored = bands(times, ((start, end) for start, end, _ in unscored_spans(person)), "gap")
    quality = curve(times, person.quality, None)
    rows = [("Quality of the view", _quality_words(person), quality + unscored)]
    for unit, spans in shown.items():
        drawing = curve(times, person[unit], float(person.on[person.units.index(unit)]))
        words = f"{unit}: {len(spans)} {'event' if len(spans) == 1 else 'events'}"
        events = bands(times, ((span.start, span.end) for span in spans), "event")
        rows.append((f"{unit} {unit.label}", words, drawing + unscored + events))
    caption = (
        "Each strip shows the highest value at its moment, from 0 to 1."
        if shown
        else "There is no event of any unit."
    )
    return timeline(caption, rows, times, _KEY)


def _quality_words(person: Person) -> str:
    if not person.seen.any():
        return "Quality: never seen"
    return f"Quality: {float(np.nanmedian(person.quality[person.seen])):.2f} at the median"


def _unit_table(person: Person, shown: Shown) -> str:
    header = ("Unit", "Name", "Events", "Shown (s)", "of scored time", "Longest (s)", "Strongest")
    scored = seconds_scored(person)
    rows = []
    for unit, spans in shown.items():
        total = sum(span.duration for span in spans)
        longest = max(span.duration for span in spans)
        letters = max(span.letter for span in spans) or NONE
        shares = (f"{total:.2f}", share(total, scored), f"{longest:.2f}", letters)
        rows.append((str(unit), unit.label, str(len(spans)), *shares))
    caption = "Units of which there are events; intensity A (trace) to E (maximum)"
    return table(caption, header, rows, numbers=range(2, 7), about=_called(person))


def _event_table(person: Person, spans: list[Span]) -> Iterator[str]:
    long = is_long(person)
    rows = [
        (
            *(str(span.unit), span.unit.label, span.side or NONE),
            *(clock(time, long=long) for time in (span.start, span.apex, span.end)),
            *(f"{span.duration:.2f}", span.letter or NONE, f"{span.peak:.2f}"),
        )
        for span in spans[:MOST_EVENTS]
    ]
    header = ("Unit", "Name", "Side", "Start", "Apex", "End", "Length (s)", "Intensity", "Peak")
    caption = f"Events in order, {len(spans)}; left and right are the person's own"
    yield table(caption, header, rows, numbers=(3, 4, 5, 6, 8), about=_called(person))
    if len(spans) > MOST_EVENTS:
        left = len(spans) - MOST_EVENTS
        yield paragraph(f"{left:,} more events follow; facs analyze --events writes all of them.")


# What could not be scored, and how well the rest could


def unscored_section(recording: Recording) -> Iterator[str]:
    """Which spans have no numbers, by person and reason."""
    yield "<h2>What was not scored, and why</h2>"
    rows = [row for person in recording.people for row in _reasons(person)]
    if not rows:
        everything = "Every frame of every person was scored."
        yield paragraph(everything if recording.people else "There was nobody to score.")
        return
    header = ("Person", "Reason", "Spans", "Seconds", "of all", "Longest (s)", "from")
    yield table("Spans without numbers", header, rows, numbers=range(2, 7))


def _reasons(person: Person) -> Iterator[tuple[str, ...]]:
    spans = list(unscored_spans(person))
    whole = float((frame_ends(person.times)[-1:] - person.times[:1]).sum())  # holes as well
    for reason in sorted({words for *_, words in spans}):
        own = [(start, end) for start, end, words in spans if words == reason]
        total = sum(end - start for start, end in own)
        start, end = max(own, key=lambda span: span[1] - span[0])
        yield (
            *(str(person.track), reason, str(len(own)), f"{total:.2f}", share(total, whole)),
            *(f"{end - start:.2f}", clock(start, long=is_long(person))),
        )


def quality_section(recording: Recording) -> Iterator[str]:
    """How large, straight and clear the scored faces were."""
    scored = [person for person in recording.people if person.seen.any()]
    if not scored:
        return
    yield "<h2>How well the faces could be seen</h2>"
    yield paragraph(
        "Quality is 1 for a large, sharp, well lit face towards the camera, and 0 at the limit "
        "of what is scored. “With motion” is the share of frames scored from picture and motion; "
        "the others, after a gap or at an end, are scored from the picture alone."
    )
    header = ("Person", "Quality", "lowest tenth", "Face width (px)", "Turned (°)", "With motion")
    rows = [_seeing(person) for person in scored]
    yield table("Medians over the scored frames", header, rows, numbers=range(1, 6))


def _seeing(person: Person) -> tuple[str, ...]:
    seen = person.seen
    widths = person.boxes[seen, 2] - person.boxes[seen, 0]
    fused = (person.streams[seen] == STREAMS.index("fused")).sum()
    return (
        str(person.track),
        f"{np.nanmedian(person.quality[seen]):.2f}",
        f"{np.nanquantile(person.quality[seen], 0.1):.2f}",
        f"{np.nanmedian(widths):.0f}",
        f"{np.nanmedian(np.abs(person.pose[seen, 0])):.0f}",
        share(float(fused), float(seen.sum())),
    )
