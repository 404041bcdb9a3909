"""Routes that take videos, and that tell which."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import compare_digest
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from starlette.requests import ClientDisconnect

from facs._version import __version__
from facs.web.downloads import available
from facs.web.jobs import Job, Status, new_id
from facs.web.needs import Queue, answers
from facs.web.queue import JobQueue
from facs.web.store import UPLOAD
from facs.web.uploads import FRAME, declared_size, receive, too_large

__all__ = ["router"]

_BEARER: Final = "Bearer, and the token that facs serve printed, where it wants one"

router = APIRouter(prefix="/api", tags=["submit"])


@dataclass(frozen=True)
class Limits:
    """What this server takes, and for how long it keeps it."""

    version: str
    max_bytes: int
    max_seconds: float
    keep_seconds: float
    needs_token: bool
    examples: list[str]
    downloads: list[dict[str, str]]


def _may_submit(
    queue: Queue, authorization: Annotated[str, Header(description=_BEARER)] = ""
) -> None:
    token = queue.options.token
    given = authorization.removeprefix("Bearer ").encode("latin-1")  # the bytes that came
    if token is not None and not compare_digest(given, token.encode()):
        raise HTTPException(
            401,
            "wanted the token that facs serve printed: open the address that it printed",
            {"WWW-Authenticate": "Bearer"},
        )


_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@router.get("/limits", summary="What this server takes")
def limits(queue: Queue) -> Limits:
    """Limits of size, length and time; the examples; the formats that can be downloaded."""
    options = queue.options
    return Limits(
        __version__,
        options.max_bytes,
        options.max_seconds,
        options.keep_seconds,
        options.token is not None,
        [path.name for path in _examples(options.examples)],
        [asdict(one) for one in available()],
    )


def _examples(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


@router.post(
    "/jobs",
    status_code=202,
    summary="Submit a video or a picture",
    dependencies=[Depends(_may_submit)],
    responses=answers(400, 401, 408, 413, 415, 503, 507),
    openapi_extra=_FORM,
)
async def submit(request: Request, queue: Queue) -> Status:
    """Send a form with a part called file. The answer names the job; ask for its status."""
    limit = queue.options.max_bytes
    size = declared_size(request)
    if size is not None and size > limit + FRAME:
        raise too_large(limit)
    job_id = new_id()
    _reserve(queue, job_id, limit if size is None else size)
    folder = queue.store.new_folder(job_id)
    try:
        name = await receive(request, folder / UPLOAD, limit)
    except BaseException as error:
        queue.store.remove(folder)
        if isinstance(error, ClientDisconnect):
            raise HTTPException(400, "the upload was given up") from None
        raise
    finally:
        queue.release(job_id)
    return queue.submit(Job(Status(job_id, name), folder))


@router.post(
    "/examples/{name}",
    status_code=202,
    summary="Submit an example",
    dependencies=[Depends(_may_submit)],
    responses=answers(401, 404, 503, 507),
)
async def submit_example(name: str, queue: Queue) -> Status:
    """Analyse one of the examples that limits lists."""
    found = [path for path in _examples(queue.options.examples) if path.name == name]
    if not found:
        raise HTTPException(404, "there is no such example")
    job_id = new_id()
    _reserve(queue, job_id, found[0].stat().st_size)
    try:
        folder = queue.store.new_folder(job_id)
        await asyncio.to_thread(shutil.copyfile, found[0], folder / UPLOAD)
    finally:
        queue.release(job_id)
    return queue.submit(Job(Status(job_id, name), folder))


def _reserve(queue: JobQueue, job_id: str, size: int) -> None:
    if queue.full:
        raise HTTPException(
            503, "too many videos wait already: try again later", {"Retry-After": "30"}
        )
    if not queue.reserve(job_id, size):
        raise HTTPException(507, "there is no room left: delete results first")
