"""What somebody reaches who looks at no face: says nothing, or guesses as often as units occur."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.evaluation.aligned import Aligned
from facs.evaluation.undefined import ratio

__all__ = ["GUESSES", "all_zero", "guessing"]

Floats = NDArray[np.float64]

GUESSES: Final = 10
"""How many times the prevalence baseline guesses; its figures are means over them."""

_OWN: Final = 7  # keeps the guesses from sharing random numbers with whatever made the data


def all_zero(aligned: Aligned) -> Aligned:
    """The same rows, where nothing was ever predicted."""
    nothing = np.where(aligned.known, 0.0, np.nan)
    return _instead(aligned, nothing, nothing, np.zeros(len(aligned.names)))


def guessing(aligned: Aligned, seed: int = 0) -> Aligned:
    """The same rows, where each unit is guessed at random as often as it really occurs.

    Its score is the same for every row, so that it ranks nothing; its intensity is the
    mean of the labels. It knows the true prevalence, which nobody does: it is a hard one.
    """
    known = aligned.known
    prevalence = ratio(np.where(known, aligned.truth, 0).sum(0), known.sum(0))
    chance = np.random.default_rng([seed, _OWN]).random(aligned.truth.shape)
    guess = np.where(known, chance < np.nan_to_num(prevalence), np.nan)
    score = np.where(known, prevalence, np.nan)
    coded = ~np.isnan(aligned.intensity)
    mean = ratio(np.nansum(aligned.intensity, 0), coded.sum(0))
    return _instead(aligned, guess, score, mean)


def _instead(aligned: Aligned, decision: Floats, score: Floats, strength: Floats) -> Aligned:
    known = ~np.isnan(aligned.strength) & ~np.isnan(aligned.intensity)
    none: Any = np.full(len(aligned.names), np.nan)  # the decisions stand as they are
    return replace(
        aligned,
        decision=decision,
        score=score,
        strength=np.where(known, strength, np.nan),
        on=none,
        off=none,
        peak=none,
    )
