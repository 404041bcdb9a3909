"""Gestures: how many are found, how many false, how late, on simulated children and real clips.

``python benchmarks/gestures.py --assets DIR --clips DIR --videos DIR --cache DIR``. Rendered
children give the model's answers (`sittings.py`), hours of them are simulated
(`simulated.py`, `performances.py`); the clips of `--clips` give the noise.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from enrolled import enrolment_rows
from filmed import clip_rows, head_rows
from heading import heading, publish, table
from performances import hit_of, perform
from simulated import lived, scored
from sittings import Noise, Sitting, sittings, wobble

from facs.errors import InputError
from facs.meaning.baseline import Baseline
from facs.meaning.detector import GestureDetector, GestureEvent
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.moments import moments
from facs.meaning.rates import Rate, hours_seen
from facs.meaning.rest import find_baseline
from facs.meaning.signals import Term
from facs.network.spec import columns_of
from facs.network.weights import DEFAULT, shipped, spec_of
from facs.person import Person


@dataclass
class Tally:
    """What one gesture came to; `plain` ones are of a part of the face that nothing covers."""

    made: int = 0
    found: int = 0
    plain_made: int = 0
    plain_found: int = 0
    false: int = 0
    latency: list[float] = field(default_factory=list)
    over: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)


def find_all(gestures: Sequence[Gesture], person: Person) -> dict[str, list[GestureEvent]]:
    """Activations of each gesture on its own, in one pass over the frames."""
    detectors = [GestureDetector(gesture) for gesture in gestures]
    found: dict[str, list[GestureEvent]] = {gesture.name: [] for gesture in gestures}
    for moment in moments(person):
        for detector in detectors:
            if event := detector.update(moment):
                found[event.label].append(event)
    return found


def tally(
    child: Sitting,
    noise: Noise,
    gestures: Sequence[Gesture],
    minutes: float,
    repeats: int,
    seed: int,
) -> tuple[dict[str, Tally], float]:
    """Rest and a session of one child; returns what each gesture came to, and hours of rest."""
    rng = np.random.default_rng(seed)
    rest_of = baseline_of(child, noise, rng)
    rest = rest_of.relative(lived(child, noise, 60 * minutes, rng))
    session = perform([g.name for g in gestures], repeats, rng)
    played = rest_of.relative(scored(child, session, noise, rng))
    false, found = find_all(gestures, rest), find_all(gestures, played)
    result = {g.name: Tally(false=len(false[g.name])) for g in gestures}
    for trial in session.trials:
        mine = result[trial.name]
        plain = not covered(STOCK[trial.name], child.hidden)
        mine.made += 1
        mine.plain_made += plain
        hit = hit_of(trial, found[trial.name])
        if hit is not None:
            mine.found += 1
            mine.plain_found += plain
            mine.latency.append(hit.decided - trial.start)
            hold = STOCK[trial.name].hold
            mine.over.append(hit.decided - hit.onset - hold - hit.interrupted)
            mine.waited.append(hit.interrupted)
    return result, hours_seen([rest])


def covered(gesture: Gesture, hidden: frozenset[str]) -> bool:
    """Whether something that the gesture watches is among the labels that cannot be seen."""
    terms = [term for condition in gesture.conditions for term in condition.signal.terms]
    return any(_unseen(term, hidden) for term in terms)


def _unseen(term: Term, hidden: frozenset[str]) -> bool:
    """Whether the side that a term reads is hidden; of "both" one, of a unit alone both of them."""
    unit, _ = term.needs()
    if unit is None:
        return False
    names = columns_of((unit,))
    gone = [name in hidden for name in names if term.side not in ("left", "right")
            or name.endswith(f"_{term.side}")]  # fmt: skip
    return any(gone) if term.side == "both" else all(gone)


def baseline_of(child: Sitting, noise: Noise, rng: np.random.Generator) -> Baseline:
    """Her rest, from a minute in which nothing is asked of her."""
    return find_baseline(lived(child, noise, 60, rng, busy=False))


def measured() -> tuple[list[Gesture], list[str]]:
    """Stock gestures that the shipped model can find, and lines about the others."""
    spec = spec_of(shipped()[DEFAULT])
    able, lines = [], []
    for name, gesture in STOCK.items():
        if missing := gesture.missing(spec.units, spec.sided):
            lines.append(f"{name} ({', '.join(missing)})")
        else:
            able.append(gesture)
    return able, lines


def simulated_rows(
    children: Sequence[Sitting], noise: Noise, options: argparse.Namespace
) -> tuple[list[list[str]], float]:
    """Table rows of all gestures, and the hours of rest behind them."""
    able, _ = measured()
    total = {g.name: Tally() for g in able}
    hours = 0.0
    for i, child in enumerate(children):
        seed = options.seed + 1000 + i
        one, seen = tally(child, noise, able, options.minutes, options.repeats, seed)
        hours += seen
        for name, mine in one.items():
            whole = total[name]
            whole.made += mine.made
            whole.found += mine.found
            whole.plain_made += mine.plain_made
            whole.plain_found += mine.plain_found
            whole.false += mine.false
            whole.latency += mine.latency
            whole.over += mine.over
            whole.waited += mine.waited
        print(f"child {i + 1} of {len(children)}", file=sys.stderr)
    return [_row(g, total[g.name], hours) for g in able], hours


def _row(gesture: Gesture, mine: Tally, hours: float) -> list[str]:
    rate = Rate(mine.false, hours)
    low, high = rate.interval
    late = np.quantile(mine.latency, [0.5, 0.95]) if mine.latency else (np.nan, np.nan)
    over, waited = (1000 * np.quantile(x or [np.nan], 0.95) for x in (mine.over, mine.waited))
    hold = "-" if gesture.swings else f"{1000 * gesture.hold:.0f}"
    waits = gesture.swings or gesture.times > 1
    return [
        gesture.name,
        f"{mine.found / mine.made:.3f}",
        f"{mine.found}/{mine.made}",
        f"{mine.plain_found / mine.plain_made:.3f}" if mine.plain_made else "-",
        f"{rate.per_hour:.2f}",
        f"{low:.2f} to {high:.2f}",
        hold,
        f"{late[0]:.2f}",
        f"{late[1]:.2f}",
        "-" if waits else f"{over:.0f}",
        f"{waited:.0f}" if gesture.gaps else "-",
    ]


COLUMNS = [
    "gesture",
    "sensitivity",
    "found/made",
    "where nothing covers it",
    "false an hour",
    "95 %",
    "hold, ms",
    "median s from onset",
    "95 % within s",
    "ms after hold, 95 %",
    "ms that blinks took from the hold, 95 %",
]


def document(options: argparse.Namespace) -> str:
    """Everything that is measured, as Markdown."""
    children, lost = sittings(options.assets, options.cache / "sit", options.children, options.seed)
    scores = options.cache / DEFAULT  # scores of another model are of no use
    noise = wobble(options.clips, scores / "noise")
    rows, hours = simulated_rows(children, noise, options)
    _, without = measured()
    geared = sum(bool(child.gear) for child in children)
    parts = [
        heading(
            "Gestures",
            f"{len(children)} rendered children ({geared} with tube, hose or tape; {lost} more "
            f"could not be scored), {hours:.1f} h of simulated rest, real clips",
            options.seed,
        ),
        "## Stock gestures at their own thresholds, relative to her rest\n",
        "Rendered and scored by the shipped model, without motion: what each movement of each "
        f"child does to each score ({len(children)} children, seed {options.seed}), and the noise "
        f"({noise.pairs} pairs of frames of clips: {noise.deviation.mean():.2f} logits, "
        f"correlation of neighbouring frames {noise.memory:.2f}; pose {noise.pose.mean():.1f} "
        "degrees). Simulated: when the movements come, and that simultaneous ones add up in "
        "logits. Rest has 15 blinks a minute of 100 to 500 ms, talk, meals, glances, passing "
        "expressions, a drifting and turning head, and moments in which the face is lost. Latency "
        "is media time; live adds the time of the analysis, and with motion the half window that "
        "the flow waits for. Where nothing covers it: without the children of whom the renderer "
        "says that a mask, tape or hair hides at rest what the gesture's rule watches. Glances and "
        "looks up are held as long as their rule asks, and 0.3 to 1.5 s more. Blinks do not end a "
        "look and do not count as held: what they took is in a column of its own, and the "
        "milliseconds after the hold count from when the rest of the look was long enough.\n",
        table(COLUMNS, rows),
        f"Not measured by the shipped model, and so never found: {'; '.join(without) or 'none'}.\n",
        "## Enrolment\n",
        "Every gesture enrolled by itself: [enrolled_each.md](enrolled_each.md).\n",
        *enrolment_rows(children, noise, options.seed),
        "## Real clips\n",
        *clip_rows(options.videos, scores / "videos"),
        *head_rows(options.videos, options.assets / "hdri", scores / "videos"),
    ]
    return "\n".join(parts)


def main() -> None:
    """Print the tables, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--clips", type=Path, required=True, help="rendered clips, for the noise")
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--children", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=32.0, help="rest of each child")
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--seed", type=int, default=984)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.children < 1:
        raise InputError(f"wanted at least one child, got {options.children}")
    text = document(options)
    publish(text, options.out)


if __name__ == "__main__":
    main()
