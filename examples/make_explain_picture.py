"""Draw docs/pictures/explain.png: ``python examples/make_explain_picture.py``.

Four moments of the example, the aligned face and its maps by each method.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np

import facs
from facs.explaining.drawing import draw_crop
from facs.explaining.explanation import METHODS, Explanation

ROOT: Final = Path(__file__).resolve().parents[1]
VIDEO: Final = ROOT / "examples" / "synthetic_face.mp4"
MOMENTS: Final = (("AU12", 1.4), ("AU2", 2.8), ("AU43", 3.8), ("AU43", 6.2))
"""A smile, raised brows, closed eyes, a wink with the left eye."""

SIDE: Final = 160
INK: Final = (20, 20, 20)


def main() -> None:
    """Analyse, explain, draw."""
    recording = facs.analyze(VIDEO, motion=False)
    rows = [row(recording, unit, time) for unit, time in MOMENTS]
    path = ROOT / "docs" / "pictures" / "explain.png"
    cv2.imwrite(str(path), np.vstack([header(), *rows])[:, :, ::-1])
    print(f"wrote {path}")


def row(recording: facs.Recording, unit: str, time: float) -> np.ndarray:
    """The face, and its maps."""
    found = [
        facs.explain(recording, unit, time=time, video=VIDEO, method=method, check=False)
        for method in METHODS
    ]
    return np.hstack([face(found[0]), *(draw_crop(one, SIDE) for one in found)])


def face(found: Explanation) -> np.ndarray:
    """The face as it is, with the unit and its probability from the picture alone."""
    grey = cv2.resize(found.crop, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    picture = np.repeat(grey[:, :, None], 3, axis=2)
    side = f" {found.side}" if found.side else ""
    return written(picture, f"{found.unit}{side}  {found.score:.2f}", (8, 18))


def header() -> np.ndarray:
    """The names of the methods."""
    band = np.full((26, SIDE * (1 + len(METHODS)), 3), 245, np.uint8)
    for i, name in enumerate(("the face", *METHODS)):
        written(band, name, (SIDE * i + 8, 18))
    return band


def written(picture: np.ndarray, text: str, at: tuple[int, int]) -> np.ndarray:
    """Write into a picture."""
    return cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)


if __name__ == "__main__":
    main()
