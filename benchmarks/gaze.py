"""Eyes of real faces that look to a side, up or down, against a peer that is the reference.

``python benchmarks/gaze.py --fer fer2013.npz --photos facial_expressions.npz --peer CSV...``: on
the FER+ PrivateTest and the held-out third of the press photographs, ROC AUC of the difference of
AU61 and AU62 for the side to which MediaPipe's `eyeLook...` shapes say that eyes look, and of
the difference of AU63 and AU64 for up and down, where the peer is clear about it
(``peer_mediapipe.py`` writes the CSVs). Chance is 0.5. The reference is no truth. Its rest looks
down a little: what is up and what is down is told from its median.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from emotions import Pictures, aucs, cell, fer_pictures, our_scores, peer_shapes, photo_pictures
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.evaluation.bootstrap import resample
from facs.faces.landmarks import Landmarker
from facs.network.weights import load_model

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


def rows_of(name: str, told: Floats, ours: Floats, person: NDArray[np.str_]) -> list[list[str]]:
    """One line for each distance from which the peer is clear."""
    seen = ~np.isnan(told) & ~np.isnan(ours)
    told, ours, person = told[seen] - np.median(told[seen]), ours[seen], person[seen]
    rows = []
    for least in CLEAR:
        clear = np.abs(told) > least
        truth = told[clear] > 0
        values = aucs(ours[clear], truth, np.ones(len(truth)), resample(person[clear], 1000))
        rows.append(
            [name, f"{least}", cell(values), str(int(truth.sum())), str(int((~truth).sum()))]
        )
    return rows


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--peer", type=Path, nargs=2, required=True, metavar="CSV")
    parser.add_argument("--model")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    model, landmarker = load_model(chosen.model, motion=False), Landmarker()
    parts: list[tuple[Pictures, Mapping[int, Floats], dict[str, Floats]]] = []
    for pictures, path in zip(
        (fer_pictures(chosen.fer), photo_pictures(chosen.photos)), chosen.peer, strict=True
    ):
        ours = our_scores(pictures.faces, model, landmarker).units
        parts.append((pictures, ours, peer_shapes(pictures.faces, path)))
    person = np.concatenate([pictures.person for pictures, _, _ in parts])
    text = heading("Where eyes of real faces look", "pictures that taught nothing", 0)
    text += f"- model: {model.spec.label} (sha256 {model.sha256[:12]}), "
    text += (
        "spatial stream\n- 95 % intervals, 1000 bootstrap draws, of people where they are known\n\n"
    )
    lines = []
    for name, told, one, other in (
        ("left or right", leftwards, 61, 62), ("up or down", upwards, 63, 64)
    ):  # fmt: skip
        if {one, other} <= parts[0][1].keys():
            differences = [ours[one] - ours[other] for _, ours, _ in parts]
            peer = np.concatenate([told(shapes) for _, _, shapes in parts])
            lines += rows_of(name, peer, np.concatenate(differences), person)
    columns = ["told apart", "the peer is clear from", "AUC", "left, up", "right, down"]
    publish(text + table(columns, lines), chosen.out)


if __name__ == "__main__":
    main()
