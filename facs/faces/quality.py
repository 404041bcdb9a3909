"""How well a face can be scored, and where it cannot, why not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["QualityLimits", "judge"]


@dataclass(frozen=True)
class QualityLimits:
    """Where scoring ends.

    Parameters
    ----------
    min_width : float, pixels between the outer sides of the jaw
    max_yaw, max_pitch : float, degrees
    min_light, min_spread : float, grey levels
        Mean and standard deviation inside the face.
    min_sharpness : float
        See `sharpness`. A face blurred by a twelfth of its width still counts as sharp enough,
        one blurred by an eighth of it does not.
    max_covered : float, in [0, 1]
    """

    min_width: float = 28.0
    max_yaw: float = 50.0
    max_pitch: float = 38.0
    min_light: float = 14.0
    min_spread: float = 5.0
    min_sharpness: float = 0.035
    max_covered: float = 0.6


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
    inner = crop[crop.shape[0] // 5 : -crop.shape[0] // 5, crop.shape[1] // 5 : -crop.shape[1] // 5]
    spread = float(inner.std())
    width = float(np.ptp(landmarks[:17, 0]) + np.ptp(landmarks[:, 1])) / 2
    shares = (
        ("too_small", (width - limits.min_width) / (3 * limits.min_width)),
        ("turned_away", (limits.max_yaw - abs(pose[0])) / limits.max_yaw),
        ("turned_away", (limits.max_pitch - abs(pose[1])) / limits.max_pitch),
        ("dark", (float(inner.mean()) - limits.min_light) / (3 * limits.min_light)),
        ("dark", (spread - limits.min_spread) / (3 * limits.min_spread)),
        ("covered", (limits.max_covered - covered) / limits.max_covered),
        ("blurred", (sharpness(inner) - limits.min_sharpness) / (3 * limits.min_sharpness)),
    )
    reason, worst = min(shares, key=lambda item: item[1])
    # a NaN pose comes from landmarks without extent: nothing to look at
    if not worst > 0 or pose[0] != pose[0]:
        return 0.0, reason if pose[0] == pose[0] else "too_small"
    return min(1.0, worst), ""


def sharpness(gray: NDArray[np.uint8]) -> float:
    """Mean absolute Laplacian in units of the picture's own spread; 0 for a flat picture.

    Smoothed by one pixel first (Marr and Hildreth, 1980): without that the steps between
    whole grey levels look like detail, and nothing would ever count as blurred.
    """
    import cv2

    spread = float(gray.std())
    if spread < 1e-3:
        return 0.0
    smooth = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), 1.0)
    return float(np.abs(cv2.Laplacian(smooth, cv2.CV_32F)).mean()) / spread
