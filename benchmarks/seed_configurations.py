"""The configurations of Bocklisch, Herold, Rzepka and Werkmeister (2015), compared once more.

``python benchmarks/seed_configurations.py --train DIR --test DIR --out DIR``: (i) AN-Finetune,
(ii) one-vs-all, (iii) the temporal stream, (iv) both fused; the losses and the locally
connected layer that the paper wished for; methods of scikit-multilearn-ng; and who
guesses. All on the same rendered people, whom nothing has seen, with the same number of
steps. A row that is finished is kept in ``seed_configurations.json`` and not run again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from heading import exit_status, heading, table
from seed_data import Material, load
from seed_rows import ROWS, Bench, run_row

from facs.errors import InputError
from facs.files import atomic

__all__ = ["main"]

SUMMARY = (
    "precision", "recall", "Hamming score", "Hamming score, active", "macro F1", "AUC"
)  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Run what is not finished, then write the table; returns the exit status."""
    chosen = _parser().parse_args(argv)
    return exit_status(_run, chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=Path, nargs="+", required=True, help="rendered shards")
    parser.add_argument("--test", type=Path, nargs="+", required=True, help="shards of others")
    parser.add_argument("--out", type=Path, required=True, help="results, cut crops, scores")
    parser.add_argument("--steps", type=int, default=400, help="steps of every network")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--start", default="shipped", help="shipped, scratch or a weights file")
    parser.add_argument("--landmarks", type=Path, help="a landmark network (ONNX)")
    parser.add_argument("--every", type=int, default=2, help="every so many windows are scored")
    parser.add_argument("--min-shown", type=int, default=10, help="frames that show a unit")
    parser.add_argument("--classical-rows", type=int, default=4000)
    parser.add_argument("--only", nargs="+", metavar="ROW", help="names of rows")
    return parser


def _run(chosen: argparse.Namespace) -> None:
    chosen.out.mkdir(parents=True, exist_ok=True)
    rows = [row for row in ROWS if not chosen.only or row.name in chosen.only]
    if not rows:
        raise InputError(f"wanted rows of {[row.name for row in ROWS]}, got {chosen.only}")
    material = load(
        chosen.train,
        chosen.test,
        chosen.out / "cut",
        every=chosen.every,
        min_shown=chosen.min_shown,
        landmarks=chosen.landmarks,
    )
    results = chosen.out / "seed_configurations.json"
    finished = _finished(results, _settings(chosen, material))
    for seed in chosen.seeds:
        bench = Bench(
            material,
            chosen.out,
            chosen.steps,
            chosen.batch,
            chosen.start,
            seed,
            chosen.classical_rows,
            _progress,
        )
        for row in rows:
            if any(r["name"] == row.name and r["seed"] == seed for r in finished["rows"]):
                continue
            began = time.monotonic()
            finished["rows"].append(run_row(row, bench))
            with atomic(results) as path:
                path.write_text(json.dumps(finished, indent=1))
            _say(f"{row.name}, seed {seed}: {time.monotonic() - began:.0f} s")
    text = _markdown(finished, material)
    with atomic(chosen.out / "seed_configurations.md") as path:
        path.write_text(text)
    print(text)


def _settings(chosen: argparse.Namespace, material: Material) -> dict[str, Any]:
    """What the rows of one table must agree in."""
    return {
        "steps": chosen.steps,
        "batch": chosen.batch,
        "start": chosen.start,
        "every": chosen.every,
        "classical rows": chosen.classical_rows,
        "units": list(material.names),
        "pictures": len(material.pictures),
        "windows": [len(material.windows), len(material.validation), len(material.test)],
    }


def _finished(path: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Rows of an earlier run with the same settings."""
    if not path.exists():
        return {"settings": settings, "rows": []}
    found: dict[str, Any] = json.loads(path.read_text())
    other = [key for key, value in settings.items() if found["settings"].get(key) != value]
    if other:
        raise InputError(
            f"wanted the settings of the rows in {path}, got another {', '.join(other)}: "
            "choose another --out"
        )
    return found


def _progress(step: int, loss: float, seconds: float) -> None:
    _say(f"  step {step}, loss {loss:.4f}, {seconds:.0f} s")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _markdown(finished: dict[str, Any], material: Material) -> str:
    settings, rows = finished["settings"], finished["rows"]
    seeds = sorted({row["seed"] for row in rows})
    teaching, choosing, asked = settings["windows"]
    data = (
        f"rendered faces; {settings['pictures']} pictures and {teaching} flow windows teach; "
        f"{choosing} windows of {material.validation.people} people choose thresholds; "
        f"{asked} windows of {material.test.people} others are the test"
    )
    text = heading("The configurations of the paper", data, seeds[0]).rstrip("\n")
    left_out = ", ".join(map(str, material.left_out)) or "none"
    text += (
        f"\n- all seeds: {', '.join(map(str, seeds))}"
        f"\n- {settings['steps']} steps of {settings['batch']} for every network; trunks begin "
        f"with: {settings['start']}\n- units: {', '.join(settings['units'])}; too rare here: "
        f"{left_out}\n\n"
    )
    text += table(["row", "what", *SUMMARY, "parameters", "CPU s"], _table_rows(rows))
    return text + NOTES + _per_unit(rows, settings["units"])


NOTES = """
Precision, recall, F1 and AUC are means over units, as in figures 5 to 7 of the paper; the Hamming
score is its multi-label accuracy, `|Y and Z| / |Y or Z|` over samples (Godbole and Sarawagi, 2004),
with 1 where nothing is shown and nothing found, and without such samples in the next column. A
threshold for each unit comes from the validation people. One-vs-all counts the parameters of
all its networks; the layers that they share and do not train are computed once. CPU seconds are
those of training, of all threads, making batches included; the methods of scikit-multilearn-ng
find the features ready. Where several seeds were run: mean ± standard deviation.
If the trunk begins with shipped weights, it has learned units from other rendered people.
"""


def _table_rows(rows: list[dict[str, Any]]) -> list[list[str]]:
    lines = []
    for row in ROWS:
        runs = [r for r in rows if r["name"] == row.name]
        if runs:
            cells = [_cell([r["summary"][key] for r in runs], ".3f") for key in SUMMARY]
            cells += [_cell([r.get("parameters") for r in runs], ",.0f")]
            cells += [_cell([r.get("CPU seconds") for r in runs], ".0f")]
            lines.append([row.name, row.what, *cells])
    return lines


def _cell(values: list[float | None], form: str) -> str:
    numbers = [v for v in values if v is not None]
    if not numbers:
        return "-"
    mean, spread = float(np.mean(numbers)), float(np.std(numbers))
    return format(mean, form) + (f" ± {format(spread, form)}" if spread > 0 else "")


def _per_unit(rows: list[dict[str, Any]], units: list[str]) -> str:
    """Precision and recall of every unit, as in figures 5 and 6 of the paper."""
    shown = ["AN-Finetune", "one-vs-all", "temporal", "fused, average"]
    found = {name: [r for r in rows if r["name"] == name] for name in shown}
    text = ""
    for key in ("precision", "recall"):
        lines = []
        for unit in units:
            support = [str(runs[0]["units"][unit]["support"]) for runs in found.values() if runs]
            cells = [_cell([r["units"][unit][key] for r in found[name]], ".2f") for name in shown]
            lines.append([unit, *support[:1], *cells])
        if any(found.values()):
            text += f"\n{key.capitalize()} of every unit:\n\n"
            text += table(["unit", "support", *shown], lines)
    return text


if __name__ == "__main__":
    sys.exit(main())
