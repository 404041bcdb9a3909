"""Boxes around landmarks, and what two boxes share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "box_of", "nested", "overlap", "width_of"]

Box = tuple[float, float, float, float]


def box_of(landmarks: NDArray[np.floating]) -> Box:
    """The box x0, y0, x1, y1 around landmarks (68, 2)."""
    x0, y0 = landmarks.min(0)
    x1, y1 = landmarks.max(0)
    return float(x0), float(y0), float(x1), float(y1)


def width_of(landmarks: NDArray[np.floating]) -> float:
    """How wide landmarks (68, 2) lie, in pixels of the picture."""
    return float(np.ptp(landmarks[:, 0]))


def overlap(a: NDArray[np.floating] | Box, b: NDArray[np.floating] | Box) -> float:
    """Intersection over union of two boxes x0, y0, x1, y1.

    Examples
    --------
    >>> overlap((0, 0, 2, 2), (1, 0, 3, 2))
    0.3333333333333333
    """
    both = _shared(a, b)
    return float(both / (_area(a) + _area(b) - both)) if both else 0.0


def nested(a: NDArray[np.floating] | Box, b: NDArray[np.floating] | Box) -> float:
    """Intersection of two boxes over the smaller one.

    Examples
    --------
    >>> nested((0, 0, 4, 4), (1, 1, 3, 3))
    1.0
    """
    both = _shared(a, b)
    return float(both / min(_area(a), _area(b))) if both else 0.0


def _area(box: NDArray[np.floating] | Box) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))


def _shared(a: NDArray[np.floating] | Box, b: NDArray[np.floating] | Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return float(width * height) if width > 0 and height > 0 else 0.0
