"""`analyze`: the stages composed, frame by frame; the only place where they all meet.

video -> faces -> clips -> model -> steady scores -> recording, a chain of generators: one decoded
frame in memory at a time, and per person the third of a second that the flow window
needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import process_time
from typing import Any, TypeVar

import numpy as np

from facs.crops.clips import ClipMaker, FaceClip
from facs.errors import FacsError, NoFramesError, UnreadableVideoError
from facs.faces.face import Face
from facs.faces.landmarks import Landmarker
from facs.faces.track import FaceTracker, TrackOptions
from facs.network.predict import Model, Scores, checksum_of, wants_motion
from facs.network.steady import Place, steadied
from facs.network.weights import load_model
from facs.options import AnalyzeOptions, options_of
from facs.overlap import ahead, batched, overlapped
from facs.pixels import gray_of
from facs.recorder import RecordingBuilder, Row
from facs.recording import ModelInfo, Recording
from facs.video import Frame, Video, open_video

__all__ = ["AnalyzeOptions", "analyze"]

Progress = Callable[[int, "int | None"], None]
T = TypeVar("T")


@dataclass
class Stopwatch:
    """CPU seconds spent in each stage, where somebody asked for them.

    They are those of the process: stages that overlap would count each other's.
    """

    seconds: dict[str, float] = field(default_factory=dict)

    def through(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """Pass items on and count the CPU time of making them."""
        iterator = iter(items)
        while True:
            start = process_time()
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                spent = process_time() - start
                self.seconds[stage] = self.seconds.get(stage, 0.0) + spent
            yield item

    def call(self, stage: str, work: Callable[..., T], *arguments: Any) -> T:
        """Run one piece of work and count its CPU time."""
        start = process_time()
        try:
            return work(*arguments)
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + process_time() - start


def analyze(
    source: Any,
    *,
    model: str | Path | Model | None = None,
    options: AnalyzeOptions | None = None,
    progress: Progress | None = None,
    stopwatch: Stopwatch | None = None,
    journal: str | Path | None = None,
    **changes: Any,
) -> Recording:
    """Say, for every frame and every person, which facial muscles moved.

    Parameters
    ----------
    source : path, array, camera number, open capture, or iterable of `Frame`
        A video, a picture, a folder of pictures, ...: see `facs.video.open_video`.
    model : str, Path or Model, optional
        A shipped name, the path of an ONNX file, or an open model.
    options : AnalyzeOptions, optional
    progress : callable, optional
        Called with (frames so far, frames expected or None) after every frame.
    stopwatch : Stopwatch, optional
        Collects the CPU time of each stage.
    journal : str or Path, optional
        A new file for rows that are done, so that memory stays flat over hours;
        `facs.recovery.recover` makes a recording of what a process left in it.
    **changes
        Fields of `AnalyzeOptions`, for short: ``analyze("a.mp4", stop=10)``.

    Returns
    -------
    Recording
        One row for every decoded frame and every person. A person who was not seen
        in a frame is NaN there, with a reason. Nobody in the video is no error.

    Raises
    ------
    VideoError
        If no picture can be decoded from the source.
    NoFramesError
        If none of its frames lies from `start` to `stop`.
    InputError, ModelError
        If an option or the model has the wrong form.
    OutputError
        If the journal cannot be written.

    Examples
    --------
    >>> import numpy as np
    >>> analyze(np.zeros((3, 96, 128, 3), np.uint8), rate=25)
    <Recording of array: 3 frames, 0.1 s, nobody found>
    """
    chosen = options_of(options, changes)
    watch = stopwatch or Stopwatch()
    scorer = _model(model, chosen)
    with (
        open_video(
            source, start=chosen.start, stop=chosen.stop, rate=chosen.rate, threads=chosen.threads
        ) as video,
        RecordingBuilder(video.name, video.size, video.rate, _info(scorer), journal) as builder,
    ):
        absence = _analyze_frames(video, scorer, builder, chosen, watch, progress)
        if not len(builder):
            builder.discard()
            raise _nothing(video)
        del scorer  # hours of rows want the memory that the model had
        return builder.build(damage=video.damage, notes=(*video.notes, *absence))


def _nothing(video: Video) -> FacsError:
    """Why there is nothing to make a recording of."""
    if not video.missed:
        return UnreadableVideoError(f"{video.name}: wanted pictures, got none")
    damage = f"; damaged: {video.damage}" if video.damage else ""
    return NoFramesError(f"{video.name}: {video.missed}{damage}")


def _analyze_frames(
    video: Video,
    model: Model,
    builder: RecordingBuilder,
    options: AnalyzeOptions,
    watch: Stopwatch,
    progress: Progress | None,
) -> tuple[str, ...]:
    """Fill the recording; say why nobody may have been found, if nobody was."""
    stages = Stages(_tracker(options), _clip_maker(model, options), builder, watch)

    def scored(batch: list[FaceClip]) -> Scores:
        return watch.call("network", model, batch)

    # Closed before the video is, which cannot be while another thread decodes.
    with closing(ahead(watch.through("decode", video), options.threads)) as decoded:
        frames = _reported(decoded, video, progress)
        batches = batched(stages.clips(frames), options.batch)
        told = overlapped(scored, batches, options.threads)
        for places, scores in _over_time(told, model, options):
            stages.record(places, scores)
    return stages.tracker.why_nobody()


def _over_time(
    told: Iterable[tuple[list[FaceClip], Scores]], model: Model, options: AnalyzeOptions
) -> Iterable[tuple[Sequence[FaceClip | Place], Scores]]:
    return steadied(told, model.spec) if options.steady else told


def _model(model: str | Path | Model | None, options: AnalyzeOptions) -> Model:
    if hasattr(model, "spec") and callable(model):
        return model
    return load_model(model, motion=options.motion, threads=options.threads)


def _tracker(options: AnalyzeOptions) -> FaceTracker:
    track = TrackOptions(max_people=options.max_people)
    return FaceTracker(track, options.detector, Landmarker(threads=options.threads))


def _clip_maker(model: Model, options: AnalyzeOptions) -> ClipMaker:
    spec = model.spec
    motion = options.motion and wants_motion(model)
    return ClipMaker(spec.slots, spec.slot_seconds, spec.crop_size, motion)


def _info(model: Model) -> ModelInfo:
    spec = model.spec
    return ModelInfo(
        spec.name,
        spec.version,
        spec.licence,
        spec.training,
        spec.units,
        np.asarray(spec.on, np.float32),
        np.asarray(spec.off, np.float32),
        checksum_of(model),
        spec.sided,
    )


def _reported(frames: Iterable[Frame], video: Video, progress: Progress | None) -> Iterator[Frame]:
    for count, frame in enumerate(frames, 1):
        yield frame
        if progress is not None:
            progress(count, video.frames_expected)


@dataclass(frozen=True)
class Stages:
    """The two stages between frames and clips, and what waits for its scores."""

    tracker: FaceTracker
    maker: ClipMaker
    builder: RecordingBuilder
    watch: Stopwatch
    waiting: dict[tuple[int, int], Row] = field(default_factory=dict, init=False)

    def clips(self, frames: Iterable[Frame]) -> Iterator[FaceClip]:
        """Frames in, clips out; what is known before scoring is recorded on the way."""
        for frame in frames:
            height, width = frame.image.shape[:2]
            index = self.builder.add_frame(frame.time, (width, height))
            gray = gray_of(frame.image)
            faces = self.watch.call("faces", self.tracker.update, gray, frame.time)
            for face in faces:
                self._note(face, index)
            scorable = [face for face in faces if not face.reason]
            ready = self.maker.add(gray, index, frame.time, scorable)
            yield from self.watch.through("crops", ready)
        yield from self.maker.finish()

    def _note(self, face: Face, index: int) -> None:
        row = _row(face)
        self.builder.add(face.track, index, row)
        if not face.reason:
            self.waiting[face.track, index] = row

    def record(self, places: Sequence[FaceClip | Place], scores: Scores) -> None:
        """Add scores to the rows of their frames."""
        for i, place in enumerate(places):
            row = replace(
                self.waiting.pop((place.track, place.index)),
                stream="fused" if scores.fused[i] else "spatial",
                probability=scores.probability[i],
                intensity=scores.intensity[i],
                left=scores.left[i],
                right=scores.right[i],
                left_intensity=scores.left_intensity[i],
                right_intensity=scores.right_intensity[i],
            )
            self.builder.add(place.track, place.index, row)


def _row(face: Face) -> Row:
    return Row(
        box=face.box,
        landmarks=face.landmarks,
        pose=face.pose,
        score=face.score,
        quality=face.quality,
        reason=face.reason,
    )
