"""``facs report``: one HTML file about a recording, or about a video that is analysed for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facs.commands.common import progress_bar, source_of, stem_of, tell
from facs.files import keep_sources

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["report"]


def report(
    source: Annotated[
        str, typer.Argument(help="A recording (.facs), or a video or pictures to analyse.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file; by default SOURCE.report.html.")
    ] = None,
    card: Annotated[str | None, typer.Option(help="Address of the model card on the web.")] = None,
    model: Annotated[str | None, typer.Option(help="A name of `facs models`, or a path.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Write one HTML file about a recording, to send to a colleague."""
    from facs.outputs.report import write_report
    from facs.recording import Recording

    target = out or Path(f"{stem_of(source)}.report.html")
    keep_sources(target, source)
    kept = Path(source).suffix.lower() == ".facs"
    recording = Recording.load(source) if kept else _analysed(source, model, quiet)
    write_report(recording, target, card=card)
    if not kept:
        tell(recording)
    typer.echo(f"wrote {target}")


def _analysed(source: str, model: str | None, quiet: bool) -> Recording:
    from facs.pipeline import analyze

    with progress_bar(quiet) as progress:
        return analyze(source_of(source), model=model, progress=progress)
