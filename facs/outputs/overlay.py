"""The source again, with what was measured drawn into it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError, OutputError
from facs.files import atomic
from facs.outputs.drawing import draw_overlay
from facs.outputs.views import views_at

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from facs.recording import Recording
    from facs.video import Frame

__all__ = ["overlay_picture", "write_overlay"]

Image = NDArray[np.uint8]

CLOCK: Final = Fraction(1, 90_000)
"""Seconds. Times in the video are multiples of this, as in MPEG transport streams."""

SAME_TIME: Final = 0.0005
"""Seconds by which the time of a frame and that of its row may differ."""

_BT709: Final = 1  # the code of ITU-R BT.709 in H.264; also of limited range in FFmpeg


def overlay_picture(recording: Recording, frame: Frame) -> Image:
    """Draw what was measured in one frame, at its time.

    Parameters
    ----------
    recording : Recording
    frame : Frame
        A frame of the source of the recording.

    Returns
    -------
    array, shape (H, W, 3), uint8 RGB
        Larger than the frame: there is a panel at the right. See
        `facs.outputs.drawing.draw_overlay`.

    Raises
    ------
    InputError
        If the recording has no row at the time of the frame.

    Examples
    --------
    >>> from facs.recording import Recording
    >>> from facs.video import Frame
    >>> recording = Recording("a.mp4", (640, 480), None, np.array([0.0]), ())
    >>> overlay_picture(recording, Frame(0, 0.0, np.zeros((480, 640, 3), np.uint8))).shape
    (480, 900, 3)
    """
    return _draw(recording, _row_at(recording, frame.time), frame.image)


def write_overlay(
    recording: Recording,
    source: Any,
    path: str | os.PathLike[str],
    *,
    rate: float | Fraction | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the source as an H.264 video with what was measured drawn into it.

    Parameters
    ----------
    recording : Recording
    source : anything that `facs.video.open_video` opens
        What the recording was made from.
    path : str or path, ending in .mp4
        Frames keep their own spacing in time; the first is at 0 s of the new
        video, and the time in the source is written beside the picture.
    rate : float or Fraction, frames per second, optional
        For pictures and arrays, as it was when they were analysed.
    progress : callable, optional
        Is told the number of frames that are written, and of all.

    Raises
    ------
    InputError
        If the name does not end in .mp4, the recording is empty, or the source
        is another than that of the recording.
    VideoError
        If the source cannot be read any more.
    OutputError
        If the file cannot be written; what was at `path` then stays as it was.
    """
    from facs.video import open_video

    if Path(path).suffix.lower() != ".mp4":
        raise InputError(f"wanted a name that ends in .mp4, got {path}")
    if len(recording) == 0:
        raise InputError(f"the recording of {recording.source} has no frames to draw")
    start = float(recording.times[0]) - SAME_TIME
    with (
        atomic(path) as partial,
        open_video(source, start=start, rate=rate) as video,
        _Encoder(partial, recording.rate) as encoder,
    ):
        for row, frame in _paired(recording, iter(video)):
            encoder.write(_draw(recording, row, frame.image), float(recording.times[row]))
            if progress is not None:
                progress(row + 1, len(recording))


def _draw(recording: Recording, row: int, image: Image) -> Image:
    caption = f"{recording.times[row]:.3f} s   frame {row}"
    return draw_overlay(image, views_at(recording, row), caption)


def _row_at(recording: Recording, time: float) -> int:
    if len(recording):
        row = int(np.argmin(np.abs(recording.times - time)))
        if abs(recording.times[row] - time) <= SAME_TIME:
            return row
    raise InputError(f"the recording of {recording.source} has no frame at {time:.3f} s")


def _paired(recording: Recording, frames: Iterator[Frame]) -> Iterator[tuple[int, Frame]]:
    """Rows and their frames, in order; refuses frames of something else."""
    for row, time in enumerate(recording.times):
        frame = next(frames, None)
        if frame is None or abs(frame.time - time) > SAME_TIME:
            came = "its end" if frame is None else f"a frame at {frame.time:.3f} s"
            raise InputError(
                f"wanted the source of the recording ({recording.source}), with a frame "
                f"at {time:.3f} s; got {came}"
            )
        yield row, frame


class _Encoder:
    """An H.264 video that is written picture by picture; the first sets the size."""

    def __init__(self, path: Path, rate: Fraction | None) -> None:
        self._path = path
        self._rate = rate or Fraction(30)
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._start = 0.0

    def __enter__(self) -> _Encoder:
        import av

        with _encoding_errors():
            # The index goes first, so that a browser can play before it has the whole file.
            self._container = av.open(
                str(self._path), "w", format="mp4", options={"movflags": "+faststart"}
            )
        return self

    def write(self, image: Image, time: float) -> None:
        import av

        assert self._container is not None
        if self._stream is None:
            self._stream, self._start = self._open_stream(self._container, image), time
        wanted = (self._stream.height, self._stream.width)
        frame = av.VideoFrame.from_ndarray(_fitted(image, wanted), format="rgb24")
        with _encoding_errors():
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
            frame.pts, frame.time_base = round((time - self._start) / CLOCK), CLOCK
            self._container.mux(self._stream.encode(frame))

    def _open_stream(self, container: OutputContainer, image: Image) -> VideoStream:
        import av

        if "libx264" not in av.codecs_available:
            raise OutputError("this PyAV has no libx264: install the ready-made package av")
        options = {"crf": "20", "preset": "veryfast"}
        stream = container.add_stream("libx264", rate=self._rate, options=options)
        stream.height, stream.width = image.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = CLOCK
        for name in ("colorspace", "color_primaries", "color_trc", "color_range"):
            setattr(stream.codec_context, name, _BT709)
        return stream

    def __exit__(self, kind: object, *_: object) -> None:
        assert self._container is not None
        try:
            if kind is None and self._stream is not None:
                with _encoding_errors():
                    self._container.mux(self._stream.encode(None))
        finally:
            with _encoding_errors():
                self._container.close()


@contextmanager
def _encoding_errors() -> Iterator[None]:
    """Give errors of FFmpeg our own name; those of the disk are named by `atomic`."""
    import av

    try:
        yield
    except OSError:
        raise
    except av.FFmpegError as error:
        raise OutputError(f"cannot encode the video: {error}") from error


def _fitted(image: Image, size: tuple[int, int]) -> Image:
    """Fit the picture in `size` (height, width); only folders of pictures need this."""
    if image.shape[:2] == size:
        return image
    import cv2

    scale = min(size[0] / image.shape[0], size[1] / image.shape[1])
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    sheet = np.zeros((*size, 3), np.uint8)
    sheet[:height, :width] = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return sheet
