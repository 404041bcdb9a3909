"""Faces that the detector overlooks: they lie, are tilted, or fill the picture."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.canonical import align, warp
from facs.faces.absence import SURE
from facs.faces.boxes import box_of, nested, width_of
from facs.faces.detect import HaarDetector, cascade
from facs.faces.landmarks import INPUT_MARGIN, INPUT_SIZE, Landmarker, Located, box_matrix
from facs.pixels import shrunk

__all__ = ["Overlooked"]

Gray = NDArray[np.uint8]
Matrix = NDArray[np.float64]

SIDE: Final = 320
"""Longer side of the pictures that are turned, in pixels."""

TURNS: Final = tuple(range(30, 360, 30))
"""Degrees by which the picture is turned for the detector, which finds heads tilted by 15."""

FILLING_TURNS: Final = tuple(range(0, 360, 60))
"""Degrees for faces that fill the picture: the landmark network finds heads tilted by 30."""

FILLING: Final = (0.9, 0.65)
"""Widths of such faces, of the picture's shorter side."""

WITNESSES: Final = ("alt2", "default", "alt")
"""Cascades that look at a straightened face; most of them must see one."""

WITNESS_SIDE: Final = 120
"""Side in pixels of the picture that they look at."""

WITNESS_MARGIN: Final = 1.9
"""How much wider than the canonical crop it is."""

LEAST: Final = (40, 40)
MOST: Final = (100, 100)
"""The smallest and the largest face that they look for there, in pixels."""

STEPS: Final = ((20, 1.0), (-20, 1.0), (0, 0.75), (0, 1.3))
"""Starts nearby: degrees, and how many times as large."""

STEADY: Final = 0.1
"""How far apart they may lead, in widths of the face."""

SAME: Final = 0.3
"""Of two faces that share more than this of the smaller one the surer is a face: the other may be
its brow, read as a mouth."""


class Overlooked:
    """Looks for faces at any angle, and for those that fill the picture.

    The landmark network alone finds faces in hands and letters. So what it finds is laid
    straight, where two of three cascades must see a face, too (Lienhart and Maydt, 2002), and from
    starts nearby it must be found in the same place again.

    Parameters
    ----------
    landmarker : Landmarker

    Examples
    --------
    >>> Overlooked(Landmarker())(np.zeros((96, 128), np.uint8))
    []
    """

    def __init__(self, landmarker: Landmarker) -> None:
        self._locate = landmarker
        self._upright = HaarDetector()
        self._witnesses = [cascade(name) for name in WITNESSES]

    def __call__(self, gray: Gray) -> list[Located]:
        """Faces of a picture (H, W), the surest first."""
        starts = [*filling(gray.shape), *self._turned(gray)]
        return self._sure(gray, self._locate.straightened(gray, starts))

    def again(self, gray: Gray, before: list[NDArray[np.float32]]) -> list[Located]:
        """Faces that are still, or again, where their landmarks (68, 2) were."""
        return self._sure(gray, self._locate.follow(gray, before))

    def _turned(self, gray: Gray) -> list[Matrix]:
        """Starts where the detector finds a face in the turned picture."""
        small, factor = shrunk(gray, SIDE)
        shrink = np.diag([1 / factor, 1 / factor, 1.0])
        found = []
        for degrees in TURNS:
            picture, matrix = turned(small, degrees)
            found += [box_matrix(box) @ matrix @ shrink for box in self._upright(picture)]
        return found

    def _sure(self, gray: Gray, located: list[Located]) -> list[Located]:
        """What is a face, each face once, the surest first."""
        kept: list[Located] = []
        for one in sorted(located, key=lambda one: -one.score):
            box = box_of(one.landmarks)
            new = all(nested(box, box_of(other.landmarks)) < SAME for other in kept)
            if new and one.score >= SURE and self._witnessed(gray, one) and self._steady(gray, one):
                kept.append(one)
        return kept

    def _witnessed(self, gray: Gray, located: Located) -> bool:
        """Whether most cascades see a face where this one is laid straight."""
        matrix = align(located.landmarks, WITNESS_SIDE, WITNESS_MARGIN)
        straight = warp(gray, matrix, WITNESS_SIDE)
        seen = [
            len(witness.detectMultiScale(straight, 1.1, 3, 0, LEAST, MOST)) > 0
            for witness in self._witnesses
        ]
        return 2 * sum(seen) > len(seen)

    def _steady(self, gray: Gray, located: Located) -> bool:
        """Whether starts that are turned a little, nearer and farther lead to the same points."""
        straight = align(located.landmarks, INPUT_SIZE, INPUT_MARGIN)
        middle = (INPUT_SIZE / 2, INPUT_SIZE / 2)
        starts = [turn(middle, *step)[:2] @ np.vstack([straight, [0, 0, 1]]) for step in STEPS]
        nearby = self._locate.straightened(gray, starts)
        off = [np.hypot(*(one.landmarks - located.landmarks).T).mean() for one in nearby]
        return bool(max(off) < STEADY * width_of(located.landmarks))


def filling(shape: tuple[int, ...]) -> list[Matrix]:
    """Starts (3, 3) for a face at any angle in the middle of a picture (H, W) that it fills."""
    y, x = shape[0] / 2, shape[1] / 2
    halves = [share * min(shape) / 2 for share in FILLING]
    boxes = [box_matrix(np.array([x - half, y - half, x + half, y + half])) for half in halves]
    return [box @ turn((x, y), degrees) for box in boxes for degrees in FILLING_TURNS]


def turned(gray: Gray, degrees: float) -> tuple[Gray, Matrix]:
    """The picture turned counter-clockwise, whole, and the matrix (3, 3) from it to there.

    Examples
    --------
    >>> picture, matrix = turned(np.zeros((100, 200), np.uint8), 90)
    >>> picture.shape
    (200, 100)
    """
    import cv2

    height, width = gray.shape
    matrix = turn((width / 2, height / 2), degrees)
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ matrix.T
    low = corners[:, :2].min(0)
    size = np.ceil(np.round(corners[:, :2].max(0) - low, 6)).astype(int)
    matrix[:2, 2] -= low
    picture = cv2.warpAffine(gray, matrix[:2], size.tolist(), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, np.uint8), matrix


def turn(middle: tuple[float, float], degrees: float, scale: float = 1.0) -> Matrix:
    """The matrix (3, 3) that turns a picture counter-clockwise about a point, and scales it."""
    import cv2

    return np.vstack([cv2.getRotationMatrix2D(middle, degrees, scale), [0.0, 0.0, 1.0]])
