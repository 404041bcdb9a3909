"""One batch at a time in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from facs import locks
from facs.errors import OutputError

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
    except OSError as error:
        raise OutputError(f"cannot write to {out}: {error.strerror}") from error
    busy = f"another batch is writing to {out}: wait for it, or choose another --out"
    with locks.locked(out / PRIVATE / "lock", busy):
        yield
