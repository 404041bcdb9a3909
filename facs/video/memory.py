"""Sources that are in memory already: arrays and frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.video.frame import Frame, Image, describe
from facs.video.source import Shot, Source, as_rate

__all__ = ["ArraySource", "FramesSource", "as_rgb"]


def as_rgb(image: NDArray[np.uint8]) -> Image:
    """Give a gray picture of shape (height, width) its three channels."""
    return np.stack([image] * 3, axis=-1) if image.ndim == 2 else image


class ArraySource(Source):
    """One picture or several, as one array; gray pictures become RGB."""

    def __init__(self, array: NDArray[Any], rate: float | Fraction | None) -> None:
        self.name = "array"
        self._pictures = _as_pictures(array)
        self.rate = as_rate(rate)
        height, width = self._pictures.shape[1:3]
        self.size = (width, height)
        self.frames_expected = len(self._pictures)

    def __iter__(self) -> Iterator[Shot]:
        assert self.rate is not None
        for index, picture in enumerate(self._pictures):
            yield Shot(index, float(index / self.rate), lambda p=picture: as_rgb(p))  # type: ignore[misc]


def _as_pictures(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Any accepted array as (n, height, width, 3) or gray (n, height, width)."""
    color = array.ndim in (3, 4) and array.shape[-1] == 3
    gray = array.ndim in (2, 3)
    if array.ndim >= 3 and array.shape[-1] in (1, 2, 4):  # no picture is so narrow
        raise InputError(
            f"wanted shape (n, height, width, 3) uint8 or gray without a last axis, "
            f"got {describe(array)}: give a[..., :3] of four channels, a[..., 0] of one or two"
        )
    if array.dtype != np.uint8 and (color or gray) and array.size:
        raise InputError(
            f"wanted uint8, got {describe(array)}: of values up to 1, give "
            f"(255 * a).astype(np.uint8)"
        )
    if not (color or gray) or array.size == 0:
        raise InputError(f"wanted shape (n, height, width, 3) uint8, got {describe(array)}")
    one_picture = array.ndim == (3 if color else 2)
    return array[np.newaxis] if one_picture else array


class FramesSource(Source):
    """Frames made by the caller, passed on with their own indices and times."""

    def __init__(self, frames: Iterable[Frame], rate: float | Fraction | None = None) -> None:
        self.name = "frames"
        # What they are decides what there is to say of a rate; a generator is let alone otherwise.
        if rate is not None or isinstance(frames, Sequence):
            for frame in islice(frames, 1):
                _check_frame(frame)
        if rate is not None:
            raise InputError("rate is for pictures and arrays; each Frame has its own time")
        self._frames = frames

    def __iter__(self) -> Iterator[Shot]:
        for frame in self._frames:
            _check_frame(frame)
            yield Shot(frame.index, frame.time, lambda image=frame.image: image)  # type: ignore[misc]


def _check_frame(frame: object) -> None:
    if not isinstance(frame, Frame):
        raise InputError(
            f"wanted frames as facs.video.Frame, got {describe(frame)}: give np.stack(pictures) "
            "and rate=, or Frame(index, seconds, picture) for each; of pictures on the disk, "
            "their folder"
        )
