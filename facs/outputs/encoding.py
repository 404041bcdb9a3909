"""Pictures as an H.264 video that every browser and player opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import OutputError
from facs.outputs.ours import MADE_BY

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

__all__ = ["CLOCK", "Encoder"]

Image = NDArray[np.uint8]

CLOCK: Final = Fraction(1, 90_000)
"""Seconds. Times in the video are multiples of this, as in MPEG transport streams."""

_BT709: Final = 1  # the code of ITU-R BT.709 in H.264; also of limited range in FFmpeg

_OPTIONS: Final = {"crf": "20", "preset": "veryfast"}


class Encoder:
    """An H.264 video that is written picture by picture; the first sets the size.

    Parameters
    ----------
    path : Path
    rate : Fraction or None
        Frames per second, as a player shows them; every frame keeps its own time.
    options : mapping of str, optional
        Options of libx264; by default good pictures (crf 20, veryfast).
    """

    def __init__(
        self, path: Path, rate: Fraction | None, options: Mapping[str, str] = _OPTIONS
    ) -> None:
        self._path = path
        self._rate = rate or Fraction(30)
        self._options = dict(options)
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._start = 0.0

    def __enter__(self) -> Encoder:
        """Open the file."""
        import av

        with _encoding_errors():
            # The index goes first, so that a browser can play before it has the whole file.
            self._container = av.open(
                str(self._path), "w", format="mp4", options={"movflags": "+faststart"}
            )
            self._container.metadata["comment"] = MADE_BY
        return self

    def write(self, image: Image, time: float) -> None:
        """Add a picture (H, W, 3) of even sides, shown from `time` on; the first is at 0 s."""
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
        stream = container.add_stream("libx264", rate=self._rate, options=self._options)
        stream.height, stream.width = image.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = CLOCK
        for name in ("colorspace", "color_primaries", "color_trc", "color_range"):
            setattr(stream.codec_context, name, _BT709)
        return stream

    def __exit__(self, kind: object, *_: object) -> None:
        """Finish the video; after an error only close it."""
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
