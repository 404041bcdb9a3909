"""The table and the pictures of what `children.json` holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from children_train import PROTOCOLS
from fer_data import CLASSES
from fer_measure import figures
from fer_tables import panel
from heading import heading, table
from numpy.typing import NDArray

from facs.evaluation.bootstrap import interval, resample
from facs.files import atomic

__all__ = [
    "DOCUMENT",
    "NAMES",
    "NETWORKS",
    "Summary",
    "clustered",
    "given",
    "markdown",
    "picture",
    "summaries",
]

Found = dict[str, Any]
NETWORKS: Final = {"ronnet": "RonNet", "googlenet": "GoogLeNet"}
NAMES: Final = {**NETWORKS, "floor": "floor: linear on HOG"}
DRAWS: Final = 2000

DOCUMENT: Final[dict[tuple[str, str], dict[str, float]]] = {
    ("ronnet", "adults to adults"): {"CK+": 99.612, "FER2013": 61.884, "NovaEmotions": 83.534},
    ("ronnet", "adults to children"): {"CK+": 25.415, "FER2013": 23.754, "NovaEmotions": 19.934},
    ("ronnet", "transfer"): {"CK+": 85.759},
    ("googlenet", "adults to adults"): {"CK+": 99.225, "FER2013": 67.93, "NovaEmotions": 84.342},
    ("googlenet", "adults to children"): {"CK+": 13.123, "FER2013": 25.415, "NovaEmotions": 9.136},
}
"""Accuracy in percent by network and protocol, for each set of adults that taught."""

COLUMNS: Final = [
    "network", "protocol", "document's accuracy", "accuracy here", "95 % interval",
    "least to most of the seeds", "macro F1", "parameters", "that learn", "epochs", "CPU s",
    "seeds",
]  # fmt: skip

NOTES: Final = """
The document's figures are on photographs (CK+, FER2013, NovaEmotions; children of four sets), most
of them licensed and not here: ours, on other people, neither confirm nor refute them. Protocols are
tested on the same children, of whom none taught; "adults to adults" is the reference, on adults who
did not teach. The transfer begins with the network of "adults to children", keeps its convolutions
and goes on with its dense layers; its CPU seconds are its own, after those of the adults. Epochs,
rate (Adam, 2e-4, falling as a cosine) and batch are chosen here, as the document gives none, and
nothing was chosen by the people who are tested. Accuracy and CPU seconds are means over seeds,
which change the training and not the split; intervals are those of the mean, from draws of whole
people. The floor learns no features (`children_floor.py`): a network below it was not trained to
its end, and its rows say nothing about the protocols.
"""

SAID: Final = {("ronnet", "children alone"): "a drawing; said to be the highest of the three"}
"""What the document has in place of a figure."""


@dataclass(frozen=True)
class Summary:
    """One network and protocol over all seeds.

    Parameters
    ----------
    accuracy, interval : float, tuple of float
        The mean over seeds and its 95 % interval over people, in [0, 1].
    guesses : array, shape (seeds, n)
    labels : array, shape (n,)
    rows : list
        One for each seed.
    """

    network: str
    protocol: str
    accuracy: float
    interval: tuple[float, float]
    guesses: NDArray[np.int64]
    labels: NDArray[np.int64]
    rows: list[Found]

    def pooled(self) -> Found:
        """Figures of all seeds together: every face counts once for each."""
        every = self.guesses.ravel()
        labels = np.tile(self.labels, len(self.guesses))
        return figures(np.eye(len(CLASSES), dtype=np.float32)[every], labels)

    @property
    def seeds(self) -> str:
        """As they are listed."""
        return ", ".join(str(row["seed"]) for row in self.rows)

    @property
    def best(self) -> float:
        """The highest figure of the document, in percent; NaN where it gives none."""
        given = DOCUMENT.get((self.network, self.protocol), {})
        return max(given.values(), default=float("nan"))


def clustered(hits: NDArray[np.floating], person: NDArray[np.str_]) -> tuple[float, float]:
    """95 % interval of an accuracy when whole people are drawn: hits (n,) in [0, 1]."""
    drawn = resample(person, DRAWS)
    return interval(drawn.sums(hits) / drawn.sums(np.ones(len(hits))))


def summaries(found: Found) -> list[Summary]:
    """Every network and protocol that has rows, in the order of `NAMES` and `PROTOCOLS`."""
    out = []
    for network in NAMES:
        for protocol in PROTOCOLS:
            rows = [
                r for r in found["rows"] if (r["network"], r["protocol"]) == (network, protocol)
            ]
            if rows:
                out.append(_summary(found, sorted(rows, key=lambda row: row["seed"])))
    return out


def _summary(found: Found, rows: list[Found]) -> Summary:
    network, protocol = rows[0]["network"], rows[0]["protocol"]
    test = found["tests"][PROTOCOLS[protocol][1]]
    labels, guesses = _digits(test["labels"]), np.stack([_digits(r["guesses"]) for r in rows])
    hits = (guesses == labels).mean(0)
    ends = clustered(hits, np.array(test["people"].split(" ")))
    return Summary(network, protocol, float(hits.mean()), ends, guesses, labels, rows)


def _digits(text: str) -> NDArray[np.int64]:
    return np.array([int(digit) for digit in text], np.int64)


def markdown(found: Found, sheet: str) -> str:
    """The whole report."""
    every = summaries(found)
    seeds = ", ".join(sorted({str(row["seed"]) for row in found["rows"]}, key=int))
    text = heading("Emotions of children: three protocols", found["data"], seeds)
    text += table(COLUMNS, [_cells(summary) for summary in every]) + NOTES
    text += f"\n![Confusion matrices: rows are labels, columns are guesses]({sheet})\n"
    return text + _per_class(every) + _runs(every)


def given(network: str, protocol: str) -> str:
    """The document's figures as a cell."""
    figures = DOCUMENT.get((network, protocol), {})
    cell = ", ".join(f"{value:.1f} ({name})" for name, value in figures.items())
    return cell or SAID.get((network, protocol), "none given")


def _cells(summary: Summary) -> list[str]:
    low, high = summary.interval
    each = [100 * row["accuracy"] for row in summary.rows]
    row = summary.rows[0]
    return [
        NAMES[summary.network],
        summary.protocol,
        given(summary.network, summary.protocol),
        f"{100 * summary.accuracy:.1f}",
        f"{100 * low:.1f} to {100 * high:.1f}",
        f"{min(each):.1f} to {max(each):.1f}",
        f"{100 * summary.pooled()['macro F1']:.1f}",
        f"{row['parameters']:,}",
        f"{row['learned']:,}",
        ", ".join(dict.fromkeys(f"{r['epochs']:.0f}" for r in summary.rows if r["epochs"])) or "-",
        f"{np.mean([r['cpu'] for r in summary.rows]):.0f}",
        summary.seeds,
    ]


def _per_class(every: list[Summary]) -> str:
    lines = []
    for summary in every:
        classes = summary.pooled()["classes"]
        for key in ("precision", "recall", "F1"):
            values = [classes[name][key] for name in CLASSES]
            cells = ["-" if value is None else f"{value:.2f}" for value in values]
            lines.append([NAMES[summary.network], summary.protocol, key, *cells])
    title = "\nEvery class, all seeds together:\n\n"
    return title + table(["network", "protocol", "", *CLASSES], lines)


def _runs(every: list[Summary]) -> str:
    lines = [
        [
            NAMES[summary.network],
            summary.protocol,
            str(row["seed"]),
            f"{100 * row['accuracy']:.1f}",
            " to ".join(f"{100 * end:.1f}" for end in row["interval"]),
            f"{row['cpu']:.0f}",
            f"{row['wall']:.0f}",
            f"`{row['command']}`",
            row["commit"],
            row["date"],
        ]
        for summary in every
        for row in summary.rows
    ]
    columns = ["network", "protocol", "seed", "accuracy", "95 % interval", "CPU s", "wall s"]
    title = "\nEvery run:\n\n"
    return title + table([*columns, "command", "commit", "date"], lines)


def picture(found: Found, path: Path) -> None:
    """Confusion matrices on one sheet, a row for each network, all seeds together."""
    from matplotlib.figure import Figure

    every = summaries(found)
    networks = list(dict.fromkeys(summary.network for summary in every))
    size = (3.2 * len(PROTOCOLS), 3.4 * max(1, len(networks)))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(max(1, len(networks)), len(PROTOCOLS), squeeze=False)
    for axes in panels.ravel():
        axes.set_axis_off()
    for summary in every:
        axes = panels[networks.index(summary.network), list(PROTOCOLS).index(summary.protocol)]
        axes.set_axis_on()
        title = f"{NAMES[summary.network]}, {summary.protocol}: {100 * summary.accuracy:.1f} %"
        panel(axes, title, summary.pooled()["confusion"])
    with atomic(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=80)
