"""Runs of the adaptation experiment: one row for each method, target and seed, kept as they end.

All rows of a seed begin with one network that has learned the source. A row is a file, so that a
run that was stopped goes on, and several can go on beside each other.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from adaptation_data import Labelled, Task
from adaptation_loop import Course, Options, train
from adaptation_measure import figures
from adaptation_methods import FROM_NOTHING, METHODS, SourceOnly
from adaptation_networks import Network
from heading import commit

from facs.files import atomic

__all__ = ["Plan", "rows_of", "run"]

Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How long, for whom, and where finished rows are kept.

    Parameters
    ----------
    source_steps : int
        With which every network begins, on the source.
    steps : int
        Of every method after that.
    settings : dict
        What all rows of one table agree in; rows of other settings are made anew.
    """

    source_steps: int
    steps: int
    batch: int
    rows: Path
    settings: dict[str, Any]
    methods: tuple[str, ...] = tuple(METHODS)

    def path(self, method: str, target: str, seed: int) -> Path:
        """Where a row is kept."""
        words = (method, "on", target, str(seed))
        return self.rows / ("_".join(words).replace(" ", "_") + ".json")

    def finished(self, method: str, target: str, seed: int) -> Row | None:
        """A row of these settings that an earlier run has kept."""
        path = self.path(method, target, seed)
        if not path.exists():
            return None
        row: Row = json.loads(path.read_text())
        return row if row["settings"] == self.settings else None


def rows_of(plan: Plan, tasks: Sequence[Task], seeds: Sequence[int]) -> Iterator[Row]:
    """Rows that are finished, of all methods, in the order of seeds, targets and methods."""
    for seed in seeds:
        for task in tasks:
            for method in METHODS:
                if row := plan.finished(method, task.target, seed):
                    yield row


def run(
    plan: Plan,
    source: Labelled,
    tasks: Sequence[Task],
    seed: int,
    say: Callable[[str], None] | None = None,
) -> None:
    """Run what is not finished of one seed."""
    left = [
        (method, task)
        for task in tasks
        for method in plan.methods
        if plan.finished(method, task.target, seed) is None
    ]
    if not left:
        return
    plan.rows.mkdir(parents=True, exist_ok=True)
    for taught in sorted({task.taught for _, task in left}):
        mine = [(method, task) for method, task in left if task.taught == taught]
        _run_taught(plan, source.of(taught), mine, seed, say)


def _run_taught(
    plan: Plan,
    source: Labelled,
    left: Sequence[tuple[str, Task]],
    seed: int,
    say: Callable[[str], None] | None,
) -> None:
    """Run methods on targets that begin with one network, which these classes have taught."""
    begun, only, course = _learned(plan, source, seed)
    for name, task in left:
        network, told = (only, course)
        if name != "source-only":
            start = only if METHODS[name].after else begun
            network, told = _adapted(plan, name, start, source, task, seed)
        row = _row(plan, name, task, seed, network, told)
        with atomic(plan.path(name, task.target, seed)) as path:
            path.write_text(json.dumps(row))
        if say is not None:
            say(f"{name} on {task.target}, seed {seed}: {100 * row['class mean']:.1f} %")


def _learned(plan: Plan, source: Labelled, seed: int) -> tuple[Network, Network, Course]:
    """The network that all begin with, and the one that only ever learns the source."""
    nobody = source.pictures[:0]
    first = Options(plan.source_steps, plan.batch, seed + 1000)
    begun, _ = train(lambda: SourceOnly(Network(), FROM_NOTHING), source, nobody, first)
    further = Options(plan.steps, plan.batch, seed)
    only, course = train(lambda: SourceOnly(begun), source, nobody, further)
    return begun, only, course


def _adapted(
    plan: Plan, name: str, start: Network, source: Labelled, task: Task, seed: int
) -> tuple[Network, Course]:
    """One method on one target, which it sees without labels."""
    method = METHODS[name]
    options = Options(plan.steps if method.steps else 0, plan.batch, seed)
    make = partial(method.make, start, task.unlabelled)
    return train(make, source, task.unlabelled, options)


def _row(plan: Plan, method: str, task: Task, seed: int, network: Network, course: Course) -> Row:
    probabilities = network.probabilities(task.asked.pictures)
    return {
        "method": method,
        "experiment": task.experiment,
        "target": task.target,
        "seed": seed,
        **figures(probabilities, task.asked.labels),
        "adapted on": len(task.unlabelled),
        "people": task.people,
        "lost": task.lost,
        "course": vars(course),
        "settings": plan.settings,
        "command": " ".join(["python", Path(sys.argv[0]).as_posix(), *sys.argv[1:]]),
        "commit": commit(),
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
    }
