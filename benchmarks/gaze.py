"""Eyes of real faces that look to a side, up or down, against a peer that is the reference.

``python benchmarks/gaze.py --fer fer2013.npz --photos facial_expressions.npz --peer CSV...``: on
the FER+ PrivateTest and the held-out third of the press photographs, ROC AUC of the difference of
AU61 and AU62 for the side to which MediaPipe's `eyeLook...` shapes say that eyes look, and of
the difference of AU63 and AU64 for up and down, where the peer is clear about it
(``peer_mediapipe.py`` writes the CSVs). Chance is 0.5. The reference is no truth. Its rest looks
down a little: what is up and what is down is told from its median. Beside the models stands the
dark of the eyes by itself (`facs.training.irises`), which is half of what teaches them.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from emotions import FaceScores, aucs, cell, fer_pictures, our_scores, peer_shapes, photo_pictures
from heading import heading, publish, table
from numpy.typing import NDArray
from seen_measure import distinct_models

from facs.evaluation.bootstrap import resample
from facs.faces.landmarks import Landmarker
from facs.training.real_faces import FaceSet
from facs.training.unit_data import cut_real

CLEAR = (0.15, 0.3, 0.45)
"""Distance of the peer's shapes from its median, from which it is clear."""

Floats = NDArray[np.float64]


def leftwards(shapes: Mapping[str, Floats]) -> Floats:
    """How far the peer says that the eyes turn to the subject's left; negative is right."""
    to_left = shapes["eyeLookOutLeft"] + shapes["eyeLookInRight"]
    return (to_left - shapes["eyeLookInLeft"] - shapes["eyeLookOutRight"]) / 2


def upwards(shapes: Mapping[str, Floats]) -> Floats:
    """How far the peer says that the eyes turn up; negative is down."""
    up = shapes["eyeLookUpLeft"] + shapes["eyeLookUpRight"]
    return (up - shapes["eyeLookDownLeft"] - shapes["eyeLookDownRight"]) / 2


def dark_of_the_eyes(faces: FaceSet, landmarker: Landmarker) -> Floats:
    """How far irises lie to the left and up in each picture (n, 2); NaN where none is found."""
    cut = cut_real(faces, landmarker)
    offsets = np.full((len(faces), 2), np.nan)
    offsets[cut.rows] = cut.eyes
    return offsets


def differences(scores: FaceScores) -> Floats:
    """AU61 less AU62 and AU63 less AU64 of each picture (n, 2)."""
    units = scores.units
    return np.column_stack([units[61] - units[62], units[63] - units[64]])


def rows_of(
    told_apart: str, by: Mapping[str, Floats], told: Floats, person: NDArray[np.str_]
) -> list[list[str]]:
    """A line for each distance from which the peer is clear, with a cell for each system."""
    seen = ~np.isnan(told) & np.all([~np.isnan(ours) for ours in by.values()], axis=0)
    told, person = told[seen] - np.median(told[seen]), person[seen]
    rows = []
    for least in CLEAR:
        clear = np.abs(told) > least
        truth = told[clear] > 0
        draws = resample(person[clear], 1000)
        cells = [
            cell(aucs(ours[seen][clear], truth, np.ones(len(truth)), draws)) for ours in by.values()
        ]
        rows.append(
            [told_apart, f"{least}", *cells, str(int(truth.sum())), str(int((~truth).sum()))]
        )
    return rows


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--peer", type=Path, nargs=2, required=True, metavar="CSV")
    parser.add_argument("--model", nargs="+", default=[None])
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    models, landmarker = distinct_models(chosen.model, motion=False), Landmarker()
    both = (fer_pictures(chosen.fer), photo_pictures(chosen.photos))
    shapes = [peer_shapes(p.faces, path) for p, path in zip(both, chosen.peer, strict=True)]
    person = np.concatenate([pictures.person for pictures in both])
    by = {
        model.spec.name: np.concatenate(
            [differences(our_scores(pictures.faces, model, landmarker)) for pictures in both]
        )
        for model in models
    }
    by["the dark of the eyes"] = np.concatenate(
        [dark_of_the_eyes(pictures.faces, landmarker) for pictures in both]
    )
    text = heading("Where eyes of real faces look", "pictures that taught nothing", 0)
    for model in models:
        text += f"- model: {model.spec.label} (sha256 {model.sha256[:12]}), spatial stream\n"
    text += "- 95 % intervals, 1000 bootstrap draws, of people where they are known\n\n"
    lines = []
    for axis, (name, told) in enumerate((("left or right", leftwards), ("up or down", upwards))):
        peer = np.concatenate([told(of_one) for of_one in shapes])
        lines += rows_of(name, {who: values[:, axis] for who, values in by.items()}, peer, person)
    columns = ["told apart", "the peer is clear from", *(f"{who}: AUC" for who in by)]
    publish(text + table([*columns, "left, up", "right, down"], lines), chosen.out)


if __name__ == "__main__":
    main()
