"""Plain answers to the usual mistakes with paths, before any decoder sees them."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from facs.errors import InputError, UnreadableVideoError, VideoNotFoundError

__all__ = ["printable", "refuse_address", "require_readable"]


_RESULTS: Final = {
    ".facs": "a recording, which is analysed already: facs report, facs agree or facs.load read it",
    ".rows": "rows of an analysis that broke off: facs recover makes results of them",
}


def printable(path: Path) -> str:
    r"""Write the file's name on one line: line breaks and the like are escaped.

    Examples
    --------
    >>> printable(Path("films/day\n1.mp4"))
    'day\\n1.mp4'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in path.name or str(path))


def refuse_address(source: str | os.PathLike[str]) -> None:
    """Say of an address of the web that nothing is loaded from there.

    Raises
    ------
    InputError
        If `source` looks like one.
    """
    text = os.fspath(source)
    if isinstance(text, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text):
        raise InputError(f"addresses are not read: download {text} first, and give its path")


def require_readable(source: str | os.PathLike[str]) -> Path:
    """Return the path, if a file or folder is there that may be read and is not empty."""
    if not os.fspath(source):
        raise InputError("wanted the path of a video, got an empty string")
    path = Path(source)
    name = printable(path)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if os.fspath(source) in ("-", b"-"):
            raise InputError(
                "wanted the path of a video, got -: what comes through a pipe is not read, "
                "save it to a file first"
            ) from None
        refuse_address(source)
        raise VideoNotFoundError(f"{name}: nothing is at {str(path)!r}") from None
    except PermissionError:
        raise UnreadableVideoError(f"{name}: no permission to look into its folder") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{name[:80]}: not a path ({reason})") from None
    if path.is_dir():
        return path
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        raise UnreadableVideoError(f"{name} is a pipe, not a file: save it to a file first")
    if not path.is_file():
        raise UnreadableVideoError(f"{name} is a device, not a file: give the number of a camera")
    if path.suffix.lower() in _RESULTS:
        raise UnreadableVideoError(f"{name}: {_RESULTS[path.suffix.lower()]}")
    if path.stat().st_size == 0:
        raise UnreadableVideoError(f"{name}: the file is empty (0 bytes)")
    try:
        path.open("rb").close()
    except PermissionError:
        raise UnreadableVideoError(f"{name}: no permission to read it") from None
    return path
