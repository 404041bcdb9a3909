"""The page of a session: its state as it changes, its log, and what a carer does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from threading import Event
from typing import Any, Final

from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from facs._version import __version__
from facs.errors import InputError
from facs.live.languages import language_of
from facs.live.log import Entry
from facs.live.picture import jpeg
from facs.live.session import Session
from facs.web.app import SILENT, STATIC
from facs.web.guard import Guard

__all__ = ["create_page"]

OWN: Final = Path(str(files("facs.live"))) / "static"

SHARED: Final = ("style.css", "page.css", "dom.js", "icon.svg")
"""What this page has in common with that of `facs serve`."""

PERIOD: Final = 0.1
"""Seconds between two states that are told: bars that move, not more than an eye sees."""

MOST: Final = 200
"""Entries of the log that a page gets."""


class Judged(BaseModel):
    """What a carer says of a word."""

    mark: str


def create_page(session: Session, over: Event | None = None) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    session : Session
    over : threading.Event, optional
        Set when streams have to end.
    """
    app = FastAPI(
        title="facs live",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=SILENT,
    )
    _add_state(app, session, over or Event())
    _add_deeds(app, session)
    for name in SHARED:
        app.add_api_route(f"/{name}", _file(STATIC / name), include_in_schema=False)
    app.mount("/", StaticFiles(directory=OWN, html=True))
    app.add_middleware(Guard)
    return app


def _add_state(app: FastAPI, session: Session, over: Event) -> None:
    @app.get("/api/facts")
    def facts() -> dict[str, Any]:
        return _facts(session)

    @app.get("/api/state")
    def state() -> dict[str, Any]:
        return session.state.plain()

    @app.get("/api/events")
    async def events() -> StreamingResponse:
        return StreamingResponse(_stream(session, over), media_type="text/event-stream")

    @app.get("/api/log")
    def log() -> list[dict[str, Any]]:
        return [_plain(entry) for entry in session.log.entries[-MOST:]]

    @app.get("/api/picture.jpg")
    def picture() -> Response:
        latest = session.picture
        if latest is None:
            raise HTTPException(404, "there is no picture yet")
        return Response(jpeg(*latest), media_type="image/jpeg")


def _add_deeds(app: FastAPI, session: Session) -> None:
    @app.post("/api/pause", status_code=204)
    def pause() -> None:
        session.pause()

    @app.post("/api/resume", status_code=204)
    def resume() -> None:
        session.resume()

    @app.post("/api/undo", status_code=204)
    def undo() -> None:
        session.undo()

    @app.post("/api/here", status_code=204)
    def here() -> None:
        session.here()

    @app.put("/api/words/{number}/mark", status_code=204)
    def mark(number: int, judged: Judged) -> None:
        try:
            session.mark(number, judged.mark)
        except InputError as error:
            raise HTTPException(404, str(error)) from None


async def _stream(session: Session, over: Event) -> AsyncIterator[str]:
    """Tell the state, again and again; who reads slowly gets the newest one next."""
    while not over.is_set():
        yield f"data: {json.dumps(session.state.plain())}\n\n"
        await asyncio.sleep(PERIOD)


def _facts(session: Session) -> dict[str, Any]:
    profile = session.profile
    words = " ".join(sign.word for sign in profile.signs)
    return {
        "session": session.id,
        "name": profile.name,
        "language": language_of(words),
        "wake": profile.sleep.wake.name,
        "asleep_s": profile.sleep.after,
        "logged": session.log.path is not None,
        "gestures": [
            {"gesture": sign.gesture.name, "word": sign.word, "rule": sign.gesture.rule}
            for sign in profile.signs
        ],
    }


def _plain(entry: Entry) -> dict[str, Any]:
    word = entry.word
    return {
        "kind": entry.kind,
        "number": None if word is None else word.number,
        "word": "" if word is None else word.text,
        "gesture": "" if word is None else word.sign.gesture.name,
        "clock": entry.written.strftime("%H:%M:%S"),
        "seconds": round(entry.seconds, 2),
        "mark": entry.mark,
        "text": entry.text,
    }


def _file(path: Path) -> Any:
    def answer() -> FileResponse:
        return FileResponse(path)

    return answer
