"""The guard at the door: who may ask, and what every answer forbids the page to do.

A page of somebody else in the same browser must not be able to use this server, nor to read
from it, nor to frame it: not by a form, not by a picture, and not by a name that it makes
point to this machine (DNS rebinding).
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facs.web.options import is_loopback

__all__ = ["POLICY", "Guard"]

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self' blob:",  # blob: what the camera has just recorded
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""What the page may load and run: its own files, and no text that became code."""

_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), display-capture=()",
}

_OPENER: Final = {"cross-origin-opener-policy": "same-origin"}
"""For pages by https or of this machine; elsewhere browsers ignore it, and say so at each load."""

_READS: Final = frozenset({"GET", "HEAD"})
_OURS: Final = frozenset({"same-origin", "none"})


class Guard:
    """ASGI middleware that refuses strangers and adds the headers.

    Parameters
    ----------
    app : ASGI application
    names : tuple of str
        Host names by which the server may be asked, beside ``localhost`` and any IP address.
    """

    def __init__(self, app: ASGIApp, names: tuple[str, ...] = ()) -> None:
        self._app = app
        self._names = frozenset({"localhost", *(name.lower() for name in names)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), scope["path"], trusted)
            await send(message)

        headers = Headers(scope=scope)
        trusted = scope["scheme"] == "https" or is_loopback(_name_of(headers.get("host", "")))
        refusal = self.refusal(scope["method"], scope["path"], headers)
        app = self._app if refusal is None else JSONResponse({"detail": refusal}, 403)
        await app(scope, receive, send_with_headers)

    def refusal(self, method: str, path: str, headers: Headers) -> str | None:
        """Why a request is refused; None where it is not.

        Examples
        --------
        >>> guard = Guard(None)
        >>> guard.refusal("GET", "/", Headers({"host": "127.0.0.1:8765"})) is None
        True
        >>> guard.refusal("GET", "/", Headers({"host": "evil.example"}))
        'this server does not answer to that name: --name adds one'
        """
        host = headers.get("host", "")
        if not self._is_our_name(host):
            return "this server does not answer to that name: --name adds one"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return "this request comes from another site"
        if headers.get("sec-fetch-site", "none") not in _OURS and not _is_a_link(
            method, path, headers
        ):
            return "this request comes from another site"
        return None

    def _is_our_name(self, host: str) -> bool:
        name = _name_of(host)
        if name in self._names:
            return True
        try:
            ip_address(name)  # nobody but us can make an address point here
        except ValueError:
            return False
        return True


def _name_of(host: str) -> str:
    """The name or address in a header such as ``[::1]:8765``; empty where there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_a_link(method: str, path: str, headers: Headers) -> bool:
    """Whether somebody follows a link to the page itself."""
    return (
        method in _READS
        and not path.startswith("/api/")
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _add_headers(headers: MutableHeaders, path: str, trusted: bool) -> None:
    for name, value in (_HEADERS | _OPENER if trusted else _HEADERS).items():
        headers[name] = value
    # Faces are not to lie in the browser's own folders on disk; the page's files may, if asked.
    headers["cache-control"] = "no-store" if path.startswith("/api/") else "no-cache"
