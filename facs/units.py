"""Action units: their numbers, FACS names, regions and sides, and the intensity letters.

Names follow the FACS manual (Ekman, Friesen and Hager, 2002). Left and right
are always the subject's own.
"""

from __future__ import annotations

import operator
import re
from enum import Enum, IntEnum
from typing import Any, Final, Literal

from facs.errors import InputError

__all__ = [
    "LETTERS",
    "SIDED",
    "SIDES",
    "ActionUnit",
    "Region",
    "SideName",
    "UnitLike",
    "as_unit",
    "column",
    "grade_of",
    "instead_of",
    "letter",
    "other_side",
    "split_column",
]


class Region(Enum):
    """Where on the face a unit shows."""

    BROW = "brow"
    EYE = "eye"
    NOSE = "nose"
    CHEEK = "cheek"
    MOUTH = "mouth"
    JAW = "jaw"
    GAZE = "gaze"


class ActionUnit(IntEnum):
    """A facial action unit; its value is its FACS number.

    Examples
    --------
    >>> ActionUnit.AU12.label
    'Lip Corner Puller'
    >>> ActionUnit(43).region
    <Region.EYE: 'eye'>
    >>> str(ActionUnit.AU2), ActionUnit.AU2.sided
    ('AU2', True)
    """

    AU1 = 1
    AU2 = 2
    AU4 = 4
    AU5 = 5
    AU6 = 6
    AU7 = 7
    AU9 = 9
    AU10 = 10
    AU11 = 11
    AU12 = 12
    AU13 = 13
    AU14 = 14
    AU15 = 15
    AU16 = 16
    AU17 = 17
    AU18 = 18
    AU19 = 19
    AU20 = 20
    AU22 = 22
    AU23 = 23
    AU24 = 24
    AU25 = 25
    AU26 = 26
    AU27 = 27
    AU28 = 28
    AU29 = 29
    AU30 = 30
    AU34 = 34
    AU35 = 35
    AU43 = 43
    AU61 = 61
    AU62 = 62
    AU63 = 63
    AU64 = 64

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The FACS name of the unit."""
        return _FACS[self][0]

    @property
    def region(self) -> Region:
        """The part of the face where the unit shows."""
        return _FACS[self][1]

    @property
    def sided(self) -> bool:
        """Whether left and right are scored apart."""
        return self in SIDED


_FACS: Final[dict[ActionUnit, tuple[str, Region]]] = {
    ActionUnit.AU1: ("Inner Brow Raiser", Region.BROW),
    ActionUnit.AU2: ("Outer Brow Raiser", Region.BROW),
    ActionUnit.AU4: ("Brow Lowerer", Region.BROW),
    ActionUnit.AU5: ("Upper Lid Raiser", Region.EYE),
    ActionUnit.AU6: ("Cheek Raiser", Region.CHEEK),
    ActionUnit.AU7: ("Lid Tightener", Region.EYE),
    ActionUnit.AU9: ("Nose Wrinkler", Region.NOSE),
    ActionUnit.AU10: ("Upper Lip Raiser", Region.MOUTH),
    ActionUnit.AU11: ("Nasolabial Deepener", Region.MOUTH),
    ActionUnit.AU12: ("Lip Corner Puller", Region.MOUTH),
    ActionUnit.AU13: ("Sharp Lip Puller", Region.MOUTH),
    ActionUnit.AU14: ("Dimpler", Region.MOUTH),
    ActionUnit.AU15: ("Lip Corner Depressor", Region.MOUTH),
    ActionUnit.AU16: ("Lower Lip Depressor", Region.MOUTH),
    ActionUnit.AU17: ("Chin Raiser", Region.MOUTH),
    ActionUnit.AU18: ("Lip Pucker", Region.MOUTH),
    ActionUnit.AU19: ("Tongue Show", Region.MOUTH),
    ActionUnit.AU20: ("Lip Stretcher", Region.MOUTH),
    ActionUnit.AU22: ("Lip Funneler", Region.MOUTH),
    ActionUnit.AU23: ("Lip Tightener", Region.MOUTH),
    ActionUnit.AU24: ("Lip Pressor", Region.MOUTH),
    ActionUnit.AU25: ("Lips Part", Region.MOUTH),
    ActionUnit.AU26: ("Jaw Drop", Region.JAW),
    ActionUnit.AU27: ("Mouth Stretch", Region.JAW),
    ActionUnit.AU28: ("Lip Suck", Region.MOUTH),
    ActionUnit.AU29: ("Jaw Thrust", Region.JAW),
    ActionUnit.AU30: ("Jaw Sideways", Region.JAW),
    ActionUnit.AU34: ("Cheek Puff", Region.CHEEK),
    ActionUnit.AU35: ("Cheek Suck", Region.CHEEK),
    ActionUnit.AU43: ("Eyes Closed", Region.EYE),
    ActionUnit.AU61: ("Eyes Turn Left", Region.GAZE),
    ActionUnit.AU62: ("Eyes Turn Right", Region.GAZE),
    ActionUnit.AU63: ("Eyes Up", Region.GAZE),
    ActionUnit.AU64: ("Eyes Down", Region.GAZE),
}

SIDED: Final[frozenset[ActionUnit]] = frozenset(
    ActionUnit(n) for n in (1, 2, 4, 5, 6, 7, 10, 12, 14, 15, 20, 43)
)
"""Units of which left and right are scored apart."""

SideName = Literal["left", "right"]
"""The subject's own left or right."""

SIDES: Final[tuple[SideName, ...]] = ("left", "right")

LETTERS: Final = "ABCDE"
"""The FACS intensity letters, from trace to maximum: 1 to 5."""

UnitLike = ActionUnit | int | str
"""What names a unit: ``ActionUnit.AU12``, ``12``, ``"12"`` or ``"AU12"``."""


def as_unit(unit: UnitLike) -> ActionUnit:
    """Read ``12``, ``"12"``, ``"AU12"``, ``"AU06"`` or an ActionUnit as an ActionUnit.

    Raises
    ------
    InputError
        If there is no such unit.

    Examples
    --------
    >>> as_unit("12"), as_unit("au06")
    (<ActionUnit.AU12: 12>, <ActionUnit.AU6: 6>)
    """
    try:
        return ActionUnit(operator.index(_number(unit)))
    except (TypeError, ValueError):
        raise InputError(_refusal(unit)) from None


def instead_of(unit: object) -> str:
    """What to ask for in place of a unit that nothing here measures, as the end of a message.

    Examples
    --------
    >>> instead_of("AU45"), instead_of(12)
    ('; closed eyes are AU43', '')
    """
    number = _number(unit)
    return _INSTEAD.get(number, "") if isinstance(number, int) else ""


def _number(unit: Any) -> Any:
    """The number that a text names; anything else as it is."""
    if isinstance(unit, str):
        match = re.fullmatch(r"(?:AU)?0*(\d+)", unit.strip(), flags=re.IGNORECASE)
        return int(match[1]) if match else unit
    return unit


_INSTEAD: Final = {45: "; closed eyes are AU43", 46: "; an eye that is closed is a side of AU43"}

_OTHERS: Final = frozenset(
    (8, 21, 31, 32, 33, *range(36, 43), 44, 45, 46, *range(50, 59), 65, 66, *range(70, 75))
)
"""Numbers of FACS that nothing here measures."""


def _refusal(unit: object) -> str:
    """Tell a unit of FACS that nothing here measures from what is none."""
    number = _number(unit)
    if isinstance(number, int) and number in _OTHERS:
        known = " ".join(str(int(one)) for one in ActionUnit)
        return f"AU{number} is not measured{instead_of(unit)}; units are {known}"
    return f"wanted an action unit such as 12 or AU12, got {unit!r}"


def column(unit: ActionUnit | str, side: str = "") -> str:
    """Name what is measured of a unit, or of one side of it.

    Examples
    --------
    >>> column(ActionUnit.AU9), column("AU12", "left")
    ('AU9', 'AU12_left')
    """
    return f"{unit}_{side}" if side else str(unit)


def split_column(name: str) -> tuple[str, str]:
    """Unit and side of what `column` named; the side is ``""`` for the whole unit.

    Examples
    --------
    >>> split_column("AU9"), split_column("AU12_left")
    (('AU9', ''), ('AU12', 'left'))
    """
    unit, _, side = name.partition("_")
    return unit, side


def other_side(side: str) -> SideName:
    """The right of the left, and the left of the right.

    Examples
    --------
    >>> other_side("left")
    'right'
    """
    return "right" if side == "left" else "left"


def letter(intensity: float) -> str:
    """The FACS intensity letter of a number.

    Parameters
    ----------
    intensity : float, in [0, 5] or NaN
        0 is not active, 1 to 5 are the letters A (trace) to E (maximum).

    Returns
    -------
    str
        ``""`` for not active, ``"A"`` to ``"E"``, ``"?"`` for NaN (not seen).

    Examples
    --------
    >>> [letter(x) for x in (0.2, 0.5, 2.4, 5.0, float("nan"))]
    ['', 'A', 'B', 'E', '?']
    """
    if intensity != intensity:
        return "?"
    grade = min(5, max(0, int(intensity + 0.5)))
    return LETTERS[grade - 1] if grade else ""


def grade_of(letter: str) -> float:
    """Intensity of a FACS letter, A to E or a to e: 1 to 5; NaN for anything else.

    Examples
    --------
    >>> grade_of("C"), grade_of("e"), grade_of("left")
    (3.0, 5.0, nan)
    """
    known = len(letter) == 1 and letter.upper() in LETTERS
    return 1.0 + LETTERS.index(letter.upper()) if known else float("nan")
