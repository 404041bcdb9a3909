"""Who is right where two systems disagree: a reader who does not know whose event it is.

``closure.py --blind DIR`` writes sheets of the events that only one of the two has, shuffled, with
nothing beside them but a number and what is asked, and ``blind.csv``, what the numbers are. What
the reader says twice of each goes to ``closure_judged.csv``. An event of any model is judged if
its span holds a judged apex; of several the nearest to its own counts.
A judgement is "yes" (in a frame with a border the eyes are shut, or the jaw is lowered), "no" or
"unclear".
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from closure_pictures import Disagreement, rows_of_faces
from sheets import write_sheet

from facs.errors import InputError
from facs.evaluation.undefined import ratio
from facs.events import Event

__all__ = [
    "JUDGED",
    "WORDS",
    "Judged",
    "judged_rows",
    "read_judged",
    "shares_if_right",
    "unjudged",
    "write_blind",
]

JUDGED = Path(__file__).with_name("closure_judged.csv")
WORDS = ("yes", "no", "unclear")
NEAR = 0.05
"""Seconds beside an event that still count as in it: a frame or two."""
ROWS = 10


class Judged(NamedTuple):
    """What the reader said twice of an event."""

    clip: str
    closure: str
    apex: float
    first: str
    second: str

    @property
    def word(self) -> str:
        """What both looks say; "unclear" where they differ."""
        return self.first if self.first == self.second else "unclear"


def read_judged(path: Path) -> list[Judged]:
    """Read ``clip,closure,apex,first,second``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [Judged(**row) for row in csv.DictReader(file)]
    for row in rows:
        if not {row.first, row.second} <= set(WORDS):
            raise InputError(f"{path}: wanted words of {WORDS}, got {row.first!r}, {row.second!r}")
    return [row._replace(apex=float(row.apex)) for row in rows]


def write_blind(folder: Path, found: Sequence[Disagreement], seed: int) -> None:
    """Write sheets of the events in random order, and the list of what they are."""
    folder.mkdir(parents=True)  # not beside older sheets
    order = np.random.default_rng(seed).permutation(len(found))
    shuffled = [found[i] for i in order]
    names = {id(one): f"{number} {one.closure}" for number, one in enumerate(shuffled)}
    lines = rows_of_faces(shuffled, lambda one, row: [names[id(one)]])
    for page, start in enumerate(range(0, len(lines), ROWS)):
        write_sheet(folder / f"blind_{page:02d}.png", lines[start : start + ROWS])
    with (folder / "blind.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("number", "clip", "closure", "apex"))
        for number, one in enumerate(shuffled):
            writer.writerow((number, one.clip.path.name, one.closure, f"{one.event.apex:.3f}"))


@dataclass(frozen=True)
class Words:
    """How often the reader said what of the events that only one system has."""

    pieces: int
    said: Counter[str]

    @property
    def heard(self) -> bool:
        """Whether the reader said yes or no of any."""
        return bool(self.said["yes"] + self.said["no"])

    def row(self, whose: str) -> list[str]:
        """Cells: whose, all, pieces of an event that both have, yes, no, unclear, not judged."""
        counts = [self.said[word] for word in (*WORDS, "not judged")]
        return [whose, str(self.pieces + sum(counts)), *map(str, (self.pieces, *counts))]


def judged_rows(
    alone: Sequence[tuple[Disagreement, Sequence[Event]]], judged: Sequence[Judged]
) -> Words:
    """Count words, for events of one system, each with all events of the other in its clip."""
    said: Counter[str] = Counter()
    pieces = 0
    for one, others in alone:
        if any(map(one.event.touches, others)):
            pieces += 1
        else:
            said[_word(one, judged)] += 1
    return Words(pieces, said)


def unjudged(found: Sequence[Disagreement], judged: Sequence[Judged]) -> list[Disagreement]:
    """Events of which nobody has said anything yet."""
    return [one for one in found if _word(one, judged) == "not judged"]


def _word(one: Disagreement, judged: Sequence[Judged]) -> str:
    inside = [
        j
        for j in judged
        if (j.clip, j.closure) == (one.clip.path.name, one.closure)
        and one.event.onset - NEAR <= j.apex <= one.event.offset + NEAR
    ]
    if not inside:
        return "not judged"
    return min(inside, key=lambda j: abs(j.apex - one.event.apex)).word


def shares_if_right(both: int, own: Words, other: Words) -> list[str]:
    """F1, precision and recall if the reader is right, and so are events that both have.

    Pieces, and what is unclear or not judged, do not count.
    """
    if not (own.heard or other.heard):
        return ["-"] * 3
    hit, wrong, missed = both + own.said["yes"], own.said["no"], other.said["yes"]
    shares = (ratio(2 * hit, 2 * hit + wrong + missed), ratio(hit, hit + wrong))
    return [f"{float(share):.3f}" for share in (*shares, ratio(hit, hit + missed))]
