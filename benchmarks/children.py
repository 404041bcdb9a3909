"""Emotions of children by three protocols: train on adults, transfer, train on children alone.

``python benchmarks/children.py --adults KIND:FOLDER... --children KIND:FOLDER...`` trains RonNet
and GoogLeNet on adults and tests them on children; goes on from there with frozen convolutions on
some children and tests on others; and trains on children alone, tested on those others too. Kinds
of folders, and how they are laid out: `children_data.py`; people who do not exist come from
`children_render.py`. Writes the table, the confusion matrices and ``FILE.json``. A run that was
stopped goes on where it was, and rows of different runs over the same data meet.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from children_book import Book
from children_data import People, load, read, split
from children_floor import fit_floor
from children_tables import NETWORKS, clustered
from children_train import EPOCHS, PROTOCOLS, TRAININGS, Material, Plan, Result, fit
from fer_measure import figures
from fer_train import scores_of
from heading import commit, exit_status
from numpy.typing import NDArray

from facs.errors import InputError
from facs.faces.detect import HaarDetector

__all__ = ["main"]

Row = dict[str, Any]
SPLIT_SEED: Final = 0
"""The same people are tested whatever the seed of the training."""

ADULTS_TESTED: Final = 0.2
CHILDREN_TESTED: Final = 0.4


def main(argv: list[str] | None = None) -> int:
    """Train and measure what is asked for; returns the exit status."""
    return exit_status(_run, _parser().parse_args(argv))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    source = {"nargs": "+", "required": True, "metavar": "KIND:FOLDER"}
    parser.add_argument("--adults", **source, help="ck, rafd or folder")
    parser.add_argument("--children", **source, help="cafe, ddcf, rafd or folder")
    parser.add_argument("--crop", action="store_true", help="find the face and cut it out")
    parser.add_argument("--networks", nargs="+", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--trainings", nargs="+", choices=TRAININGS, default=list(TRAININGS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    for training in TRAININGS:
        parser.add_argument(f"--epochs-{training}", type=int, default=EPOCHS[training])
    parser.add_argument("--minutes", type=float, default=60, help="wall clock, for all together")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/children.md"))
    parser.add_argument("--checkpoints", type=Path, default=Path("data/children/runs"))
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    return parser


def _run(chosen: argparse.Namespace) -> None:
    epochs = {training: getattr(chosen, f"epochs_{training}") for training in TRAININGS}
    if min(epochs.values()) < 1 or min(chosen.seeds) < 0:
        raise InputError("wanted epochs >= 1 and seeds >= 0")
    torch.set_num_threads(chosen.threads)
    material, data = _material(chosen)
    book = Book.opened(chosen.out, data, material)
    _floor(material, book)
    stop = time.monotonic() + 60 * chosen.minutes
    for network in chosen.networks:
        for seed in chosen.seeds:
            for training in chosen.trainings:
                left = stop - time.monotonic()
                if left <= 0:
                    return _say("the time is up; the same command goes on")
                plan = Plan(network, training, seed, epochs, chosen.checkpoints, left)
                if not book.has(plan):
                    _measured(plan, material, book)
    return None


def _material(chosen: argparse.Namespace) -> tuple[Material, str]:
    """Everybody, split by person, and a line about them."""
    detect = HaarDetector() if chosen.crop else None
    parts, lines = [], []
    for name, sources, share in (
        ("adults", chosen.adults, ADULTS_TESTED),
        ("children", chosen.children, CHILDREN_TESTED),
    ):
        stills = [still for source in sources for still in read(source, child=name == "children")]
        people, lost = load(stills, detect)
        taught, tested = split(people, share, SPLIT_SEED)
        parts += [taught, tested]
        lines.append(_about(name, sources, people, tested, lost))
    return Material(parts[0], parts[2], parts[1], parts[3]), "; ".join(lines)


def _about(name: str, sources: list[str], people: People, tested: People, lost: int) -> str:
    text = f"{len(people):,} pictures of {people.count} {name} ({', '.join(map(_named, sources))})"
    text += f", {tested.count} of them tested ({len(tested):,} pictures)"
    return text + (f", {lost} pictures without a face left out" if lost else "")


def _named(source: str) -> str:
    """A source, and what its folder says of itself in ``about.txt``."""
    about = Path(source.partition(":")[2]) / "about.txt"
    return f"{source}: {about.read_text().strip()}" if about.is_file() else source


def _measured(plan: Plan, material: Material, book: Book) -> None:
    """Train one network and add the rows of all protocols that ask for it."""
    title = f"{plan.network} {plan.training} {plan.seed}"
    result = fit(plan, material, _progress(title))
    if not result.whole:
        return _say(f"{title}: {result.done.epochs:.1f} of {result.done.planned} epochs")
    for protocol, (training, group) in PROTOCOLS.items():
        if training == plan.training:
            row = _row(plan, protocol, result, material.tested(group))
            book.add(row)
            _say(f"{plan.network}, {protocol}, seed {plan.seed}: {100 * row['accuracy']:.1f} %")
    return None


def _floor(material: Material, book: Book) -> None:
    """The rows of the classifier without a network; a transfer has nothing to freeze there."""
    for training in ("adults", "children"):
        plan = Plan("floor", training, 0, dict.fromkeys(TRAININGS, 0), Path(), 0.0)
        if book.has(plan):
            continue
        asked = {p: material.tested(g) for p, (t, g) in PROTOCOLS.items() if t == training}
        groups = tuple(asked.values())
        every, learned, spent = fit_floor(material.taught(training)[-1], groups)
        for (protocol, tested), scores in zip(asked.items(), every, strict=True):
            cost = {"parameters": learned, "learned": learned, "epochs": 0, "before": 0}
            cost |= {"cpu": round(spent, 2), "wall": round(spent, 2)}
            book.add({**_named_row("floor", protocol, 0, scores, tested), **cost})


def _row(plan: Plan, protocol: str, result: Result, tested: People) -> Row:
    scores = scores_of(result.network, tested.faces.pictures)
    return {
        **_named_row(plan.network, protocol, plan.seed, scores, tested),
        "parameters": result.parameters,
        "learned": result.learned,
        "epochs": result.done.epochs,
        "before": plan.epochs["adults"] if plan.training == "transfer" else 0,
        "cpu": round(result.done.cpu, 1),
        "wall": round(result.done.wall, 1),
    }


def _named_row(
    network: str, protocol: str, seed: int, scores: NDArray[np.float32], tested: People
) -> Row:
    """What a row says of scores (n, 7), whoever gave them."""
    guesses, found = scores.argmax(1), figures(scores, tested.faces.labels)
    ends = clustered((guesses == tested.faces.labels).astype(float), tested.person)
    return {
        "network": network,
        "protocol": protocol,
        "seed": seed,
        "accuracy": found["accuracy"],
        "interval": [round(end, 5) for end in ends],
        "macro F1": found["macro F1"],
        "guesses": "".join(map(str, guesses)),
        "command": "python " + shlex.join([Path(sys.argv[0]).as_posix(), *sys.argv[1:]]),
        "commit": commit(),
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
    }


def _progress(title: str) -> Callable[[int, int, float, float], None]:
    def tell(step: int, steps: int, loss: float, seconds: float) -> None:
        _say(f"  {title}: step {step} of {steps}, loss {loss:.3f}, {seconds:.0f} s of CPU")

    return tell


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
