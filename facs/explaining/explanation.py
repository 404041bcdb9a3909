"""Explanation: where in a face the evidence for a unit lies, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.network.spec import STREAMS
from facs.units import SIDES, ActionUnit

__all__ = ["ASKED", "METHODS", "Explanation"]

METHODS: Final = ("differences", "occlusion", "gradient", "gradcam")
"""The first two need ONNX Runtime alone, the last two torch: see `facs.explaining.explain`."""

ASKED: Final = (*SIDES, "both")
"""What side can be asked for; a unit without sides has none."""


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Where the evidence for a unit lies, by one method, at one moment.

    Parameters
    ----------
    map : array, shape (S, S), float32, in [0, 1]
        On the aligned crop. 1 is the place that matters most, or there is no such place and all
        is 0; it does not say how much that place matters. Outside the ellipse it is 0.
    unit : ActionUnit
    side : str or None
        ``"left"``, ``"right"`` (the subject's own) or ``"both"``; None for units without sides.
    method : str
        One of `METHODS`.
    stream : str
        ``"spatial"``, the picture, or ``"temporal"``, the motion around it.
    score : float, in [0, 1]
        Probability of the unit that the explained scores stand for: from the picture alone, or
        with its motion, of this frame for itself (`facs.network.steady`).
    hidden : float, in [0, 1] or NaN
        What is left of `score` when the place that matters most is hidden; NaN where the method
        hides nothing.
    blank : float, in [-1, 1] or NaN
        Correlation with the map of a face without any content. Near 1 the map says where the model
        looks in every face, and nothing of this one; NaN where that map is flat, as it should be.
    track : int
        The person's number.
    time : float, seconds
    crop : array, shape (S, S), uint8
        The aligned face.
    matrix : array, shape (2, 3)
        From pixels of the upright picture to those of the crop.
    size : (width, height)
        Pixels of the upright picture.

    Raises
    ------
    InputError
        If a shape, a range or a name is wrong.

    Examples
    --------
    >>> Explanation(
    ...     map=np.zeros((112, 112)), unit=ActionUnit.AU9, side=None, method="occlusion",
    ...     stream="spatial", score=0.2, hidden=0.2, blank=np.nan, track=0, time=1.5,
    ...     crop=np.zeros((112, 112), np.uint8), matrix=np.eye(2, 3), size=(640, 480),
    ... )
    <Explanation of AU9 at 1.50 s: occlusion, probability 0.20>
    """

    map: NDArray[np.float32]
    unit: ActionUnit
    side: str | None
    method: str
    stream: str
    score: float
    hidden: float
    blank: float
    track: int
    time: float
    crop: NDArray[np.uint8]
    matrix: NDArray[np.float64]
    size: tuple[int, int]

    def __post_init__(self) -> None:
        array = np.array(self.map, np.float32)
        if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape != self.crop.shape:
            raise InputError(
                f"wanted a map (S, S) and a crop of its shape, got {array.shape}, {self.crop.shape}"
            )
        if not (array.min() >= 0 and array.max() <= 1):  # false for NaN
            raise InputError("wanted a map in [0, 1]")
        array.setflags(write=False)
        object.__setattr__(self, "map", array)
        self._check_names()
        if not 0 <= self.score <= 1:
            raise InputError(f"wanted a score in [0, 1], got {self.score}")
        if np.shape(self.matrix) != (2, 3):
            raise InputError(f"wanted a matrix (2, 3), got {np.shape(self.matrix)}")

    def _check_names(self) -> None:
        for name, value, known in (
            ("method", self.method, METHODS),
            ("stream", self.stream, STREAMS),
            ("side", self.side, (*ASKED, None)),
        ):
            if value not in known:
                raise InputError(f"wanted {name} of {known}, got {value!r}")

    def in_frame(self) -> NDArray[np.float32]:
        """The map placed back into the upright picture, shape (height, width), in [0, 1]."""
        import cv2

        back = cv2.invertAffineTransform(np.asarray(self.matrix, np.float64))
        placed = cv2.warpAffine(np.array(self.map), back, self.size, flags=cv2.INTER_LINEAR)
        return np.asarray(np.clip(placed, 0, 1), np.float32)

    def __repr__(self) -> str:
        side = f" ({self.side})" if self.side else ""
        return (
            f"<Explanation of {self.unit}{side} at {self.time:.2f} s: {self.method}, "
            f"probability {self.score:.2f}>"
        )
