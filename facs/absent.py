"""Somebody who is in no frame: whom rows are filled into, or who stands for nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facs.arrays import array_forms
from facs.person import REASONS, Person
from facs.units import ActionUnit

__all__ = ["absent", "absent_arrays"]


def absent(
    track: int,
    times: NDArray[np.float64],
    units: tuple[ActionUnit, ...],
    sided: tuple[ActionUnit, ...],
) -> Person:
    """Make a person without numbers, of whom no face was found at any time.

    Examples
    --------
    >>> absent(0, np.array([0.0, 0.1]), (ActionUnit.AU12,), ())
    <Person 0: 0 of 2 frames scored, 0.2 s, nothing active>
    """
    return Person(
        track=track,
        times=times,
        units=units,
        sided=sided,
        **absent_arrays(len(times), units, sided),
    )


def absent_arrays(
    n: int, units: tuple[ActionUnit, ...], sided: tuple[ActionUnit, ...]
) -> dict[str, NDArray[Any]]:
    """Arrays of n such frames by name, which can be written to; thresholds are 0."""
    filling = {"reasons": REASONS.index("no_face"), "streams": 0, "on": 0, "off": 0}
    return {
        name: np.full(shape, filling.get(name, np.nan), dtype)
        for name, (shape, dtype) in array_forms(n, units, sided).items()
    }
