"""docs/seeds.md: every system of the documents that started this project, its figure and ours.

``python benchmarks/seeds_page.py --results benchmarks/results --out docs/seeds.md`` reads the JSON
that `fer.py`, `fer_compress.py`, `children.py`, `adaptation.py` and `seed_configurations.py` wrote;
no figure of ours is typed here, and what no program has measured yet is said to be missing. Figures
of the documents are theirs: they stand in `fer_systems.SYSTEMS`, `children_tables.DOCUMENT`,
`adaptation_tables.DOCUMENT` and `CLAIMS`.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from fer_systems import SYSTEMS, System
from heading import table
from seeds_adaptation import adaptation
from seeds_children import children

from facs.errors import FacsError
from facs.files import atomic

__all__ = ["CLAIMS", "Claim", "main", "page", "reason"]

Row = dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """What a document says of a system that `fer.py` does not run.

    Parameters
    ----------
    system : str
    figure : str
        As in the document; ``"drawn"`` where its text gives none.
    row : str
        Its name in ``seed_configurations.json``; empty where no program here measures it.
    """

    system: str
    figure: str
    row: str = ""


DOCUMENTS: Final = {
    "000": "Gamlielly, Mandfro: facial expression recognition for children of ALYN Hospital",
    "001": "Goghberg, Elimelech, Hait (2019): facial expression recognition in children",
    "003": "Bocklisch, Herold, Rzepka, Werkmeister (2015): action units by two streams",
}

CLAIMS: Final = {
    "003": (
        Claim("AN-Finetune", "drawn", "AN-Finetune"),
        Claim("one-vs-all", "drawn", "one-vs-all"),
        Claim("temporal stream", "drawn", "temporal"),
        Claim("both streams fused", "drawn", "fused, average"),
    ),
}


def main(argv: list[str] | None = None) -> int:
    """Write the page; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--out", type=Path, default=Path("docs/seeds.md"))
    chosen = parser.parse_args(argv)
    try:
        with atomic(chosen.out) as path:
            path.write_text(page(chosen.results))
    except FacsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def page(results: Path) -> str:
    """The whole page, from a folder of results."""
    text = HEAD + _fer(_rows(results / "fer.json"), results) + _compressed(results)
    configurations = _rows(results / "seed_configurations.json")
    for number, title in DOCUMENTS.items():
        text += f"\n## {title}\n\n"
        own = {"000": adaptation, "001": children}.get(number)
        text += own(results) if own else _claims(CLAIMS[number], configurations)
    return text


def _rows(path: Path) -> list[Row]:
    if not path.is_file():
        return []
    rows: list[Row] = json.loads(path.read_text())["rows"]
    return rows


def _fer(rows: list[Row], results: Path) -> str:
    text = "\n## Emotions of FER2013\n\n"
    if (results / "fer.json").is_file():
        text += json.loads((results / "fer.json").read_text())["data"] + ".\n\n"
    lines, commands = [], []
    for system in SYSTEMS:
        mine = [row for row in rows if row["name"] == system.name]
        lines += [_measured(system, row) for row in mine] or [_unmeasured(system)]
        commands += [[system.name, str(row["seed"]), f"`{row['command']}`"] for row in mine]
    text += table(FER_COLUMNS, lines) + FER_NOTES
    return text + table(["system", "seed", "command"], commands)


FER_COLUMNS = [
    "system", "what", "document", "its accuracy", "ours, PrivateTest", "95 % interval",
    "parameters", "trained", "CPU min", "seed", "where ours is below: why",
]  # fmt: skip

FER_NOTES = """
For ours, "its accuracy" is the goal. Tables for every class and confusion matrices:
[fer.md](../benchmarks/results/fer.md). What is not measured is trained by
`python benchmarks/fer.py --data ../shared/data/fer2013.npz --systems NAME --minutes M`, and goes on
from where it stopped.

"""


def _wanted(system: System) -> str:
    return "-" if np.isnan(system.wanted) else f"{system.wanted:.1f} %"


def _unmeasured(system: System) -> list[str]:
    start = [system.name, system.what, system.document, _wanted(system)]
    return [*start, "not measured yet", "", "", "", "", "", ""]


def _measured(system: System, row: Row) -> list[str]:
    low, high = row["private"]["interval"]
    return [
        system.name,
        system.what,
        system.document,
        _wanted(system),
        f"{100 * row['private']['accuracy']:.1f} %",
        f"{100 * low:.1f} to {100 * high:.1f}",
        f"{row['parameters']:,}",
        row["trained"],
        f"{row['cpu'] / 60:.1f}",
        str(row["seed"]),
        reason(system, row),
    ]


def reason(system: System, row: Row) -> str:
    """Why a figure is below the document's, as far as the results themselves can tell."""
    accuracy, wanted = 100 * row["private"]["accuracy"], system.wanted
    if np.isnan(wanted) or accuracy >= wanted:
        return ""
    epochs, whole = row.get("epochs"), system.recipe.epochs
    if epochs is not None and epochs < 0.95 * whole:
        return f"trained for {epochs:.1f} epochs, the recipe asks for {whole}"
    if wanted <= 100 * row["private"]["interval"][1]:
        return "within the interval of chance"
    return f"trained to its end; chosen here: {system.silent}"


def _compressed(results: Path) -> str:
    text = "\n## Pruning and eight bits\n\n"
    rows = _rows(results / "fer_compress.json")
    if not rows:
        return text + "Not measured yet: `python benchmarks/fer_compress.py`.\n"
    lines = [
        [
            row["name"],
            f"{row['epochs']:.1f}",
            f"{100 * row['zeros']:.0f} %",
            str(row["retrained"]),
            row["precision"],
            f"{100 * row['accuracy']:.1f} %",
            f"{row['packed'] / 1000:.0f}",
        ]
        for row in rows
    ]
    columns = ["system", "epochs trained", "weights at zero", "steps after", "precision"]
    return text + table([*columns, "accuracy", "kB packed"], lines)


def _claims(claims: tuple[Claim, ...], configurations: list[Row]) -> str:
    lines = []
    for claim in claims:
        runs = [row for row in configurations if claim.row and row["name"] == claim.row]
        lines += [_configuration(claim, row) for row in runs] or [
            [claim.system, claim.figure, "not measured yet", ""]
        ]
    return table(["system", "its figure", "ours, on rendered people", "seed"], lines)


def _configuration(claim: Claim, row: Row) -> list[str]:
    parts = ", ".join(
        f"{key} {value:.3f}" for key, value in row["summary"].items() if value is not None
    )
    return [claim.system, claim.figure, parts, str(row["seed"])]


HEAD = """# The systems of the documents that this project began with

Written by `python benchmarks/seeds_page.py` from what the programs in `benchmarks/` measured.
"""


if __name__ == "__main__":
    sys.exit(main())
