"""Pixels that are not square, as those of camcorders, DVDs and old broadcasts."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np

from facs.video.frame import Image

__all__ = ["squared", "squared_size"]

SQUARE: Final = 0.01
"""Share by which pixels may be longer and count as square: rounding of the size makes such."""

LONGEST: Final = 4
"""How many times as long as wide pixels may be: beyond that the file is wrong."""


def squared_size(width: int, height: int, pixel: Fraction | None) -> tuple[int, int]:
    """Width and height as shown, in square pixels; the same where they are square or unknown.

    One side grows, so that nothing of the picture is lost.

    Parameters
    ----------
    pixel : Fraction or None
        Width of a stored pixel in heights.

    Examples
    --------
    >>> squared_size(1440, 1080, Fraction(4, 3)), squared_size(640, 180, Fraction(1, 2))
    ((1920, 1080), (640, 360))
    """
    if not pixel or not Fraction(1, LONGEST) <= pixel <= LONGEST or abs(pixel - 1) < SQUARE:
        return width, height
    if pixel > 1:
        return round(width * pixel), height
    return width, round(height / pixel)


def squared(image: Image, pixel: Fraction | None) -> Image:
    """The picture in square pixels; the same array where it has them."""
    height, width = image.shape[:2]
    size = squared_size(width, height, pixel)
    if size == (width, height):
        return image
    import cv2

    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)
