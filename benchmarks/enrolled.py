"""Enrolment on simulated children: F1 with five, one and no examples beside fixed thresholds."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from heading import table
from performances import SLOT, hit_of, make, perform
from simulated import Course, Trial, live, scored
from sittings import Noise, Sitting

from facs.errors import InputError
from facs.meaning.enroll import enroll
from facs.meaning.findings import Example
from facs.meaning.gestures import STOCK
from facs.meaning.listener import Sign
from facs.meaning.profile import Profile
from facs.meaning.rates import Rate
from facs.meaning.rest import find_baseline
from facs.person import Person

NAMES = ("long blink", "brow lift", "mouth open", "smile")
WAYS = (
    "fixed thresholds",
    "fixed thresholds, relative to her rest",
    "no example: ten minutes of her day",
    "one example of each, 20 s of rest",
    "five examples of each, 20 s of rest",
    "five examples of each, ten minutes of rest",
)


@dataclass(frozen=True)
class Footage:
    """What was filmed of one child."""

    calm: Person
    rest: Person
    day: Person
    examples: dict[str, list[Example]]


@dataclass
class Score:
    """Gestures found, missed and false, over children."""

    hits: int = 0
    missed: int = 0
    false: int = 0
    false_at_rest: int = 0
    refused: int = 0
    hits_of: Counter[str] = field(default_factory=Counter)
    rest_of: Counter[str] = field(default_factory=Counter)
    refused_of: Counter[str] = field(default_factory=Counter)

    @property
    def f1(self) -> float:
        """F1 over gestures found, missed and false."""
        return 2 * self.hits / max(2 * self.hits + self.missed + self.false, 1)


def film(child: Sitting, noise: Noise, rng: np.random.Generator) -> Footage:
    """Film twenty calm seconds, ten minutes of rest, ten of a day with gestures, and examples."""
    calm, rest, day = Course.of(20), Course.of(600), Course.of(600)
    live(calm, rng, busy=False)
    live(rest, rng)
    live(day, rng)
    for i, name in enumerate(NAMES * 4):
        make(day, name, 20 + 35.0 * i + float(rng.uniform(0, 10)), rng)
    session = perform(NAMES, 5, rng)
    played = scored(child, session, noise, rng)
    examples: dict[str, list[Example]] = {name: [] for name in NAMES}
    for trial in session.trials:
        examples[trial.name].append(Example(played, trial.start - 0.3, trial.stop + 0.6))
    return Footage(
        scored(child, calm, noise, rng),
        scored(child, rest, noise, rng),
        scored(child, day, noise, rng),
        examples,
    )


def profiles(footage: Footage) -> dict[str, Profile]:
    """A profile for each way to come to one."""
    signs = tuple(Sign(STOCK[name], name) for name in NAMES)
    words = {name: name for name in NAMES}
    calm, rest, day, five = footage.calm, footage.rest, footage.day, footage.examples
    one = {name: examples[:1] for name, examples in five.items()}
    baseline = find_baseline(calm)
    found = {
        "fixed thresholds": Profile(signs),
        "fixed thresholds, relative to her rest": Profile(signs, baseline=baseline),
        "no example: ten minutes of her day": enroll([], {}, day=[day], words=words).profile,
        "one example of each, 20 s of rest": enroll([calm], one, words=words).profile,
        "five examples of each, 20 s of rest": enroll([calm], five, words=words).profile,
        "five examples of each, ten minutes of rest": enroll(
            [calm, rest], five, words=words
        ).profile,
    }
    return {way: _only(profile) for way, profile in found.items()}


def _only(profile: Profile) -> Profile:
    """The four gestures alone: a day also proposes others that she was never seen to mean."""
    signs = tuple(s for s in profile.signs if s.gesture.name in NAMES)
    return Profile(signs, baseline=profile.baseline, ignored=profile.ignored)


def judge(
    profile: Profile, played: Person, trials: Sequence[Trial], rest: Person, score: Score
) -> None:
    """Count what a profile finds in a session and in rest; a wrong word is a false one."""
    events = profile.find(played)
    left = list(events)
    for trial in trials:
        hit = hit_of(trial, (event for event in left if event.label == trial.name))
        if hit is None:
            score.missed += 1
        else:
            score.hits += 1
            score.hits_of[trial.name] += 1
            left.remove(hit)
    at_rest = profile.find(rest)
    score.false += len(left) + len(at_rest)
    score.false_at_rest += len(at_rest)
    score.rest_of.update(event.label for event in at_rest)
    score.refused += len(NAMES) - len(profile.signs)
    score.refused_of.update(set(NAMES) - {sign.gesture.name for sign in profile.signs})


def enrolment_rows(children: Sequence[Sitting], noise: Noise, seed: int) -> list[str]:
    """A table of the ways, and what it is made from."""
    scores = {way: Score() for way in WAYS}
    minutes = 0.0
    lost = 0
    for i, child in enumerate(children):
        rng = np.random.default_rng(seed + 5000 + i)
        try:
            known = profiles(film(child, noise, rng))
        except InputError:
            lost += 1
            continue
        test = perform(NAMES, 8, rng)
        played, rest_course = scored(child, test, noise, rng), Course.of(600)
        live(rest_course, rng)
        rest = scored(child, rest_course, noise, rng)
        minutes += rest_course.times[-1] / 60
        for way, profile in known.items():
            judge(profile, played, test.trials, rest, scores[way])
        print(f"enrolled {i + 1} of {len(children)}", file=sys.stderr)
    rows = [_row(way, score, minutes) for way, score in scores.items()]
    columns = ["way", "F1", "found", "missed", "false", "false an hour of rest", "refused"]
    return [
        f"{len(children) - lost} children, {len(NAMES)} gestures ({', '.join(NAMES)}), 8 of each "
        f"in a session with {SLOT:.0f} s from one to the next, and ten minutes of busy rest of "
        "each child, in which everything is false. Refused gestures count as missed. A wrong word "
        f"is a missed and a false one. {lost} children could not be enrolled.\n",
        table(columns, rows),
        f"Each gesture with {WAYS[-1]}:\n",
        table(
            ["gesture", "found/made", "sensitivity", "false an hour of rest, 95 %", "refused"],
            [_one(name, scores[WAYS[-1]], 8 * (len(children) - lost), minutes) for name in NAMES],
        ),
    ]


def _row(way: str, score: Score, minutes: float) -> list[str]:
    return [
        way,
        f"{score.f1:.3f}",
        str(score.hits),
        str(score.missed),
        str(score.false),
        f"{score.false_at_rest / minutes * 60:.1f}",
        str(score.refused),
    ]


def _one(name: str, score: Score, made: int, minutes: float) -> list[str]:
    rate = Rate(score.rest_of[name], minutes / 60)
    low, high = rate.interval
    found = score.hits_of[name]
    return [
        name,
        f"{found}/{made}",
        f"{found / max(made, 1):.3f}",
        f"{rate.per_hour:.1f} ({low:.1f} to {high:.1f})",
        f"{score.refused_of[name]} of {made // 8}",
    ]
