"""What is looked at while weights are chosen: people and faces that calibrate them.

``python benchmarks/choosing.py --rendered DIR... --fer fer2013.npz --check LIST NAME=FILE...``:
spatial streams, checkpoints or files of models, on the rendered people who are kept for
calibration (one in sixteen of those that a run is given; they teach nothing) and on the read faces
of FER2013's PublicTest. Mean ROC AUC over units, mean correlation of intensity with the chance of
presence; with ``--again LIST``, a second look at the same faces, also over what both looks say
alike. Nothing here is a test: who is chosen by these figures is measured on others.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from checkpoints import CODED, by_unit
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.evaluation.metrics import roc_auc
from facs.faces.landmarks import Landmarker
from facs.network.spec import LEVELS
from facs.training.cut_sets import CutFaces, cut_shards, read_cut
from facs.training.seen_faces import SeenFaces, read_seen_faces
from facs.training.streams import central_crops
from facs.training.targets import gaze_that_shows
from facs.training.teacher import Scorer, scorer_of
from facs.training.train_units import VALIDATION_SHARE
from facs.units import ActionUnit, split_column

Floats = NDArray[np.float32]

FEWEST = 10
"""Faces that show a unit, and that do not, under which nothing is said of it."""

NOT_SHIPPED = (30,)
"""Units that no model could be taught so far."""


def mean_auc(found: dict[int, Floats], present: dict[int, Floats], units: set[int]) -> float:
    """Mean over units of the AUC of presence (NaN: not known), where enough show them."""
    aucs = []
    for unit in sorted(units & found.keys()):
        known = ~np.isnan(present[unit]) & ~np.isnan(found[unit])
        truth = present[unit][known] > 0.5
        if min(truth.sum(), (~truth).sum()) >= FEWEST:
            aucs.append(roc_auc(found[unit][known], truth))
    return float(np.mean(aucs))


def correlation(found: dict[int, Floats], truth: dict[int, Floats], units: set[int]) -> float:
    """Mean over units of Pearson's correlation of the chance of presence with intensity."""
    values = []
    for unit in sorted(units & found.keys()):
        known = ~np.isnan(truth[unit]) & ~np.isnan(found[unit])
        if known.any():
            chance = 1 / (1 + np.exp(-found[unit][known]))
            values.append(np.corrcoef(chance, truth[unit][known])[0, 1])
    return float(np.nanmean(values))


def alike(one: Floats, other: Floats) -> Floats:
    """Presence (n, columns) where two looks say the same, NaN elsewhere."""
    return np.where(one == other, one, np.nan).astype(np.float32)


def row_of(
    name: str, score: Scorer, rendered: CutFaces, looks: dict[str, Floats], crops: NDArray[np.uint8]
) -> list[str]:
    """One line of the table."""
    numbers = {int(split_column(column)[0][2:]) for column in rendered.columns}
    units = tuple(ActionUnit(number) for number in sorted(numbers))
    labels = gaze_that_shows(rendered.labels, rendered.columns)
    scores = score(central_crops(rendered.crops))
    found, truth = (by_unit(values, rendered.columns, units) for values in (scores, labels))
    real = by_unit(score(crops), rendered.columns, units)
    read = (by_unit(presence, rendered.columns, units) for presence in looks.values())
    present = {u: np.where(np.isnan(v), np.nan, v >= LEVELS[0]) for u, v in truth.items()}
    every = numbers - set(NOT_SHIPPED)
    figures = (
        mean_auc(found, present, every),
        mean_auc(found, present, set(CODED)),
        correlation(found, truth, every),
    )
    real_figures = (mean_auc(real, seen, every) for seen in read)
    return [name, *(f"{x:.3f}" for x in figures), *(f"{x:.4f}" for x in real_figures)]


def looks_of(chosen: argparse.Namespace, columns: tuple[str, ...]) -> dict[str, SeenFaces]:
    """Read faces by the name of their column."""
    landmarker = Landmarker()
    first = read_seen_faces(chosen.fer, chosen.check, columns, landmarker)
    if chosen.again is None:
        return {"real, read": first}
    second = read_seen_faces(chosen.fer, chosen.again, columns, landmarker)
    if not np.array_equal(first.crops, second.crops):
        raise SystemExit(f"wanted the same pictures in {chosen.check} and {chosen.again}")
    both = replace(first, presence=alike(first.presence, second.presence))
    return {"real, read": first, "second look": second, "both alike": both}


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("streams", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--rendered", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--cache", type=Path, required=True, help="folder of cut shards")
    parser.add_argument("--fer", type=Path, required=True)
    parser.add_argument("--check", type=Path, required=True, help="list of PublicTest")
    parser.add_argument("--again", type=Path, help="a second look at the same pictures")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    stills, _ = read_cut(cut_shards(chosen.rendered, chosen.cache))
    kept = stills.where(stills.subject % VALIDATION_SHARE == 0)
    faces = looks_of(chosen, stills.columns)
    looks = {name: look.presence for name, look in faces.items()}
    crops = next(iter(faces.values())).crops
    rows = []
    for text in chosen.streams:
        name, _, path = text.partition("=")
        rows.append(row_of(name, scorer_of(Path(path), stills.columns), kept, looks, crops))
    said = f"{len(kept)} rendered stills of people who calibrate, {len(crops)} read faces"
    columns = ["stream", "rendered, all units", "the 18 coded", "intensity", *looks]
    publish(heading("Choosing", said, 0) + table(columns, rows), chosen.out)


if __name__ == "__main__":
    main()
