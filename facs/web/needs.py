"""What the routes share: the queue, the job that an address names, refusals in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request

from facs.web.jobs import Job
from facs.web.queue import JobQueue

__all__ = ["AnyJob", "DoneJob", "Queue", "Refusal", "answers"]


@dataclass(frozen=True)
class Refusal:
    """Why a request was refused, in words."""

    detail: str


def _queue(request: Request) -> JobQueue:
    queue: JobQueue = request.app.state.queue
    return queue


Queue = Annotated[JobQueue, Depends(_queue)]


def _job(job_id: str, queue: Queue) -> Job:
    job = queue.find(job_id)
    if job is None:
        raise HTTPException(404, "there is no such result: it was deleted, or never was")
    return job


AnyJob = Annotated[Job, Depends(_job)]


def _done(job: AnyJob) -> Job:
    if job.status.state != "done":
        raise HTTPException(409, f"there is no result yet: the job is {job.status.state}")
    return job


DoneJob = Annotated[Job, Depends(_done)]


def answers(*refusals: int, media: tuple[str, ...] = ()) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI page: with which codes a route refuses, and what else than JSON it gives."""
    described: dict[int | str, dict[str, Any]] = {code: {"model": Refusal} for code in refusals}
    if media:
        described[200] = {"content": {kind: {} for kind in media}}
    return described
