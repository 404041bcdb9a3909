"""Scores over time: what errs from frame to frame is averaged, what a face does is kept.

A face moves for a tenth of a second or longer; the scores of neighbouring frames err apart from
each other. So each score becomes the mean of those around it, by a normal curve of a fiftieth of a
second (docs/decisions/0029-scores-over-time.md). Only where motion was seen, too: what the
picture alone says of a frame (``motion=False``, `facs.live`) stays what that frame says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facs.crops.clips import FaceClip
from facs.network.predict import Scores, scores_of
from facs.network.spec import ModelSpec

__all__ = ["REACH", "SPREAD", "Place", "parted", "steadied", "steady"]

Floats = NDArray[np.float32]

SPREAD: Final = 0.02
"""Standard deviation of the curve, in seconds."""

REACH: Final = 3 * SPREAD
"""Seconds beyond which frames do not count for each other, and by which scores come later."""

_CLOCK: Final = 1e-6  # s; times carry rounding below this


@dataclass(frozen=True)
class Place:
    """Whose scores, and when: track, row of the frame in the recording, seconds."""

    track: int
    index: int
    time: float


def steady(
    raw: Floats, times: NDArray[np.float64], anew: NDArray[np.bool_], spread: float = SPREAD
) -> Floats:
    """The mean of each score and those around it.

    Parameters
    ----------
    raw : array, shape (n, columns)
        Scores of one person, before calibration.
    times : array, shape (n,), seconds
        Increasing.
    anew : array, shape (n,)
        Whether something ended before a frame, so that what lies before does not count for it.
    spread : float, seconds
        Standard deviation of the curve; frames three times as far away do not count.

    Examples
    --------
    >>> raw = np.array([[0.0], [3.0], [0.0]], np.float32)
    >>> steady(raw, np.arange(3) / 30, np.array([True, False, False])).round(2).ravel()
    array([0.6, 2. , 0.6], dtype=float32)
    >>> steady(raw, np.arange(3) / 30, np.array([True, True, True])).ravel().tolist()
    [0.0, 3.0, 0.0]
    """
    total, weight = raw.astype(np.float64), np.ones((len(raw), 1))
    run = np.cumsum(anew)
    for apart in range(1, len(raw)):
        since = times[apart:] - times[:-apart]
        near = (since <= 3 * spread + _CLOCK) & (run[apart:] == run[:-apart])
        if not near.any():
            break
        share = np.where(near, np.exp(-0.5 * np.square(since / spread)), 0.0)[:, None]
        total[apart:] += share * raw[:-apart]
        total[:-apart] += share * raw[apart:]
        weight[apart:] += share
        weight[:-apart] += share
    return np.asarray(total / weight, np.float32)


def parted(rows: NDArray[np.int64], fused: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where scores begin anew (n,): before and after a frame without motion, and after a lost one.

    Examples
    --------
    >>> parted(np.array([0, 1, 2, 4, 5]), np.array([False, True, True, True, True])).tolist()
    [True, True, False, True, False]
    """
    anew = np.ones(len(rows), bool)
    anew[1:] = (np.diff(rows) != 1) | ~fused[1:] | ~fused[:-1]
    return anew


class _Scored(NamedTuple):
    """A frame's scores before calibration, of both streams where `fused`."""

    place: Place
    raw: Floats
    fused: bool


@dataclass
class _Trail:
    """One person's latest frames: those that were told, and those that wait for what follows."""

    frames: list[_Scored] = field(default_factory=list)
    told: int = 0

    def tell(self, ended: bool) -> tuple[list[Place], Floats, NDArray[np.bool_]]:
        """Steady scores of the frames that were not told yet and that no frame to come reaches."""
        new = slice(self.told, max(self.told, self._final(ended)))
        places, raw, fused = (list(part) for part in zip(*self.frames, strict=True))
        times = np.array([place.time for place in places])
        moving = np.array(fused)
        anew = parted(np.array([place.index for place in places]), moving)
        told = places[new], steady(np.array(raw), times, anew)[new], moving[new]
        self._forget(new.stop)
        return told

    def _final(self, ended: bool) -> int:
        """How many of the first frames are final: all where the latest one has no motion."""
        latest = self.frames[-1]
        if ended or not latest.fused:
            return len(self.frames)
        until = latest.place.time - REACH - _CLOCK
        return sum(frame.place.time <= until for frame in self.frames)

    def _forget(self, told: int) -> None:
        """Drop what no frame to come can reach."""
        until = self.frames[told - 1].place.time - REACH if told else -np.inf
        old = sum(frame.place.time < until for frame in self.frames[:told])
        del self.frames[:old]
        self.told = told - old


def steadied(
    scored: Iterable[tuple[Sequence[FaceClip], Scores]], spec: ModelSpec
) -> Iterator[tuple[Sequence[FaceClip | Place], Scores]]:
    """Scores of batches of clips, made steady; they come `REACH` later.

    Clips of one person are in order of time; one person may lag behind another. Scores without
    `Scores.raw`, as of a model of your own, pass as they are, and so do those of a clip without
    motion.
    """
    trails: dict[int, _Trail] = {}
    for clips, scores in scored:
        if scores.raw is None:
            yield clips, scores
            continue
        for clip, raw, fused in zip(clips, scores.raw, scores.fused, strict=True):
            place = Place(clip.track, clip.index, clip.time)
            trails.setdefault(clip.track, _Trail()).frames.append(_Scored(place, raw, bool(fused)))
        here = dict.fromkeys(clip.track for clip in clips)
        yield from _told([trails[track] for track in here], False, spec)
    yield from _told(trails.values(), True, spec)


def _told(
    trails: Iterable[_Trail], ended: bool, spec: ModelSpec
) -> Iterator[tuple[list[Place], Scores]]:
    for trail in trails:
        places, raw, fused = trail.tell(ended)
        if places:
            yield places, scores_of(spec, raw, fused)
