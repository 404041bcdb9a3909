"""Head pose from landmarks: where the mean face must stand to throw these points."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.mean_face import MEAN_FACE

__all__ = ["POSE_POINTS", "head_pose", "rotation"]

POSE_POINTS: Final = (0, 1, 2, 14, 15, 16, 27, 28, 29, 30, 31, 33, 35, 36, 39, 42, 45)
"""Points that expressions hardly move: sides of the head, nose, corners of the eyes."""

_MODEL: Final = MEAN_FACE[list(POSE_POINTS)] - MEAN_FACE[list(POSE_POINTS)].mean(0)
_SOLVE: Final = np.linalg.pinv(_MODEL)  # (3, n)


def head_pose(landmarks: NDArray[np.floating]) -> tuple[float, float, float]:
    """Yaw, pitch and roll of the head under scaled orthographic projection.

    The 2 x 3 camera that maps the mean face to the landmarks in least squares,
    made orthonormal (DeMenthon and Davis, 1995, first step).

    Parameters
    ----------
    landmarks : array, shape (68, 2), pixels

    Returns
    -------
    yaw, pitch, roll : float, degrees
        yaw > 0: turned to the subject's left; pitch > 0: looking up; roll > 0: tilted to
        the subject's right shoulder.

    Examples
    --------
    >>> turned = MEAN_FACE @ rotation(20.0, -10.0, 5.0).T
    >>> [round(angle) for angle in head_pose(turned[:, :2] * [1, -1])]
    [20, -10, 5]
    """
    if landmarks.shape != (68, 2):
        raise InputError(f"wanted landmarks (68, 2), got {landmarks.shape}")
    seen = np.asarray(landmarks, np.float64)[list(POSE_POINTS)] * (1, -1)
    camera = (_SOLVE @ (seen - seen.mean(0))).T  # (2, 3)
    u, scale, vt = np.linalg.svd(camera, full_matrices=False)
    if scale[1] < 1e-9:
        return (float("nan"),) * 3
    x, y = u @ vt
    r = np.stack([x, y, np.cross(x, y)])
    # rows of Rz(roll) Rx(-pitch) Ry(yaw)
    pitch = -np.arcsin(np.clip(r[2, 1], -1, 1))
    yaw = np.arctan2(-r[2, 0], r[2, 2])
    roll = np.arctan2(-r[0, 1], r[1, 1])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """The rotation (3, 3) of a head; angles in degrees, signs as in `head_pose`."""
    y, p, r = np.radians((yaw, -pitch, roll))
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(tilt @ nod @ turn)
