"""The claims of document 000, each beside what `adaptation.py` measured.

No figure of ours is typed here: they come from ``adaptation.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from adaptation_tables import DOCUMENT, GOAL, summary
from heading import table

__all__ = ["adaptation", "reason"]

Line = dict[str, Any]

CLAIMS: Final = (
    ("ADDA, students to a student, four classes (table 2)", "many-to-one"),
    ("students to students, four classes (figure 14)", "many-to-many"),
    ("students to students, smile and neutral (figure 13)", "smile and neutral"),
    ("students to children, three classes", "to photographs"),
)
"""What the document says, and the experiment here that is like it."""

BEFORE: Final = {"many-to-many": "28.5", "smile and neutral": "50.0", "to photographs": "37.5"}
"""Percent: what the document says of the system before its own, which did not adapt."""

COLUMNS: Final = [
    "claim", "its figure, %", "the system before it, %", "experiment here", "method", "ours, %",
    "95 % interval", f"goal of {GOAL:g} %", "never worse than source-only", "CPU s a run", "seeds",
    "where ours is below: why",
]  # fmt: skip

NOTES: Final = """
Ours are means over the classes that a target has, then over its targets and seeds; intervals are
over seeds (Student's t). The document's pictures cannot be had, so a figure above its own is on
other people and no improvement on it. CPU seconds are those of a method's own steps, after
the source was learned. Accuracies, AUCs, confusion matrices and discriminators over time:
[adaptation.md](../benchmarks/results/adaptation.md).

"""


def adaptation(results: Path) -> str:
    """The section's text, from a folder of results."""
    path = results / "adaptation.json"
    found = json.loads(path.read_text()) if path.is_file() else {"rows": []}
    lines = summary(found["rows"])
    text = f"Data of ours: {found['data']}.\n\n" if "data" in found else ""
    cells = []
    for claim, experiment in CLAIMS:
        mine = [line for line in lines if line["experiment"] == experiment]
        cells += [_measured(claim, line, found["settings"]) for line in mine]
        if not mine:
            cells.append(_unmeasured(claim, experiment))
    return text + table(COLUMNS, cells) + NOTES + table(["seeds", "command"], _commands(found))


def _said(claim: str, experiment: str) -> list[str]:
    return [claim, f"{DOCUMENT[experiment]:.1f}", BEFORE.get(experiment, "")]


def _unmeasured(claim: str, experiment: str) -> list[str]:
    known = [*_said(claim, experiment), experiment, "", "not measured yet"]
    return known + [""] * (len(COLUMNS) - len(known))


def _measured(claim: str, line: Line, settings: dict[str, Any]) -> list[str]:
    low, high = line["class mean interval"]
    return [
        *_said(claim, line["experiment"]),
        f"{line['experiment']}, {line['classes']} classes",
        line["method"],
        f"{line['class mean'][0]:.1f} ± {line['class mean'][1]:.1f}",
        f"{low:.1f} to {high:.1f}",
        line["goal"],
        line["never worse"] or "",
        f"{line['cpu']:.1f}",
        ", ".join(map(str, line["seeds"])),
        reason(line, settings),
    ]


def reason(line: Line, settings: dict[str, Any]) -> str:
    """Why a figure is below the document's or below the goal, as far as the results can tell."""
    mean, wanted = line["class mean"][0], DOCUMENT[line["experiment"]]
    if mean >= max(wanted, GOAL):
        return ""
    below = "the document" if mean < wanted else "the goal"
    weakest = min(line["found"], key=lambda name: line["found"][name])
    steps = settings["source steps"] + settings["steps"]
    chance = line["class mean interval"][1] >= (wanted if mean < wanted else GOAL)
    return (
        f"below {below}{', within the interval' if chance else ''}: {weakest} is found in "
        f"{line['found'][weakest]:.0f} %; {steps} steps of a small network from nothing"
    )


def _commands(found: dict[str, Any]) -> list[list[str]]:
    """Each command once, with the seeds that it trained."""
    lines: dict[str, set[int]] = {}
    for row in found["rows"]:
        lines.setdefault(row["command"], set()).add(row["seed"])
    return [[", ".join(map(str, sorted(s))), f"`{command}`"] for command, s in lines.items()]
