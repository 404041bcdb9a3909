"""Figures of the adaptation experiment, and whether a method is never worse than none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from adaptation_render import CLASSES
from numpy.typing import NDArray

__all__ = ["figures", "interval", "verdict"]

LEVEL = 0.95


def figures(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, Any]:
    """Accuracy, its mean over classes, confusion matrix, AUC; for JSON.

    Parameters
    ----------
    probabilities : array, shape (n, classes)
    labels : array, shape (n,)

    Returns
    -------
    dict
        Rows of ``"confusion"`` are labels, columns guesses, in faces; a class that the target
        lacks has an empty row, and can be guessed all the same. AUCs are over the classes that
        are there: every one against the rest (``"OvR"``), every pair (``"OvO"``; Hand and Till,
        2001), as plain means and weighted by how often classes occur.
    """
    from sklearn.metrics import confusion_matrix

    there = np.unique(labels)
    guesses = probabilities.argmax(1)
    confusion = confusion_matrix(labels, guesses, labels=range(len(CLASSES)))
    of_class = confusion.diagonal()[there] / confusion.sum(1)[there]
    return {
        "faces": len(labels),
        "classes": [CLASSES[c] for c in there],
        "accuracy": round(float((guesses == labels).mean()), 5),
        "class mean": round(float(of_class.mean()), 5),
        "confusion": confusion.tolist(),
        "AUC": _aucs(probabilities[:, there], labels),
    }


def _aucs(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, float]:
    """AUCs over the classes that are there, whose probabilities are made to sum to 1.

    Of two classes there is one, whatever it is called.
    """
    from sklearn.metrics import roc_auc_score

    shares = (probabilities + 1e-9) / (probabilities + 1e-9).sum(1, keepdims=True)
    if shares.shape[1] == 2:
        shares = shares[:, 1]
    return {
        f"{way}, {average}": round(
            float(roc_auc_score(labels, shares, multi_class=way.lower(), average=average)), 5
        )
        for way in ("OvO", "OvR")
        for average in ("macro", "weighted")
    }


def interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % interval of a mean over seeds (Student's t); without end for a single one.

    Examples
    --------
    >>> low, high = interval([0.1, 0.2, 0.3])
    >>> round(low, 3), round(high, 3)
    (-0.048, 0.448)
    >>> interval([0.5])
    (-inf, inf)
    """
    from scipy.stats import t

    n = len(values)
    if n < 2:
        return -np.inf, np.inf
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / np.sqrt(n)
    half = float(t.ppf((1 + LEVEL) / 2, n - 1)) * error
    return mean - half, mean + half


def verdict(differences: Sequence[float]) -> str:
    """Whether a method is never worse than source-only, from its differences of each seed.

    It is where the whole interval of the mean difference is at or above zero. Where it is not,
    the reason stands beside: surely worse, or not to be told from so few seeds.

    Examples
    --------
    >>> verdict([0.05, 0.06, 0.05]), verdict([-0.05, -0.06, -0.05]), verdict([0.1, -0.1, 0.0])
    ('met', 'not met: worse', 'not met: open')
    """
    low, high = interval(differences)
    if low >= 0:
        return "met"
    return "not met: worse" if high < 0 else "not met: open"
