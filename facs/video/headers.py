"""What the first bytes of a picture file say, so that nothing is decoded in vain."""

from __future__ import annotations

import re
import struct
from typing import Final

__all__ = [
    "DECODED",
    "HEIF",
    "PICTURE",
    "ends_properly",
    "holds_several",
    "is_film",
    "kind_of",
    "size_of",
]

PICTURE: Final = frozenset({"png", "jpeg", "bmp", "tiff", "webp"})
"""Kinds of one picture whose beginning is like that of nothing else."""

DECODED: Final = PICTURE | {"jp2", "pnm"}
"""Kinds whose header says their size, so that it is known before memory is taken."""

HEIF: Final = "heif"

_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_PICTURE_BRANDS: Final = _HEIF_BRANDS | {b"avif", b"avis", b"msf1"}
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_CODESTREAM: Final = b"\xff\x4f\xff\x51"  # of JPEG 2000: where it begins, and its size
_NUMBERS_OF_PNM: Final = re.compile(rb"P[1-6]" + 2 * rb"(?:\s|#[^\n]*\n)+(\d{1,9})")


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
    if data.startswith((b"\0\0\0\x0cjP  ", _CODESTREAM)):
        return "jp2"
    if data[:2] in (b"P1", b"P2", b"P3", b"P4", b"P5", b"P6") and data[2:3].isspace():
        return "pnm"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return HEIF
    return None


def is_film(data: bytes) -> bool:
    r"""Whether these 16 bytes or more begin an MP4 or MOV, a Matroska or WebM, or an AVI.

    Examples
    --------
    >>> is_film(b"\0\0\0\x20ftypisom____"), is_film(b"\0\0\0\x20ftypavif____")
    (True, False)
    """
    if data[4:8] == b"ftyp":
        return data[8:12] not in _PICTURE_BRANDS
    return data.startswith(b"\x1a\x45\xdf\xa3") or (data[:4], data[8:12]) == (b"RIFF", b"AVI ")


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture of the `DECODED` kinds, from its header alone."""
    readers = {
        "png": _png_size,
        "jpeg": _jpeg_size,
        "webp": _webp_size,
        "bmp": _bmp_size,
        "tiff": _tiff_size,
        "jp2": _jp2_size,
        "pnm": _pnm_size,
    }
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
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):  # decoders skip the rest
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


def _tiff_size(data: bytes) -> tuple[int, int] | None:
    """Find width and length among the entries of the first directory (TIFF 6.0, section 2)."""
    order, at, count = _tiff_directory(data)
    sides: dict[int, int] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(f"{order}HH", data, entry)
        if tag in (256, 257):
            (sides[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, entry + 8)
    return (sides[256], sides[257]) if len(sides) == 2 else None


def _tiff_directory(data: bytes) -> tuple[str, int, int]:
    """The order of bytes, where the first directory is, and how many entries it has."""
    order = "<" if data.startswith(b"II") else ">"
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, at)
    return order, at, count


def _jp2_size(data: bytes) -> tuple[int, int] | None:
    """The largest size that anything in it claims: what only looks like a codestream counts too."""
    found, at = [], data.find(_CODESTREAM)
    while at >= 0:
        right, bottom, left, top = struct.unpack_from(">IIII", data, at + 8)
        found.append((max(0, right - left), max(0, bottom - top)))
        at = data.find(_CODESTREAM, at + 1)
    return max(found, key=lambda size: size[0] * size[1], default=None)


def _pnm_size(data: bytes) -> tuple[int, int] | None:
    match = _NUMBERS_OF_PNM.match(data[:4096])
    return (int(match[1]), int(match[2])) if match else None


def ends_properly(data: bytes) -> bool:
    """Whether the end mark of a PNG or JPEG is there; True for other kinds."""
    kind = kind_of(data)
    if kind == "png":
        return b"IEND" in data
    if kind == "jpeg":
        return data.find(b"\xff\xd9", _jpeg_frame(data) or 0) >= 0
    return True


def holds_several(data: bytes) -> bool:
    """Whether a WebP or PNG is animated, or a TIFF has more than one page."""
    kind = kind_of(data)
    if kind == "webp":
        return data[12:16] == b"VP8X" and len(data) > 20 and bool(data[20] & 0x02)
    if kind == "png":
        return b"acTL" in data[: max(data.find(b"IDAT"), 0)]
    return kind == "tiff" and _next_tiff_directory(data) > 0


def _next_tiff_directory(data: bytes) -> int:
    """Where the second directory is; 0 where there is none."""
    try:
        order, at, count = _tiff_directory(data)
        (after,) = struct.unpack_from(f"{order}I", data, at + 2 + 12 * count)
    except struct.error:
        return 0
    return int(after)
