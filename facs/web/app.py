"""The application: the guard, the interface, the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from facs._version import __version__
from facs.web import follow, submit, take
from facs.web.files import FileWriter
from facs.web.guard import Guard
from facs.web.options import ServeOptions
from facs.web.process import work as run_worker
from facs.web.queue import JobQueue, Work
from facs.web.store import Store

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

__all__ = ["SILENT", "STATIC", "create_app"]

STATIC: Final = Path(str(files("facs.web"))) / "static"

ROUND: Final = 1.0
"""Seconds between two looks for what has to be deleted."""


# FastAPI would tell an OpenTelemetry collector that the environment names about every request.
SILENT: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(options: ServeOptions | None = None, *, work: Work = run_worker) -> FastAPI:
    """Make the application that ``facs serve`` runs.

    Parameters
    ----------
    options : ServeOptions, optional
    work : callable, optional
        What runs an order; a process of its own.

    Returns
    -------
    FastAPI
        Its folder is made when it starts and removed when it stops.

    Examples
    --------
    >>> create_app().openapi()["info"]["title"]
    'facs'
    """
    chosen = options or ServeOptions()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = await asyncio.to_thread(Store, chosen.folder)
        queue = JobQueue(chosen, store, work)
        app.state.queue, app.state.writer = (
            queue,
            FileWriter(work, chosen.worker_bytes, chosen.model),
        )
        cleaning = asyncio.create_task(_clean(queue))
        try:
            yield
        finally:
            cleaning.cancel()
            with suppress(asyncio.CancelledError):
                await cleaning
            await queue.close()
            store.close()

    app = FastAPI(
        title="facs",
        version=__version__,
        description="Facial action units of a video, on this machine.",
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,  # FastAPI's own pages load their scripts from elsewhere
        redoc_url=None,
        telemetry=SILENT,
    )
    for part in (submit, follow, take):
        app.include_router(part.router)
    app.add_api_route("/api/", _api_page, include_in_schema=False)
    app.mount("/", StaticFiles(directory=STATIC, html=True))
    app.add_middleware(Guard, names=chosen.names)
    return app


def _api_page() -> FileResponse:
    return FileResponse(STATIC / "api.html")


async def _clean(queue: JobQueue) -> None:
    while True:
        await asyncio.sleep(ROUND)
        await queue.delete_due()
