"""ROC AUC and average precision under weights: one sort, then any number of bootstrap draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.errors import InputError
from facs.evaluation.undefined import ratio, warn_where_undefined

__all__ = ["Ranking", "average_precision"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Ranking:
    """The order of one label's scores.

    Make it with `Ranking.of`; call it with weights (draws, n) for ROC AUC and average
    precision, each of shape (draws,).

    Parameters
    ----------
    positive, negative : array of int
        Rows of each class, by rising score; rows with NaN are in neither.
    below, not_above : array of int, one for each positive
        How many negatives have a lower score, and a score that is not higher.
    first : array of int, one for each positive
        How many positives have a lower score.
    """

    positive: Integers
    negative: Integers
    below: Integers
    not_above: Integers
    first: Integers

    @classmethod
    def of(cls, score: ArrayLike, truth: ArrayLike) -> Ranking:
        """Sort the scores (n,) of each class of truth (n,), which is 0, 1, bool or NaN."""
        s, t = np.asarray(score, np.float64), np.asarray(truth, np.float64)
        if s.shape != t.shape or s.ndim != 1:
            raise InputError(f"wanted two arrays of one shape (n,), got {s.shape} and {t.shape}")
        positive, negative = (_rising(s, (t == c) & ~np.isnan(s)) for c in (1, 0))
        high, low = s[positive], s[negative]
        return cls(
            positive,
            negative,
            np.searchsorted(low, high, "left"),
            np.searchsorted(low, high, "right"),
            np.searchsorted(high, high, "left"),
        )

    def __call__(self, weights: NDArray[np.floating]) -> tuple[Floats, Floats]:
        """ROC AUC and average precision (draws,) under weights (draws, n); NaN where undefined."""
        up, down = weights[:, self.positive], weights[:, self.negative]
        positives, negatives = _running(up), _running(down)  # (draws, P + 1), (draws, N + 1)
        won = negatives[:, self.below] + negatives[:, self.not_above]  # twice, ties count half
        total_up, total_down = positives[:, -1], negatives[:, -1]
        auc = ratio((up * won).sum(1) / 2, total_up * total_down)
        hits = total_up[:, None] - positives[:, self.first]
        alarms = total_down[:, None] - negatives[:, self.below]
        precision = np.nan_to_num(ratio(hits, hits + alarms))  # hits are 0 only at weight 0
        return auc, ratio((up * precision).sum(1), total_up)


def _rising(score: Floats, chosen: NDArray[np.bool_]) -> Integers:
    rows = np.flatnonzero(chosen)
    return np.asarray(rows[np.argsort(score[rows], kind="stable")], np.int64)


def _running(weights: NDArray[np.floating]) -> Floats:
    sums = np.zeros((len(weights), weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    return sums


def average_precision(score: ArrayLike, truth: ArrayLike) -> float:
    """Area under precision over recall, as a sum of steps (no interpolation).

    Every positive adds the precision at its own score. A constant score has the prevalence.

    Parameters
    ----------
    score : array, shape (n,)
    truth : array, shape (n,); 0, 1, bool or NaN
        Rows with a NaN on either side are left out.

    Returns
    -------
    float
        In [0, 1]; NaN with a warning where there is no positive.

    Examples
    --------
    >>> round(average_precision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 4)  # (1 + 2/3) / 2
    0.8333
    """
    _, value = Ranking.of(score, truth)(np.ones((1, np.size(score))))
    return warn_where_undefined("average precision", value[0], "there is no positive")
