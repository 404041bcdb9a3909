"""Batches and losses of the temporal stream."""

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
from facs.network.two_stream import TemporalStream
from facs.training.augment import jitter
from facs.training.losses import MOVED, OrdinalLoss, change_loss
from facs.training.targets import eyes_in_doubt, jaw_as_far
from facs.training.unit_data import FLOW_STEP

__all__ = [
    "TemporalBatch",
    "TemporalTask",
    "flow_stack",
    "moving_rows",
    "temporal_batches",
    "window_rows",
]

Floats = NDArray[np.float32]


MOVING_SHARE = 0.5
"""Of windows, drawn from those in which some unit moves. In most of a clip everything rests, and of
rest a flow says nothing."""

REVERSED_SHARE = 0.3
"""Of windows, taught backwards: what falls has then risen. Faces show both, though at other speeds,
so most are taught as they were."""

CHANGE_WEIGHT = 1.0


@dataclass(frozen=True)
class TemporalBatch:
    """Flow stacks and what is known of their middle frame and of their ends.

    Parameters
    ----------
    flows : Tensor, shape (B, 2 * slots, S, S), crop widths per second
    labels : Tensor, shape (B, columns), in [0, 1] or NaN
        Of the frame in the middle.
    changes : Tensor, shape (B, columns), in [-1, 1] or NaN
        From the first frame of the window to the last.
    """

    flows: Tensor
    labels: Tensor
    changes: Tensor


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
    """A function that makes batches of flow stacks, as other faces and cameras make them."""
    mirror = columns_in_mirror(columns)
    labels = eyes_in_doubt(jaw_as_far(labels, columns), columns)
    half = slots // 2
    moving = moving_rows(labels, rows, slots)

    def window(rng: np.random.Generator, row: int) -> tuple[Floats, Floats, Floats]:
        stack, label = flow_stack(flows, row, slots), labels[row]
        change = labels[row + half] - labels[row - half]
        if rng.random() < 0.5:
            stack, label, change = _mirrored(stack), label[mirror], change[mirror]
        if rng.random() < REVERSED_SHARE:
            stack, change = _reversed(stack, slots), -change
        return _shaken(rng, _moved(rng, stack), slots), label, change

    def make(rng: np.random.Generator) -> TemporalBatch:
        drawn = rng.choice(rows, size)
        if len(moving):
            again = rng.random(size) < MOVING_SHARE
            drawn[again] = rng.choice(moving, int(again.sum()))
        windows = zip(*(window(rng, int(row)) for row in drawn), strict=True)
        return TemporalBatch(*(torch.from_numpy(np.stack(part)) for part in windows))

    return make


def moving_rows(labels: Floats, rows: NDArray[np.int64], slots: int) -> NDArray[np.int64]:
    """Rows in whose window some column changes by more than `MOVED`.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 0.5, 1, 1, 1, 1], np.float32)[:, None]
    >>> moving_rows(labels, np.arange(1, 7), 2)
    array([2, 3, 4])
    """
    half = slots // 2
    change = np.abs(labels[rows + half] - labels[rows - half])
    return np.asarray(rows[(np.nan_to_num(change) > MOVED).any(1)], np.int64)


def _mirrored(stack: Floats) -> Floats:
    flipped = np.ascontiguousarray(stack[:, :, ::-1])
    flipped[0::2] *= -1  # rightwards becomes leftwards
    return flipped


def _reversed(stack: Floats, slots: int) -> Floats:
    """The same window seen backwards: the last flow first, and the other way."""
    pairs = stack.reshape(slots, 2, *stack.shape[1:])
    return -pairs[::-1].reshape(stack.shape)


def _moved(rng: np.random.Generator, stack: Floats) -> Floats:
    """The whole window a little elsewhere, as landmarks jitter; its vectors turn with it."""
    matrix = jitter(rng, CROP_SIZE, 0.012, 0.03, 3.0)[:2]
    moved = np.empty_like(stack)
    for plane, into in zip(stack, moved, strict=True):
        cv2.warpAffine(plane, matrix, plane.shape, dst=into, borderMode=cv2.BORDER_REPLICATE)
    (a, b), (c, d) = matrix[:, :2].astype(np.float32)
    right, down = moved[0::2], moved[1::2]
    return np.stack([a * right + b * down, c * right + d * down], 1).reshape(stack.shape)


def _shaken(rng: np.random.Generator, stack: Floats, slots: int) -> Floats:
    """What other cameras do: half the frame rate, another speed, a drift, something in the way."""
    if rng.random() < 0.25:  # 15 frames a second: two neighbouring slots share one flow
        pairs = stack.reshape(slots, 2, *stack.shape[1:])
        # The middle frame was seen, so no flow spans it: of an odd half the outermost is alone.
        for k in range(slots // 2 % 2, slots - 1, 2):
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
    """The temporal stream with what only training needs: letter steps, and what rises or falls.

    A level in the middle of a window follows from flow only with the way in which it changes, which
    the loss of levels alone hardly teaches: rising and falling units were told apart by chance.
    """

    def __init__(self, stream: TemporalStream, rate: Tensor) -> None:
        super().__init__()
        self.stream = stream
        self.ordinal = OrdinalLoss(rate)
        self.changes = nn.Linear(512, 2 * len(rate))

    def loss(self, batch: TemporalBatch) -> Tensor:
        """Units that are shown in the middle frame, and those that rise or fall around it."""
        device = self.ordinal.weight.device
        seen = self.stream.prepare(batch.flows.to(device))  # exact: a small rest of large numbers
        with torch.autocast(device.type, torch.bfloat16):
            dense = self.stream.head.dense(self.stream.trunk(seen))
            scores = self.stream.head.scores(dense)
            changes = self.changes(dense)
        loss: Tensor = self.ordinal(scores.float(), batch.labels.to(device))
        return loss + CHANGE_WEIGHT * change_loss(changes.float(), batch.changes.to(device))
