"""Tables that other tools read: CSV, Parquet and JSON.

CSV and JSON need no package beyond the core. Every writer writes the whole
file or none of it.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from facs._version import __version__
from facs.columns import NOBODY, column_blocks, columns
from facs.errors import MissingPackageError
from facs.events import Event, least_peak
from facs.files import atomic, writing
from facs.outputs.given import check_recording
from facs.person import REASONS, STREAMS, Person

if TYPE_CHECKING:
    from facs.recording import ModelInfo, Recording

__all__ = ["JSON_VERSION", "write_csv", "write_events_csv", "write_json", "write_parquet"]

JSON_VERSION: Final = 1
"""Version of the JSON layout; it changes when a reader would have to."""

_CHUNK: Final = 4096  # rows that are text at one time
_EVENT_COLUMNS: Final = ("person", "label", "onset", "apex", "offset", "duration", "peak")

PathLike = str | os.PathLike[str]


def write_csv(recording: Recording, path: PathLike, *, landmarks: bool = False) -> None:
    """Write one row for every frame and person.

    Parameters
    ----------
    recording : Recording
    path : str or path
    landmarks : bool
        Whether to add the 136 columns of the landmarks.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Notes
    -----
    UTF-8, one header line, commas, Unix line ends. The columns are those of
    `facs.columns.columns`. Times have microseconds, other numbers up to six
    significant digits; a cell is empty where nothing was seen.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from facs.recording import Recording
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> write_csv(Recording("a.mp4", None, None, np.array([0.04]), ()), path)
    >>> print(path.read_text())
    frame,time,person,reason,quality,score,stream,x0,y0,x1,y1,yaw,pitch,roll
    0,0.04,,no_face,,,,,,,,,,
    <BLANKLINE>
    """
    check_recording(recording)
    with writing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, table in enumerate(column_blocks(recording, _CHUNK, landmarks=landmarks)):
            if number == 0:
                writer.writerow(table)
            writer.writerows(zip(*(_cells(name, table[name]) for name in table), strict=True))


def _cells(name: str, column: NDArray[Any]) -> list[str]:
    values = column.tolist()
    if name == "time":
        return [_seconds(value) for value in values]
    if name == "person":
        return ["" if value == NOBODY else str(value) for value in values]
    if column.dtype.kind == "f":
        return ["" if value != value else f"{value:.6g}" for value in values]
    return [str(value) for value in values]


def _seconds(value: float) -> str:
    """Microseconds, also hours into a video, without trailing zeros."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def write_events_csv(recording: Recording, path: PathLike, *, min_duration: float = 0.0) -> None:
    """Write one row for every event of every person, by the model's thresholds.

    Parameters
    ----------
    recording : Recording
    path : str or path
    min_duration : float, seconds
        Shorter events are left out.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Notes
    -----
    Columns: ``person, label, onset, apex, offset, duration, peak``; seconds, and
    a probability. Rows are in order of person, then onset.
    """
    check_recording(recording)
    with writing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_EVENT_COLUMNS)
        for person in recording.people:
            for event in person.events(min_duration=min_duration):
                times = (event.onset, event.apex, event.offset, event.duration)
                cells = (*map(_seconds, times), f"{event.peak:.6g}")
                writer.writerow((person.track, event.label, *cells))


def write_parquet(recording: Recording, path: PathLike, *, landmarks: bool = False) -> None:
    """Write the table of `write_csv` as Parquet, with all digits.

    Not seen is null. The file's metadata holds, under the key ``facs``, the
    facts that `write_json` opens with, as JSON.

    Raises
    ------
    MissingPackageError
        If pyarrow is not installed.
    OutputError
        If the file cannot be written.
    """
    check_recording(recording)
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingPackageError.of("pyarrow", "tables", "write_parquet") from None
    table = pa.table(
        {
            name: pa.array(column, mask=_missing(name, column))
            for name, column in columns(recording, landmarks=landmarks).items()
        },
        metadata={"facs": json.dumps(_facts(recording))},
    )
    with atomic(path) as partial:
        pq.write_table(table, partial)


def _missing(name: str, column: NDArray[Any]) -> NDArray[np.bool_] | None:
    if name == "person":
        return np.asarray(column == NOBODY)
    return np.isnan(column) if column.dtype.kind == "f" else None


def write_json(recording: Recording, path: PathLike) -> None:
    """Write the recording, its model and its events; landmarks are left out.

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
    One object. Every list in ``people`` is as long as ``times``; null means
    not seen. Numbers have six significant digits, times microseconds::

        {"format": "facs-json", "version": 1, "facs": "0.1.0",
         "source": "talk.mp4", "size": [640, 480], "rate": "30000/1001",
         "frames": 2, "duration": 0.066733, "damage": null, "notes": [],
         "model": {"name", "version", "licence", "training", "sha256",
                   "units": ["AU1", ...], "sided": ["AU1", ...],
                   "on": {"AU1": 0.5, ...}, "off": {"AU1": 0.4, ...},
                   "peak": {"AU1": 0.75, ...}} or null,
         "times": [0.0, 0.033367],
         "people": [
           {"person": 0,
            "events": [{"label": "AU12", "onset": 0.0, "apex": 0.0,
                        "offset": 0.033367, "peak": 0.93}, ...],
            "reason": ["", "no_face"], "stream": ["fused", ""],
            "quality": [0.9, null], "score": [0.99, null],
            "box": [[x0, y0, x1, y1], [null, null, null, null]],
            "pose": [[yaw, pitch, roll], [null, null, null]],
            "probability": {"AU1": [0.1, null], ...},
            "intensity": {"AU1": [0.4, null], ...},
            "left": {...}, "right": {...},
            "left_intensity": {...}, "right_intensity": {...}}, ...]}
    """
    check_recording(recording)
    with atomic(path) as partial, partial.open("w", encoding="utf-8") as file:
        opening = json.dumps(_facts(recording), indent=1).removesuffix("\n}")
        file.write(f'{opening},\n "times": {_numbers(recording.times, ".6f")},\n "people": [')
        for index, person in enumerate(recording.people):
            file.write(",\n  {" if index else "\n  {")
            _write_person(file, person)
            file.write("}")
        file.write("\n ]\n}\n")


def _facts(recording: Recording) -> dict[str, Any]:
    """Say what is true of the whole recording, in plain values."""
    return {
        "format": "facs-json",
        "version": JSON_VERSION,
        "facs": __version__,
        "source": recording.source,
        "size": recording.size,
        "rate": None if recording.rate is None else str(recording.rate),
        "frames": len(recording),
        "duration": round(recording.duration, 6),
        "damage": recording.damage,
        "notes": recording.notes,
        "model": None if recording.model is None else _model_facts(recording.model),
    }


def _model_facts(model: ModelInfo) -> dict[str, Any]:
    names = [str(unit) for unit in model.units]
    return {
        "name": model.name,
        "version": model.version,
        "licence": model.licence,
        "training": model.training,
        "sha256": model.sha256,
        "units": names,
        "sided": [str(unit) for unit in model.sided],
        "on": _of_units(names, model.on.tolist()),
        "off": _of_units(names, model.off.tolist()),
        "peak": _of_units(names, map(least_peak, model.on.tolist())),
    }


def _of_units(names: list[str], values: Iterable[float]) -> dict[str, float]:
    return {name: float(f"{value:.6g}") for name, value in zip(names, values, strict=True)}


def _write_person(file: IO[str], person: Person) -> None:
    file.write(f'"person": {person.track},\n   "events": ')
    file.write(json.dumps([_event_facts(event) for event in person.events()]))
    for name, text in _json_columns(person):
        file.write(f',\n   "{name}": {text}')


def _event_facts(event: Event) -> dict[str, Any]:
    times = {name: round(getattr(event, name), 6) for name in ("onset", "apex", "offset")}
    return {"label": event.label, **times, "peak": float(f"{event.peak:.6g}")}


def _json_columns(person: Person) -> Iterator[tuple[str, str]]:
    yield "reason", json.dumps([REASONS[code] for code in person.reasons])
    yield "stream", json.dumps([STREAMS[code] for code in person.streams])
    yield "quality", _numbers(person.quality)
    yield "score", _numbers(person.score)
    yield "box", _rows(person.boxes)
    yield "pose", _rows(person.pose)
    yield "probability", _by_unit(person.units, person.probability)
    yield "intensity", _by_unit(person.units, person.intensities)
    for side in ("left", "right", "left_intensity", "right_intensity"):
        yield side, _by_unit(person.sided, getattr(person, side))


def _by_unit(units: tuple[Any, ...], values: NDArray[Any]) -> str:
    parts = (f'"{unit}": {_numbers(values[:, i])}' for i, unit in enumerate(units))
    return "{" + ", ".join(parts) + "}"


def _rows(values: NDArray[Any]) -> str:
    return "[" + ", ".join(_numbers(row) for row in values) + "]"


def _numbers(values: NDArray[Any], digits: str = ".6g") -> str:
    return "[" + ", ".join("null" if v != v else format(v, digits) for v in values.tolist()) + "]"
