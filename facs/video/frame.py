"""One frame, and the largest picture that is accepted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError, UnreadableVideoError

__all__ = ["MAX_PIXELS", "MAX_SIDE", "Frame", "Image", "check_size", "describe"]

Image = NDArray[np.uint8]
"""A picture: RGB, shape (height, width, 3), uint8."""

MAX_SIDE: Final = 16384
"""Longest accepted side of a picture, in pixels: a 16K video is 15360 wide."""

MAX_PIXELS: Final = 2**27
"""Largest accepted picture, 134 megapixels: 0.4 GB as RGB. A 16K video has 133."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a video and when it was shown.

    Parameters
    ----------
    index : int
        Position in the source, counted from 0 over every frame that was decoded.
    time : float, seconds
        Media time: 0 is where the stream starts.
    image : array, shape (height, width, 3), uint8
        Upright, RGB.

    Raises
    ------
    InputError
        If one of the three has another form.

    Examples
    --------
    >>> Frame(7, 0.28, np.zeros((480, 640, 3), np.uint8))
    Frame(index=7, time=0.280 s, 640 x 480)
    """

    index: int
    time: float
    image: Image

    def __post_init__(self) -> None:
        if self.index < 0:
            raise InputError(f"wanted a frame index of 0 or more, got {self.index}")
        if not math.isfinite(self.time):
            raise InputError(f"wanted a finite time in seconds, got {self.time}")
        if not _is_rgb(self.image):
            raise InputError(
                f"wanted an image of shape (height, width, 3) uint8, got {describe(self.image)}"
            )

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        return f"Frame(index={self.index}, time={self.time:.3f} s, {width} x {height})"


def _is_rgb(image: object) -> bool:
    return (
        isinstance(image, np.ndarray)
        and image.dtype == np.uint8
        and image.ndim == 3
        and image.shape[2] == 3
        and image.size > 0
    )


def describe(value: Any) -> str:
    """Say the shape and type of an array, or the type of anything else."""
    if isinstance(value, np.ndarray):
        return f"{value.shape} {value.dtype}"
    return type(value).__name__


def check_size(name: str, width: int, height: int) -> None:
    """Refuse a picture that is too large to hold, whatever its file size says."""
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise UnreadableVideoError(
            f"{name}: {width} x {height} pixels; the largest picture read is {MAX_SIDE} a side "
            f"and {MAX_PIXELS / 1e6:.0f} megapixels: scale it down first"
        )
