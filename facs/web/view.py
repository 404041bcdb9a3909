"""What the page shows of a recording: facts as JSON, numbers as plain arrays.

An array is a file of little-endian numbers, row after row, that a browser takes as they are; its
shape and type stand in the facts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from facs._version import __version__
from facs.outputs.spans import spans_of
from facs.outputs.views import REASON_WORDS
from facs.person import REASONS, Person
from facs.web.store import SUMMARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facs.recording import ModelInfo, Recording

__all__ = ["ARRAYS", "TOP", "ArrayName", "array_file", "write_view"]

TOP: Final = 5
"""Units that stand for a whole video."""

ArrayName = Literal[
    "probability", "intensities", "left", "right", "boxes", "landmarks", "quality", "reasons"
]

ARRAYS: Final[tuple[str, ...]] = get_args(ArrayName)
"""Arrays of a person that the page asks for; see `facs.person.Person`."""


def array_file(name: str, person: int | None = None) -> str:
    """Name of the file of an array in a job's folder.

    Examples
    --------
    >>> array_file("times"), array_file("boxes", 3)
    ('times.array', 'person3.boxes.array')
    """
    return f"{name}.array" if person is None else f"person{person}.{name}.array"


def write_view(recording: Recording, folder: Path, playback: str | None) -> None:
    """Write facts and arrays into `folder`; `playback` is the copy that the browser plays."""
    times = recording.times.astype("<f8")
    times.tofile(folder / array_file("times"))
    for person in recording.people:
        for name in ARRAYS:
            _little_endian(getattr(person, name)).tofile(folder / array_file(name, person.track))
    facts = _facts(recording) | {"playback": playback}
    (folder / SUMMARY).write_text(json.dumps(facts), encoding="utf-8")


def _little_endian(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(array.dtype.newbyteorder("<"))


def _facts(recording: Recording) -> dict[str, Any]:
    return {
        "facs": __version__,
        "source": recording.source,
        "size": recording.size,
        "rate": None if recording.rate is None else float(recording.rate),
        "frames": len(recording),
        "duration": recording.duration,
        "damage": recording.damage,
        "notes": recording.notes,
        "model": None if recording.model is None else _model(recording.model),
        "reasons": [REASON_WORDS[reason] for reason in REASONS],
        "people": [_person(person) for person in recording.people],
    }


def _model(model: ModelInfo) -> dict[str, Any]:
    return {
        "name": model.name,
        "version": model.version,
        "licence": model.licence,
        "training": model.training,
        "units": [
            {
                "unit": str(unit),
                "name": unit.label,
                "region": unit.region.value,
                "side": model.sided.index(unit) if unit in model.sided else None,
                "on": float(on),
                "off": float(off),
            }
            for unit, on, off in zip(model.units, model.on, model.off, strict=True)
        ],
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "person": person.track,
        "scored": int(person.seen.sum()),
        "shapes": {name: getattr(person, name).shape for name in ARRAYS},
        "top": _top(person),
    }


def _top(person: Person) -> list[dict[str, Any]]:
    """The units that were shown longest, then those that came nearest to it."""
    spans = spans_of(person)
    times = {unit: [span.duration for span in spans if span.unit is unit] for unit in person.units}
    peaks = {unit: _peak(person, column) for column, unit in enumerate(person.units)}
    order = sorted(person.units, key=lambda unit: (-sum(times[unit]), -(peaks[unit] or 0)))
    return [
        {
            "unit": str(unit),
            "events": len(times[unit]),
            "seconds": round(sum(times[unit]), 6),
            "peak": peaks[unit],
        }
        for unit in order[:TOP]
    ]


def _peak(person: Person, column: int) -> float | None:
    values = person.probability[:, column]
    seen = values[~np.isnan(values)]
    return round(float(seen.max()), 6) if len(seen) else None
