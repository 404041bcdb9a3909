"""Events to be seen beside the video: annotations for ELAN, subtitles for players.

Events are spans (`facs.outputs.spans`): they end when their last frame ends. ELAN is also told
what could not be scored, so that a gap between two events is never taken for a face at rest.
"""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facs.errors import MissingPackageError
from facs.files import atomic, keep_sources
from facs.outputs.given import check_recording
from facs.outputs.ours import MADE_BY, OPEN_SEAL, sealed
from facs.outputs.spans import (
    NOT_SCORED,
    Span,
    measured_by,
    side_spans,
    spans_of,
    unit_spans,
    unscored_spans,
)
from facs.person import Person
from facs.units import SIDES, column

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["write_cues", "write_eaf", "write_srt", "write_vtt"]

PathLike = str | os.PathLike[str]


# ELAN


def write_eaf(
    recording: Recording,
    path: PathLike,
    *,
    media: PathLike | None = None,
    folder: PathLike | None = None,
) -> None:
    """Write the events as ELAN's annotations: a tier for each person, unit and side.

    Parameters
    ----------
    recording : Recording
    path : str or path
        By custom it ends in ``.eaf``.
    media : str or path, optional
        The video that ELAN is to open; by default one of the recording's name, beside `path`.
    folder : str or path, optional
        Where the file will be found, if it is moved after this; by default where it is written.

    Raises
    ------
    MissingPackageError
        If pympi-ling is not installed.
    OutputError
        If the file cannot be written.

    Notes
    -----
    Tiers are called ``person0_AU12``, ``person0_AU12_left`` and ``person0_not_scored``. A unit
    that never happened has an empty tier: it was looked for. Annotations are FACS codes
    (``12C``, ``L12C``), or the reason why there is none. Times are whole milliseconds.
    """
    check_recording(recording)
    try:
        from pympi import Eaf
        from pympi.Elan import to_eaf
    except ImportError:
        raise MissingPackageError.of("pympi-ling", "annotations", "write_eaf") from None
    keep_sources(path, media)
    document = Eaf(author=MADE_BY)
    document.remove_tier("default")
    document.add_property("facs", OPEN_SEAL)
    home = Path(folder or Path(path).parent).resolve()
    _link_media(document, Path(media or home / recording.source).resolve(), home)
    for person in recording.people:
        for tier, found in _tiers(person):
            document.add_tier(tier, part=f"person{person.track}", ann=measured_by(recording))
            for start, end, value in found:
                document.add_annotation(tier, *_milliseconds(start, end), value)
    with atomic(path) as partial:
        to_eaf(partial, document)
        text = partial.read_text(encoding="utf-8")
        partial.write_text(sealed(text), encoding="utf-8", newline="")


def _tiers(person: Person) -> Iterator[tuple[str, Iterable[tuple[float, float, str]]]]:
    name = f"person{person.track}"
    for unit in person.units:
        yield f"{name}_{unit}", _codes(unit_spans(person, unit))
        if unit in person.sided:
            for side in SIDES:
                yield f"{name}_{column(unit, side)}", _codes(side_spans(person, unit, side))
    yield f"{name}_{NOT_SCORED}", unscored_spans(person)


def _codes(spans: list[Span]) -> list[tuple[float, float, str]]:
    return [(span.start, span.end, span.code) for span in spans]


def _link_media(document: Any, media: Path, folder: Path) -> None:
    """Tell where the video is: from the root, and from the annotations' own folder."""
    near = Path(os.path.relpath(media, folder)).as_posix()
    near = near if near.startswith("../") else f"./{near}"
    kind = mimetypes.guess_type(media.name)[0] or "unknown"
    document.add_linked_file(media.as_uri(), relpath=_printable(near), mimetype=kind)


def _printable(text: str) -> str:
    """XML cannot hold control characters, and a name on Linux can."""
    return re.sub(r"[\x00-\x1f\ud800-\udfff\ufffe\uffff]", "_", text)


def _milliseconds(start: float, end: float) -> tuple[int, int]:
    """Whole milliseconds, at least one; a time before the video's own zero is that zero."""
    first = max(round(start * 1000), 0)
    return first, max(round(end * 1000), first + 1)


# Subtitles


def write_srt(recording: Recording, path: PathLike) -> None:
    """Write the events as SubRip subtitles, to be seen while the video plays.

    Parameters
    ----------
    recording : Recording
    path : str or path

    Raises
    ------
    OutputError
        If the file cannot be written.

    Notes
    -----
    One subtitle for each event, also where several are shown at once, in order of their start. The
    person's number is in front where there is more than one person.
    """
    check_recording(recording)
    _write_srt(path, _cues(recording))


def write_cues(cues: Iterable[tuple[float, float, str]], path: PathLike) -> None:
    """Write texts with their start and end, in seconds and in order, as SubRip subtitles.

    A text becomes one line: after an empty one the next cue would begin.
    """
    lines = ((*_milliseconds(start, end), " ".join(text.split())) for start, end, text in cues)
    _write_srt(path, lines)


def write_vtt(recording: Recording, path: PathLike) -> None:
    """Write the events as WebVTT, which browsers show with a video; otherwise as `write_srt`."""
    check_recording(recording)
    cues = (
        f"{_clock(start, '.')} --> {_clock(end, '.')}\n{text}\n"
        for start, end, text in _cues(recording)
    )
    _write_text(path, "\n".join(["WEBVTT\n", *cues]))


def _write_srt(path: PathLike, cues: Iterable[tuple[int, int, str]]) -> None:
    texts = (
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{text}\n"
        for number, (start, end, text) in enumerate(cues, 1)
    )
    _write_text(path, "\n".join(texts))


def _cues(recording: Recording) -> list[tuple[int, int, str]]:
    """Start and end in milliseconds, and the words, in order of the start."""
    several = len(recording.people) > 1
    cues = [
        (*_milliseconds(span.start, span.end), _words(span, several))
        for person in recording.people
        for span in spans_of(person)
    ]
    return sorted(cues, key=lambda cue: cue[0])


def _words(span: Span, several: bool) -> str:
    who = f"Person {span.track}: " if several else ""
    return f"{who}{span.unit.label} ({span.code})"


def _clock(milliseconds: int, mark: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:03d}"


def _write_text(path: PathLike, text: str) -> None:
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
