"""Batches and losses of the temporal stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from facs.canonical import CROP_SIZE
from facs.network.mirror import columns_in_mirror
from facs.network.two_stream import TemporalStream
from facs.training.losses import OrdinalLoss
from facs.training.targets import eyes_in_doubt, jaw_as_far
from facs.training.unit_data import FLOW_STEP

__all__ = ["TemporalBatch", "TemporalTask", "flow_stack", "temporal_batches", "window_rows"]

Floats = NDArray[np.float32]


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
