"""Make the face that both export examples look at: ``python examples/make_export_faces.py``.

The example's smile, half as large: a grey picture with its landmarks for Python
(``export_python/face.npz``), and its aligned crop for the browser (``export_browser/face.png``).
How it begins, frame by frame, is what an export checks itself with (``facs/apps/example.npz``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np

import facs
from facs.canonical import align, warp

HERE: Final = Path(__file__).resolve().parent
SMILE: Final = 1.4
"""Seconds into the video: the smile is at its height."""
BEGINNING: Final = range(23, 34)
"""Frames around the moment at which the smile begins: as many as a window of motion takes."""
PLACE: Final = (slice(40, 200), slice(86, 246))
"""Rows and columns of the half-sized frame in which the face is."""


def beginning() -> tuple[np.ndarray, np.ndarray]:
    """Grey pictures (11, 160, 160) uint8 of the beginning smile, and landmarks (11, 68, 2)."""
    recording = facs.analyze(HERE / "synthetic_face.mp4", stop=1.5)
    with facs.open_video(HERE / "synthetic_face.mp4", stop=1.5) as video:
        frames = [frame.image for frame in video]
    grays = [cv2.cvtColor(frames[i], cv2.COLOR_RGB2GRAY) for i in BEGINNING]
    halves = [cv2.resize(g, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for g in grays]
    corner = PLACE[1].start, PLACE[0].start
    landmarks = recording.people[0].landmarks[list(BEGINNING)] / 2 - 0.25 - corner
    return np.stack([half[PLACE] for half in halves]), landmarks.round(2).astype(np.float32)


def main() -> None:
    """Write all files."""
    pictures, marks = beginning()
    checked = HERE.parent / "facs/apps/example.npz"
    np.savez_compressed(checked, pictures=pictures, landmarks=marks)
    with facs.open_video(HERE / "synthetic_face.mp4", start=SMILE, stop=SMILE + 0.01) as video:
        frame = next(iter(video))
    gray = cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY)
    gray = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    (person,) = facs.analyze(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)).people
    landmarks = person.landmarks[0]
    np.savez_compressed(HERE / "export_python/face.npz", picture=gray, landmarks=landmarks)
    cv2.imwrite(str(HERE / "export_browser/face.png"), warp(gray, align(landmarks)))


if __name__ == "__main__":
    main()
