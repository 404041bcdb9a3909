"""The queue: so many at once, the others in order, and every one on its own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from facs.errors import FacsError
from facs.web.jobs import Job, Status
from facs.web.options import ServeOptions
from facs.web.process import work
from facs.web.store import Store, size_of

__all__ = ["JobQueue", "Work"]

Work = Callable[[dict[str, Any]], AsyncIterator[dict[str, Any]]]
"""Takes an order, gives messages; the last has the key ``done``. See `facs.web.process.work`."""

_log = logging.getLogger(__name__)


class JobQueue:
    """Jobs by name, at most `options.workers` of them running.

    Parameters
    ----------
    options : ServeOptions
    store : Store
    work : callable
        What runs a job.
    """

    def __init__(self, options: ServeOptions, store: Store, work: Work = work) -> None:
        self.options, self.store, self._work = options, store, work
        self._jobs: dict[str, Job] = {job.status.id: job for job in store.kept()}
        self._slots = asyncio.Semaphore(options.workers)
        self._on_their_way: dict[str, int] = {}

    # Room

    @property
    def full(self) -> bool:
        """Whether as many videos wait or arrive as may."""
        waiting = sum(1 for job in self._jobs.values() if job.status.state == "waiting")
        return waiting + len(self._on_their_way) >= self.options.waiting

    def reserve(self, name: str, size: int) -> bool:
        """Keep room for an upload of `size` bytes; False where there is none."""
        used = sum(job.size for job in self._jobs.values()) + sum(self._on_their_way.values())
        if used + size > self.options.max_total_bytes or size > self.store.free():
            return False
        self._on_their_way[name] = size
        return True

    def release(self, name: str) -> None:
        """Give back what was reserved; the upload is a job now, or gone."""
        self._on_their_way.pop(name, None)

    # Jobs

    def find(self, name: str) -> Job | None:
        """The job of this name."""
        return self._jobs.get(name)

    def submit(self, job: Job) -> Status:
        """Take a job whose video is in its folder."""
        job.size = size_of(job.folder)
        self._jobs[job.status.id] = job
        self._count_ahead()
        task = asyncio.create_task(self._run(job))
        job.tasks.add(task)
        task.add_done_callback(job.tasks.discard)
        return job.status

    async def delete(self, job: Job) -> None:
        """Stop what works on a job, and remove everything of it before returning."""
        self._jobs.pop(job.status.id, None)
        for task in list(job.tasks):
            task.cancel()
        await asyncio.gather(*job.tasks, return_exceptions=True)
        await asyncio.to_thread(self.store.remove, job.folder)
        job.update(state="deleted")
        self._count_ahead()

    def keep(self, job: Job, kept: bool) -> Status:
        """Keep a job until somebody deletes it, or let time delete it again."""
        job.update(kept=kept)
        self._set_due(job)
        return job.status

    def _set_due(self, job: Job) -> None:
        lasts = job.status.kept or not job.status.over
        job.update(deleted_at=None if lasts else time.time() + self.options.keep_seconds)
        if job.status.state == "done":
            self.store.remember(job)

    async def delete_due(self) -> None:
        """Delete what nobody kept and whose time has come."""
        now = time.time()
        for job in list(self._jobs.values()):
            if job.status.deleted_at is not None and job.status.deleted_at <= now:
                await self.delete(job)

    async def close(self) -> None:
        """Stop everything, delete what nobody kept, and tell who watches a job that it is over."""
        for job in list(self._jobs.values()):
            if not (job.status.over and job.status.kept):
                await self.delete(job)

    # Running

    async def _run(self, job: Job) -> None:
        async with self._slots:
            job.update(state="running", step="analysis")
            self._count_ahead()
            try:
                await self._analyse(job)
            except FacsError as error:
                self._finish(job, state="failed", message=str(error))
            except Exception:
                _log.exception("a job ended unexpectedly")
                self._finish(job, state="failed", message="something unexpected went wrong here")

    async def _analyse(self, job: Job) -> None:
        order = {"do": "analyse", "folder": str(job.folder), "name": job.status.name}
        order |= self._limits()
        async for message in self._work(order):
            if "done" in message:
                self._finish(job, state="done", people=message["done"]["people"])
            else:
                job.update(**message)

    def _limits(self) -> dict[str, Any]:
        options = self.options
        return {
            "model": options.model,
            "max_seconds": options.max_seconds,
            "max_pixels": options.max_pixels,
            "memory": options.worker_bytes,
        }

    def _finish(self, job: Job, **changes: Any) -> None:
        job.update(**changes)
        if job.status.state == "failed":  # of no use to anybody any more
            self.store.remove(job.folder)
        job.size = size_of(job.folder)
        self._set_due(job)

    def _count_ahead(self) -> None:
        waiting = [job for job in self._jobs.values() if job.status.state == "waiting"]
        for ahead, job in enumerate(waiting):
            if job.status.ahead != ahead:
                job.update(ahead=ahead)
