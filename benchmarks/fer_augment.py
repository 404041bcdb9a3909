"""Geometric transforms of faces, each of which can be studied alone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Augment"]

Pictures = NDArray[np.uint8]


@dataclass(frozen=True)
class Augment:
    """How far a picture may go, uniformly in both directions; 0 leaves it where it is.

    Parameters
    ----------
    flip : bool
        Half of the pictures are mirrored.
    shift : float
        Picture widths, across and down.
    turn, shear : float, degrees
    zoom : float
        Share of the size.
    cover : float
        Largest side of a grey square that hides a part, in picture widths (DeVries and Taylor,
        "Improved regularization of convolutional neural networks with cutout", 2017).
    """

    flip: bool = False
    shift: float = 0.0
    turn: float = 0.0
    zoom: float = 0.0
    shear: float = 0.0
    cover: float = 0.0

    def __call__(self, rng: np.random.Generator, pictures: Pictures) -> Pictures:
        """Pictures (n, S, S), each changed by itself; what comes in from outside is the edge."""
        side = pictures.shape[1]
        out = pictures.copy()
        for i, matrix in enumerate(self._matrices(rng, len(pictures), side)):
            if not np.array_equal(matrix, np.eye(2, 3)):
                out[i] = cv2.warpAffine(
                    pictures[i], matrix, (side, side), borderMode=cv2.BORDER_REPLICATE
                )
        if self.cover:
            self._hide(rng, out)
        return out

    def _matrices(self, rng: np.random.Generator, n: int, side: int) -> NDArray[np.float64]:
        """Affine maps (n, 2, 3) about the centre of the picture."""
        turn, shear = (np.radians(rng.uniform(-x, x, n)) for x in (self.turn, self.shear))
        size = 1 + rng.uniform(-self.zoom, self.zoom, n)
        mirror = np.where(rng.random(n) < (0.5 if self.flip else 0.0), -1.0, 1.0)
        linear = np.empty((n, 2, 2))
        linear[:, 0, 0], linear[:, 0, 1] = np.cos(turn) * mirror, -np.sin(turn + shear)
        linear[:, 1, 0], linear[:, 1, 1] = np.sin(turn) * mirror, np.cos(turn + shear)
        linear *= size[:, None, None]
        centre = np.full(2, (side - 1) / 2)
        offset = centre - linear @ centre + rng.uniform(-self.shift, self.shift, (n, 2)) * side
        return np.concatenate([linear, offset[:, :, None]], 2)

    def _hide(self, rng: np.random.Generator, pictures: Pictures) -> None:
        side = pictures.shape[1]
        for picture in pictures:
            size = int(rng.uniform(0, self.cover) * side)
            x, y = rng.integers(0, side - size + 1, 2)
            picture[y : y + size, x : x + size] = int(picture.mean())
