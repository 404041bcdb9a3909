"""``facs export``: the files of a model, for apps that run them without this library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["export"]


def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the files; it is made.")],
    model: Annotated[
        str | None, typer.Option(help="A name of `facs models`, or the path of -spatial.onnx.")
    ] = None,
    precision: Annotated[
        list[str], typer.Option("--precision", "-p", help="fp32, fp16, int8; repeatable.")
    ] = ["fp32", "fp16", "int8"],  # noqa: B006  (typer wants a plain list)
) -> None:
    """Write a model as ONNX for apps, with all that they must know as JSON and a README."""
    from facs.apps.write import MANIFEST, export_model, left_over

    written = export_model(model, out, precision)
    for path in written:
        typer.echo(f"wrote {path}  {path.stat().st_size / 1e6:.1f} MB")
    for path in left_over(written):
        typer.echo(f"note: {path} lay there before: {MANIFEST} does not list it", err=True)
