"""``facs serve``: the web page, on this machine."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["serve"]


def serve(
    host: Annotated[
        str, typer.Option(help="127.0.0.1 is this machine alone; 0.0.0.0 is everybody around.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes one that is free.")] = 8765,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    folder: Annotated[
        Path | None, typer.Option(help="Where kept results outlive the server.")
    ] = None,
    keep_minutes: Annotated[float, typer.Option(help="Results are deleted after this.")] = 60,
    max_mb: Annotated[float, typer.Option(help="Size of one video.")] = 500,
    max_minutes: Annotated[float, typer.Option(help="Length of one video.")] = 10,
    max_gb: Annotated[float, typer.Option(help="Size of everything together.")] = 10,
    workers: Annotated[int, typer.Option(help="Videos that are analysed at once.")] = 1,
    waiting: Annotated[int, typer.Option(help="Videos that may wait.")] = 32,
    model: Annotated[str | None, typer.Option(help="A name of `facs models`, or a path.")] = None,
    token: Annotated[
        str | None, typer.Option(help="Who submits must know it; made up where others can reach.")
    ] = None,
    name: Annotated[
        list[str], typer.Option(help="A host name to answer to, beside addresses; repeatable.")
    ] = [],  # noqa: B006
    certificate: Annotated[Path | None, typer.Option(help="For https: the certificate.")] = None,
    key: Annotated[Path | None, typer.Option(help="For https: its key.")] = None,
) -> None:
    """Serve the web page and the REST interface; nothing leaves the machine."""
    from facs.web.options import ServeOptions, is_loopback
    from facs.web.server import Address
    from facs.web.server import serve as run

    if token is None and not is_loopback(host):
        token = secrets.token_urlsafe(16)
    options = ServeOptions(
        folder=folder,
        model=model,
        workers=workers,
        waiting=waiting,
        max_bytes=round(max_mb * 1e6),
        max_total_bytes=round(max_gb * 1e9),
        max_seconds=max_minutes * 60,
        keep_seconds=keep_minutes * 60,
        token=token,
        names=tuple(name),
    )

    def ready(urls: tuple[str, ...]) -> None:
        typer.echo(f"facs serve: {urls[0]}")
        for url in urls[1:]:
            typer.echo(f"others open: {url}")
        if is_loopback(host):
            typer.echo("only this machine can reach it; --host 0.0.0.0 lets others, with a token")
        else:
            typer.echo("everybody who reaches this machine and knows the token can use it")
        typer.echo("Ctrl-C stops it")
        if show:
            typer.launch(urls[0])

    run(options, Address(host, port, certificate, key), ready=ready)
