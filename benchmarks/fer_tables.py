"""The table and the pictures of what `fer.json` holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from fer_data import CLASSES
from fer_systems import SYSTEMS, System
from heading import heading, table

from facs.files import atomic

__all__ = ["markdown", "panel", "picture"]

Row = dict[str, Any]
MADE = "fer_gan.png"
"""The sheet that fer_gan.py writes beside its faces."""

COLUMNS = [
    "system", "what", "document's accuracy", "accuracy here", "95 % interval", "PublicTest",
    "macro F1", "parameters", "CPU ms per face, alone", "of 32", "trained", "CPU min",
    "wall min", "seed",
]  # fmt: skip

NOTES = """
Accuracy is on the faces of PrivateTest whose label is known, by FER2013's own labels; nothing was
chosen by them. "Trained" says how far the training really went: a system that stopped early is not
the document's system, and its figure is no verdict about it. Of ours, the document's accuracy is
the goal; they learn from the votes of FER+ as well, except those of PublicTest and PrivateTest, and
score every picture together with its mirror image, which is in their time per face. Who answers
together in ours-5m, and at which sizes, was chosen on PublicTest. Times per face are CPU time of
one thread in single precision; CPU minutes count all threads, wall minutes also what others used of
the machine meanwhile.
"""


def _ordered(rows: list[Row]) -> list[tuple[System, Row]]:
    """Rows beside their systems, in the order of `SYSTEMS`."""
    return [
        (system, row)
        for system in SYSTEMS
        for row in sorted(rows, key=lambda r: r["seed"])
        if row["name"] == system.name
    ]


def markdown(found: dict[str, Any], picture: str, seed: int) -> str:
    """The whole report."""
    rows = _ordered(found["rows"])
    text = heading("Facial expressions of FER2013", found["data"], seed)
    text += table(COLUMNS, [_cells(system, row) for system, row in rows]) + NOTES
    text += f"\n![Confusion matrices: rows are labels, columns are guesses]({picture})\n"
    if any(system.recipe.made for system, _ in rows):
        text += f"\n![Faces that the BiCoGAN made: a row for each emotion but disgust]({MADE})\n"
    text += _per_class(rows) + _silent(rows) + _commands(rows)
    return text


def _cells(system: System, row: Row) -> list[str]:
    private, public = row["private"], row["public"]
    low, high = private["interval"]
    return [
        system.name,
        system.what,
        "-" if np.isnan(system.wanted) else f"{system.wanted:.1f}",
        f"{100 * private['accuracy']:.1f}",
        f"{100 * low:.1f} to {100 * high:.1f}",
        f"{100 * public['accuracy']:.1f}" + (" (it taught)" if system.recipe.public else ""),
        f"{100 * private['macro F1']:.1f}",
        f"{row['parameters']:,}",
        f"{row['ms alone']:.2f}",
        f"{row['ms of 32']:.3f}",
        row["trained"],
        f"{row['cpu'] / 60:.1f}",
        f"{row['wall'] / 60:.1f}",
        str(row["seed"]),
    ]


def _label(system: System, row: Row) -> str:
    return f"{system.name}, seed {row['seed']}" if row["seed"] else system.name


def _per_class(rows: list[tuple[System, Row]]) -> str:
    lines = []
    for system, row in rows:
        classes = row["private"]["classes"]
        for key in ("precision", "recall", "F1"):
            values = [classes[name][key] for name in CLASSES]
            lines.append(
                [_label(system, row), key, *("-" if v is None else f"{v:.2f}" for v in values)]
            )
    if rows:
        classes = rows[0][1]["private"]["classes"]
        lines.append(["", "support", *(str(classes[name]["support"]) for name in CLASSES)])
    title = "\nEvery class, on PrivateTest:\n\n"
    return title + table(["system", "", *CLASSES], lines)


def _silent(rows: list[tuple[System, Row]]) -> str:
    lines = {
        system.name: [system.name, system.document, system.silent]
        for system, _ in rows
        if system.document != "ours"
    }
    title = "\nWhat the documents do not say and was chosen here:\n\n"
    return title + table(["system", "document", "chosen here"], list(lines.values()))


def _commands(rows: list[tuple[System, Row]]) -> str:
    lines = [
        [s.name, str(row["seed"]), f"`{row['command']}`", row["commit"], row["date"]]
        for s, row in rows
    ]
    return "\nThe last command that trained each:\n\n" + table(
        ["system", "seed", "command", "commit", "date"], lines
    )


def picture(found: dict[str, Any], path: Path) -> None:
    """Confusion matrices of all systems on one sheet, as shares of each label's faces."""
    from matplotlib.figure import Figure

    rows = _ordered(found["rows"])
    across = min(4, max(1, len(rows)))
    down = -(-len(rows) // across)
    figure = Figure(figsize=(3.2 * across, 3.4 * down), layout="constrained")
    panels = np.atleast_1d(figure.subplots(down, across, squeeze=False)).ravel()
    for axes in panels[len(rows) :]:
        axes.set_axis_off()
    for axes, (system, row) in zip(panels, rows, strict=False):
        private = row["private"]
        panel(
            axes, f"{_label(system, row)}: {100 * private['accuracy']:.1f} %", private["confusion"]
        )
    with atomic(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=80)


def panel(axes: Any, title: str, confusion: list[list[int]]) -> None:
    """Draw one confusion matrix of `CLASSES`, as shares of its rows."""
    counts = np.array(confusion, float)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    for (i, j), share in np.ndenumerate(shares):
        colour = "white" if share > 0.5 else "black"
        axes.text(j, i, f"{100 * share:.0f}", ha="center", va="center", fontsize=6, color=colour)
    short = [label[:4] for label in CLASSES]
    axes.set_xticks(range(len(CLASSES)), short, fontsize=6, rotation=45)
    axes.set_yticks(range(len(CLASSES)), short, fontsize=6)
    axes.set_title(title, fontsize=8)
