"""Whether what a weights file says of itself is of the right kind: text, whole, finite numbers."""

from __future__ import annotations

import math
import numbers
from typing import Any, Final

from facs.errors import ModelError

__all__ = [
    "LARGEST_CROP",
    "LARGEST_NUMBER",
    "LONGEST_SLOT",
    "MOST_SLOTS",
    "check_number",
    "check_text",
]

LARGEST_CROP: Final = 1024
"""Pixels; a crop of that side has more than any face needs, and a batch of them fits in memory."""

MOST_SLOTS: Final = 128
"""Flows in a window; all of them are held for every person."""

LONGEST_SLOT: Final = 1.0
"""Seconds; a clip waits for half of its window."""

LARGEST_NUMBER: Final = 1e6
"""Of slopes and cuts: no score needs more, and products stay far within single precision."""


def check_text(name: str, value: Any) -> None:
    """Refuse what is no text.

    Raises
    ------
    ModelError

    Examples
    --------
    >>> check_text("licence", "MIT")
    """
    if not isinstance(value, str):
        raise ModelError(f"wanted {name} as text, got {value!r}")


def check_number(name: str, value: Any, low: float, high: float, *, whole: bool = False) -> None:
    """Refuse what is no number in [low, high]; truth values are none.

    Parameters
    ----------
    whole : bool
        Also refuse numbers with a decimal point: 112.0 is no count of pixels.

    Raises
    ------
    ModelError

    Examples
    --------
    >>> check_number("crop_size", 112, 32, 1024, whole=True)
    >>> try:
    ...     check_number("crop_size", 112.0, 32, 1024, whole=True)
    ... except ModelError as error:
    ...     print(error)
    wanted crop_size as a whole number from 32 to 1024, got 112.0
    """
    kind = numbers.Integral if whole else numbers.Real
    fits = isinstance(value, kind) and not isinstance(value, bool)
    if not (fits and math.isfinite(value) and low <= value <= high):
        word = "a whole number" if whole else "a number"
        raise ModelError(f"wanted {name} as {word} from {low:g} to {high:g}, got {value!r}")
