"""Frames of a video file, decoded in order by PyAV (see docs/decisions/0003)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from facs.errors import InputError, UnreadableVideoError
from facs.video.completeness import cut_short
from facs.video.losses import Losses
from facs.video.opening import best_stream, limits, open_container
from facs.video.paths import printable
from facs.video.rates import FAST, believed, has_times, measured, rate_of, rate_of_raw
from facs.video.showing import Showing
from facs.video.source import DEFAULT_RATE, Shot, Source, as_rate
from facs.video.stamps import Stamps
from facs.video.suspects import Suspects

if TYPE_CHECKING:
    from av import VideoFrame
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

__all__ = ["ContainerSource"]

Decoded = tuple["VideoFrame", float | None]
"""A frame, and its time in seconds if the container says one."""


class ContainerSource(Source):
    """The best video stream of a file.

    The first frame is decoded on opening, so that a file without pictures is
    refused at once and `size` is that of an upright picture.
    """

    def __init__(self, path: Path, threads: int, rate: float | Fraction | None = None) -> None:
        self._path, self.name = path, printable(path)
        self._cut = cut_short(path)
        self._container = open_container(path, self.name)
        self._losses = Losses()
        try:
            self._stream = best_stream(self._container, self.name)
            self._raw_rate = self._rate_without_times(rate)
            self._set_up_decoder(threads)
            self._stamps = Stamps(self._stream)
            self._start = self._stream.start_time
            self._decoded = self._decode()
            self._first: Decoded | None = self._first_frame()
            self._describe(self._first[0])
        except BaseException:
            self.close()
            raise

    def _rate_without_times(self, rate: float | Fraction | None) -> Fraction | None:
        """Frames per second of a raw stream, whose frames are counted; None for all others."""
        self._rate_given = rate is not None
        if not has_times(self._container):
            return as_rate(rate) if self._rate_given else rate_of_raw(self._stream)
        if self._rate_given:
            raise InputError(
                f"rate is for pictures, arrays and raw streams; {self.name} has its own times"
            )
        return None

    def _set_up_decoder(self, threads: int) -> None:
        decoder = self._stream.codec_context
        decoder.options = limits()
        decoder.thread_count = threads
        if threads > 1:
            decoder.thread_type = "AUTO"

    @property
    def damage(self) -> str | None:  # type: ignore[override]
        """What could not be decoded so far."""
        return self._losses.sentence

    @property
    def notes(self) -> tuple[str, ...]:  # type: ignore[override]
        """What is unusual about the file, and what was so far."""
        return self._oddities + self._showing.turned

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _describe(self, first: VideoFrame) -> None:
        stream = self._stream
        self.rate = self._raw_rate or self._believed(rate_of(stream))
        self.frames_expected = stream.frames or self._frames_by_duration()
        self._showing = Showing(self.name, first, stream.sample_aspect_ratio)
        self.size = self._showing.size
        self._oddities = tuple(self._unusual(first))

    def _believed(self, told: Fraction | None) -> Fraction | None:
        """The rate, counted in a second look at the file where it is faster than cameras are."""
        if told is None or told <= FAST:
            return told
        with open_container(self._path, self.name) as again:
            return believed(told, measured(again, self._stream.index))

    def _frames_by_duration(self) -> int | None:
        microseconds = self._container.duration
        if microseconds is None or self.rate is None:
            return None
        return max(1, round(microseconds / 1_000_000 * self.rate))

    def _unusual(self, first: VideoFrame) -> Iterator[str]:
        late = self._later_than_sound()
        if late > 0.5 / float(self.rate or DEFAULT_RATE):
            yield (
                f"the picture begins {late:.3f} s after the sound: times count from the first "
                f"picture; add {late:.3f} s for a player's clock"
            )
        streams = len(self._container.streams.video)
        if streams > 1:
            yield f"{streams} video streams: stream {self._stream.index} is read"
        if first.interlaced_frame:
            yield "interlaced: left as stored"
        yield from self._showing.notes
        if self._raw_rate and not self._rate_given:
            yield (
                f"the file has no times: {float(self._raw_rate):.6g} frames a second were "
                "assumed; give its rate (--rate) if it has another"
            )

    def _later_than_sound(self) -> float:
        """Seconds by which the picture begins later; a player's clock begins with the earlier."""
        picture, sounds = _start_of(self._stream), map(_start_of, self._container.streams.audio)
        known = [start for start in sounds if start is not None]
        return picture - min(known) if picture is not None and known else 0.0

    def _first_frame(self) -> Decoded:
        first = next(self._decoded, None)
        if first is None:
            raise UnreadableVideoError(
                f"{self.name}: no picture can be decoded: the file is cut short or damaged"
            )
        return first

    def __iter__(self) -> Iterator[Shot]:
        for index, (frame, seconds) in enumerate(self._in_order()):
            yield Shot(index, seconds, self._showing.picture_of(frame, index))

    def _in_order(self) -> Iterator[Decoded]:
        first, self._first = self._first, None  # so that it is not kept in memory
        if first is not None:
            yield first
        del first
        yield from self._decoded

    def _time_of(self, frame: VideoFrame) -> float | None:
        if self._raw_rate:
            return float(self._losses.frames / self._raw_rate)
        return self._seconds(self._stamps.of(frame))

    def _seconds(self, stamp: int | None) -> float | None:
        """Convert ticks of the stream to seconds since its start."""
        if stamp is None or self._stream.time_base is None:
            return None
        if self._start is None:
            self._start = stamp
        return float((stamp - self._start) * self._stream.time_base)

    def _decode(self) -> Iterator[Decoded]:
        from av.error import FFmpegError

        for packet in self._packets():
            self._stamps.sent(packet)
            try:
                frames = self._stream.codec_context.decode(packet)
            except FFmpegError:
                self._stamps.lost(packet)
                self._losses.packet()
                continue
            for frame in frames:
                seconds = self._time_of(frame)
                self._losses.frame(seconds, bool(frame.is_corrupt))
                yield frame, seconds
        self._losses.end(self._cut)

    def _packets(self) -> Iterator[Packet[VideoStream] | None]:
        """Give every packet of the stream, then None, which empties the decoder.

        Empty packets, which AVI has where nothing new is shown, would empty it too early.
        """
        from av.error import FFmpegError

        suspects = Suspects()
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except FFmpegError:
                self._losses.packet()
                break
            self._losses.broken(suspects.see(packet))
            if packet.size:
                yield packet
        self._losses.broken(suspects.end())
        yield None


def _start_of(stream: Stream) -> float | None:
    """When a stream begins, in seconds of the container's own clock."""
    start, tick = stream.start_time, stream.time_base
    return None if start is None or tick is None else float(start * tick)
