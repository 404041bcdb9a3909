"""A model's scores of rendered people, and what is known of them, as two tables of units.

Faces are located by the product's own landmark network from a look as jittered as a tracker's,
followed from frame to frame in clips, cut and stacked by the product's own clip maker, and their
scores are steady over time as the product's are. A face that is lost has no prediction.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from facs.canonical import align
from facs.crops.clips import ClipMaker, FaceClip
from facs.evaluation.unit_columns import in_order
from facs.evaluation.unit_table import UnitTable, with_stronger_sides
from facs.faces.face import Face
from facs.faces.landmarks import INPUT_MARGIN, INPUT_SIZE, Landmarker
from facs.faces.track import TrackOptions
from facs.network.predict import Model, Scores
from facs.network.spec import LEVELS, ModelSpec
from facs.network.steady import steadied
from facs.overlap import batched
from facs.synthesis.shards import Shard, read_shard
from facs.training.augment import jitter
from facs.units import SIDES, column

BATCH = 64
LOST = TrackOptions().keep_score


def score_shards(
    folder: Path, model: Model, landmarker: Landmarker, seed: int = 0, motion: bool = True
) -> tuple[UnitTable, UnitTable]:
    """Predictions and labels of all frames of a folder, a row each, in the same order."""
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise SystemExit(f"wanted rendered shards (*.npz) in {folder}, found none")
    predicted, known = [], []
    for number, path in enumerate(paths):
        shard = read_shard(path)
        rng = np.random.default_rng([seed, number])
        predicted.append(_values(model, _clips(shard, model.spec, landmarker, rng, motion), shard))
        known.append(_facts(path.stem, shard))
    rows = {name: np.concatenate([facts[name] for facts in known]) for name in known[0]}
    keys = {name: rows.pop(name) for name in ("file", "frame", "time")}
    letters, subject = rows.pop("letters"), rows.pop("subject")
    labels = UnitTable.of(
        folder.name,
        in_order(shard.columns),
        intensity=letters,
        subject=subject,
        groups=rows,
        **keys,
    )
    probability, intensity = (np.concatenate(parts) for parts in zip(*predicted, strict=True))
    predictions = UnitTable.of(
        model.spec.name, in_order(_names(model.spec)), **keys,
        probability=probability, intensity=intensity,
    )  # fmt: skip
    return predictions, with_stronger_sides(labels)


def _facts(name: str, shard: Shard) -> dict[str, NDArray]:
    """What is known of each row: a clip is a file with times, the stills of a shard are another."""
    still = shard.clip < 0
    start = np.maximum.accumulate(np.where(_begins(shard), np.arange(len(shard)), 0))
    files = [f"{name}" if s else f"{name} {c}" for s, c in zip(still, shard.clip, strict=True)]
    letters = (shard.labels[..., None] >= np.float32(LEVELS)).sum(-1).astype(float)
    letters[np.isnan(shard.labels)] = np.nan
    return {
        "file": np.array(files),
        "frame": np.where(still, np.arange(len(shard)), np.arange(len(shard)) - start),
        "time": np.where(still, np.nan, shard.time),
        "letters": letters[:, [shard.columns.index(c) for c in in_order(shard.columns)]],
        "subject": shard.subject.astype(str),
        "age": shard.age,
        "sex": shard.sex,
        "tone": shard.tone,
    }


def _begins(shard: Shard) -> NDArray[np.bool_]:
    """Where another clip begins, or a still."""
    new = np.ones(len(shard), bool)
    new[1:] = (shard.clip[1:] != shard.clip[:-1]) | (shard.time[1:] <= shard.time[:-1])
    return new


def _clips(
    shard: Shard, spec: ModelSpec, landmarker: Landmarker, rng: np.random.Generator, motion: bool
) -> Iterator[FaceClip]:
    """What the network sees of every frame whose face is not lost; `index` is the row."""
    maker = ClipMaker(spec.slots, spec.slot_seconds, spec.crop_size, motion)
    before: NDArray[np.float32] | None = None
    begins = _begins(shard)
    tracks = np.cumsum(begins).tolist()  # clips have nothing to do with each other
    for i, new in enumerate(begins):
        if new:
            yield from maker.finish()
            maker = ClipMaker(spec.slots, spec.slot_seconds, spec.crop_size, motion)
        gray = np.asarray(cv2.cvtColor(shard.image(i), cv2.COLOR_RGB2GRAY), np.uint8)
        if new or before is None:
            located = landmarker(gray, [_first_look(shard.landmarks[i], rng)])[0]
        else:
            located = landmarker.follow(gray, [before])[0]
        before = located.landmarks if located.score >= LOST else None
        faces = [] if before is None else [_face(before, located.score, tracks[i])]
        yield from maker.add(gray, i, float(shard.time[i]), faces)
    yield from maker.finish()


def _first_look(landmarks: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float64]:
    """Where a tracker or a detector would look: near the face, not on it."""
    near = np.vstack([align(landmarks, INPUT_SIZE, INPUT_MARGIN), [0, 0, 1]])
    return np.asarray((jitter(rng, INPUT_SIZE, 0.02, 0.06, 4) @ near)[:2])


def _face(landmarks: NDArray[np.float32], score: float, track: int) -> Face:
    (x0, y0), (x1, y1) = landmarks.min(0), landmarks.max(0)
    return Face(track, (x0, y0, x1, y1), landmarks, (0.0, 0.0, 0.0), score, 1.0)


def _values(
    model: Model, clips: Iterator[FaceClip], shard: Shard
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability and intensity (n, names) of a shard, NaN where the face was lost."""
    names = _names(model.spec)
    order = [names.index(name) for name in in_order(names)]
    values = np.full((2, len(shard), len(names)), np.nan)
    scored = ((batch, model(batch)) for batch in batched(clips, BATCH))
    for places, scores in steadied(scored, model.spec):
        values[:, [place.index for place in places]] = _columns(scores)
    return values[0][:, order], values[1][:, order]


def _names(spec: ModelSpec) -> list[str]:
    """Units, then left, then right, as `_columns` has them."""
    sides = [column(unit, side) for side in SIDES for unit in spec.sided]
    return [*map(str, spec.units), *sides]


def _columns(scores: Scores) -> NDArray[np.float64]:
    """Probability and intensity, shape (2, n, names)."""
    probability = (scores.probability, scores.left, scores.right)
    intensity = (scores.intensity, scores.left_intensity, scores.right_intensity)
    return np.stack([np.concatenate(parts, axis=1) for parts in (probability, intensity)])
