"""How well a face can be scored, and where it cannot, why not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.canonical import canonical

__all__ = ["JUDGED_SIZE", "QualityLimits", "inner", "judge", "mouth_and_eyes"]

JUDGED_SIZE: Final = 64
"""Side in pixels of the aligned face that is judged."""


@dataclass(frozen=True)
class QualityLimits:
    """Where scoring ends.

    Parameters
    ----------
    min_width : float, pixels
        Of half the sum of the width of the jaw and the height of all landmarks: a face in profile
        is narrow, and not small.
    max_yaw, max_pitch : float, degrees
    min_light, min_spread : float, grey levels
        Mean and standard deviation inside the face (`inner`).
    min_sharpness : float
        See `sharpness`. A face blurred by a twelfth of its width still counts as sharp enough,
        one blurred by an eighth of it does not.
    max_covered : float, in [0, 1]
    maybe_covered : float, in [0, 1]
        From here on the mouth is looked at: a mask hides half of a face, and counts for less
        than that.
    min_mouth : float
        See `mouth_detail`. Skin and lips have 0.9 of the detail of the eyes (the median).
    """

    min_width: float = 28.0
    max_yaw: float = 50.0
    max_pitch: float = 38.0
    min_light: float = 14.0
    min_spread: float = 5.0
    min_sharpness: float = 0.035
    max_covered: float = 0.6
    maybe_covered: float = 0.4
    min_mouth: float = 0.55


MARGIN: Final = 3 / 64
"""Of the crop's side: how far around the landmarks of a part its detail is measured."""


def judge(
    crop: NDArray[np.uint8],
    landmarks: NDArray[np.floating],
    pose: tuple[float, float, float],
    covered: float,
    limits: QualityLimits,
) -> tuple[float, str]:
    """Quality in [0, 1] and the reason why a face cannot be scored, or an empty string.

    Each property is expressed as the share of the way from its limit to a good
    value; quality is the worst of them.

    Parameters
    ----------
    crop : array, shape (S, S), uint8
        The aligned face.
    landmarks : array, shape (68, 2), pixels of the whole picture
    pose : yaw, pitch, roll in degrees
    covered : float, in [0, 1]
    """
    inside = crop[inner(len(crop))]
    spread = float(inside.std())
    width = float(np.ptp(landmarks[:17, 0]) + np.ptp(landmarks[:, 1])) / 2
    shares = (
        ("too_small", (width - limits.min_width) / (3 * limits.min_width)),
        ("turned_away", (limits.max_yaw - abs(pose[0])) / limits.max_yaw),
        ("turned_away", (limits.max_pitch - abs(pose[1])) / limits.max_pitch),
        ("dark", (float(inside.mean()) - limits.min_light) / (3 * limits.min_light)),
        ("dark", (spread - limits.min_spread) / (3 * limits.min_spread)),
        ("covered", (limits.max_covered - covered) / limits.max_covered),
        ("blurred", (sharpness(inside) - limits.min_sharpness) / (3 * limits.min_sharpness)),
    )
    reason, worst = min(shares, key=lambda item: item[1])
    # a NaN pose comes from landmarks without extent: nothing to look at
    if pose[0] != pose[0]:
        return 0.0, "too_small"
    if not worst > 0:
        return 0.0, reason
    if covered > limits.maybe_covered and mouth_detail(crop) < limits.min_mouth:
        return 0.0, "covered"
    return min(1.0, worst), ""


def inner(size: int) -> tuple[slice, slice]:
    """Rows and columns of the middle three fifths of an aligned face.

    Examples
    --------
    >>> inner(64)
    (slice(12, 51, None), slice(12, 51, None))
    """
    middle = slice(size // 5, size + -size // 5)
    return middle, middle


def sharpness(gray: NDArray[np.uint8]) -> float:
    """Mean absolute Laplacian in units of the picture's own spread; 0 for a flat picture.

    Smoothed by one pixel first (Marr and Hildreth, 1980): without that the steps between
    whole grey levels look like detail, and nothing would ever count as blurred.
    """
    spread = float(gray.std())
    if spread < 1e-3:
        return 0.0
    return float(_detail(gray).mean()) / spread


def mouth_detail(crop: NDArray[np.uint8]) -> float:
    """Detail from the nose to the lips, in that of brows and eyes: little behind a plain mask.

    Examples
    --------
    >>> face = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    >>> face[30:] = 240
    >>> mouth_detail(face) < 0.1
    True
    """
    detail = _detail(crop)
    mouth, eyes = mouth_and_eyes(crop.shape[0])
    return float(detail[mouth].mean()) / max(float(detail[eyes].mean()), 0.1)


def _detail(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Absolute Laplacian of the picture smoothed by one pixel, in grey levels, (H, W)."""
    import cv2

    smooth = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), 1.0)
    return np.asarray(np.abs(cv2.Laplacian(smooth, cv2.CV_32F)), np.float32)


Part = tuple[slice, slice]


@lru_cache(maxsize=4)
def mouth_and_eyes(size: int) -> tuple[Part, Part]:
    """Rows and columns of an aligned crop of that side: nose and lips, brows and eyes."""
    points = canonical(size)
    mouth, eyes = np.r_[31:36, 48:68], np.r_[17:27, 36:48]
    return _around(points[mouth], size), _around(points[eyes], size)


def _around(points: NDArray[np.float64], size: int) -> Part:
    low = np.maximum(points.min(0) - MARGIN * size, 0).astype(int)
    high = np.minimum(points.max(0) + MARGIN * size, size - 1).astype(int) + 1
    return slice(low[1], high[1]), slice(low[0], high[0])
