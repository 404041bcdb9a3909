"""An explanation as a picture: the frame, the map laid over it, and both on the crop."""

from __future__ import annotations

import os
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError, OutputError
from facs.explaining.explanation import Explanation
from facs.files import atomic

__all__ = ["draw_crop", "draw_frame", "write_explanation"]

Image = NDArray[np.uint8]

STRENGTH: Final = 0.7
"""How much of the picture the brightest place of a map covers; the face stays to be seen."""

CROP_WIDTH: Final = 448
"""Pixels to which a crop is enlarged."""


def draw_crop(explanation: Explanation, width: int = CROP_WIDTH) -> Image:
    """Lay the map over the aligned face, (width, width, 3) uint8 RGB.

    Examples
    --------
    >>> from facs.units import ActionUnit
    >>> flat = Explanation(
    ...     map=np.zeros((8, 8)), unit=ActionUnit.AU9, side=None, method="occlusion",
    ...     stream="spatial", score=0.2, hidden=0.2, blank=np.nan, track=0, time=1.5,
    ...     crop=np.full((8, 8), 90, np.uint8), matrix=np.eye(2, 3), size=(64, 48),
    ... )
    >>> draw_crop(flat, 16)[0, 0].tolist()
    [90, 90, 90]
    """
    import cv2

    size = (width, width)
    crop = cv2.resize(explanation.crop, size, interpolation=cv2.INTER_CUBIC)
    heat = cv2.resize(np.array(explanation.map), size, interpolation=cv2.INTER_CUBIC)
    return _laid_over(
        np.repeat(np.asarray(crop, np.uint8)[:, :, None], 3, axis=2), np.asarray(heat, np.float32)
    )


def draw_frame(explanation: Explanation, image: Image) -> Image:
    """Lay the map over the upright picture (H, W, 3) uint8 RGB that it explains.

    Raises
    ------
    InputError
        If the picture has another size.
    """
    width, height = explanation.size
    if image.shape != (height, width, 3):
        raise InputError(f"wanted a picture ({height}, {width}, 3), got {image.shape}")
    return _laid_over(image, explanation.in_frame())


def write_explanation(
    explanation: Explanation, path: str | os.PathLike[str], image: Image | None = None
) -> None:
    """Write a PNG or JPEG: the crop with its map, or the whole picture where it is given.

    Raises
    ------
    InputError
        If the picture has another size.
    OutputError
        If it cannot be written, or the name ends in something else.
    """
    import cv2

    drawn = draw_crop(explanation) if image is None else draw_frame(explanation, image)
    with atomic(path) as partial:
        if partial.suffix.lower() not in (".png", ".jpg", ".jpeg"):
            raise OutputError(f"wanted a name that ends in .png or .jpg, got {path}")
        done, data = cv2.imencode(partial.suffix.lower(), np.ascontiguousarray(drawn[:, :, ::-1]))
        if not done:
            raise OutputError(f"cannot write {path} as a picture")
        partial.write_bytes(data.tobytes())


def _laid_over(image: Image, heat: NDArray[np.floating]) -> Image:
    """Colours from dark violet over orange to pale yellow, which grow brighter all the way."""
    import cv2

    share = np.clip(heat, 0, 1)
    levels = np.asarray(np.rint(255 * share), np.uint8)
    colours = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[:, :, ::-1]
    alpha = STRENGTH * share[:, :, None]
    return np.asarray(np.rint(image * (1 - alpha) + colours * alpha), np.uint8)
