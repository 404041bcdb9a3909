"""Emotion words as matches of published prototypes: n of m units, never "she is sad".

The same movements come with different feelings, and the same feeling with different movements
(Barrett, Adolphs, Marsella, Martinez and Pollak, 2019, Psychological Science in the Public
Interest 20, doi 10.1177/1529100619832930). So a match says which units of which table were
there, which were missing, and which the model does not measure at all. Nothing here runs
unless it is asked for by name.

The tables are ``prototypes.csv`` beside this file: one row for a word, with its source. The
published ones disagree, so each has a name. An edited copy is read by its path.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.events import Event, find_events
from facs.person import Person, as_unit
from facs.units import SIDED, ActionUnit

__all__ = ["Element", "Match", "Prototype", "find_matches", "find_smiles", "read_prototypes"]

Floats = NDArray[np.float32]

SHIPPED: Final = Path(__file__).with_name("prototypes.csv")
SHARE: Final = 2 / 3
"""Share of a prototype's units that must be there for a match to be reported."""

_LETTERS: Final = "ABCDE"
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
    side: str = ""
    letter: str = ""

    def __str__(self) -> str:
        return f"{self.side[:1].upper()}{'|'.join(str(int(u)) for u in self.units)}{self.letter}"

    @classmethod
    def parse(cls, text: str) -> Element:
        """Read the notation; raises InputError where it is another."""
        parts = [_PART.fullmatch(part.strip()) for part in text.split("|")]
        found = [part.groups() for part in parts if part]
        if len(found) < len(parts) or len({(side, letter) for side, _, letter in found}) > 1:
            raise InputError(f"wanted a unit such as 12, 5B, R12A or 26|27, got {text!r}")
        side = {"L": "left", "R": "right", "": ""}[found[0][0]]
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
        if self.side:
            here, there = self.side, "left" if self.side == "right" else "right"
            unit = self.units[0]
            scores = np.minimum(_side(person, unit, here), 1 - _side(person, unit, there))
            return np.asarray(scores, np.float32)
        known = [person[unit] for unit in self.units if unit in person.units]
        return np.asarray(np.max(known, axis=0), np.float32)

    def shown(self, person: Person) -> NDArray[np.bool_]:
        """Whether it counts as shown, (n,); False where the person was not seen."""
        known = [unit for unit in self.units if unit in person.units]
        there = np.any([person[unit] >= _on(person, unit) for unit in known], axis=0)
        if self.letter:
            least = _LETTERS.index(self.letter) + 0.5  # from where the letter is the nearest one
            there &= np.any([person.intensity(unit) >= least for unit in known], axis=0)
        if self.side:
            there &= self.probability(person) >= min(_on(person, self.units[0]), 0.5)
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


@dataclass(frozen=True)
class Match(Event):
    """A span in which a face matched a prototype; onset, apex and offset as in `Event`.

    Parameters
    ----------
    prototype : Prototype
    matched, missing : tuple of str
        Units that were there at the apex, and those that were not.
    unmeasured : tuple of str
        Units that the model does not tell: neither there nor missing.

    Examples
    --------
    >>> prototype = Prototype.parse("emfacs", "sadness", "1+4+15", "EMFACS-7")
    >>> print(Match("sadness", 1.0, 1.5, 2.0, 0.8, prototype, ("1", "4"), ("15",), ()))
    matches 2 of 3 units of the prototype sadness (emfacs: 1+4+15), without 15
    """

    prototype: Prototype
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    unmeasured: tuple[str, ...]

    def __str__(self) -> str:
        prototype, n = self.prototype, len(self.matched)
        text = (
            f"matches {n} of {len(prototype.elements)} units of the prototype "
            f"{prototype.emotion} ({prototype.table}: {prototype.notation})"
        )
        if self.missing:
            text += f", without {' '.join(self.missing)}"
        if self.unmeasured:
            text += f", {' '.join(self.unmeasured)} not measured"
        return text


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


def find_matches(
    person: Person,
    table: str = "emfacs",
    *,
    path: str | Path | None = None,
    share: float = SHARE,
    min_duration: float = 0.2,
) -> list[Match]:
    """Find where a person's units match prototypes.

    Parameters
    ----------
    person : Person
        Best relative to her own rest (`Person.relative_to`).
    table, path
        See `read_prototypes`.
    share : float, in (0, 1]
        Share of *all* units of a prototype that must be there. A unit that the model does not
        measure is not there, so a prototype of which too little is measured is never reported.
    min_duration : float, seconds

    Returns
    -------
    list of Match
        In order of onset. The peak is the mean probability of the measured units at the apex.
        One-sided prototypes need a model with sides, so without sides there is no contempt.

    Raises
    ------
    InputError
        If there is no such table.
    """
    if not 0 < share <= 1:
        raise InputError(f"wanted a share in (0, 1], got {share}")
    prototypes = read_prototypes(table, path)
    found = [m for p in prototypes for m in _matches(person, p, share, min_duration)]
    return sorted(found, key=lambda match: match.onset)


def _matches(
    person: Person, prototype: Prototype, share: float, min_duration: float
) -> list[Match]:
    measured = [element for element in prototype.elements if element.measured(person)]
    needed = int(np.ceil(share * len(prototype.elements) - 1e-9))
    if len(measured) < needed:
        return []
    shown = np.stack([element.shown(person) for element in measured])  # (elements, n)
    score = np.mean([element.probability(person) for element in measured], axis=0)
    there = np.where(shown.sum(axis=0) >= needed, score, np.where(np.isnan(score), np.nan, -1))
    spans = find_events(
        prototype.emotion, person.times, there, on=0.0, off=0.0, min_duration=min_duration
    )
    return [_match(event, person, prototype, measured, shown) for event in spans]


def _match(
    event: Event,
    person: Person,
    prototype: Prototype,
    measured: list[Element],
    shown: NDArray[np.bool_],
) -> Match:
    apex = int(np.searchsorted(person.times, event.apex))
    there = dict(zip(measured, shown[:, apex].tolist(), strict=True))
    return Match(
        **vars(event),
        prototype=prototype,
        matched=tuple(str(e) for e in prototype.elements if there.get(e)),
        missing=tuple(str(e) for e in measured if not there[e]),
        unmeasured=tuple(str(e) for e in prototype.elements if e not in there),
    )


def find_smiles(person: Person) -> list[Event]:
    """Events of AU12, named by what the cheeks did: ``"12 with 6"``, ``"12 without 6"``.

    The cheek raiser does not make a smile genuine: many people raise it on purpose (Gunnery,
    Hall and Ruben, 2013, Journal of Nonverbal Behavior 37), so no such word is used.
    ``"12"`` alone means that the model does not measure AU6.
    """
    if ActionUnit.AU12 not in person:
        return []
    return [_smile(person, event) for event in person.events(ActionUnit.AU12)]


def _smile(person: Person, event: Event) -> Event:
    label = "12"
    if ActionUnit.AU6 in person:
        apex = int(np.searchsorted(person.times, event.apex))
        raised = person[ActionUnit.AU6][apex] >= _on(person, ActionUnit.AU6)
        label = "12 with 6" if raised else "12 without 6"
    return Event(label, event.onset, event.apex, event.offset, event.peak)


def _on(person: Person, unit: ActionUnit) -> float:
    return float(person.on[person.units.index(unit)])


def _side(person: Person, unit: ActionUnit, side: str) -> Floats:
    return person.side(unit, "left" if side == "left" else "right")
