"""A report: one HTML file for a colleague, with everything in it and nothing from elsewhere.

It says who was seen and when, what they showed, what could not be scored and why, and by
which model and thresholds, in words that claim no more than was measured.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from facs._version import __version__
from facs.errors import InputError
from facs.events import least_peak
from facs.files import atomic
from facs.outputs.given import check_recording
from facs.outputs.markup import NONE, clock, facts, page, paragraph, share, table
from facs.outputs.rates import usual_rate
from facs.outputs.report_people import is_long, person_section, quality_section, unscored_section
from facs.outputs.spans import frame_ends, seconds_scored
from facs.person import Person

if TYPE_CHECKING:
    from facs.recording import ModelInfo, Recording

__all__ = ["write_report"]

_CARD: Final = "docs/models/{}.md"  # in the source distribution

_READING: Final = (
    "An action unit is a movement of the face, such as lip corners that are pulled. It is not a "
    "feeling: people smile from pain, from politeness and from habit. This report names "
    "movements and draws no conclusion from them.",
    "What was not seen was not guessed. A grey span has no numbers; it does not mean that the "
    "face was at rest.",
    "This is a measurement by a program that errs. It is no diagnosis and no alarm, and where "
    "something depends on it, somebody has to look at the video.",
)


def write_report(
    recording: Recording, path: str | os.PathLike[str], *, card: str | None = None
) -> None:
    """Write a report of a recording as one HTML file.

    Parameters
    ----------
    recording : Recording
    path : str or path
        By custom it ends in ``.html``.
    card : str, optional
        Address of the model card; by default its place in the source distribution is named.

    Raises
    ------
    InputError
        If `card` is no address of the web.
    OutputError
        If the file cannot be written.

    Notes
    -----
    The file holds no script and loads nothing, and its own policy forbids both. It holds no
    picture of anybody. It follows the reader's choice of dark or light, and is light in print.

    Examples
    --------
    >>> import tempfile
    >>> from facs.recording import Recording
    >>> path = Path(tempfile.mkdtemp()) / "report.html"
    >>> write_report(Recording("a.mp4", None, None, np.array([0.0, 0.04]), ()), path)
    >>> "Nobody was found" in path.read_text()
    True
    """
    check_recording(recording)
    if card is not None and not card.startswith(("https://", "http://")):
        raise InputError(f"wanted an address that begins with https://, got {card!r}")
    style = files("facs.outputs").joinpath("report.css").read_text(encoding="utf-8")
    text = page(f"{_name(recording)}: action units", style, _sections(recording, card))
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8", errors="replace")


def _sections(recording: Recording, card: str | None) -> Iterator[str]:
    yield from _opening(recording)
    yield from _who(recording)
    for person in recording.people:
        yield from person_section(person)
    yield from unscored_section(recording)
    yield from quality_section(recording)
    yield from _origin(recording, card)


def _name(recording: Recording) -> str:
    return Path(recording.source).name or recording.source


def _opening(recording: Recording) -> Iterator[str]:
    yield f'<h1 dir="auto">{escape(_name(recording))}</h1>'
    yield paragraph(" · ".join(_measures(recording)), "facts")
    notes = list(recording.notes)
    if recording.damage:
        notes.insert(0, f"The source is damaged: {recording.damage}")
    if notes:
        yield f'<div class="note">{"".join(map(paragraph, notes))}</div>'
    yield f'<div class="note">{"".join(map(paragraph, _READING))}</div>'


def _measures(recording: Recording) -> Iterator[str]:
    count, people = len(recording), len(recording.people)
    yield "1 frame" if count == 1 else f"{count:,} frames"
    yield f"{recording.duration:.1f} s"
    if recording.size is not None:
        yield f"{recording.size[0]} x {recording.size[1]} pixels"
    if (rate := usual_rate(recording)) is not None:
        yield f"{float(rate):.2f} frames/s"
    yield "1 person" if people == 1 else f"{people} people"


# Who, when


def _who(recording: Recording) -> Iterator[str]:
    yield "<h2>Who was seen, and when</h2>"
    if not recording.people:
        yield paragraph("Nobody was found.")
        return
    yield paragraph(
        "A person has a number that holds within this recording and means nothing beyond it."
    )
    header = ("Person", "First seen", "Last seen", "Scored", "of all frames", "Not scored")
    rows = [_presence(person) for person in recording.people]
    yield table("Times in seconds", header, rows, numbers=range(1, 6))


def _presence(person: Person) -> tuple[str, ...]:
    seen = np.flatnonzero(person.seen)
    ends = frame_ends(person.times)
    scored = seconds_scored(person)
    long = is_long(person)
    return (
        str(person.track),
        clock(float(person.times[seen[0]]), long=long) if len(seen) else "never",
        clock(float(ends[seen[-1]]), long=long) if len(seen) else "never",
        f"{scored:.2f}",
        share(len(seen), len(person)),
        f"{float((ends - person.times).sum()) - scored:.2f}",
    )


# By which model


def _origin(recording: Recording, card: str | None) -> Iterator[str]:
    yield "<h2>How it was measured</h2>"
    program = f"facs {__version__} wrote this report"
    if recording.model is None:
        yield paragraph(f"{program}. The recording names no model.")
        return
    model = recording.model
    yield facts(
        [
            ("Model", escape(f"{model.name}, version {model.version}")),
            ("Checksum", f"<code>{escape(model.sha256 or 'none')}</code> (SHA-256 of the weights)"),
            ("Learned from", escape(model.training)),
            ("Licence", escape(model.licence)),
            ("Model card", _card(model, card)),
            ("Program", escape(program)),
        ]
    )
    yield paragraph(
        "An event begins where the probability reaches the threshold “on”, lasts while it stays "
        "at “off” or above, and somewhere reaches “peak”. The card says how these were chosen, "
        "on whom the model was tested, and where it fails."
    )
    rows = [
        (
            str(unit),
            unit.label,
            f"{on:.2f}",
            f"{off:.2f}",
            f"{least_peak(on):.2f}",
            "apart" if unit in model.sided else NONE,
        )
        for unit, on, off in zip(model.units, model.on.tolist(), model.off.tolist(), strict=True)
    ]
    header = ("Unit", "Name", "On", "Off", "Peak", "Left and right")
    yield table("Units that this model knows; no other unit was looked for", header, rows,
                numbers=(2, 3, 4))  # fmt: skip


def _card(model: ModelInfo, card: str | None) -> str:
    if card is None:
        return f"<code>{escape(_CARD.format(model.name))}</code> in the source of facs"
    return f'<a href="{escape(card)}" rel="noreferrer">{escape(card)}</a>'
