"""``facs train``: both networks, from rendered faces and, where there are any, real ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facs.commands.common import stopped
from facs.errors import InputError

if TYPE_CHECKING:
    from facs.training.recipe import Evidence

__all__ = ["train"]

train = typer.Typer(
    no_args_is_help=True, help="Train the networks; runs resume where they stopped."
)


@train.command("landmarks")
@stopped("run it again to go on")
def train_landmarks(
    rendered: Annotated[list[Path], typer.Option(help="Folder of rendered shards; repeatable.")],
    scenes: Annotated[Path, typer.Option(help="Folder of .hdr pictures without people.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints and of the result.")],
    fer: Annotated[Path | None, typer.Option(help="fer2013.npz, faces to adapt to.")] = None,
    photos: Annotated[Path | None, typer.Option(help="facial_expressions.npz, likewise.")] = None,
    start: Annotated[Path | None, typer.Option(help="Checkpoint to begin with.")] = None,
    steps: Annotated[tuple[int, int], typer.Option(help="Rendered, then mixed.")] = (3000, 2500),
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    device: Annotated[str, typer.Option(help="A torch device.")] = "cpu",
) -> None:
    """Train the landmark network."""
    from facs.training.train_landmarks import LandmarkRun
    from facs.training.train_landmarks import train_landmarks as run

    out.mkdir(parents=True, exist_ok=True)
    options = LandmarkRun(
        tuple(rendered), scenes, out, fer, photos, steps, seed=seed, device=device, start=start
    )
    typer.echo(f"wrote {run(options, _steps)}")


@train.command("units")
@stopped("run it again to go on")
def train_units(
    rendered: Annotated[list[Path], typer.Option(help="Folder of rendered shards; repeatable.")],
    test: Annotated[list[Path], typer.Option(help="Folder of shards of other people.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints and of the result.")],
    name: Annotated[str, typer.Option(help="Name of the model.")] = "facs",
    landmarks: Annotated[Path | None, typer.Option(help="Landmark network, ONNX.")] = None,
    fer: Annotated[Path | None, typer.Option(help="fer2013.npz, emotion votes.")] = None,
    photos: Annotated[Path | None, typer.Option(help="facial_expressions.npz.")] = None,
    coded: Annotated[list[str], typer.Option(help="Coded data set, NAME:FOLDER; repeatable.")] = [],  # noqa: B006  (typer wants a plain list)
    start: Annotated[
        list[str],
        typer.Option(
            help="Model, or spatial checkpoint (.pt), to begin with; of several the mean."
        ),
    ] = [],  # noqa: B006  (typer wants a plain list)
    keep: Annotated[
        tuple[float, float],
        typer.Option(help="Share of it that stays to the end: spatial, temporal."),
    ] = (0.0, 0.0),
    teacher: Annotated[
        Path | None, typer.Option(help="Spatial file or checkpoint that judges real faces.")
    ] = None,
    seen: Annotated[
        Path | None, typer.Option(help="List of what real pictures are seen to show.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(help="Such a list of PublicTest, for thresholds.")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Train one stream: spatial, temporal.")] = None,
    leave_out: Annotated[list[int], typer.Option(help="Unit not to ship; repeatable.")] = [],  # noqa: B006  (typer wants a plain list)
    steps: Annotated[tuple[int, int], typer.Option(help="Spatial, temporal.")] = (3000, 2000),
    rates: Annotated[
        tuple[float, float], typer.Option(help="Largest learning rates: spatial, temporal.")
    ] = (1.5e-3, 1.5e-3),
    dropout: Annotated[float, typer.Option(help="Before both dense layers of a stream.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    device: Annotated[str, typer.Option(help="A torch device.")] = "cpu",
) -> None:
    """Train both streams of the action unit model, calibrate, export and measure them."""
    from facs.training.train_units import train_units as run
    from facs.training.unit_run import UnitRun

    options = UnitRun(
        tuple(rendered), tuple(test), out, name, landmarks, fer, photos,
        tuple(map(_coded_set, coded)), steps, rates=rates, dropout=dropout, seed=seed,
        device=device, start=tuple(start), keep=keep,
        teacher=teacher, seen=seen, check=check, evidence=_evidence(leave_out),
        streams=(only,) if only else ("spatial", "temporal"),
    )  # fmt: skip
    report = run(options, _steps)
    for key, value in report["mean"].items():
        typer.echo(f"{key}: {value:.3f}")


def _evidence(left_out: list[int]) -> Evidence:
    from facs.training.recipe import Evidence
    from facs.units import ActionUnit

    unknown = sorted(set(left_out) - {int(unit) for unit in ActionUnit})
    if unknown:
        raise InputError(f"wanted --leave-out with a FACS number, such as 61, got {unknown[0]}")
    return Evidence(doubted=frozenset(map(ActionUnit, left_out)))


def _coded_set(text: str) -> tuple[str, Path]:
    name, colon, folder = text.partition(":")
    if not colon:
        raise InputError(f"wanted --coded NAME:FOLDER, such as disfa:data/DISFA, got {text!r}")
    return name, Path(folder)


def _steps(step: int, loss: float, seconds: float) -> None:
    typer.echo(f"step {step}  loss {loss:.3f}  {seconds:.0f} s")
