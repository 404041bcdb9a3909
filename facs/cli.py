"""The command ``facs``: every subcommand is a few lines over the library."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from facs.commands.adapt import adapt
from facs.commands.agree import agree
from facs.commands.batch import batch
from facs.commands.common import progress_bar as _bar
from facs.commands.common import source_of as _source
from facs.commands.common import stem_of as _stem
from facs.commands.common import stopped as _stopped
from facs.commands.common import write_and_tell
from facs.commands.enroll import enroll
from facs.commands.explain import explain
from facs.commands.export import export
from facs.commands.live import live
from facs.commands.recover import recover
from facs.commands.report import report
from facs.commands.serve import serve
from facs.commands.streams import patient_streams
from facs.commands.train import train
from facs.errors import FacsError
from facs.files import keep_sources

__all__ = ["app", "main"]

# Tables of options cut their names where the window is narrow; plain text wraps.
_narrow = shutil.get_terminal_size().columns < 72

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None if _narrow else "rich",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Facial action units from video, frame by frame.",
)


def main() -> None:
    """Run the command; what goes wrong is one line on standard error and exit status 2."""
    with patient_streams() as output:
        status = _status()
        for listener in output:
            if listener.trouble is not None:
                _say(f"cannot write to standard output: {listener.trouble}")
                status = status or 2
    sys.exit(status)


def _status() -> int | str | None:
    """The exit status of the command."""
    try:
        app()
    except SystemExit as ended:  # how typer ends
        return ended.code
    except FacsError as error:
        _say(" ".join(str(error).split()))
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _say(line: str) -> None:
    print(f"facs: {line}", file=sys.stderr)  # noqa: T201


def _tell_version(wanted: bool) -> None:
    if wanted:
        from facs._version import __version__

        typer.echo(f"facs {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool,
        typer.Option(  # eager: it needs no command
            "--version", callback=_tell_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    pass


@app.command()
def analyze(
    source: Annotated[
        str, typer.Argument(help="A video, a picture, a folder of pictures, or a camera's number.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the results; it must exist.")
    ] = Path(),
    formats: Annotated[
        list[str],
        typer.Option(
            "--format",
            "-f",
            help="csv, parquet, json, facs, openface, feat, eaf, boris, bids, srt, vtt.",
        ),
    ] = ["csv"],  # noqa: B006  (typer wants a plain list)
    events: Annotated[bool, typer.Option("--events", help="Also write the events.")] = False,
    overlay: Annotated[bool, typer.Option("--overlay", help="Also draw on the video.")] = False,
    plot: Annotated[bool, typer.Option("--plot", help="Also draw a timeline.")] = False,
    start: Annotated[float | None, typer.Option(help="First second to analyse.")] = None,
    stop: Annotated[float | None, typer.Option(help="Second to stop before.")] = None,
    rate: Annotated[float | None, typer.Option(help="Frames a second, where no times are.")] = None,
    max_people: Annotated[int, typer.Option(help="Most people followed at once.")] = 5,
    detector: Annotated[str, typer.Option(help="haar or dlib.")] = "haar",
    model: Annotated[str | None, typer.Option(help="A name of `facs models`, or a path.")] = None,
    motion: Annotated[bool, typer.Option(help="Use the temporal stream.")] = True,
    steady: Annotated[bool, typer.Option(help="With motion: mean over a few frames.")] = True,
    threads: Annotated[int, typer.Option(help="Threads of each stage.")] = 1,
    stream: Annotated[
        bool, typer.Option("--stream", help="For hours: keep rows in NAME.rows while it runs.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Say, for every frame and person, which facial muscles moved."""
    from facs.outputs.plan import OutputPlan, part_name
    from facs.pipeline import AnalyzeOptions
    from facs.pipeline import analyze as run

    options = AnalyzeOptions(
        start=start,
        stop=stop,
        rate=rate,
        max_people=max_people,
        detector=detector,
        motion=motion,
        steady=steady,
        threads=threads,
    )
    chosen = _source(source)
    stem = part_name(_stem(source), start, stop)
    plan = OutputPlan(out, stem, tuple(formats), events, overlay, plot)
    plan.check(chosen)
    journal = out / f"{stem}.rows" if stream else None
    with _stopped("nothing was written", journal), _bar(quiet) as progress:
        recording = run(chosen, model=model, options=options, progress=progress, journal=journal)
    with _stopped("no more was written than is said", journal):
        write_and_tell(recording, plan.write(recording, chosen, rate))
    if journal is not None:
        journal.unlink()


_nothing_left = _stopped("nothing was written")
_goes_on = _stopped("run it again to go on")

app.command()(_goes_on(batch))
app.command()(_nothing_left(report))
app.command()(_nothing_left(agree))
app.command()(_nothing_left(enroll))
app.command()(_nothing_left(adapt))
app.command()(live)
app.command()(_stopped("run it again for all files")(export))
app.command()(_nothing_left(explain))
app.command()(_nothing_left(recover))
app.command()(serve)


@app.command()
@_nothing_left
def evaluate(
    predictions: Annotated[Path, typer.Argument(help="CSV of facs, OpenFace, Py-Feat, or plain.")],
    labels: Annotated[Path, typer.Argument(help="CSV: 0 or 1, letters A to E, or 0 to 5.")],
    out: Annotated[list[Path], typer.Option("--out", "-o", help=".md or .json; repeatable.")] = [],  # noqa: B006
    threshold: Annotated[list[str], typer.Option(help="0.4, or AU12=0.4; repeatable.")] = [],  # noqa: B006
    model: Annotated[str | None, typer.Option(help="Take the thresholds of this model.")] = None,
    level: Annotated[str, typer.Option(help="Labelled intensity from which a unit counts.")] = "A",
    values: Annotated[str, typer.Option(help="Labels: auto, presence or intensity.")] = "auto",
    first_frame: Annotated[int, typer.Option(help="First frame's number in the labels.")] = 0,
    rename: Annotated[list[str], typer.Option(help="AU45=AU43; repeatable.")] = [],  # noqa: B006
    person: Annotated[str | None, typer.Option(help="Whom of the predictions to take.")] = None,
    rate: Annotated[float | None, typer.Option(help="Frames a second, where no times are.")] = None,
    unseen: Annotated[str, typer.Option(help="Not predicted: left-out or absent.")] = "left-out",
    draws: Annotated[int, typer.Option(help="Bootstrap draws of subjects.")] = 1000,
) -> None:
    """Score predictions against labels, with intervals, beside what guessing reaches."""
    from rich.console import Console

    from facs.evaluation import compare
    from facs.evaluation.report_rich import print_report
    from facs.evaluation.report_values import ReportOptions
    from facs.evaluation.report_views import write_report

    for path in out:
        keep_sources(path, predictions, labels)
    how = compare.Comparison(
        compare.read_thresholds(threshold), model, compare.read_level(level), values, first_frame,
        compare.read_renames(rename), person, rate, unseen,
    )  # fmt: skip
    report = compare.compare_files(predictions, labels, how, ReportOptions(draws=draws))
    for path in out:
        write_report(report, path, f"# {report.name}\n\n")
    print_report(report, Console())
    for path in out:
        typer.echo(f"wrote {path}")


@app.command()
def models(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL...]", help="Names or paths.")
    ] = None,
) -> None:
    """List the shipped models, or these: units, what they learned from, licence, size."""
    from facs.network.weights import DEFAULT, files_of, shipped, spec_of

    listed = {path: files_of(path) for path in paths} if paths else shipped()
    for name, files in listed.items():
        spec = spec_of(files)
        mark = " (default)" if name == DEFAULT else ""
        typer.echo(f"{name}{mark}  version {spec.version}  {files.size / 1e6:.1f} MB")
        typer.echo(f"  units     {' '.join(str(int(unit)) for unit in spec.units)}")
        typer.echo(f"  sides of  {' '.join(str(int(unit)) for unit in spec.sided)}")
        typer.echo(f"  licence   {spec.licence}")
        typer.echo(f"  learned   {spec.training}")


@app.command()
@_goes_on
def synth(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the shards.")],
    assets: Annotated[
        Path, typer.Option(help="Folder of the assets, or a checkout of ICT-FaceKit.")
    ],
    clips: Annotated[int, typer.Option(help="How many clips.")] = 28,
    stills: Annotated[int, typer.Option(help="How many stills.")] = 0,
    frames: Annotated[int, typer.Option(help="Frames of a clip, 30 a second.")] = 18,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 0,
    size: Annotated[int, typer.Option(help="Side of the pictures in pixels.")] = 160,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Render faces whose every muscle is known; shards that exist are kept."""
    from facs.synthesis.job import Job, render

    job = Job(assets, out, stills, clips, frames, seed, size)
    with _bar(quiet) as progress:
        paths = render(job, progress)
    count = stills + clips * frames
    typer.echo(f"wrote {count} frames in {len(paths)} shards to {out}")


app.add_typer(train, name="train")
