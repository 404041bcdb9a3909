"""``facs adapt``: untagged films of one person, and a model for her if it is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facs.commands.common import progress_bar

if TYPE_CHECKING:
    from facs.adapting.adapt import Adapted
    from facs.adapting.trying import Trial

__all__ = ["adapt"]


def adapt(
    films: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Untagged films of her.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The new model, such as child.onnx.")],
    model: Annotated[
        str | None, typer.Option(help="To begin with: a name of `facs models`, or a path.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="CSV of a few labelled frames, as `facs evaluate` reads it.")
    ] = None,
    person: Annotated[int | None, typer.Option(help="Whom, if there are several.")] = None,
    method: Annotated[
        list[str], typer.Option(help="rest, consistency (needs torch); the better; repeatable.")
    ] = ["rest"],  # noqa: B006  (typer wants a plain list)
    motion: Annotated[bool, typer.Option(help="Use the temporal stream.")] = True,
    detector: Annotated[str, typer.Option(help="haar or dlib.")] = "haar",
    threads: Annotated[int, typer.Option(help="Threads of each stage.")] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Make a model for one person; the old one stays where the new is worse (exit status 1)."""
    from facs.adapting.adapt import adapt as run
    from facs.adapting.files import check_free

    check_free(out)
    with progress_bar(quiet) as progress:
        found = run(
            *films, model=model, labels=labels, person=person, methods=method,
            progress=progress, motion=motion, detector=detector, threads=threads,
        )  # fmt: skip
    try:  # before it is told: nobody may listen
        written = found.save(out) if found.chosen is not None else ()
    finally:
        _tell(found)
    if found.chosen is None:
        typer.echo(f"kept {found.spec.name}, nothing was written: {found.reason}")
        raise typer.Exit(1)
    for path in written:
        typer.echo(f"wrote {path}")


def _tell(found: Adapted) -> None:
    typer.echo(f"{found.frames} frames of her face, {found.seconds:.0f} s")
    for trial in found.trials:
        _tell_trial(trial, trial is found.chosen)


def _tell_trial(trial: Trial, chosen: bool) -> None:
    verdict = "chosen" if chosen else "accepted" if trial.comparison.accepted else "refused"
    typer.echo(f"{trial.method} ({verdict}){'before':>38}{'after':>9}")
    for change in trial.comparison.changes:
        mark = "  worse" if change.worse else ""
        typer.echo(f"  {change.what:<46}{change.before:9.3f}{change.after:9.3f}{mark}")
