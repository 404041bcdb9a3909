"""MediaPipe's 52 blendshapes as CSV, to measure against: a program for its own environment.

It needs ``pip install mediapipe==1.2.2 av`` (OpenCV comes with it), not facs::

    python peer_mediapipe.py --task face_landmarker.task --out DIR --video a.mp4 b.mov
    python peer_mediapipe.py --task face_landmarker.task --out DIR --npz fer2013.npz --rows 0:500

One CSV per video (a row per decoded frame, `time` from the container, `x0` to `y1` the box of
its landmarks in pixels of the upright picture) or per archive (a row per picture, with the
framing in which it was found). Where no face was found the row is NaN.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

BOX = ("x0", "y0", "x1", "y1")

SINGLE = (
    "_neutral", "browInnerUp", "cheekPuff", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthFunnel", "mouthLeft", "mouthPucker", "mouthRight", "mouthRollLower",
    "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
)  # fmt: skip
PAIRED = (
    "browDown", "browOuterUp", "cheekSquint", "eyeBlink", "eyeLookDown", "eyeLookIn", "eyeLookOut",
    "eyeLookUp", "eyeSquint", "eyeWide", "mouthDimple", "mouthFrown", "mouthLowerDown",
    "mouthPress", "mouthSmile", "mouthStretch", "mouthUpperUp", "noseSneer",
)  # fmt: skip
SHAPES = (*SINGLE, *(name + side for name in PAIRED for side in ("Left", "Right")))
"""The 52 blendshapes, by MediaPipe's names."""


@dataclass(frozen=True)
class Framing:
    """How a small picture is prepared: enlarged to `side` pixels, padded by a share of that."""

    side: int
    padding: float

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """Enlarge, and repeat the edge all around."""
        scale = self.side / max(picture.shape[:2])
        large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        border = round(self.padding * self.side)
        return cv2.copyMakeBorder(large, border, border, border, border, cv2.BORDER_REPLICATE)


FRAMINGS = [Framing(side, padding) for side in (192, 384) for padding in (0.0, 0.25, 0.5, 1.0)]


def landmarker(task: Path, mode: vision.RunningMode) -> vision.FaceLandmarker:
    """One face, with blendshapes, all thresholds as MediaPipe sets them."""
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(task)),
        running_mode=mode,
        num_faces=1,
        output_face_blendshapes=True,
    )
    return vision.FaceLandmarker.create_from_options(options)


def as_image(picture: np.ndarray) -> mp.Image:
    """Wrap RGB (H, W, 3) as MediaPipe takes it."""
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture))


def shapes_of(result: vision.FaceLandmarkerResult) -> list[float]:
    """The 52 values of the face, or NaN."""
    if not result.face_blendshapes:
        return [float("nan")] * len(SHAPES)
    found = {category.category_name: category.score for category in result.face_blendshapes[0]}
    return [float(found[name]) for name in SHAPES]


def box_of(result: vision.FaceLandmarkerResult, width: int, height: int) -> list[float]:
    """The box of the landmarks in pixels, or NaN."""
    if not result.face_landmarks:
        return [float("nan")] * 4
    points = np.array([(p.x * width, p.y * height) for p in result.face_landmarks[0]])
    return [*points.min(0), *points.max(0)]


def frames(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    """Seconds and upright RGB pictures of a video, until the file ends or breaks."""
    with av.open(str(path)) as container:
        try:
            for frame in container.decode(container.streams.video[0]):
                turns = round(getattr(frame, "rotation", 0) / 90) % 4  # counter-clockwise
                yield float(frame.time or 0.0), np.rot90(frame.to_ndarray(format="rgb24"), turns)
        except av.error.FFmpegError as error:
            print(f"{path.name}: {error}", file=sys.stderr)


def video_rows(task: Path, path: Path, each_frame: bool) -> Iterator[list[float]]:
    """Rows of one video; in video mode MediaPipe follows the face and smooths its landmarks."""
    stamp = -1
    mode = vision.RunningMode.IMAGE if each_frame else vision.RunningMode.VIDEO
    with landmarker(task, mode) as model:
        for index, (time, picture) in enumerate(frames(path)):
            stamp = max(stamp + 1, round(1000 * time))
            image = as_image(picture)
            result = model.detect(image) if each_frame else model.detect_for_video(image, stamp)
            height, width = picture.shape[:2]
            yield [index, time, *box_of(result, width, height), *shapes_of(result)]


def rows_wanted(text: str | None, total: int) -> range:
    """Read FIRST:LAST, the last one excluded; all rows where nothing is asked."""
    if text is None:
        return range(total)
    first, last = (int(part) if part else None for part in text.split(":"))
    return range(total)[first:last]


def picture_rows(task: Path, path: Path, wanted: str | None) -> Iterator[list[float]]:
    """Rows of one archive: the framing that finds most faces first, the others where it fails."""
    data = np.load(path, allow_pickle=False)
    jpeg, offsets = data["jpeg"], data["offsets"]
    rows = rows_wanted(wanted, len(offsets) - 1)

    def picture(row: int) -> np.ndarray:
        bgr = cv2.imdecode(jpeg[offsets[row] : offsets[row + 1]], cv2.IMREAD_COLOR)
        return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)

    with landmarker(task, vision.RunningMode.IMAGE) as model:
        sample = [picture(row) for row in rows[:: max(1, len(rows) // 200)]]
        order = by_faces_found(model, sample)
        for row in rows:
            yield [row, *first_found(model, picture(row), order)]


def by_faces_found(model: vision.FaceLandmarker, sample: list[np.ndarray]) -> list[Framing]:
    """The framings, the one that finds most faces in a sample first."""
    counts = {}
    for framing in FRAMINGS:
        found = [model.detect(as_image(framing(picture))).face_blendshapes for picture in sample]
        counts[framing] = sum(map(bool, found))
        print(f"{framing}: {counts[framing]} faces in {len(sample)} pictures", file=sys.stderr)
    return sorted(FRAMINGS, key=lambda framing: -counts[framing])


def first_found(
    model: vision.FaceLandmarker, picture: np.ndarray, order: list[Framing]
) -> list[float]:
    """Side and padding in which a face was found, and its shapes; NaN where in none."""
    for framing in order:
        result = model.detect(as_image(framing(picture)))
        if result.face_blendshapes:
            return [framing.side, framing.padding, *shapes_of(result)]
    return [float("nan")] * (2 + len(SHAPES))


def write(path: Path, columns: Iterable[str], rows: Iterable[list[float]]) -> None:
    """Write a CSV and say how many rows have a face."""
    total = found = 0
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([f"{value:.6g}" for value in row])
            total, found = total + 1, found + (row[-1] == row[-1])
    print(f"{path}: {total} rows, {found} with a face")


def main() -> None:
    """Write one CSV per input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", type=Path, required=True)
    parser.add_argument("--video", type=Path, nargs="+", default=[])
    parser.add_argument("--each-frame", action="store_true", help="frames without their past")
    parser.add_argument("--npz", type=Path)
    parser.add_argument("--rows", metavar="FIRST:LAST", help="rows of the archive; all by default")
    parser.add_argument("--out", type=Path, required=True, help="folder")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for path in chosen.video:
        columns = ("frame", "time", *BOX, *SHAPES)
        write(
            chosen.out / f"{path.stem}.csv",
            columns,
            video_rows(chosen.task, path, chosen.each_frame),
        )
    if chosen.npz:
        columns = ("row", "side", "padding", *SHAPES)
        rows = picture_rows(chosen.task, chosen.npz, chosen.rows)
        write(chosen.out / f"{chosen.npz.stem}.csv", columns, rows)


if __name__ == "__main__":
    main()
