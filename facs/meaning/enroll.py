"""Enrolment: from a little rest and a few examples to the gestures of one child.

What is measured is said, and what is not: rest of 20 s without a false activation only shows
that there are fewer than 664 an hour. Where a gesture cannot be told from rest it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from facs.errors import InputError
from facs.meaning.baseline import Baseline
from facs.meaning.desk import Desk
from facs.meaning.detector import find_gesture
from facs.meaning.findings import Enrolment, Example, Finding
from facs.meaning.gestures import STOCK, named
from facs.meaning.listener import Sleep
from facs.meaning.profile import Profile
from facs.meaning.rates import hours_seen
from facs.meaning.refusals import Refusals, signs_of
from facs.meaning.rest import find_baseline
from facs.meaning.thresholds import ENOUGH_REST
from facs.person import Person
from facs.units import ActionUnit

__all__ = ["enroll"]

MOSTLY_SEEN: Final = 0.8
"""Share of an example in which she must be seen, lest it be said."""

HALF_SHUT: Final = 0.5
"""Probability of AU43 at rest from which an eye is left out, if the other one is open."""


def enroll(
    rest: Sequence[Person],
    examples: Mapping[str, Sequence[Example]],
    *,
    day: Sequence[Person] = (),
    words: Mapping[str, str] | None = None,
    per_hour: float = 1.0,
    model: str = "",
    known: Profile | None = None,
) -> Enrolment:
    """Propose gestures and their thresholds.

    Parameters
    ----------
    rest : sequence of Person
        Her in pieces in which nothing is asked of her: 20 s at least, better ten minutes with
        talk and meals. False activations are counted here.
    examples : mapping from a name to Examples
        One to five of each. A name of `facs.meaning.gestures.STOCK`, in whatever case, has that
        rule; any other name, or a stock rule that does not fit, becomes an own gesture.
    day : sequence of Person
        Untagged recordings: stock gestures that stand out in them are proposed.
    words : mapping from a name to a word
    per_hour : float
        False activations that are accepted.
    model : str
        Name and version of the model that scored, kept in the baseline.
    known : Profile, optional
        Hers, which these gestures are added to. Its baseline stays where no rest and no day is
        filmed, or not enough of them; its ignored eye stays ignored; a day proposes nothing that
        it has; and what contradicts its gestures is refused.

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
    known = known or Profile()
    examples = _by_name(examples, known)
    films = [*rest, *day, *(e.person for several in examples.values() for e in several)]
    once = list({id(film): film for film in films}.values())  # examples may be of one recording
    if len({(film.units, film.sided) for film in once}) > 1:
        raise InputError("wanted recordings by one model, got different units: score them again")
    baseline, notes = _baseline([*rest, *day], once, model, known.baseline)
    ignored, more = _ignored(known, baseline)
    resting, lived = ([_relative(person, baseline) for person in films] for films in (rest, day))
    names = [*STOCK, *examples]
    spoken = {named(name, names): word for name, word in (words or {}).items()}
    desk = Desk(tuple(resting), tuple(lived), ignored, per_hour, spoken)
    pieces = {
        name: [_relative(e.piece(), baseline) for e in several]
        for name, several in examples.items()
    }
    sources = {name: [e.source for e in several] for name, several in examples.items()}
    refusals = Refusals(known, ignored, desk, pieces)
    findings = _from_examples(refusals, sources)
    there = [sign.gesture.name for sign in known.signs if sign.gesture.name not in examples]
    if day:
        others = [name for name in STOCK if name not in {*examples, *there}]
        findings += [finding for name in others if (finding := desk.from_day(name)) is not None]
        more += [
            f"{name} is in the profile already: left as it is" for name in there if name in STOCK
        ]
        findings = refusals.among(findings)
    profile = Profile(signs_of(findings), baseline=baseline, ignored=ignored, sleep=known.sleep)
    if profile.signs and baseline is not known.baseline:  # without any, all stays as it is
        more += _outdated(known, profile)
    more += _pausing(pieces, ignored, known.sleep)
    more += _unseen(pieces, sources)
    return Enrolment(profile, tuple(findings), (*notes, *more, *_notes(desk)))


def _by_name(examples: Mapping[str, Sequence[Example]], known: Profile) -> dict[str, list[Example]]:
    """The examples by the names of her gestures and of stock ones."""
    there = [*STOCK, *(sign.gesture.name for sign in known.signs)]
    found: dict[str, list[Example]] = {}
    for name, several in examples.items():
        found.setdefault(named(name, there), []).extend(several)
    return found


def _from_examples(refusals: Refusals, sources: Mapping[str, Sequence[str]]) -> list[Finding]:
    """What can be enrolled of the examples, each beside those of the others that are.

    What is refused is not asked of her, so the others need not be told from it: they are fitted
    again without its examples. Those refused for another gesture alone come last, for that one
    may be refused, too.
    """
    pieces, refused = dict(refusals.pieces), dict[str, Finding]()
    while True:
        found = refusals.among(
            [refusals.desk.from_examples(name, pieces, sources[name]) for name in pieces]
        )
        new = [finding for finding in found if finding.gesture is None]
        first = [f for f in new if f.like not in pieces] or new
        refused |= {finding.name: finding for finding in first}
        if not first or len(first) == len(pieces):
            break
        pieces = {name: several for name, several in pieces.items() if name not in refused}
    done = refused | {finding.name: finding for finding in found if finding.name not in refused}
    return [done[name] for name in refusals.pieces]


def _baseline(
    asked: Sequence[Person], films: Sequence[Person], model: str, known: Baseline | None
) -> tuple[Baseline | None, list[str]]:
    """Her face at rest: of films in which nothing is asked of her, before what is known of it.

    Examples are mostly gestures. Rest is looked for in them only where none is known.
    """
    usable = known is not None and (not model or known.model in ("", model))
    if usable and not asked:
        return known, ["her face at rest is that of her profile"]
    try:
        return find_baseline(*(asked if usable else films), model=model), []
    except InputError as error:
        if usable:
            return known, [f"her face at rest is that of her profile: {error}"]
        if known is not None:
            raise InputError(
                f"wanted rest of her by {model}, as the baseline of her profile is of "
                f"{known.model}: film 20 s of rest too ({error})"
            ) from None
        return None, [f"scores are not relative to her rest: {error}"]


def _ignored(known: Profile, baseline: Baseline | None) -> tuple[tuple[str, ...], list[str]]:
    """The eye that is left out: as the profile says, or one that is half shut at rest."""
    shut = () if known.ignored else _half_shut(baseline)
    if not shut:
        return known.ignored, []
    try:
        replace(known, ignored=shut)
    except InputError as error:
        return (), [f"{shut[0]} is always half shut, but cannot be ignored: {error}"]
    return shut, [f"{shut[0]} is always half shut: ignored"]


def _outdated(known: Profile, new: Profile) -> list[str]:
    """What to do about gestures whose thresholds are above another rest."""
    names = {sign.gesture.name for sign in new.signs}
    old = [sign.gesture.name for sign in known.signs if sign.gesture.name not in names]
    if not old:
        return []
    return [
        f"her face at rest was measured anew, and the thresholds of {', '.join(old)} are from "
        "before: enrol them again where they fail"
    ]


def _pausing(
    pieces: Mapping[str, Sequence[Person]], ignored: tuple[str, ...], sleep: Sleep
) -> list[str]:
    """Which examples would be taken for sleep."""
    asleep = sleep.detector()
    if asleep is None:
        return []
    return [
        f"{name}: an example keeps the eyes shut for {sleep.after:g} s, which pauses everything: "
        "raise eyes_shut_s"
        for name, several in pieces.items()
        if any(find_gesture(asleep.gesture, piece, ignored=ignored) for piece in several)
    ]


def _unseen(
    pieces: Mapping[str, Sequence[Person]], sources: Mapping[str, Sequence[str]]
) -> list[str]:
    """In which examples she is not seen, or only for a part."""
    shares = [
        (name, i, float((piece.seen & (piece.reasons == 0)).mean()))
        for name, several in pieces.items()
        for i, piece in enumerate(several)
    ]
    return [
        f"{name}: she is seen in {share:.0%} of example {i + 1} only {sources[name][i]}".strip()
        for name, i, share in shares
        if share < MOSTLY_SEEN
    ]


def _notes(desk: Desk) -> list[str]:
    seconds = 3600 * hours_seen(desk.rest)
    if seconds >= ENOUGH_REST:
        return []
    return [
        f"{seconds:.0f} s of rest: film ten minutes or more of her day without gestures "
        "to know how often one is made by mistake"
    ]


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
