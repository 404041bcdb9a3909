"""Emotion words as matches of published prototypes: n of m units, never "she is sad".

The same movements come with different feelings, and the same feeling with different movements
(Barrett, Adolphs, Marsella, Martinez and Pollak, 2019, Psychological Science in the Public
Interest 20, doi 10.1177/1529100619832930). So a match says which units of which table were
there, which were missing, and which the model does not measure at all. Nothing here runs
unless it is asked for by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.events import Event, find_events
from facs.meaning.prototypes import Element, Prototype, read_prototypes, threshold
from facs.person import Person
from facs.units import ActionUnit

__all__ = ["Match", "find_matches", "find_smiles"]

SHARE: Final = 2 / 3
"""Share of a prototype's units that must be there for a match to be reported."""


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
        raised = person[ActionUnit.AU6][apex] >= threshold(person, ActionUnit.AU6)
        label = "12 with 6" if raised else "12 without 6"
    return Event(label, event.onset, event.apex, event.offset, event.peak)
