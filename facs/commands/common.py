"""What several subcommands share: how a source is named, what is told, a bar of progress."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = [
    "Bar",
    "of_profile",
    "progress_bar",
    "source_of",
    "stem_of",
    "stopped",
    "tell",
    "write_and_tell",
]

Bar = Callable[[int, "int | None"], None]


def source_of(text: str) -> str | int:
    """A camera's number where the text is one and no file has that name."""
    return int(text) if text.isdecimal() and not Path(text).exists() else text


def stem_of(source: str) -> str:
    """What the names of results begin with."""
    if isinstance(source_of(source), int):
        return f"camera{source}"
    # Without following links: what a link is called is what its results are called.
    return Path(os.path.normpath(Path(source).absolute())).stem


def tell(recording: Recording) -> None:
    """Say who was found; what is wrong with the source goes to standard error."""
    typer.echo(str(recording))
    for person in recording.people:
        typer.echo(f"  {person}")
    for note in recording.notes:
        typer.echo(f"note: {note}", err=True)
    if recording.damage:
        typer.echo(f"damaged: {recording.damage}", err=True)


def write_and_tell(recording: Recording, paths: Iterable[Path]) -> None:
    """Write results, each as its path is asked for; only then say of what, and where they are.

    What was written before something went wrong is said too.
    """
    written: list[Path] = []
    try:
        for path in paths:
            written.append(path)
    finally:
        tell(recording)
        for path in written:
            typer.echo(f"wrote {path}")


@contextmanager
def stopped(left: str, rows: Path | None = None) -> Iterator[None]:
    """Say what is left when somebody presses Ctrl-C.

    Parameters
    ----------
    left : str
        Such as "nothing was written".
    rows : Path, optional
        Where rows are kept; if they are, it is said how to make results of them.
    """
    try:
        yield
    except KeyboardInterrupt:
        if rows is not None and rows.exists():
            left = f"facs recover {shlex.quote(str(rows))} makes results of what was done"
        typer.echo(f"stopped; {left}", err=True)
        raise


@contextmanager
def of_profile(path: Path, model: str | None) -> Iterator[None]:
    """Name the line of a profile whose model is not here, where no other one was asked for."""
    from facs.errors import ModelError
    from facs.meaning.profile_file import line_of

    try:
        yield
    except ModelError as error:
        line = line_of(path, "model") if model is None and path.exists() else None
        if line is None:
            raise
        raise ModelError(
            f"{path}, line {line}: {error}; without this line it is the model of this facs: enrol "
            "anew then, for thresholds and the rest are of the other one"
        ) from None


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Bar | None]:
    """A progress bar on standard error; nothing where that is not a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("frames", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
