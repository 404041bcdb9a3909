"""The pictures of the two-stream paper's evaluation, from results of benchmarks/accuracy.py.

``python benchmarks/figures.py RESULT.json ... --out DIR`` draws, as Bocklisch, Herold, Rzepka and
Werkmeister (2015) do: how often each unit occurs (their Figure 1), precision and recall of each
unit (Figures 5 and 6), and mean precision, mean recall and multi-label accuracy, which is the
Hamming score (Figure 7). Units are in order of how often they occur. One bar for each result;
lines are the intervals of the results; what is undefined is marked, not drawn as zero.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Result = dict[str, Any]

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
BASELINES = (
    ("all_zero", "nothing predicted", "#dddddd"),
    ("prevalence", "guessing at the true rates", "#aaaaaa"),
)
SUMMARY = (
    ("macro_precision", "mean precision"),
    ("macro_recall", "mean recall"),
    ("hamming_score", "multi-label accuracy\n(Hamming score)"),
    ("hamming_score_active", "the same, frames in\nwhich a unit is there\nor was predicted"),
)
INK, PALE = "#22262b", "#6b7178"
DPI = 130


def draw_all(results: Sequence[Result], folder: Path) -> list[Path]:
    """Draw the four pictures of some results; returns where they are."""
    if not results:
        raise SystemExit("wanted results of benchmarks/accuracy.py, got none")
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "figure1_labels.png": labels(results[0]),
        "figure5_precision.png": per_unit(results, "precision"),
        "figure6_recall.png": per_unit(results, "recall"),
        "figure7_summary.png": summary(results),
    }
    for name, figure in pictures.items():
        figure.savefig(folder / name, dpi=DPI, facecolor="white")
    return [folder / name for name in pictures]


def by_frequency(results: Sequence[Result]) -> list[str]:
    """Units that any result has, the most frequent first."""
    support: dict[str, int] = {}
    for result in results:
        for name, row in result["labels"].items():
            support[name] = max(support.get(name, 0), row["support"])
    return sorted(support, key=lambda name: (-support[name], int(name.removeprefix("AU"))))


def labels(result: Result) -> Figure:
    """How many rows show each unit (Figure 1)."""
    names = by_frequency([result])
    rows = [result["labels"][name] for name in names]
    figure, axes = _wide(len(names))
    _title(axes, "How often each unit occurs in the labels", _rows_of([result]))
    bars = axes.bar(range(len(names)), [row["support"] for row in rows], color=COLOURS[0])
    shares = [100 * row["support"] / max(row["rows"], 1) for row in rows]
    texts = [f"{share:.1f} %" for share in shares]
    axes.bar_label(bars, texts, fontsize=6.5, color=PALE, padding=2)
    axes.set_ylabel("rows in which the unit is there")
    _name_units(axes, names)
    return figure


def per_unit(results: Sequence[Result], metric: str) -> Figure:
    """A metric of each unit, a bar for each result (Figures 5 and 6)."""
    names = by_frequency(results)
    figure, axes = _wide(len(names))
    _title(
        axes,
        f"{metric.capitalize()} of each unit",
        _rows_of(results) + _lines(results) + "; x: undefined",
    )
    for place, result, colour in _bars(results):
        estimates = [
            result["labels"].get(name, {}).get("metrics", {}).get(metric) for name in names
        ]
        _draw(
            axes, np.arange(len(names)) + place, estimates, _width(results), colour, result["name"]
        )
    axes.set_ylim(0, 1.02)
    axes.set_ylabel(metric)
    _name_units(axes, names)
    _legend(axes, len(results))
    return figure


def summary(results: Sequence[Result]) -> Figure:
    """Means over units and the Hamming score, beside both baselines (Figure 7)."""
    figure = Figure(figsize=(max(7.5, 1.3 * len(results) + 6), 4.4), layout="constrained")
    axes = figure.add_subplot()
    _title(axes, "Summary", _rows_of(results) + _lines(results))
    count = len(results) + len(BASELINES)
    width = 0.84 / count
    for index, (result, colour) in enumerate(_coloured(results)):
        x = np.arange(len(SUMMARY)) + (index - (count - 1) / 2) * width
        estimates = [_of_units(result, key) for key, _ in SUMMARY]
        _draw(axes, x, estimates, width, colour, result["name"], numbers=True)
    for index, (key, name, colour) in enumerate(BASELINES, len(results)):
        x = np.arange(len(SUMMARY)) + (index - (count - 1) / 2) * width
        values = [{"value": results[0]["summary"][m][key], "low": None} for m, _ in SUMMARY]
        _draw(axes, x, values, width, colour, f"baseline: {name}", numbers=True)
    axes.set_xticks(range(len(SUMMARY)), [name for _, name in SUMMARY], fontsize=8)
    axes.set_ylim(0, 1.05)
    axes.set_ylabel("score")
    _legend(axes, count)
    return figure


def _of_units(result: Result, key: str) -> dict[str, Any]:
    """A summary's estimate; a mean over some of the units says over how many."""
    row = result["summary"][key]
    some = row["units"] is not None and row["units"] < len(result["labels"])
    return row["estimate"] | {"note": f"\n{row['units']} units" if some else ""}


def _wide(units: int) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(max(6.5, 0.42 * units + 1.5), 3.9), layout="constrained")
    return figure, figure.add_subplot()


def _rows_of(results: Sequence[Result]) -> str:
    """What the results are of; not all need to be of the same rows."""
    facts = [f"{r['rows']:,} rows of {r['subjects']:,} subjects" for r in results]
    if len(set(facts)) == 1:
        return facts[0]
    named = [f"{r['name']}: {fact}" for r, fact in zip(results, facts, strict=True)]
    return "; ".join(named) + f"; baselines: rows of {results[0]['name']}"


def _lines(results: Sequence[Result]) -> str:
    options = results[0]["options"]
    if not options["draws"]:
        return ""
    return f"; lines: {100 * options['level']:g} % intervals over subjects"


def _title(axes: Axes, title: str, facts: str) -> None:
    axes.set_title(f"{title}\n", loc="left", fontsize=11, color=INK)
    axes.text(0, 1.02, facts, transform=axes.transAxes, fontsize=7.5, color=PALE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.yaxis.label.set_size(9)


def _coloured(results: Sequence[Result]) -> Iterator[tuple[Result, str]]:
    for index, result in enumerate(results):
        yield result, COLOURS[index % len(COLOURS)]


def _width(results: Sequence[Result]) -> float:
    return 0.8 / len(results)


def _bars(results: Sequence[Result]) -> Iterator[tuple[float, Result, str]]:
    """Where in a group of bars each result stands, and its colour."""
    for index, (result, colour) in enumerate(_coloured(results)):
        yield (index - (len(results) - 1) / 2) * _width(results), result, colour


def _draw(
    axes: Axes, x: np.ndarray, estimates: Sequence[Any], width: float, colour: str, name: str,
    numbers: bool = False,
) -> None:  # fmt: skip
    """Bars with intervals; a cross on the axis where a metric is undefined."""
    values = np.array(
        [np.nan if e is None or e["value"] is None else e["value"] for e in estimates]
    )
    bars = axes.bar(x, np.nan_to_num(values), width, color=colour, label=name)
    for place, value, estimate in zip(x, values, estimates, strict=True):
        if np.isnan(value):
            axes.plot(place, 0.012, "x", color=colour, markersize=3.5, markeredgewidth=0.9)
        elif estimate["low"] is not None:
            axes.plot([place, place], [estimate["low"], estimate["high"]], color=INK, linewidth=0.7)
    if numbers:
        texts = ["undefined" if np.isnan(v) else f"{v:.2f}" for v in values]
        texts = [t + (e or {}).get("note", "") for t, e in zip(texts, estimates, strict=True)]
        for bar, text, estimate in zip(bars, texts, estimates, strict=True):
            top = max(bar.get_height(), estimate.get("high") or 0) if estimate else 0
            middle = bar.get_x() + bar.get_width() / 2
            turned = 90 if text.startswith("undefined") else 0
            axes.text(middle, top + 0.02, text, ha="center", va="bottom", fontsize=6.5,
                      color=INK, rotation=turned)  # fmt: skip


def _name_units(axes: Axes, names: Sequence[str]) -> None:
    axes.set_xticks(range(len(names)), names, rotation=60, fontsize=8)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_xlabel("action unit, the most frequent first", fontsize=8, color=PALE)


def _legend(axes: Axes, count: int) -> None:
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.24),
        ncols=min(count, 5),
        fontsize=7.5,
        frameon=False,
    )


def main() -> None:
    """Draw, and say where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    for path in draw_all([json.loads(p.read_text()) for p in chosen.results], chosen.out):
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
