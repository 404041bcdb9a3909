"""Batches and losses of the spatial stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from facs.canonical import CROP_SIZE
from facs.network.mirror import columns_in_mirror
from facs.network.two_stream import SpatialStream
from facs.training.augment import cover, jitter, spoil
from facs.training.losses import (
    LOPSIDED,
    OrdinalLoss,
    emotion_loss,
    on_the_stronger_side,
    side_loss,
    weak_loss,
)
from facs.training.real_faces import EMOTIONS
from facs.training.targets import eyes_in_doubt, jaw_as_far
from facs.training.unit_data import WIDE
from facs.units import split_column

__all__ = [
    "RealCrops",
    "SpatialBatch",
    "SpatialTask",
    "central_crops",
    "spatial_batches",
]

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]
COVERED = 0.04
"""Share of pictures with something before the face of which the labels know nothing."""

LOPSIDED_SHARE = 0.3
"""Most faces move alike on both sides: drawn alike, the few that do not would teach too little
of left and right."""

SEEN_SHARE = 0.5
"""Of the draws of real faces, made from those on the list alone; the rest are of all of them."""

SPOILING = 0.5
"""Rendered pictures come from poor cameras already."""

EMOTION_WEIGHT = 0.35
SIDE_WEIGHT = 0.15
WEAK_WEIGHT = 0.4

ONE_SIDED = ("AU14_left",)
"""Left columns of units that real faces often show on one side only: a label says not which."""


@dataclass(frozen=True)
class RealCrops:
    """Real faces that teach.

    Parameters
    ----------
    crops : array, shape (n, WIDE, WIDE), uint8
    votes : array, shape (n, 8)
        Shares of voters for each emotion.
    weak : array, shape (n, columns)
        Targets of presence in (0, 1), NaN where unknown.
    often : array, shape (n,), int
        How often a face is drawn beside the even draws: 0 where nobody saw what it shows.
    """

    crops: Gray
    votes: Floats
    weak: Floats
    often: NDArray[np.int64]


@dataclass(frozen=True)
class SpatialBatch:
    """Crops (B + R, S, S): first B rendered with labels (B, columns), then R real ones."""

    crops: Tensor
    labels: Tensor
    votes: Tensor
    weak: Tensor


def central_crops(crops: Gray) -> Gray:
    """The canonical middle (n, S, S) of stored crops (n, WIDE, WIDE)."""
    edge = (WIDE - CROP_SIZE) // 2
    return np.ascontiguousarray(crops[:, edge : edge + CROP_SIZE, edge : edge + CROP_SIZE])


def _moved(rng: np.random.Generator, crop: Gray) -> Gray:
    """The canonical middle of a stored crop, jittered as landmarks jitter."""
    edge = (WIDE - CROP_SIZE) / 2
    matrix = jitter(rng, CROP_SIZE, 0.012, 0.03, 3.0)[:2]
    matrix[:, 2] -= matrix[:, :2] @ (edge, edge)
    moved = cv2.warpAffine(crop, matrix, (CROP_SIZE, CROP_SIZE), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _sides(columns: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """Columns of the left sides, and of the right ones in the same order."""
    left = [i for i, name in enumerate(columns) if split_column(name)[1] == "left"]
    return left, [columns_in_mirror(columns)[i] for i in left]


def _lopsided_rows(labels: Floats, columns: tuple[str, ...]) -> NDArray[np.int64]:
    """Rows in which some unit with two sides is clearly stronger on one of them."""
    left, right = _sides(columns)
    apart = np.abs(labels[:, left] - labels[:, right]) > LOPSIDED
    return np.flatnonzero(apart.any(1))


def _drawn(
    rng: np.random.Generator, n: int, size: int, often: NDArray[np.int64], share: float
) -> NDArray[np.int64]:
    """Rows drawn from n, a share of them from those that are drawn more often than the rest."""
    rows = rng.integers(n, size=size)
    if len(often):
        again = rng.random(size) < share
        rows[again] = rng.choice(often, int(again.sum()))
    return rows


def spatial_batches(
    crops: Gray,
    labels: Floats,
    columns: tuple[str, ...],
    real: RealCrops | None,
    sizes: tuple[int, int],
) -> Callable[[np.random.Generator], SpatialBatch]:
    """A function that makes batches of `sizes` rendered and real faces."""
    mirror = columns_in_mirror(columns)
    labels = eyes_in_doubt(jaw_as_far(labels, columns), columns)
    lopsided = _lopsided_rows(labels, columns)
    seen = np.repeat(np.arange(len(real.often)), real.often) if real is not None else lopsided[:0]

    def picture(rng: np.random.Generator, crop: Gray, other: Gray, flip: bool) -> Gray:
        moved = _moved(rng, crop)
        if rng.random() < COVERED:
            moved, _ = cover(rng, moved, other)
        return spoil(rng, moved[:, ::-1] if flip else moved, SPOILING)

    def make(rng: np.random.Generator) -> SpatialBatch:
        i = _drawn(rng, len(crops), sizes[0], lopsided, LOPSIDED_SHARE)
        flips = rng.random(sizes[0]) < 0.5
        pictures = [picture(rng, crops[a], crops[i[0]], f) for a, f in zip(i, flips, strict=True)]
        truth = np.where(flips[:, None], labels[i][:, mirror], labels[i])
        votes = np.zeros((0, len(EMOTIONS)), np.float32)
        weak = np.zeros((0, len(columns)), np.float32)
        if real is not None:
            j = _drawn(rng, len(real.crops), sizes[1], seen, SEEN_SHARE)
            flips = rng.random(sizes[1]) < 0.5
            pictures += [
                picture(rng, real.crops[a], crops[i[0]], f) for a, f in zip(j, flips, strict=True)
            ]
            votes = real.votes[j]
            weak = np.where(flips[:, None], real.weak[j][:, mirror], real.weak[j])
        return SpatialBatch(
            torch.from_numpy(np.stack(pictures)),
            torch.from_numpy(truth),
            torch.from_numpy(votes),
            torch.from_numpy(weak),
        )

    return make


class SpatialTask(nn.Module):
    """The spatial stream with what only training needs: letter steps and an emotion head."""

    def __init__(self, stream: SpatialStream, rate: Tensor, columns: tuple[str, ...]) -> None:
        super().__init__()
        self.stream = stream
        self.sides = _sides(columns)
        pairs = [pair for pair in zip(*self.sides, strict=True) if columns[pair[0]] in ONE_SIDED]
        self.loose = [one for one, _ in pairs], [other for _, other in pairs]
        self.ordinal = OrdinalLoss(rate)
        self.emotions = nn.Linear(512, len(EMOTIONS))

    def loss(self, batch: SpatialBatch) -> Tensor:
        """Units on rendered faces, emotions and weak units on real ones, on one trunk."""
        device = self.emotions.weight.device
        n = len(batch.labels)
        with torch.autocast(device.type, torch.bfloat16):
            features = self.stream.trunk(self.stream.prepare(batch.crops.to(device)))
            dense = self.stream.head.dense(features)
            scores = self.stream.head.scores(dense).float()
            emotions = self.emotions(dense[n:]).float()
        labels = batch.labels.to(device)
        loss: Tensor = self.ordinal(scores[:n], labels)
        loss = loss + SIDE_WEIGHT * side_loss(scores[:n], labels, *self.sides)
        if len(batch.votes):
            loss = loss + EMOTION_WEIGHT * emotion_loss(emotions, batch.votes.to(device))
            weak = on_the_stronger_side(scores[n:], batch.weak.to(device), *self.loose)
            loss = loss + WEAK_WEIGHT * weak_loss(scores[n:], weak)
        return loss
