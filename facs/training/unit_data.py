"""What the two streams learn from: crops cut by the product's own aligner, and flows between them.

Each rendered frame is located by the landmark network, not by the landmarks that
the renderer knows, so that the streams meet the jitter that they will meet in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.canonical import CROP_SIZE, SCALE, align, warp
from facs.crops.flow import farneback
from facs.faces.landmarks import INPUT_MARGIN, INPUT_SIZE, Landmarker, box_matrix
from facs.training.augment import jitter
from facs.training.irises import iris_offset
from facs.training.real_faces import FaceSet
from facs.training.rendered import Rendered

__all__ = [
    "CROP_MARGIN",
    "FLOW_STEP",
    "WIDE",
    "RealCut",
    "UnitData",
    "cut_real",
    "cut_rendered",
    "lip_gap",
    "locate_filling",
]

CROP_MARGIN: Final = 1.125
WIDE: Final = 126
"""Stored crops are wider than the network's, by `CROP_MARGIN`, so that they can be jittered."""

LOST: Final = 0.3
"""Score of the landmark network under which a rendered face counts as lost."""

FLOW_STEP: Final = 1 / 48
"""Flow is stored in int8, in steps of this many crop widths per second."""

_INNER_UPPER_LIP: Final = [61, 62, 63]
_INNER_LOWER_LIP: Final = [67, 66, 65]


@dataclass(frozen=True)
class UnitData:
    """Crops with labels, and for clips the flow from each frame to the next.

    Parameters
    ----------
    crops : array, shape (n, WIDE, WIDE), uint8
    labels : array, shape (n, columns), float32
    rows : array, shape (n,)
        Row of the frame in the rendered set.
    flows : array, shape (n, 2, S, S), int8
        From frame i to frame i + 1, in steps of `FLOW_STEP`; zero where i + 1 is another clip.
        Empty for stills.
    """

    crops: NDArray[np.uint8]
    labels: NDArray[np.float32]
    rows: NDArray[np.int64]
    flows: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.crops)


def cut_rendered(
    data: Rendered, landmarker: Landmarker, seed: int = 0
) -> tuple[UnitData, UnitData]:
    """Stills and clips of a rendered set, cut as the product cuts them; lost faces are left out."""
    rng = np.random.default_rng(seed)
    stills = np.flatnonzero(data.clip < 0)
    return (
        _cut(data, _locate_stills(data, stills, landmarker, rng), motion=False),
        _cut(data, _locate_clips(data, landmarker, rng), motion=True),
    )


Located = Iterator[tuple[int, NDArray[np.float32]]]


def _first_look(data: Rendered, i: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Where a tracker or a detector would look: near the face, not on it."""
    near = np.vstack([align(data.landmarks[i], INPUT_SIZE, INPUT_MARGIN), [0, 0, 1]])
    return np.asarray((jitter(rng, INPUT_SIZE, 0.02, 0.06, 4) @ near)[:2])


def _locate_stills(
    data: Rendered, rows: NDArray[np.int64], landmarker: Landmarker, rng: np.random.Generator
) -> Located:
    for i in rows:
        located = landmarker(data.gray[i], [_first_look(data, i, rng)])[0]
        if located.score > LOST:
            yield int(i), located.landmarks


def _locate_clips(data: Rendered, landmarker: Landmarker, rng: np.random.Generator) -> Located:
    """Follow each clip's face from frame to frame, as the tracker does."""
    before, clip = None, -1
    for i in np.flatnonzero(data.clip >= 0):
        if before is None or data.clip[i] != clip or data.time[i] <= data.time[i - 1]:
            located = landmarker(data.gray[i], [_first_look(data, int(i), rng)])[0]
        else:
            located = landmarker.follow(data.gray[i], [before])[0]
        clip = int(data.clip[i])
        before = located.landmarks if located.score > LOST else None
        if before is not None:
            yield int(i), before


def _cut(data: Rendered, located: Located, motion: bool) -> UnitData:
    crops, rows, flows = [], [], []
    before: NDArray[np.uint8] | None = None
    for i, landmarks in located:
        crops.append(warp(data.gray[i], align(landmarks, WIDE, CROP_MARGIN), WIDE))
        rows.append(i)
        if motion:
            crop = warp(data.gray[i], align(landmarks), CROP_SIZE)
            if len(rows) > 1:
                flows.append(_flow(data, rows[-2], i, before, crop))
            before = crop
    if motion and rows:
        flows.append(np.zeros((2, CROP_SIZE, CROP_SIZE), np.int8))
    index = np.array(rows, np.int64)
    return UnitData(
        np.array(crops, np.uint8).reshape(-1, WIDE, WIDE),
        data.labels[index],
        index,
        np.array(flows, np.int8).reshape(-1, 2, CROP_SIZE, CROP_SIZE),
    )


def _flow(
    data: Rendered, i: int, j: int, before: NDArray[np.uint8] | None, after: NDArray[np.uint8]
) -> NDArray[np.int8]:
    if before is None or data.clip[i] != data.clip[j] or data.time[j] <= data.time[i]:
        return np.zeros((2, CROP_SIZE, CROP_SIZE), np.int8)
    velocity = farneback(before, after) / (data.time[j] - data.time[i])
    return np.asarray(np.clip(np.rint(velocity / FLOW_STEP), -127, 127), np.int8)


@dataclass(frozen=True)
class RealCut:
    """What is cut of real pictures.

    Parameters
    ----------
    crops : array, shape (n, WIDE, WIDE), uint8
    rows : array, shape (n,)
        Which pictures they are.
    gaps : array, shape (n,), float32
        `lip_gap` of each.
    eyes : array, shape (n, 2), float32
        `irises.iris_offset` of each.
    """

    crops: NDArray[np.uint8]
    rows: NDArray[np.int64]
    gaps: NDArray[np.float32]
    eyes: NDArray[np.float32]


def cut_real(faces: FaceSet, landmarker: Landmarker) -> RealCut:
    """Cut real pictures that are filled by a face; those without a face are left out."""
    crops, rows, gaps, eyes = [], [], [], []
    for i in range(len(faces)):
        gray = faces.gray(i)
        landmarks = locate_filling(gray, landmarker)
        if landmarks is not None:
            crops.append(warp(gray, align(landmarks, WIDE, CROP_MARGIN), WIDE))
            rows.append(i)
            gaps.append(lip_gap(landmarks))
            eyes.append(iris_offset(gray, landmarks))
    return RealCut(
        np.array(crops, np.uint8).reshape(-1, WIDE, WIDE),
        np.array(rows, np.int64),
        np.array(gaps, np.float32),
        np.array(eyes, np.float32).reshape(-1, 2),
    )


def lip_gap(landmarks: NDArray[np.float32]) -> float:
    """How far the lips are apart, in centimetres of the mean face; below 0 they overlap.

    Examples
    --------
    >>> from facs.mean_face import MEAN_FACE
    >>> lip_gap(MEAN_FACE[:, :2].astype(np.float32) * 10) < 0.5
    True
    """
    placed = align(landmarks, CROP_SIZE)
    down = landmarks @ placed[1, :2]
    return float((down[_INNER_LOWER_LIP] - down[_INNER_UPPER_LIP]).mean() / (CROP_SIZE * SCALE))


def locate_filling(
    gray: NDArray[np.uint8], landmarker: Landmarker, min_score: float = 0.5
) -> NDArray[np.float32] | None:
    """Landmarks of the face that fills a picture, or None."""
    h, w = gray.shape
    box = np.array([0.1 * w, 0.12 * h, 0.9 * w, 0.92 * h])
    located = landmarker(gray, [box_matrix(box)])[0]
    for _ in range(2):
        located = landmarker.follow(gray, [located.landmarks])[0]
    return located.landmarks if located.score >= min_score else None
