"""How far a probability must fall for an event to be over, from clips of people not trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from facs.evaluation.events import match_by_overlap
from facs.events import Event, find_events, least_peak
from facs.network.spec import LEVELS

__all__ = ["fit_release"]

Floats = NDArray[np.float32]

SHARES = (0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
"""Candidates, of the threshold at which an event begins. Clips that training keeps for this last a
quarter of a second, and 0.9 was found as good there; on clips of two seconds that are no test it
finds ends less well (docs/decisions/0029-scores-over-time.md)."""

WORTH = 0.005
"""The highest share is taken whose F1 is within this of the best. Rendered people speak less than
real ones: what they show hardly says that a low share makes one event of several syllables."""


def fit_release(
    probability: Floats,
    labels: Floats,
    clip: NDArray[np.int64],
    time: NDArray[np.float64],
    on: Sequence[float],
) -> float:
    """The share of `on` at which events best end: one for all units, whose events are too few.

    Events are those that `facs.events.find_events` finds with the least peak of each threshold, and
    of shares that find them about alike (`WORTH`) the highest is taken.

    Too high, and a long event falls to pieces where its probability trembles; too low, and
    two events become one.

    Parameters
    ----------
    probability, labels : arrays, shape (n, units)
        Probabilities, and intensities in [0, 1]; NaN is unknown and ends an event.
    clip, time : arrays, shape (n,)
        Frames of a clip stand together, in order of time, in seconds.
    on : sequence of float, one per unit

    Examples
    --------
    >>> p = np.array([[0.1, 0.9, 0.4, 0.9, 0.1]], np.float32).T
    >>> y = np.array([[0.0, 0.8, 0.8, 0.8, 0.0]], np.float32).T
    >>> fit_release(p, y, np.zeros(5, np.int64), np.arange(5) / 30, [0.6])
    0.6
    """
    found = np.nan_to_num([_f1(probability, labels, clip, time, on, share) for share in SHARES])
    return SHARES[int(np.argmax(found > found.max() - WORTH))]


def _f1(
    probability: Floats,
    labels: Floats,
    clip: NDArray[np.int64],
    time: NDArray[np.float64],
    on: Sequence[float],
    share: float,
) -> float:
    """F1 of the events of all units and clips together."""
    pairs = total = 0
    for rows in _clips(clip):
        for unit, threshold in enumerate(on):
            known = np.where(np.isnan(labels[rows, unit]), np.nan, probability[rows, unit])
            found = find_events(
                "",
                time[rows],
                known,
                on=threshold,
                off=share * threshold,
                min_peak=least_peak(threshold),
            )
            truth = _shown(time[rows], labels[rows, unit])
            pairs += len(match_by_overlap(found, truth).pairs)
            total += len(found) + len(truth)
    return 2 * pairs / total if total else float("nan")


def _shown(time: NDArray[np.float64], labels: Floats) -> list[Event]:
    return find_events("", time, labels, on=LEVELS[0], off=LEVELS[0])


def _clips(clip: NDArray[np.int64]) -> Iterator[slice]:
    """Where each clip lies."""
    edges = np.flatnonzero(np.diff(clip)) + 1
    bounds = [0, *edges.tolist(), len(clip)]
    for first, last in pairwise(bounds):
        if last > first:
            yield slice(first, last)
