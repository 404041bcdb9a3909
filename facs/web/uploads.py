"""Uploads: from the network to a file, piece by piece, and no further than they may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from facs.web.kinds import HEAD, media_kind
from facs.web.names import shown_name

__all__ = ["FRAME", "PATIENCE", "declared_size", "receive", "too_large"]

FIELD: Final = b"file"
"""Name of the part of the form that holds the video."""

FRAME: Final = 65_536
"""Bytes of a form beside its file: boundaries, headers, small fields."""

PATIENCE: Final = 30.0
"""Seconds that an upload may pause."""

_NOT_A_FORM: Final = "wanted a form (multipart/form-data) with a part called file, got another"
_EMPTY: Final = "the file is empty (0 bytes): it was not copied whole, or not recorded"
_KINDS: Final = (
    "this is not a video or picture that can be read here: wanted mp4, mov, webm, mkv, avi, "
    "mpeg, ts, wmv, flv, ogv, gif, jpg, png, webp, bmp or tiff"
)


def declared_size(request: Request) -> int | None:
    """Bytes that the request says it has; None where it does not say."""
    text = request.headers.get("content-length", "")
    return int(text) if text.isdecimal() else None


async def receive(request: Request, path: Path, limit: int) -> str:
    """Write the form's file to `path`; the name that it came with.

    Raises
    ------
    HTTPException
        400 for what is not such a form, 408 for an upload that stands still, 413 for more
        than `limit` bytes, 415 for what is neither a video nor a picture.
    ClientDisconnect
        If the upload is given up.
    """
    with path.open("xb") as file:
        form = _Form(file, limit)
        parser = _parser(request, form)
        async for chunk in _patiently(request.stream()):
            try:
                await asyncio.to_thread(parser.write, chunk)
            except FormParserError:
                raise HTTPException(400, _NOT_A_FORM) from None
    form.finish()
    return shown_name(form.name)


async def _patiently(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        try:
            yield await asyncio.wait_for(anext(stream), PATIENCE)
        except StopAsyncIteration:
            return
        except asyncio.TimeoutError:
            raise HTTPException(408, f"the upload stood still for {PATIENCE:.0f} s") from None


def _parser(request: Request, form: _Form) -> MultipartParser:
    kind, parameters = parse_options_header(request.headers.get("content-type"))
    boundary = parameters.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise HTTPException(400, _NOT_A_FORM)
    try:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": form.on_part_begin,
                "on_header_field": form.on_header_field,
                "on_header_value": form.on_header_value,
                "on_header_end": form.on_header_end,
                "on_headers_finished": form.on_headers_finished,
                "on_part_data": form.on_part_data,
                "on_part_end": form.on_part_end,
                "on_end": form.on_end,
            },
        )
    except FormParserError:
        raise HTTPException(400, _NOT_A_FORM) from None


@dataclass(eq=False)
class _Form:
    """What the parser finds; the part called file goes to disk, others are passed over."""

    file: IO[bytes]
    limit: int
    name: str = ""
    written: int = 0
    beside: int = 0
    found: bool = False
    complete: bool = False
    _here: bool = False
    _head: bytes = b""
    _known: bool = False
    _header: tuple[bytes, bytes] = (b"", b"")
    _headers: dict[bytes, bytes] = field(default_factory=dict)

    def on_part_begin(self) -> None:
        self._headers = {}

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._count_beside(end - start)
        self._header = self._header[0] + data[start:end], self._header[1]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._count_beside(end - start)
        self._header = self._header[0], self._header[1] + data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]
        self._header = (b"", b"")

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._here = options.get(b"name") == FIELD and b"filename" in options
        if self._here and self.found:
            raise HTTPException(400, "wanted one file, got several: send each by itself")
        if self._here:
            self.found = True
            self.name = options[b"filename"].decode("utf-8", "replace")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if not self._here:
            self._count_beside(end - start)
            return
        self.written += end - start
        if self.written > self.limit:
            raise too_large(self.limit)
        if not self._known:
            self._look(data[start:end])
        self.file.write(data[start:end])

    def on_part_end(self) -> None:
        if self._here and not self._known:
            self._decide()
        self._here = False

    def on_end(self) -> None:
        self.complete = True

    def finish(self) -> None:
        """Refuse a form without its file, or without its end."""
        if not self.found or not self.complete:
            raise HTTPException(400, _NOT_A_FORM)

    def _count_beside(self, size: int) -> None:
        self.beside += size
        if self.beside > FRAME:
            raise HTTPException(400, _NOT_A_FORM)

    def _look(self, data: bytes) -> None:
        self._head += data[: HEAD - len(self._head)]
        if len(self._head) == HEAD:
            self._decide()

    def _decide(self) -> None:
        if not self._head:
            raise HTTPException(415, _EMPTY)
        if media_kind(self._head) is None:
            raise HTTPException(415, _KINDS)
        self._known = True


def too_large(limit: int) -> HTTPException:
    """The refusal of what is larger than `limit` bytes."""
    return HTTPException(
        413,
        f"wanted a file of at most {limit / 1e6:.0f} MB: cut it, make it smaller, or start the "
        "server with --max-mb",
    )
