"""What each step of training gave: checkpoints of the spatial stream on the same strangers.

``python benchmarks/checkpoints.py --test DIR --fer fer2013.npz --photos facial_expressions.npz
NAME=spatial.pt...``: on rendered stills that no checkpoint has seen, the mean ROC AUC of the units
that real coded sets hold, of presence (letter A) and "clear" (B and more against less than a
trace), and how often the difference of left and right says which side moved; on held-out real
faces, the mean AUC of units for the emotions whose prototypes hold them.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.canonical import align, warp
from facs.evaluation.metrics import roc_auc
from facs.faces.landmarks import Landmarker
from facs.network.spec import LEVELS, columns_of
from facs.training.cut_sets import CutFaces, cut_shards, read_cut
from facs.training.losses import TRACE
from facs.training.measure import as_units
from facs.training.real_faces import EMOTIONS, FaceSet, read_fer, read_photos
from facs.training.streams import central_crops
from facs.training.teacher import Scorer, scorer_of
from facs.training.unit_data import locate_filling
from facs.units import SIDED, SIDES, ActionUnit, column

Floats = NDArray[np.float32]

CODED = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26, 27)
PAIRS = {
    "happiness": (12, 6),
    "surprise": (1, 2, 5, 25),
    "anger": (4, 7, 23, 24),
    "disgust": (9, 10),
    "sadness": (15, 17, 1, 4),
    "fear": (20, 5),
}
APART = 0.3
"""Difference between the sides from which one of them moved."""


@dataclass(frozen=True)
class RealFaces:
    """Crops (n, S, S) of real faces and the index of the emotion most voted for (n,)."""

    crops: NDArray[np.uint8]
    emotion: NDArray[np.int64]

    @classmethod
    def of(cls, faces: FaceSet, landmarker: Landmarker) -> RealFaces:
        """Cut every face that is found."""
        crops, emotion = [], []
        for i in range(len(faces)):
            gray = faces.gray(i)
            landmarks = locate_filling(gray, landmarker, min_score=0.0)
            if landmarks is not None:
                crops.append(warp(gray, align(landmarks)))
                emotion.append(int(faces.votes[i].argmax()))
        return cls(np.stack(crops), np.array(emotion))


def by_unit(
    values: Floats, columns: tuple[str, ...], units: tuple[ActionUnit, ...]
) -> dict[int, Floats]:
    """The stronger side of each unit."""
    place = [columns.index(c) for c in columns_of(units)]
    stronger, _ = as_units(units, values[:, place], values[:, place])
    return {int(unit): stronger[:, i] for i, unit in enumerate(units)}


def on_rendered(score: Scorer, faces: CutFaces) -> list[float]:
    """Mean AUC of presence, of what is clear, and of which side moved."""
    scores = score(central_crops(faces.crops))
    units = tuple(ActionUnit(n) for n in CODED)
    found, truth = (by_unit(v, faces.columns, units) for v in (scores, faces.labels))
    presence, clear = [], []
    for n in CODED:
        known = ~np.isnan(truth[n])
        s, y = found[n][known], truth[n][known]
        sure = (y <= TRACE) | (y >= LEVELS[1])
        presence.append(roc_auc(s, y >= LEVELS[0]))
        clear.append(roc_auc(s[sure], y[sure] >= LEVELS[1]))
    sides = []
    for unit in sorted(SIDED):
        left, right = (faces.columns.index(column(unit, side)) for side in SIDES)
        apart = faces.labels[:, left] - faces.labels[:, right]
        moved = np.abs(apart) > APART
        sides.append(roc_auc((scores[:, left] - scores[:, right])[moved], apart[moved] > 0))
    return [float(np.nanmean(v)) for v in (presence, clear, sides)]


def on_real(score: Scorer, faces: RealFaces, columns: tuple[str, ...]) -> float:
    """Mean AUC over pairs of unit and emotion."""
    numbers = sorted({n for pair in PAIRS.values() for n in pair})
    found = by_unit(score(faces.crops), columns, tuple(ActionUnit(n) for n in numbers))
    aucs = [
        roc_auc(found[n], faces.emotion == EMOTIONS.index(emotion))
        for emotion, pair in PAIRS.items()
        for n in pair
    ]
    return float(np.nanmean(aucs))


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--test", type=Path, required=True, help="folder of facs synth")
    parser.add_argument("--cache", type=Path, required=True, help="folder of cut shards")
    parser.add_argument("--fer", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    landmarker = Landmarker()
    stills, _ = read_cut(cut_shards([chosen.test], chosen.cache))
    real = [
        RealFaces.of(read_fer(chosen.fer, "test"), landmarker),
        RealFaces.of(read_photos(chosen.photos, "test"), landmarker),
    ]
    rows = []
    for text in chosen.checkpoints:
        name, _, path = text.partition("=")
        score = scorer_of(Path(path), stills.columns)
        figures = on_rendered(score, stills)
        figures += [on_real(score, faces, stills.columns) for faces in real]
        rows.append([name, *(f"{x:.3f}" for x in figures)])
    columns = ["step", "rendered", "clear", "which side", "FER+ PrivateTest", "photographs"]
    text = heading("Checkpoints", f"{len(stills)} rendered stills of strangers, held-out faces", 0)
    text += table(columns, rows)
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
