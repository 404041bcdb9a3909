"""Faces for the adaptation experiment: found, aligned and cut out of pictures.

By default as the library does it: its detector, its landmark network, its canonical crop. Or as
the document did it: dlib's detector and, where a file of its five or 68 points is given, dlib's
own face chips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.canonical import align, warp
from facs.errors import InputError, MissingPackageError
from facs.faces.detect import DlibDetector, HaarDetector
from facs.faces.landmarks import Landmarker
from facs.training.unit_data import locate_filling

__all__ = ["CUTTERS", "SIDE", "Cutter", "cut", "cutter"]

Gray = NDArray[np.uint8]
Cutter = Callable[[Gray], Gray | None]
"""From a grey picture (H, W) to its face (SIDE, SIDE), or None where there is none."""

SIDE: Final = 64
MARGIN: Final = 0.75
"""Of the canonical crop: 15 cm, from raised brows to the chin, since 64 pixels are few."""

LEAST: Final = 0.4
"""Score of the landmark network under which the product, too, would lose a face."""

PADDING: Final = 0.25
"""Of dlib's chips, its own default: a quarter of the face's width on every side."""

CUTTERS: Final = ("facs", "dlib")


def cutter(name: str, points: Path | None = None, landmarks: Path | None = None) -> Cutter:
    """Make the cutter of that name.

    Parameters
    ----------
    name : str
        ``"facs"`` or ``"dlib"``.
    points : Path, optional
        dlib's own shape predictor (five or 68 points) for ``"dlib"``, which then aligns as
        well; without it dlib finds the face and the library aligns it.
    landmarks : Path, optional
        Another landmark network (ONNX) than the shipped one.

    Raises
    ------
    InputError, MissingPackageError
    """
    if name not in CUTTERS:
        raise InputError(f"wanted faces of {CUTTERS}, got {name!r}")
    if name == "dlib" and points is not None:
        return _chips(points)
    landmarker = Landmarker(landmarks)
    detect = HaarDetector() if name == "facs" else DlibDetector()

    def aligned(gray: Gray) -> Gray | None:
        for box in detect(gray)[:1]:
            located = landmarker.from_box(gray, box)
            if located.score >= LEAST:
                return warp(gray, align(located.landmarks, SIDE, MARGIN), SIDE)
        found = locate_filling(gray, landmarker, LEAST)
        return None if found is None else warp(gray, align(found, SIDE, MARGIN), SIDE)

    return aligned


def _chips(points: Path) -> Cutter:
    """Detector, predictor and chips of dlib."""
    try:
        import dlib
    except ImportError:
        raise MissingPackageError.of("dlib-bin", "dlib", "dlib's alignment") from None
    if not points.is_file():
        raise InputError(f"wanted a file of dlib's shape predictor, nothing is at {points}")
    find: Any = dlib.get_frontal_face_detector()
    shape_of: Any = dlib.shape_predictor(str(points))

    def chip(gray: Gray) -> Gray | None:
        rgb = np.ascontiguousarray(np.repeat(gray[:, :, None], 3, axis=2))
        boxes = find(rgb, 1)  # once enlarged: faces of 50 px are small for it
        if not len(boxes):
            return None
        largest = max(boxes, key=lambda box: box.area())
        cut_out = dlib.get_face_chip(rgb, shape_of(rgb, largest), size=SIDE, padding=PADDING)
        return np.asarray(cut_out)[:, :, 0].astype(np.uint8)

    return chip


def cut(pictures: Iterable[Gray], of: Cutter) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Faces (n, SIDE, SIDE) of grey pictures, and which pictures they are of."""
    faces, rows = [], []
    for row, gray in enumerate(pictures):
        face = of(gray)
        if face is not None:
            faces.append(face)
            rows.append(row)
    return np.array(faces, np.uint8).reshape(-1, SIDE, SIDE), np.array(rows, np.int64)
