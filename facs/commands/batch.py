"""``facs batch``: a folder or a list of videos, resumed where it stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from facs.batch import BatchProgress, BatchResult, Entry

__all__ = ["batch"]

MOST: int = 100
"""The exit status says how many videos failed, up to so many."""


def batch(
    sources: Annotated[
        list[str],
        typer.Argument(help="Folders of videos, .txt lists with a path on each line, videos."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the results.")],
    formats: Annotated[
        list[str], typer.Option("--format", "-f", help="As of facs analyze; repeatable.")
    ] = ["csv"],  # noqa: B006  (typer wants a plain list)
    events: Annotated[bool, typer.Option("--events", help="Also write the events.")] = False,
    overlay: Annotated[bool, typer.Option("--overlay", help="Also draw on the videos.")] = False,
    plot: Annotated[bool, typer.Option("--plot", help="Also draw timelines.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes, of one thread each.")] = 1,
    ray: Annotated[
        str | None, typer.Option(help="A Ray cluster instead: auto, local, ray://HOST:PORT.")
    ] = None,
    start: Annotated[float | None, typer.Option(help="First second to analyse.")] = None,
    stop: Annotated[float | None, typer.Option(help="Second to stop before.")] = None,
    max_people: Annotated[int, typer.Option(help="Most people followed at once.")] = 5,
    detector: Annotated[str, typer.Option(help="haar or dlib.")] = "haar",
    model: Annotated[str | None, typer.Option(help="A name of `facs models`, or a path.")] = None,
    motion: Annotated[bool, typer.Option(help="Use the temporal stream.")] = True,
    steady: Annotated[bool, typer.Option(help="With motion: mean over a few frames.")] = True,
    patience: Annotated[
        float, typer.Option(help="Seconds without a frame after which a video has failed.")
    ] = 600,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")] = False,
) -> None:
    """Analyse many videos; run it again to go on where it stopped.

    The exit status is the number of videos that failed, at most 100.
    """
    from facs.batch import BatchOptions, run_batch
    from facs.pipeline import AnalyzeOptions

    analyze = AnalyzeOptions(
        start=start,
        stop=stop,
        max_people=max_people,
        detector=detector,
        motion=motion,
        steady=steady,
    )
    options = BatchOptions(
        tuple(formats), events, overlay, plot, model, analyze, jobs=jobs, patience=patience
    )
    with _bars(quiet) as progress:
        result = run_batch(sources, out, options, ray=ray, progress=progress)
    _summary(result, out)
    raise typer.Exit(min(len(result.failed), MOST))


def _summary(result: BatchResult, out: Path) -> None:
    typer.echo(f"{str(result).strip('<>')}; see {out / 'manifest.jsonl'}")


def _trouble(entry: Entry | None) -> str:
    """What is wrong with a video, in one line; nothing if nothing is."""
    from facs.video.paths import printable

    if entry is None or not (entry.error or entry.damage):
        return ""
    name = "/".join(printable(Path(part)) for part in Path(entry.name).parts)
    return f"failed: {name}: {entry.error}" if entry.error else f"damaged: {name}: {entry.damage}"


def _plainly(progress: BatchProgress) -> None:
    if trouble := _trouble(progress.entry):
        typer.echo(trouble, err=True)


@contextmanager
def _bars(quiet: bool) -> Iterator[Callable[[BatchProgress], None]]:
    """Two progress bars on standard error, of videos and of frames; lines about bad videos."""
    if quiet or not sys.stderr.isatty():
        yield _plainly
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        videos = bars.add_task("videos", total=None)
        frames = bars.add_task("frames", total=None)

        def show(progress: BatchProgress) -> None:
            if trouble := _trouble(progress.entry):
                bars.console.print(trouble, markup=False, highlight=False, soft_wrap=True)
            if progress.entry is None:
                done = sum(done for done, _ in progress.frames.values())
                total = sum(expected or 0 for _, expected in progress.frames.values())
                bars.update(frames, completed=done, total=total or None)
            finished = progress.before + progress.done + progress.failed
            bars.update(videos, completed=finished, total=progress.total)

        yield show
