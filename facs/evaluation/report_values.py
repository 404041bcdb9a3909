"""What a comparison says, as values."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from facs._version import __version__
from facs.errors import InputError

__all__ = ["Estimate", "GroupRow", "LabelRow", "Report", "ReportOptions", "SummaryRow"]


@dataclass(frozen=True)
class ReportOptions:
    """How to compare.

    Parameters
    ----------
    draws : int
        Bootstrap draws of subjects; 0 leaves intervals out.
    level : float, in (0, 1)
        Of the intervals.
    seed : int
        Of the draws and of the guesses.
    tolerance : float, seconds
        Of kappa with tolerance and of the onsets of events.
    iou : float, in [0, 1]
        Least intersection over union of events.
    coders : bool
        Whether the second side is a coder like the first, and not what is true. Only words of
        the notes differ.
    """

    draws: int = 1000
    level: float = 0.95
    seed: int = 0
    tolerance: float = 0.2
    iou: float = 0.5
    coders: bool = False

    def __post_init__(self) -> None:
        if self.draws < 0 or not 0 < self.level < 1:
            raise InputError(
                f"wanted draws >= 0 and level in (0, 1), got {self.draws} and {self.level}"
            )
        if not (self.tolerance >= 0 and 0 <= self.iou <= 1):
            raise InputError(
                f"wanted tolerance >= 0 and iou in [0, 1], got {self.tolerance} and {self.iou}"
            )


@dataclass(frozen=True)
class Estimate:
    """A number and its interval; NaN is undefined."""

    value: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class SummaryRow:
    """A metric of all units together, and what the baselines reach.

    `units` is over how many units a macro metric is the mean; None for other metrics.
    """

    estimate: Estimate
    all_zero: float
    prevalence: float
    units: int | None


@dataclass(frozen=True)
class LabelRow:
    """One unit or side.

    Parameters
    ----------
    rows, left_out : int
        Rows with a prediction and a label; rows with a label and no prediction.
    support, subjects : int
        Rows in which the unit is there, and how many subjects show it.
    predicted : int
        Rows in which it was predicted.
    graded : int
        Rows with an intensity on both sides, of which ICC is.
    events_found, events_there : int
        Predicted and labelled events.
    threshold : float
        Score from which it counts as predicted; NaN where the table itself decided.
    metrics : dict of Estimate
        By the keys of `facs.evaluation.measures.LABEL_METRICS`.
    """

    rows: int
    left_out: int
    support: int
    subjects: int
    predicted: int
    graded: int
    events_found: int
    events_there: int
    threshold: float
    metrics: dict[str, Estimate]


@dataclass(frozen=True)
class GroupRow:
    """Some of the rows: those of one age, one sex, one tone.

    `units` is how many units are both there and absent in these rows, so that they have a
    ROC AUC; macro metrics of groups with other units are not to be compared.
    """

    rows: int
    subjects: int
    units: int
    metrics: dict[str, Estimate]


@dataclass(frozen=True)
class Report:
    """What there is to say about one comparison.

    Parameters
    ----------
    name : str
        Of what was measured.
    rows, unseen, uncoded, active : int
        Rows with labels; how many of them nothing was predicted for, in how many no unit could
        be coded, and in how many a unit was predicted or is there.
    subjects, sequences : int
        Whom the rows are of, and how many stretches of video have times.
    options : ReportOptions
    summary : dict of SummaryRow
        By the keys of `facs.evaluation.measures.SUMMARY_METRICS`.
    labels, sides : dict of LabelRow
        By unit, and by unit and side.
    groups : dict of dict of GroupRow
        By what was grouped by, and its value.
    notes : tuple of str
    """

    name: str
    rows: int
    unseen: int
    uncoded: int
    active: int
    subjects: int
    sequences: int
    options: ReportOptions
    summary: dict[str, SummaryRow]
    labels: dict[str, LabelRow]
    sides: dict[str, LabelRow] = field(default_factory=dict)
    groups: dict[str, dict[str, GroupRow]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; undefined is None."""
        plain: dict[str, Any] = _plain(asdict(self))
        return {"format": "facs-evaluation", "version": 1, "facs": __version__, **plain}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value
