"""The source again, with what was measured drawn into it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.files import atomic, keep_sources
from facs.outputs.drawing import draw_overlay
from facs.outputs.encoding import Encoder
from facs.outputs.given import check_recording
from facs.outputs.rates import usual_rate
from facs.outputs.views import views_at

if TYPE_CHECKING:
    from facs.recording import Recording
    from facs.video import Frame

__all__ = ["overlay_picture", "write_overlay"]

Image = NDArray[np.uint8]

SAME_TIME: Final = 0.0005
"""Seconds by which the time of a frame and that of its row may differ."""


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
        For what carries no time, as it was when it was analysed.
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
        If the file cannot be written, or is the source; what was at `path` then stays as it was.
    """
    check_recording(recording)
    from facs.video import open_video

    keep_sources(path, source)
    if Path(path).suffix.lower() != ".mp4":
        raise InputError(f"wanted a name that ends in .mp4, got {path}")
    if len(recording) == 0:
        raise InputError(f"the recording of {recording.source} has no frames to draw")
    start = float(recording.times[0]) - SAME_TIME
    with (
        atomic(path) as partial,
        open_video(source, start=start, rate=rate) as video,
        Encoder(partial, usual_rate(recording)) as encoder,
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
