"""Why nobody was found in a film, where the film itself shows a reason."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.faces.detect import Detector
from facs.faces.landmarks import Landmarker

__all__ = ["SURE", "Absence"]

Gray = NDArray[np.uint8]

DARK: Final = 25.0
"""Mean grey level below which a film is dark."""

BRIGHT: Final = 185.0
"""Mean grey level above which a film is very bright: it may be overexposed, or a negative."""

SURE: Final = 0.85
"""The landmark network's score of a face from which a track begins."""


class Absence:
    """Watches frames without faces, and says what may be wrong with the film.

    One frame is kept: the first, and then the one at each doubling of their number, so that
    it comes from the second half of the film.

    Examples
    --------
    >>> absence = Absence()
    >>> absence.see(np.zeros((48, 64), np.uint8))
    >>> absence.reasons(lambda gray: np.zeros((0, 4), np.float32), None)
    ('nobody was found, and it is dark: mean light 0 of 255',)
    """

    def __init__(self) -> None:
        self._frames = 0
        self._light = 0.0
        self._kept: Gray | None = None

    def see(self, gray: Gray) -> None:
        """Take a frame (H, W) in which nobody is."""
        self._frames += 1
        self._light += float(gray[::8, ::8].mean())  # a sixty-fourth of the pixels is enough
        if self._frames & (self._frames - 1) == 0:
            self._kept = gray

    def reasons(self, detect: Detector, locate: Landmarker | None) -> tuple[str, ...]:
        """What may be the reason, one sentence each; none where nothing is unusual."""
        if self._kept is None:
            return ()
        light = self._light / self._frames
        if light < DARK:
            return (f"nobody was found, and it is dark: mean light {light:.0f} of 255",)
        said = []
        if light > BRIGHT:
            said.append(f"nobody was found, and it is very bright: mean light {light:.0f} of 255")
        if degrees := self._turned(self._kept, detect, locate):
            said.append(
                "nobody was found, but faces are if the picture is turned by "
                f"{degrees} degrees clockwise"
            )
        return tuple(said)

    def _turned(self, gray: Gray, detect: Detector, locate: Landmarker | None) -> int | None:
        """By how many degrees the picture has to be turned to have faces in it."""
        for quarters in (2, 1, 3):
            turned = np.ascontiguousarray(np.rot90(gray, -quarters))
            for box in detect(turned):
                if locate is None or locate.from_box(turned, box).score >= SURE:
                    return 90 * quarters
        return None
