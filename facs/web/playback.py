"""A copy of what was analysed that every browser plays, frame for frame at the same times.

Browsers do not play every file, do not always find their way in one that was just recorded,
and turn rotated ones by rules of their own. The copy holds the pictures that the numbers were
measured in, and every browser shows them at the times that the numbers have. It has no sound.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from facs.files import atomic
from facs.outputs.encoding import Encoder
from facs.outputs.rates import usual_rate

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["PICTURE", "VIDEO", "write_playback"]

VIDEO: Final = "playback.mp4"
PICTURE: Final = "playback.jpg"

LONGEST: Final = 1280
"""Pixels of the longer side: what a page has room for."""

_OPTIONS: Final = {
    "crf": "23",
    "preset": "superfast",
    "g": "15",  # a picture that stands alone twice a second: a click on the timeline is instant
    "bf": "0",  # no frame waits for a later one, so that times begin at 0 without an edit list
}

Image = NDArray[np.uint8]


def write_playback(
    recording: Recording, source: Path, folder: Path, progress: Callable[[int, int], None]
) -> str | None:
    """Write the copy into `folder`; its name, or None where there is nothing to show.

    Its times begin at 0 where the recording's first frame is.
    """
    from facs.video import open_video

    if not len(recording):
        return None
    with open_video(source) as video:
        if recording.rate is None and len(recording) == 1:
            _write_picture(next(iter(video)).image, folder / PICTURE)
            return PICTURE
        with (
            atomic(folder / VIDEO) as partial,
            Encoder(partial, usual_rate(recording), _OPTIONS) as encoder,
        ):
            # The frames come in the same order as when they were analysed: row by row.
            for row, (time, frame) in enumerate(zip(recording.times, video, strict=False), 1):
                encoder.write(_small(frame.image), float(time))
                progress(row, len(recording))
    return VIDEO


def _small(image: Image) -> Image:
    """Shrink a picture to what is shown; sides become even, as the format wants them."""
    import cv2

    height, width = image.shape[:2]
    scale = min(1.0, LONGEST / max(height, width))
    size = (max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2))
    if size == (width, height):
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _write_picture(image: Image, path: Path) -> None:
    import cv2

    done, data = cv2.imencode(".jpg", cv2.cvtColor(_small(image), cv2.COLOR_RGB2BGR))
    assert done
    with atomic(path) as partial:
        partial.write_bytes(data.tobytes())
