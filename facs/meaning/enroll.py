"""Enrolment: from a little rest and a few examples to the gestures of one child.

What is measured is said, and what is not: rest of 20 s without a false activation only shows
that there are fewer than 664 an hour. Where a gesture cannot be told from rest it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.meaning.baseline import Baseline
from facs.meaning.contradictions import contradictions
from facs.meaning.findings import Enrolment, Example, Finding
from facs.meaning.gestures import SHORTEST_BLINK, STOCK, Gesture
from facs.meaning.listener import Sign
from facs.meaning.moments import Moment, moments
from facs.meaning.own import own_gesture
from facs.meaning.profile import Profile
from facs.meaning.rates import hours_seen, poisson_interval
from facs.meaning.rest import find_baseline
from facs.meaning.thresholds import (
    ENOUGH_REST,
    Curve,
    count_activations,
    plateau,
    separate,
    triggers,
)
from facs.person import Person
from facs.units import ActionUnit

__all__ = ["enroll"]

HOLD_SHARES: Final = (1.0, 1.4, 0.75, 0.5)
"""Shares of a gesture's usual hold that are tried: longer tells it from what a face does by
itself, shorter is for a child who cannot hold it so long."""

CLEAR: Final = 0.2
"""Share of the thresholds that must do, for the usual rule to be taken without trying others."""

SHORTEST_HOLD: Final = 0.2
HALF_SHUT: Final = 0.5
"""Probability of AU43 at rest from which an eye is left out, if the other one is open."""

LEAST_OF_A_DAY: Final = 0.12
"""Threshold that is tried first where nobody says which movement is meant: less may be drift."""

MOST_A_DAY: Final = 120.0
"""Activations an hour; what surely comes more often in her day is not meant."""


def enroll(
    rest: Sequence[Person],
    examples: Mapping[str, Sequence[Example]],
    *,
    day: Sequence[Person] = (),
    words: Mapping[str, str] | None = None,
    per_hour: float = 1.0,
    model: str = "",
    baseline: Baseline | None = None,
) -> Enrolment:
    """Propose gestures and their thresholds.

    Parameters
    ----------
    rest : sequence of Person
        Her in pieces in which nothing is asked of her: 20 s at least, better ten minutes with
        talk and meals. False activations are counted here.
    examples : mapping from a name to Examples
        One to five of each. A name of `facs.meaning.gestures.STOCK` has that rule; any other
        name, or a stock rule that does not fit, becomes an own gesture.
    day : sequence of Person
        Untagged recordings: stock gestures that stand out in them are proposed.
    words : mapping from a name to a word
    per_hour : float
        False activations that are accepted.
    model : str
        Name and version of the model that scored, kept in the baseline.
    baseline : Baseline, optional
        Her face at rest as it is known; what is filmed here goes before it, where it has enough
        rest.

    Returns
    -------
    Enrolment
        Gestures that are refused are among its findings, not in its profile.

    Raises
    ------
    InputError
        If there is nothing to learn from, or the recordings have different units.
    """
    if not (rest or day or examples):
        raise InputError("wanted rest, examples or a video of her day, got none of them")
    if not per_hour > 0:
        raise InputError(f"wanted more than 0 false activations an hour to be accepted: {per_hour}")
    for name, several in examples.items():
        if not several:
            raise InputError(f"wanted at least one example of {name!r}, got none")
    films = [*rest, *day, *(e.person for several in examples.values() for e in several)]
    once = list({id(film): film for film in films}.values())  # examples may be of one recording
    baseline, notes = _baseline(once, model, baseline)
    desk = _Desk.over(rest, day, baseline, per_hour, dict(words or {}))
    pieces = {
        name: [_relative(e.piece(), baseline) for e in several]
        for name, several in examples.items()
    }
    findings = [desk.from_examples(name, pieces) for name in pieces]
    if day:
        others = [name for name in STOCK if name not in examples]
        findings += [finding for name in others if (finding := desk.from_day(name)) is not None]
    findings = _without_contradictions(findings, desk.ignored)
    profile = Profile(signs=_signs(findings), baseline=baseline, ignored=desk.ignored)
    return Enrolment(profile, tuple(findings), tuple([*notes, *desk.notes()]))


@dataclass(frozen=True)
class _Desk:
    """Everything that each gesture is measured against."""

    rest: tuple[Person, ...]
    day: tuple[Person, ...]
    ignored: tuple[str, ...]
    per_hour: float
    words: dict[str, str]

    @classmethod
    def over(
        cls,
        rest: Sequence[Person],
        day: Sequence[Person],
        baseline: Baseline | None,
        per_hour: float,
        words: dict[str, str],
    ) -> _Desk:
        return cls(
            tuple(_relative(person, baseline) for person in rest),
            tuple(_relative(person, baseline) for person in day),
            _half_shut(baseline),
            per_hour,
            words,
        )

    def notes(self) -> list[str]:
        seconds = 3600 * hours_seen(self.rest)
        found = [f"{eye} is always half shut: ignored" for eye in self.ignored]
        if seconds < ENOUGH_REST:
            found.append(
                f"{seconds:.0f} s of rest: film ten minutes or more of her day without gestures "
                "to know how often one is made by mistake"
            )
        return found

    def from_examples(self, name: str, pieces: dict[str, list[Person]]) -> Finding:
        """Fit the stock rule, longer or shorter; where none of them is clear, an own one beside."""
        usual = self._usual(name, pieces)
        if usual and _is_clear(usual[-1]):
            return usual[-1]
        own = self._own(name, pieces, _why_not(usual[0]) if usual else "")
        possible = [finding for finding in (*usual, own) if finding.gesture is not None]
        return _best(possible, own) if possible else (usual or [own])[0]

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
        return self._fit(gesture, pieces)

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
        )

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


def _baseline(
    people: Sequence[Person], model: str, known: Baseline | None
) -> tuple[Baseline | None, list[str]]:
    try:
        return find_baseline(*people, model=model), []
    except InputError as error:
        if known is not None and model and known.model not in ("", model):
            raise InputError(
                f"wanted rest of her by {model}, as the baseline of her profile is of "
                f"{known.model}: film 20 s of rest too ({error})"
            ) from None
        if known is not None:
            return known, [f"her face at rest is that of her profile: {error}"]
        return None, [f"scores are not relative to her rest: {error}"]


def _relative(person: Person, baseline: Baseline | None) -> Person:
    return person if baseline is None else baseline.relative(person)


def _half_shut(baseline: Baseline | None) -> tuple[str, ...]:
    """The eye that is half shut at rest while the other one is open."""
    if baseline is None or ActionUnit.AU43 not in baseline.sided:
        return ()
    at = baseline.sided.index(ActionUnit.AU43)
    left, right = float(baseline.left[at]), float(baseline.right[at])
    if min(left, right) >= HALF_SHUT or max(left, right) < HALF_SHUT:
        return ()
    return ("left eye",) if left > right else ("right eye",)


def _holds(gesture: Gesture) -> list[Gesture]:
    """The gesture, and the same with shorter holds."""
    if gesture.swings or gesture.longest is not None:
        return [gesture]
    lids = any(term.channel == "43" for c in gesture.conditions[:1] for term in c.signal.terms)
    shortest = min(gesture.hold, SHORTEST_BLINK) if lids else SHORTEST_HOLD
    holds = dict.fromkeys(round(max(share * gesture.hold, shortest), 3) for share in HOLD_SHARES)
    return [replace(gesture, hold=hold) for hold in holds]


def _without_contradictions(findings: list[Finding], ignored: tuple[str, ...]) -> list[Finding]:
    """Refuse each finding that contradicts one before it."""
    kept: list[Finding] = []
    for finding in findings:
        problems = contradictions(_signs([*kept, finding]), ignored)
        if finding.gesture is not None and problems:
            finding = replace(finding, gesture=None, reason=problems[0][1])
        kept.append(finding)
    return kept


def _signs(findings: Sequence[Finding]) -> tuple[Sign, ...]:
    return tuple(Sign(f.gesture, f.word, note=f.note) for f in findings if f.gesture is not None)
