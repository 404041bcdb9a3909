"""Frames from a camera, timed as they arrive."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from facs.errors import CameraError, InputError
from facs.video.frame import Image, describe
from facs.video.memory import as_rgb
from facs.video.opencv import quiet_opencv
from facs.video.source import Shot, Source

__all__ = ["CameraSource"]

WARM_UP_READS: Final = 10
"""Reads that may fail before the first picture: cameras take a moment to start."""


class CameraSource(Source):
    """An OpenCV capture, whose pictures are timed as they arrive.

    A camera number is opened and released here; an open object with ``read()``
    stays the caller's. Times are seconds since opening, from the monotonic clock.
    """

    def __init__(self, camera: Any) -> None:
        if isinstance(camera, io.IOBase):
            raise InputError("wanted a path or a camera, got an open file: give its path")
        self._ours = isinstance(camera, int)
        self.name = f"camera {camera}" if self._ours else "open camera"
        self._capture = _open(camera) if self._ours else camera
        self._opened = time.monotonic()
        if not self._answers():
            raise CameraError(f"{self.name}: the capture is not open")
        if not self._ours and self._reads_a_file():
            raise InputError(
                "wanted a path or a camera, got a capture that reads a file, whose own times it "
                "does not tell: give its path"
            )

    def _answers(self) -> bool:
        is_open = getattr(self._capture, "isOpened", None)
        return is_open is None or bool(is_open())

    def _reads_a_file(self) -> bool:
        """Whether it knows how many frames there will be, as no camera does."""
        import cv2

        if not isinstance(self._capture, cv2.VideoCapture):
            return False
        return self._capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0

    def __iter__(self) -> Iterator[Shot]:
        index = 0
        patience = WARM_UP_READS
        while True:
            image = self._read()
            if image is not None:
                yield Shot(index, time.monotonic() - self._opened, lambda i=image: i)  # type: ignore[misc]
                index += 1
            elif index > 0:
                break
            elif (patience := patience - 1) == 0:
                raise CameraError(f"{self.name} is open but gives no picture: is it in use?")
        if self._ours:
            seconds = time.monotonic() - self._opened
            self.damage = f"{self.name} stopped after {seconds:.3f} s ({index} frames)"

    def _read(self) -> Image | None:
        answer = self._capture.read()
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise InputError(
                f"wanted read() to answer (ok, image) as cv2.VideoCapture does, "
                f"got {type(answer).__name__}"
            )
        ok, picture = answer
        return _bgr_to_rgb(picture) if ok else None

    def close(self) -> None:
        """Release the camera if it was opened here."""
        if self._ours:
            self._capture.release()


def _bgr_to_rgb(picture: Any) -> Image:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8:
        raise InputError(f"wanted camera pictures of uint8, got {describe(picture)}")
    rgb = picture[..., ::-1] if picture.ndim == 3 else as_rgb(picture)
    return np.ascontiguousarray(rgb)


def _open(number: int) -> Any:
    import cv2

    if number < 0:
        raise InputError(f"wanted a camera number of 0 or more, got {number}")
    with quiet_opencv():
        capture = cv2.VideoCapture(number)
    if not capture.isOpened():
        capture.release()
        raise CameraError(
            f"camera {number} does not answer: check that it is plugged in, not used by "
            "another program, and that this program may use it"
        )
    return capture
