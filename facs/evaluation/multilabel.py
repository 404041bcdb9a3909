"""Metrics of many labels at once: how well a set of units was found, sample by sample.

The Hamming score is the accuracy of Godbole and Sarawagi (2004), which Bocklisch et al. (2015)
report as "multi-label accuracy (i.e. Hamming score)".
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.errors import InputError, UndefinedMetricWarning
from facs.evaluation.counts import cells, count, known_pairs
from facs.evaluation.ranking import Ranking
from facs.evaluation.undefined import ratio, warn_where_undefined

__all__ = [
    "LabelScores",
    "Samples",
    "hamming_loss",
    "hamming_score",
    "macro",
    "micro",
    "per_label",
    "samples",
    "subset_accuracy",
]

Floats = NDArray[np.float64]

_NOBODY: Final = "there is no sample with a label and a prediction"


@dataclass(frozen=True)
class Samples:
    """What each sample adds to the metrics over samples; every array has the shape (n,).

    Parameters
    ----------
    known : array of bool
        Whether any label of the sample has both a prediction and a truth.
    active : array of bool
        Whether any label is true or predicted there.
    jaccard : array
        ``|Y and Z| / |Y or Z|``; 1 where both are empty, NaN where nothing is known.
    dice : array
        ``2 |Y and Z| / (|Y| + |Z|)``; NaN where both are empty or nothing is known.
    exact : array
        1 where every known label is right, else 0; NaN where nothing is known.
    wrong, cells : array
        How many known labels are wrong, and how many are known.
    """

    known: NDArray[np.bool_]
    active: NDArray[np.bool_]
    jaccard: Floats
    dice: Floats
    exact: Floats
    wrong: Floats
    cells: Floats


def samples(predicted: ArrayLike, truth: ArrayLike) -> Samples:
    """Compare the sets of each sample.

    Parameters
    ----------
    predicted, truth : array, shape (n, labels); 0, 1, bool or NaN
        A cell with a NaN on either side is left out of its sample.
    """
    p, t = known_pairs(predicted, truth)
    if p.ndim != 2:
        raise InputError(f"wanted arrays of shape (n, labels), got {p.shape}")
    tp, fp, fn, tn = (part.sum(1) for part in cells(p, t))
    known = tp + fp + fn + tn > 0
    union = tp + fp + fn
    jaccard = np.where(known & (union == 0), 1.0, ratio(tp, union))
    exact = np.where(known, fp + fn == 0, np.nan)
    dice = ratio(2 * tp, tp + union)
    return Samples(known, union > 0, jaccard, dice, exact, fp + fn, union + tn)


def hamming_score(predicted: ArrayLike, truth: ArrayLike, *, active_only: bool = False) -> float:
    """Multi-label accuracy: the mean over samples of ``|Y and Z| / |Y or Z|``.

    Parameters
    ----------
    predicted, truth : array, shape (n, labels); 0, 1, bool or NaN
        `Z` and `Y`. Cells with a NaN on either side are left out of their sample, samples
        without any other cell are left out of the mean.
    active_only : bool
        Leave out samples in which nothing is true and nothing was predicted.

    Returns
    -------
    float
        In [0, 1]; NaN where no sample is left. A sample in which nothing is true and nothing
        was predicted has 0/0 and counts as 1: to call a face at rest a face at rest is
        right, and 0 would punish it. Where such samples are many, this alone makes a high
        score; then the score with `active_only`, and the all-zero baseline, tell more.

    Examples
    --------
    >>> predicted = [[1, 1, 0], [0, 0, 0], [1, 0, 0]]
    >>> truth = [[1, 0, 0], [0, 0, 0], [0, 1, 0]]
    >>> hamming_score(predicted, truth)  # (1/2 + 1 + 0) / 3
    0.5
    >>> hamming_score(predicted, truth, active_only=True)  # (1/2 + 0) / 2
    0.25
    """
    found = samples(predicted, truth)
    chosen = found.active if active_only else found.known
    value = ratio(found.jaccard[chosen].sum(), chosen.sum())
    return warn_where_undefined("Hamming score", value, _NOBODY)


def hamming_loss(predicted: ArrayLike, truth: ArrayLike) -> float:
    """Share of cells that are wrong, NaN left out; low for whoever predicts nothing.

    Examples
    --------
    >>> hamming_loss([[1, 1, 0], [0, 0, 0]], [[1, 0, 0], [0, 0, np.nan]])
    0.2
    """
    found = samples(predicted, truth)
    value = ratio(found.wrong.sum(), found.cells.sum())
    return warn_where_undefined("Hamming loss", value, _NOBODY)


def subset_accuracy(predicted: ArrayLike, truth: ArrayLike) -> float:
    """Share of samples of which every known label is right.

    Examples
    --------
    >>> subset_accuracy([[1, 0], [0, 1]], [[1, 0], [1, 1]])
    0.5
    """
    found = samples(predicted, truth)
    value = ratio(found.exact[found.known].sum(), found.known.sum())
    return warn_where_undefined("subset accuracy", value, _NOBODY)


@dataclass(frozen=True)
class LabelScores:
    """How well one label was found.

    Parameters
    ----------
    support : int
        Rows in which the label is true.
    rows, left_out : int
        Rows that count, and rows with a NaN on either side, which do not.
    precision, recall, f1, roc_auc, average_precision : float
        In [0, 1] or NaN.
    """

    support: int
    rows: int
    left_out: int
    precision: float
    recall: float
    f1: float
    roc_auc: float
    average_precision: float


def per_label(predicted: ArrayLike, truth: ArrayLike, score: ArrayLike) -> list[LabelScores]:
    """Precision, recall, F1, ROC AUC, average precision and support of every label.

    Parameters
    ----------
    predicted, truth : array, shape (n, labels); 0, 1, bool or NaN
    score : array, shape (n, labels)
        What the decision was made from; higher means more likely.

    Returns
    -------
    list of LabelScores
        What is undefined is NaN, with an `UndefinedMetricWarning` that names the label's index.

    Examples
    --------
    >>> score = np.array([[0.9], [0.6], [0.3], [np.nan]])
    >>> row = per_label(np.where(score > 0.5, 1.0, score * 0), [[1], [0], [0], [1]], score)[0]
    >>> row.support, row.rows, row.left_out, row.precision, row.roc_auc
    (1, 3, 1, 0.5, 1.0)
    """
    p, t = known_pairs(predicted, truth)
    s = np.asarray(score, np.float64)
    if p.ndim != 2 or s.shape != p.shape:
        raise InputError(f"wanted three arrays of shape (n, labels), got {p.shape} and {s.shape}")
    p[np.isnan(s)] = t[np.isnan(s)] = np.nan
    return [_label(i, p[:, i], t[:, i], s[:, i]) for i in range(p.shape[1])]


def _label(index: int, predicted: Floats, truth: Floats, score: Floats) -> LabelScores:
    counts = count(predicted, truth)
    roc_auc, average_precision = Ranking.of(score, truth)(np.ones((1, len(score))))
    values = {
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "roc_auc": roc_auc[0],
        "average_precision": average_precision[0],
    }
    undefined = [name for name, value in values.items() if np.isnan(value)]
    if undefined:
        warnings.warn(
            f"label {index}: {', '.join(undefined)} undefined with {counts.support:g} positives "
            f"in {counts.total:g} rows and {counts.tp + counts.fp:g} predicted",
            UndefinedMetricWarning,
            stacklevel=3,
        )
    rows = int(counts.total)
    numbers = {name: float(value) for name, value in values.items()}
    return LabelScores(int(counts.support), rows, len(truth) - rows, **numbers)


def macro(values: ArrayLike) -> float:
    """Mean over labels; those for which the metric is undefined are left out, with a warning.

    Examples
    --------
    >>> macro([0.5, 1.0])
    0.75
    """
    numbers = np.asarray(values, np.float64)
    defined = ~np.isnan(numbers)
    if not defined.all():
        warnings.warn(
            f"macro mean over {int(defined.sum())} of {len(numbers)} labels",
            UndefinedMetricWarning,
            stacklevel=2,
        )
    return float(ratio(numbers[defined].sum(), defined.sum()))


def micro(predicted: ArrayLike, truth: ArrayLike) -> tuple[float, float, float]:
    """Precision, recall and F1 of all cells of all labels together.

    Examples
    --------
    >>> micro([[1, 0], [1, 1]], [[1, 1], [0, 1]])  # doctest: +ELLIPSIS
    (0.666..., 0.666..., 0.666...)
    """
    pooled = count(predicted, truth).pooled()
    why = "nothing is true or nothing was predicted"
    return (
        warn_where_undefined("micro precision", pooled.precision, why),
        warn_where_undefined("micro recall", pooled.recall, why),
        warn_where_undefined("micro F1", pooled.f1, why),
    )
