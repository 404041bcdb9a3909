"""Batches and losses of the two streams."""

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
from facs.network.two_stream import SpatialStream, TemporalStream
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
from facs.training.unit_data import FLOW_STEP, WIDE

__all__ = [
    "RealCrops",
    "SpatialBatch",
    "SpatialTask",
    "TemporalBatch",
    "TemporalTask",
    "central_crops",
    "flow_stack",
    "spatial_batches",
    "temporal_batches",
    "window_rows",
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
    left = [i for i, name in enumerate(columns) if name.endswith("_left")]
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


@dataclass(frozen=True)
class TemporalBatch:
    """Flow stacks (B, 2 * slots, S, S) in crop widths per second, labels (B, columns)."""

    flows: Tensor
    labels: Tensor


def window_rows(
    clip: NDArray[np.int64], time: NDArray[np.float64], slots: int
) -> NDArray[np.int64]:
    """Rows whose whole window lies in their own clip: half the slots before, half after.

    Examples
    --------
    >>> window_rows(np.zeros(6, np.int64), np.arange(6) / 30, 4)
    array([2, 3])
    """
    half = slots // 2
    rows = np.arange(half, len(clip) - half)
    same = clip[rows - half] == clip[rows + half]
    span = time[rows + half] - time[rows - half]
    forward = np.all([time[rows + k] > time[rows + k - 1] for k in range(1 - half, half + 1)], 0)
    whole = same & forward & (span < 1.5 * slots / 30)
    return np.asarray(rows[whole], np.int64)


def flow_stack(flows: NDArray[np.int8], row: int, slots: int) -> Floats:
    """The stored flows around a row as the network's stack (2 * slots, S, S)."""
    half = slots // 2
    window = flows[row - half : row + half].astype(np.float32) * np.float32(FLOW_STEP)
    return np.asarray(window.reshape(2 * slots, *window.shape[2:]), np.float32)


def temporal_batches(
    flows: NDArray[np.int8],
    labels: Floats,
    rows: NDArray[np.int64],
    columns: tuple[str, ...],
    slots: int,
    size: int,
) -> Callable[[np.random.Generator], TemporalBatch]:
    """A function that makes batches of flow stacks, mirrored, scaled, slowed, covered at random."""
    mirror = columns_in_mirror(columns)
    labels = eyes_in_doubt(jaw_as_far(labels, columns), columns)

    def make(rng: np.random.Generator) -> TemporalBatch:
        stacks, truth = [], []
        for row in rng.choice(rows, size):
            stack, label = flow_stack(flows, int(row), slots), labels[row]
            if rng.random() < 0.5:
                stack, label = _mirrored(stack), label[mirror]
            stacks.append(_shaken(rng, stack, slots))
            truth.append(label)
        return TemporalBatch(torch.from_numpy(np.stack(stacks)), torch.from_numpy(np.stack(truth)))

    return make


def _mirrored(stack: Floats) -> Floats:
    flipped = np.ascontiguousarray(stack[:, :, ::-1])
    flipped[0::2] *= -1  # rightwards becomes leftwards
    return flipped


def _shaken(rng: np.random.Generator, stack: Floats, slots: int) -> Floats:
    """What other cameras do: half the frame rate, another speed, a drift, something in the way."""
    if rng.random() < 0.25:  # 15 frames a second: two neighbouring slots share one flow
        pairs = stack.reshape(slots, 2, *stack.shape[1:])
        first = int(rng.integers(2))
        for k in range(first, slots - 1, 2):
            pairs[k : k + 2] = pairs[k : k + 2].mean(0)
    stack = stack * np.float32(np.exp(rng.normal(0, 0.2)))
    drift = rng.normal(0, 0.02, (len(stack), 1, 1)).astype(np.float32)
    stack = stack + drift
    if rng.random() < 0.15:
        y, x = rng.integers(0, CROP_SIZE - 10, 2)
        h, w = rng.integers(10, CROP_SIZE // 2, 2)
        stack[:, y : y + h, x : x + w] = 0
    return stack


class TemporalTask(nn.Module):
    """The temporal stream with its letter steps."""

    def __init__(self, stream: TemporalStream, rate: Tensor) -> None:
        super().__init__()
        self.stream = stream
        self.ordinal = OrdinalLoss(rate)

    def loss(self, batch: TemporalBatch) -> Tensor:
        """Units that move, or have just moved, or are about to."""
        device = self.ordinal.weight.device
        with torch.autocast(device.type, torch.bfloat16):
            scores = self.stream(batch.flows.to(device))
        loss: Tensor = self.ordinal(scores.float(), batch.labels.to(device))
        return loss
