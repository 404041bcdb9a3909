"""Rendered people as the product sees them: located by the landmark network, cut, with motion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facs.canonical import align, warp
from facs.crops.clips import ClipMaker, FaceClip
from facs.faces.face import Face
from facs.faces.landmarks import INPUT_MARGIN, INPUT_SIZE, Landmarker
from facs.network.spec import ModelSpec
from facs.synthesis.shards import read_shard
from facs.training.augment import jitter
from facs.training.rendered import Rendered, of_shards
from facs.units import SIDED, ActionUnit, column

__all__ = ["Film", "Stills", "clips_of", "stills_of"]

Floats = NDArray[np.float32]

LOST = 0.4
"""Score of the landmark network under which the product, too, would lose a face."""


@dataclass(frozen=True)
class _Labelled:
    labels: Floats
    columns: tuple[str, ...]

    def label(self, unit: ActionUnit, side: str | None = None) -> Floats:
        """Movement (n,) of one side, or of the stronger one; NaN where it is hidden."""
        if side is not None or unit not in SIDED:
            return self.labels[:, self.columns.index(column(unit, side or ""))]
        return np.maximum(self.label(unit, "left"), self.label(unit, "right"))


@dataclass(frozen=True)
class Stills(_Labelled):
    """Pictures without motion, and whose they are (n,)."""

    clips: list[FaceClip]
    subject: NDArray[np.int64]


@dataclass(frozen=True)
class Film(_Labelled):
    """One clip of one person: a row of `times` for each frame, clips of those that were found."""

    clips: list[FaceClip]
    times: NDArray[np.float64]
    subject: int


def stills_of(folders: Sequence[Path], seed: int) -> Stills:
    """All stills of some folders of shards, those aside whose face is not found."""
    data = _read(folders, "stills")
    landmarker, rng = Landmarker(), np.random.default_rng(seed)
    clips, rows = [], []
    for i in range(len(data)):
        located = landmarker(data.gray[i], [_near(data, i, rng)])[0]
        if located.score > LOST:
            crop = warp(data.gray[i], align(located.landmarks))
            clips.append(FaceClip(0, i, 0.0, crop, None))
            rows.append(i)
    return Stills(data.labels[rows], data.columns, clips, data.subject[rows])


def clips_of(folders: Sequence[Path], spec: ModelSpec, seed: int) -> Iterator[Film]:
    """All clips of some folders, one at a time."""
    data = _read(folders, "clips")
    landmarker, rng = Landmarker(), np.random.default_rng(seed)
    edges = np.flatnonzero(np.diff(data.clip) != 0) + 1
    for rows in np.split(np.arange(len(data)), edges):
        if len(rows):
            clips = list(_followed(data, rows, landmarker, spec, rng))
            subject = int(data.subject[rows[0]])
            yield Film(data.labels[rows], data.columns, clips, data.time[rows], subject)


def _read(folders: Sequence[Path], kind: str) -> Rendered:
    paths = [path for folder in folders for path in sorted(folder.glob(f"{kind}_*.npz"))]
    if not paths:
        raise SystemExit(f"wanted shards {kind}_*.npz (facs synth) in {folders}, found none")
    return of_shards([read_shard(path) for path in paths])


def _near(data: Rendered, i: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Where a detector would look: near the face, not on it."""
    near = np.vstack([align(data.landmarks[i], INPUT_SIZE, INPUT_MARGIN), [0, 0, 1]])
    return np.asarray((jitter(rng, INPUT_SIZE, 0.02, 0.06, 4) @ near)[:2])


def _followed(
    data: Rendered,
    rows: NDArray[np.int64],
    landmarker: Landmarker,
    spec: ModelSpec,
    rng: np.random.Generator,
) -> Iterator[FaceClip]:
    """Follow a face from frame to frame, as the tracker does, and cut its windows of motion."""
    maker = ClipMaker(spec.slots, spec.slot_seconds, spec.crop_size)
    before: Floats | None = None
    for index, i in enumerate(rows):
        gray = data.gray[i]
        if before is None:
            located = landmarker(gray, [_near(data, int(i), rng)])[0]
        else:
            located = landmarker.follow(gray, [before])[0]
        before = located.landmarks if located.score > LOST else None
        faces = [] if before is None else [_face(before, located.score)]
        yield from maker.add(gray, index, float(data.time[i]), faces)
    yield from maker.finish()


def _face(landmarks: Floats, score: float) -> Face:
    return Face(0, (0.0, 0.0, 1.0, 1.0), landmarks, (0.0, 0.0, 0.0), score, 1.0)
