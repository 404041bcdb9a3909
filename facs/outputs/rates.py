"""How many frames a second there usually are, for formats that want one number."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from facs.video.source import as_rate

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["usual_rate"]

NEAR: Final = 0.05
"""Share by which the rate of a container may differ from the usual one and is kept, exactly."""


def usual_rate(recording: Recording) -> Fraction | None:
    """Frames per second while the film runs: `recording.rate` is an average over its holes too.

    From the steps that are about as long as the median one. None where there are no two frames.

    Examples
    --------
    >>> from facs.recording import Recording
    >>> times = np.array([0.0, 0.04, 0.08, 0.12, 3600.0])
    >>> usual_rate(Recording("a.mp4", None, Fraction(5, 3600), times, ()))
    Fraction(25, 1)
    """
    steps = np.diff(recording.times)
    if not len(steps):
        return recording.rate
    median = np.quantile(steps, 0.5, method="lower")  # one of the steps, so that one is near
    near = steps[(steps > median / 2) & (steps < median * 1.5)]
    usual = 1 / float(near.mean())
    if recording.rate and abs(float(recording.rate) / usual - 1) < NEAR:
        return recording.rate
    return as_rate(usual)
