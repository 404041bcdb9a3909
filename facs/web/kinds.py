"""Which files may be decoded at all, by their first bytes: everything else is refused unopened.

FFmpeg would try many more formats than people have videos in. What is not on this list
never reaches it.
"""

from __future__ import annotations

from typing import Final

from facs.video.headers import HEIF, kind_of

__all__ = ["HEAD", "media_kind"]

HEAD: Final = 400
"""Bytes that decide."""

_BEGINNINGS: Final = {
    b"\x1aE\xdf\xa3": "webm",
    b"\x00\x00\x01\xba": "mpeg",
    b"\x00\x00\x01\xb3": "mpeg",
    b"FLV\x01": "flv",
    b"OggS": "ogg",
    b"0&\xb2u\x8ef\xcf\x11": "wmv",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
}
_MP4_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"})
_TS_PACKET: Final = 188


def media_kind(head: bytes) -> str | None:
    r"""Name the kind of video or picture that begins with these bytes; None for anything else.

    Examples
    --------
    >>> media_kind(b"\x00\x00\x00\x20ftypisom"), media_kind(b"PK\x03\x04"), media_kind(b"hello")
    ('mp4', None, None)
    """
    picture = kind_of(head)
    if picture is not None:
        return None if picture == HEIF else picture
    if head[4:8] in _MP4_BOXES:
        return "mp4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head[:1] == b"G" and head[_TS_PACKET : _TS_PACKET + 1] == b"G":
        return "ts"
    return next((kind for start, kind in _BEGINNINGS.items() if head.startswith(start)), None)
