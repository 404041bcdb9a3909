"""A report as tables of words: for Markdown, for the terminal."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from facs.errors import InputError
from facs.evaluation.bootstrap import FEWEST, MANY
from facs.evaluation.measures import LABEL_METRICS, SUMMARY_METRICS
from facs.evaluation.report import GROUP_METRICS
from facs.evaluation.report_values import Estimate, LabelRow, Report
from facs.files import atomic

__all__ = ["View", "facts", "markdown", "number", "views", "write_report"]

_FOUND: Final = ("precision", "recall", "f1", "roc_auc", "average_precision")
_AGREED: Final = tuple(name for name in LABEL_METRICS if name not in _FOUND)
_WITH_INTERVALS: Final = (
    "f1",
    "roc_auc",
    "kappa",
    "icc_3_1",
    "event_f1",
)  # of a unit, where a table has no room for all


@dataclass(frozen=True)
class View:
    """A table of words; the first column names the rows."""

    title: str
    columns: tuple[str, ...]
    rows: list[list[str]]

    @property
    def markdown(self) -> list[str]:
        """Lines of the table in Markdown; all columns but the first stand to the right.

        Examples
        --------
        >>> View("Units", ("unit", "F1"), [["AU12", "0.9"]]).markdown
        ['| unit | F1 |', '|---|--:|', '| AU12 | 0.9 |']
        """
        line = "|---|" + "--:|" * (len(self.columns) - 1)
        head, *rows = ("| " + " | ".join(row) + " |" for row in (self.columns, *self.rows))
        return [head, line, *rows]


def views(report: Report) -> list[View]:
    """The tables of a report, the most important first; those without rows are left out."""
    found = [
        _summary(report),
        _labels("Units", report.labels, _COUNTS, _FOUND),
        _labels("Units: agreement, intensity, events", report.labels, _SIZES, _AGREED),
        _labels("Left and right", report.sides, _COUNTS, _FOUND),
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
        f"{report.active:,} rows are active: a unit was predicted or is there",
    ]
    if options.draws and report.subjects >= FEWEST:
        lines.append(
            f"intervals: {percent}, {options.draws:,} bootstrap draws of whole subjects, "
            f"seed {options.seed}"
        )
        if report.subjects < MANY:
            lines.append(
                f"intervals of {report.subjects} subjects are too narrow: they hold the truth less "
                "often than they say (docs/evaluation.md)"
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
        lines += [f"## {view.title}", "", *view.markdown, ""]
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
        cells = [_with_interval(row.estimate), number(row.all_zero), number(row.prevalence)]
        rows.append([title, *cells, over])
    return View("Summary", ("metric", "value", "all-zero", "prevalence", "units"), rows)


_Cells = Mapping[str, Callable[[LabelRow], str]]

_COUNTS: Final[_Cells] = {
    "rows": lambda row: f"{row.rows:,}",
    "support": lambda row: f"{row.support:,}",
    "subjects": lambda row: str(row.subjects),
    "threshold": lambda row: number(row.threshold, 2),
}
_SIZES: Final[_Cells] = {
    "rows": lambda row: f"{row.rows:,}",
    "graded rows": lambda row: f"{row.graded:,}",
    "events found": lambda row: f"{row.events_found:,}",
    "events there": lambda row: f"{row.events_there:,}",
}


def _labels(
    title: str, labels: dict[str, LabelRow], counts: _Cells, metrics: tuple[str, ...]
) -> View:
    columns = ("unit", *counts, *(LABEL_METRICS[key] for key in metrics))
    rows = []
    for name, row in labels.items():
        cells = [
            _with_interval(row.metrics[key]) if key in _WITH_INTERVALS
            else number(row.metrics[key].value)
            for key in metrics
        ]  # fmt: skip
        rows.append([name, *(said(row) for said in counts.values()), *cells])
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


def number(value: float, digits: int = 3) -> str:
    """A number as a table shows it: a dash where it is undefined, and no negative zero.

    Examples
    --------
    >>> number(-0.0001), number(float("nan")), number(0.5, 2)
    ('0.000', '-', '0.50')
    """
    if value != value:
        return "-"
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _with_interval(estimate: Estimate) -> str:
    text = number(estimate.value)
    if estimate.low != estimate.low:
        return text
    return f"{text} [{number(estimate.low)}, {number(estimate.high)}]"
