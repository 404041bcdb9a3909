"""FACS codes as coders write them: ``12``, ``L14``, ``AU06C``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from facs.errors import InputError
from facs.units import SideName, grade_of

__all__ = ["SIDE_OF", "Code", "parse_code"]

SIDE_OF: Final[dict[str, SideName | Literal[""]]] = {"": "", "L": "left", "R": "right"}
"""What the letter of a side means."""

# Some write the side after the number before the letter of strength, some after it.
_CODE: Final = re.compile(
    r"(?:AU)?([LR]?)0*(\d{1,2})(?:([LR]?)([A-E]?)|([A-E])([LR]))", re.IGNORECASE
)


@dataclass(frozen=True)
class Code:
    """One code: the unit's FACS number, its side (``""``: both) and strength (NaN: not said)."""

    number: int
    side: SideName | Literal[""] = ""
    strength: float = float("nan")


def parse_code(text: str) -> Code:
    """Read a code with its side, before or after the number, and its letter of strength.

    Raises
    ------
    InputError
        If it is no code.

    Examples
    --------
    >>> parse_code("12"), parse_code("L14"), parse_code("AU06C").strength
    (Code(number=12, side='', strength=nan), Code(number=14, side='left', strength=nan), 3.0)
    >>> parse_code("14RB") == parse_code("14BR") == parse_code("R14B")
    True
    """
    found = _CODE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"wanted a FACS code such as 12, L14 or 6C, got {text!r}")
    before, number, side, letter, letter_first, side_last = (
        group or "" for group in found.groups()
    )
    said = (before or side or side_last).upper()
    return Code(int(number), SIDE_OF[said], grade_of(letter or letter_first))
