"""What real faces that teach nothing are seen to show, beside what a model says of them.

``python benchmarks/seen.py --fer fer2013.npz --photos facial_expressions.npz --peer CSV...``: ROC
AUC of each unit that ``seen_held_out.csv`` tells of at least `FEWEST` pictures that show it, beside
MediaPipe's shapes on the same ones (``peer_mediapipe.py`` writes the CSVs). They are of the FER+
PrivateTest and of the held-out third of the press photographs, each emotion drawn at random; some
more eyes, jaws and brows were chosen because facs-5 or MediaPipe scored them high. Pictures with a
near-copy among those that teach (`near_copies.py`) are left out, and units that one look did not
tell.

No certified coder looked: a language model that sees pictures read contact sheets of enlarged
eyes, mouths and whole faces. It read most of them twice, each time knowing nothing of the other;
``seen_held_out_again.csv`` is the second look, and a unit counts where both say the same. It also
made the list that teaches: what it mistakes, it mistakes in both. Eyes that look down under lids
that hide them count as shut, and teeth that are apart as a dropped jaw.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from emotions import (
    FaceScores,
    Pictures,
    Scores,
    aucs,
    cell,
    combined,
    fer_pictures,
    lowest_where_missing,
    our_scores,
    peer_scores,
    photo_pictures,
)
from heading import heading, publish, table
from near_copies import copied
from numpy.typing import NDArray

from facs.evaluation.agreement import cohen_kappa
from facs.evaluation.bootstrap import Resamples, resample
from facs.evaluation.metrics import f1_score
from facs.faces.landmarks import Landmarker
from facs.network.weights import load_model
from facs.training.real_faces import FaceSet
from facs.training.seen_units import Look, read_seen
from facs.units import ActionUnit

LISTED = Path(__file__).with_name("seen_held_out.csv")
AGAIN = Path(__file__).with_name("seen_held_out_again.csv")

FEWEST = 8
"""Pictures that show a unit, under which nothing is said of it."""

TOGETHER = {26: "26/27"}
"""A stretched mouth is a jaw that has dropped."""

FALSE_SHARE = 0.05
"""Of the pictures without a unit, where the share of those with it that are found is told."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Seen = Mapping[str, Look]
Looks = tuple[Seen, Seen]
Scored = tuple[Pictures, list[FaceScores]]
Thresholds = Mapping[str, Mapping[int, float]]


def listed(pictures: Pictures, archive: str, seen: Seen) -> Pictures:
    """The pictures of an archive that are on the list and have no copy that teaches."""
    faces = pictures.faces
    kept = np.array([f"{archive}:{row}" in seen for row in faces.rows])
    kept &= ~copied(archive, faces.rows)
    chosen = FaceSet(faces.jpeg, faces.offsets, faces.rows[kept], faces.votes[kept])
    return Pictures(archive, chosen, pictures.person[kept])


def shown(pictures: Pictures, seen: Seen, unit: int) -> tuple[Bools, Bools]:
    """Of which pictures the list says something of a unit, and which of these show it."""
    said = [seen[f"{pictures.name}:{row}"].says(unit) for row in pictures.faces.rows]
    known = np.array([answer is not None for answer in said], bool)
    return known, np.array(said, object)[known].astype(bool)


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
    unit: int, sets: Sequence[Scored], seen: Seen, draws: Resamples, thresholds: Thresholds
) -> Measured | None:
    """Every system on one unit; None where too few pictures show it, or all do."""
    answers = [shown(pictures, seen, unit) for pictures, _ in sets]
    known = np.concatenate([known for known, _ in answers])
    truth = np.zeros(len(known), bool)
    truth[known] = np.concatenate([yes for _, yes in answers])
    counts = int(truth.sum()), int((known & ~truth).sum())
    if min(counts) < FEWEST:
        return None
    curves, found, f1 = {}, {}, {}
    for system in sets[0][1]:
        rule = TOGETHER.get(unit, str(unit))
        all_units = [_named(system.name, systems).units for _, systems in sets]
        parts = [combined(rule, units) for units in all_units]
        if any(part is None for part in parts):
            continue  # a model without the unit
        score = lowest_where_missing(np.concatenate([part for part in parts if part is not None]))
        curves[system.name] = aucs(score, truth, known.astype(float), draws)
        found[system.name] = found_at(score[known], truth[known], FALSE_SHARE)
        if system.name in thresholds:
            said = np.concatenate([present(rule, u, thresholds[system.name]) for u in all_units])
            f1[system.name] = f1_score(said[known], truth[known])
    return Measured(unit, curves, found, f1, counts)


def present(rule: str, units: Scores, thresholds: Mapping[int, float]) -> Bools:
    """Where one of the units of a rule reaches its threshold; a face not found shows nothing."""
    either = [int(unit) for unit in rule.split("/") if int(unit) in units]
    return np.asarray(np.any([units[unit] >= thresholds[unit] for unit in either], axis=0))


def _named(name: str, systems: Sequence[FaceScores]) -> FaceScores:
    return next(system for system in systems if system.name == name)


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


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--list", type=Path, default=LISTED)
    parser.add_argument("--again", type=Path, default=AGAIN)
    parser.add_argument("--peer", type=Path, nargs="+", default=[], metavar="CSV")
    parser.add_argument("--model", nargs="+", default=[None], help="several stand in one table")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    looks = read_seen(chosen.list), read_seen(chosen.again)
    seen, landmarker = both_say(*looks), Landmarker()
    models = [load_model(model, motion=False) for model in chosen.model]
    peers = {path.stem: path for path in chosen.peer}
    sets = []
    for path, read in ((chosen.fer, fer_pictures), (chosen.photos, photo_pictures)):
        if path:
            pictures = listed(read(path), path.stem, seen)
            systems = [our_scores(pictures.faces, model, landmarker) for model in models]
            if path.stem in peers:
                systems.append(peer_scores(pictures.faces, peers[path.stem]))
            sets.append((pictures, systems))
    draws = resample(np.concatenate([pictures.person for pictures, _ in sets]), 1000)
    thresholds = {
        m.spec.name: dict(zip(map(int, m.spec.units), m.spec.on, strict=True)) for m in models
    }
    each = [measured(unit, sets, seen, draws, thresholds) for unit in map(int, ActionUnit)]
    names = [system.name for system in sets[0][1]]
    text = heading("What real faces are seen to show", "pictures that taught nothing", 0)
    text += "- AUC with 95 % interval, 1000 bootstrap draws, of people where they are known; then "
    text += f"the share found where {FALSE_SHARE:.0%} of the pictures without the unit are, too; "
    text += "then F1 at the threshold that ships, chosen on other pictures\n"
    text += "- a picture in which a system finds no face gets that system's lowest score\n"
    text += "- two looks: Cohen's kappa of the two, and on how many pictures both tell the unit\n\n"
    columns = ["unit", *names, "shown", "not shown", "two looks"]
    text += table(columns, rows_of([one for one in each if one], names, looks))
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
