"""Metrics of one label: ROC AUC and F1; what cannot be defined is NaN.

Training asks for these thousands of times, where a label that is missing is nothing to report:
they are silent. What speaks to people, from `facs.evaluation.multilabel` on, warns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_threshold", "f1_score", "roc_auc"]


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


def best_threshold(
    score: NDArray[np.floating], truth: NDArray[np.bool_], low: float = 0.2, high: float = 0.8
) -> float:
    """The threshold in [low, high] of the best F1, smoothed over its neighbours.

    The best single threshold of a small sample is luck; F1 is therefore averaged over
    a window of 0.1 first. Without positives, the middle.
    """
    grid = np.arange(low, high + 1e-9, 0.02)
    if not truth.any():
        return float((low + high) / 2)
    curve = np.array([f1_score(score >= t, truth) for t in grid])
    smooth = np.convolve(np.pad(curve, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return float(grid[int(np.argmax(smooth))])
