"""Frames of a video file, decoded in order by PyAV (see docs/decisions/0003)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facs.errors import UnreadableVideoError
from facs.video.frame import MAX_PIXELS, Image, check_size
from facs.video.headers import HEIF, kind_of
from facs.video.losses import Losses
from facs.video.paths import printable
from facs.video.source import Shot, Source
from facs.video.upright import turn_of

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

__all__ = ["ContainerSource"]


class ContainerSource(Source):
    """The best video stream of a file.

    The first frame is decoded on opening, so that a file without pictures is
    refused at once and `size` is that of an upright picture.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self.name = printable(path)
        self._container = _open(path, self.name)
        self._losses = Losses()
        try:
            self._stream = _best_stream(self._container, self.name)
            self._stream.codec_context.thread_count = threads
            if threads > 1:
                self._stream.codec_context.thread_type = "AUTO"
            self._start = self._stream.start_time or 0
            self._decoded = self._decode()
            self._first: VideoFrame | None = self._first_frame()
            self._describe()
        except BaseException:
            self.close()
            raise

    @property
    def damage(self) -> str | None:  # type: ignore[override]
        """What could not be decoded so far."""
        return self._losses.sentence

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _describe(self) -> None:
        stream = self._stream
        self.rate = stream.average_rate or stream.guessed_rate or None
        self.frames_expected = stream.frames or self._frames_by_duration()
        assert self._first is not None
        self._turn = turn_of(self._first)
        self.size = self._turn.size(self._first.width, self._first.height)
        self.notes = tuple(self._oddities())

    def _frames_by_duration(self) -> int | None:
        microseconds = self._container.duration
        if microseconds is None or self.rate is None:
            return None
        return max(1, round(microseconds / 1_000_000 * self.rate))

    def _oddities(self) -> Iterator[str]:
        streams = len(self._container.streams.video)
        if streams > 1:
            yield f"{streams} video streams: stream {self._stream.index} is read"
        shape = self._stream.sample_aspect_ratio
        if shape and shape != 1:
            yield f"pixels are {shape.numerator}:{shape.denominator}, not square: left as stored"
        if not self._turn.exact:
            yield "turned by an angle that is no right angle: turned to the nearest one"

    def _first_frame(self) -> VideoFrame:
        first = next(self._decoded, None)
        if first is None:
            raise UnreadableVideoError(
                f"{self.name}: no picture can be decoded; the file is cut short or damaged"
            )
        return first

    def __iter__(self) -> Iterator[Shot]:
        for index, frame in enumerate(self._in_order()):
            seconds = self._seconds(frame)
            yield Shot(index, seconds, lambda f=frame: self._picture(f))  # type: ignore[misc]

    def _in_order(self) -> Iterator[VideoFrame]:
        first, self._first = self._first, None  # so that it is not kept in memory
        if first is not None:
            yield first
        del first
        yield from self._decoded

    def _seconds(self, frame: VideoFrame) -> float | None:
        """Read the frame's own time: AVI and WMV may have decoding times only."""
        stamp = frame.pts if frame.pts is not None else frame.dts
        if stamp is None or self._stream.time_base is None:
            return None
        return float((stamp - self._start) * self._stream.time_base)

    def _picture(self, frame: VideoFrame) -> Image:
        check_size(self.name, frame.width, frame.height)
        image: Any = frame.to_ndarray(format="rgb24")
        return turn_of(frame).apply(image)

    def _decode(self) -> Iterator[VideoFrame]:
        from av.error import FFmpegError

        for packet in self._packets():
            try:
                frames = self._stream.codec_context.decode(packet)
            except FFmpegError:
                self._losses.packet()
                continue
            for frame in frames:
                self._losses.frame(self._seconds(frame), bool(frame.is_corrupt))
                yield frame
        self._losses.end(self._expected_end())

    def _expected_end(self) -> float | None:
        stream = self._stream
        if stream.duration is None or stream.time_base is None:
            return None
        return float(stream.duration * stream.time_base)

    def _packets(self) -> Iterator[Packet[VideoStream] | None]:
        """Every packet of the stream, then None, which empties the decoder."""
        from av.error import FFmpegError

        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:
                self._losses.packet()
                break
            yield packet
        yield None


def _open(path: Path, name: str) -> InputContainer:
    import av
    from av.error import FFmpegError

    with path.open("rb") as file:
        if kind_of(file.read(16)) == HEIF:
            raise UnreadableVideoError(f"{name}: HEIC photos are not read; save it as .jpg first")
    try:
        return av.open(
            f"file:{path}",  # or a colon in the name would be taken for a protocol
            metadata_errors="replace",
            options={"max_pixels": str(MAX_PIXELS)},
            container_options={"protocol_whitelist": "file"},  # never the network
        )
    except FFmpegError as error:
        raise UnreadableVideoError(
            f"{name}: not a video that can be read ({error.strerror})"
        ) from None


def _best_stream(container: InputContainer, name: str) -> VideoStream:
    """Choose the stream of moving pictures: the cover of a song is not one."""
    from av.stream import Disposition

    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise UnreadableVideoError(f"{name}: no video stream, only {_kinds(container)}")
    best = container.streams.best("video")
    chosen = best if best in moving else moving[0]
    assert chosen is not None and chosen.type == "video"
    check_size(name, chosen.codec_context.width, chosen.codec_context.height)
    return chosen


def _kinds(container: InputContainer) -> str:
    kinds = sorted({stream.type for stream in container.streams if stream.type != "video"})
    return " and ".join(kinds) or "a cover picture"
