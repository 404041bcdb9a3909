"""Real faces of which was seen what they show, and what not.

A rendered eye that shuts is not a real one that does, and lips that laughter parts are no dropped
jaw. A list says it of real pictures: a text file with one line for each, in which units go by
their FACS numbers::

    picture,looked,shown,slight,unsure
    fer2013:1234,lower 43,25 26,10,20
    facial_expressions:98,43,,,

The number of a picture is its row in the archive of that name. *looked* says which units were
looked for: numbers, or the name of a part of the face (`PARTS`); *shown* which of them are plain to
see, *slight* which are there but slight, *unsure* which could not be told. Those that were
looked for and are in none of the three are not shown. Some parts (`GRADED`) were graded from 0 to
3, and the grades go before what another sheet says of the same units: *unsure* is then grade 1,
"maybe".
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.network.spec import columns_of
from facs.units import ActionUnit

__all__ = ["MAYBE", "PARTS", "PLAIN", "Look", "read_seen", "seen_targets"]

HEADER: Final = ["picture", "looked", "shown", "slight", "unsure"]

PARTS: Final[Mapping[str, tuple[int, ...]]] = {
    "upper": (1, 2, 4, 5, 6, 7, 9, 43),
    "lower": (10, 12, 15, 16, 17, 20, 25, 26, 27),
    "shut": (14, 15, 17, 18, 20, 23, 24, 28),
    "eyes": (1, 2, 4, 5, 6, 7, 9, 43),
    "open": (10, 12, 16, 20, 22, 25, 26, 27),
    "face": (1, 2, 4, 5, 9, 10, 12, 25, 26, 27, 43),
}
"""Units looked for in enlarged eyes, in enlarged mouths, in shut ones with grades, in eyes and in
open mouths with grades, and in whole faces."""

GRADED: Final = ("shut", "eyes", "open")
"""Parts that were graded."""

PLAIN: Final = {12, 25, 26, 27, 43}
"""Units that take no coder to see."""

MAYBE: Final = 0.14
"""About how often a second look found what the first called "maybe"; below
`POSSIBLE`, so that those who may show a unit do not weigh as much as those who do."""

Units = frozenset[int]


@dataclass(frozen=True)
class Look:
    """What was seen in one picture: units by number; of all others nothing is known.

    `maybe` are graded units between absent and slight: they teach a little, choose no threshold,
    and measure nothing.
    """

    shown: Units
    slight: Units
    absent: Units
    maybe: Units = frozenset()

    def says(self, unit: int) -> bool | None:
        """Whether a unit is shown, be it slightly; None where that is not known."""
        if unit in self.shown | self.slight:
            return True
        return False if unit in self.absent else None

    def targets(self) -> Iterator[tuple[int, float]]:
        """Units with targets of presence in (0, 1)."""
        for unit in self.absent:
            yield unit, 0.03 if unit in PLAIN else 0.06
        for unit in self.maybe:
            yield unit, MAYBE
        for unit in self.slight:
            yield unit, 0.7
        for unit in self.shown:
            yield unit, 0.95 if unit in PLAIN else 0.9


def read_seen(path: Path) -> dict[str, Look]:
    """What was seen in each picture of a list.

    Raises
    ------
    InputError
        If the file cannot be read, or says something else.
    """
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"wanted a list of what is seen, {path}; it says: {error}") from error
    if not lines or lines[0] != HEADER:
        raise InputError(f"{path}: wanted a first line {','.join(HEADER)}, got {lines[:1]}")
    seen: dict[str, Look] = {}
    for number, line in enumerate(lines[1:], start=2):
        try:
            picture, look = _look(line)
        except ValueError as error:
            raise InputError(f"{path}, line {number}: {error}, got {line}") from error
        if picture in seen:
            raise InputError(f"{path}, line {number}: wanted one line for {picture}, got two")
        seen[picture] = look
    return seen


def _look(line: Sequence[str]) -> tuple[str, Look]:
    """A line's picture and what it says; ValueError says what was wanted."""
    if len(line) != len(HEADER):
        raise ValueError(f"wanted {len(HEADER)} columns")
    words = line[1].split()
    looked = {unit for word in words for unit in PARTS.get(word) or _units(word)}
    shown, slight, unsure = (_units(words) for words in line[2:])
    if not shown | slight | unsure <= looked:
        raise ValueError("wanted only units that were looked for")
    if shown & slight or shown & unsure or slight & unsure:
        raise ValueError("wanted each unit once")
    absent = looked - shown - slight - unsure
    if 27 in shown | slight:
        absent -= {26}  # a jaw that has dropped so far has dropped
    graded = frozenset(unit for word in words if word in GRADED for unit in PARTS[word])
    return line[0], Look(shown, slight, frozenset(absent), unsure & graded)


def _units(words: str) -> Units:
    try:
        return frozenset(int(ActionUnit(int(word))) for word in words.split())
    except ValueError as error:
        raise ValueError(f"wanted units by number, or one of {', '.join(PARTS)}") from error


def seen_targets(
    pictures: Sequence[str], seen: Mapping[str, Look], columns: tuple[str, ...]
) -> NDArray[np.float32]:
    """Targets (n, columns) of presence of the pictures that are listed, NaN elsewhere.

    Units with two sides have the same target on both. A stretched mouth (27) is a dropped jaw (26)
    too, and a jaw that has not dropped is neither (`facs.training.targets`).

    Examples
    --------
    >>> seen = {"fer2013:7": Look(frozenset({43}), frozenset(), frozenset({12}))}
    >>> seen_targets(["fer2013:7", "fer2013:8"], seen, ("AU12_left", "AU43_left", "AU4_left"))
    array([[0.03, 0.95,  nan],
           [ nan,  nan,  nan]], dtype=float32)
    """
    targets = np.full((len(pictures), len(columns)), np.nan, np.float32)
    place = {name: i for i, name in enumerate(columns)}
    for row, picture in enumerate(pictures):
        for unit, target in seen[picture].targets() if picture in seen else ():
            names = {*columns_of((ActionUnit(unit),)), *_with(unit, target)}
            targets[row, [place[name] for name in names if name in place]] = target
    return targets


def _with(unit: int, target: float) -> tuple[str, ...]:
    """The other column of the jaw that has the same target."""
    if unit == 27 and target > 0.5:
        return ("AU26",)
    return ("AU27",) if unit == 26 and target < MAYBE else ()
