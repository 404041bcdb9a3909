"""One video of a batch: analysed, its results put in their place, and an account of it."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from facs.batch.lock import PRIVATE
from facs.batch.manifest import Entry
from facs.batch.options import BatchOptions
from facs.errors import FacsError, InputError, OutputError
from facs.files import sha256_of
from facs.network.predict import Model
from facs.network.weights import load_model
from facs.pipeline import analyze
from facs.recording import Recording

__all__ = ["WORK", "Job", "Task", "Watcher", "checksum"]

WORK: Final = "work"
"""Folder, in the private one, of results that are not whole yet."""


class Watcher:
    """Is told how far a video is; this one does not care."""

    def frames(self, done: int, expected: int | None) -> None:
        """So many frames are analysed, of about so many."""

    def writing(self) -> None:
        """Every frame is analysed, and results are written."""


@dataclass(frozen=True)
class Task:
    """A video, and what its results are called."""

    source: str
    name: str


@dataclass(frozen=True)
class _State:
    """What a file was when it was looked at."""

    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> _State:
        found = path.stat()
        return cls(found.st_size, found.st_mtime_ns)


class Job:
    """Does one task after the other with one model.

    Parameters
    ----------
    out : Path
        Folder of the results.
    options : BatchOptions
    how : dict
        As `BatchOptions.how` gives it; it is passed on to the entries.

    Raises
    ------
    ModelError
        If the model cannot be opened.
    """

    def __init__(self, out: Path, options: BatchOptions, how: dict[str, object]) -> None:
        self._out, self._options, self._how = out, options, how
        chosen = options.analyze
        self._model: Model = load_model(options.model, motion=chosen.motion, threads=chosen.threads)

    def run(self, task: Task, watcher: Watcher | None = None) -> Entry:
        """Analyse a video; whatever goes wrong with it is said in its entry, in one line."""
        empty = Entry(task.source, task.name, "failed", how=self._how)
        try:
            return self._done(empty, watcher or Watcher())
        except FacsError as error:
            return replace(empty, error=_line(str(error)))
        except Exception as error:  # a fault of ours with one file may not stop the others
            return replace(empty, error=_line(f"{type(error).__name__}: {error}"))

    def _done(self, entry: Entry, watcher: Watcher) -> Entry:
        source = Path(entry.source)
        staging = self._out / PRIVATE / WORK / secrets.token_hex(8)
        try:
            staging.mkdir(parents=True)
            (self._out / entry.name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write to {self._out}: {error.strerror}") from error
        try:
            plan = self._options.plan(self._out, entry.name, staging)
            plan.check(source)
            before, recording = self._analysed(source, staging, watcher)
            watcher.writing()
            digest = checksum(source)
            if _State.of(source) != before:
                raise InputError(f"{recording.source} was changed while it was analysed")
            for _ in plan.write(recording, source):
                pass
            outputs = {self._key(path): path.stat().st_size for path in plan.files}
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return replace(
            entry,
            status="done",
            size=before.size,
            modified=before.modified,
            sha256=digest,
            outputs=outputs,
            frames=len(recording),
            people=len(recording.people),
            seconds=recording.duration,
            damage=recording.damage,
        )

    def _analysed(self, source: Path, staging: Path, watcher: Watcher) -> tuple[_State, Recording]:
        before = _State.of(source) if source.is_file() else _State(0, 0)
        recording = analyze(
            source,
            model=self._model,
            options=self._options.analyze,
            progress=watcher.frames,
            journal=staging / "rows",
        )
        return before, recording

    def _key(self, path: Path) -> str:
        return path.relative_to(self._out).as_posix()


def checksum(path: Path) -> str:
    """SHA-256 of a file of any size, as hexadecimal digits.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return sha256_of(path)
    except OSError as error:
        raise InputError(f"cannot read {os.fspath(path)!r}: {error.strerror}") from error


def _line(text: str) -> str:
    return " ".join(text.split())[:500]
