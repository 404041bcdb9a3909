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
from facs.evaluation.report_views import View, number
from facs.files import writing

__all__ = ["AGREEMENT", "agreement_facts", "agreement_table", "metrics_of", "write_agreement"]

AGREEMENT: Final = ("kappa", "kappa_tolerant", "icc_3_1", "icc_2_1", "event_f1", "event_f1_onset")
"""What is said of every unit, by the keys of `facs.evaluation.measures.LABEL_METRICS`."""

_SIZES: Final = ("graded frames", "events 1", "events 2")

_COLUMNS: Final = (
    *("unit", "frames", "prevalence 1", "prevalence 2"),
    *(LABEL_METRICS[key] for key in AGREEMENT),
    *_SIZES,
)


def metrics_of(row: LabelRow) -> dict[str, float]:
    """Metrics of a unit by the keys of `AGREEMENT`; NaN, all of them, where neither saw it."""
    seen = row.predicted or row.support
    return {key: row.metrics[key].value if seen else math.nan for key in AGREEMENT}


def agreement_table(report: Report) -> View:
    """A row for each unit: how often each side saw it, how far they agree, and on how much.

    Prevalence is the share of the frames that both could code. A dash is what cannot be
    defined; nothing is said of the agreement on a unit that neither saw. The last rows are the
    mean over the units that have a number, and how many these are.
    """
    rows = [[name, *_cells(row)] for name, row in report.labels.items()]
    found = [metrics_of(row) for row in report.labels.values()]
    known = [[one[key] for one in found if not math.isnan(one[key])] for key in AGREEMENT]
    means = [number(sum(values) / len(values) if values else math.nan) for values in known]
    counts = [str(len(values)) for values in known]
    blank, rest = [""] * 3, [""] * len(_SIZES)
    ends = [["mean", *blank, *means, *rest], ["units in the mean", *blank, *counts, *rest]]
    return View("Agreement", _COLUMNS, [*rows, *ends])


def _cells(row: LabelRow) -> list[str]:
    return [
        f"{row.rows:,}",
        *map(_share, _shares(row)),
        *map(number, metrics_of(row).values()),
        *(f"{count:,}" for count in _sizes(row)),
    ]


def _shares(row: LabelRow) -> list[float]:
    """Of the frames that both could code, how many show the unit, by either side."""
    return [count / row.rows if row.rows else math.nan for count in (row.predicted, row.support)]


def _sizes(row: LabelRow) -> tuple[int, int, int]:
    """Over how much ICC and the F1 of events are, by `_SIZES`."""
    return row.graded, row.events_found, row.events_there


def _share(value: float) -> str:
    """A share as the table shows it: what is rare is not nothing.

    Examples
    --------
    >>> _share(0.2071), _share(2 / 20_000), _share(0.0)
    ('0.207', '0.0001', '0.000')
    """
    return f"{value:.1g}" if 0 < value < 0.0005 else number(value)


def agreement_facts(report: Report, first: str, second: str) -> list[str]:
    """What was compared, and what the numbers mean; one sentence each."""
    options = report.options
    index = report.summary["agreement_index"].estimate.value
    return [
        f"1 is {first}, 2 is {second}; {report.rows:,} frames, of which 1 could not code "
        f"{report.unseen:,} and 2 {report.uncoded:,}",
        f"FACS agreement index, mean over the {report.active:,} frames in which either saw a unit: "
        f"{number(index)}; the manual asks coders for 0.70",
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
    with writing(path) as file:
        if suffix == ".md":
            file.write(_markdown(report, first, second))
        elif suffix == ".json":
            file.write(json.dumps(report.as_dict(), indent=1) + "\n")
        else:
            csv.writer(file, lineterminator="\n").writerows(_numbers(report))


def _markdown(report: Report, first: str, second: str) -> str:
    heading = f"# Agreement of {first} and {second}"
    told = [f"- {fact}" for fact in agreement_facts(report, first, second)]
    return "\n".join([heading, "", *agreement_table(report).markdown, "", *told, ""])


def _numbers(report: Report) -> Iterator[list[str]]:
    """The table for programs, not rounded; a cell is empty where nothing is defined."""
    yield [
        *("unit", "frames", "prevalence_1", "prevalence_2", *AGREEMENT),
        *(name.replace(" ", "_") for name in _SIZES),
    ]
    for name, row in report.labels.items():
        values = [*_shares(row), *metrics_of(row).values()]
        cells = ["" if math.isnan(value) else repr(value) for value in values]
        yield [name, str(row.rows), *cells, *map(str, _sizes(row))]
