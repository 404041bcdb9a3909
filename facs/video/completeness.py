"""Whether a video file is as long as it says: a cut file often decodes without an error."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import BinaryIO, Final

__all__ = ["cut_short"]

_EBML: Final = b"\x1a\x45\xdf\xa3"
_SEGMENT: Final = b"\x18\x53\x80\x67"
_ASF: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE: Final = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_OGG: Final = b"OggS"
_END_OF_STREAM: Final = 0x04
_LONGEST_PAGE: Final = 65307  # bytes
_ASF_HEADER: Final = 65536  # bytes in which the description of the file is looked for


def cut_short(path: Path) -> str:
    """Say how a file is cut short; an empty string where it is whole, or nobody can know.

    Known for MP4 and MOV (top-level boxes), AVI (the first RIFF chunk), Matroska and
    WebM (the segment), WMV (the file properties) and Ogg (the mark of the last page).
    """
    with path.open("rb") as file:
        length = file.seek(0, io.SEEK_END)
        file.seek(0)
        try:
            missing = _announced(file, length) - length
            if missing > 0:
                return f"the file is cut short by {missing} bytes"
            return "" if _ogg_ends(file, length) else "the file is cut short: it has no end"
        except (struct.error, IndexError):  # cut within a length itself
            return ""


def _ogg_ends(file: BinaryIO, length: int) -> bool:
    """Whether the last page is the end of a stream (RFC 3533, section 6); True if it is no Ogg."""
    file.seek(0)
    if file.read(4) != _OGG:
        return True
    file.seek(max(0, length - _LONGEST_PAGE))
    data = file.read()
    at = data.rfind(_OGG)
    return at >= 0 and at + 5 < len(data) and bool(data[at + 5] & _END_OF_STREAM)


def _announced(file: BinaryIO, length: int) -> int:
    head = file.read(64)
    if head[:4] == b"RIFF":
        return 8 + int(struct.unpack_from("<I", head, 4)[0])
    if head[:4] == _EBML:
        return _end_of_segment(head)
    if head[:16] == _ASF:
        return _asf_size(head + file.read(_ASF_HEADER))
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide"):
        return _end_of_boxes(file, length)
    return 0


def _end_of_boxes(file: BinaryIO, length: int) -> int:
    """Walk over the boxes of an MP4: each begins with its size and its name."""
    at = 0
    while at < length:
        file.seek(at)
        size, _ = struct.unpack(">I4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        if size < 8:  # 0 means "to the end"; 2 to 7 are not sizes
            return length
        at += size
    return at


def _end_of_segment(head: bytes) -> int:
    """Find where the segment, which follows the EBML header, ends."""
    size, at = _variable_size(head, 4)
    at += size
    if head[at : at + 4] != _SEGMENT:
        return 0
    size, at = _variable_size(head, at + 4)
    return at + size


def _variable_size(data: bytes, at: int) -> tuple[int, int]:
    """Read an EBML size and where it ends; a size that is left open reads as 0."""
    width = 9 - data[at].bit_length()
    if width > 8 or at + width > len(data):
        raise IndexError
    bits = (1 << 7 * width) - 1
    value = int.from_bytes(data[at : at + width], "big") & bits
    return (0 if value == bits else value), at + width


def _asf_size(head: bytes) -> int:
    at = head.find(_ASF_FILE)
    return int(struct.unpack_from("<Q", head, at + 40)[0]) if at >= 0 else 0
