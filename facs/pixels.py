"""Pictures as arrays of 8-bit numbers: in grey, and no larger than wanted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["gray_of", "shrunk"]

Image = NDArray[np.uint8]


def gray_of(image: Image) -> Image:
    """Grey levels (H, W) of a picture (H, W, 3) in RGB, weighted as ITU-R BT.601 says.

    Examples
    --------
    >>> gray_of(np.full((1, 2, 3), (255, 0, 0), np.uint8)).tolist()
    [[76, 76]]
    """
    import cv2

    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def shrunk(image: Image, side: int) -> tuple[Image, float]:
    """The picture no longer than `side`, and the factor back to its own pixels.

    Parameters
    ----------
    image : array, shape (H, W) or (H, W, 3), uint8
        Returned as it is where it is small enough.
    side : int, pixels

    Examples
    --------
    >>> small, factor = shrunk(np.zeros((480, 640), np.uint8), 320)
    >>> small.shape, factor
    ((240, 320), 2.0)
    """
    height, width = image.shape[:2]
    factor = max(height, width) / side
    if factor <= 1:
        return image, 1.0
    import cv2

    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), factor
