"""Write a model card from a training report, a table of accuracy, and the files themselves.

``python benchmarks/model_card.py --report report.json --accuracy accuracy.md --weights DIR
--notes notes.md --out card.md``; the table is what benchmarks/accuracy.py wrote.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from heading import table

from facs.files import sha256_of
from facs.network.backends import OnnxStream
from facs.network.spec import columns_of
from facs.units import ActionUnit


def number(value: float) -> str:
    """Three digits, a dash for what cannot be defined."""
    return "-" if value != value else f"{value:.3f}"


def unit_table(report: dict[str, Any]) -> str:
    """Figures per unit."""
    keys = ["AUC stills", "F1 stills", "correlation of intensity"]
    keys += ["AUC spatial", "AUC temporal", "AUC fused", "threshold"]
    rows = []
    for name, row in report["units"].items():
        label = f"{name} {ActionUnit[name].label}"
        cells = [number(row[key]) for key in keys]
        rows.append([label, str(row["support"]), *cells[:3], str(row["windows"]), *cells[3:]])
    mean = report["mean"]
    cells = [number(mean.get(key, float("nan"))) for key in keys]
    rows.append(["mean", "", *cells[:3], "", *cells[3:]])
    columns = ["unit", "n stills", *keys[:3], "n windows", *keys[3:]]
    return table(columns, rows)


def card(report: dict[str, Any], accuracy: str, weights: Path, notes: str) -> str:
    """The whole card as Markdown."""
    files = [weights / name for name in report["files"]]
    spec = OnnxStream(files[0]).spec
    lines = [f"# Model card: {spec.label}", ""]
    lines += [f"- licence: {spec.licence}", f"- learned from: {spec.training}"]
    lines += [f"- {key}: {value:,}" for key, value in report["trained on"].items()]
    lines += [f"- units: {', '.join(str(unit) for unit in spec.units)}"]
    lines += [f"- left and right apart: {', '.join(str(unit) for unit in spec.sided)}"]
    missing = [str(unit) for unit in ActionUnit if unit not in spec.units]
    lines += [f"- not shipped: {', '.join(missing) or 'none'}"]
    lines += [f"- outputs per stream: {len(columns_of(spec.units))}"]
    for path in files:
        size = f"{path.stat().st_size / 1e6:.1f} MB"
        lines += [f"- `{path.name}`: {size}, sha256 `{sha256_of(path)}`"]
    lines += ["", "## On rendered people that no weights have seen", ""]
    lines += [
        "Stills: every picture, spatial stream alone. Windows: every other frame of clips with a "
        "full flow window, on the same frames for the spatial, the temporal and the fused scores. "
        "A unit is present from 20 % of its full movement. Thresholds come from other people.",
        "",
        unit_table(report),
        *eight_bits(report),
        notes.rstrip(),
        "",
        "## All figures on those people, with intervals, by age, sex and skin",
        "",
        *measured(accuracy),
    ]
    return "\n".join(lines).rstrip() + "\n"


def eight_bits(report: dict[str, Any]) -> list[str]:
    """The means of the eight-bit files beside those of the others."""
    keys = [key for key in report["mean"] if key.startswith("AUC")]
    rows = [
        [name, *(number(means[key]) for key in keys)]
        for name, means in (
            (report["name"], report["mean"]),
            (report["int8"]["name"], report["int8"]["mean"]),
        )
    ]
    return [
        "Eight bits against half precision, the same people:",
        "",
        table(["files", *keys], rows),
    ]


def measured(accuracy: str) -> list[str]:
    """The table of benchmarks/accuracy.py, its headings one level lower."""
    lines = accuracy.splitlines()[1:]
    return [f"#{line}" if line.startswith("#") else line for line in lines]


def main() -> None:
    """Write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--accuracy", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path("facs/weights"))
    parser.add_argument("--notes", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    report = json.loads(chosen.report.read_text())
    accuracy, notes = chosen.accuracy.read_text(), chosen.notes.read_text()
    chosen.out.write_text(card(report, accuracy, chosen.weights, notes))
    print(f"wrote {chosen.out}")


if __name__ == "__main__":
    main()
