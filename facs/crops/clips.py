"""Faces arrive frame by frame; clips leave when their window of motion is complete."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.canonical import CROP_SIZE, align, warp
from facs.crops.flow import FlowPiece, farneback, stack
from facs.errors import InputError
from facs.faces.face import Face

__all__ = ["MAX_STEP", "ClipMaker", "FaceClip"]

MAX_STEP: Final = 0.21
"""Seconds between two frames beyond which motion cannot be followed: the window is broken.

Five frames a second, with times rounded to milliseconds, are still followed."""


@dataclass(frozen=True)
class FaceClip:
    """What the network sees of one face at one moment.

    Parameters
    ----------
    track : int
        The person's number.
    index : int
        Row of the frame in the recording.
    time : float, seconds
    crop : array, shape (S, S), uint8
        The aligned grey face.
    flow : array, shape (2 * slots, S, S), float32, or None
        Crop widths per second. None where the window is not full: at the ends of
        a video, in a single picture, for a face that has only just appeared.
    """

    track: int
    index: int
    time: float
    crop: NDArray[np.uint8]
    flow: NDArray[np.float32] | None

    def __post_init__(self) -> None:
        """Refuse arrays of another form."""
        if self.crop.ndim != 2 or self.crop.shape[0] != self.crop.shape[1]:
            raise InputError(f"wanted a square crop (S, S), got {self.crop.shape}")
        if self.flow is not None and self.flow.shape[1:] != self.crop.shape:
            raise InputError(f"wanted flow (n, {self.crop.shape}), got {self.flow.shape}")


@dataclass
class _Trail:
    """One person's recent past: crops that wait for their future, flows that clips share."""

    pending: deque[tuple[int, float, NDArray[np.uint8]]] = field(default_factory=deque)
    pieces: deque[FlowPiece] = field(default_factory=deque)
    last: tuple[float, NDArray[np.uint8]] | None = None


class ClipMaker:
    """Cut crops, compute one flow per new frame, and emit clips once their window is full.

    A clip leaves `slots / 2 * slot_seconds` after its frame, or at once with
    ``flow=None`` when its face is lost or the video ends before that.

    Parameters
    ----------
    slots, slot_seconds : int, float
        See `facs.network.spec.ModelSpec`.
    size : int, pixels
    motion : bool
        False leaves flows out altogether: every clip is a still.
    """

    def __init__(
        self, slots: int, slot_seconds: float, size: int = CROP_SIZE, motion: bool = True
    ) -> None:
        self.slots = slots
        self.slot_seconds = slot_seconds
        self.size = size
        self.motion = motion
        self._half = slots / 2 * slot_seconds
        self._trails: dict[int, _Trail] = {}

    def add(
        self, gray: NDArray[np.uint8], index: int, time: float, faces: list[Face]
    ) -> Iterator[FaceClip]:
        """Take the scorable faces of one frame; yield the clips that are now complete.

        A person who is missing from `faces` is lost from view: what waits for her is
        emitted without motion.
        """
        here = {face.track for face in faces}
        for track in [t for t in self._trails if t not in here]:
            yield from self._flush(track)
        for face in faces:
            crop = warp(gray, align(face.landmarks, self.size), self.size)
            yield from self._extend(face.track, index, time, crop)

    def finish(self) -> Iterator[FaceClip]:
        """Yield every clip that still waits: the video has ended."""
        for track in list(self._trails):
            yield from self._flush(track)

    def _extend(
        self, track: int, index: int, time: float, crop: NDArray[np.uint8]
    ) -> Iterator[FaceClip]:
        if not self.motion:
            yield FaceClip(track, index, time, crop, None)
            return
        trail = self._trails.get(track)
        if trail is not None and trail.last is not None and time - trail.last[0] > MAX_STEP:
            yield from self._flush(track)
            trail = None
        if trail is None:
            trail = self._trails[track] = _Trail()
        if trail.last is not None:
            before, picture = trail.last
            velocity = farneback(picture, crop) / np.float32(time - before)
            trail.pieces.append(FlowPiece(before, time, velocity))
        trail.last = (time, crop)
        trail.pending.append((index, time, crop))
        yield from self._complete(track, trail, time)

    def _complete(self, track: int, trail: _Trail, now: float) -> Iterator[FaceClip]:
        """Emit the clips whose future has been seen up to `now`, and drop flows of no more use."""
        patience = self._half - 0.3 * self.slot_seconds  # time stamps are rounded to ms
        while trail.pending and now - trail.pending[0][1] >= patience:
            index, time, crop = trail.pending.popleft()
            flow = stack(trail.pieces, time, self.slots, self.slot_seconds)
            yield FaceClip(track, index, time, crop, flow)
        oldest = (trail.pending[0][1] if trail.pending else now) - self._half
        while trail.pieces and trail.pieces[0].end < oldest - self.slot_seconds:
            trail.pieces.popleft()

    def _flush(self, track: int) -> Iterator[FaceClip]:
        trail = self._trails.pop(track)
        for index, time, crop in trail.pending:
            yield FaceClip(track, index, time, crop, None)
