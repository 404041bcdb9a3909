"""One comparison, told whole: every summary with its interval, beside both baselines."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.aligned import Aligned
from facs.evaluation.baselines import GUESSES, all_zero, guessing
from facs.evaluation.bootstrap import Resamples, interval, resample
from facs.evaluation.measures import LABEL_METRICS, Measured, measure
from facs.evaluation.report_values import (
    Estimate,
    GroupRow,
    LabelRow,
    Report,
    ReportOptions,
    SummaryRow,
)

__all__ = ["GROUP_METRICS", "Report", "ReportOptions", "evaluate"]

Floats = NDArray[np.float64]

GROUP_METRICS: Final = (
    *("hamming_score", "hamming_score_active", "hamming_loss"),
    *("macro_precision", "macro_recall", "macro_f1", "macro_roc_auc"),
)
"""What is said of every group of rows."""


def evaluate(aligned: Aligned, name: str = "", options: ReportOptions | None = None) -> Report:
    """Measure everything.

    Parameters
    ----------
    aligned : Aligned
    name : str
        Of what is measured, for tables and pictures.
    options : ReportOptions, optional

    Returns
    -------
    Report

    Examples
    --------
    >>> from facs.evaluation.align import align
    >>> from facs.evaluation.unit_table import UnitTable
    >>> truth = UnitTable.of("l", ("AU12",), frame=[0, 1], presence=[[1], [0]], subject=["a", "b"])
    >>> scores = UnitTable.of("p", ("AU12",), frame=[0, 1], probability=[[0.9], [0.7]])
    >>> report = evaluate(align(scores, truth), options=ReportOptions(draws=0))
    >>> report.labels["AU12"].metrics["precision"].value
    0.5
    >>> report.summary["hamming_score"].estimate.value, report.summary["hamming_score"].all_zero
    (0.5, 0.5)
    """
    chosen = options or ReportOptions()
    units = tuple(n for n in aligned.names if "_" not in n)
    sides = tuple(n for n in aligned.names if "_" in n)
    if not units:
        raise InputError(f"wanted units, got only sides: {' '.join(sides)}")
    whole = aligned.of_names(units)
    resamples = resample(whole.subject, chosen.draws, chosen.seed)
    measured = _measured(whole, resamples, chosen)
    return Report(
        name=name,
        rows=len(whole),
        unseen=int(np.isnan(whole.decision).all(1).sum()),
        subjects=resamples.clusters,
        sequences=len(np.unique(whole.sequence[whole.sequence >= 0])),
        options=chosen,
        summary=_summary(whole, measured, chosen),
        labels=_label_rows(whole, measured, chosen),
        sides=_side_rows(aligned, sides, resamples, chosen),
        groups=_groups(whole, chosen),
        notes=(*aligned.notes, *_undefined(whole, resamples)),
    )


def _measured(aligned: Aligned, resamples: Resamples, options: ReportOptions) -> Measured:
    return measure(aligned, resamples, tolerance=options.tolerance, iou=options.iou)


def _estimate(values: Floats, clusters: int, options: ReportOptions) -> Estimate:
    """Of one subject there is no interval: nothing is known of others."""
    value = float(values[0])
    if clusters < 2 or not options.draws or math.isnan(value):
        return Estimate(value)
    return Estimate(value, *interval(values, options.level))


def _summary(aligned: Aligned, measured: Measured, options: ReportOptions) -> dict[str, SummaryRow]:
    once = resample(aligned.subject, 0)
    clusters = once.clusters
    nothing = _measured(all_zero(aligned), once, options).summary
    guesses = [
        _measured(guessing(aligned, options.seed + i), once, options).summary
        for i in range(GUESSES)
    ]
    rows = {}
    for key, values in measured.summary.items():
        drawn = np.array([guess[key][0] for guess in guesses])
        defined = drawn[~np.isnan(drawn)]
        macro = measured.labels.get(key.removeprefix("macro_")) if "macro_" in key else None
        rows[key] = SummaryRow(
            _estimate(values, clusters, options),
            float(nothing[key][0]),
            float(defined.mean()) if len(defined) else math.nan,
            None if macro is None else int((~np.isnan(macro[0])).sum()),
        )
    return rows


def _label_rows(
    aligned: Aligned, measured: Measured, options: ReportOptions
) -> dict[str, LabelRow]:
    clusters = len(np.unique(aligned.subject))
    known, labelled = aligned.known, ~np.isnan(aligned.truth)
    rows = {}
    for u, name in enumerate(aligned.names):
        there = known[:, u] & (aligned.truth[:, u] == 1)
        rows[name] = LabelRow(
            rows=int(known[:, u].sum()),
            left_out=int((labelled[:, u] & ~known[:, u]).sum()),
            support=int(there.sum()),
            subjects=len(np.unique(aligned.subject[there])),
            predicted=int((known[:, u] & (aligned.decision[:, u] == 1)).sum()),
            threshold=float(aligned.on[u]),
            metrics={
                key: _estimate(measured.labels[key][:, u], clusters, options)
                for key in LABEL_METRICS
            },
        )
    return rows


def _side_rows(
    aligned: Aligned, sides: tuple[str, ...], resamples: Resamples, options: ReportOptions
) -> dict[str, LabelRow]:
    if not sides:
        return {}
    apart = aligned.of_names(sides)
    return _label_rows(apart, _measured(apart, resamples, options), options)


def _groups(aligned: Aligned, options: ReportOptions) -> dict[str, dict[str, GroupRow]]:
    return {
        name: {
            str(value): _group(aligned.of_rows(words == value), options)
            for value in np.unique(words)
        }
        for name, words in aligned.groups.items()
    }


def _group(aligned: Aligned, options: ReportOptions) -> GroupRow:
    resamples = resample(aligned.subject, options.draws, options.seed)
    found = _measured(aligned, resamples, options)
    estimates = {
        key: _estimate(found.summary[key], resamples.clusters, options) for key in GROUP_METRICS
    }
    units = int((~np.isnan(found.labels["roc_auc"][0])).sum())
    return GroupRow(len(aligned), resamples.clusters, units, estimates)


def _undefined(aligned: Aligned, resamples: Resamples) -> list[str]:
    """What could not be measured, and why."""
    positives = np.where(aligned.known, aligned.truth, 0).sum(0)
    uncoded = np.isnan(aligned.truth).all(0)
    unpredicted = np.isnan(aligned.decision).all(0) & ~uncoded
    never = (positives == 0) & ~uncoded & ~unpredicted
    said = {"never there": never, "not coded": uncoded, "without a prediction": unpredicted}
    notes = [
        f"{what} in these rows: {' '.join(np.array(aligned.names)[which])}"
        for what, which in said.items()
        if which.any()
    ]
    if not (aligned.sequence >= 0).any():
        notes.append("no row has a time: no events, no kappa with tolerance")
    if np.isnan(aligned.strength).all() or np.isnan(aligned.intensity).all():
        notes.append("no intensities on both sides: no ICC")
    if resamples.clusters < 2:
        notes.append("one subject: no intervals")
    return notes
