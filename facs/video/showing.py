"""From a decoded frame to the picture that a player shows: its light, its shape and its turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from facs.video.frame import Image, check_size
from facs.video.light import CURVES, light_table
from facs.video.square import squared, squared_size
from facs.video.upright import Turn, turn_of

if TYPE_CHECKING:
    from av import VideoFrame

__all__ = ["Showing"]


class Showing:
    """How the frames of a file are to be shown.

    H.264 may say a turn with one frame for all that follow it, so that a frame that says
    none keeps the last one.

    Parameters
    ----------
    name : str
        The file's, for errors.
    first : VideoFrame
        The first frame, which says how it is turned and what its levels mean.
    pixel : Fraction or None
        Width of a stored pixel in heights.

    Attributes
    ----------
    size : (width, height)
        Of the first picture as shown, in pixels.
    turned : tuple of str
        Says, once it has happened, where the turn changes.

    Raises
    ------
    UnreadableVideoError
        If the picture as shown is too large.
    """

    def __init__(self, name: str, first: VideoFrame, pixel: Fraction | None) -> None:
        self._name, self._pixel = name, pixel
        self._turn, self._rotation = turn_of(first), first.rotation
        self.turned: tuple[str, ...] = ()
        self._transfer: int = getattr(first, "color_trc", 0)
        self._stored = first.width, first.height
        self._check(*self._stored)
        self.size = self._turn.size(*squared_size(*self._stored, pixel))

    @property
    def notes(self) -> Iterator[str]:
        """What is unusual about it, one sentence each."""
        width, height = squared_size(*self._stored, self._pixel)
        if self._pixel and self._pixel != 1:
            same = (width, height) == self._stored
            done = "left as stored" if same else f"stretched to {width} x {height}"
            shape = f"{self._pixel.numerator}:{self._pixel.denominator}"
            yield f"pixels are {shape}, not square: {done}"
        if not self._turn.exact:
            yield "to be shown at an angle that is no right angle: turned to the nearest one"
        if self._transfer in CURVES:
            yield "high dynamic range: brought to the usual range"

    def picture_of(self, frame: VideoFrame, index: int) -> Callable[[], Image]:
        """Give what makes the picture (height, width, 3) of a frame when it is wanted.

        Every frame has to come by, in order, for its turn.
        """
        if frame.rotation and frame.rotation != self._rotation:
            self._rotation, self._turn = frame.rotation, turn_of(frame)
            self.turned = self.turned or (f"from frame {index} on it is turned another way",)
        turn = self._turn
        return lambda: self._picture(frame, turn)

    def _picture(self, frame: VideoFrame, turn: Turn) -> Image:
        self._check(frame.width, frame.height)
        return turn.apply(squared(self._rgb(frame), self._pixel))

    def _rgb(self, frame: VideoFrame) -> Image:
        high = self._transfer in CURVES
        image: Any = frame.to_ndarray(format="rgb48le" if high else "rgb24")
        return np.asarray(light_table(self._transfer)[image] if high else image, np.uint8)

    def _check(self, width: int, height: int) -> None:
        check_size(self._name, width, height)
        check_size(self._name, *squared_size(width, height, self._pixel))
