"""The pictures of the adaptation experiment: confusions, discriminators over time, faces."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from adaptation_data import EXPERIMENTS, Labelled
from adaptation_loop import TOLD_EVERY
from adaptation_methods import METHODS
from adaptation_render import CLASSES
from adaptation_tables import of
from numpy.typing import NDArray
from sheets import tile, write_sheet

from facs.files import atomic

__all__ = ["confusions", "discriminators", "faces"]

Row = dict[str, Any]
DPI = 90
JUDGED = ("gradient reversal", "PADA", "ADDA")
COLOURS = ("#0072b2", "#009e73", "#d55e00")
SHOWN = 8


def confusions(rows: Sequence[Row], path: Path) -> None:
    """A matrix for each experiment and method, over all targets and seeds, in percent of labels."""
    from matplotlib.figure import Figure

    size = (2.3 * len(METHODS), 2.5 * len(EXPERIMENTS))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(EXPERIMENTS), len(METHODS), squeeze=False)
    for line, experiment in zip(panels, EXPERIMENTS, strict=True):
        for axes, method in zip(line, METHODS, strict=True):
            mine = of(rows, experiment=experiment, method=method)
            axes.set_title(f"{experiment}\n{method}", fontsize=7)
            if mine:
                _matrix(axes, np.sum([row["confusion"] for row in mine], axis=0))
            else:
                axes.set_axis_off()
    _save(figure, path)


def _matrix(axes: Any, counts: NDArray[np.int64]) -> None:
    every = counts.sum(1, keepdims=True)
    shares = np.where(every > 0, counts / np.maximum(every, 1), np.nan)
    axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    for (i, j), share in np.ndenumerate(shares):
        words = "-" if np.isnan(share) else f"{100 * share:.0f}"
        colour = "white" if share > 0.5 else "black"
        axes.text(j, i, words, ha="center", va="center", fontsize=7, color=colour)
    short = [name.split()[0] for name in CLASSES]
    axes.set_xticks(range(len(CLASSES)), short, fontsize=6)
    axes.set_yticks(range(len(CLASSES)), short, fontsize=6)


def discriminators(rows: Sequence[Row], path: Path) -> None:
    """How often discriminators are right about each domain over the steps (figure 15)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.4 * len(EXPERIMENTS), 2.9), layout="constrained")
    for axes, experiment in zip(figure.subplots(1, len(EXPERIMENTS)), EXPERIMENTS, strict=True):
        for method, colour in zip(JUDGED, COLOURS, strict=True):
            courses = [row["course"] for row in of(rows, experiment=experiment, method=method)]
            for key, line in (("source_right", "-"), ("target_right", "--")):
                if courses:
                    mean = np.mean([course[key] for course in courses], axis=0)
                    steps = TOLD_EVERY * (np.arange(len(mean)) + 1)
                    label = f"{method}, {key.split('_')[0]}"
                    axes.plot(steps, mean, line, color=colour, linewidth=1.2, label=label)
        axes.axhline(0.5, color="#aaaaaa", linewidth=0.6)
        axes.set_title(experiment, fontsize=8)
        axes.set_ylim(0, 1)
        axes.set_xlabel("step", fontsize=7)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("discriminator right, share of faces", fontsize=7)
    figure.legend(
        *figure.axes[0].get_legend_handles_labels(),
        loc="outside lower center", ncols=3, fontsize=7, frameon=False,
    )  # fmt: skip
    _save(figure, path)


def faces(domains: dict[str, Labelled], path: Path) -> None:
    """Some faces of every class of every domain, as the networks see them, to look at."""
    lines = []
    for name, domain in domains.items():
        for label in np.unique(domain.labels):
            rows = np.flatnonzero(domain.labels == label)
            rows = rows[np.linspace(0, len(rows) - 1, min(SHOWN, len(rows))).astype(int)]
            words = [name, CLASSES[label]]
            lines.append([tile(domain.pictures[row], words) for row in rows])
    write_sheet(path, lines)


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=DPI)
