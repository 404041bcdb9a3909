"""What cannot be computed is NaN, and says so."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.errors import UndefinedMetricWarning

__all__ = ["ratio", "warn_where_undefined"]


def ratio(part: ArrayLike, whole: ArrayLike) -> NDArray[np.float64]:
    """``part / whole``, NaN where the whole is zero; silent.

    Examples
    --------
    >>> ratio([1, 0], [4, 0]).tolist()
    [0.25, nan]
    """
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    out = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=out, where=whole != 0)
    return out


def warn_where_undefined(metric: str, value: ArrayLike, why: str) -> float:
    """Return one number; where it is NaN, warn that `metric` is undefined and say why."""
    number = float(np.asarray(value))
    if np.isnan(number):
        warnings.warn(f"{metric} is undefined: {why}", UndefinedMetricWarning, stacklevel=3)
    return number
