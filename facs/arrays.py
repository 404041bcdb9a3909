"""Arrays of a person: their shapes and types, and what refuses those that contradict them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from facs.errors import InputError
from facs.units import ActionUnit

__all__ = [
    "LANDMARKS",
    "array_forms",
    "check_range",
    "check_thresholds",
    "check_units",
    "checked_times",
    "frozen_array",
    "runs",
]

LANDMARKS: Final = 68
"""Landmarks per face, in the order of the 68-point scheme."""

Floats = NDArray[np.float32]


def array_forms(
    n: int, units: tuple[ActionUnit, ...], sided: tuple[ActionUnit, ...]
) -> dict[str, tuple[tuple[int, ...], DTypeLike]]:
    """Shape and dtype of every array of a person but `times`, by name."""
    u, s = len(units), len(sided)
    shapes: dict[str, tuple[int, ...]] = {
        "probability": (n, u),
        "intensities": (n, u),
        "left": (n, s),
        "right": (n, s),
        "left_intensity": (n, s),
        "right_intensity": (n, s),
        "boxes": (n, 4),
        "landmarks": (n, LANDMARKS, 2),
        "pose": (n, 3),
        "quality": (n,),
        "score": (n,),
        "reasons": (n,),
        "streams": (n,),
        "on": (u,),
        "off": (u,),
    }
    small = ("reasons", "streams")
    return {k: (shape, np.uint8 if k in small else np.float32) for k, shape in shapes.items()}


def frozen_array(
    name: str, value: ArrayLike, shape: tuple[int, ...], dtype: DTypeLike
) -> NDArray[Any]:
    """Return `value` as an array that cannot be written to, or say what is wrong with it."""
    array: NDArray[Any] = np.asarray(value, dtype=dtype, order="C").view()
    if array.shape != shape:
        raise InputError(f"{name}: wanted shape {shape}, got {array.shape}")
    if array.dtype.kind == "f" and np.isinf(array).any():
        raise InputError(f"{name}: wanted finite numbers or NaN, got an infinity")
    array.setflags(write=False)
    return array


def checked_times(times: ArrayLike) -> NDArray[np.float64]:
    """Return `times` as seconds that cannot be written to, or say what is wrong with them."""
    seconds: NDArray[np.float64] = np.asarray(times, dtype=np.float64).view()
    if seconds.ndim != 1:
        raise InputError(f"times: wanted shape (n,), got {seconds.shape}")
    if not (np.isfinite(seconds).all() and np.all(np.diff(seconds) > 0)):
        raise InputError("times: wanted finite seconds that strictly increase")
    seconds.setflags(write=False)
    return seconds


def check_units(units: tuple[ActionUnit, ...], sided: tuple[ActionUnit, ...]) -> None:
    """Refuse units that are named twice, and sides of what is no unit of the person."""
    if len(set(units)) < len(units) or len(set(sided)) < len(sided):
        raise InputError("wanted each unit once, got one of them twice")
    if not set(sided) <= set(units):
        lost = " ".join(str(unit) for unit in sided if unit not in units)
        raise InputError(f"wanted sided units that are also in units, got {lost}")


def check_thresholds(units: tuple[ActionUnit, ...], on: Floats, off: Floats) -> None:
    """Refuse thresholds that contradict each other, by the first unit that has them."""
    for unit, upper, lower in zip(units, on, off, strict=True):
        if not 0 <= lower <= upper <= 1:
            raise InputError(f"{unit}: wanted 0 <= off <= on <= 1, got off={lower} and on={upper}")


def check_range(name: str, array: NDArray[Any], highest: float) -> None:
    """Refuse values below zero or above `highest`; NaN passes."""
    outside = (array < 0) | (array > highest)  # false for NaN
    if outside.any():
        raise InputError(f"{name}: wanted values in [0, {highest}], got {array[outside][0]}")


def runs(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First place of each run of what is chosen, and the one after its last.

    Parameters
    ----------
    chosen : array, shape (n,), bool

    Returns
    -------
    list of (int, int)

    Examples
    --------
    >>> runs(np.array([True, False, True, True])), runs(np.array([], np.bool_))
    ([(0, 1), (2, 4)], [])
    """
    edges = np.flatnonzero(np.diff(chosen.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
