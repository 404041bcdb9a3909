"""Splits in which nobody is on both sides, and every unit is on both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.training.datasets import CodedSet

__all__ = ["split_subjects", "stratify"]

Integers = NDArray[np.int64]


def split_subjects(
    coded: CodedSet, share: float = 0.2, *, seed: int = 0
) -> tuple[Integers, Integers]:
    """Rows of those who teach, and rows of those who are held out.

    The people who ever show a unit are spread over both sides, for all units at once.

    Parameters
    ----------
    share : float, in (0, 1)
        About which part of the people is held out; at least one, and never all.
    seed : int

    Raises
    ------
    InputError
        If `share` is out of range or there are fewer than two people.
    """
    if not 0 < share < 1:
        raise InputError(f"wanted a share in (0, 1), got {share}")
    people, who = np.unique(coded.subject, return_inverse=True)
    if len(people) < 2:
        raise InputError(f"wanted two people or more to split, got {len(people)}")
    held = stratify(_shown(coded, who, len(people)), share, np.random.default_rng(seed))
    if held.all() or not held.any():  # one person moves: neither side may be empty
        held[np.random.default_rng(seed).integers(len(held))] ^= True
    out = held[who]
    return np.flatnonzero(~out), np.flatnonzero(out)


def _shown(coded: CodedSet, who: Integers, people: int) -> NDArray[np.bool_]:
    """Whether each person (people, units) ever shows a unit."""
    shown = np.zeros((people, len(coded.units)), bool)
    np.logical_or.at(shown, who, coded.presence == 1)
    return shown


def stratify(shown: NDArray[np.bool_], share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Choose about a share of rows so that each label keeps that share.

    Iterative stratification of Sechidis, Tsoumakas and Vlahavas, "On the stratification of
    multi-label data" (2011): the label with the fewest rows left is dealt out first, each row to
    the side that still wants most of that label.

    Parameters
    ----------
    shown : array, shape (n, labels), bool

    Returns
    -------
    array, shape (n,), bool
        Which rows are in the part of size `share`.

    Examples
    --------
    >>> shown = np.repeat(np.eye(2, dtype=bool), [4, 8], axis=0)
    >>> held = stratify(shown, 0.25, np.random.default_rng(0))
    >>> int(held[:4].sum()), int(held[4:].sum())
    (1, 2)
    """
    parts = np.array([1 - share, share])
    wanted_rows = parts * len(shown)
    wanted = parts[:, None] * shown.sum(0)  # (2, labels)
    side = np.full(len(shown), -1)
    order = rng.permutation(len(shown))
    while (left := side < 0).any():
        counts = shown[left].sum(0)
        label = np.where(counts > 0, counts, len(shown) + 1).argmin() if counts.any() else None
        for row in order[left[order] & (True if label is None else shown[order, label])]:
            wish = wanted_rows if label is None else wanted[:, label]
            best = np.flatnonzero(np.isclose(wish, wish.max()))
            side[row] = best[wanted_rows[best].argmax()]
            wanted[side[row]] -= shown[row]
            wanted_rows[side[row]] -= 1
    return np.asarray(side == 1)
