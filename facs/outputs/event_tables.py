"""Tables of events for behavioural science: as BORIS aggregates them, and in the style of BIDS.

Events are spans (`facs.outputs.spans`): they end when their last frame ends. What could not
be scored has rows of its own, so that a gap between two events is never taken for a face
at rest.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from facs._version import __version__
from facs.events import least_peak
from facs.files import atomic, writing
from facs.outputs.given import check_recording
from facs.outputs.rates import usual_rate
from facs.outputs.spans import NOT_SCORED, measured_by, seconds_scored, spans_of, unscored_spans
from facs.person import Person

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["write_bids", "write_boris", "write_table"]

PathLike = str | os.PathLike[str]


# BORIS


_BORIS: Final = (
    *("Observation id", "Observation date", "Description", "Observation type", "Source"),
    *("Time offset (s)", "Coding duration", "Media duration (s)", "FPS (frame/s)"),
    *("Subject", "Observation duration by subject by observation"),
    *("Behavior", "Behavioral category", "Modifier #1", "Modifier #2", "Behavior type"),
    *("Start (s)", "Stop (s)", "Duration (s)", "Media file name"),
    *("Image index start", "Image index stop", "Image file path start", "Image file path stop"),
    *("Comment start", "Comment stop"),
)


def write_boris(recording: Recording, path: PathLike) -> None:
    """Write the events as BORIS writes its aggregated events: tab-separated, a row each.

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
    ``Behavior`` is the unit, ``Behavioral category`` its part of the face, ``Modifier #1`` the
    side, ``Modifier #2`` the intensity letter, ``Comment start`` the probability at the apex. The
    behavior ``not_scored`` has the reason as its modifier. ``Observation duration by subject by
    observation`` is the time in which the person could be scored, so that rates are right.
    """
    check_recording(recording)
    rows = [row for person in recording.people for row in _boris_rows(recording, person)]
    rows.sort(key=lambda row: float(row["Start (s)"]))
    write_table(path, _BORIS, [[row.get(name, "") for name in _BORIS] for row in rows])


def _boris_rows(recording: Recording, person: Person) -> Iterator[dict[str, str]]:
    fixed = _boris_facts(recording, person)
    for span in spans_of(person):
        said = {
            "Behavior": str(span.unit),
            "Behavioral category": span.unit.region.value,
            "Modifier #1": span.side,
            "Modifier #2": span.letter,
            "Comment start": f"peak {span.peak:.3f}",
        }
        yield fixed | said | _boris_times(person, span.start, span.end)
    for start, end, reason in unscored_spans(person):
        said = {"Behavior": NOT_SCORED, "Modifier #1": reason}
        yield fixed | said | _boris_times(person, start, end)


def _boris_facts(recording: Recording, person: Person) -> dict[str, str]:
    name = Path(recording.source).name
    return {
        "Observation id": Path(name).stem,
        "Description": measured_by(recording),
        "Observation type": "Media file",
        "Source": f"player #1:{name}",
        "Time offset (s)": "0",
        "Coding duration": f"{recording.duration:.3f}",
        "FPS (frame/s)": "" if (rate := usual_rate(recording)) is None else f"{float(rate):.3f}",
        "Subject": f"person{person.track}",
        "Observation duration by subject by observation": f"{seconds_scored(person):.3f}",
        "Behavior type": "STATE",
        "Media file name": name,
    }


def _boris_times(person: Person, start: float, end: float) -> dict[str, str]:
    first, after = person.times.searchsorted((start, end)).tolist()
    first = min(first, after - 1)  # a hole has no picture: that of the frame before it
    return {
        "Start (s)": f"{start:.3f}",
        "Stop (s)": f"{end:.3f}",
        "Duration (s)": f"{end - start:.3f}",
        "Image index start": str(first),
        "Image index stop": str(after - 1),
    }


# BIDS


_BIDS: Final = {
    "onset": "Beginning of the first frame, in seconds of the video's own time.",
    "duration": "Seconds until the end of the last frame.",
    "trial_type": "The action unit, or not_scored.",
    "person": "Number of the person in this video; it means nothing beyond it.",
    "side": "The subject's own left or right where only one side shows the unit, else both.",
    "intensity": "FACS intensity at the apex, A (trace) to E (maximum).",
    "apex": "Time of the strongest frame, in seconds.",
    "peak": "Probability at the apex, 0 to 1.",
    "reason": "Why the face could not be scored.",
}


def write_bids(recording: Recording, path: PathLike) -> None:
    """Write the events as in BIDS, and beside them what the columns mean, as ``.json``.

    BIDS has no kind of its own for facial action units, so that this is in its style.

    Parameters
    ----------
    recording : Recording
    path : str or path
        By custom it ends in ``_events.tsv``.

    Raises
    ------
    OutputError
        If one of the files cannot be written.

    Notes
    -----
    Columns: ``onset, duration, trial_type, person, side, intensity, apex, peak, reason``; times are
    seconds, ``n/a`` is what does not apply. Rows are in order of onset.
    """
    check_recording(recording)
    rows = [row for person in recording.people for row in _bids_rows(person)]
    rows.sort(key=lambda row: float(row["onset"]))
    with atomic(Path(path).with_suffix(".json")) as partial:
        partial.write_text(json.dumps(_bids_sidecar(recording), indent=2) + "\n", encoding="utf-8")
    write_table(path, tuple(_BIDS), [[row.get(name) or "n/a" for name in _BIDS] for row in rows])


def _bids_rows(person: Person) -> Iterator[dict[str, str]]:
    for span in spans_of(person):
        yield _bids_times(span.start, span.end) | {
            "trial_type": str(span.unit),
            "person": str(person.track),
            "side": span.side,
            "intensity": span.letter,
            "apex": f"{span.apex:.6f}",
            "peak": f"{span.peak:.6g}",
        }
    for start, end, reason in unscored_spans(person):
        said = {"trial_type": NOT_SCORED, "person": str(person.track), "reason": reason}
        yield _bids_times(start, end) | said


def _bids_times(start: float, end: float) -> dict[str, str]:
    return {"onset": f"{start:.6f}", "duration": f"{end - start:.6f}"}


def _bids_sidecar(recording: Recording) -> dict[str, Any]:
    meanings: dict[str, Any] = {name: {"Description": text} for name, text in _BIDS.items()}
    for name in ("onset", "duration", "apex"):
        meanings[name]["Units"] = "s"
    units = () if recording.model is None else recording.model.units
    meanings["trial_type"]["Levels"] = {str(unit): unit.label for unit in units} | {
        NOT_SCORED: "No numbers in this span; it says nothing about the face."
    }
    return meanings | {"GeneratedBy": [_generator(recording)], "Source": _name(recording)}


def _generator(recording: Recording) -> dict[str, Any]:
    facts: dict[str, Any] = {"Name": "facs", "Version": __version__}
    model = recording.model
    if model is not None:
        pairs = zip(model.units, model.on.tolist(), model.off.tolist(), strict=True)
        facts["Model"] = {"Name": model.name, "Version": model.version, "SHA256": model.sha256}
        facts["Thresholds"] = {
            str(unit): {"on": round(on, 6), "off": round(off, 6), "peak": round(least_peak(on), 6)}
            for unit, on, off in pairs
        }
    return facts


def _name(recording: Recording) -> str:
    return Path(recording.source).name


def write_table(path: PathLike, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write tab-separated rows under a header."""
    # Names of files on Linux may be no text at all.
    with writing(path, errors="backslashreplace") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
