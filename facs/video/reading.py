"""`open_video`: one door for every source, and the `Video` behind it."""

from __future__ import annotations

import math
import os
from collections.abc import Generator, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from facs.errors import InputError, VideoError
from facs.video.camera import CameraSource
from facs.video.clock import Clock
from facs.video.container import ContainerSource
from facs.video.frame import Frame, describe
from facs.video.memory import ArraySource, FramesSource
from facs.video.paths import require_readable
from facs.video.pictures import FolderSource, PictureSource, is_picture
from facs.video.source import DEFAULT_RATE, Source, as_rate

__all__ = ["Video", "open_video"]


def open_video(
    source: Any,
    *,
    start: float | None = None,
    stop: float | None = None,
    rate: float | Fraction | None = None,
    threads: int = 1,
) -> Video:
    """Open anything that frames come from.

    Parameters
    ----------
    source : path, array, camera number, open capture, or iterable of `Frame`
        The path of a video, of a picture (its EXIF orientation is applied) or of a
        folder of pictures (``2.png`` before ``10.png``); an array of shape
        (n, height, width, 3), (height, width, 3), or gray (n, height, width),
        (height, width), uint8 RGB; the number of a camera; an object whose
        ``read()`` answers like that of ``cv2.VideoCapture``, in BGR.
    start, stop : float, seconds, optional
        Give the frames with ``start <= time < stop``. Frames before `start` are
        decoded and skipped, never sought: so index and time stay exact.
    rate : float or Fraction, frames per second, optional
        For pictures and arrays, which carry no time (30 if not given), and raw streams
        (``.h264``, ``.mjpeg``), for which what they say themselves is assumed.
    threads : int
        Decoder threads for this video alone.

    Returns
    -------
    Video
        Use it in a ``with`` statement and iterate over it once.

    Raises
    ------
    VideoNotFoundError
        If there is nothing at the path.
    UnreadableVideoError
        If not one picture can be decoded, or a picture is larger than 16384 pixels
        a side or 134 megapixels.
    CameraError
        If the camera does not answer.
    InputError
        If an argument has another form.

    Examples
    --------
    >>> with open_video(np.zeros((4, 48, 64, 3), np.uint8), rate=25, start=0.04) as video:
    ...     print(video.size, [(frame.index, frame.time) for frame in video])
    (64, 48) [(1, 0.04), (2, 0.08), (3, 0.12)]
    """
    _check_span(start, stop)
    if not isinstance(threads, (int, np.integer)) or threads < 1:
        raise InputError(f"wanted 1 decoder thread or more, got {threads!r}")
    if rate is not None:
        as_rate(rate)
    return Video(_find_source(source, rate, int(threads)), start=start, stop=stop)


def _check_span(start: float | None, stop: float | None) -> None:
    for name, value in (("start", start), ("stop", stop)):
        if value is not None and not (_is_number(value) and not math.isnan(value)):
            raise InputError(f"wanted {name} in seconds, got {value!r}")
    if start is not None and stop is not None and start >= stop:
        raise InputError(f"wanted start before stop, got start={start} and stop={stop} seconds")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Fraction, np.integer, np.floating))


def _find_source(source: Any, rate: float | Fraction | None, threads: int) -> Source:
    if isinstance(source, (str, os.PathLike)):
        return _source_at(source, rate, threads)
    if isinstance(source, np.ndarray):
        return ArraySource(source, rate)
    number = isinstance(source, np.generic)  # one of NumPy's, such as that of a camera
    if not number and (hasattr(source, "__array__") or hasattr(source, "__array_interface__")):
        raise InputError(
            f"wanted an array of NumPy, got {describe(source)}: give np.asarray(it), uint8 RGB of "
            "shape (n, height, width, 3), and rate="
        )
    if _gives_frames(source):
        return FramesSource(source, rate)
    if rate is not None:
        raise InputError("rate is for pictures and arrays; this source has its own times")
    if isinstance(source, (int, np.integer)) and not isinstance(source, bool):
        return CameraSource(int(source))
    if hasattr(source, "read"):
        return CameraSource(source)
    raise InputError(
        "wanted a path, an array, a camera number, an open capture or frames, "
        f"got {describe(source)}"
    )


def _gives_frames(source: Any) -> bool:
    plain = isinstance(source, (bytes, bytearray)) or hasattr(source, "read")
    return isinstance(source, Iterable) and not plain


def _source_at(
    source: str | os.PathLike[str], rate: float | Fraction | None, threads: int
) -> Source:
    path = Path(require_readable(source))
    if path.is_dir():
        return FolderSource(path, rate)
    if is_picture(path):
        return PictureSource(path)
    return ContainerSource(path, threads, rate)


def _missed(start: float, stop: float, before: float | None, after: float | None) -> Iterator[str]:
    """Say where the frames are, of which none lies between start and stop."""
    if after is None and before is not None:
        yield (
            f"wanted frames from {start:g} s on, the last is at {before:.2f} s (times are seconds)"
        )
    elif before is None and after is not None:
        yield f"wanted frames before {stop:g} s, the first is at {after:.2f} s (times are seconds)"
    elif before is not None and after is not None:
        yield (
            f"wanted frames from {start:g} to {stop:g} s, there are none between those "
            f"at {before:.3f} and {after:.3f} s"
        )


class Video:
    """An open source of frames: a context manager, and an iterator that runs once.

    One decoded frame is in memory at a time. Made by `open_video`.

    Attributes
    ----------
    name : str
        The file's name, or what the source is.
    rate : Fraction or None
        Average frames per second; None where nobody can know.
    size : (width, height) or None
        Of the first picture, upright, in pixels; None until a camera or frames give one.
    """

    def __init__(
        self, source: Source, *, start: float | None = None, stop: float | None = None
    ) -> None:
        self._source = source
        self._clock = Clock(gap=float(1 / (source.rate or DEFAULT_RATE)))
        self._start = -math.inf if start is None else start
        self._stop = math.inf if stop is None else stop
        self._missed: tuple[str, ...] = ()
        self._resized: tuple[str, ...] = ()
        self._frames = self._read()
        self._closed = False
        self.name = source.name
        self.rate = source.rate
        self.size = source.size

    @property
    def frames_expected(self) -> int | None:
        """About how many frames will come: for a progress bar, never to be trusted."""
        expected, rate = self._source.frames_expected, self.rate
        if expected is None or rate is None:
            return expected
        first = max(0.0, self._start * float(rate))
        last = min(float(expected), self._stop * float(rate))
        return max(0, math.ceil(last) - math.ceil(first))

    @property
    def damage(self) -> str | None:
        """What was lost so far, and after which time and frame; None if nothing was."""
        return self._source.damage

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended or is unusual so far, one sentence each."""
        return self._source.notes + self._clock.notes + self._resized + self._missed

    @property
    def missed(self) -> str | None:
        """Where the frames are, if none lay from start to stop; None until that is known."""
        return next(iter(self._missed), None)

    def _read(self) -> Generator[Frame, None, None]:
        given = False
        before: float | None = None
        after: float | None = None
        try:
            for shot in self._source:
                time = self._clock.mend(shot.time)
                if time >= self._stop:
                    after = time
                    break
                if time >= self._start:
                    given = True
                    yield self._measured(Frame(shot.index, time, shot.picture()))
                else:
                    before = time
            if not given:
                self._missed = tuple(_missed(self._start, self._stop, before, after))
        finally:
            self._source.close()

    def _measured(self, frame: Frame) -> Frame:
        """Know the size of the first picture, and say where it changes first."""
        height, width = frame.image.shape[:2]
        before = self.size = self.size or (width, height)
        if (width, height) != before and not self._resized:
            self._resized = (
                f"pictures of {width} x {height} pixels from {frame.time:.3f} s on, "
                f"of {before[0]} x {before[1]} before: boxes are in pixels of their own frame",
            )
        return frame

    def __iter__(self) -> Video:
        return self

    def __next__(self) -> Frame:
        if self._closed:
            raise VideoError(f"{self.name} is closed: open it again with open_video")
        return next(self._frames)

    def close(self) -> None:
        """Let go of the file or camera; may be called again."""
        self._closed = True
        self._frames.close()
        self._source.close()

    def __enter__(self) -> Video:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        size = "x".join(map(str, self.size)) if self.size else "size unknown"
        rate = f"{float(self.rate):.2f} frames/s" if self.rate else "rate unknown"
        return f"Video({self.name!r}, {size}, {rate})"
