"""Frames of a video file, decoded in order by PyAV (see docs/decisions/0003)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from facs.errors import UnreadableVideoError
from facs.video.completeness import missing_bytes
from facs.video.frame import Image, check_size
from facs.video.losses import Losses
from facs.video.opening import best_stream, limits, open_container
from facs.video.paths import printable
from facs.video.rates import FAST, believed, measured
from facs.video.source import DEFAULT_RATE, Shot, Source
from facs.video.stamps import Stamps
from facs.video.upright import turn_of

if TYPE_CHECKING:
    from av import VideoFrame
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

__all__ = ["ContainerSource"]

HIGH_DYNAMIC_RANGE: Final = frozenset({16, 18})
"""Transfer characteristics PQ and HLG (ITU-T H.273, table 3), which phones record."""

Decoded = tuple["VideoFrame", float | None]
"""A frame, and its time in seconds if the container says one."""


class ContainerSource(Source):
    """The best video stream of a file.

    The first frame is decoded on opening, so that a file without pictures is
    refused at once and `size` is that of an upright picture.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self._path, self.name = path, printable(path)
        self._missing = missing_bytes(path)
        self._container = open_container(path, self.name)
        self._losses = Losses()
        try:
            self._stream = best_stream(self._container, self.name)
            self._set_up_decoder(threads)
            self._stamps = Stamps(self._stream)
            self._start = self._stream.start_time
            self._decoded = self._decode()
            self._first: Decoded | None = self._first_frame()
            self._describe(self._first[0])
        except BaseException:
            self.close()
            raise

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

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _describe(self, first: VideoFrame) -> None:
        stream = self._stream
        self.rate = self._believed(stream.average_rate or stream.guessed_rate or None)
        self.frames_expected = stream.frames or self._frames_by_duration()
        self._rotation, self._turn = first.rotation, turn_of(first)
        self.size = self._turn.size(first.width, first.height)
        self.notes = tuple(self._oddities(first))

    def _believed(self, told: Fraction | None) -> Fraction | None:
        """The rate, counted in a second look at the file where it is faster than cameras are."""
        if told is None or told <= FAST:
            return told
        with _open(self._path, self.name) as again:
            return believed(told, measured(again, self._stream.index))

    def _frames_by_duration(self) -> int | None:
        microseconds = self._container.duration
        if microseconds is None or self.rate is None:
            return None
        return max(1, round(microseconds / 1_000_000 * self.rate))

    def _oddities(self, first: VideoFrame) -> Iterator[str]:
        late = self._later_than_sound()
        if late > 0.5 / float(self.rate or DEFAULT_RATE):
            yield (
                f"the picture begins {late:.3f} s after the sound: times count from the first "
                f"picture; add {late:.3f} s for a player's clock"
            )
        streams = len(self._container.streams.video)
        if streams > 1:
            yield f"{streams} video streams: stream {self._stream.index} is read"
        shape = self._stream.sample_aspect_ratio
        if shape and shape != 1:
            yield f"pixels are {shape.numerator}:{shape.denominator}, not square: left as stored"
        if not self._turn.exact:
            yield "to be shown at an angle that is no right angle: turned to the nearest one"
        if first.interlaced_frame:
            yield "interlaced: left as stored"
        if getattr(first, "color_trc", 0) in HIGH_DYNAMIC_RANGE:
            yield "high dynamic range: colors are paler than they should be"

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
            yield Shot(index, seconds, lambda f=frame: self._picture(f))  # type: ignore[misc]

    def _in_order(self) -> Iterator[Decoded]:
        first, self._first = self._first, None  # so that it is not kept in memory
        if first is not None:
            yield first
        del first
        yield from self._decoded

    def _seconds(self, stamp: int | None) -> float | None:
        """Convert ticks of the stream to seconds since its start."""
        if stamp is None or self._stream.time_base is None:
            return None
        if self._start is None:
            self._start = stamp
        return float((stamp - self._start) * self._stream.time_base)

    def _picture(self, frame: VideoFrame) -> Image:
        check_size(self.name, frame.width, frame.height)
        image: Any = frame.to_ndarray(format="rgb24")
        if frame.rotation != self._rotation:  # turned while recording
            self._rotation, self._turn = frame.rotation, turn_of(frame)
        return self._turn.apply(image)

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
                seconds = self._seconds(self._stamps.of(frame))
                self._losses.frame(seconds, bool(frame.is_corrupt))
                yield frame, seconds
        self._losses.end(self._missing)

    def _packets(self) -> Iterator[Packet[VideoStream] | None]:
        """Give every packet of the stream, then None, which empties the decoder.

        Empty packets, which AVI has where nothing new is shown, would empty it too early.
        """
        from av.error import FFmpegError

        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except FFmpegError:
                self._losses.packet()
                break
            if packet.size:
                yield packet
        yield None


def _start_of(stream: Stream) -> float | None:
    """When a stream begins, in seconds of the container's own clock."""
    start, tick = stream.start_time, stream.time_base
    return None if start is None or tick is None else float(start * tick)
