"""Whether a model tells what a second look at a face finds, and what the first look leaves open.

``python benchmarks/second_looks.py --fer fer2013.npz --photos facial_expressions.npz``: held-out
faces that were read twice (``seen_held_out.csv``, ``seen_held_out_again.csv``). For each unit the
ROC AUC of the first look's grade, of the spatial stream's score, and of both together, for whether
the second look finds the unit; then the slope of a logistic regression of that on the score, within
faces to which the first look gave one grade: by how much the logit rises with a score that is one
higher. Of faces that taught a model its word says less than that (docs/decisions, 27).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from checkpoints import by_unit
from heading import heading, publish, table
from numpy.typing import NDArray
from seen import AGAIN, LISTED
from sklearn.linear_model import LogisticRegression

from facs.canonical import align, warp
from facs.evaluation.metrics import roc_auc
from facs.faces.landmarks import Landmarker
from facs.network.weights import files_of, load_model
from facs.training.real_faces import FaceSet, read_fer, read_photos
from facs.training.seen_units import Look, read_seen
from facs.training.teacher import scorer_of
from facs.training.unit_data import locate_filling

Floats = NDArray[np.float64]

FEWEST = 8
"""Faces in which the second look finds a unit, under which nothing is said of it."""

LOGITS = np.array([-2.7, -1.8, 0.85, 2.2])
"""Of the targets of the four grades (`seen_units.Look.targets`)."""


def grades_of(looks: list[Look], unit: int) -> Floats:
    """0 not shown, 1 maybe, 2 slight, 3 shown; NaN not looked for, or not told."""
    kinds = ("absent", "maybe", "slight", "shown")
    return np.array(
        [next((k for k, kind in enumerate(kinds) if unit in getattr(look, kind)), np.nan)
         for look in looks]
    )  # fmt: skip


def slope(score: Floats, found: NDArray[np.bool_], grade: Floats) -> float:
    """Rise of the logit of `found` with the score, each grade with a middle of its own."""
    middles = grade[:, None] == np.unique(grade)
    fitted = LogisticRegression(C=10.0, fit_intercept=False).fit(
        np.column_stack([score, middles]), found
    )
    return float(fitted.coef_[0, 0])


def row_of(unit: int, first: Floats, second: Floats, score: Floats) -> list[float] | None:
    """AUC of the first look, of the score, of both; slope; how many the second look found."""
    known = ~np.isnan(first) & ~np.isnan(second)
    grade, found, score = first[known].astype(int), second[known] >= 2, score[known]
    if min(found.sum(), (~found).sum()) < FEWEST:
        return None
    said = LOGITS[grade]
    aucs = [roc_auc(values, found) for values in (said, score, said + score)]
    return [unit, *aucs, slope(score, found, first[known]), int(found.sum()), len(found)]


def crops_of(
    archive: str, faces: FaceSet, wanted: set[str], landmarker: Landmarker
) -> dict[str, NDArray[np.uint8]]:
    """Canonical crops of the wanted pictures, by name."""
    crops = {}
    for i, row in enumerate(faces.rows):
        name = f"{archive}:{row}"
        if name in wanted:
            gray = faces.gray(i)
            landmarks = locate_filling(gray, landmarker, 0.0)
            assert landmarks is not None  # no face is too unsure
            crops[name] = warp(gray, align(landmarks))
    return crops


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    model, landmarker = load_model(chosen.model, motion=False), Landmarker()
    one, two = read_seen(LISTED), read_seen(AGAIN)
    both = one.keys() & two.keys()
    crops = crops_of("fer2013", read_fer(chosen.fer, "test"), both, landmarker)
    crops |= crops_of("facial_expressions", read_photos(chosen.photos, "test"), both, landmarker)
    columns = model.spec.columns
    path = files_of(chosen.model).spatial
    scores = by_unit(
        scorer_of(path, columns)(np.stack(list(crops.values()))), columns, model.spec.units
    )
    rows = []
    for unit, score in scores.items():
        first, second = ([*map(looks.__getitem__, crops)] for looks in (one, two))
        row = row_of(unit, grades_of(first, unit), grades_of(second, unit), score)
        if row is not None:
            rows.append(row)
    text = heading("Second looks", f"{len(crops)} held-out faces that were read twice", 0)
    text += f"- model: {model.spec.label} (sha256 {model.sha256[:12]}), spatial stream\n\n"
    lines = [
        [f"AU{r[0]}", *(f"{x:.3f}" for x in r[1:4]), f"{r[4]:.2f}", str(r[5]), str(r[6])]
        for r in rows
    ]
    means = np.mean([r[1:5] for r in rows], axis=0)
    lines.append(["mean", *(f"{x:.3f}" for x in means[:3]), f"{means[3]:.2f}", "", ""])
    names = ["unit", "first look: AUC", "model: AUC", "both: AUC", "slope", "found", "faces"]
    publish(text + table(names, lines), chosen.out)


if __name__ == "__main__":
    main()
