"""A model for one child: whether it helps at another sitting, and whether the guard is right.

Each rendered child of `adapted_films.py` is adapted to on an untagged film, and measured, before
and after, on a film of another day on which every movement is known. Each child's scores are kept
in the cache, by the checksum of the model.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from adapted_films import Film, Sat, children
from heading import exit_status, heading, table
from numpy.typing import NDArray

from facs.adapting.adapt import Adapted, adapt_to
from facs.adapting.footage import Footage, film
from facs.adapting.labelled import Labels, judged
from facs.adapting.shift import rest_of
from facs.adapting.trying import METHODS, Trial, Workshop
from facs.errors import InputError
from facs.files import sha256_of
from facs.network.backends import OnnxStream
from facs.network.spec import LEVELS, Calibration, ModelSpec
from facs.network.weights import ShippedModel, files_of
from facs.person import Person

Floats = NDArray[np.float32]
OLD, ALL_DOWN, GUARDED, LABELLED = (
    "before", "rest down to 0.05 everywhere, no guard", "facs adapt", "facs adapt --labels",
)  # fmt: skip
EVERY = 10
"""One frame of so many of the untagged film is labelled for `LABELLED`: one a second."""


@dataclass(frozen=True)
class Child:
    """One child's other sitting: what is there, and what each way says.

    Attributes
    ----------
    truth : (frames, units), 1, 0 or NaN
    on : (units,) thresholds
    said : probabilities (frames, units) by way
    accepted : whether the guard took each way that was tried
    chosen : the way that `facs adapt` took, or ""; without and with labels
    reason : why it took none
    """

    truth: Floats
    on: Floats
    said: dict[str, Floats]
    accepted: dict[str, bool]
    chosen: tuple[str, str]
    reason: str

    def save(self, path: Path) -> None:
        """Keep it for the next run."""
        facts = {"accepted": self.accepted, "chosen": self.chosen, "reason": self.reason}
        arrays = {f"said {name}": values for name, values in self.said.items()}
        np.savez_compressed(path, truth=self.truth, on=self.on, facts=json.dumps(facts), **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Child:
        """Read what `save` kept."""
        with np.load(path) as file:
            facts = json.loads(str(file["facts"]))
            said = {k.removeprefix("said "): file[k] for k in file.files if k.startswith("said ")}
            return cls(
                file["truth"], file["on"], said, facts["accepted"], tuple(facts["chosen"]),
                facts["reason"],
            )  # fmt: skip


def measured(sat: Sat, files: ShippedModel, methods: Sequence[str], motion: bool) -> Child:
    """Adapt to a child's untagged film, and say what each way makes of the other one."""
    taught, other = (film(f.path, files, motion=motion) for f in (sat.untagged, sat.other))
    done = adapt_to([taught], files, methods=methods)
    told = _with_labels(taught, sat.untagged, files, methods[:1])
    spec = done.spec
    said = {
        OLD: other.scored(spec),
        ALL_DOWN: other.scored(_all_down(spec, taught)),
    }
    said |= {trial.method: _of_trial(trial, other, files) for trial in done.trials}
    chosen = tuple(run.chosen.method if run.chosen else "" for run in (done, told))
    said |= {way: said[name or OLD] for way, name in zip((GUARDED, LABELLED), chosen, strict=True)}
    return Child(
        truth_of(sat.other, other).present.astype(np.float32),
        np.asarray(spec.on, np.float32),
        {way: person.probability for way, person in said.items()},
        {trial.method: trial.comparison.accepted for trial in done.trials},
        (chosen[0], chosen[1]),
        done.reason,
    )


def _of_trial(trial: Trial, other: Footage, files: ShippedModel) -> Person:
    """What the model of a trial says of another film."""
    if not trial.tensors:
        return other.scored(trial.spec)
    with tempfile.TemporaryDirectory() as folder:
        work = Workshop([other], files, OnnxStream(files.spatial), Path(folder))
        raw = work.scores(work.with_tensors(trial.tensors))
    return other.scored(trial.spec, raw[0])


def _all_down(spec: ModelSpec, taught: Footage) -> ModelSpec:
    """Her whole rest brought down to 0.05, as a baseline does."""

    def lowered(of: Calibration, motion: bool) -> Calibration:
        rest = np.clip(rest_of(spec, [taught], [None], motion=motion), 1e-6, 1 - 1e-6)
        by = np.maximum(np.log(rest / (1 - rest)) - np.log(0.05 / 0.95), 0).tolist()
        rows = zip(of.cuts, by, strict=True)
        return Calibration(of.slope, tuple(tuple(c + up for c in row) for row, up in rows))

    return replace(spec, spatial=lowered(spec.spatial, False), fused=lowered(spec.fused, True))


def _with_labels(
    taught: Footage, known: Film, files: ShippedModel, methods: Sequence[str]
) -> Adapted:
    """Adapt with one labelled frame a second of the untagged film."""
    present = truth_of(known, taught).present
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["frame", *map(str, taught.person.units)])
            for row in range(0, len(present), EVERY):
                cells = ["?" if np.isnan(value) else int(value) for value in present[row]]
                rows.writerow([row, *cells])
        return adapt_to([taught], files, labels=path, methods=methods)


def truth_of(known: Film, seen: Footage) -> Labels:
    """Which units are there in each frame; a unit is its stronger side, hidden is NaN."""
    units = seen.person.units
    present = np.full((len(known.labels), len(units)), np.nan)
    for i, unit in enumerate(units):
        names = (str(unit), f"{unit}_left", f"{unit}_right")
        sides = known.labels[:, [known.columns.index(n) for n in names if n in known.columns]]
        hidden = np.isnan(sides).any(axis=1)
        present[:, i] = np.where(hidden, np.nan, sides.max(axis=1) >= LEVELS[0])
    return Labels(np.arange(len(present)), present)


def figures(child: Child, way: str) -> tuple[float, float, float]:
    """Mean AUC, mean F1, and units called in frames in which nothing moves."""
    auc, f1 = _auc_and_f1([child], way)
    return auc, f1, _called(child, way)


def _auc_and_f1(several: Sequence[Child], way: str) -> tuple[float, float]:
    said = np.concatenate([child.said[way] for child in several])
    truth = np.concatenate([child.truth for child in several])
    as_person = _Scores(said, several[0].on)
    return judged([as_person], [Labels(np.arange(len(truth)), truth)])  # type: ignore[list-item]


@dataclass(frozen=True)
class _Scores:
    """As much of a person as `judged` wants."""

    probability: Floats
    on: Floats


def _called(child: Child, way: str) -> float:
    still = ~(child.truth > 0).any(axis=1) & np.isfinite(child.said[way]).all(axis=1)
    return float((child.said[way][still] >= child.on).sum(axis=1).mean())


COLUMNS = [
    *("way", "AUC", "F1", "F1 minus before, 95 %", "AUC minus before, 95 %"),
    *("units called when nothing moves", "children with less F1", "F1, all children as one"),
]


def tables(several: Sequence[Child], methods: Sequence[str], seed: int) -> str:
    """The tables of all ways, and what the guard was worth."""
    ways = (OLD, *methods, ALL_DOWN, GUARDED, LABELLED)
    values = {way: np.array([figures(child, way) for child in several]) for way in ways}
    rows = [_row(way, values[way], values[OLD], several, seed) for way in ways]
    return "\n".join([table(COLUMNS, rows), *_guard_lines(several, values, methods)])


def _row(way: str, mine: Floats, before: Floats, several: Sequence[Child], seed: int) -> list[str]:
    auc, f1, called = mine.mean(axis=0)
    lower = int((mine[:, 1] < before[:, 1] - 5e-4).sum())
    pooled = _auc_and_f1(several, way)[1]
    return [
        way, f"{auc:.3f}", f"{f1:.3f}", _interval((mine - before)[:, 1], seed),
        _interval((mine - before)[:, 0], seed), f"{called:.2f}", f"{lower} of {len(mine)}",
        f"{pooled:.3f}",
    ]  # fmt: skip


def _interval(differences: Floats, seed: int) -> str:
    """Mean of differences with a bootstrap interval over children."""
    rng = np.random.default_rng(seed)
    draws = rng.choice(differences, (2000, len(differences))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{differences.mean():+.3f} ({low:+.3f} to {high:+.3f})"


def _guard_lines(
    several: Sequence[Child], values: dict[str, Floats], methods: Sequence[str]
) -> Iterator[str]:
    """How often the guard refused, and how often it was wrong."""
    for method in methods:
        known = [(i, child.accepted[method]) for i, child in enumerate(several)
                 if method in child.accepted]  # fmt: skip
        taken = [i for i, accepted in known if accepted]
        for name, column, least in (("F1", 1, 5e-4), ("AUC", 0, 5e-4)):
            change = values[method][:, column] - values[OLD][:, column]
            wrong = sum(bool(change[i] < -least) for i in taken)
            missed = sum(bool(change[i] > least) for i, accepted in known if not accepted)
            yield (
                f"- {method}: the guard accepted {len(taken)} of {len(known)}; {name} at the "
                f"other sitting fell for {wrong} of those {len(taken)}, and would have risen for "
                f"{missed} of the {len(known) - len(taken)} refused."
            )
    kept = sum(not child.chosen[1] for child in several)
    yield f"- with labels the guard kept the old model for {kept} of {len(several)} children.\n"


def document(options: argparse.Namespace) -> tuple[str, dict[str, object]]:
    """Everything that is measured: as Markdown, and for programs."""
    files = files_of(options.model)
    sats = children(options.assets, options.cache, options.children, options.seconds, options.seed)
    several = list(_all(sats, files, options))
    text = heading(
        "One child's own model",
        f"{len(several)} rendered children (of {options.children}: the others were not seen "
        f"for long enough), each adapted to on {options.seconds:.0f} s without "
        f"labels and measured on another sitting; model {Path(files.spatial).stem}",
        options.seed,
    )
    where = "with motion" if options.motion else "without motion, as `facs live` scores"
    text += (
        f"Ten frames a second, {where}. The second sitting has other light, another camera, and "
        "every movement once. A unit is there from a fifth of its maximum on; the AUC and the F1 "
        "of a child are means over the units that are both there and not. F1 is at the "
        "thresholds of the file. Rendered faces are not real ones, and the renderer is that from "
        "which the model learned.\n\n"
    )
    text += tables(several, options.methods, options.seed)
    ways = {w: [figures(child, w) for child in several] for w in several[0].said}
    facts = {
        "model": files.spatial.name,
        "sha256": sha256_of(files.spatial),
        "seed": options.seed,
        "seconds": options.seconds,
        "figures": ["auc", "f1", "called when nothing moves"],
        "ways": ways,
        "accepted": [child.accepted for child in several],
        "chosen": [child.chosen for child in several],
        "reasons": [child.reason for child in several],
    }
    return text, facts


def _all(sats: Iterator[Sat], files: ShippedModel, options: argparse.Namespace) -> Iterator[Child]:
    """Each child that can be adapted to, from the cache where it is there."""
    mark = f"{sha256_of(files.spatial)[:8]}_{'_'.join(options.methods)}_{int(options.motion)}"
    for sat in sats:
        path = sat.untagged.path.with_name(f"{sat.untagged.path.stem}_{mark}.scores.npz")
        if not path.exists():
            try:
                measured(sat, files, options.methods, options.motion).save(path)
            except InputError as error:  # a child of whom too little was seen
                print(f"child {sat.number}: {error}", file=sys.stderr)
                continue
        print(f"child {sat.number + 1} of {options.children}", file=sys.stderr)
        yield Child.load(path)


def run(options: argparse.Namespace) -> None:
    """Print the tables, and write them where asked."""
    text, facts = document(options)
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
        beside = options.out.with_suffix(".json")
        beside.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="films and scores")
    parser.add_argument("--children", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the untagged film")
    parser.add_argument("--model")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--motion", action="store_true")
    parser.add_argument("--seed", type=int, default=985)
    parser.add_argument("--out", type=Path)
    return exit_status(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
