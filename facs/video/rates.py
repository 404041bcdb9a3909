"""How many frames a second has, where a file says something that no camera does."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from facs.video.source import as_rate

if TYPE_CHECKING:
    from av.container import InputContainer

__all__ = ["FAST", "believed", "measured"]

FAST: Final = 120
"""Frames per second; more are believed only where the times of the frames agree."""

DISAGREE: Final = 2
"""How many times too fast a rate must be to be none; times that vary make it a little wrong."""


def measured(container: InputContainer, index: int) -> Fraction | None:
    """Frames per second of a stream by the times of its packets; None where these do not tell.

    The container is read to its end.
    """
    from av.error import FFmpegError

    stamps: list[int] = []
    try:
        for packet in container.demux(container.streams[index]):
            stamp = packet.dts if packet.pts is None else packet.pts
            if packet.size and stamp is not None:
                stamps.append(stamp)
    except FFmpegError:  # a file that is cut short: so far
        pass
    tick = container.streams[index].time_base
    if len(stamps) < 2 or tick is None or max(stamps) == min(stamps):
        return None
    return as_rate((len(stamps) - 1) / ((max(stamps) - min(stamps)) * tick))


def believed(told: Fraction, counted: Fraction | None) -> Fraction:
    """The rate that a file tells, exactly, or the counted one where that is far slower.

    Browsers record films whose rate FFmpeg takes for that of the clock, a thousand a second.

    Examples
    --------
    >>> believed(Fraction(1000), Fraction(57, 2)), believed(Fraction(240), Fraction(239))
    (Fraction(57, 2), Fraction(240, 1))
    """
    return counted if counted is not None and told > DISAGREE * counted else told
