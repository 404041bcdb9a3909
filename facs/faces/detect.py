"""Where in the picture are faces? Detectors that need no download."""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError, MissingPackageError
from facs.pixels import shrunk

__all__ = ["DETECTORS", "Boxes", "Detector", "DlibDetector", "HaarDetector", "cascade", "detector"]

Boxes = NDArray[np.float32]

WORK_SIDE: Final = 640
"""Longer side of the picture that a detector sees; smaller faces than 24 px cannot be scored."""

DETECTORS: Final = ("haar", "dlib")


class Detector(Protocol):
    """Anything that finds boxes (n, 4) of x0, y0, x1, y1 in a grey picture (H, W)."""

    def __call__(self, gray: NDArray[np.uint8]) -> Boxes:
        """Find faces, largest first."""


def largest_first(boxes: list[tuple[float, float, float, float]], factor: float) -> Boxes:
    """Boxes as an array in the pixels of the whole picture, largest first."""
    array = np.asarray(boxes, np.float32).reshape(-1, 4) * np.float32(factor)
    area = (array[:, 2] - array[:, 0]) * (array[:, 3] - array[:, 1])
    return np.asarray(array[np.argsort(-area, kind="stable")], np.float32)


def cascade(name: str) -> Any:
    """One of OpenCV's cascades for frontal faces, from the wheel's own files.

    Parameters
    ----------
    name : str
        ``"alt2"``, ``"alt"`` or ``"default"``.

    Raises
    ------
    MissingPackageError
        If the wheel has no such file.
    """
    import cv2
    import cv2.data

    found = cv2.CascadeClassifier(f"{cv2.data.haarcascades}haarcascade_frontalface_{name}.xml")
    if found.empty():
        raise MissingPackageError(
            "the Haar detector wants the cascade files of opencv-contrib-python-headless 4.x, and "
            f"haarcascade_frontalface_{name}.xml is absent from {cv2.data.haarcascades}: "
            "pip install 'opencv-contrib-python-headless<5'"
        )
    return found


class HaarDetector:
    """OpenCV's cascade of Haar features (Viola and Jones, 2001), from the wheel's own files.

    Parameters
    ----------
    min_face : int, pixels of the shrunk picture
        Smaller faces are not looked for.
    """

    def __init__(self, min_face: int = 36) -> None:
        self._cascade = cascade("alt2")
        self._min = min_face

    def __call__(self, gray: NDArray[np.uint8]) -> Boxes:
        """Find faces that look at the camera, largest first."""
        small, factor = shrunk(gray, WORK_SIDE)
        if min(small.shape) < 24:
            return np.zeros((0, 4), np.float32)
        least = min(self._min, min(small.shape) // 3)
        found = self._cascade.detectMultiScale(
            small, scaleFactor=1.15, minNeighbors=5, minSize=(least, least)
        )
        return largest_first([(x, y, x + w, y + h) for x, y, w, h in found], factor)


class DlibDetector:
    """dlib's histogram-of-gradients detector (King, 2009): slower to start, fewer false faces."""

    def __init__(self) -> None:
        try:
            import dlib
        except ImportError:
            raise MissingPackageError.of("dlib-bin", "dlib", "the dlib detector") from None
        self._find: Any = dlib.get_frontal_face_detector()

    def __call__(self, gray: NDArray[np.uint8]) -> Boxes:
        """Find faces that look at the camera, largest first."""
        small, factor = shrunk(gray, WORK_SIDE)
        found = self._find(np.ascontiguousarray(small), 0)
        boxes = [(r.left(), r.top(), r.right() + 1, r.bottom() + 1) for r in found]
        return largest_first(boxes, factor)


def detector(name: str = "haar") -> Detector:
    """Make the detector of that name.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> detector("haar")(np.zeros((48, 64), np.uint8)).shape
    (0, 4)
    """
    if name == "haar":
        return HaarDetector()
    if name == "dlib":
        return DlibDetector()
    raise InputError(f"wanted a detector of {DETECTORS}, got {name!r}")
