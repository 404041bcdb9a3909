"""What coders write beside a unit: that it is not there, was not seen, or how strong it was."""

from __future__ import annotations

import re
from typing import Final

from facs.codes import parse_code
from facs.errors import InputError
from facs.units import grade_of

__all__ = ["ABSENT", "PRESENT", "UNCODED", "codes_of", "number_of", "strength_of"]

ABSENT: Final = ("absent", "no", "none", "neutral", "0")
UNCODED: Final = ("9", "?", "n/a", "na")
PRESENT: Final = ("", "present", "yes", "1")

_NEUTRAL: Final = re.compile(r"(?:AU)?0+", flags=re.IGNORECASE)
_NUMBER: Final = re.compile(r"(\d+)(?:\.0+)?")


def codes_of(text: str) -> list[tuple[str, float]] | None:
    """Units and intensities of ``1C+2C``, none of ``0``; None where a part is no code.

    Examples
    --------
    >>> codes_of("L12C+25")
    [('AU12', 3.0), ('AU25', nan)]
    >>> codes_of("0"), codes_of("smiles") is None
    ([], True)
    """
    if _NEUTRAL.fullmatch(text.strip()):
        return []
    try:
        codes = [parse_code(part) for part in re.split(r"[+,;\s]+", text.strip())]
    except InputError:
        return None
    if not all(code.number for code in codes):  # 0 is said alone
        return None
    return [(f"AU{code.number}", code.strength) for code in codes]


def number_of(text: str) -> int | None:
    """A whole number, which spreadsheets may write as ``3.0``; None for anything else.

    Examples
    --------
    >>> number_of("3.0"), number_of("12C") is None
    (3, True)
    """
    match = _NUMBER.fullmatch(text.strip())
    return int(match[1]) if match else None


def strength_of(text: str) -> float:
    """Intensity of a whole cell, a letter A to E or a number 1 to 5; NaN for anything else.

    Examples
    --------
    >>> strength_of("C"), strength_of("3.0"), strength_of("left")
    (3.0, 3.0, nan)
    """
    number = number_of(text)
    return float(number) if number is not None and 1 <= number <= 5 else grade_of(text.strip())
