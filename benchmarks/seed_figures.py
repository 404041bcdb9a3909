"""Figures of one row: thresholds from the validation people, then what the test people show."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facs.errors import UndefinedMetricWarning
from facs.evaluation.metrics import f1_score
from facs.evaluation.multilabel import hamming_score, macro, per_label
from facs.network.spec import LEVELS

__all__ = ["figures", "guesses", "measured", "thresholds", "truth_of"]

Floats = NDArray[np.float32]
GUESSES = 10
STEPS = 60
"""Thresholds that are tried for each unit, at equal steps of rank."""


def truth_of(labels: Floats) -> Floats:
    """Whether each unit is shown: 1, 0 or NaN, from intensities."""
    return np.where(np.isnan(labels), labels, labels >= LEVELS[0]).astype(np.float32)


def thresholds(scores: Floats, truth: Floats) -> Floats:
    """The score of best F1 of each unit, smoothed over neighbouring ranks.

    Candidates are ranks and not values, so that a loss whose sigmoid is no probability
    (BP-MLL, class-weighted) has no disadvantage.
    """
    found = []
    for score, shown in zip(scores.T, truth.T, strict=True):
        known = ~np.isnan(shown)
        candidates = np.quantile(score[known], np.linspace(0.02, 0.995, STEPS))
        curve = [f1_score(score[known] >= c, shown[known] == 1) for c in candidates]
        smooth = np.convolve(np.pad(np.nan_to_num(curve), 1, mode="edge"), np.ones(3) / 3, "valid")
        found.append(candidates[int(smooth.argmax())])
    return np.array(found, np.float32)


def figures(
    predicted: NDArray[Any], truth: Floats, scores: Floats, names: tuple[str, ...]
) -> dict[str, Any]:
    """Summary and per-unit figures of decisions (n, units); what is undefined is None.

    Precision, recall, F1 and AUC are means over units (figures 5 to 7 of the paper). The
    Hamming score is the accuracy of Godbole and Sarawagi (2004), over samples.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        rows = per_label(predicted, truth, scores)
        summary = {
            "precision": macro([row.precision for row in rows]),
            "recall": macro([row.recall for row in rows]),
            "Hamming score": hamming_score(predicted, truth),
            "Hamming score, active": hamming_score(predicted, truth, active_only=True),
            "macro F1": macro([row.f1 for row in rows]),
            "AUC": macro([row.roc_auc for row in rows]),
        }
    units = {
        name: {
            "support": row.support,
            "precision": _or_none(row.precision),
            "recall": _or_none(row.recall),
            "F1": _or_none(row.f1),
            "AUC": _or_none(row.roc_auc),
        }
        for name, row in zip(names, rows, strict=True)
    }
    return {"summary": {k: _or_none(v) for k, v in summary.items()}, "units": units}


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 5)


def measured(
    validation: tuple[Floats, Floats], test: tuple[Floats, Floats], names: tuple[str, ...]
) -> dict[str, Any]:
    """Figures on the test people with thresholds of the validation people; (scores, truth) each."""
    scores, truth = test
    on = thresholds(*validation)
    return figures(scores >= on, truth, scores, names)


def guesses(rate: Floats, truth: Floats, names: tuple[str, ...], seed: int) -> dict[str, Any]:
    """Figures of who guesses each unit as often as teachers showed it: means over ten guesses."""
    rng = np.random.default_rng([seed, 2015])
    level = np.broadcast_to(rate, truth.shape).astype(np.float32)
    runs = [figures(rng.random(truth.shape) < rate, truth, level, names) for _ in range(GUESSES)]
    mean: dict[str, Any] = _means(runs)
    return mean


def _means(runs: list[Any]) -> Any:
    """Means of dictionaries of numbers, at every depth."""
    first = runs[0]
    if isinstance(first, dict):
        return {key: _means([run[key] for run in runs]) for key in first}
    numbers = [run for run in runs if run is not None]
    return float(np.mean(numbers)) if numbers else None
