"""One batch at a time in a folder: a lock that ends with the process that holds it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from facs.errors import OutputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["PRIVATE", "locked"]

PRIVATE: Final = ".facs-batch"
"""Folder, in that of the results, of the lock and of files that are not whole yet."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the folder of the results; the system lets go of it when the process ends, however.

    Raises
    ------
    OutputError
        If another batch holds it, or it cannot be written to.
    """
    try:
        (out / PRIVATE).mkdir(parents=True, exist_ok=True)
        file = (out / PRIVATE / "lock").open("a+b")
    except OSError as error:
        raise OutputError(f"cannot write to {out}: {error.strerror}") from error
    with file:
        _lock(file, out)
        yield


def _lock(file: IO[bytes], out: Path) -> None:
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        raise OutputError(
            f"another batch is writing to {out}: wait for it, or choose another --out"
        ) from None
    except OSError as error:
        raise OutputError(f"cannot lock {out}: {error.strerror}; choose another disk") from error
