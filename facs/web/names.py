"""Names of uploads: shown as they came, but harmless wherever they end up."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["shown_name", "stem_for_files"]

LONGEST: Final = 120

MOST_BYTES: Final = 200
"""A name in a folder has at most 255 bytes on most systems, its ending among them."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that end lines, turn text around, or cannot be written."""

_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def shown_name(name: str) -> str:
    r"""The last part of a path, on one line, without characters that cannot be seen.

    It is text, for a page that writes it as text; it never becomes a path.

    Examples
    --------
    >>> shown_name("../../etc/passwd"), shown_name("C:\\films\\a.mp4"), shown_name("\x00")
    ('passwd', 'a.mp4', 'video')
    >>> shown_name("<script>alert(1)</script>.mp4")
    'script>.mp4'
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(c for c in last if unicodedata.category(c) not in _INVISIBLE).strip()
    return seen[-LONGEST:].lstrip(".") or "video"


def stem_for_files(name: str) -> str:
    """What the names of results begin with: letters and digits of any script, and `` .-_()``.

    Of a long name it is the end, as of the one that is shown.

    Examples
    --------
    >>> stem_for_files("day 1 (<b>).mp4"), stem_for_files("con.mp4"), stem_for_files("שלום.webm")
    ('day 1 (_b_)', '_con', 'שלום')
    """
    stem = shown_name(name).rpartition(".")[0] or shown_name(name)
    whole = re.sub(r"[^\w .()\-]", "_", stem).encode()
    safe = whole[-MOST_BYTES:].decode(errors="ignore").strip(" .") or "video"  # no half letters
    return f"_{safe}" if _RESERVED.fullmatch(safe) else safe
