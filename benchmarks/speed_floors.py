"""What each stage cannot do without: the library's own call, on data that lie ready.

A stage costs more than its floor by what is done around that call: cutting crops, judging
quality, resampling flows, calibrating, and looking for faces that are not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from facs.canonical import align, warp
from facs.crops.clips import ClipMaker, FaceClip
from facs.crops.flow import farneback
from facs.faces.detect import HaarDetector
from facs.faces.landmarks import INPUT_MARGIN, INPUT_SIZE, Landmarker
from facs.faces.track import GLANCE_SIDE, FaceTracker, TrackOptions
from facs.network.predict import TwoStreamModel
from facs.pixels import shrunk
from facs.video import open_video

__all__ = ["floors"]

SAMPLE = 120
"""Frames on which the floors of faces, flows and networks are measured."""


@dataclass(frozen=True)
class Ready:
    """What the stages of some frames work on, cut beforehand."""

    frames: int
    gray: list[NDArray[np.uint8]]
    pictures: list[NDArray[np.uint8]]
    clips: list[FaceClip]
    seconds: float


def floors(path: Path, model: TwoStreamModel, batch: int) -> dict[str, float]:
    """CPU milliseconds per frame that each stage takes at least."""
    ready = _ready(path, model)
    batches = [ready.clips[i : i + batch] for i in range(0, len(ready.clips), batch)]
    per_frame = 1000 / ready.frames
    looking = _looking(ready) if ready.gray else 0.0
    session = Landmarker()._session
    return {
        "decode": _decoding(path),
        "faces": looking
        + per_frame
        * _spent(lambda p: session.run(None, {"picture": p}), [p[None] for p in ready.pictures]),
        "crops": per_frame * _flowing(ready.clips),
        "network": per_frame * _spent(model, batches),
    }


def _spent(work: Callable[[Any], Any], items: Iterable[Any]) -> float:
    """CPU seconds of some work on items that lie ready, after one to warm up; the best of two."""
    ready = list(items)
    if not ready:
        return 0.0
    work(ready[0])
    runs = []
    for _ in range(2):
        start = process_time()
        for item in ready:
            work(item)
        runs.append(process_time() - start)
    return min(runs)


def _decoding(path: Path) -> float:
    """Decoding and conversion to RGB alone, milliseconds per frame."""
    frames, start = 0, process_time()
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            frame.to_ndarray(format="rgb24")
            frames += 1
    return 1000 * (process_time() - start) / max(1, frames)


def _looking(ready: Ready) -> float:
    """Detection at the pace of the tracker, milliseconds per frame."""
    detect, options = HaarDetector(), TrackOptions()
    whole = _spent(detect, ready.gray[::15]) / len(ready.gray[::15])
    small = [shrunk(gray, GLANCE_SIDE)[0] for gray in ready.gray[::15]]
    glance = _spent(detect, small) / len(small)
    per_second = whole / options.search_every
    per_second += glance * (1 / options.look_every - 1 / options.search_every)
    return 1000 * per_second * ready.seconds / ready.frames


def _flowing(clips: list[FaceClip]) -> float:
    people: dict[int, list[FaceClip]] = {}
    for clip in clips:
        people.setdefault(clip.track, []).append(clip)
    pairs = [(a.crop, b.crop) for own in people.values() for a, b in pairwise(own)]
    return (
        _spent(lambda pair: farneback(*pair), pairs)
        if any(c.flow is not None for c in clips)
        else 0
    )


def _ready(path: Path, model: TwoStreamModel) -> Ready:
    tracker = FaceTracker()
    maker = ClipMaker(model.spec.slots, model.spec.slot_seconds, model.spec.crop_size)
    gray: list[NDArray[np.uint8]] = []
    pictures: list[NDArray[np.uint8]] = []
    clips: list[FaceClip] = []
    times = []
    with open_video(path) as video:
        for frame in video:
            picture = np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY), np.uint8)
            faces = [face for face in tracker.update(picture, frame.time) if not face.reason]
            clips += maker.add(picture, frame.index, frame.time, faces)
            for face in faces:
                matrix = align(face.landmarks, INPUT_SIZE, INPUT_MARGIN)
                pictures.append(warp(picture, matrix, INPUT_SIZE))
            gray.append(picture)
            times.append(frame.time)
            if len(times) == SAMPLE:
                break
    clips += maker.finish()
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    return Ready(len(times), gray, pictures, clips, len(times) * step)
