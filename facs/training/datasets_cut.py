"""Coded faces as the networks see them: found and aligned by the product's own stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facs.canonical import align, warp
from facs.errors import InputError
from facs.faces.detect import Detector, HaarDetector
from facs.faces.landmarks import Landmarker
from facs.network.spec import columns_of
from facs.pixels import gray_of
from facs.training.datasets import CodedSet, column_labels, images, letter_fraction
from facs.training.unit_data import CROP_MARGIN, WIDE, locate_filling
from facs.units import ActionUnit

__all__ = ["CodedCrops", "cut_coded"]

Floats = NDArray[np.float32]
Gray = NDArray[np.uint8]

MIN_SCORE = 0.5
"""Score of the landmark network under which there is no face."""


@dataclass(frozen=True)
class CodedCrops:
    """Aligned faces with what coders said of them; frames without a face are left out.

    Parameters
    ----------
    crops : array, shape (n, WIDE, WIDE), uint8
    presence : array, shape (n, columns); 0, 1 or NaN
        Ready to be the weak targets of `facs.training.streams.RealCrops`.
    intensity : array, shape (n, columns), in [0, 1] or NaN
        As rendered faces have it; NaN where only presence is known.
    columns : tuple of str
    subject : array of str, shape (n,)
    rows : array, shape (n,)
        Which frame of the data set.
    """

    crops: Gray
    presence: Floats
    intensity: Floats
    columns: tuple[str, ...]
    subject: NDArray[np.str_]
    rows: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Check that everything is said of every crop."""
        n = len(self.crops)
        for name in ("presence", "intensity"):
            wanted, got = (n, len(self.columns)), getattr(self, name).shape
            if got != wanted:
                raise InputError(f"{name}: wanted shape {wanted}, got {got}")
        for name in ("subject", "rows"):
            if getattr(self, name).shape != (n,):
                raise InputError(f"{name}: wanted shape {(n,)}, got {getattr(self, name).shape}")

    def __len__(self) -> int:
        """Return the number of crops."""
        return len(self.crops)

    @property
    def labels(self) -> Floats:
        """Intensities as rendered faces have them; where only presence is known, a middle one.

        A unit that is shown at an unknown strength gets that of letter C, the middle of five.
        """
        middle = letter_fraction(np.array([3], np.float32))[0]
        guessed = np.where(self.presence == 1, middle, self.presence)
        return np.where(np.isnan(self.intensity), guessed, self.intensity).astype(np.float32)


def cut_coded(
    coded: CodedSet,
    landmarker: Landmarker,
    columns: Sequence[str] | None = None,
    *,
    detect: Detector | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CodedCrops:
    """Find, follow and align the face of every frame.

    Parameters
    ----------
    columns : sequence of str, optional
        Columns of the model (`facs.network.spec.columns_of`); those of all units if left out.
    detect : Detector, optional
        Finds the face where it is not yet followed; OpenCV's cascade if left out. A picture
        in which it finds none is taken to be filled by a face.
    progress : callable, optional
        Called with (frames done, all frames).
    """
    names = columns_of(tuple(ActionUnit)) if columns is None else tuple(columns)
    seek = _Seeker(landmarker, HaarDetector() if detect is None else detect)
    crops, rows = [], []
    for i, image in enumerate(images(coded.frames)):
        gray = gray_of(image)
        landmarks = seek(gray, fresh=i == 0 or coded.clip[i] != coded.clip[i - 1])
        if landmarks is not None:
            crops.append(warp(gray, align(landmarks, WIDE, CROP_MARGIN), WIDE))
            rows.append(i)
        if progress is not None:
            progress(i + 1, len(coded))
    kept = np.array(rows, np.int64)
    presence, intensity = column_labels(coded, names)
    pictures = np.array(crops, np.uint8).reshape(-1, WIDE, WIDE)
    return CodedCrops(pictures, presence[kept], intensity[kept], names, coded.subject[kept], kept)


class _Seeker:
    """Follows the one face of a clip, and looks for it again where it was lost."""

    def __init__(self, landmarker: Landmarker, detect: Detector) -> None:
        self._landmarker = landmarker
        self._detect = detect
        self._before: Floats | None = None

    def __call__(self, gray: Gray, fresh: bool) -> Floats | None:
        """Landmarks (68, 2) of the face, or None; `fresh` forgets the last frame."""
        if fresh:
            self._before = None
        if self._before is not None:
            located = self._landmarker.follow(gray, [self._before])[0]
            self._before = located.landmarks if located.score >= MIN_SCORE else None
        if self._before is None:
            self._before = self._look(gray)
        return self._before

    def _look(self, gray: Gray) -> Floats | None:
        for box in self._detect(gray):
            located = self._landmarker.from_box(gray, box)
            if located.score >= MIN_SCORE:
                return located.landmarks
        return locate_filling(gray, self._landmarker, MIN_SCORE)
