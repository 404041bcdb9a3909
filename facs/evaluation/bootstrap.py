"""Intervals that know that a person's frames are alike: whole subjects are drawn, not frames.

Frame-wise intervals are several times too narrow, because the frames of one person, or of one
video, tell nearly the same. Draw 0 is the data as they are, so that a value and its interval
come from one formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.errors import InputError

__all__ = ["FEWEST", "MANY", "Resamples", "interval", "resample"]

Floats = NDArray[np.float64]

FEWEST: Final = 5
"""Subjects from which an interval is told; that of two holds the truth half of the time, and says
95 % (benchmarks/results/coverage.md)."""

MANY: Final = 20
"""Subjects from which an interval is about as wide as it should be."""

_CELLS: Final = 2_000_000  # of one block of weights: 16 MB
_DEFINED: Final = 0.9  # of the draws; a metric of which more draws are undefined has no interval


@dataclass(frozen=True)
class Resamples:
    """How often each cluster was drawn.

    Parameters
    ----------
    counts : array, shape (draws, clusters)
        Row 0 is all ones: the data as they are.
    member : array, shape (n,), int
        Which cluster each row of the data belongs to.
    """

    counts: Floats
    member: NDArray[np.int64]

    @property
    def draws(self) -> int:
        """How many draws there are, the first of which is the data."""
        return len(self.counts)

    @property
    def clusters(self) -> int:
        """How many subjects there are."""
        return int(self.counts.shape[1])

    def sums(self, values: NDArray[np.floating]) -> Floats:
        """Sums (draws, ...) of values (n, ...) over the rows of each draw; NaN adds nothing."""
        return self.drawn(self.by_cluster(values))

    def by_cluster(self, values: NDArray[np.floating]) -> Floats:
        """Sums (clusters, ...) of values (n, ...); NaN adds nothing."""
        flat = np.nan_to_num(values.reshape(len(values), -1)).astype(np.float64)
        found = [np.bincount(self.member, column, self.clusters) for column in flat.T]
        sums = np.stack(found, axis=1) if found else np.zeros((self.clusters, 0))
        return np.asarray(sums.reshape(self.clusters, *values.shape[1:]))

    def drawn(self, sums: Floats) -> Floats:
        """Sums (draws, ...) of what each cluster has (clusters, ...)."""
        flat = self.counts @ sums.reshape(self.clusters, -1)
        return np.asarray(flat.reshape(self.draws, *sums.shape[1:]))

    def blocks(self) -> Iterator[tuple[slice, Floats]]:
        """Weights (some draws, n) of all rows, a block of draws at a time."""
        step = max(1, _CELLS // max(1, len(self.member)))
        for start in range(0, self.draws, step):
            chosen = slice(start, start + step)
            yield chosen, self.counts[chosen][:, self.member]


def resample(cluster: ArrayLike, draws: int = 1000, seed: int = 0) -> Resamples:
    """Draw clusters with replacement, as many as there are, `draws` times.

    Parameters
    ----------
    cluster : array, shape (n,)
        Whom each row is of: subjects, or videos where subjects are not known.
    draws : int
    seed : int

    Examples
    --------
    >>> found = resample(["anna", "anna", "ben"], draws=3)
    >>> found.counts.shape, found.counts[0].tolist()
    ((4, 2), [1.0, 1.0])
    >>> found.sums(np.array([1.0, 2.0, 4.0]))[0]
    np.float64(7.0)
    """
    names = np.asarray(cluster)
    if names.ndim != 1 or draws < 0:
        raise InputError(f"wanted clusters (n,) and draws >= 0, got {names.shape} and {draws}")
    known, member = np.unique(names, return_inverse=True)
    rng, k = np.random.default_rng(seed), len(known)
    counts = np.ones((draws + 1, k))
    if k:
        counts[1:] = rng.multinomial(k, np.full(k, 1 / k), draws)
    return Resamples(counts, np.asarray(member, np.int64))


def interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """The percentile interval of a metric's draws, without draw 0.

    Parameters
    ----------
    values : array, shape (draws,)
        A metric of every draw of `Resamples`.
    level : float, in (0, 1)

    Returns
    -------
    low, high : float
        NaN where the metric is undefined in more than a tenth of the draws.

    Examples
    --------
    >>> interval(np.r_[50.0, np.arange(101)], level=0.5)
    (25.0, 75.0)
    """
    if not 0 < level < 1:
        raise InputError(f"wanted a level in (0, 1), got {level}")
    drawn = np.asarray(values, np.float64)[1:]
    defined = drawn[~np.isnan(drawn)]
    if len(defined) == 0 or len(defined) < _DEFINED * len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
