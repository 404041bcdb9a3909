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
        _line(network, protocol, measured.get((network, protocol)))
        for network in NETWORKS
        for protocol in PROTOCOLS
    ]
    text += table(COLUMNS, lines) + NOTES
    return text + table(["system", "seeds", "command"], _commands(list(measured.values())))


def _line(network: str, protocol: str, summary: Summary | None) -> list[str]:
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
        reason(summary),
    ]


def reason(summary: Summary) -> str:
    """Why a figure is below the document's, as far as the results themselves can tell."""
    if np.isnan(summary.best) or 100 * summary.accuracy >= summary.best:
        return ""
    if summary.best <= 100 * summary.interval[1]:
        return "within the interval of chance"
    epochs = max(row["epochs"] for row in summary.rows)
    return f"other data: people and pictures as said above; trained for {epochs:.0f} epochs"


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
