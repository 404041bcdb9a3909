"""Files of a result, written when somebody first asks for them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from fastapi import HTTPException

from facs.web.downloads import available
from facs.web.held import InUse
from facs.web.jobs import Job
from facs.web.names import stem_for_files
from facs.web.process import WorkFailed
from facs.web.question import Question
from facs.web.queue import Work

__all__ = ["FileWriter", "thresholds_of"]

AT_ONCE: Final = 2
"""Files that are written at once, beside the analyses."""

_THRESHOLD: Final = re.compile(r"(AU\d{1,2}):(\d(?:\.\d{1,9})?)")


def thresholds_of(texts: list[str]) -> dict[str, float]:
    """Read thresholds such as ``AU12:0.4``.

    Raises
    ------
    HTTPException
        422 for a text of another form, or a value outside [0, 1].

    Examples
    --------
    >>> thresholds_of(["AU12:0.4", "AU1:0.55"])
    {'AU12': 0.4, 'AU1': 0.55}
    """
    found = {}
    for text in texts:
        match = _THRESHOLD.fullmatch(text)
        if match is None or not 0 <= float(match[2]) <= 1:
            raise HTTPException(422, f"wanted a threshold such as AU12:0.4, got {text[:40]!r}")
        found[match[1]] = float(match[2])
    return found


class FileWriter:
    """Writes each file once, and two that ask for the same wait for the same.

    What it gives stays as long as its ``async with`` does. Of one kind, for other thresholds or
    questions, the last one stays longer.

    Parameters
    ----------
    work : callable
        What runs a worker.
    memory : int
        Bytes that a worker may take.
    model : str, optional
        What this server measures with.
    """

    def __init__(self, work: Work, memory: int, model: str | None = None) -> None:
        self._work, self._memory, self._model = work, memory, model
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._in_use = InUse()

    def path(
        self, job: Job, kind: str, thresholds: dict[str, float]
    ) -> AbstractAsyncContextManager[Path]:
        """Where the file is, written now if it was not there.

        Raises
        ------
        HTTPException
            404 for a kind that cannot be written, 422 where writing fails.
        """
        if kind not in {one.format for one in available()}:
            raise HTTPException(404, f"{kind[:40]!r} is no format that can be written here")
        order = {
            "do": "write",
            "format": kind,
            "stem": stem_for_files(job.status.name),
            "thresholds": thresholds,
        }
        return self._once(job, f"{kind}-{_key(thresholds)}", order)

    def why(self, job: Job, question: Question) -> AbstractAsyncContextManager[Path]:
        """Where the picture is that answers a question, written now if it was not there.

        Raises
        ------
        HTTPException
            422 where there is no answer.
        """
        order = {"do": "explain", "question": asdict(question), "model": self._model}
        return self._once(job, question.name, order)

    @asynccontextmanager
    async def _once(self, job: Job, name: str, order: dict[str, Any]) -> AsyncIterator[Path]:
        folder = job.folder / "files" / name
        try:
            with self._in_use.hold(folder) as lock:
                async with lock, self._slots:
                    path = _only_file(folder) or await self._written(job, folder, order)
                self._forget(folder)
                yield path
        finally:  # again: others may have been in use
            self._forget(folder)

    def _forget(self, folder: Path) -> None:
        """Remove others of its kind, or the folder itself where nothing was written into it."""
        kind = folder.name.rpartition("-")[0]
        others = [one for one in folder.parent.glob(f"{kind}-*") if one != folder]
        for one in others if _only_file(folder) else [folder]:
            if one not in self._in_use:
                shutil.rmtree(one, ignore_errors=True)

    async def _written(self, job: Job, folder: Path, order: dict[str, Any]) -> Path:
        """Write in a task of its own, which ends when the job is deleted."""
        task = asyncio.create_task(self._write(job, folder, order))
        job.tasks.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if task.cancelled():
                raise HTTPException(404, "the result was deleted") from None
            raise
        finally:
            job.tasks.discard(task)

    async def _write(self, job: Job, folder: Path, order: dict[str, Any]) -> Path:
        if not job.folder.is_dir():  # while others were before it
            raise HTTPException(404, "the result was deleted")
        folder.mkdir(parents=True, exist_ok=True)
        where = {"folder": str(job.folder), "out": str(folder), "memory": self._memory}
        try:
            async for message in self._work(order | where):
                if "done" in message:
                    return Path(message["done"]["path"])
        except WorkFailed as error:
            raise HTTPException(422, str(error)) from None
        raise HTTPException(500, "the file was not written")


def _key(thresholds: dict[str, float]) -> str:
    text = json.dumps(thresholds, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if thresholds else "model"


def _only_file(folder: Path) -> Path | None:
    if not folder.is_dir():
        return None
    return next((path for path in folder.iterdir() if not path.name.startswith(".")), None)
