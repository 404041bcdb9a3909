"""Metrics of one label: ROC AUC and F1; what cannot be defined is NaN.

Training asks for these thousands of times, where a label that is missing is nothing to report:
they are silent. What speaks to people, from `facs.evaluation.multilabel` on, warns.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["THRESHOLDS", "best_threshold", "f1_score", "roc_auc", "smoothed_f1"]


def _thresholds(low: float, high: float) -> NDArray[np.float64]:
    return np.arange(low, high + 1e-9, 0.02)


THRESHOLDS: Final = _thresholds(0.1, 0.8)
"""Probabilities that may be thresholds where rendered and real faces choose together: rare units of
real faces, lips that are stretched for example, hardly ever reach 0.2."""


def roc_auc(score: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often a positive outscores a negative, ties counting half.

    Parameters
    ----------
    score : array, shape (n,)
    truth : array, shape (n,), bool

    Returns
    -------
    float
        In [0, 1]; NaN where one of the classes is missing.

    Examples
    --------
    >>> roc_auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    0.75
    >>> roc_auc(np.array([0.1, 0.4]), np.array([True, True]))
    nan
    """
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[inverse]  # mean rank of ties, from 1
    above = float(ranks[truth].sum()) - positives * (positives + 1) / 2
    return above / (positives * negatives)


def f1_score(predicted: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Harmonic mean of precision and recall; NaN where there is nothing to find and nothing found.

    Examples
    --------
    >>> f1_score(np.array([True, True, False]), np.array([True, False, False]))
    0.6666666666666666
    """
    both, either = int((predicted & truth).sum()), int(predicted.sum() + truth.sum())
    return 2 * both / either if either else float("nan")


def smoothed_f1(
    score: NDArray[np.floating],
    truth: NDArray[np.bool_],
    thresholds: NDArray[np.floating] = THRESHOLDS,
) -> NDArray[np.float64]:
    """F1 at each of some thresholds 0.02 apart, averaged over a window of 0.1.

    The best single threshold of a small sample is luck.

    Examples
    --------
    >>> smoothed_f1(np.array([0.1, 0.9]), np.array([False, True]), np.array([0.4, 0.42]))
    array([1., 1.])
    """
    curve = np.array([f1_score(score >= t, truth) for t in thresholds])
    return np.convolve(np.pad(curve, 2, mode="edge"), np.ones(5) / 5, mode="valid")


def best_threshold(
    score: NDArray[np.floating], truth: NDArray[np.bool_], low: float = 0.2, high: float = 0.8
) -> float:
    """The threshold in [low, high] of the best F1, smoothed over its neighbours.

    Without positives, the middle.
    """
    grid = _thresholds(low, high)
    if not truth.any():
        return float((low + high) / 2)
    return float(grid[int(np.argmax(smoothed_f1(score, truth, grid)))])
