"""Agreement as a table and as sentences; the numbers are those of `facs.evaluation.report`."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from facs.errors import InputError
from facs.evaluation.measures import LABEL_METRICS
from facs.evaluation.report_values import LabelRow, Report
from facs.evaluation.report_views import View
from facs.files import atomic

__all__ = ["AGREEMENT", "agreement_facts", "agreement_table", "metrics_of", "write_agreement"]

AGREEMENT: Final = ("kappa", "kappa_tolerant", "icc_3_1", "icc_2_1", "event_f1", "event_f1_onset")
"""What is said of every unit, by the keys of `facs.evaluation.measures.LABEL_METRICS`."""

_COLUMNS: Final = (
    *("unit", "frames", "prevalence 1", "prevalence 2"),
    *(LABEL_METRICS[key] for key in AGREEMENT),
)


def metrics_of(row: LabelRow) -> dict[str, float]:
    """Metrics of a unit by the keys of `AGREEMENT`; NaN, all of them, where neither saw it."""
    seen = row.predicted or row.support
    return {key: row.metrics[key].value if seen else math.nan for key in AGREEMENT}


def agreement_table(report: Report) -> View:
    """A row for each unit: how often each side saw it, and how far they agree.

    Prevalence is the share of the frames that both could code. A dash is what cannot be
    defined; nothing is said of the agreement on a unit that neither saw. The last row is the
    mean over the units that have a number.
    """
    rows = [[name, *_cells(row)] for name, row in report.labels.items()]
    found = [metrics_of(row) for row in report.labels.values()]
    return View("Agreement", _COLUMNS, [*rows, ["mean", "", "", "", *_means(found)]])


def _means(found: list[dict[str, float]]) -> Iterator[str]:
    for key in AGREEMENT:
        known = [metrics[key] for metrics in found if not math.isnan(metrics[key])]
        yield _number(sum(known) / len(known) if known else math.nan)


def _cells(row: LabelRow) -> list[str]:
    shares = (count / row.rows if row.rows else math.nan for count in (row.predicted, row.support))
    return [f"{row.rows:,}", *map(_number, shares), *map(_number, metrics_of(row).values())]


def agreement_facts(report: Report, first: str, second: str) -> list[str]:
    """What was compared, and what the numbers mean; one sentence each."""
    options = report.options
    index = report.summary["agreement_index"].estimate.value
    return [
        f"1 is {first}, 2 is {second}; {report.rows:,} frames, {report.unseen:,} of which 1 "
        "could not code",
        f"FACS agreement index, mean over frames in which either saw a unit: {_number(index)}; "
        "the manual asks coders for 0.70",
        "kappa is agreement beyond chance in each frame; with tolerance, differences are forgiven "
        f"where each finds its own code with the other within {options.tolerance:g} s",
        "ICC(3,1) is consistency, ICC(2,1) absolute agreement of intensity, zero included; events "
        f"match by any overlap, or by onsets within {options.tolerance:g} s",
        "a rare unit has a low kappa for few differences: read it beside its prevalence",
        *report.notes,
    ]


def write_agreement(report: Report, path: str | os.PathLike[str], first: str, second: str) -> None:
    """Write Markdown (``.md``), a table of the numbers (``.csv``) or everything (``.json``).

    Raises
    ------
    InputError
        If the ending is another.
    OutputError
        If the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in (".md", ".csv", ".json"):
        raise InputError(f"wanted a name that ends in .md, .csv, .json or .png, got {path}")
    with atomic(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        if suffix == ".md":
            file.write(_markdown(report, first, second))
        elif suffix == ".json":
            file.write(json.dumps(report.as_dict(), indent=1) + "\n")
        else:
            csv.writer(file, lineterminator="\n").writerows(_numbers(report))


def _markdown(report: Report, first: str, second: str) -> str:
    table = agreement_table(report)
    lines = [f"# Agreement of {first} and {second}", ""]
    lines += ["| " + " | ".join(table.columns) + " |", "|---|" + "--:|" * (len(_COLUMNS) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in table.rows]
    return "\n".join([*lines, "", *(f"- {x}" for x in agreement_facts(report, first, second)), ""])


def _numbers(report: Report) -> Iterator[list[str]]:
    """The table for programs: a cell is empty where nothing is defined."""
    yield ["unit", "frames", "prevalence_1", "prevalence_2", *AGREEMENT]
    for name, row in report.labels.items():
        cells = [cell.replace(",", "") for cell in _cells(row)]
        yield [name, *("" if cell == "-" else cell for cell in cells)]


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
