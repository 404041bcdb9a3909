"""Which labels nobody could read from a picture, because something is before that part."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Floats
from facs.units import SIDED, ActionUnit, split_column

HIDDEN_SHARE: Final = 0.5
"""A label is hidden where more than this share of its part of the face is covered."""
_REACH: Final = 0.05
"""Half a side of the square around a landmark, in extents of the face."""

_MOUTH: Final = (48, 50, 51, 52, 54, 56, 57, 58)
_CHIN: Final = (7, 8, 9, 57)
_EYES: Final = (36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47)

_LEFT: Final = {
    1: (22, 23), 2: (24, 25, 26), 4: (22, 23, 24), 5: (42, 43, 44, 45), 6: (45, 46, 47),
    7: (42, 43, 44, 45, 46, 47), 10: (51, 52, 53), 12: (53, 54, 55), 14: (54,), 15: (54, 55),
    20: (53, 54, 55), 43: (42, 43, 44, 45, 46, 47),
}  # fmt: skip
_RIGHT: Final = {
    1: (21, 20), 2: (19, 18, 17), 4: (21, 20, 19), 5: (39, 38, 37, 36), 6: (36, 41, 40),
    7: (36, 37, 38, 39, 40, 41), 10: (51, 50, 49), 12: (49, 48, 59), 14: (48,), 15: (48, 59),
    20: (49, 48, 59), 43: (36, 37, 38, 39, 40, 41),
}  # fmt: skip
_BOTH: Final = {
    9: (28, 29, 30, 31, 35), 11: (31, 35, 49, 53), 13: (48, 54), 16: (56, 57, 58),
    17: (57, 8, 58, 56), 18: _MOUTH, 19: _MOUTH, 22: _MOUTH, 23: _MOUTH, 24: _MOUTH, 25: _MOUTH,
    26: (*_CHIN, *_MOUTH), 27: (*_CHIN, *_MOUTH), 28: _MOUTH, 29: _CHIN, 30: _CHIN,
    34: (3, 13, 48, 54), 35: (3, 13, 48, 54), 61: _EYES, 62: _EYES, 63: _EYES, 64: _EYES,
}  # fmt: skip


def landmarks_of(column: str) -> tuple[int, ...]:
    """The iBUG landmarks around which a label of `labels.columns` shows.

    Examples
    --------
    >>> landmarks_of("AU1_left"), landmarks_of("AU1_right")
    ((22, 23), (21, 20))
    """
    name, side = split_column(column)
    unit = ActionUnit[name]
    if unit in SIDED:
        return (_LEFT if side == "left" else _RIGHT)[unit]
    return _BOTH[unit]


def hidden_columns(
    veil: Floats, landmarks: Floats, columns: tuple[str, ...]
) -> npt.NDArray[np.bool_]:
    """Which labels are hidden, (columns,).

    Parameters
    ----------
    veil : ndarray, shape (n, n), in [0, 1]
        Opacity of what is before the face.
    landmarks : ndarray, shape (68, 2)
        In pixels of that picture.
    """
    if not veil.any():
        return np.zeros(len(columns), np.bool_)
    share = covered(veil, landmarks)
    return np.array([share[list(landmarks_of(c))].mean() > HIDDEN_SHARE for c in columns])


def covered(veil: Floats, landmarks: Floats) -> Floats:
    """Share of the neighbourhood of each landmark that is covered, (68,)."""
    import cv2

    reach = max(1, round(float(np.ptp(landmarks, axis=0).max()) * _REACH))
    mean = cv2.blur(veil, (2 * reach + 1, 2 * reach + 1))
    x, y = np.clip(np.round(landmarks), 0, len(veil) - 1).astype(int).T
    return np.asarray(mean[y, x], np.float32)
