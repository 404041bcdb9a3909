"""Motion gate: whether anything moved since the last frame that was analysed.

Live, most of a day is a still face before a still wall. The gate compares a frame with the
last one that it let through, so that slow motion adds up, block by block, so that an eyelid
counts as much as a whole head, and with the change of light taken out. It has to know the
noise of the camera, which it learns from neighbouring frames.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError

__all__ = ["MotionGate"]

Box = tuple[float, float, float, float]

SIDE: Final = 96  # pixels of a side of the reduced picture
BLOCK: Final = 8  # pixels of a side of a block: about an eye of a face that fills the picture
NOISE_OF: Final = 60
"""Frames from which the noise is learned."""

STEADY: Final = 0.1
"""Share of its width by which a face must have moved to be looked at elsewhere."""

FLOOR: Final = 0.6  # grey levels; rounding alone makes this much


class MotionGate:
    """Lets a frame through if it differs from the last one that was let through.

    Parameters
    ----------
    factor : float
        How many times the usual noise of a block counts as motion. The more, the fewer
        frames pass, and the smaller movements are missed.
    longest : float, seconds
        The longest time without a frame.

    Examples
    --------
    >>> gate = MotionGate()
    >>> still = np.full((120, 120), 90, np.uint8)
    >>> moved = still.copy()
    >>> moved[40:52, 30:50] = 30
    >>> [gate.passes(picture, i / 30) for i, picture in enumerate((still, still, moved, moved))]
    [True, False, True, False]
    """

    def __init__(self, factor: float = 4.0, longest: float = 0.5) -> None:
        if not (factor > 1 and longest > 0):
            raise InputError(f"wanted factor > 1 and longest > 0 s, got {factor} and {longest}")
        self.factor = factor
        self.longest = longest
        self._kept: NDArray[np.float32] | None = None
        self._before: NDArray[np.float32] | None = None
        self._passed = float("-inf")
        self._box: Box | None = None
        self._noise: deque[float] = deque(maxlen=NOISE_OF)

    def passes(
        self,
        gray: NDArray[np.uint8],
        time: float,
        box: Box | None = None,
    ) -> bool:
        """Whether this frame has to be analysed.

        Parameters
        ----------
        gray : array, shape (H, W), uint8
        time : float, seconds
        box : x0, y0, x1, y1 in pixels, optional
            The face that is followed. Only what is in and a little around it counts.
        """
        small = _reduced(gray, self._steadied(box))
        before, self._before = self._before, small
        if before is not None:
            # The quiet half of the blocks is noise, whatever moves in the others.
            self._noise.append(float(np.median(_change(small, before))))
        if not self._moved(small) and time - self._passed < self.longest - 1e-6:
            return False
        self._kept, self._passed = small, time
        return True

    def _steadied(self, box: Box | None) -> Box | None:
        """The box as it was, until the face has really moved: its landmarks tremble."""
        if box is None or self._box is None or _apart(box, self._box):
            if box != self._box:
                self._kept = self._before = None  # another part of the picture: begin again
            self._box = box
        return self._box

    def _moved(self, small: NDArray[np.float32]) -> bool:
        if self._kept is None:
            return True
        noise = max(float(np.median(self._noise)), FLOOR) if self._noise else FLOOR
        return bool(_change(small, self._kept).max() >= self.factor * noise)


def _apart(one: Box, other: Box) -> bool:
    width = max(other[2] - other[0], 1.0)
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) > STEADY * width


def _reduced(gray: NDArray[np.uint8], box: Box | None) -> NDArray[np.float32]:
    """The face, or the whole picture, as a small picture without its mean light."""
    import cv2

    height, width = gray.shape
    x0, y0, x1, y1 = (0.0, 0.0, float(width), float(height)) if box is None else _around(box)
    left, top = int(np.clip(x0, 0, width - 2)), int(np.clip(y0, 0, height - 2))
    right = int(np.clip(x1, left + 2, width))
    bottom = int(np.clip(y1, top + 2, height))
    part = gray[top:bottom, left:right]
    small = np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(small - np.median(small), np.float32)


def _around(box: Box) -> Box:
    """A quarter more on every side: a head that sets off shows at its rim."""
    x0, y0, x1, y1 = box
    margin = (x1 - x0) / 4
    return x0 - margin, y0 - margin, x1 + margin, y1 + margin


def _change(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean absolute difference of every block."""
    n = SIDE // BLOCK
    difference = np.abs(one - other).reshape(n, BLOCK, n, BLOCK)
    return np.asarray(difference.mean(axis=(1, 3)), np.float32)
