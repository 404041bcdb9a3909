"""``serve``: the application at an address, until somebody stops it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from facs.errors import InputError, MissingPackageError, OutputError
from facs.web.options import ServeOptions, is_loopback
from facs.web.reach import own_addresses
from facs.web.store import Store

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

__all__ = ["Address", "listen", "serve", "server_of"]

CONNECTIONS: Final = 200
"""Connections at once; more are told to come back."""

PARTING: Final = 3
"""Seconds that an answer may still take when the server stops."""

_EVERYWHERE: Final = {"0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}
"""Hosts that are every address of this machine."""


@dataclass(frozen=True)
class Address:
    """Where to serve.

    Parameters
    ----------
    host : str
        ``127.0.0.1`` is this machine alone; ``0.0.0.0`` is everybody who reaches it.
    port : int
        0 takes one that is free.
    certificate, key : Path, optional
        For https, which browsers want before they give the camera to another machine.

    Raises
    ------
    InputError
        If only one of certificate and key is given, or the port is none.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        """Refuse half a certificate."""
        if (self.certificate is None) != (self.key is None):
            raise InputError("wanted a certificate and its key, got only one of them")
        if not 0 <= self.port <= 65535:
            raise InputError(f"wanted a port from 0 to 65535, got {self.port}")

    def url(self, port: int, token: str | None) -> str:
        """What to open in a browser.

        Examples
        --------
        >>> Address("0.0.0.0").url(8765, "abc"), Address("::1").url(80, None)
        ('http://127.0.0.1:8765/#token=abc', 'http://[::1]:80/')
        >>> Address().url(8765, "a b%")
        'http://127.0.0.1:8765/#token=a%20b%25'
        """
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        host = f"[{host}]" if ":" in host else host
        scheme = "http" if self.certificate is None else "https"
        place = "" if token is None else f"#token={quote(token, safe='')}"
        return f"{scheme}://{host}:{port}/{place}"

    def urls(self, port: int, token: str | None) -> tuple[str, ...]:
        """What to open in a browser here, then what others around open.

        Examples
        --------
        >>> Address().urls(8765, None)
        ('http://127.0.0.1:8765/',)
        """
        family = _EVERYWHERE.get(self.host)
        others = () if family is None else own_addresses(family)
        return tuple(replace(self, host=host).url(port, token) for host in (self.host, *others))


def serve(
    options: ServeOptions,
    address: Address,
    *,
    ready: Callable[[tuple[str, ...]], None] = lambda urls: None,
) -> None:
    """Serve until the process is interrupted.

    Parameters
    ----------
    options : ServeOptions
    address : Address
    ready : callable
        Is told what to open, first on this machine, then on others, once the server listens.

    Raises
    ------
    InputError
        If others can reach the server and it asks for no token.
    ModelError
        If there is no such model.
    MissingPackageError
        If FastAPI, uvicorn or python-multipart is not installed.
    OutputError
        If the address is taken, or the folder cannot be used.
    """
    if options.token is None and not is_loopback(address.host):
        raise InputError(f"wanted a token, because others can reach {address.host}, got none")
    try:
        import uvicorn  # noqa: F401

        from facs.network.weights import files_of
        from facs.web.app import create_app
    except ImportError as error:
        raise MissingPackageError.of(error.name or "fastapi", "web", "facs serve") from None
    files_of(options.model)  # fails now, and not in the first video
    if options.folder is not None:
        Store(options.folder).close()  # fails now, in words, rather than while starting
    with listen(address) as listening:
        server = server_of(create_app(options), address)
        ready(address.urls(listening.getsockname()[1], options.token))
        server.run(sockets=[listening])


def server_of(app: FastAPI, address: Address) -> uvicorn.Server:
    """Make the server of an application, which listens nowhere yet."""
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Who watches a job is told that it is over; else the server would wait for them.
            await app.state.queue.close()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # addresses of results are secrets
        server_header=False,
        date_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=PARTING,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
    )
    return Server(config)


def listen(address: Address) -> socket.socket:
    """Listen at an address; connections wait there until somebody serves them."""
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        return _listening(socket.socket(family, socket.SOCK_STREAM), address)
    except OSError as error:
        raise OutputError(
            f"cannot serve at {address.host} port {address.port}: {error.strerror or error}; "
            "choose another --port"
        ) from error


def _listening(one: socket.socket, address: Address) -> socket.socket:
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((address.host, address.port))
        one.listen(128)
    except BaseException:
        one.close()
        raise
    return one
