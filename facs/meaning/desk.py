"""Desk: where one gesture is measured against rest, her day and her other gestures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.meaning.alike import odd_ones
from facs.meaning.findings import Finding
from facs.meaning.gestures import SHORTEST_BLINK, STOCK, Gesture
from facs.meaning.moments import Moment, moments
from facs.meaning.own import own_gesture, shut_eyes_reach
from facs.meaning.rates import hours_seen, poisson_interval
from facs.meaning.thresholds import Curve, count_activations, plateau, separate, triggers
from facs.person import Person

__all__ = ["CLEAR", "Desk"]

HOLD_SHARES: Final = (1.0, 1.4, 0.75, 0.5)
"""Shares of a gesture's usual hold that are tried: longer tells it from what a face does by
itself, shorter is for a child who cannot hold it so long."""

CLEAR: Final = 0.2
"""Share of the thresholds that must do, for the usual rule to be taken without trying others."""

SHORTEST_HOLD: Final = 0.2
LEAST_OF_A_DAY: Final = 0.12
"""Threshold that is tried first where nobody says which movement is meant: less may be drift."""

FEW_ODD: Final = 2
"""Examples that may be of another movement: if there are more, it is the rule that does not fit."""

MOST_A_DAY: Final = 120.0
"""Activations an hour; what surely comes more often in her day is not meant."""


@dataclass(frozen=True)
class Desk:
    """Everything that each gesture is measured against.

    Parameters
    ----------
    rest, day : tuple of Person
        Relative to her rest.
    ignored : tuple of str
        ``"left eye"`` or ``"right eye"``.
    per_hour : float
        False activations that are accepted.
    words : dict from a name to a word
    """

    rest: tuple[Person, ...]
    day: tuple[Person, ...]
    ignored: tuple[str, ...]
    per_hour: float
    words: dict[str, str]

    def from_examples(
        self, name: str, pieces: dict[str, list[Person]], sources: Sequence[str] = ()
    ) -> Finding:
        """Fit the stock rule, longer or shorter; where none of them is clear, an own one beside.

        Parameters
        ----------
        name : str
        pieces : dict from a name to people
            Examples of all gestures, relative to her rest.
        sources : sequence of str
            What the examples of `name` are called.
        """
        usual = self._usual(name, pieces)
        odd = self._odd(pieces[name], usual)
        if odd and usual:
            return _naming(max(usual, key=_share), odd, sources)
        if usual and _is_clear(usual[-1]):
            return usual[-1]
        own = self._own(name, pieces, _why_not(usual[0]) if usual else "")
        if odd and own.gesture is not None:
            own = _naming(replace(own, gesture=None, reason=""), odd, sources)
        possible = [finding for finding in (*usual, own) if finding.gesture is not None]
        return _best(possible, own) if possible else (usual or [own])[0]

    def _odd(self, pieces: list[Person], usual: Sequence[Finding]) -> list[int]:
        """Examples of another movement: a rule could be made that finds both, for one word.

        With a usual rule these are among the few that it misses while it finds the others.
        """
        if not usual:
            return odd_ones(pieces, self.rest or self.day)
        missed = max(usual, key=_share).missed
        if len(pieces) < 3 or not 1 <= len(missed) <= FEW_ODD or 2 * len(missed) >= len(pieces):
            return []
        return [i for i in odd_ones(pieces, self.rest or self.day) if i in missed]

    def _usual(self, name: str, pieces: dict[str, list[Person]]) -> list[Finding]:
        """Her stock rule with one hold after the other, until one is clear."""
        if name not in STOCK:
            return []
        missing = STOCK[name].missing(pieces[name][0].units, pieces[name][0].sided)
        if missing:
            because = f"needs {', '.join(missing)}: not measured"
            return [self._refusal(name, because, pieces[name])]
        findings = []
        for gesture in _holds(STOCK[name]):
            findings.append(self._fit(gesture, pieces))
            if _is_clear(findings[-1]):
                break
        return findings

    def _own(self, name: str, pieces: dict[str, list[Person]], because: str) -> Finding:
        own = self._fit_own(name, pieces)
        note = f"her own rule: the usual one {because}" if because else ""
        notes = "; ".join(part for part in (note, own.reason) if part)
        return own if own.gesture is None else replace(own, reason=notes)

    def _fit_own(self, name: str, pieces: dict[str, list[Person]]) -> Finding:
        others = [piece for other, several in pieces.items() if other != name for piece in several]
        try:
            gesture = own_gesture(name, pieces[name], self.rest or self.day, others)
        except InputError as error:
            return self._refusal(name, str(error), pieces[name])
        found = self._fit(gesture, pieces)
        if found.gesture is None or not _may_blink(found.gesture):
            return found
        return self._fit(replace(gesture, hold=SHORTEST_BLINK), pieces)

    def _refusal(self, name: str, reason: str, pieces: list[Person]) -> Finding:
        return Finding(name, self.words.get(name, ""), None, 0, len(pieces), None, reason)

    def _fit(self, gesture: Gesture, pieces: dict[str, list[Person]]) -> Finding:
        """Separate one rule's examples from rest, and from the examples of other gestures."""
        tried = triggers(gesture)
        curve = self._curve(gesture, tried)
        reached = {name: self._reached(gesture, tried, several) for name, several in pieces.items()}
        mine = reached.pop(gesture.name)
        result = separate(gesture, curve, mine, self.per_hour, reached)
        return Finding(
            gesture.name,
            self.words.get(gesture.name, ""),
            None if result.trigger is None else gesture.with_trigger(result.trigger),
            result.found,
            len(mine),
            curve,
            result.reason,
            slack=result.slack,
            like=result.like,
            missed=tuple(np.flatnonzero(~mine[:, result.at]).tolist()),
        )

    def fires(self, gesture: Gesture, pieces: list[Person]) -> int:
        """In how many pieces a gesture is heard, also where it began before."""
        return int(self._reached(gesture, (gesture.trigger,), pieces).sum())

    def _reached(
        self, gesture: Gesture, tried: tuple[float, ...], pieces: list[Person]
    ) -> NDArray[np.bool_]:
        """Which piece is found at which threshold, shape (pieces, tried)."""
        # An example may begin in the middle of its gesture: no rest is asked for before it.
        eager = replace(gesture, rest=False)
        counts = [count_activations(eager, tried, self._streams([piece])) for piece in pieces]
        return np.array(counts).reshape(len(pieces), len(tried)) > 0

    def from_day(self, name: str) -> Finding | None:
        """Propose a stock gesture that stands out in her day; None where it was not seen."""
        gesture = STOCK[name]
        if gesture.missing(self.day[0].units, self.day[0].sided):
            return None
        tried = tuple(t for t in triggers(gesture) if not 0 < t < LEAST_OF_A_DAY)
        curve = self._curve(gesture, tried)
        seen = count_activations(gesture, tried, self._streams(self.day))
        steps = plateau(seen, curve.allowed(self.per_hour), tried, gesture)
        if steps is None:
            return None
        at, count = steps
        word = self.words.get(name, "")
        hours = hours_seen(self.day)
        if poisson_interval(count)[0] > MOST_A_DAY * hours:
            reason = f"comes {count / hours:.0f} times an hour in her day: too often to be meant"
            return Finding(name, word, None, curve=curve, reason=reason, seen=count)
        return Finding(
            name,
            word,
            gesture.with_trigger(tried[at]),
            curve=curve,
            reason="ask whether she means it",
            seen=count,
        )

    def _curve(self, gesture: Gesture, tried: tuple[float, ...]) -> Curve:
        counts = count_activations(gesture, tried, self._streams(self.rest))
        return Curve(tried, counts, hours_seen(self.rest))

    def _streams(self, people: Sequence[Person]) -> Iterator[Iterator[Moment]]:
        return (moments(person, self.ignored) for person in people)


def _may_blink(gesture: Gesture) -> bool:
    """Whether a natural blink would be it: its threshold came to be where lids alone reach it."""
    return gesture.hold < SHORTEST_BLINK and shut_eyes_reach(gesture.conditions[0])


def _naming(finding: Finding, odd: Sequence[int], sources: Sequence[str]) -> Finding:
    """The finding, saying which examples are not like the others."""
    names = [
        f"example {i + 1}" + (f", {sources[i]}," if sources and sources[i] else "") for i in odd
    ]
    said = "; ".join(f"{name} is not like the others" for name in names)
    return replace(
        finding,
        reason="; ".join(
            part for part in (finding.reason, f"{said}: cut anew, or leave out") if part
        ),
    )


def _share(finding: Finding) -> tuple[bool, int, float]:
    """How well a usual rule does: best first, whether it will do, then what it finds."""
    return finding.gesture is not None, -len(finding.missed), finding.slack


def _is_clear(finding: Finding) -> bool:
    return finding.gesture is not None and finding.slack >= CLEAR


def _why_not(finding: Finding) -> str:
    return finding.reason or "leaves little room"


def _best(possible: Sequence[Finding], own: Finding) -> Finding:
    """The rule that finds the most of the examples within the rate that is accepted.

    Of those that find as many a stock rule comes before her own, which was made from these very
    examples and so fits them better than it will fit the next.
    """
    return max(possible, key=lambda f: (f.slack > 0, f.found, f is not own, f.slack))


def _holds(gesture: Gesture) -> list[Gesture]:
    """The gesture, and the same with shorter holds."""
    if gesture.swings or gesture.longest is not None:
        return [gesture]
    lids = any(term.channel == "43" for c in gesture.conditions[:1] for term in c.signal.terms)
    shortest = min(gesture.hold, SHORTEST_BLINK) if lids else SHORTEST_HOLD
    holds = dict.fromkeys(round(max(share * gesture.hold, shortest), 3) for share in HOLD_SHARES)
    return [replace(gesture, hold=hold) for hold in holds]
