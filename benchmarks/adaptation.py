"""Unsupervised domain adaptation of four facial expressions (Gamlielly and Mandfro, ALYN Hospital).

``python benchmarks/adaptation.py --assets DIR --photos FILE.npz --cache DIR`` renders adults and
children, finds their faces, trains every method on every target with every seed, and writes
the table, the pictures and ``adaptation.json``. What an earlier call has finished is not done
again; calls with other ``--seeds`` may run beside each other and meet in the results.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import torch
from adaptation_data import Labelled, Task, child_tasks, photo_task, source_of
from adaptation_faces import CUTTERS, cutter
from adaptation_methods import METHODS
from adaptation_pictures import confusions, discriminators, faces
from adaptation_runs import Plan, rows_of, run
from adaptation_tables import markdown, summary
from heading import exit_status

from facs.errors import InputError
from facs.files import atomic

__all__ = ["main"]

SEEDS = (0, 1, 2, 3, 4)


def main(argv: list[str] | None = None) -> int:
    """Run what is not finished, then write everything; returns the exit status."""
    return exit_status(_run, _parser().parse_args(argv))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, required=True, help="what faces are rendered from")
    parser.add_argument("--photos", type=Path, required=True, help="facial_expressions.npz")
    parser.add_argument("--cache", type=Path, default=Path("data/adaptation"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/adaptation.md"))
    parser.add_argument("--adults", type=int, default=125, help="people who teach")
    parser.add_argument("--children", type=int, default=6, help="people who are asked")
    parser.add_argument("--alone", type=int, default=4, help="children adapted to one by one")
    parser.add_argument("--faces", default="facs", help=" or ".join(CUTTERS))
    parser.add_argument("--points", type=Path, help="dlib's shape predictor, to align by")
    parser.add_argument("--landmarks", type=Path, help="another landmark network (ONNX)")
    parser.add_argument("--source-steps", type=int, default=600)
    parser.add_argument("--steps", type=int, default=80, help="of every method")
    parser.add_argument("--batch", type=int, default=32, help="pictures of each domain")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), metavar="NAME")
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS, help="of networks")
    parser.add_argument("--people-seed", type=int, default=0, help="of what is rendered")
    return parser


def _run(chosen: argparse.Namespace) -> None:
    unknown = set(chosen.methods) - set(METHODS)
    if unknown:
        raise InputError(f"wanted methods of {', '.join(METHODS)}; got {', '.join(unknown)}")
    torch.set_num_threads(1)
    source, tasks = _material(chosen)
    plan = Plan(
        chosen.source_steps, chosen.steps, chosen.batch,
        chosen.cache / "rows", _settings(chosen, source), tuple(chosen.methods),
    )  # fmt: skip
    for seed in chosen.seeds:
        run(plan, source, tasks, seed, _say)
    _write(chosen, plan, source, tasks)


def _material(chosen: argparse.Namespace) -> tuple[Labelled, list[Task]]:
    """The source and all targets."""
    of = (_faces(chosen), cutter(chosen.faces, chosen.points, chosen.landmarks))
    seed, cache = chosen.people_seed, chosen.cache
    source = source_of(chosen.assets, cache, chosen.adults, seed, of)
    _say(f"{len(source)} faces of {chosen.adults} adults")
    *alone, together, two = child_tasks(
        chosen.assets, cache, chosen.children, chosen.alone, seed, of
    )
    tasks = [together, photo_task(chosen.photos, cache, of), *alone, two]
    for task in tasks:
        _say(f"{task.target}: {len(task.unlabelled)} adapted on, {len(task.asked)} asked")
    return source, tasks


def _faces(chosen: argparse.Namespace) -> str:
    """How faces were found and aligned."""
    aligned = chosen.points.stem if chosen.points else ""
    return "-".join(filter(None, (chosen.faces, aligned)))


def _settings(chosen: argparse.Namespace, source: Labelled) -> dict[str, Any]:
    """What the rows of one table must agree in."""
    return {
        "source steps": chosen.source_steps,
        "steps": chosen.steps,
        "batch": chosen.batch,
        "faces": _faces(chosen),
        "source faces": len(source),
        "people": [chosen.adults, chosen.children, chosen.people_seed],
    }


def _write(chosen: argparse.Namespace, plan: Plan, source: Labelled, tasks: list[Task]) -> None:
    """Table, pictures and JSON of all rows of these settings, whoever ran them."""
    seeds = sorted({*SEEDS, *chosen.seeds})
    rows = list(rows_of(plan, tasks, seeds))
    if not rows:
        raise InputError("wanted finished rows, got none: name --seeds")
    data = (
        f"{len(source)} faces of {chosen.adults} rendered adults; faces of {chosen.children} "
        f"rendered children with tubes and tape, in dim light, with tilted heads; photographs "
        f"of {chosen.photos.name}"
    )
    found = {"data": data, "settings": plan.settings, "summary": summary(rows), "rows": rows}
    out: Path = chosen.out
    out.parent.mkdir(parents=True, exist_ok=True)
    confusion, judged = (out.with_name(f"{out.stem}_{w}.png") for w in ("confusion", "domains"))
    confusions(rows, confusion)
    discriminators(rows, judged)
    faces({"source": source, **{t.target: t.asked for t in tasks}}, chosen.cache / "faces.png")
    pictures = [
        (confusion.name, "Confusion matrices: rows are labels, columns are guesses"),
        (judged.name, "How often the discriminators are right, over the steps"),
    ]
    with atomic(out.with_suffix(".json")) as path:
        path.write_text(_json(found))
    with atomic(out) as path:
        path.write_text(markdown(found, pictures))


def _json(found: dict[str, Any]) -> str:
    """As JSON, a row a line."""
    lines = [
        f'"{key}": [\n' + ",\n".join(map(json.dumps, value)) + "\n]"
        if isinstance(value, list)
        else f'"{key}": {json.dumps(value)}'
        for key, value in found.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
