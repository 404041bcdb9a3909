"""The systems of the seed documents for FER2013, trained and measured, and ours.

``python benchmarks/fer.py --data FER2013.npz --systems NAME... --minutes M --out FILE.md`` trains
each system for at most so long, from where the last run left it, and writes the table, the
confusion matrices and ``FILE.json``, in which systems of different runs meet. Without
``--systems`` it names them.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fer_data import CLASSES, Faces, Fer, read
from fer_gan import STEPS
from fer_measure import Scorer, figures, milliseconds
from fer_networks import Committee, parameters
from fer_svm import fit, score
from fer_systems import SYSTEMS, System, named
from fer_tables import markdown, picture
from fer_train import Options, Recipe, Trained, scores_of, train
from heading import commit, exit_status
from torch import nn

from facs.errors import InputError
from facs.files import atomic

__all__ = ["main"]

Row = dict[str, Any]


def main(argv: list[str] | None = None) -> int:
    """Train and measure what is asked for; returns the exit status."""
    chosen = _parser().parse_args(argv)
    if not chosen.systems:
        for system in SYSTEMS:
            print(f"{system.name:18} {system.what} ({system.document})")
        return 0
    return exit_status(_run, chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--systems", nargs="*", metavar="NAME", default=[])
    parser.add_argument("--minutes", type=float, default=30, help="wall clock, for each system")
    parser.add_argument("--epochs", type=int, help="another number than the recipe's")
    parser.add_argument(
        "--cool", type=float, default=0, help="share of the epochs, the last, of falling rate"
    )
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/fer.md"))
    parser.add_argument("--checkpoints", type=Path, default=Path("data/fer"))
    parser.add_argument("--made", type=Path, help="faces of benchmarks/fer_gan.py, for NAME-gan")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, help="of torch, on the CPU")
    parser.add_argument("--full", action="store_true", help="single precision throughout")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _run(chosen: argparse.Namespace) -> None:
    unknown = set(chosen.systems) - {system.name for system in SYSTEMS}
    if unknown:
        names = ", ".join(system.name for system in SYSTEMS)
        raise InputError(f"wanted systems of {names}; got {', '.join(sorted(unknown))}")
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    fer = read(chosen.data)
    for name in chosen.systems:
        row = _finished(named(name), fer, chosen)
        _merge(row, fer.missing(), chosen.out, chosen.seed)
        _say(f"{name}: {100 * row['private']['accuracy']:.2f} % ({row['trained']})")


def _finished(system: System, fer: Fer, chosen: argparse.Namespace) -> Row:
    """Train a system and measure it."""
    scorer, done = _fit(system)(system, fer, chosen)
    private, public = fer.private.labelled, fer.public.labelled
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    times = {n: milliseconds(scorer, private, n) for n in (1, 32)}
    torch.set_num_threads(threads)
    return {
        "name": system.name,
        "seed": chosen.seed,
        **done,
        "private": figures(scorer(private.pictures), private.labels),
        "public": figures(scorer(public.pictures), public.labels),
        "ms alone": times[1],
        "ms of 32": times[32],
        "command": "python " + shlex.join([Path(sys.argv[0]).as_posix(), *sys.argv[1:]]),
        "commit": commit(),
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
    }


def _fit(system: System) -> Callable[[System, Fer, argparse.Namespace], tuple[Scorer, Row]]:
    if system.together:
        return _fit_committee
    return _fit_machine if system.build is None else _fit_network


def _fit_machine(system: System, fer: Fer, chosen: argparse.Namespace) -> tuple[Scorer, Row]:
    machine, done = fit(fer.training.labelled, fer.public.labelled, chosen.seed)
    row = {
        "parameters": int(machine.coef_.size + machine.intercept_.size),
        "trained": f"C = {done['C']:g}, {done['sweeps']:.0f} sweeps, until it changed no more",
        "cpu": done["cpu"],
        "wall": done["wall"],
    }
    return partial(score, machine), row


def _fit_network(system: System, fer: Fer, chosen: argparse.Namespace) -> tuple[Scorer, Row]:
    recipe, network, done = _trained(system, fer, chosen)
    row = {
        "parameters": parameters(network),
        "trained": f"{done.epochs:.1f} of {done.planned} epochs{_shortened(system, recipe)}"
        + (_gan(chosen.made) if recipe.made else ""),
        **asdict(done),
    }
    return partial(scores_of, network), row


def _fit_committee(system: System, fer: Fer, chosen: argparse.Namespace) -> tuple[Scorer, Row]:
    """Ask the members that earlier calls have trained; nothing is trained here."""
    names = system.together
    seeds = [chosen.seed + names[:k].count(name) for k, name in enumerate(names)]
    members = [
        _member(named(name), chosen.checkpoints / f"{name}-{seed}.pt", seed)
        for name, seed in zip(names, seeds, strict=True)
    ]
    together = Committee([network for network, _ in members], len(CLASSES), system.sizes)
    done = [row for _, row in members]
    epochs = ", ".join(f"{row['epochs']:.1f}" for row in done)
    row = {
        "parameters": parameters(together),
        "trained": f"{epochs} epochs (recipe: {system.recipe.epochs} each)",
        "epochs": min(row["epochs"] for row in done),
        "cpu": sum(row["cpu"] for row in done),
        "wall": sum(row["wall"] for row in done),
    }
    return partial(scores_of, together), row


def _member(system: System, checkpoint: Path, seed: int) -> tuple[nn.Module, Row]:
    """A network as its own row left it, and what was done."""
    assert system.build is not None
    if not checkpoint.is_file():
        raise InputError(
            f"wanted {checkpoint}, a member of the committee, which is not there: train it first "
            f"by --systems {system.name} --seed {seed}"
        )
    found = torch.load(checkpoint, map_location="cpu")
    network = system.build(system.recipe.columns)
    network.load_state_dict(found["mean"] or found["network"])
    return network.eval(), found["done"]


def _trained(
    system: System, fer: Fer, chosen: argparse.Namespace
) -> tuple[Recipe, nn.Module, Trained]:
    """A network after as much training as is asked for, or as an earlier run gave it."""
    assert system.build is not None
    torch.manual_seed(chosen.seed)
    epochs = chosen.epochs or system.recipe.epochs
    recipe = replace(system.recipe, epochs=epochs, cool=chosen.cool)
    network = system.build(recipe.columns)
    options = Options(
        chosen.checkpoints / f"{system.name}-{chosen.seed}.pt",
        60 * chosen.minutes,
        seed=chosen.seed,
        device=chosen.device,
        half=not chosen.full,
    )
    faces = teachers(fer, recipe, chosen.made)
    done = train(network, faces, recipe, options, _progress(system.name))
    return recipe, network.to("cpu"), done


def teachers(fer: Fer, recipe: Recipe, made: Path | None) -> Faces:
    """The faces that a recipe learns from: those without a label only where votes are learned."""
    faces = fer.training + fer.public if recipe.public else fer.training
    if recipe.made:
        faces += _made(made)
    return faces if recipe.votes else faces.labelled


def _made(path: Path | None) -> Faces:
    if path is None or not path.is_file():
        raise InputError(f"wanted --made, a file of benchmarks/fer_gan.py; got {path}")
    data = np.load(path, allow_pickle=False)
    labels = data["labels"].astype(np.int64)
    return Faces(data["pictures"], labels, np.eye(len(CLASSES), dtype=np.float32)[labels])


def _gan(made: Path) -> str:
    """How far the GAN was trained whose faces teach."""
    path = made.with_suffix(".json")
    if not path.is_file():
        return "; nobody says for how long the GAN"
    about = json.loads(path.read_text())
    minutes = about["cpu"] / 60
    return f"; the GAN for {about['steps']:,} steps of {STEPS:,}, {minutes:.0f} CPU minutes"


def _shortened(system: System, recipe: Recipe) -> str:
    whole = system.recipe.epochs
    said = "" if recipe.epochs == whole else f" (recipe: {whole})"
    return said + (f", the rate falls over the last {100 * recipe.cool:g} %" if recipe.cool else "")


def _merge(row: Row, data: str, out: Path, seed: int) -> None:
    """Put a row among those of other runs, and write everything anew."""
    path = out.with_suffix(".json")
    rows = json.loads(path.read_text())["rows"] if path.exists() else []
    others = [r for r in rows if (r["name"], r["seed"]) != (row["name"], row["seed"])]
    found = {"data": data, "rows": [*others, row]}
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as unfinished:
        unfinished.write_text(json.dumps(found, indent=1) + "\n")
    sheet = out.with_name(f"{out.stem}_confusion.png")
    picture(found, sheet)
    with atomic(out) as unfinished:
        unfinished.write_text(markdown(found, sheet.name, seed))


def _progress(name: str) -> Callable[[int, int, float, float], None]:
    def tell(step: int, steps: int, loss: float, seconds: float) -> None:
        _say(f"  {name}: step {step} of {steps}, loss {loss:.4f}, {seconds:.0f} s of CPU")

    return tell


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
