"""One comparison, told whole: every summary with its interval, beside both baselines."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.aligned import Aligned
from facs.evaluation.baselines import GUESSES, all_zero, guessing
from facs.evaluation.bootstrap import FEWEST, Resamples, interval, resample
from facs.evaluation.measures import LABEL_METRICS, Measured, measure
from facs.evaluation.multilabel import samples
from facs.evaluation.report_values import (
    Estimate,
    GroupRow,
    LabelRow,
    Report,
    ReportOptions,
    SummaryRow,
)
from facs.units import split_column

__all__ = ["GROUP_METRICS", "Report", "ReportOptions", "evaluate"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

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
    units = tuple(n for n in aligned.names if not split_column(n)[1])
    sides = tuple(n for n in aligned.names if split_column(n)[1])
    if not units:
        raise InputError(f"wanted units, got only sides: {' '.join(sides)}")
    whole = aligned.of_names(units)
    resamples = resample(whole.subject, chosen.draws, chosen.seed)
    measured = _measured(whole, resamples, chosen)
    return Report(
        name=name,
        rows=len(whole),
        unseen=int(np.isnan(whole.decision).all(1).sum()),
        uncoded=int(np.isnan(whole.truth).all(1).sum()),
        active=int(samples(whole.decision, whole.truth).active.sum()),
        subjects=resamples.clusters,
        sequences=len(np.unique(whole.sequence[whole.sequence >= 0])),
        options=chosen,
        summary=_summary(whole, measured, chosen),
        labels=_label_rows(whole, measured, chosen),
        sides=_side_rows(aligned, sides, resamples, chosen),
        groups=_groups(whole, chosen),
        notes=(*aligned.notes, *_undefined(whole, resamples, chosen)),
    )


def _measured(aligned: Aligned, resamples: Resamples, options: ReportOptions) -> Measured:
    return measure(aligned, resamples, tolerance=options.tolerance, iou=options.iou)


def _estimate(values: Floats, clusters: int, options: ReportOptions) -> Estimate:
    """Of few subjects there is no interval: too little is known of others."""
    value = float(values[0])
    if clusters < FEWEST or not options.draws or math.isnan(value):
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
            graded=int((~np.isnan(aligned.strength[:, u] + aligned.intensity[:, u])).sum()),
            events_found=int(measured.events[0, u]),
            events_there=int(measured.events[1, u]),
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


def _undefined(aligned: Aligned, resamples: Resamples, options: ReportOptions) -> list[str]:
    """What could not be measured, and why."""
    said = _between_coders(aligned) if options.coders else _against_labels(aligned)
    notes = [
        f"{what} in these rows: {' '.join(np.array(aligned.names)[which])}"
        for what, which in said.items()
        if which.any()
    ]
    if not (aligned.sequence >= 0).any():
        notes.append("no row has a time: no events, no kappa with tolerance")
    if np.isnan(aligned.strength).all() or np.isnan(aligned.intensity).all():
        notes.append("no intensities on both sides: no ICC")
    if options.draws and resamples.clusters < FEWEST:
        subjects = "one subject" if resamples.clusters == 1 else f"{resamples.clusters} subjects"
        notes.append(f"{subjects}: no intervals, which take {FEWEST}")
    return notes


def _against_labels(aligned: Aligned) -> dict[str, Bools]:
    """Units that cannot be measured, where the second side is what is true."""
    uncoded = _lacking(aligned.truth)
    unpredicted = _lacking(aligned.decision) & ~uncoded
    never = ~_shown(aligned, aligned.truth) & ~uncoded & ~unpredicted
    return {"never there": never, "not coded": uncoded, "without a prediction": unpredicted}


def _between_coders(aligned: Aligned) -> dict[str, Bools]:
    """The same, where neither side is more true than the other."""
    first, second = (_shown(aligned, codes) for codes in (aligned.decision, aligned.truth))
    lacking = [_lacking(codes) for codes in (aligned.decision, aligned.truth)]
    return {
        "seen by neither": ~(first | second | lacking[0] | lacking[1]),
        "seen by 1 alone": first & ~second,
        "seen by 2 alone": second & ~first,
        "not coded by 1": lacking[0],
        "not coded by 2": lacking[1],
    }


def _lacking(codes: Floats) -> Bools:
    """Which units one side says nothing of."""
    return np.asarray(np.isnan(codes).all(0))


def _shown(aligned: Aligned, codes: Floats) -> Bools:
    """Which units are somewhere there among the cells that both sides know."""
    return np.asarray((aligned.known & (codes == 1)).any(0))
