"""``facs recover``: results of the rows that an analysis left behind when it broke off."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facs.commands.common import stem_of, write_and_tell
from facs.errors import NoFramesError

__all__ = ["recover"]


def recover(
    rows: Annotated[Path, typer.Argument(help="NAME.rows of facs analyze --stream.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the results; it must exist.")
    ] = Path(),
    formats: Annotated[
        list[str], typer.Option("--format", "-f", help="As of facs analyze; repeatable.")
    ] = ["csv"],  # noqa: B006  (typer wants a plain list)
    events: Annotated[bool, typer.Option("--events", help="Also write the events.")] = False,
    plot: Annotated[bool, typer.Option("--plot", help="Also draw a timeline.")] = False,
    start: Annotated[float | None, typer.Option(help="First second to write.")] = None,
    stop: Annotated[float | None, typer.Option(help="Second to stop before.")] = None,
) -> None:
    """Write results of the rows that an analysis left behind, or of a part of them."""
    from facs.outputs.plan import OutputPlan, part_name
    from facs.recovery import recover as run

    stem = part_name(stem_of(str(rows)), start, stop)
    plan = OutputPlan(out, stem, tuple(formats), events, plot=plot)
    plan.check(rows)
    recording = run(rows, start=start, stop=stop)
    if not len(recording) and (start, stop) != (None, None):
        why = "; ".join(recording.notes) or "no frame lies in the seconds that were asked for"
        raise NoFramesError(f"{rows}: {why}")
    write_and_tell(recording, plan.write(recording, out / recording.source))
