"""Why nobody was found in a film, where the film itself shows a reason."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

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

    Examples
    --------
    >>> absence = Absence()
    >>> absence.see(np.zeros((48, 64), np.uint8))
    >>> absence.reasons()
    ('nobody was found, and it is dark: mean light 0 of 255',)
    """

    def __init__(self) -> None:
        self._frames = 0
        self._light = 0.0

    def see(self, gray: Gray) -> None:
        """Take a frame (H, W) in which nobody is."""
        self._frames += 1
        self._light += float(gray[::8, ::8].mean())  # a sixty-fourth of the pixels is enough

    def reasons(self) -> tuple[str, ...]:
        """What may be the reason, one sentence each; none where nothing is unusual."""
        if not self._frames:
            return ()
        light = self._light / self._frames
        if light < DARK:
            return (f"nobody was found, and it is dark: mean light {light:.0f} of 255",)
        if light > BRIGHT:
            return (f"nobody was found, and it is very bright: mean light {light:.0f} of 255",)
        return ()
