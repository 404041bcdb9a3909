"""Between probabilities and the logarithm of their odds, where scores add up.

Whoever asks says where to cut: a probability of 0 or 1 has no finite logarithm, and numbers that
were measured with one cut change with another.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FAR", "logit", "sigmoid"]

FAR: Final = 60.0
"""Odds, as a logarithm, beyond which the probability is 0 or 1 in any precision."""


def logit(probability: ArrayLike, cut: float) -> NDArray[np.float64]:
    """Logarithm of the odds, in double precision; NaN stays NaN.

    Parameters
    ----------
    probability : array of any shape, in [0, 1] or NaN
    cut : float, in (0, 0.5)
        Probabilities below it count as `cut`, those above ``1 - cut`` as that.

    Examples
    --------
    >>> logit([0.0, 0.5], 0.25).round(2).tolist()
    [-1.1, 0.0]
    """
    p = np.clip(np.asarray(probability, np.float64), cut, 1 - cut)
    return np.asarray(np.log(p / (1 - p)))


def sigmoid(odds: ArrayLike, cut: float) -> NDArray[Any]:
    """Probability of the logarithm of odds, in the precision that this has; NaN stays NaN.

    Parameters
    ----------
    odds : array of any shape
    cut : float
        Beyond it, on both sides, odds count as `cut`: no exponential is then too large.

    Examples
    --------
    >>> sigmoid([-1e6, 0.0], FAR).round(2).tolist()
    [0.0, 0.5]
    """
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -cut, cut))))
