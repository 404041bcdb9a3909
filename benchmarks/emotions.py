"""Real faces, by emotion: whether a prototype's units rise where people voted for it.

``python benchmarks/emotions.py --fer fer2013.npz --photos facial_expressions.npz``: ROC AUC of a
unit's probability for one emotion against all others, on the FER+ PrivateTest and on the
third of the press photographs whose people no weights have seen. No face here has a
coded unit: an emotion is only a hint at a unit, and 1.0 is not to be expected.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from heading import heading, table
from numpy.typing import NDArray

from facs.canonical import align, warp
from facs.crops.clips import FaceClip
from facs.evaluation.metrics import roc_auc
from facs.faces.landmarks import Landmarker
from facs.network.predict import TwoStreamModel
from facs.network.weights import load_model
from facs.training.real_faces import EMOTIONS, FaceSet, read_fer, read_photos
from facs.training.unit_data import locate_filling

PAIRS = (
    ("happiness", (12, 6)),
    ("surprise", (1, 2, 5, 26, 27)),
    ("anger", (4, 7)),
    ("disgust", (9, 10)),
    ("sadness", (15, 17, 1, 4)),
)


def scores(
    faces: FaceSet, model: TwoStreamModel, landmarker: Landmarker, limit: int
) -> tuple[NDArray[np.float32], NDArray[np.int64], float]:
    """Probabilities (n, units), the voted emotions (n,), and the share of faces found."""
    clips, emotions = [], []
    looked = min(limit, len(faces))
    for i in range(looked):
        gray = faces.gray(i)
        landmarks = locate_filling(gray, landmarker, min_score=0.0)
        if landmarks is not None:
            clips.append(FaceClip(0, i, 0.0, warp(gray, align(landmarks)), None))
            emotions.append(int(faces.votes[i].argmax()))
    parts = [model(clips[i : i + 64]).probability for i in range(0, len(clips), 64)]
    return np.concatenate(parts), np.array(emotions), len(clips) / looked


def rows_of(
    name: str, faces: FaceSet, model: TwoStreamModel, landmarker: Landmarker, limit: int
) -> list[list[str]]:
    """Table rows of one set of faces."""
    probability, emotions, _ = scores(faces, model, landmarker, limit)
    units = {int(unit): i for i, unit in enumerate(model.spec.units)}
    rows = []
    for emotion, numbers in PAIRS:
        truth = emotions == EMOTIONS.index(emotion)
        for number in numbers:
            if number in units:
                auc = roc_auc(probability[:, units[number]], truth)
                rows.append([name, emotion, f"AU{number}", f"{auc:.3f}", str(int(truth.sum()))])
    mean = float(np.nanmean([float(row[3]) for row in rows]))
    rows.append([name, "mean", "", f"{mean:.3f}", str(len(emotions))])
    return rows


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--limit", type=int, default=100000)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    model, landmarker = load_model(chosen.model, motion=False), Landmarker(chosen.landmarks)
    rows: list[list[str]] = []
    if chosen.fer:
        faces = read_fer(chosen.fer, "test")
        rows += rows_of("FER+ PrivateTest", faces, model, landmarker, chosen.limit)
    if chosen.photos:
        faces = read_photos(chosen.photos, "test")
        rows += rows_of("press photographs, held out", faces, model, landmarker, chosen.limit)
    text = heading("Real faces, by emotion", "splits that no weights have seen")
    text += f"- model: {model.spec.name} {model.spec.version}, spatial stream\n\n"
    text += table(["set", "emotion", "unit", "AUC", "positives"], rows)
    print(text)
    if chosen.out:
        chosen.out.write_text(text)


if __name__ == "__main__":
    main()
