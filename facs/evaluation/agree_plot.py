"""Agreement as a picture: the metrics of every unit, its prevalence, and where the two differ."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from facs.arrays import runs
from facs.errors import InputError, MissingPackageError
from facs.evaluation.agree_views import metrics_of
from facs.evaluation.aligned import Aligned
from facs.evaluation.report_values import Report
from facs.files import atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_agreement"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FORMATS: Final = (".png", ".svg", ".pdf")
WIDTH: Final = 11.0  # inches
ROW: Final = 0.42  # inches for a unit
HEAD, FOOT = 0.7, 0.6  # inches
LEFT, RIGHT = 0.7, 0.25  # inches
DPI: Final = 150

INK: Final = "#22262b"
PALE: Final = "#6b7178"
LINE: Final = "#d5d9dd"
GAP: Final = "#c3c7cc"
FIRST: Final = "#0072b2"  # blue and vermilion are told apart by everybody
SECOND: Final = "#d55e00"
_MARKS: Final = {  # marker, fill, and how far below the middle of the row
    "kappa": ("o", INK, -0.24),
    "kappa_tolerant": ("o", "none", -0.08),
    "icc_3_1": ("D", "none", 0.08),
    "event_f1": ("^", "none", 0.24),
}
_WORDS: Final = ("kappa", "kappa with tolerance", "ICC(3,1)", "event F1")


def plot_agreement(
    report: Report, aligned: Aligned, path: str | os.PathLike[str], first: str, second: str
) -> None:
    """Draw a row for each unit: metrics, how often each side saw it, and when.

    Parameters
    ----------
    report : Report
        Of `aligned`.
    aligned : Aligned
        Times are drawn of its first film that has any.
    path : str or path, ending in .png, .svg or .pdf
    first, second : str
        What the two sides are called.

    Raises
    ------
    InputError
        If the ending is another.
    MissingPackageError
        If matplotlib is not installed.
    OutputError
        If the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise InputError(f"wanted a name that ends in {', '.join(FORMATS)}, got {path}")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingPackageError.of("matplotlib", "plots", "plot_agreement") from None
    units = list(report.labels)
    height = HEAD + FOOT + ROW * len(units)
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    axes = _panels(figure, height, units)
    _draw_metrics(axes[0], report, units)
    _draw_prevalence(axes[1], report, units)
    _draw_times(axes[2], aligned, units)
    _name(figure, height, first, second)
    with atomic(path) as partial, warnings.catch_warnings():
        # A letter that the font lacks, in the name of a file, becomes an empty box.
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(partial, format=suffix[1:], dpi=DPI)


def _panels(figure: Figure, height: float, units: list[str]) -> list[Axes]:
    """Three panels beside each other that share their rows."""
    whole = WIDTH - LEFT - RIGHT
    panels: list[Axes] = []
    for start, share in ((0.0, 0.34), (0.37, 0.13), (0.53, 0.47)):
        left, width = (LEFT + start * whole) / WIDTH, share * whole / WIDTH
        axes = figure.add_axes((left, FOOT / height, width, ROW * len(units) / height))
        axes.set_ylim(len(units) - 0.5, -0.5)
        axes.set_yticks(range(len(units)), units if not panels else [""] * len(units))
        axes.tick_params(length=0, labelsize=8.5, colors=PALE)
        axes.tick_params(axis="y", labelcolor=INK)
        for edge in axes.spines.values():
            edge.set_color(LINE)
        for row in range(1, len(units)):
            axes.axhline(row - 0.5, color=LINE, linewidth=0.6)
        panels.append(axes)
    return panels


def _draw_metrics(axes: Axes, report: Report, units: list[str]) -> None:
    found = [metrics_of(report.labels[unit]) for unit in units]
    lowest = np.nanmin([0.0, *(m[key] for m in found for key in _MARKS)])
    axes.set_xlim(min(-0.05, float(lowest) - 0.05), 1.05)
    axes.axvline(0, color=PALE, linewidth=0.8)
    for (key, (mark, fill, below)), words in zip(_MARKS.items(), _WORDS, strict=True):
        values = [metrics[key] for metrics in found]
        axes.scatter(
            values, np.arange(len(units)) + below, 20, marker=mark, facecolors=fill,
            edgecolors=INK, linewidths=1, label=words, zorder=3,
        )  # fmt: skip
    axes.set_xlabel("agreement (0 of kappa is chance)", color=PALE, fontsize=8.5)
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, frameon=False, fontsize=8,
        handletextpad=0.2, columnspacing=1, labelcolor=PALE,
    )  # fmt: skip


def _draw_prevalence(axes: Axes, report: Report, units: list[str]) -> None:
    rows = [report.labels[unit] for unit in units]
    for counts, offset, colour in (
        ([row.predicted for row in rows], -0.17, FIRST),
        ([row.support for row in rows], 0.17, SECOND),
    ):
        shares = [100 * n / max(row.rows, 1) for n, row in zip(counts, rows, strict=True)]
        axes.barh(np.arange(len(rows)) + offset, shares, 0.28, color=colour)
    axes.set_xlabel("% of frames", color=PALE, fontsize=8.5)


def _draw_times(axes: Axes, aligned: Aligned, units: list[str]) -> None:
    timed = aligned.sequence >= 0
    films = [film for film in np.unique(aligned.film[timed]) if _rows_of(aligned, film).size > 1]
    if not films:
        axes.set_xticks([])
        axes.set_xlabel("no times", color=PALE, fontsize=8.5)
        return
    rows = _rows_of(aligned, films[0])
    times = aligned.time[rows]
    ends = _ends(times, aligned.sequence[rows])
    axes.set_xlim(float(times[0]), float(ends[-1]))
    holes = [(float(a), float(b - a)) for a, b in zip(ends[:-1], times[1:], strict=True) if b > a]
    for row, unit in enumerate(units):
        column = aligned.names.index(unit)
        for values, offset, colour in (
            (aligned.decision[rows, column], -0.32, FIRST),
            (aligned.truth[rows, column], 0.04, SECOND),
        ):
            place = (row + offset, 0.28)
            axes.broken_barh([*_runs(times, ends, np.isnan(values)), *holes], place, facecolor=GAP)
            spans = _runs(times, ends, values == 1)
            axes.broken_barh(spans, place, facecolor=colour, edgecolor=colour, linewidth=0.5)
    of = f" of the first of {len(films)} films" if len(films) > 1 else ""
    axes.set_xlabel(f"time (s){of}; grey could not be coded", color=PALE, fontsize=8.5)


def _rows_of(aligned: Aligned, film: int) -> Integers:
    """Rows of a film that have a time, in order."""
    return np.flatnonzero((aligned.film == film) & (aligned.sequence >= 0))


def _ends(times: Floats, sequence: Integers) -> Floats:
    """When each row ends: where the next begins or, before a hole, after the usual step."""
    steps, along = np.diff(times), np.diff(sequence) == 0
    usual = float(np.median(steps[along] if along.any() else steps))
    return np.append(np.where(along, times[1:], np.minimum(times[:-1] + usual, times[1:])),
                     times[-1] + usual)  # fmt: skip


def _runs(times: Floats, ends: Floats, chosen: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Start and length of each run of chosen rows, in seconds; a hole ends a run."""
    apart = np.flatnonzero(ends[:-1] < times[1:]) + 1
    return [
        (float(times[part[a]]), float(ends[part[b - 1]] - times[part[a]]))
        for part in np.split(np.arange(len(times)), apart)
        for a, b in runs(chosen[part])
    ]


def _name(figure: Figure, height: float, first: str, second: str) -> None:
    for text, place, colour in ((first, 0.53, FIRST), (second, 0.77, SECOND)):
        x = (LEFT + place * (WIDTH - LEFT - RIGHT)) / WIDTH
        said = text if len(text) <= 34 else f"{text[:16]} ... {text[-14:]}"
        drawn = figure.text(x, 1 - 0.5 / height, said, fontsize=9, color=colour)
        drawn.set(parse_math=False, fontweight="bold")
