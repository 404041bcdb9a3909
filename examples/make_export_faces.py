"""Make the face that both export examples look at: ``python examples/make_export_faces.py``.

The example's smile, half as large: a grey picture with its landmarks for Python
(``export_python/face.npz``), and its aligned crop for the browser (``export_browser/face.png``).
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


def main() -> None:
    """Write both files."""
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
