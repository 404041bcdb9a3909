"""The claims of document 001 about children, each beside what `children.py` measured.

No figure of ours is typed here: they come from ``children.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
from children_tables import NETWORKS, Summary, given, summaries
from children_train import PROTOCOLS
from heading import table

__all__ = ["children", "reason"]

COLUMNS: Final = [
    "system", "its figure, % (adults' data)", "ours, %", "95 % interval", "epochs", "CPU s",
    "seeds", "where ours is below: why",
]  # fmt: skip

NOTES: Final = """
Ours are means over the seeds, all tested on the same children (in the first row: adults), of whom
none taught; intervals are of draws of whole people. A figure above the document's is on other
people, too, and no improvement on it. Every class, every seed and the confusion matrices:
[children.md](../benchmarks/results/children.md).

"""


def children(results: Path) -> str:
    """The section's text, from a folder of results."""
    path = results / "children.json"
    found = json.loads(path.read_text()) if path.is_file() else {"rows": []}
    measured = {(s.network, s.protocol): s for s in summaries(found)}
    text = f"Data of ours: {found['data']}.\n\n" if "data" in found else ""
    lines = [
        _line(network, protocol, measured.get((network, protocol)), _floor(protocol, measured))
        for network in NETWORKS
        for protocol in PROTOCOLS
    ]
    text += table(COLUMNS, lines) + NOTES
    runs = [summary for summary in measured.values() if summary.network in NETWORKS]
    return text + table(["system", "seeds", "command"], _commands(runs))


def _floor(protocol: str, measured: dict[tuple[str, str], Summary]) -> float:
    """What needs no network on the same faces, NaN where it is not measured.

    It has nothing to transfer: there it is that of children alone.
    """
    known = measured.get(("floor", "children alone" if protocol == "transfer" else protocol))
    return known.accuracy if known else float("nan")


def _line(network: str, protocol: str, summary: Summary | None, floor: float) -> list[str]:
    start = [f"{NETWORKS[network]}, {protocol}", given(network, protocol)]
    if summary is None:
        return [*start, "not measured yet", "", "", "", "", ""]
    low, high = summary.interval
    return [
        *start,
        f"{100 * summary.accuracy:.1f}",
        f"{100 * low:.1f} to {100 * high:.1f}",
        ", ".join(dict.fromkeys(f"{row['epochs']:.0f}" for row in summary.rows)),
        f"{np.mean([row['cpu'] for row in summary.rows]):.0f}",
        summary.seeds,
        reason(summary, floor),
    ]


def reason(summary: Summary, floor: float = float("nan")) -> str:
    """Why a figure is below the document's, as far as the results themselves can tell.

    One below the `floor`, an accuracy in [0, 1], has a reason whatever the document says.
    """
    epochs = f"trained for {max(row['epochs'] for row in summary.rows):.0f} epochs"
    if summary.accuracy < floor:
        short = f"{epochs}, too few: a linear classifier of edges has {100 * floor:.1f}"
        return f"other data; {short}" if 100 * summary.accuracy < summary.best else short
    if np.isnan(summary.best) or 100 * summary.accuracy >= summary.best:
        return ""
    if summary.best <= 100 * summary.interval[1]:
        return "within the interval of chance"
    return f"other data: people and pictures as said above; {epochs}"


def _commands(every: list[Summary]) -> list[list[str]]:
    """Each command once for every network, with the seeds that it trained last."""
    lines: dict[tuple[str, str], set[int]] = {}
    for summary in every:
        for row in summary.rows:
            lines.setdefault((summary.network, row["command"]), set()).add(row["seed"])
    return [
        [NETWORKS[network], ", ".join(map(str, sorted(seeds))), f"`{command}`"]
        for (network, command), seeds in lines.items()
    ]
