"""What the first bytes of a picture file say, so that nothing is decoded in vain."""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["HEIF", "PICTURE", "ends_properly", "kind_of", "size_of"]

PICTURE: Final = frozenset({"png", "jpeg", "bmp", "tiff", "webp"})
HEIF: Final = "heif"

_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})


def kind_of(data: bytes) -> str | None:
    r"""Name the kind of picture that begins with these 16 bytes or more.

    Examples
    --------
    >>> kind_of(b"\x89PNG\r\n\x1a\n________")
    'png'
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"II*\0", b"MM\0*")):
        return "tiff"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0":
        return "bmp"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return HEIF
    return None


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, WebP or BMP, from its header alone."""
    readers = {"png": _png_size, "jpeg": _jpeg_size, "webp": _webp_size, "bmp": _bmp_size}
    reader = readers.get(kind_of(data) or "")
    try:
        return reader(data) if reader else None
    except (struct.error, IndexError):
        return None


def _png_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _bmp_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = _jpeg_frame(data)
    if at is None:
        return None
    height, width = struct.unpack_from(">HH", data, at + 5)
    return width, height


def _jpeg_frame(data: bytes) -> int | None:
    """Where the frame header is: after every EXIF segment and the thumbnail in it."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _START_OF_FRAME:
            return at
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def ends_properly(data: bytes) -> bool:
    """Whether the end mark of a PNG or JPEG is there; True for other kinds."""
    kind = kind_of(data)
    if kind == "png":
        return b"IEND" in data
    if kind == "jpeg":
        return data.find(b"\xff\xd9", _jpeg_frame(data) or 0) >= 0
    return True
