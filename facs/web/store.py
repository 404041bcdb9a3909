"""Folders of jobs on disk: made for one user's eyes, and gone when they are no longer needed."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from facs.errors import OutputError
from facs.locks import lock_now
from facs.web.jobs import Job, Status

__all__ = ["RECORDING", "SPARE", "SUMMARY", "UPLOAD", "Store", "size_of"]

UPLOAD: Final = "upload"
RECORDING: Final = "recording.facs"
SUMMARY: Final = "summary.json"
"""What the files in a job's folder are called."""

_log = logging.getLogger(__name__)

SPARE: Final = 500_000_000
"""Bytes of the disk that are left to others."""

_PREFIX: Final = "facs-serve-"
_LOCK: Final = "server.lock"
_KEPT: Final = "kept.json"
_MARK: Final = "facs-job"
"""A file in every folder that we made: nothing else is ever removed."""


class Store:
    """The folder that holds one folder for each job.

    Without `folder` it is a temporary one, and `close` removes it whole. A server that was
    killed could not do that: the next one removes what it left behind.

    Parameters
    ----------
    folder : Path, optional
        Where kept results outlive the server; it is created.

    Raises
    ------
    OutputError
        If the folder cannot be used, or another server uses it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._temporary = folder is None
        try:
            if folder is None:
                _remove_left_behind(Path(tempfile.gettempdir()))
                folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder = folder.resolve()
            self._lock = (self.folder / _LOCK).open("w")
        except OSError as error:
            raise OutputError(f"cannot keep results in {folder}: {error.strerror}") from error
        if not _locked(self._lock):
            self._lock.close()
            raise OutputError(f"another facs serve uses {folder}: choose another --folder")

    def new_folder(self, name: str) -> Path:
        """Make the folder of a job; only this user can look into it."""
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        (folder / _MARK).touch()
        return folder

    def free(self) -> int:
        """Bytes of the disk that may still be filled."""
        return shutil.disk_usage(self.folder).free - SPARE

    def remove(self, folder: Path) -> None:
        """Remove a job's folder; what is gone already is no error.

        Some systems do not remove what somebody just reads: then it is tried again.
        """
        for pause in (0.0, 0.1, 0.5, 1.0):
            time.sleep(pause)
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                return
        _log.warning("cannot remove %s", folder)

    def remember(self, job: Job) -> None:
        """Write that a job is kept, or that it is not."""
        note = job.folder / _KEPT
        if job.status.kept:
            note.write_text(json.dumps({"name": job.status.name, "people": job.status.people}))
        else:
            note.unlink(missing_ok=True)

    def kept(self) -> Iterator[Job]:
        """Give the jobs that an earlier server kept; what it did not keep is removed."""
        for folder in sorted(mark.parent for mark in self.folder.glob(f"*/{_MARK}")):
            try:
                facts = json.loads((folder / _KEPT).read_text())
                status = Status(folder.name, str(facts["name"]), state="done", kept=True)
            except (OSError, ValueError, LookupError, TypeError):
                self.remove(folder)
                continue
            people = facts.get("people")
            job = Job(status, folder, size_of(folder))
            job.update(people=people if isinstance(people, int) else None)
            yield job

    def close(self) -> None:
        """Let go of the folder; a temporary one is removed."""
        self._lock.close()
        if self._temporary:
            self.remove(self.folder)
        else:
            with suppress(OSError):
                (self.folder / _LOCK).unlink()


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # it may go while we look
            total += path.stat().st_size if path.is_file() else 0
    return total


def _locked(file: IO[str]) -> bool:
    """Whether no other server holds the folder of this lock, so that it is ours now."""
    try:
        lock_now(file)
    except OSError:
        return False
    return True


def _remove_left_behind(parent: Path) -> None:
    """Remove temporary folders of our user whose server is gone."""
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            with (folder / _LOCK).open("r+") as lock:
                gone = _locked(lock)
        except OSError:  # of another user, or only just being made
            continue
        if gone:
            shutil.rmtree(folder, ignore_errors=True)
