"""How far two coders agree: kappa, with a tolerance in time; ICC; the agreement index of FACS."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.errors import InputError
from facs.evaluation.counts import count, known_pairs
from facs.evaluation.multilabel import samples
from facs.evaluation.undefined import ratio, warn_where_undefined

__all__ = [
    "agreement_index",
    "cohen_kappa",
    "forgiven",
    "icc",
    "icc_of_sums",
    "tolerant_kappa",
]

Floats = NDArray[np.float64]

_CLOCK: Final = 1e-6  # s; times carry rounding below this
_FLAT: Final = 1e-12  # variance, relative to the squares, that is only rounding


def cohen_kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Agreement of two coders beyond chance, frame by frame (Cohen, 1960).

    Parameters
    ----------
    first, second : array, shape (n,); 0, 1, bool or NaN
        Frames with a NaN on either side are left out.

    Returns
    -------
    float
        At most 1; 0 is chance. NaN where both always say the same one thing.

    Examples
    --------
    >>> cohen_kappa([1, 1, 0, 0], [1, 0, 0, 0])  # (3/4 - 1/2) / (1 - 1/2)
    0.5
    """
    why = "there are no frames, or both coders always say the same one thing"
    return warn_where_undefined("kappa", count(first, second).kappa, why)


def tolerant_kappa(
    first: ArrayLike, second: ArrayLike, times: ArrayLike, tolerance: float
) -> float:
    """Kappa that forgives a shift in time.

    Two coders who see the same movement begin it some frames apart. A frame on which they
    differ counts as agreement where each finds the own code with the other coder no more
    than `tolerance` away. Chance is that of `cohen_kappa`, which a window makes easier to
    beat: give both.

    Parameters
    ----------
    first, second : array, shape (n,); 0, 1, bool or NaN
    times : array, shape (n,), seconds, strictly increasing
        Put sequences further apart than the tolerance.
    tolerance : float, seconds
        0 is `cohen_kappa`.

    Examples
    --------
    >>> first, second = [0, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 0]
    >>> round(cohen_kappa(first, second), 3)
    0.333
    >>> tolerant_kappa(first, second, np.arange(6) / 25, tolerance=0.04)
    1.0
    """
    counts = count(first, second)
    alike = counts.tp + counts.tn + forgiven(first, second, times, tolerance).sum()
    value = ratio(ratio(alike, counts.total) - counts.chance, 1 - counts.chance)
    why = "there are no frames, or both coders always say the same one thing"
    return warn_where_undefined("kappa with tolerance", value, why)


def forgiven(
    first: ArrayLike, second: ArrayLike, times: ArrayLike, tolerance: float
) -> NDArray[np.bool_]:
    """Frames (n,) on which two coders differ and each finds the own code with the other nearby.

    See `tolerant_kappa` for the arguments.
    """
    a, b = known_pairs(first, second)
    seconds = np.asarray(times, np.float64)
    if a.ndim != 1 or seconds.shape != a.shape or not np.all(np.diff(seconds) > 0):
        raise InputError(f"wanted strictly increasing times {a.shape}, got {seconds.shape}")
    if not tolerance >= 0:
        raise InputError(f"wanted a tolerance >= 0 s, got {tolerance}")
    start = np.searchsorted(seconds, seconds - tolerance - _CLOCK, "left")
    stop = np.searchsorted(seconds, seconds + tolerance + _CLOCK, "right")

    def nearby(codes: Floats, code: float) -> NDArray[np.bool_]:
        before = np.r_[0, np.cumsum(codes == code)]
        return np.asarray(before[stop] > before[start])

    one_zero = (a == 1) & (b == 0) & nearby(b, 1) & nearby(a, 0)
    zero_one = (a == 0) & (b == 1) & nearby(a, 1) & nearby(b, 0)
    return np.asarray(one_zero | zero_one)


def agreement_index(first: ArrayLike, second: ArrayLike, *, pooled: bool = False) -> float:
    """The index of the FACS manual: ``2 * units that both scored / units scored by both together``.

    Parameters
    ----------
    first, second : array, shape (n, units); 0, 1, bool or NaN
        Cells with a NaN on either side are left out.
    pooled : bool
        One index of all samples together (which equals the micro F1) in place of the mean
        over samples.

    Returns
    -------
    float
        In [0, 1]; the manual asks for 0.70. Samples in which neither scored a unit have no
        index and are left out; NaN where there is no other.

    Examples
    --------
    >>> first, second = [[1, 1, 0], [1, 0, 0]], [[1, 0, 0], [1, 0, 0]]
    >>> round(agreement_index(first, second), 3)  # (2/3 + 1) / 2
    0.833
    >>> agreement_index(first, second, pooled=True)  # 4/5
    0.8
    """
    why = "neither scored a unit anywhere"
    if pooled:
        value = count(first, second).pooled().f1
    else:
        found = samples(first, second)
        value = ratio(found.dice[found.active].sum(), found.active.sum())
    return warn_where_undefined("agreement index", value, why)


def icc(ratings: ArrayLike, form: str = "3,1") -> float:
    """Intraclass correlation of single ratings (Shrout and Fleiss, 1979).

    ``ICC(2,1) = (BMS - EMS) / (BMS + (k - 1) EMS + k (JMS - EMS) / n)`` is absolute agreement
    of raters who stand for others; ``ICC(3,1) = (BMS - EMS) / (BMS + (k - 1) EMS)`` is
    consistency of these very raters, and forgives one who always says more.

    Parameters
    ----------
    ratings : array, shape (n, k)
        A row for each target, a column for each of k >= 2 raters. Rows with a NaN are left out.
    form : str
        ``"2,1"`` or ``"3,1"``.

    Returns
    -------
    float
        At most 1; NaN where fewer than two rows are left or nothing varies.

    Examples
    --------
    The table of Shrout and Fleiss:

    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6]]
    >>> table += [[10, 5, 6, 9], [6, 2, 4, 7]]
    >>> round(icc(table, "2,1"), 2), round(icc(table, "3,1"), 2)
    (0.29, 0.71)
    """
    x = np.asarray(ratings, np.float64)
    if x.ndim != 2 or x.shape[1] < 2:
        raise InputError(f"wanted ratings of shape (n, k) with k >= 2, got {x.shape}")
    if form not in ("2,1", "3,1"):
        raise InputError(f"wanted the form '2,1' or '3,1', got {form!r}")
    x = x[~np.isnan(x).any(1)]
    n, k = x.shape
    why = "fewer than two rows are left, or nothing varies"
    if n < 2:
        return warn_where_undefined(f"ICC({form})", np.nan, why)
    centred = x - x.mean()
    between = k * (centred.mean(1) ** 2).sum()
    raters = n * (centred.mean(0) ** 2).sum()
    rest = (centred**2).sum() - between - raters
    mean_squares = between / (n - 1), raters / (k - 1), rest / ((n - 1) * (k - 1))
    value = _icc(*mean_squares, n, k, (x**2).sum(), form)
    return warn_where_undefined(f"ICC({form})", value, why)


def icc_of_sums(sums: Floats, form: str) -> Floats:
    """`icc` of two raters from sums, for any number of bootstrap draws; silent.

    Parameters
    ----------
    sums : array, shape (..., 6)
        n, x, y, x * x, y * y and x * y, each summed over rows.
    form : str
        ``"2,1"`` or ``"3,1"``.

    Examples
    --------
    >>> x, y = np.array([1.0, 2, 4]), np.array([1.0, 3, 4])
    >>> sums = np.array([3, x.sum(), y.sum(), x @ x, y @ y, x @ y])
    >>> bool(np.isclose(icc_of_sums(sums, "3,1"), icc(np.stack([x, y], 1), "3,1")))
    True
    """
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    n = np.where(n > 1, n, np.nan)
    grand = (x + y) / (2 * n)
    between = (xx + 2 * xy + yy) / 2 - 2 * n * grand**2
    raters = n * ((x / n - grand) ** 2 + (y / n - grand) ** 2)
    rest = xx + yy - 2 * n * grand**2 - between - raters
    return _icc(between / (n - 1), raters, rest / (n - 1), n, 2, xx + yy, form)


def _icc(
    bms: ArrayLike, jms: ArrayLike, ems: ArrayLike, n: ArrayLike, k: int, squares: ArrayLike,
    form: str,
) -> Floats:  # fmt: skip
    """The formula, from the mean squares between rows, between raters, and of the rest."""
    b, j, e, rows = (np.asarray(a, np.float64) for a in (bms, jms, ems, n))
    whole = b + (k - 1) * e
    if form == "2,1":
        whole = whole + k * (j - e) / rows
    flat = whole <= _FLAT * np.asarray(squares)
    return ratio(b - e, np.where(flat, 0, whole))
