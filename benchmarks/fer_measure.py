"""Figures of one system on the faces of a split, and what a face costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from fer_data import CLASSES, Faces
from numpy.typing import NDArray

__all__ = ["figures", "milliseconds", "wilson"]

Scorer = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
Z = 1.959964


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927)."""
    share, room = hits / n, Z**2 / n
    centre = share + room / 2
    half = Z * np.sqrt(share * (1 - share) / n + room / (4 * n))
    return float((centre - half) / (1 + room)), float((centre + half) / (1 + room))


def figures(scores: NDArray[np.float32], labels: NDArray[np.int64]) -> dict[str, Any]:
    """Accuracy with its interval, precision, recall and F1 of every class, confusion matrix.

    Parameters
    ----------
    scores : array, shape (n, 7)
    labels : array, shape (n,)
        All known.

    Returns
    -------
    dict
        For JSON. What is undefined, such as the precision of a class that is never guessed, is
        None. Rows of the confusion matrix are labels, columns are guesses, in faces.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    guesses, every = scores.argmax(1), list(range(len(CLASSES)))
    hits = int((guesses == labels).sum())
    parts = precision_recall_fscore_support(labels, guesses, labels=every, zero_division=np.nan)
    precision, recall, f1, support = parts
    classes = {
        name: {
            "precision": _or_none(precision[i]),
            "recall": _or_none(recall[i]),
            "F1": _or_none(f1[i]),
            "support": int(support[i]),
        }
        for i, name in enumerate(CLASSES)
    }
    return {
        "faces": len(labels),
        "accuracy": round(hits / len(labels), 5),
        "interval": [round(x, 5) for x in wilson(hits, len(labels))],
        "macro F1": _or_none(float(np.nanmean(f1))),
        "classes": classes,
        "confusion": confusion_matrix(labels, guesses, labels=every).tolist(),
    }


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 5)


def milliseconds(score: Scorer, faces: Faces, at_once: int, runs: int = 15) -> float:
    """CPU milliseconds for one face of `at_once`: the median of some runs, after two for warmth.

    CPU time and not wall clock, so that it does not matter what else the machine does.
    """
    pictures = faces.pictures[:at_once]
    spent = []
    for _ in range(runs + 2):
        before = time.process_time()
        score(pictures)
        spent.append(time.process_time() - before)
    return round(float(np.median(spent[2:])) * 1000 / len(pictures), 4)
