"""``facs agree``: how far a program and a coder agree, or two coders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facs.files import keep_sources

if TYPE_CHECKING:
    from facs.evaluation.report_views import View

__all__ = ["agree"]

PICTURES = (".png", ".svg", ".pdf")


def agree(
    first: Annotated[
        Path, typer.Argument(help=".facs, .eaf, BORIS or BIDS events, or CSV by frame.")
    ],
    second: Annotated[Path, typer.Argument(help="The same; the order does not matter.")],
    out: Annotated[
        list[Path],
        typer.Option("--out", "-o", help=".md, .csv, .json, .png, .svg, .pdf; repeatable."),
    ] = [],  # noqa: B006  (typer wants a plain list)
    person: Annotated[str | None, typer.Option(help="Whom of the first, if several.")] = None,
    other: Annotated[str | None, typer.Option(help="Whom of the second, if several.")] = None,
    units: Annotated[
        list[str], typer.Option("--unit", help="A unit that both looked for; repeatable.")
    ] = [],  # noqa: B006
    rename: Annotated[
        list[str], typer.Option(help="Read a unit as another: AU45=AU43; repeatable.")
    ] = [],  # noqa: B006
    tolerance: Annotated[float, typer.Option(help="Seconds of shift that are forgiven.")] = 0.2,
    rate: Annotated[float | None, typer.Option(help="Frames a second, without times.")] = None,
    until: Annotated[float | None, typer.Option(help="Leave out what comes later.")] = None,
    threshold: Annotated[
        list[str], typer.Option(help="Of a program's scores: 0.4, or AU12=0.4; repeatable.")
    ] = [],  # noqa: B006
    model: Annotated[str | None, typer.Option(help="Take the thresholds of this model.")] = None,
    level: Annotated[
        str | None, typer.Option(help="Intensity from which a unit counts on both sides: A to E.")
    ] = None,
) -> None:
    """Say how far two codings of a video agree, unit by unit."""
    from facs.evaluation.agree import Pairing, pair
    from facs.evaluation.agree_views import agreement_facts, agreement_table, write_agreement
    from facs.evaluation.compare import read_level, read_renames, read_thresholds
    from facs.evaluation.report import ReportOptions, evaluate

    for path in out:
        keep_sources(path, first, second)
    how = Pairing(
        person, other, tuple(units), read_renames(rename), read_thresholds(threshold), model,
        None if level is None else read_level(level), rate, until,
    )  # fmt: skip
    names = (first.name, second.name) if first.name != second.name else (str(first), str(second))
    aligned = pair(first, second, how)
    report = evaluate(aligned, names[0], ReportOptions(draws=0, tolerance=tolerance, coders=True))
    for path in out:
        if path.suffix.lower() in PICTURES:
            from facs.evaluation.agree_plot import plot_agreement

            plot_agreement(report, aligned, path, *names)
        else:
            write_agreement(report, path, *names)
    _print(agreement_table(report))
    for fact in agreement_facts(report, *names):
        typer.echo(f"- {fact}")
    for path in out:
        typer.echo(f"wrote {path}")


def _print(view: View) -> None:
    """A table of words in columns of their own width, the numbers to the right."""
    rows = [list(view.columns), *view.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(view.columns))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]
        typer.echo("  ".join(cells))
    typer.echo("")
