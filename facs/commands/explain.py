"""``facs explain``: where in a face a unit was seen, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facs.files import keep_sources

if TYPE_CHECKING:
    from facs.explaining.explanation import Explanation

__all__ = ["explain"]


def explain(
    source: Annotated[str, typer.Argument(help="A video, a picture, or a recording (.facs).")],
    unit: Annotated[str, typer.Option(help="Such as AU12.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture, .png or .jpg.")],
    time: Annotated[
        float | None, typer.Option(help="Seconds; by default where the unit is strongest.")
    ] = None,
    side: Annotated[
        str | None, typer.Option(help="left, right or both; by default where it is shown.")
    ] = None,
    person: Annotated[int | None, typer.Option(help="Whom, if there are several.")] = None,
    method: Annotated[
        str, typer.Option(help="differences, occlusion; with torch gradient, gradcam.")
    ] = "differences",
    stream: Annotated[str, typer.Option(help="spatial or temporal.")] = "spatial",
    video: Annotated[
        Path | None, typer.Option(help="Of a recording, where it does not lie here.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="A name of `facs models`, or a path.")] = None,
    crop: Annotated[
        bool, typer.Option("--crop", help="Draw the aligned face, not the whole picture.")
    ] = False,
) -> None:
    """Draw where in a face the evidence for a unit lies, at one moment."""
    from facs.explaining.drawing import write_explanation
    from facs.explaining.explain import explain as run
    from facs.explaining.moment import picture_at
    from facs.recording import Recording

    keep_sources(out, source, video, *Path(source).glob("*"))
    recorded = Path(source).suffix.lower() == ".facs"
    film = Recording.load(source) if recorded else source
    found = run(
        film,
        unit,
        side=side,
        time=time,
        person=person,
        video=video,
        method=method,
        stream=stream,
        model=model,
    )
    where = video or (Path(film.source) if isinstance(film, Recording) else film)
    write_explanation(found, out, None if crop else picture_at(where, found.time))
    _tell(found)
    typer.echo(f"wrote {out}")


def _tell(found: Explanation) -> None:
    typer.echo(str(found))
    if found.hidden == found.hidden:
        typer.echo(f"  {found.hidden:.2f} is left when the brightest place is hidden")
    if found.blank == found.blank:
        typer.echo(f"  correlation with the map of a blank face: {found.blank:.2f}")
