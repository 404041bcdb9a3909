"""What the name of a column means: which unit, which side, which kind of number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from facs.errors import InputError
from facs.units import SIDES, column

__all__ = ["KINDS", "UnitColumn", "has_small_side", "in_order", "read_name", "unit_name"]

KINDS: Final = ("plain", "probability", "presence", "intensity")
"""A plain column says nothing of its kind; its values do."""

_SUFFIXES: Final = {
    None: "plain",
    "intensity": "intensity",
    "presence": "presence",
    "r": "intensity",  # OpenFace: regression, 0 to 5
    "c": "presence",  # OpenFace: classification
}

_NAME: Final = re.compile(
    r"(?:(?P<before>[LR])?AU[ _]?|(?P<alone>[LR]?))0*(?P<number>[1-9]\d?)(?P<after>[LR])?"
    r"(?:_(?P<side>left|right|(?-i:[LRl])))?(?:_(?P<kind>intensity|presence|(?-i:[rc])))?",
    flags=re.IGNORECASE,
)


@dataclass(frozen=True)
class UnitColumn:
    """One column of a table.

    Parameters
    ----------
    unit : int, in [1, 99]
        The FACS number; any, also those that `facs` does not measure.
    side : str
        ``""``, ``"left"`` or ``"right"``; the subject's own.
    kind : str
        One of `KINDS`.
    """

    unit: int
    side: str = ""
    kind: str = "plain"

    def __post_init__(self) -> None:
        if not 1 <= self.unit <= 99 or self.side not in ("", *SIDES):
            raise InputError(f"wanted a unit in [1, 99] and a side, got {self.unit}, {self.side!r}")
        if self.kind not in KINDS:
            raise InputError(f"wanted a kind of {KINDS}, got {self.kind!r}")

    @property
    def name(self) -> str:
        """``AU12``, or ``AU12_left``."""
        return column(f"AU{self.unit}", self.side)


def read_name(text: str) -> UnitColumn | None:
    """Read ``AU12``, ``AU01``, ``au_12``, ``12``, ``L12``, ``AU12_left``, ``AU06_r``, ...

    Returns
    -------
    UnitColumn or None
        None where the text names no unit. ``_r`` and ``_c`` are OpenFace's, in small letters;
        a side is a letter beside the number, ``_L``, ``_l``, ``_R``, or the words left and right.

    Examples
    --------
    >>> read_name("AU06_r")
    UnitColumn(unit=6, side='', kind='intensity')
    >>> read_name("L12").name, read_name("AU43_right_intensity").name
    ('AU12_left', 'AU43_right')
    >>> read_name("pose_Tx") is None and read_name("AU12_x") is None
    True
    """
    match = _NAME.fullmatch(text.strip())
    if match is None:
        return None
    said = match["side"] or match["before"] or match["alone"] or match["after"] or ""
    side = {"l": "left", "r": "right"}.get(said.lower(), said.lower())
    kind = match["kind"]
    return UnitColumn(int(match["number"]), side, _SUFFIXES[kind and kind.lower()])


def has_small_side(text: str) -> bool:
    """Whether a name ends in ``_l``: beside it ``_r`` is a side too, and not OpenFace's.

    Examples
    --------
    >>> has_small_side("AU12_l"), has_small_side("AU12_L"), has_small_side("AU12_r")
    (True, False, False)
    """
    match = _NAME.fullmatch(text.strip())
    return match is not None and match["side"] == "l"


def unit_name(text: str) -> str:
    """Bring the name of a unit or of its side into the form ``AU12``, ``AU12_left``.

    Raises
    ------
    InputError
        If it names no unit.
    """
    column = read_name(text)
    if column is None or column.kind != "plain":
        raise InputError(f"wanted a unit such as AU12 or AU12_left, got {text!r}")
    return column.name


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Sort names by number, then by side, each once.

    Examples
    --------
    >>> in_order(["AU12", "AU2_right", "AU2", "AU12"])
    ('AU2', 'AU2_right', 'AU12')
    """

    def place(name: str) -> tuple[int, str]:
        column = read_name(name)
        return (column.unit, column.side) if column else (0, name)

    return tuple(sorted(set(names), key=place))
