"""Hits, false alarms, misses and correct rejections; and what follows from the four.

Everything here works on whole arrays of counts, so that one label, many labels, and
a thousand bootstrap draws of many labels are the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.errors import InputError
from facs.evaluation.undefined import ratio

__all__ = ["Counts", "cells", "count", "known_pairs"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """Four counts, arrays of one shape; what cannot be defined is NaN, silently.

    Parameters
    ----------
    tp, fp, fn, tn : array
        True positives, false positives, false negatives, true negatives.

    Examples
    --------
    >>> counts = Counts(tp=[3], fp=[1], fn=[3], tn=[13])
    >>> float(counts.precision[0]), float(counts.recall[0]), float(counts.f1[0])
    (0.75, 0.5, 0.6)
    """

    tp: Floats
    fp: Floats
    fn: Floats
    tn: Floats

    def __post_init__(self) -> None:
        for name in ("tp", "fp", "fn", "tn"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float64))
        shapes = {self.tp.shape, self.fp.shape, self.fn.shape, self.tn.shape}
        if len(shapes) > 1:
            raise InputError(f"wanted four counts of one shape, got {sorted(shapes)}")

    @property
    def total(self) -> Floats:
        """How many pairs were counted."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def support(self) -> Floats:
        """How many are truly positive."""
        return self.tp + self.fn

    @property
    def prevalence(self) -> Floats:
        """Share that is truly positive."""
        return ratio(self.support, self.total)

    @property
    def precision(self) -> Floats:
        """Share of what was predicted that is true; NaN where nothing was predicted."""
        return ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Floats:
        """Share of what is true that was predicted; NaN where nothing is true."""
        return ratio(self.tp, self.support)

    @property
    def f1(self) -> Floats:
        """``2 tp / (2 tp + fp + fn)``; NaN where nothing is true and nothing was predicted."""
        return ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def agreement(self) -> Floats:
        """Share of pairs that agree."""
        return ratio(self.tp + self.tn, self.total)

    @property
    def chance(self) -> Floats:
        """Share of pairs that would agree if the two knew nothing of each other."""
        both = (self.tp + self.fp) * (self.tp + self.fn)
        neither = (self.fn + self.tn) * (self.fp + self.tn)
        return ratio(both + neither, self.total**2)

    @property
    def kappa(self) -> Floats:
        """Cohen's kappa; NaN where both always say the same one thing."""
        return ratio(self.agreement - self.chance, 1 - self.chance)

    def pooled(self) -> Counts:
        """Sums over the last axis: all labels as one (micro)."""
        return Counts(*(getattr(self, name).sum(-1) for name in ("tp", "fp", "fn", "tn")))


def count(predicted: ArrayLike, truth: ArrayLike) -> Counts:
    """Count over rows; a pair with a NaN on either side is left out.

    Parameters
    ----------
    predicted, truth : array, shape (n,) or (n, labels); 0, 1, bool or NaN

    Returns
    -------
    Counts
        Of shape () or (labels,).

    Raises
    ------
    InputError
        If the shapes differ or another value is in them.

    Examples
    --------
    >>> counts = count([1, 1, 0, np.nan], [1, 0, 0, 1])
    >>> float(counts.tp), float(counts.fp), float(counts.fn), float(counts.tn)
    (1.0, 1.0, 0.0, 1.0)
    """
    parts = cells(*known_pairs(predicted, truth))
    return Counts(*(part.sum(0) for part in parts))


def cells(predicted: Floats, truth: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Which cells are tp, fp, fn, tn: four arrays of 0 and 1, all 0 where either is NaN."""
    yes, no = predicted == 1, predicted == 0
    there, absent = truth == 1, truth == 0
    pairs = ((yes, there), (yes, absent), (no, there), (no, absent))
    tp, fp, fn, tn = ((a & b).astype(np.float64) for a, b in pairs)
    return tp, fp, fn, tn


def known_pairs(predicted: ArrayLike, truth: ArrayLike) -> tuple[Floats, Floats]:
    """Both as floats of one shape; NaN in both wherever it is in one."""
    p, t = np.asarray(predicted, np.float64), np.asarray(truth, np.float64)
    if p.shape != t.shape or p.ndim not in (1, 2):
        raise InputError(
            f"wanted two arrays of one shape (n,) or (n, labels), got {p.shape} and {t.shape}"
        )
    for array in (p, t):
        strange = ~(np.isnan(array) | (array == 0) | (array == 1))
        if strange.any():
            raise InputError(f"wanted 0, 1 or NaN, got {array[strange][0]:g}; apply a threshold")
    unknown = np.isnan(p) | np.isnan(t)
    return np.where(unknown, np.nan, p), np.where(unknown, np.nan, t)
