"""One face in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError

__all__ = ["Face"]


@dataclass(frozen=True)
class Face:
    """One face in one frame, with its person's number.

    Parameters
    ----------
    track : int
        The person's number; the same from frame to frame.
    box : tuple of 4 floats, pixels
        x0, y0, x1, y1 around the landmarks.
    landmarks : array, shape (68, 2), float32, pixels
        The usual order of 68 points; index 0 is at the subject's right ear.
    pose : tuple of 3 floats, degrees
        yaw (> 0: turned to the subject's left), pitch (> 0: up), roll (> 0: tilted to
        the subject's right shoulder).
    score : float, in [0, 1]
        How sure the landmark network is that this is a face.
    quality : float, in [0, 1]
        How well the face can be scored; 0 where it cannot.
    reason : str
        Empty where the face can be scored, else why not: one of `facs.person.REASONS`.
    """

    track: int
    box: tuple[float, float, float, float]
    landmarks: NDArray[np.float32]
    pose: tuple[float, float, float]
    score: float
    quality: float
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse landmarks of another form."""
        if self.landmarks.shape != (68, 2):
            raise InputError(f"wanted landmarks (68, 2), got {self.landmarks.shape}")
