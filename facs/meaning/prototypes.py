"""Published prototypes: which units a word of emotion is said to show, by which table.

The tables are ``prototypes.csv`` beside this file: one row for a word, with its source. The
published ones disagree, so each has a name. An edited copy is read by its path.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from facs.codes import SIDE_OF
from facs.errors import InputError
from facs.person import Person
from facs.units import SIDED, ActionUnit, SideName, as_unit, grade_of, other_side

__all__ = ["Element", "Prototype", "read_prototypes", "threshold"]

Floats = NDArray[np.float32]

SHIPPED: Final = Path(__file__).with_name("prototypes.csv")

_PART: Final = re.compile(r"([LR]?)(\d+)([A-E]?)")


@dataclass(frozen=True)
class Element:
    """One unit of a prototype, as FACS writes it: ``"5B"``, ``"R12A"``, ``"26|27"``.

    Parameters
    ----------
    units : tuple of ActionUnit
        One of them is enough.
    side : str
        ``"left"`` or ``"right"``: on this side and not on the other; ``""``: either side.
    letter : str
        The least intensity, ``"A"`` to ``"E"``; ``""``: whatever counts as shown.

    Examples
    --------
    >>> Element.parse("R12A")
    Element(units=(<ActionUnit.AU12: 12>,), side='right', letter='A')
    >>> str(Element.parse("26|27"))
    '26|27'
    """

    units: tuple[ActionUnit, ...]
    side: SideName | Literal[""] = ""
    letter: str = ""

    def __str__(self) -> str:
        side = self.side[:1].upper()
        return "|".join(f"{side}{int(unit)}{self.letter}" for unit in self.units)

    @classmethod
    def parse(cls, text: str) -> Element:
        """Read the notation; raises InputError where it is another."""
        parts = [_PART.fullmatch(part.strip()) for part in text.split("|")]
        found = [part.groups() for part in parts if part]
        if len(found) < len(parts) or len({(side, letter) for side, _, letter in found}) > 1:
            raise InputError(f"wanted a unit such as 12, 5B, R12A or 26|27, got {text!r}")
        side = SIDE_OF[found[0][0]]
        units = tuple(as_unit(f"AU{number}") for _, number, _ in found)
        if side and not set(units) <= SIDED:
            raise InputError(f"wanted a side only of units that have two, got {text!r}")
        return cls(units, side, found[0][2])

    def measured(self, person: Person) -> bool:
        """Whether the model that scored `person` tells this."""
        known = person.sided if self.side else person.units
        return any(unit in known for unit in self.units)

    def probability(self, person: Person) -> Floats:
        """How surely it is there, (n,) in [0, 1]; NaN where the person was not seen."""
        each = [self._probability(person, unit) for unit in self._known(person)]
        return np.asarray(np.max(each, axis=0), np.float32)

    def _known(self, person: Person) -> list[ActionUnit]:
        known = person.sided if self.side else person.units
        return [unit for unit in self.units if unit in known]

    def _probability(self, person: Person, unit: ActionUnit) -> Floats:
        if not self.side:
            return person[unit]
        here, there = (person.side(unit, s) for s in (self.side, other_side(self.side)))
        return np.minimum(here, 1 - there)

    def shown(self, person: Person) -> NDArray[np.bool_]:
        """Whether it counts as shown, (n,); False where the person was not seen."""
        each = [self._shown(person, unit) for unit in self._known(person)]
        return np.asarray(np.any(each, axis=0), np.bool_)

    def _shown(self, person: Person, unit: ActionUnit) -> NDArray[np.bool_]:
        there = person[unit] >= threshold(person, unit)
        if self.letter:
            least = grade_of(self.letter) - 0.5  # from where the letter is the nearest one
            there = there & (person.intensity(unit) >= least)
        if self.side:
            there = there & (self._probability(person, unit) >= min(threshold(person, unit), 0.5))
        return np.asarray(there, np.bool_)


@dataclass(frozen=True)
class Prototype:
    """A published combination of units and the word that its table gives it.

    Examples
    --------
    >>> prototype = Prototype.parse("emfacs", "surprise", "1+2+5B+26", "EMFACS-7")
    >>> [str(element) for element in prototype.elements]
    ['1', '2', '5B', '26']
    """

    table: str
    emotion: str
    elements: tuple[Element, ...]
    source: str

    def __post_init__(self) -> None:
        if not (self.table and self.emotion and self.source and self.elements):
            raise InputError("wanted a table, an emotion, units and a source; one of them is empty")

    @classmethod
    def parse(cls, table: str, emotion: str, units: str, source: str) -> Prototype:
        """Make one from the cells of a table."""
        elements = tuple(Element.parse(part) for part in units.split("+"))
        return cls(table.strip(), emotion.strip(), elements, source.strip())

    @property
    def notation(self) -> str:
        """The units as FACS writes them."""
        return "+".join(map(str, self.elements))


@lru_cache(maxsize=8)
def _read(path: Path) -> tuple[Prototype, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"wanted a table of prototypes, cannot read {path}: {error}") from None
    numbered = [(i, line) for i, line in enumerate(lines, 1) if line and not line.startswith("#")]
    rows = list(csv.reader([line for _, line in numbered]))
    wanted = ["table", "emotion", "units", "source"]
    if not rows or rows[0] != wanted:
        raise InputError(f"{path}: wanted the columns {','.join(wanted)} in the first row")
    found = []
    for (number, _), row in zip(numbered[1:], rows[1:], strict=True):
        try:
            found.append(Prototype.parse(*row))
        except (InputError, TypeError) as error:
            raise InputError(f"{path}, line {number}: {error}") from None
    return tuple(found)


def read_prototypes(table: str = "emfacs", path: str | Path | None = None) -> list[Prototype]:
    """Prototypes of one table.

    Parameters
    ----------
    table : str
        Its name.
    path : str or Path, optional
        An edited copy of ``prototypes.csv``.

    Raises
    ------
    InputError
        If the file cannot be read, a row is wrong (its line is named) or no row has the table.

    Examples
    --------
    >>> [prototype.emotion for prototype in read_prototypes("ekman-cohn-2005")]
    ['happiness', 'happiness', 'surprise']
    """
    every = _read(SHIPPED if path is None else Path(path))
    found = [prototype for prototype in every if prototype.table == table]
    if not found:
        names = ", ".join(dict.fromkeys(prototype.table for prototype in every))
        raise InputError(f"no table {table!r} of prototypes; there are: {names}")
    return found


def threshold(person: Person, unit: ActionUnit) -> float:
    """Probability from which a unit counts as shown, by the model that scored `person`."""
    return float(person.on[person.units.index(unit)])
