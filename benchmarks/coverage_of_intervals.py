"""How often the intervals of the evaluation hold the truth, for how many subjects.

``python benchmarks/coverage_of_intervals.py --out benchmarks/results/coverage.md``: subjects are
invented, each with an own recall, number of frames that show a unit, and number of false alarms.
The F1 of very many of them is the truth. Of a few a 95 % interval is drawn as `facs evaluate`
draws it, many times, and counted how often the truth lies inside.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from heading import exit_status, heading, publish, table
from numpy.typing import NDArray

from facs.evaluation.bootstrap import interval, resample

Floats = NDArray[np.float64]

SUBJECTS = (2, 3, 4, 5, 8, 12, 20, 40, 100)
EVERYBODY = 200_000
DRAWS = 1000


def people(rng: np.random.Generator, count: int) -> Floats:
    """Hits, false alarms and misses of some subjects, shape (count, 3)."""
    shown = rng.integers(50, 400, count)
    hits = rng.binomial(shown, rng.beta(6, 3, count))
    alarms = rng.poisson(shown * rng.beta(2, 6, count))
    return np.stack([hits, alarms, shown - hits], axis=1).astype(float)


def f1(sums: Floats) -> Floats:
    """F1 of summed counts (..., 3)."""
    hits, alarms, misses = np.moveaxis(sums, -1, 0)
    return np.asarray(2 * hits / (2 * hits + alarms + misses))


def coverage(rng: np.random.Generator, subjects: int, times: int, truth: float) -> float:
    """The share of intervals of some subjects that hold the truth."""
    inside = 0
    for seed in range(times):
        drawn = resample(np.arange(subjects), DRAWS, seed)
        low, high = interval(f1(drawn.sums(people(rng, subjects))))
        inside += low <= truth <= high
    return inside / times


def run(chosen: argparse.Namespace) -> None:
    """Measure and print."""
    rng = np.random.default_rng(chosen.seed)
    truth = float(f1(people(rng, EVERYBODY).sum(0)))
    rows = [
        [str(count), f"{100 * coverage(rng, count, chosen.times, truth):.0f} %"]
        for count in SUBJECTS
    ]
    made = f"{chosen.times:,} comparisons of invented subjects, F1 of everybody {truth:.3f}"
    text = heading("How often a 95 % interval holds the truth", made, chosen.seed)
    publish(text + table(["subjects", "intervals that hold the truth"], rows), chosen.out)


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=2000, help="comparisons for each row")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    return exit_status(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
