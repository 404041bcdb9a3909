"""Whether faces that lie, are tilted or fill the picture are found, and nothing else is.

``python benchmarks/found.py --fer fer2013.npz --photos facial_expressions.npz --videos DIR --out
table.md``: held-out pictures and frames of films, turned by several angles, as the first frame of
a film; with the detector alone and with the search for what it overlooks. ``--write DIR`` only
writes the turned pictures as archives that ``peer_mediapipe.py`` reads; ``--peer DIR`` has CSVs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from blendshapes import read_csv
from closure_clips import SUFFIXES
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.faces.boxes import box_of, nested
from facs.faces.detect import HaarDetector
from facs.faces.landmarks import Landmarker
from facs.faces.overlooked import Overlooked, turned
from facs.faces.track import FaceTracker
from facs.pixels import gray_of
from facs.training.real_faces import FaceSet, read_fer, read_photos
from facs.training.unit_data import locate_filling
from facs.video import open_video

Gray = NDArray[np.uint8]
Points = NDArray[np.float32]

ANGLES = (0, 30, 60, 90, 180)
"""Degrees counter-clockwise."""

NEAR = 0.1
"""Mean distance of landmarks, in widths of the face, within which it is the same face."""

FIRST = 100
"""Frames of a film that are looked at."""

FRAMES = 2
"""Taken of them."""

WINDOWS = 6
"""Drawn from each frame."""

AROUND = 0.35
"""Of a face's width that a window keeps away from it."""


@dataclass(frozen=True)
class Known:
    """A grey picture, and the landmarks of the faces in it."""

    gray: Gray
    faces: tuple[Points, ...]

    def turned(self, degrees: float) -> Known:
        """The same, turned."""
        if not degrees:
            return self
        gray, matrix = turned(self.gray, degrees)
        there = [face @ matrix[:2, :2].T + matrix[:2, 2] for face in self.faces]
        return Known(gray, tuple(there))


@dataclass(frozen=True)
class Count:
    """How many faces there are, are found, and are found where there is none."""

    faces: int = 0
    found: int = 0
    false: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.faces + other.faces, self.found + other.found, self.false + other.false)


def pictures(faces: FaceSet, most: int, landmarker: Landmarker) -> list[Known]:
    """Evenly chosen pictures in which the landmark network, told where to look, finds a face."""
    rows = np.unique(np.linspace(0, len(faces) - 1, most).astype(int)).tolist()
    located = [(gray := faces.gray(i), locate_filling(gray, landmarker)) for i in rows]
    return [Known(gray, (points,)) for gray, points in located if points is not None]


def film_frames(folder: Path) -> list[Known]:
    """Frames of films, with the faces that are followed there; all of a film without any."""
    known = []
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES):
        frames = _followed(path)
        peopled = [one for one in frames if one.faces] or frames
        rows = np.unique(np.linspace(0, len(peopled) - 1, FRAMES).astype(int))
        known += [peopled[i] for i in rows.tolist()]
    return known


def _followed(path: Path) -> list[Known]:
    """The first frames of a film, with the faces that the detector found and that are followed."""
    tracker, frames = FaceTracker(detect=HaarDetector()), []
    with open_video(path) as video:
        for frame in islice(video, FIRST):
            gray = gray_of(frame.image)
            faces = tracker.update(gray, frame.time)
            frames.append(Known(gray, tuple(face.landmarks for face in faces)))
    return frames


def count(known: Known, tracker: FaceTracker) -> Count:
    """What a tracker finds in its first frame."""
    seen = [face.landmarks for face in tracker.update(known.gray, 0.0)]
    hit = sum(any(_same(one, face) for one in seen) for face in known.faces)
    false = sum(not any(_same(one, face) for face in known.faces) for one in seen)
    return Count(len(known.faces), hit, false)


def _same(one: Points, face: Points) -> bool:
    return bool(np.hypot(*(one - face).T).mean() < NEAR * np.ptp(face[:, 0]))


def windows(known: Sequence[Known], rng: np.random.Generator) -> Iterator[Known]:
    """Parts of pictures without a face in them."""
    for one in known:
        height, width = one.gray.shape
        for _ in range(WINDOWS):
            side = int(rng.uniform(0.25, 0.9) * min(height, width))
            x, y = int(rng.integers(0, width - side)), int(rng.integers(0, height - side))
            gray = np.ascontiguousarray(one.gray[y : y + side, x : x + side])
            box = (x, y, x + side, y + side)
            if gray.std() > 6 and all(nested(box, _around(face)) == 0 for face in one.faces):
                yield Known(np.asarray(cv2.resize(gray, (max(side, 160),) * 2), np.uint8), ())


def _around(face: Points) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box_of(face)
    more = AROUND * (x1 - x0)
    return x0 - more, y0 - more, x1 + more, y1 + more


Trackers = dict[str, Callable[[], FaceTracker]]


def compared(known: Sequence[Known], trackers: Trackers, degrees: float) -> dict[str, Count]:
    """The counts of each tracker on the same pictures."""
    there = [one.turned(degrees) for one in known]
    return {
        name: sum((count(one, make()) for one in there), Count()) for name, make in trackers.items()
    }


def archive(known: Sequence[Known], path: Path) -> None:
    """Pictures as ``peer_mediapipe.py`` reads them."""
    files = [cv2.imencode(".jpg", one.gray)[1].ravel() for one in known]
    offsets = np.cumsum([0, *map(len, files)])
    np.savez(path, jpeg=np.concatenate(files), offsets=offsets)


def peer_share(path: Path) -> float:
    """Share of an archive's pictures in which the peer finds a face, wherever."""
    return float(np.isfinite(read_csv(path)["jawOpen"]).mean())


def cost(known: Sequence[Known], landmarker: Landmarker) -> float:
    """Processor time of one search, in looks of the detector at the whole picture."""
    search, detect = Overlooked(landmarker), HaarDetector()
    spent = []
    for look in (search, detect):
        began = time.process_time()
        for one in known:
            look(one.gray)
        spent.append(time.process_time() - began)
    return spent[0] / spent[1]


def main() -> None:
    """Count, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--most", type=int, default=100, help="pictures of each set")
    parser.add_argument("--write", type=Path, help="folder for archives of the turned pictures")
    parser.add_argument("--peer", type=Path, help="folder with the peer's CSVs of them")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    landmarker = Landmarker()
    sets = {
        "photographs": pictures(read_photos(chosen.photos, "test"), chosen.most, landmarker),
        "FER2013": pictures(read_fer(chosen.fer, "test"), chosen.most, landmarker),
        "films": film_frames(chosen.videos),
    }
    trackers: Trackers = {
        "detector": lambda: FaceTracker(detect=HaarDetector(), landmarker=landmarker),
        "facs": lambda: FaceTracker(landmarker=landmarker),
    }
    if chosen.write:
        chosen.write.mkdir(parents=True, exist_ok=True)
        for name, known in sets.items():
            for degrees in ANGLES:
                archive([k.turned(degrees) for k in known], chosen.write / f"{name}_{degrees}.npz")
        return
    rows = []
    for name, known in sets.items():
        for degrees in ANGLES:
            counts = compared(known, trackers, degrees)
            rows.append([name, str(degrees), *_cells(counts), _peer(chosen.peer, name, degrees)])
    rng = np.random.default_rng(chosen.seed)
    without = list(windows(sets["films"], rng))
    rows.append(["no face", "0", *_cells(compared(without, trackers, 0)), ""])
    times = cost(sets["films"], landmarker)
    publish(_text(rows, len(without), times, chosen.seed), chosen.out)


def _cells(counts: dict[str, Count]) -> list[str]:
    faces = next(iter(counts.values())).faces
    cells = [str(faces)]
    for got in counts.values():
        share = f"{got.found / faces:.3f}" if faces else "-"
        cells += [share, str(got.false)]
    return cells


def _peer(folder: Path | None, name: str, degrees: int) -> str:
    path = folder / f"{name}_{degrees}.csv" if folder else None
    return f"{peer_share(path):.3f}" if path and path.exists() else ""


def _text(rows: list[list[str]], windows: int, times: float, seed: int) -> str:
    columns = ["pictures", "turned by", "faces", "detector alone", "false", "facs", "false"]
    return (
        heading("Faces that lie, are tilted or fill the picture", "held-out pictures, films", seed)
        + "- share of faces found where they are, in one picture without a past; then how many "
        "were found where none is\n"
        "- faces: those that the landmark network finds upright when it is told where to look "
        "(pictures), those that the detector once found and that were followed since (films)\n"
        "- MediaPipe: share of pictures with a face found anywhere, in the best of eight sizes "
        "and paddings\n"
        f"- no face: {windows} windows of film frames, away from faces\n"
        f"- a search costs {times:.1f} looks of the detector; it is made once a second while "
        "nobody is followed\n\n" + table([*columns, "MediaPipe"], rows)
    )


if __name__ == "__main__":
    main()
