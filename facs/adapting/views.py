"""One face seen a little differently: what a score should not depend on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["views"]

Crops = NDArray[np.uint8]


def views(crops: Crops) -> list[Crops]:
    """Crops (n, S, S) darker, lighter, blurred, shifted by two pixels of 112, and 4 % larger.

    Not mirrored: the shipped networks see both by construction. Light that changes evenly is
    taken out by them as well, up to where pixels are cut off.

    Examples
    --------
    >>> [view.shape for view in views(np.full((2, 112, 112), 100, np.uint8))]
    [(2, 112, 112), (2, 112, 112), (2, 112, 112), (2, 112, 112), (2, 112, 112)]
    """
    import cv2

    size = crops.shape[-1]
    step = 2 * size / 112
    shift = np.array([[1, 0, step], [0, 1, -step]], np.float32)
    nearer = cv2.getRotationMatrix2D((size / 2, size / 2), 0, 1.04)

    def moved(crop: Crops, by: Any) -> Crops:
        changed = cv2.warpAffine(crop, by, (size, size), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(changed, np.uint8)

    def each(change: list[Crops]) -> Crops:
        return np.array(change, np.uint8).reshape(crops.shape)

    grey = crops.astype(np.float32)
    return [
        np.asarray(np.clip(grey * 0.7, 0, 255), np.uint8),
        np.asarray(np.clip(grey * 1.2 + 20, 0, 255), np.uint8),
        each([np.asarray(cv2.GaussianBlur(crop, (0, 0), size / 112), np.uint8) for crop in crops]),
        each([moved(crop, shift) for crop in crops]),
        each([moved(crop, nearer) for crop in crops]),
    ]
