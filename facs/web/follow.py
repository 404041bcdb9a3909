"""Routes that tell how far a job is, keep it, and delete it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from facs.web.jobs import Job, Status
from facs.web.needs import AnyJob, Queue, answers

__all__ = ["router"]

BREATH: Final = 15.0
"""Seconds after which a stream of events gives a sign of life."""

router = APIRouter(prefix="/api", tags=["follow"])


@dataclass(frozen=True)
class Kept:
    """Whether a result stays until somebody deletes it."""

    kept: bool


@router.get("/jobs/{job_id}", summary="Status", responses=answers(404))
async def status(job: AnyJob) -> Status:
    """How far a job is."""
    return job.status


@router.get(
    "/jobs/{job_id}/events",
    summary="Status, as it changes",
    responses=answers(404, media=("text/event-stream",)),
    response_class=StreamingResponse,
)
async def events(job: AnyJob) -> StreamingResponse:
    """Server-sent events: a status as JSON at every change, until the job is over."""
    return StreamingResponse(_stream(job), media_type="text/event-stream")


async def _stream(job: Job) -> AsyncIterator[str]:
    async for status in job.watch(BREATH):
        yield ": still here\n\n" if status is None else f"data: {json.dumps(asdict(status))}\n\n"


@router.put("/jobs/{job_id}/kept", summary="Keep, or stop keeping", responses=answers(404))
async def keep(job: AnyJob, wish: Kept, queue: Queue) -> Status:
    """Keep a result until somebody deletes it; without --folder, until the server stops."""
    return queue.keep(job, wish.kept)


@router.delete(
    "/jobs/{job_id}", status_code=204, summary="Cancel and delete", responses=answers(404)
)
async def delete(job: AnyJob, queue: Queue) -> Response:
    """Stop the analysis if it runs, and remove the video and all that was made of it."""
    await queue.delete(job)
    return Response(status_code=204)
