"""One process at a time: a lock that ends with the process that holds it."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from facs.errors import OutputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["held", "lock_now", "locked"]

AGAIN: Final = 0.05
"""Seconds until it is tried again."""

_NO_LOCKS: Final = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What disks say that know none, as some on a network do."""


@contextmanager
def locked(path: Path, busy: str, *, wait: float = 0.0, must: bool = True) -> Iterator[None]:
    """Hold a lock; the system lets go of it when the process ends, however.

    Parameters
    ----------
    path : Path
        A file for nothing else. It is made, and stays: who removed it could let two in.
    busy : str
        What is said where another process holds it.
    wait : float, seconds
        How long the other one is waited for.
    must : bool
        Whether to refuse a disk that knows no locks; otherwise it goes without.

    Raises
    ------
    OutputError
        If another process holds it, or there cannot be such a file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "lock"
    >>> with locked(path, "another one is at it: wait for it"):
    ...     path.exists()
    True
    """
    until = time.monotonic() + wait
    while (file := held(path, must=must)) is None:
        if time.monotonic() >= until:
            raise OutputError(busy)
        time.sleep(AGAIN)
    with file:
        yield


def held(path: Path, *, must: bool = True) -> IO[bytes] | None:
    """Take a lock until the file that comes back is closed; None where another process has it.

    Parameters
    ----------
    path, must
        As in `locked`.

    Raises
    ------
    OutputError
        If there cannot be such a file.
    """
    try:
        file = path.open("a+b")
    except OSError as error:
        raise OutputError(f"cannot write to {path.parent}: {error.strerror}") from error
    try:
        if _taken(file, path.parent, must):
            return file
    except OutputError:
        file.close()
        raise
    file.close()
    return None


def lock_now(file: IO[Any]) -> None:
    """Take the lock of an open file, or raise OSError at once.

    The system takes it back when the file is closed or its owner is gone, however it ended.
    """
    if sys.platform == "win32":
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _taken(file: IO[bytes], folder: Path, must: bool) -> bool:
    """Whether it is ours now."""
    try:
        lock_now(file)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        if not must and error.errno in _NO_LOCKS:
            return True
        raise OutputError(f"cannot lock {folder}: {error.strerror}; choose another disk") from error
    return True
