"""One clip seen by two: our scores and a peer's of the same face, on the same frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from blendshapes import read_csv, unit_scores
from numpy.typing import NDArray

import facs
from facs.errors import InputError
from facs.events import least_peak
from facs.meaning.rest import find_baseline
from facs.network.predict import TwoStreamModel
from facs.person import Person

__all__ = [
    "CLOSURES",
    "OFF",
    "ON",
    "PEAK",
    "Clip",
    "Closure",
    "nearest",
    "peers_face",
    "read_clips",
]

Floats = NDArray[np.float64]

ON, OFF, PEAK = 0.5, 0.4, 0.6
"""Our scores are rescaled so that the shipped thresholds of every unit come to lie here, and what
its events must reach."""

SAME_FACE = 0.3
"""Boxes that share more than this of their union are of one face; the peer's box is taller."""

SUFFIXES = {".mp4", ".mov", ".avi", ".wmv", ".mkv", ".webm"}


@dataclass(frozen=True)
class Closure:
    """What is compared: our units against a shape of the peer, and the thresholds of the shape."""

    name: str
    units: tuple[int, ...]
    shape: str
    on: float
    off: float
    neighbours: tuple[float, ...]


CLOSURES = (
    Closure("eyes close", (43,), "eyeBlink", 0.5, 0.4, (0.4, 0.45, 0.5, 0.55, 0.6)),
    Closure("mouth opens", (26, 27), "jawOpen", 0.25, 0.15, (0.15, 0.2, 0.25, 0.3, 0.35)),
)
"""Neighbours are other `on` for the reference; its `off` stays 0.1 below."""


@dataclass(frozen=True)
class Clip:
    """Scores (n,) of each closure by both, NaN where not both saw the same face."""

    path: Path
    times: Floats
    ours: dict[str, Floats]
    peer: dict[str, Floats]
    person: Person

    @property
    def both(self) -> NDArray[np.bool_]:
        """Frames that count."""
        return ~np.isnan(next(iter(self.ours.values())))

    @property
    def frame(self) -> float:
        """Seconds that a frame stays."""
        return float(np.median(np.diff(self.times)))

    def relative(self, closure: Closure) -> Floats:
        """Our score relative to her rest, which is found in this clip; absolute where it is not."""
        try:
            rest = find_baseline(self.person, min_moments=2)
        except InputError:  # too short a clip, or never calm
            return self.ours[closure.name]
        score = our_score(rest.relative(self.person), closure.units)
        return np.where(self.both, score, np.nan)


def read_clips(
    videos: Path, peer: Path, model: TwoStreamModel, motion: bool
) -> Iterator[tuple[Path, Clip | str]]:
    """Every clip of a folder, or a word on why it is left out."""
    for path in sorted(p for p in videos.iterdir() if p.suffix.lower() in SUFFIXES):
        yield path, _clip(path, peer / f"{path.stem}.csv", model, motion)


def _clip(path: Path, csv: Path, model: TwoStreamModel, motion: bool) -> Clip | str:
    if not csv.is_file():
        return "the peer has no CSV of it"
    columns = read_csv(csv)
    recording = facs.analyze(path, model=model, motion=motion)
    if not recording.people or np.isnan(columns["x0"]).all():
        return f"nobody found by {'us' if not recording.people else 'the peer'}"
    person, same = peers_face(recording, columns)
    both = same & person.seen
    if not both.any():
        return "not one frame in which both saw the same face"
    rows = nearest(recording.times, columns["time"])
    shapes = unit_scores({name: values[rows] for name, values in columns.items()})
    return Clip(
        path,
        recording.times,
        {c.name: np.where(both, our_score(person, c.units), np.nan) for c in CLOSURES},
        {c.name: np.where(both, shapes[c.units[0]], np.nan) for c in CLOSURES},
        person,
    )


def peers_face(
    recording: facs.Recording, columns: Mapping[str, Floats]
) -> tuple[Person, NDArray[np.bool_]]:
    """Whose face the peer took, of those whom we found, and in which frames (n,) it is the same."""
    rows = nearest(recording.times, columns["time"])
    boxes = np.stack([columns[name][rows] for name in ("x0", "y0", "x1", "y1")], axis=1)
    overlaps = [overlap(person.boxes, boxes) > SAME_FACE for person in recording.people]
    best = int(np.argmax([same.sum() for same in overlaps]))
    return recording.people[best], overlaps[best]


def nearest(times: Floats, others: Floats) -> NDArray[np.int64]:
    """For each time the row of the nearest other one."""
    right = np.clip(np.searchsorted(others, times), 1, len(others) - 1)
    left = right - 1
    return np.where(times - others[left] <= others[right] - times, left, right)


def overlap(a: NDArray[np.floating], b: NDArray[np.floating]) -> Floats:
    """Intersection over union (n,) of boxes (n, 4); 0 where one of them is NaN."""
    size = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    shared = np.prod(np.clip(size, 0, None), axis=1)
    total = np.prod(a[:, 2:] - a[:, :2], axis=1) + np.prod(b[:, 2:] - b[:, :2], axis=1) - shared
    return np.nan_to_num(shared / total)


def our_score(person: Person, units: tuple[int, ...]) -> Floats:
    """The larger score of some units, of those that the model has, each at its own thresholds."""
    known = [unit for unit in units if unit in person]
    if not known:
        raise SystemExit(f"wanted a model with one of the units {units}")
    return np.asarray(np.maximum.reduce([rescaled(person, unit) for unit in known]))


def rescaled(person: Person, unit: int) -> Floats:
    """Probability with the unit's thresholds moved to `ON`, `OFF` and `PEAK`; 0 and 1 stay."""
    column = [int(u) for u in person.units].index(unit)
    on, off = float(person.on[column]), float(person.off[column])
    levels = [0.0, min(off, on - 1e-6), on, least_peak(on), 1.0]
    return np.interp(person[unit], levels, [0.0, OFF, ON, PEAK, 1.0])
