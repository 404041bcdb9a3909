"""What a hole in time is: a step between two frames that is too long for how a film goes."""

from __future__ import annotations

from typing import Final

__all__ = ["FORGOTTEN", "HOLE", "HOLE_FRAMES", "longest_step"]

HOLE: Final = 0.25
"""Seconds, and `HOLE_FRAMES` times the usual step: a longer step than both is a hole."""
HOLE_FRAMES: Final = 5

FORGOTTEN: Final = 2.0
"""Seconds without frames, or out of sight, after which people are numbered anew."""


def longest_step(usual: float, least: float = HOLE) -> float:
    """Seconds from one frame to the next beyond which a hole lies between them.

    Parameters
    ----------
    usual : float, seconds
        From frame to frame: pictures that are minutes apart have no holes.
    least : float, seconds
        No shorter step is a hole, however close frames usually are.

    Examples
    --------
    >>> longest_step(0.04), longest_step(1.0)
    (0.25, 5.0)
    """
    return max(least, HOLE_FRAMES * usual)
