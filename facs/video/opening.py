"""A video file opened by PyAV, or the reason why it is none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from facs.errors import UnreadableVideoError
from facs.video.frame import MAX_PIXELS, check_size
from facs.video.headers import HEIF, kind_of, size_of

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

__all__ = ["best_stream", "limits", "open_container"]

PLAYLISTS: Final = (b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD")
"""Beginnings of files that only name other files or addresses."""


def open_container(path: Path, name: str) -> InputContainer:
    """Open a file, and refuse what FFmpeg cannot or should not read."""
    import av
    from av.error import FFmpegError

    _refuse_by_beginning(path, name)
    try:
        return av.open(
            f"file:{path}",  # or a colon in the name would be taken for a protocol
            metadata_errors="replace",
            options=limits(),  # for the decoder that looks into the file on opening
            container_options={"protocol_whitelist": "file"},  # never the network
        )
    except FFmpegError as error:
        raise UnreadableVideoError(
            f"{name}: not a video, or cut short or damaged where it begins ({error.strerror})"
        ) from None


def limits() -> dict[str, str]:
    """Options of a decoder: a picture may be larger than its container says."""
    return {"max_pixels": str(MAX_PIXELS)}


def _refuse_by_beginning(path: Path, name: str) -> None:
    """Refuse what FFmpeg would open and should not."""
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise UnreadableVideoError(f"{name}: {error.strerror}") from None
    if kind_of(head) == HEIF:  # stored in tiles, of which FFmpeg would give one
        raise UnreadableVideoError(f"{name}: HEIC photos are not read; save it as .jpg first")
    if head.removeprefix(b"\xef\xbb\xbf").startswith(PLAYLISTS):
        raise UnreadableVideoError(f"{name} is a playlist, not a video: give what it names")
    if size := size_of(head):  # an animated PNG
        check_size(name, *size)


def best_stream(container: InputContainer, name: str) -> VideoStream:
    """Choose the stream of moving pictures: the cover of a song is not one."""
    from av.stream import Disposition

    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise UnreadableVideoError(f"{name}: no video stream, only {_kinds(container)}")
    known: list[VideoStream] = [s for s in moving if s.codec_context is not None]
    if not known:
        raise UnreadableVideoError(f"{name}: its pictures are of a kind that cannot be decoded")
    best = container.streams.best("video")
    chosen = best if best in known else known[0]
    assert chosen is not None and chosen.type == "video"
    check_size(name, chosen.codec_context.width, chosen.codec_context.height)
    return chosen


def _kinds(container: InputContainer) -> str:
    kinds = sorted({stream.type for stream in container.streams if stream.type != "video"})
    return " and ".join(kinds) or "a cover picture"
