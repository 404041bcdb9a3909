"""Small comparisons in one line."""

from __future__ import annotations

import numpy as np

from facs.evaluation.align import align
from facs.evaluation.unit_table import UnitTable

NAN = float("nan")


def matrix(rows):
    """Rows as floats (n, columns); None is NaN."""
    return np.array([[NAN if x is None else float(x) for x in row] for row in rows])


def random_pairs(n=400, labels=5, seed=0, unknown=0.0):
    """Scores, decisions and truth (n, labels) that have something to do with each other."""
    rng = np.random.default_rng(seed)
    truth = (rng.random((n, labels)) < np.linspace(0.05, 0.6, labels)).astype(float)
    score = np.round(0.3 * truth + 0.7 * rng.random((n, labels)), 2)  # with ties
    hidden = rng.random((n, labels)) < unknown
    score[hidden] = NAN
    return score, np.where(hidden, NAN, score > 0.5), truth


def labels_of(presence, **changes):
    """A table of labels of one video, a row for each frame."""
    values = matrix(presence)
    names = tuple(f"AU{u}" for u in (1, 2, 4, 6, 12, 25)[: values.shape[1]])
    facts = {"frame": np.arange(len(values)), "presence": values}
    return UnitTable.of("labels.csv", changes.pop("names", names), **facts | changes)


def predictions_of(probability, **changes):
    """A table of predictions of one video, a row for each frame."""
    values = matrix(probability)
    names = tuple(f"AU{u}" for u in (1, 2, 4, 6, 12, 25)[: values.shape[1]])
    facts = {"frame": np.arange(len(values)), "probability": values}
    return UnitTable.of("predictions.csv", changes.pop("names", names), **facts | changes)


def comparison(probability, presence, *, subject=None, time=None, groups=None, **options):
    """Both tables, aligned."""
    n = len(presence)
    facts = {
        "subject": [""] * n if subject is None else subject,
        "time": np.full(n, NAN) if time is None else time,
    }
    labels = labels_of(presence, groups=groups, **facts)
    return align(predictions_of(probability), labels, **options)


def seconds(coding):
    """Spans in order of unit; an intensity that is not known is None."""
    return sorted(
        (s.name, s.start, s.end, None if np.isnan(s.intensity) else s.intensity)
        for s in coding.spans
    )
