"""Every metric of a comparison, for the data and for every bootstrap draw, by the same lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.evaluation.agreement import forgiven, icc_of_sums
from facs.evaluation.aligned import Aligned
from facs.evaluation.bootstrap import Resamples
from facs.evaluation.counts import Counts, cells, known_pairs
from facs.evaluation.event_counts import EventCounter
from facs.evaluation.multilabel import samples
from facs.evaluation.ranking import Ranking
from facs.evaluation.timeline import Timeline
from facs.evaluation.undefined import ratio

__all__ = ["LABEL_METRICS", "SUMMARY_METRICS", "Measured", "measure"]

Floats = NDArray[np.float64]

LABEL_METRICS: Final = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "kappa": "kappa",
    "kappa_tolerant": "kappa with tolerance, timed rows",
    "icc_3_1": "ICC(3,1)",
    "icc_2_1": "ICC(2,1)",
    "event_f1": "event F1, any overlap",
    "event_f1_iou": "event F1, IoU",
    "event_f1_onset": "event F1, onset",
}
"""Metrics of one unit, and how people call them."""

SUMMARY_METRICS: Final = {
    "hamming_score": "Hamming score",
    "hamming_score_active": "Hamming score, active samples",
    "hamming_loss": "Hamming loss",
    "subset_accuracy": "subset accuracy",
    "agreement_index": "FACS agreement index",
    "micro_precision": "micro precision",
    "micro_recall": "micro recall",
    "micro_f1": "micro F1",
    **{f"macro_{name}": f"macro {title}" for name, title in LABEL_METRICS.items()},
}
"""Metrics of all units together; a macro metric is the mean over units that have it in the data."""


@dataclass(frozen=True)
class Measured:
    """Metrics of every draw; draw 0 is the data. What is undefined is NaN.

    Parameters
    ----------
    labels : dict of array, shape (draws, U)
        By the keys of `LABEL_METRICS`.
    summary : dict of array, shape (draws,)
        By the keys of `SUMMARY_METRICS`.
    events : array, shape (2, U)
        How many events of each unit were found, and how many there are, in the data.
    """

    labels: dict[str, Floats]
    summary: dict[str, Floats]
    events: Floats


def measure(
    aligned: Aligned, resamples: Resamples, *, tolerance: float = 0.2, iou: float = 0.5
) -> Measured:
    """Compute every metric.

    Parameters
    ----------
    aligned : Aligned
    resamples : Resamples
        Of the subjects of `aligned`.
    tolerance : float, seconds
        Of kappa with tolerance and of the onsets of events.
    iou : float
        Least intersection over union of events.
    """
    decision, truth = known_pairs(aligned.decision, aligned.truth)
    counts = Counts(*(resamples.sums(part) for part in cells(decision, truth)))  # (draws, U)
    timeline = Timeline.of(aligned)
    events = EventCounter(aligned, timeline, resamples, tolerance, iou).counts()
    labels = {
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        **_rankings(aligned, resamples),
        "kappa": counts.kappa,
        "kappa_tolerant": _tolerant(decision, truth, timeline, resamples, tolerance),
        **_correlations(aligned, resamples),
        **{way: found.f1 for way, found in events.items()},
    }
    pooled = counts.pooled()
    summary = {
        **_over_samples(decision, truth, resamples),
        "micro_precision": pooled.precision,
        "micro_recall": pooled.recall,
        "micro_f1": pooled.f1,
        **{f"macro_{name}": _macro(values) for name, values in labels.items()},
    }
    whole = events["event_f1"]
    return Measured(labels, summary, np.stack([whole.tp + whole.fp, whole.tp + whole.fn])[:, 0])


def _macro(values: Floats) -> Floats:
    """Mean over the units that have a number in the data, for every draw (draws, U).

    A draw that leaves one of them undefined has no mean: that of the others is about other
    units, and would move the interval away from the value.
    """
    chosen = values[:, ~np.isnan(values[0])]
    return ratio(chosen.sum(-1), np.full(len(chosen), chosen.shape[1]))


def _over_samples(decision: Floats, truth: Floats, resamples: Resamples) -> dict[str, Floats]:
    found = samples(decision, truth)
    active = found.active.astype(np.float64)
    parts = (
        *(found.jaccard, found.known.astype(np.float64), found.exact),
        *(active, found.dice, found.jaccard * active, found.wrong, found.cells),
    )
    jaccard, known, exact, some, dice, active_jaccard, wrong, size = np.moveaxis(
        resamples.sums(np.stack(parts, axis=1)), -1, 0
    )
    return {
        "hamming_score": ratio(jaccard, known),
        "hamming_score_active": ratio(active_jaccard, some),
        "hamming_loss": ratio(wrong, size),
        "subset_accuracy": ratio(exact, known),
        "agreement_index": ratio(dice, some),
    }


def _rankings(aligned: Aligned, resamples: Resamples) -> dict[str, Floats]:
    score = np.where(aligned.known, aligned.score, np.nan)
    rankings = [Ranking.of(score[:, u], aligned.truth[:, u]) for u in range(len(aligned.names))]
    areas = np.full((2, resamples.draws, len(rankings)), np.nan)
    for draws, weights in resamples.blocks():
        for u, ranking in enumerate(rankings):
            areas[:, draws, u] = ranking(weights)
    return {"roc_auc": areas[0], "average_precision": areas[1]}


def _correlations(aligned: Aligned, resamples: Resamples) -> dict[str, Floats]:
    """ICC of predicted and labelled intensity."""
    x, y = aligned.strength, aligned.intensity
    known = (~np.isnan(x) & ~np.isnan(y)).astype(np.float64)
    parts = np.stack([known, x * known, y * known, x * x * known, y * y * known, x * y], axis=-1)
    sums = resamples.sums(parts)  # (draws, U, 6)
    return {"icc_3_1": icc_of_sums(sums, "3,1"), "icc_2_1": icc_of_sums(sums, "2,1")}


def _tolerant(
    decision: Floats, truth: Floats, timeline: Timeline, resamples: Resamples, tolerance: float
) -> Floats:
    """Kappa of the rows that have a time, with disagreements forgiven."""
    rows, seconds = timeline.rows, timeline.seconds
    mended, timed = np.zeros_like(decision), np.full_like(decision, np.nan)
    timed[rows] = decision[rows]
    for u in range(decision.shape[1]):
        mended[rows, u] = forgiven(decision[rows, u], truth[rows, u], seconds, tolerance)
    counts = Counts(*(resamples.sums(part) for part in cells(timed, truth)))
    alike = ratio(counts.tp + counts.tn + resamples.sums(mended), counts.total)
    return ratio(alike - counts.chance, 1 - counts.chance)
