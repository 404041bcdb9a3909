"""How many frames a second a file has, where it says nothing or what no camera does."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from facs.video.source import DEFAULT_RATE, as_rate

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

__all__ = ["FAST", "believed", "has_times", "measured", "rate_of", "rate_of_raw"]

FAST: Final = 120
"""Frames per second; more are believed only where the times of the frames agree."""

DISAGREE: Final = 2
"""How many times too fast a rate must be to be none; times that vary make it a little wrong."""

_NO_TIMES: Final = 0x80
"""FFmpeg's mark of formats that store pictures and no times (AVFMT_NOTIMESTAMPS)."""

PLAUSIBLE: Final = (1, 240)
"""Frames per second: what else a raw stream says are the ticks that it counts in."""

FIELDS: Final = 1.9
"""Where the average is this many times the decoder's rate, slots or fields were counted."""


def has_times(container: InputContainer) -> bool:
    """Whether the format says when a frame is shown: raw streams do not."""
    return not int(container.format.flags) & _NO_TIMES


def rate_of(stream: VideoStream) -> Fraction | None:
    """Average frames per second as the file states them; None where it does not."""
    average, guessed = stream.average_rate, stream.guessed_rate
    if average and guessed and average >= FIELDS * guessed:
        return guessed
    return average or guessed or None


def rate_of_raw(stream: VideoStream) -> Fraction:
    """Frames per second of a stream without times: what it says itself, or what FFmpeg assumes."""
    stated = stream.codec_context.framerate
    if stated and PLAUSIBLE[0] <= stated <= PLAUSIBLE[1]:
        return stated
    return stream.average_rate or DEFAULT_RATE


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
