"""Where the thresholds of the stock gestures may lie, on simulated children of their own.

``python benchmarks/stock_thresholds.py --assets DIR --clips DIR --cache DIR``. The children are
others than those of `gestures.py` (another seed): what is chosen here is judged there. For every
threshold and hold (of swings: degrees, and the longest time of each): the share of gestures found,
and the activations an hour of rest. Proposed is the pair that finds the most while it fires at most
half as often as the goal of once an hour allows; of those that find as many, one that fires least,
from the middle of such pairs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from gestures import baseline_of, measured
from heading import heading, publish, table
from numpy.typing import NDArray
from performances import LATE, LOOKS, perform
from simulated import Course, live, scored
from sittings import Noise, Sitting, sittings, wobble

from facs.meaning.findings import Example
from facs.meaning.gestures import Gesture
from facs.meaning.moments import moments
from facs.meaning.rules import Swing
from facs.meaning.thresholds import count_activations, triggers
from facs.network.weights import DEFAULT
from facs.person import Person

HOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Seconds that are tried. The shortest of these gestures rise, stay and fall in 1.1 s."""

LONGEST = (0.35, 0.4, 0.45, 0.5, 0.6)
"""Seconds that each swing of a nod or a shake may take: those that are tried."""

DEGREES = (7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0, 11.0, 12.0)

STRICTER = (0.993, 0.995, 0.997, 0.998)
"""Probabilities that are tried beyond those of an enrolment."""

KEPT = ("long blink", "blink twice", *LOOKS)
"""Gestures whose time is given by what natural blinks, and looks, last."""

GOAL = 1.0  # activations an hour
ALIKE = 0.99
"""Share of the most gestures that counts as finding as many."""

BEFORE = 1.5  # s that are watched before a gesture


@dataclass(frozen=True)
class Watched:
    """One child: a part of her day in which all is false, and gestures by name."""

    day: Person
    trials: dict[str, list[Person]]


@dataclass(frozen=True)
class Grid:
    """What came of each rule and threshold of one gesture, shape (rules, tried)."""

    rules: tuple[Gesture, ...]
    tried: tuple[float, ...]
    found: NDArray[np.int64]
    false: NDArray[np.int64]
    made: int
    hours: float

    def best(self) -> tuple[int, int]:
        """Place of the proposal; where none fires seldom enough, of that which fires least."""
        allowed = self.false <= 0.5 * GOAL * self.hours
        if not allowed.any():
            allowed = self.false == self.false.min()
        enough = allowed & (self.found >= ALIKE * self.found[allowed].max())
        least = np.flatnonzero(enough & (self.false == self.false[enough].min()))
        return divmod(int(least[len(least) // 2]), len(self.tried))


def watch(
    child: Sitting, noise: Noise, names: Sequence[str], options: argparse.Namespace, seed: int
) -> Watched:
    """Film a child that `gestures.py` does not know, relative to her rest."""
    rng = np.random.default_rng(seed)
    rest = baseline_of(child, noise, rng)
    day = Course.of(60 * options.minutes)
    live(day, rng)
    session = perform(names, options.repeats, rng)
    played = rest.relative(scored(child, session, noise, rng))
    trials: dict[str, list[Person]] = {name: [] for name in names}
    for trial in session.trials:
        piece = Example(played, trial.start - BEFORE, trial.stop + LATE).piece()
        trials[trial.name].append(piece)
    return Watched(rest.relative(scored(child, day, noise, rng)), trials)


def grid_of(gesture: Gesture, children: Sequence[Watched], hours: float) -> Grid:
    """Try every hold with every threshold."""
    rules, tried = rules_of(gesture), tried_of(gesture)
    found, false = np.zeros((2, len(rules), len(tried)), np.int64)
    for row, one in enumerate(rules):
        for child in children:
            false[row] += count_activations(one, tried, [moments(child.day)])
            for trial in child.trials[gesture.name]:
                found[row] += count_activations(one, tried, [moments(trial)]) > 0
    made = sum(len(child.trials[gesture.name]) for child in children)
    return Grid(rules, tried, found, false, made, hours)


def rules_of(gesture: Gesture) -> tuple[Gesture, ...]:
    """The rule with every hold that is tried; swings with every longest time."""
    if isinstance(gesture.what, Swing):
        swings = [replace(gesture.what, longest=seconds) for seconds in LONGEST]
        return tuple(replace(gesture, what=swing) for swing in swings)
    holds = (gesture.hold,) if gesture.name in KEPT else HOLDS
    return tuple(replace(gesture, hold=hold) for hold in holds)


def tried_of(gesture: Gesture) -> tuple[float, ...]:
    """Thresholds that are tried, from the easiest on."""
    if gesture.swings:
        return DEGREES
    in_degrees = gesture.conditions[0].signal.in_degrees
    return triggers(gesture) if in_degrees else (*triggers(gesture), *STRICTER)


def row_of(gesture: Gesture, grid: Grid) -> list[str]:
    """One line of the table: the rule as it is, and the one that is proposed."""
    row, column = grid.best()
    proposal = grid.rules[row].with_trigger(grid.tried[column])
    per_hour = grid.false / grid.hours
    strict = [f"{100 * grid.found[row, k] / grid.made:.0f} at {per_hour[row, k]:.1f}"
              for k in range(column % 4, len(grid.tried), 4)]  # fmt: skip
    return [
        gesture.name,
        gesture.rule,
        proposal.rule,
        f"{grid.found[row, column] / grid.made:.3f}",
        f"{per_hour[row, column]:.2f}",
        ", ".join(strict),
    ]


def document(options: argparse.Namespace) -> str:
    """The table, as Markdown."""
    children, _ = sittings(options.assets, options.cache / "sit", options.children, options.seed)
    noise = wobble(options.clips, options.cache / DEFAULT / "noise")
    able, _ = measured()
    names = [gesture.name for gesture in able]
    watched = [
        watch(child, noise, names, options, options.seed + 2000 + i)
        for i, child in enumerate(children)
    ]
    hours = len(children) * options.minutes / 60
    rows = []
    for gesture in able:
        rows.append(row_of(gesture, grid_of(gesture, watched, hours)))
        print(" | ".join(rows[-1]), file=sys.stderr)
    what = f"{len(children)} rendered children, {hours:.1f} h of simulated rest"
    return "\n".join(
        [
            heading("Thresholds of the stock gestures", what, options.seed),
            f"Weights {DEFAULT}, scores relative to her rest. Last column: found (%) at false "
            "activations an hour, for every fourth threshold of the hold that is proposed, from "
            "the easiest on.\n",
            table(["gesture", "rule now", "proposed", "found", "false an hour", "curve"], rows),
        ]
    )


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--clips", type=Path, required=True, help="rendered clips, for the noise")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--children", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=20.0, help="rest of each child")
    parser.add_argument("--repeats", type=int, default=6)
    parser.add_argument("--seed", type=int, default=985)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    text = document(options)
    publish(text, options.out)


if __name__ == "__main__":
    main()
