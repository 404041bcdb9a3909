"""One canonical frame for every face: a similarity from landmarks to the crop.

Both the tracker (which looks at a loose crop) and the clips (which feed the networks) stand on it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.mean_face import MEAN_FACE, RIGID

__all__ = ["CROP_SIZE", "SCALE", "align", "canonical", "similarity", "warp"]

CROP_SIZE: Final = 112
"""Side of the canonical face in pixels."""

SCALE: Final = 5.5 / 112
"""Crop widths per centimetre of the mean face: 11 cm from brow to chin become 61 px of 112."""

BROW_ROW: Final = 22.0 / 112
"""Where the mean brow lies: 4 cm of forehead stay above it, 3 cm of dropped jaw below the chin."""

BROW_HEIGHT: Final = 6.1
"""Height of the mean brow in cm (`MEAN_FACE`)."""


def canonical(size: int = CROP_SIZE, margin: float = 1.0) -> NDArray[np.float64]:
    """Where the mean face's 68 landmarks lie in a canonical crop.

    Parameters
    ----------
    size : int, pixels
    margin : float
        2 shows twice the width around the same centre.

    Returns
    -------
    array, shape (68, 2), pixels

    Examples
    --------
    >>> left_eye, right_eye = canonical()[45], canonical()[36]  # the subject's own sides
    >>> bool(left_eye[0] > 56 > right_eye[0])
    True
    """
    x = 0.5 + SCALE * MEAN_FACE[:, 0]
    y = BROW_ROW + SCALE * (BROW_HEIGHT - MEAN_FACE[:, 1])
    points = np.stack([x, y], axis=1)  # (68, 2)
    return np.asarray(((points - 0.5) / margin + 0.5) * size)


def similarity(source: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """The rotation, scale and shift that bring `source` closest to `target`.

    Least squares in the complex plane (a similarity without reflection is
    ``z -> a z + b``).

    Parameters
    ----------
    source, target : array, shape (n, 2), n >= 2

    Returns
    -------
    array, shape (2, 3)
        As OpenCV's ``warpAffine`` takes it.

    Raises
    ------
    InputError
        If the shapes differ or all points of `source` fall together.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> similarity(square, 2 * square + 3)
    array([[2., 0., 3.],
           [0., 2., 3.]])
    """
    if source.shape != target.shape or source.ndim != 2 or source.shape[1] != 2:
        raise InputError(f"wanted two arrays of shape (n, 2), got {source.shape}, {target.shape}")
    s = source[:, 0] + 1j * source[:, 1]
    t = target[:, 0] + 1j * target[:, 1]
    ds, dt = s - s.mean(), t - t.mean()
    spread = float((ds.conj() * ds).real.sum())
    if spread <= 1e-12:
        raise InputError("wanted points that do not all fall together")
    a = complex((ds.conj() * dt).sum() / spread)
    b = complex(t.mean() - a * s.mean())
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]]) + 0.0


def align(
    landmarks: NDArray[np.floating], size: int = CROP_SIZE, margin: float = 1.0
) -> NDArray[np.float64]:
    """The similarity (2, 3) from picture pixels to the canonical crop of a face.

    Only points that expressions hardly move are used, so that a raised brow or
    a dropped jaw moves inside the crop and not the crop with it.

    Parameters
    ----------
    landmarks : array, shape (68, 2), pixels
    size : int, pixels
    margin : float
        See `canonical`.
    """
    points = list(RIGID)
    return similarity(landmarks[points], canonical(size, margin)[points])


def warp(
    gray: NDArray[np.uint8], matrix: NDArray[np.float64], size: int = CROP_SIZE
) -> NDArray[np.uint8]:
    """Cut the canonical crop (size, size) out of a grey picture (H, W).

    Where the face is more than 2.7 times as large as the crop, its surroundings are
    first shrunk by area, so that fine texture does not alias. Pixels outside the
    picture repeat its edge.
    """
    import cv2

    shrink = int(0.75 / max(np.hypot(matrix[0, 0], matrix[1, 0]), 1e-6))
    if shrink >= 2:
        gray, matrix = _shrunk_region(gray, matrix, size, shrink)
    crop = cv2.warpAffine(
        gray, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(crop, np.uint8)


def _shrunk_region(
    gray: NDArray[np.uint8], matrix: NDArray[np.float64], size: int, shrink: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The part of the picture that the crop shows, `shrink` times smaller, with its matrix."""
    import cv2

    inverse = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0, 1], [size, 0, 1], [0, size, 1], [size, size, 1]]) @ inverse.T
    height, width = gray.shape
    x0, y0 = np.clip(np.floor(corners.min(0)).astype(int) - shrink, 0, (width - 1, height - 1))
    x1, y1 = np.clip(
        np.ceil(corners.max(0)).astype(int) + shrink, (x0 + 1, y0 + 1), (width, height)
    )
    # whole multiples of `shrink`, on a grid fixed to the picture: the crop must not shimmer
    x0, y0 = x0 - x0 % shrink, y0 - y0 % shrink
    w, h = max(1, -(-(x1 - x0) // shrink)), max(1, -(-(y1 - y0) // shrink))
    region = gray[y0 : y0 + h * shrink, x0 : x0 + w * shrink]
    bottom, right = h * shrink - region.shape[0], w * shrink - region.shape[1]
    if bottom or right:
        edged = cv2.copyMakeBorder(region, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
        region = np.asarray(edged, np.uint8)
    small = np.asarray(cv2.resize(region, (w, h), interpolation=cv2.INTER_AREA), np.uint8)
    centre = (shrink - 1) / 2  # the centre of a small pixel, in large ones
    linear = matrix[:, :2]
    shift = matrix[:, 2] + linear @ (np.array([x0, y0]) + centre)
    return small, np.hstack([linear * shrink, shift[:, None]])
