"""Files that are either whole or not there."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from facs.errors import FacsError, OutputError

__all__ = ["TEXT_LIMIT", "atomic", "keep_sources", "move", "read_text", "sha256_of", "writing"]

TEXT_LIMIT: Final = 2**18
"""Bytes of the longest text that is read whole: what people write is a hundredth of it."""

_ADVICE: Final = {
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "one of its folders is a file",
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
    errno.ENOSPC: "free some space or choose another disk",
    errno.ENAMETOOLONG: "choose a shorter name",
}


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Write a file under another name, which becomes `path` once it is whole.

    The other name is in the same folder and ends in the same suffix. If the
    body fails, nothing new stays and a file that was at `path` is untouched. After
    a loss of power there is the one or the other, whole.

    Parameters
    ----------
    path : str or path
        Where the file is wanted. Its folder must exist.

    Yields
    ------
    Path
        The name to write to.

    Raises
    ------
    OutputError
        If the file cannot be written; the message says what to do.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "result.txt"
    >>> with atomic(target) as path:
    ...     _ = path.write_text("whole")
    >>> target.read_text()
    'whole'
    """
    # A link stays a link, and what it points to is replaced.
    target = Path(os.path.realpath(path))
    _refuse_what_is_no_file(target)
    partial = target.with_name(f".{secrets.token_hex(4)}.partial{target.suffix}")
    try:
        yield partial
        _put(partial, target)
    except FacsError:
        raise
    except OSError as error:
        raise OutputError(_explanation(target, error)) from error
    finally:
        _remove(partial)


@contextmanager
def writing(path: str | os.PathLike[str], *, errors: str = "strict") -> Iterator[IO[str]]:
    r"""Write text in UTF-8 as `atomic` writes a file; line ends stay as they are given.

    Parameters
    ----------
    path : str or path
    errors : str
        What becomes of characters that are no text, as in `open`.

    Yields
    ------
    file
        To write to.

    Raises
    ------
    OutputError
        As in `atomic`.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "result.txt"
    >>> with writing(target) as file:
    ...     _ = file.write("whole\n")
    >>> target.read_bytes()
    b'whole\n'
    """
    with (
        atomic(path) as partial,
        partial.open("w", encoding="utf-8", errors=errors, newline="") as file,
    ):
        yield file


def read_text(path: str | os.PathLike[str], limit: int = TEXT_LIMIT) -> str:
    """Read a small file of UTF-8; no more of it than `limit` is ever in memory.

    The mark that editors on Windows begin such files with is left out.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is longer than `limit` bytes, or is not UTF-8.
    """
    with Path(path).open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"wanted at most {limit:,} bytes of text, got more")
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def keep_sources(target: str | os.PathLike[str], *sources: Any) -> None:
    """Refuse to write a result onto what it is made from.

    Parameters
    ----------
    target : str or path
        Where the result is wanted.
    *sources : path or anything else
        What it is made from; what is no path is passed over.

    Raises
    ------
    OutputError
        If it is the same file, whatever links lead there.

    Examples
    --------
    >>> keep_sources("talk.csv", "talk.mp4", 0)
    >>> keep_sources("face.png", "./face.png")
    Traceback (most recent call last):
    facs.errors.OutputError: the result would replace its own source face.png: choose another --out
    """
    place = os.path.realpath(target)
    for source in sources:
        if isinstance(source, (str, os.PathLike)) and _is_same(place, os.path.realpath(source)):
            raise OutputError(
                f"the result would replace its own source {os.fspath(target)}: choose another --out"
            )


def _is_same(one: str, other: str) -> bool:
    """Some disks do not tell large letters from small ones."""
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):  # one of them is not there
        return one == other


def move(path: Path, target: Path) -> None:
    """Put a whole file in its place on the same disk, where it also survives a loss of power.

    Raises
    ------
    OutputError
        If it cannot be put there.
    """
    place = Path(os.path.realpath(target))
    _refuse_what_is_no_file(place)
    try:
        _put(path, place)
    except OSError as error:
        raise OutputError(_explanation(place, error)) from error


def sha256_of(path: Path) -> str:
    """SHA-256 of a file of any size, as hexadecimal digits.

    Raises
    ------
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> empty = Path(tempfile.mkdtemp()) / "empty"
    >>> empty.touch()
    >>> sha256_of(empty)[:8]
    'e3b0c442'
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(2**20):
            digest.update(part)
    return digest.hexdigest()


def _put(whole: Path, target: Path) -> None:
    """Give a file its name; after a loss of power what has the name is whole."""
    _to_disk(whole)
    whole.replace(target)
    _to_disk(target.parent)


def _to_disk(path: Path) -> None:
    """Wait until the disk has a file; of a folder, its names, where a system can say that."""
    if path.is_dir():
        with suppress(OSError):  # Windows opens no folders, and some disks sync none
            folder = os.open(path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _refuse_what_is_no_file(target: Path) -> None:
    if target.is_dir():
        raise OutputError(f"cannot write {target}: it is a folder; name a file in it")
    # Renaming onto a device such as /dev/null would replace the device itself.
    if target.exists() and not target.is_file():
        raise OutputError(f"cannot write {target}: it is not a file; name a file")


def _remove(partial: Path) -> None:
    # What made the writing fail may also keep the folder from being changed.
    with suppress(OSError):
        partial.unlink(missing_ok=True)


def _explanation(target: Path, error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    advice = _ADVICE.get(error.errno or 0)
    return f"cannot write {target}: {reason}" + (f"; {advice}" if advice else "")
