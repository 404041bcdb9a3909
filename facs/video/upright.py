"""From the picture as stored to the picture as shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from facs.video.frame import Image

if TYPE_CHECKING:
    from av import VideoFrame

__all__ = ["Turn", "turn_of"]


@dataclass(frozen=True)
class Turn:
    """One of the eight ways to lay a picture: swap the axes, then mirror.

    A mirrored face has its left and right exchanged, so mirrors matter as much as
    turns: front cameras write both.

    Examples
    --------
    >>> stored = np.array([[[1, 1, 1], [2, 2, 2]]], np.uint8)  # one row: 1 2
    >>> Turn(mirror_columns=True).apply(stored)[..., 0]
    array([[2, 1]], dtype=uint8)
    """

    swap: bool = False
    mirror_rows: bool = False
    mirror_columns: bool = False
    exact: bool = True

    def apply(self, image: Image) -> Image:
        """Turn a stored picture upright."""
        if self.swap:
            image = image.transpose(1, 0, 2)
        if self.mirror_rows:
            image = image[::-1]
        if self.mirror_columns:
            image = image[:, ::-1]
        return np.ascontiguousarray(image)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height after the turn."""
        return (height, width) if self.swap else (width, height)

    @classmethod
    def of_matrix(cls, matrix: NDArray[np.int32]) -> Turn:
        """Read a display matrix: a stored point (p, q) is shown at
        x = a p + c q, y = b p + d q, with y downwards (FFmpeg, libavutil/display.h).
        """  # noqa: D205
        (a, b, _), (c, d, _) = (row.tolist() for row in matrix.reshape(3, 3)[:2])
        swap = abs(b) + abs(c) > abs(a) + abs(d)
        exact = (a == d == 0) if swap else (b == c == 0)
        if swap:
            return cls(True, mirror_rows=b < 0, mirror_columns=c < 0, exact=exact)
        return cls(False, mirror_rows=d < 0, mirror_columns=a < 0, exact=exact)


def turn_of(frame: VideoFrame) -> Turn:
    """Read how the file wants this frame to be shown.

    Not for every frame: once asked for its side data, a frame is part of a reference
    cycle, and stays in memory until Python collects garbage.
    """
    data: Any = frame.side_data.get("DISPLAYMATRIX")
    return Turn() if data is None else Turn.of_matrix(np.frombuffer(data, np.int32))
