"""What an app gets that does almost as ``model.json`` says: other landmarks, crops and flows.

``python benchmarks/app_readings.py --videos DIR``: the first seconds of each film are analysed
once. Then the faces of the person who is seen most are scored again with landmarks that are a
little off, or with crops and flows that are made in another way.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
from heading import heading, publish, table
from int8_films import FAR, FILMS
from numpy.typing import NDArray

import facs
from facs.canonical import align
from facs.crops import clips as cutting
from facs.crops.clips import ClipMaker
from facs.crops.flow import FARNEBACK, farneback
from facs.faces.face import Face
from facs.network.predict import Model
from facs.network.steady import steadied
from facs.overlap import batched
from facs.person import Person

Floats = NDArray[np.float64]
Crop = NDArray[np.uint8]
RANDOM = np.random.default_rng(0)


def in_picture(landmarks: Floats, pixels: float) -> float:
    """So many pixels of the crop in pixels of the picture."""
    matrix = align(landmarks)
    return pixels / float(np.hypot(matrix[0, 0], matrix[1, 0]))


def lower(landmarks: Floats) -> Floats:
    """One pixel of the crop further down."""
    return landmarks + np.array([0, in_picture(landmarks, 1)])


def larger(landmarks: Floats) -> Floats:
    """Around their middle."""
    middle = landmarks.mean(0)
    return middle + 1.03 * (landmarks - middle)


def trembling(landmarks: Floats) -> Floats:
    """Each by itself, from frame to frame."""
    return landmarks + RANDOM.normal(0, in_picture(landmarks, 0.5), landmarks.shape)


def unshrunk(gray: Crop, matrix: Floats, size: int) -> Crop:
    """A crop whose picture was not shrunk first."""
    edge = cv2.BORDER_REPLICATE
    crop = cv2.warpAffine(gray, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=edge)
    return np.asarray(crop, np.uint8)


def round_window(before: Crop, after: Crop) -> NDArray[np.float32]:
    """A Gaussian in place of the box."""
    flow = cv2.calcOpticalFlowFarneback(
        before, after, None, *FARNEBACK, cv2.OPTFLOW_FARNEBACK_GAUSSIAN
    )
    return np.asarray(flow.transpose(2, 0, 1) / len(before), np.float32)


def from_the_later(before: Crop, after: Crop) -> NDArray[np.float32]:
    """Motion on the pixels of the later crop."""
    return -farneback(after, before)


@dataclass(frozen=True)
class Reading:
    """Another way to do one step; the others are the library's."""

    name: str
    landmarks: Callable[[Floats], Floats] = np.asarray
    crop: Callable[[Crop, Floats, int], Crop] | None = None
    flow: Callable[[Crop, Crop], NDArray[np.float32]] | None = None


READINGS = (
    Reading("as it is said"),
    Reading("landmarks 1 px of the crop lower", lower),
    Reading("landmarks 3 % larger", larger),
    Reading("landmarks in whole pixels of the picture", np.rint),
    Reading("landmarks tremble by 0.5 px of the crop", trembling),
    Reading("large faces not shrunk first", crop=unshrunk),
    Reading("flow: Gaussian window", flow=round_window),
    Reading("flow: on the pixels of the later crop", flow=from_the_later),
)


def probabilities(
    reading: Reading, frames: list[facs.Frame], person: Person, model: Model
) -> Floats:
    """Probabilities (n, U) of all frames in which she is scored; NaN in the others."""
    spec, found = model.spec, np.full((len(frames), len(model.spec.units)), np.nan)
    maker = ClipMaker(spec.slots, spec.slot_seconds, spec.crop_size)
    clips = []
    with (
        patch.object(cutting, "warp", reading.crop or cutting.warp),
        patch.object(cutting, "farneback", reading.flow or farneback),
    ):
        for i, frame in enumerate(frames):
            gray = np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY), np.uint8)
            clips += maker.add(gray, i, frame.time, faces(reading, person, i))
        clips += maker.finish()
    scored = ((batch, model(batch)) for batch in batched(clips, 8))
    for places, scores in steadied(scored, spec):
        found[[place.index for place in places]] = scores.probability
    return found


def faces(reading: Reading, person: Person, frame: int) -> list[Face]:
    """Her face in a frame, with the landmarks of a reading; none where she is not scored."""
    if not person.seen[frame]:
        return []
    points = reading.landmarks(person.landmarks[frame].astype(float))
    return [Face(0, (0.0, 0.0, 1.0, 1.0), points.astype(np.float32), (0.0, 0.0, 0.0), 1.0, 1.0, "")]


def film(path: Path, stop: float, model: Model) -> list[Floats]:
    """For each reading how far probabilities (n, U) are from those of the recording."""
    recording = facs.analyze(path, model=model, stop=stop)
    person = max(recording.people, key=lambda p: int(p.seen.sum()))
    with facs.open_video(path, stop=stop) as video:
        frames = list(video)
    off = [np.abs(probabilities(r, frames, person, model) - person.probability) for r in READINGS]
    return [one[person.seen] for one in off]


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--stop", type=float, default=4.0, help="seconds of each film")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    model = facs.load_model()
    films = [film(chosen.videos / name, chosen.stop, model) for name in FILMS]
    rows = []
    for reading, parts in zip(READINGS, zip(*films, strict=True), strict=True):
        off = np.concatenate(parts)
        numbers = f"{off.max():.3f}", f"{off.mean():.4f}", f"{(off.max(1) > FAR).mean():.0%}"
        rows.append([reading.name, str(len(off)), *numbers])
    columns = ["reading", "frames", "most", "mean", f"frames with a unit > {FAR:g} off"]
    data = f"the first {chosen.stop:g} s of {len(FILMS)} films; probabilities of all units"
    publish(heading("Readings of model.json", data, 0) + table(columns, rows), chosen.out)


if __name__ == "__main__":
    main()
