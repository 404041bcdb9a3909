"""Make ``synthetic_face.mp4`` and the truth about it, ``synthetic_face.csv``.

A person who does not exist rests, smiles, raises her brows, closes her eyes for
long, opens her mouth, winks with her left eye and raises her right brow::

    python examples/make_example.py --assets ../shared/synthesis/assets --out examples
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Floats, load
from facs.synthesis.camera import Camera, Window
from facs.synthesis.clips import Sample, Studio
from facs.synthesis.labels import columns
from facs.synthesis.person import Person
from facs.synthesis.render import posed
from facs.synthesis.sampling import smooth_step
from facs.synthesis.scene import Pose, draw_scene
from facs.synthesis.shapes import LEFT, RIGHT, slider, still

WIDTH, HEIGHT, RATE, SECONDS = 640, 480, 30, 8.0
FACE_PIXELS: Final = 200
"""From the brows to the chin."""

CAMERA: Final = Camera(1.0, (1.0, 1.0, 1.0), 1.0, 1.0, 0.3, 1.0, 0.006, 95)
BOTH: Final = (LEFT, RIGHT)


@dataclass(frozen=True)
class Act:
    """Units that rise at `start`, stay, and are gone at `end` (seconds)."""

    units: dict[str, float]
    start: float
    end: float
    sides: tuple[int, ...] = BOTH
    ramp: float = 0.25

    def at(self, time: Floats) -> Floats:
        """Share of its height at each time."""
        rise, fall = (time - self.start) / self.ramp, (self.end - time) / self.ramp
        return smooth_step(rise) * smooth_step(fall)


SCRIPT: Final = (
    Act({"6": 0.7, "12": 0.95}, 0.8, 2.0),
    Act({"1": 0.9, "2": 0.9}, 2.2, 3.2),
    Act({"43": 1.0}, 3.4, 4.5, ramp=0.15),
    Act({"27": 0.85}, 4.7, 5.6),
    Act({"43": 1.0, "6": 0.4}, 5.8, 6.6, sides=(LEFT,), ramp=0.12),
    Act({"1": 0.5, "2": 1.0}, 6.8, 7.7, sides=(RIGHT,)),
)


def course(time: Floats) -> Floats:
    """Intensities of all sliders at each time, (frames, sliders, 2)."""
    out = np.zeros((len(time), *still().shape), np.float32)
    for act in SCRIPT:
        for unit, height in act.units.items():
            for side in act.sides:
                row = out[:, slider(unit), side]
                np.maximum(row, height * act.at(time), out=row)
    return out


def film(studio: Studio, person: Person, seed: int) -> Iterator[Sample]:
    """Every frame of the script, square; the head sways a little."""
    rng = np.random.default_rng(seed)
    scene = draw_scene(studio.assets, rng)
    dots = posed(person.neutral[studio.assets.landmarks], Pose(0, 0, 0))
    brow_to_chin = dots[17:27, 1].max() - dots[8, 1]
    share = FACE_PIXELS / WIDTH * float(np.ptp(dots[:, :2], axis=0).max() / brow_to_chin)
    window = Window.around(dots, scene.distance, share, (0.0, -0.02))
    time = (np.arange(round(SECONDS * RATE)) / RATE).astype(np.float32)
    gain = None
    for t, intensities in zip(time.tolist(), course(time), strict=True):
        pose = Pose(4 * np.sin(1.1 * t), 2 * np.sin(0.8 * t), 1.5 * np.sin(0.6 * t + 1))
        sample, gain = studio.shoot(person, scene, CAMERA, intensities, pose, window, rng, gain, t)
        yield sample


def write_video(path: Path, pictures: list[npt.NDArray[np.uint8]]) -> None:
    """Write RGB pictures as H.264."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(RATE), options={"crf": "23"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in pictures:
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def write_truth(path: Path, samples: list[Sample]) -> None:
    """Write time and the intensity, 0 to 1, of every unit that moves at all."""
    labels = np.stack([sample.labels for sample in samples])
    moving = np.flatnonzero(labels.max(0) > 0.05)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", *(columns()[k] for k in moving)])
        for n, row in enumerate(labels[:, moving]):
            writer.writerow([f"{n / RATE:.6f}", *(f"{value:.3f}" for value in row)])


def main() -> None:
    """Render, then write the video and the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    studio = Studio(load(options.assets), WIDTH)
    person = studio.person(np.random.default_rng(options.seed))
    samples = list(film(studio, person, options.seed))
    top = (WIDTH - HEIGHT) // 2
    write_video(
        options.out / "synthetic_face.mp4",
        [np.ascontiguousarray(sample.image[top : top + HEIGHT]) for sample in samples],
    )
    write_truth(options.out / "synthetic_face.csv", samples)


SEED: Final = 39

if __name__ == "__main__":
    main()
