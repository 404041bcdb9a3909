"""What cameras, rooms and hands do to a grey crop, at random."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["MIRROR", "cover", "jitter", "mirror_points", "spoil"]

Gray = NDArray[np.uint8]

MIRROR = np.array(
    [
        *(*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31),
        *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
        *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65),
    ]
)
"""Which of the 68 points each becomes in the mirror."""


def mirror_points(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Landmarks (68, 2), in widths from the centre, of the mirrored picture."""
    flipped = points[MIRROR].copy()
    flipped[:, 0] *= -1
    return np.asarray(flipped, np.float32)


def jitter(
    rng: np.random.Generator, size: int, shift: float, scale: float, angle: float
) -> NDArray[np.float64]:
    """A small random similarity (3, 3) about the centre of a crop.

    Parameters
    ----------
    shift : float
        Standard deviation in crop widths.
    scale : float
        Standard deviation of the logarithm.
    angle : float, degrees
        Standard deviation. The 3 and 6 degrees by which Bocklisch et al. (2015) tilt
        their pictures are one and two of them at ``angle=3``.
    """
    turn = np.radians(rng.normal(0, angle))
    s = np.exp(rng.normal(0, scale))
    c = size / 2
    linear = s * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    offset = np.array([c, c]) - linear @ (c, c) + rng.normal(0, shift * size, 2)
    return np.vstack([np.hstack([linear, offset[:, None]]), [0, 0, 1]])


def spoil(rng: np.random.Generator, gray: Gray, strength: float = 1.0) -> Gray:
    """Brightness, contrast, gamma, shade across the face, blur, low resolution, noise."""
    x = gray.astype(np.float32)
    x = 255 * (np.clip(x, 1, 255) / 255) ** np.float32(np.exp(rng.normal(0, 0.3 * strength)))
    x = (x - 128) * np.float32(np.exp(rng.normal(0, 0.2 * strength)))
    x += 128 + np.float32(rng.normal(0, 15 * strength))
    if rng.random() < 0.3 * strength:
        x *= _shade(rng, gray.shape[0])
    if rng.random() < 0.35 * strength:
        x = cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.4, 1.6)))
    if rng.random() < 0.25 * strength:
        x = _coarse(rng, x)
    if rng.random() < 0.6 * strength:
        x += rng.standard_normal(x.shape, np.float32) * np.float32(rng.uniform(0, 9))
    return np.clip(x, 0, 255).astype(np.uint8)


def _shade(rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    """Light that falls off across the picture."""
    turn = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:size, :size].astype(np.float32) / size - 0.5
    slope = np.float32(rng.uniform(0.3, 1.2))
    return np.asarray(np.exp(slope * (x * np.cos(turn) + y * np.sin(turn))), np.float32)


def _coarse(rng: np.random.Generator, x: NDArray[np.float32]) -> NDArray[np.float32]:
    size = x.shape[0]
    small = int(rng.integers(size // 3, size))
    down = cv2.resize(x, (small, small), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(down, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def cover(rng: np.random.Generator, gray: Gray, other: Gray) -> tuple[Gray, NDArray[np.uint8]]:
    """Hide part of a face: a patch, a band of tape, a tube, or a piece of another picture.

    Returns
    -------
    picture, hidden : arrays, shape (S, S)
        `hidden` is 1 where the face cannot be seen any more.
    """
    size = gray.shape[0]
    hidden = np.zeros((size, size), np.uint8)
    for _ in range(int(rng.integers(1, 3))):
        _draw_cover(rng, hidden)
    fill = _cover_texture(rng, other, size)
    return np.where(hidden > 0, fill, gray).astype(np.uint8), hidden


def _draw_cover(rng: np.random.Generator, hidden: NDArray[np.uint8]) -> None:
    size = hidden.shape[0]
    centre = rng.integers(0, size, 2).tolist()
    kind = rng.random()
    if kind < 0.4:
        axes = rng.integers(size // 16, size // 3, 2).tolist()
        cv2.ellipse(hidden, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    elif kind < 0.7:
        far = rng.integers(0, size, 2).tolist()
        cv2.line(hidden, centre, far, 1, int(rng.integers(2, size // 7)))
    else:
        corner = (np.array(centre) + rng.integers(size // 10, size // 2, 2)).tolist()
        cv2.rectangle(hidden, centre, corner, 1, -1)


def _cover_texture(rng: np.random.Generator, other: Gray, size: int) -> Gray:
    kind = rng.random()
    if kind < 0.4:
        return np.full((size, size), rng.integers(0, 256), np.uint8)
    if kind < 0.6:
        return rng.integers(0, 256, (size, size), dtype=np.uint8)
    turned = np.rot90(other, int(rng.integers(0, 4)))
    return np.asarray(cv2.resize(turned, (size, size)), np.uint8)
