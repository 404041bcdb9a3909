"""What systems say of pictures of which a list says what they show: AUC, share found, F1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from emotions import FaceScores, Scores, aucs, cell, combined, lowest_where_missing
from heading import table
from numpy.typing import NDArray

from facs.errors import InputError
from facs.evaluation.agreement import cohen_kappa
from facs.evaluation.bootstrap import Resamples, resample
from facs.evaluation.metrics import f1_score
from facs.network.predict import TwoStreamModel
from facs.network.weights import load_model
from facs.training.seen_units import Look
from facs.units import ActionUnit

FEWEST = 8
"""Pictures that show a unit, under which nothing is said of it."""

TOGETHER = {26: "26/27"}
"""A stretched mouth is a jaw that has dropped."""

FALSE_SHARE = 0.05
"""Of the pictures without a unit, where the share of those with it that are found is told."""

NOTES = (
    "- AUC with 95 % interval, 1000 bootstrap draws, of people where they are known; then the "
    f"share found where {FALSE_SHARE:.0%} of the pictures without the unit are, too; "
    "then F1 at the threshold that ships, chosen on other pictures\n"
    "- a picture in which a system finds no face gets that system's lowest score\n"
    "- two looks: Cohen's kappa of the two, and on how many pictures both tell the unit\n\n"
)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Seen = Mapping[str, Look]
Looks = tuple[Seen, Seen]
Thresholds = Mapping[str, Mapping[int, float]]


def distinct_models(paths: Sequence[str | None], motion: bool) -> list[TwoStreamModel]:
    """The models to compare: a table names its columns after them, so no two of one name."""
    models = [load_model(path, motion=motion) for path in paths]
    names = [model.spec.name for model in models]
    if len(set(names)) < len(names):
        raise InputError(f"wanted models of different names, got {', '.join(names)}")
    return models


@dataclass(frozen=True)
class Scored:
    """Pictures (n) by name, whose face each is, and what every system says of them."""

    names: Sequence[str]
    person: NDArray[np.str_]
    systems: Sequence[FaceScores]

    @classmethod
    def joined(cls, parts: Sequence[Scored]) -> Scored:
        """The pictures of all parts, with the units that a system has in each of them."""
        systems = []
        for place, system in enumerate(parts[0].systems):
            others = [part.systems[place].units for part in parts]
            shared = [unit for unit in system.units if all(unit in units for units in others)]
            units = {unit: np.concatenate([units[unit] for units in others]) for unit in shared}
            systems.append(FaceScores(system.name, units))
        names = [name for part in parts for name in part.names]
        return cls(names, np.concatenate([part.person for part in parts]), systems)


def shown(names: Sequence[str], seen: Seen, unit: int) -> tuple[Bools, Bools]:
    """Of which pictures the list says something of a unit, and which of them show it."""
    said = [seen[name].says(unit) for name in names]
    known = np.array([answer is not None for answer in said], bool)
    return known, np.array([bool(answer) for answer in said], bool)


def both_say(first: Seen, second: Seen) -> dict[str, Look]:
    """What two looks agree on; of a picture that only the first saw, what that says."""
    agreed = {}
    for picture, look in first.items():
        again = second.get(picture, look)
        agreed[picture] = Look(
            look.shown & (again.shown | again.slight) | look.slight & again.shown,
            look.slight & again.slight,
            look.absent & again.absent,
        )
    return agreed


def agreement(first: Seen, second: Seen, unit: int) -> str:
    """Cohen's kappa of the two looks where both tell a unit, and on how many pictures they do."""
    pairs = [(first[p].says(unit), second[p].says(unit)) for p in first.keys() & second.keys()]
    told = np.array([pair for pair in pairs if None not in pair], float).reshape(-1, 2)
    if not told.any():
        return ""
    return f"{cohen_kappa(told[:, 0], told[:, 1]):.2f} ({len(told)})"


def found_at(score: Floats, truth: Bools, false_share: float) -> float:
    """Share of the pictures with a unit that score above all but so many of those without."""
    threshold = np.quantile(score[~truth], 1 - false_share)
    return float(np.mean(score[truth] > threshold))


@dataclass(frozen=True)
class Measured:
    """One unit on all sets, by each system that has it: AUC draws, share found, F1.

    F1 is at the threshold that the system ships, where it ships one.
    """

    unit: int
    curves: dict[str, Floats]
    found: dict[str, float]
    f1: dict[str, float]
    counts: tuple[int, int]

    def cell(self, name: str) -> str:
        """What is told of one system."""
        if name not in self.curves:
            return "not shipped"
        f1 = f"; {self.f1[name]:.2f}" if name in self.f1 else ""
        return f"{cell(self.curves[name])}; {self.found[name]:.2f}{f1}"


def measured(
    unit: int, scored: Scored, seen: Seen, draws: Resamples, thresholds: Thresholds
) -> Measured | None:
    """Every system on one unit; None where too few pictures show it, or all do."""
    known, truth = shown(scored.names, seen, unit)
    counts = int(truth.sum()), int((known & ~truth).sum())
    if min(counts) < FEWEST:
        return None
    rule = TOGETHER.get(unit, str(unit))
    curves, found, f1 = {}, {}, {}
    for system in scored.systems:
        said = combined(rule, system.units)
        if said is None:
            continue  # a model without the unit
        score = lowest_where_missing(said)
        curves[system.name] = aucs(score, truth, known.astype(float), draws)
        found[system.name] = found_at(score[known], truth[known], FALSE_SHARE)
        if system.name in thresholds:
            yes = present(rule, system.units, thresholds[system.name])
            f1[system.name] = f1_score(yes[known], truth[known])
    return Measured(unit, curves, found, f1, counts)


def present(rule: str, units: Scores, thresholds: Mapping[int, float]) -> Bools:
    """Where one of the units of a rule reaches its threshold; a face not found shows nothing."""
    either = [int(unit) for unit in rule.split("/") if int(unit) in units]
    return np.asarray(np.any([units[unit] >= thresholds[unit] for unit in either], axis=0))


def rows_of(all_units: Sequence[Measured], names: Sequence[str], looks: Looks) -> list[list[str]]:
    """A line for each unit, then the means over those that every system has."""
    rows = []
    for one in all_units:
        cells = [one.cell(name) for name in names]
        rows.append([str(one.unit), *cells, *map(str, one.counts), agreement(*looks, one.unit)])
    for count in (len(names), *((1,) if len(names) > 1 else ())):
        shared = [one for one in all_units if all(n in one.curves for n in names[:count])]
        means = [np.mean([one.curves[n] for one in shared], axis=0) for n in names[:count]]
        blank = [""] * (len(names) - count + 3)
        rows.append([f"mean of {len(shared)}", *map(cell, means), *blank])
    return rows


def compared(scored: Scored, looks: Looks, models: Sequence[TwoStreamModel]) -> str:
    """Notes, then the table of all units, as Markdown."""
    return NOTES + units_table(scored, looks, models)


def units_table(scored: Scored, looks: Looks, models: Sequence[TwoStreamModel]) -> str:
    """The table of all units, as Markdown."""
    thresholds = {
        m.spec.name: dict(zip(map(int, m.spec.units), m.spec.on, strict=True)) for m in models
    }
    seen, draws = both_say(*looks), resample(scored.person, 1000)
    each = [measured(unit, scored, seen, draws, thresholds) for unit in map(int, ActionUnit)]
    names = [system.name for system in scored.systems]
    columns = ["unit", *names, "shown", "not shown", "two looks"]
    return table(columns, rows_of([one for one in each if one], names, looks))
