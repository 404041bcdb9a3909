"""Dense optical flow between neighbouring crops, and its resampling to a window of fixed seconds.

Farneback, "Two-frame motion estimation based on polynomial expansion" (2003).
Between two frames the flow is taken as a constant velocity, in crop widths per
second. A slot of the window is the mean velocity over its span of time, so that
15, 30 and 60 frames a second give stacks of the same meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError

__all__ = ["FARNEBACK", "SLIVER", "FlowPiece", "farneback", "stack"]

FARNEBACK: Final = (0.5, 3, 13, 2, 5, 1.1)
"""Pyramid scale, levels, window (px), iterations, polynomial neighbourhood (px), its sigma (px).

A third iteration takes a quarter more time and moves the flow by a hundredth of a pixel."""

SLIVER: Final = 0.1
"""A flow that covers less than this share of a slot is left out: time stamps are rounded to ms."""


@dataclass(frozen=True)
class FlowPiece:
    """The motion between two neighbouring frames.

    Parameters
    ----------
    start, end : float, seconds
    velocity : array, shape (2, S, S), float32
        Rightwards and downwards, crop widths per second.
    """

    start: float
    end: float
    velocity: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Refuse motion that takes no time."""
        if not self.end > self.start:
            raise InputError(f"wanted end > start, got {self.start} to {self.end}")


def farneback(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The shift of every pixel from one crop to the next.

    Parameters
    ----------
    before, after : array, shape (S, S), uint8
        Aligned grey crops of one face.

    Returns
    -------
    array, shape (2, S, S), float32
        Rightwards and downwards, crop widths.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> noise = rng.integers(0, 255, (14, 14), dtype=np.uint8)
    >>> picture = np.kron(noise, np.ones((8, 8), np.uint8))
    >>> shift = farneback(picture, np.roll(picture, 2, axis=1))[0]
    >>> round(float(np.median(shift)) * 112)
    2
    """
    import cv2

    start = np.zeros((*before.shape, 2), np.float32)
    flow = cv2.calcOpticalFlowFarneback(before, after, start, *FARNEBACK, 0)
    planes = np.ascontiguousarray(flow.transpose(2, 0, 1), np.float32)
    return np.asarray(planes / before.shape[0], np.float32)


def stack(
    pieces: Sequence[FlowPiece], time: float, slots: int, slot_seconds: float
) -> NDArray[np.float32] | None:
    """The bi-directional stack around one moment, or None where the window is not full.

    Parameters
    ----------
    pieces : sequence of FlowPiece
        In order of time; a gap between two of them is time not seen.
    time : float, seconds
        The moment in the middle.
    slots : int
        Half of them before `time` and half after.
    slot_seconds : float, seconds

    Returns
    -------
    array, shape (2 * slots, S, S), float32, crop widths per second, or None
    """
    first = time - slots / 2 * slot_seconds
    planes = []
    for slot in range(slots):
        start = first + slot * slot_seconds
        plane = _mean_velocity(pieces, start, start + slot_seconds)
        if plane is None:
            return None
        planes.append(plane)
    return np.concatenate(planes)  # (2 * slots, S, S)


def _mean_velocity(
    pieces: Sequence[FlowPiece], start: float, end: float
) -> NDArray[np.float32] | None:
    """Mean velocity (2, S, S) over a span, or None where the span is not covered."""
    span = end - start
    shares = [(min(p.end, end) - max(p.start, start)) / span for p in pieces]
    used = [(share, p) for share, p in zip(shares, pieces, strict=True) if share > SLIVER]
    covered = sum(share for share, _ in used)
    if covered < 1 - 3 * SLIVER:
        return None
    if len(used) == 1:
        return used[0][1].velocity
    total = sum((np.float32(share / covered) * p.velocity for share, p in used), start=0.0)
    return np.asarray(total, np.float32)
