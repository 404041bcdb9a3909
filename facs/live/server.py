"""The page at an address of this machine alone, for as long as a session lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from facs.errors import MissingPackageError
from facs.live.session import Session

__all__ = ["serving"]

PARTING: Final = 3
"""Seconds that an answer may still take when the session ends."""


@contextmanager
def serving(session: Session, port: int = 0) -> Iterator[str]:
    """Serve the page of a session, in a thread.

    Yields
    ------
    str
        The address to open. Other machines cannot reach it.

    Raises
    ------
    MissingPackageError
        If FastAPI or uvicorn is not installed.
    OutputError
        If the port is taken.
    """
    try:
        import uvicorn

        from facs.live.page import create_page
        from facs.web.server import Address, listen
    except ImportError as error:
        name = error.name or "fastapi"
        raise MissingPackageError.of(name, "live", "facs live (without --no-page)") from None
    address, over = Address(port=port), Event()
    with listen(address) as listening:
        server = uvicorn.Server(
            uvicorn.Config(
                create_page(session, over),
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=PARTING,
            )
        )
        thread = Thread(target=server.run, args=([listening],), name="page", daemon=True)
        thread.start()
        try:
            yield address.url(listening.getsockname()[1], None)
        finally:
            over.set()
            server.should_exit = True
            thread.join(PARTING + 2)
