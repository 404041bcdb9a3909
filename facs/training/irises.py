"""Where the dark part of real eyes lies: what a picture says of gaze before any network looks.

Real faces come without a word on where they look, and rendered eyes are not real ones. An iris is
darker than the white beside it, so the middle of the dark within the lids says which way an eye is
turned in its head; lids follow eyes that look up or down, and say less.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["iris_offset"]

Floats = NDArray[np.float64]

_EYES: Final = (slice(36, 42), slice(42, 48))
"""Six landmarks of an eye: corner, upper lid (2), corner, lower lid (2), clockwise as seen."""

_LIDS: Final = [1, 2, 4, 5]

WIDTH: Final = 64
HEIGHT: Final = 40
"""Pixels of the enlarged eye; its corners lie on the left and the right edge, half way down."""

SMOOTH: Final = 2.0
"""Pixels by which an enlarged eye is blurred: less than an iris, more than a glint."""

SMALLEST: Final = 160
"""Pixels between the lids below which an enlarged eye is shut."""

DARKEST: Final = 5
BRIGHT: Final = 70
"""Percentiles between the lids that count as wholly dark and as bright."""


def iris_offset(gray: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> Floats:
    """How far the dark part of the eyes lies from the middle, in widths of an eye.

    Parameters
    ----------
    gray : array, shape (H, W), uint8
    landmarks : array, shape (68, 2), pixels

    Returns
    -------
    array, shape (2,)
        Towards the subject's left, and upwards, mean of both eyes; NaN where an eye is shut or
        shows nothing dark. What is straight ahead is told from the median of many faces.

    Examples
    --------
    >>> from facs.canonical import canonical
    >>> at = canonical(112)
    >>> face = np.full((112, 112), 200, np.uint8)
    >>> for eye in (at[36:42], at[42:48]):
    ...     x, y = eye.mean(0) + (2, 0)  # to the right in the picture: her left
    ...     _ = cv2.circle(face, (round(x), round(y)), 2, 0, -1)
    >>> bool(iris_offset(face, at)[0] > 0.05)
    True
    """
    both = [_offset(gray, landmarks[eye].astype(np.float64)) for eye in _EYES]
    return np.asarray(np.mean(both, axis=0))


def _offset(gray: NDArray[np.uint8], points: Floats) -> Floats:
    """Of one eye."""
    nothing = np.full(2, np.nan)
    if not np.ptp(points[[0, 3]], axis=0).any():
        return nothing
    eye, placed = _enlarged(gray, points)
    opening = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillConvexPoly(opening, np.rint(placed).astype(np.int32), 1)
    if opening.sum() < SMALLEST:
        return nothing
    darkest, bright = np.percentile(eye[opening > 0], (DARKEST, BRIGHT))
    if bright <= darkest:
        return nothing
    dark = np.clip((bright - eye) / (bright - darkest), 0, 1) ** 2 * opening
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    middle = np.array([(dark * x).sum(), (dark * y).sum()]) / dark.sum()
    return np.array([middle[0] / WIDTH - 0.5, (placed[_LIDS, 1].mean() - middle[1]) / WIDTH])


def _enlarged(gray: NDArray[np.uint8], points: Floats) -> tuple[Floats, Floats]:
    """An eye between its corners (HEIGHT, WIDTH), and where its six landmarks are there."""
    corner, other = points[[0, 3]]
    along = (other - corner) / WIDTH  # one enlarged pixel
    across = np.array([-along[1], along[0]])
    start = corner - across * HEIGHT / 2
    matrix = np.column_stack([along, across, start])
    eye = cv2.warpAffine(
        gray, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    placed = (points - start) @ np.linalg.inv(matrix[:, :2]).T
    return np.asarray(cv2.GaussianBlur(eye.astype(np.float64), (0, 0), SMOOTH)), placed
