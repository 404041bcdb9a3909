"""A report as tables of words: for Markdown, for the terminal."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from facs.errors import InputError
from facs.evaluation.measures import LABEL_METRICS, SUMMARY_METRICS
from facs.evaluation.report import GROUP_METRICS
from facs.evaluation.report_values import Estimate, LabelRow, Report
from facs.files import atomic

__all__ = ["View", "facts", "markdown", "views", "write_report"]

_FOUND: Final = ("precision", "recall", "f1", "roc_auc", "average_precision")
_AGREED: Final = tuple(name for name in LABEL_METRICS if name not in _FOUND)
_WITH_INTERVALS: Final = ("f1", "roc_auc")  # of a unit, where a table has no room for all


@dataclass(frozen=True)
class View:
    """A table of words; the first column names the rows."""

    title: str
    columns: tuple[str, ...]
    rows: list[list[str]]


def views(report: Report) -> list[View]:
    """The tables of a report, the most important first; those without rows are left out."""
    found = [
        _summary(report),
        _labels("Units", report.labels, _FOUND, counts=True),
        _labels("Units: agreement, intensity, events", report.labels, _AGREED, counts=False),
        _labels("Left and right", report.sides, _FOUND, counts=True),
        *_groups(report),
    ]
    return [view for view in found if view.rows]


def facts(report: Report) -> list[str]:
    """What was compared, and how; one sentence each."""
    options = report.options
    percent = f"{100 * options.level:g} %"
    lines = [
        f"{report.rows:,} labelled rows of {report.subjects:,} subjects, {report.unseen:,} without "
        f"any prediction; {report.sequences:,} sequences with times",
    ]
    if options.draws and report.subjects > 1:
        lines.append(
            f"intervals: {percent}, {options.draws:,} bootstrap draws of whole subjects, "
            f"seed {options.seed}"
        )
    lines.append(
        f"tolerance of onsets and of kappa {options.tolerance:g} s; events match one to one, "
        f"IoU at least {options.iou:g} where it is named"
    )
    return [*lines, *report.notes]


def markdown(report: Report) -> str:
    """The whole report as Markdown, without a title."""
    lines = [*(f"- {fact}" for fact in facts(report)), ""]
    for view in views(report):
        lines += [f"## {view.title}", ""]
        lines += [
            "| " + " | ".join(view.columns) + " |",
            "|---|" + "--:|" * (len(view.columns) - 1),
        ]
        lines += ["| " + " | ".join(row) + " |" for row in view.rows]
        lines.append("")
    return "\n".join(lines)


def write_report(report: Report, path: str | os.PathLike[str], heading: str = "") -> None:
    """Write Markdown (``.md``, below `heading`) or JSON (``.json``).

    Raises
    ------
    InputError
        If the ending is another.
    OutputError
        If the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in (".md", ".json"):
        raise InputError(f"wanted a name that ends in .md or .json, got {path}")
    text = heading + markdown(report)
    if suffix == ".json":
        text = json.dumps(report.as_dict(), indent=1) + "\n"
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _summary(report: Report) -> View:
    rows = []
    for key, title in SUMMARY_METRICS.items():
        row = report.summary[key]
        over = "" if row.units is None else f"{row.units} of {len(report.labels)}"
        cells = [_with_interval(row.estimate), _number(row.all_zero), _number(row.prevalence)]
        rows.append([title, *cells, over])
    return View("Summary", ("metric", "value", "all-zero", "prevalence", "units"), rows)


def _labels(
    title: str, labels: dict[str, LabelRow], metrics: tuple[str, ...], *, counts: bool
) -> View:
    first = ("rows", "support", "subjects", "threshold") if counts else ()
    columns = ("unit", *first, *(LABEL_METRICS[key] for key in metrics))
    rows = []
    for name, row in labels.items():
        numbers = [
            f"{row.rows:,}",
            f"{row.support:,}",
            str(row.subjects),
            _number(row.threshold, 2),
        ]
        cells = [
            _with_interval(row.metrics[key]) if key in _WITH_INTERVALS
            else _number(row.metrics[key].value)
            for key in metrics
        ]  # fmt: skip
        rows.append([name, *(numbers if counts else []), *cells])
    return View(title, columns, rows)


def _groups(report: Report) -> Iterator[View]:
    titles = (SUMMARY_METRICS[key] for key in GROUP_METRICS)
    columns = ("rows", "subjects", "units", *titles)
    for name, groups in report.groups.items():
        rows = [
            [value or "-", f"{group.rows:,}", f"{group.subjects:,}", str(group.units),
             *(_with_interval(group.metrics[key]) for key in GROUP_METRICS)]
            for value, group in groups.items()
        ]  # fmt: skip
        yield View(f"By {name}", (name, *columns), rows)


def _number(value: float, digits: int = 3) -> str:
    if value != value:
        return "-"
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _with_interval(estimate: Estimate) -> str:
    text = _number(estimate.value)
    if estimate.low != estimate.low:
        return text
    return f"{text} [{_number(estimate.low)}, {_number(estimate.high)}]"
