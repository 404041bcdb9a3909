"""Every stock gesture enrolled by itself: how many are found then, and how many false.

``python benchmarks/enrolled_each.py --assets DIR --clips DIR --cache DIR``, with the children, the
noise and the simulation of `gestures.py`.

A family enrols what a child can do. Here every rendered child shows each gesture five times and is
filmed for a while of her day; `facs.meaning.enroll` sets rule and threshold from these alone, and
other minutes of hers are asked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from gestures import covered, measured
from heading import heading, publish, table
from performances import hit_of, perform
from simulated import Trial, lived, scored
from sittings import Noise, Sitting, sittings, wobble

from facs.meaning.detector import find_gesture
from facs.meaning.enroll import enroll
from facs.meaning.findings import Example
from facs.meaning.gestures import STOCK
from facs.meaning.rates import Rate, hours_seen
from facs.network.weights import DEFAULT
from facs.person import Person

__all__ = ["each_enrolled_rows"]

EXAMPLES = 5
TAUGHT, WATCHED = 60.0, 32.0
"""Minutes of her day: enrolled from, and asked afterwards."""

PER_HOUR = 0.5
"""Half of the goal of one an hour: what is chosen by a count fires more than it counted."""

ASKED = 10


@dataclass
class Count:
    """What one gesture came to; `plain` ones are of a part of the face that nothing covers."""

    made: int = 0
    found: int = 0
    made_enrolled: int = 0
    false: int = 0
    hours: float = 0.0
    refused: int = 0
    plain_made: int = 0
    plain_found: int = 0
    latency: list[float] = field(default_factory=list)
    over: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Hours:
    """One child: what is enrolled from, and what is asked."""

    rest: tuple[Person, ...]
    examples: dict[str, list[Example]]
    played: Person
    trials: Sequence[Trial]
    day: Person
    hidden: frozenset[str]

    @classmethod
    def of(
        cls, child: Sitting, noise: Noise, names: Sequence[str], rng: np.random.Generator
    ) -> Hours:
        """Film twenty calm seconds, her day, five of each; then other minutes and gestures."""
        calm, taught, asked = (
            lived(child, noise, seconds, rng, busy)
            for seconds, busy in ((20, False), (60 * TAUGHT, True), (60 * WATCHED, True))
        )
        shown, played = perform(names, EXAMPLES, rng), perform(names, ASKED, rng)
        film = scored(child, shown, noise, rng)
        examples: dict[str, list[Example]] = {name: [] for name in names}
        for trial in shown.trials:
            piece = Example(film, trial.start - 0.3, trial.stop + 0.6).piece()
            examples[trial.name].append(Example(piece))  # nothing else of that film is known
        session = scored(child, played, noise, rng)
        return cls((calm, taught), examples, session, played.trials, asked, child.hidden)


def each_enrolled_rows(
    children: Sequence[Sitting], noise: Noise, names: Sequence[str], seed: int
) -> list[str]:
    """A table of all gestures, and what it is made from."""
    counts = {name: Count() for name in names}
    for i, child in enumerate(children):
        hours = Hours.of(child, noise, names, np.random.default_rng(seed + 9000 + i))
        for name in names:
            _count(name, hours, counts[name])
        print(f"enrolled one by one: {i + 1} of {len(children)}", file=sys.stderr)
    return [
        f"{len(children)} children; each gesture enrolled by itself from {EXAMPLES} examples, 20 s "
        f"of rest and {TAUGHT:.0f} minutes of her day, for {PER_HOUR:g} false activations an hour "
        f"at most; then {ASKED} of it are asked, and other {WATCHED:.0f} minutes of her day. "
        "Nothing else is chosen: rule, hold and threshold are what enrolment proposes. A gesture "
        "that is refused is not in the profile: all of its trials count as missed in the first "
        "column, and are left out of the one after it and of the false ones; where nothing covers "
        "it (see gestures.md), refused are missed as well. Looks are held as long as the stock "
        "rule asks, and somewhat longer.\n",
        table(COLUMNS, [_row(name, counts[name]) for name in names]),
    ]


COLUMNS = [
    "gesture", "sensitivity, refused are missed", "of those enrolled", "where nothing covers it",
    "found/made",
    "false an hour", "95 %", "children refused", "median s from onset", "95 % within s",
    "ms after hold, 95 %",
]  # fmt: skip


def _count(name: str, hours: Hours, count: Count) -> None:
    trials = [trial for trial in hours.trials if trial.name == name]
    plain = not covered(STOCK[name], hours.hidden)
    count.made += len(trials)
    count.plain_made += plain * len(trials)
    profile = enroll(hours.rest, {name: hours.examples[name]}, per_hour=PER_HOUR).profile
    if not profile.signs:
        count.refused += 1
        return
    gesture = profile.signs[0].gesture
    played, day = (
        find_gesture(gesture, profile.relative(person), ignored=profile.ignored)
        for person in (hours.played, hours.day)
    )
    count.made_enrolled += len(trials)
    for trial in trials:
        if (found := hit_of(trial, played)) is not None:
            count.found += 1
            count.plain_found += plain
            count.latency.append(found.decided - trial.start)
            count.over.append(found.decided - found.onset - gesture.hold - found.interrupted)
    count.false += len(day)
    count.hours += hours_seen([hours.day])


def _row(name: str, count: Count) -> list[str]:
    rate = Rate(count.false, count.hours) if count.hours else None
    whole = STOCK[name].swings or STOCK[name].times > 1  # judged at its end: no hold to wait for
    late = np.quantile(count.latency, [0.5, 0.95]) if count.latency else (np.nan, np.nan)
    return [
        name,
        f"{count.found / count.made:.3f}",
        f"{count.found / count.made_enrolled:.3f}" if count.made_enrolled else "-",
        f"{count.plain_found / count.plain_made:.3f}" if count.plain_made else "-",
        f"{count.found}/{count.made}",
        f"{rate.per_hour:.2f}" if rate else "-",
        "{:.2f} to {:.2f}".format(*rate.interval) if rate else "-",
        str(count.refused),
        f"{late[0]:.2f}",
        f"{late[1]:.2f}",
        "-" if whole or not count.over else f"{1000 * np.quantile(count.over, 0.95):.0f}",
    ]


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--clips", type=Path, required=True, help="rendered clips, for the noise")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--children", type=int, default=20)
    parser.add_argument("--seed", type=int, default=984)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    children, _ = sittings(options.assets, options.cache / "sit", options.children, options.seed)
    noise = wobble(options.clips, options.cache / DEFAULT / "noise")
    names = [gesture.name for gesture in measured()[0]]
    hours = len(children) * WATCHED / 60
    what = f"{len(children)} rendered children, {hours:.1f} h of simulated rest"
    text = [
        heading("Each gesture enrolled by itself", what, options.seed),
        *each_enrolled_rows(children, noise, names, options.seed),
    ]
    publish("\n".join(text), options.out)


if __name__ == "__main__":
    main()
