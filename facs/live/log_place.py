"""Where a session's log goes: to the file that was asked for, or to one beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from facs.errors import InputError, OutputError
from facs.files import read_text
from facs.locks import held
from facs.meaning.marks import LOG_LIMIT, read_marks

__all__ = ["Place"]

MOST: Final = 99
"""Files that are tried, one beside the other."""


@dataclass(frozen=True)
class Place:
    """A file that this session alone writes.

    Parameters
    ----------
    path : Path
    text : str
        What earlier sessions wrote into it.
    lock : open file
        Held until it is closed.
    notice : str
        Why it is not the file that was asked for; empty where it is.
    """

    path: Path
    text: str
    lock: IO[bytes]
    notice: str = ""

    @classmethod
    def beside(cls, path: Path) -> Place:
        """The file at `path`, or the first one beside it that is free and is a log, or new.

        Raises
        ------
        OutputError
            If there cannot be any, for its folder is not there or cannot be written to.
        """
        why = ""
        for number in range(1, MOST + 1):
            here = path if number == 1 else path.with_name(f"{path.stem}-{number}.csv")
            lock = held(here.with_name(f".{here.name}.lock"), must=False)
            if lock is None:
                why = why or f"{here} is written by another session"
                continue
            try:
                text = _old_rows(here)
            except InputError as error:
                lock.close()
                why = why or str(error)
                continue
            return cls(here, text, lock, f"{why}; words go to {here}" if why else "")
        raise OutputError(f"{why}, and so are {MOST} beside it: name another one")


def _old_rows(path: Path) -> str:
    """What earlier sessions wrote; refuses a file that is something else."""
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return ""
    read_marks(path)
    text = read_text(path, LOG_LIMIT)
    return text if text.endswith("\n") else text + "\n"
