"""What somebody saw in real faces that teach nothing: shut eyes, dropped jaws, plain brows, noses.

``python benchmarks/seen.py --fer fer2013.npz --photos facial_expressions.npz --peer CSV...``: ROC
AUC of AU43, of AU26 or AU27, and of AU1, AU4 and AU9, on the pictures of ``seen_held_out.csv``,
beside MediaPipe's shapes on the same ones (``peer_mediapipe.py`` writes the CSVs). They are of the
FER+ PrivateTest and of the held-out third of the press photographs. Eyes: the 170 pictures that
facs-5 scored highest, the 170 that MediaPipe did, and others at random, 480 in all. Mouths: 360 at
random of those in which either system sees a trace of a dropped jaw. Brows and noses: 210 at
random, some of each emotion. Pictures of which one look did not tell were left out. FER2013 holds
near-copies of some pictures in more than one of its splits. One person looked, no coder, and the
same who looked at the pictures that teach; eyes that look down under lids that hide them count as
shut, and teeth that are apart as a dropped jaw.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from emotions import (
    FaceScores,
    Pictures,
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
from numpy.typing import NDArray

from facs.evaluation.bootstrap import resample
from facs.faces.landmarks import Landmarker
from facs.network.weights import load_model
from facs.training.real_faces import FaceSet
from facs.training.seen_units import read_seen

LISTED = Path(__file__).with_name("seen_held_out.csv")
ASKED = {"AU43": "43", "AU26": "26/27", "AU1": "1", "AU4": "4", "AU9": "9"}
"""The scores that answer for a unit of the list."""

FALSE_SHARE = 0.05
"""Of the pictures without a unit, where the share of those with it that are found is told."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Seen = Mapping[str, Sequence[tuple[str, str]]]


def listed(pictures: Pictures, archive: str, seen: Seen) -> Pictures:
    """The pictures of an archive that are on the list."""
    faces = pictures.faces
    kept = np.array([f"{archive}:{row}" in seen for row in faces.rows])
    chosen = FaceSet(faces.jpeg, faces.offsets, faces.rows[kept], faces.votes[kept])
    return Pictures(archive, chosen, pictures.person[kept])


def shown(pictures: Pictures, seen: Seen, unit: str) -> tuple[Bools, Bools]:
    """Of which pictures the list says something of a unit, and which of these show it."""
    said = [dict(seen[f"{pictures.name}:{row}"]).get(unit) for row in pictures.faces.rows]
    known = np.array([answer is not None for answer in said], bool)
    return known, np.array([answer == "yes" for answer in said], bool)[known]


def found_at(score: Floats, truth: Bools, false_share: float) -> float:
    """Share of the pictures with a unit that score above all but so many of those without."""
    threshold = np.quantile(score[~truth], 1 - false_share)
    return float(np.mean(score[truth] > threshold))


def rows_of(
    unit: str, sets: Sequence[tuple[Pictures, list[FaceScores]]], seen: Seen
) -> list[list[str]]:
    """Every system on one unit, over all sets."""
    answers = [shown(pictures, seen, unit) for pictures, _ in sets]
    truth = np.concatenate([yes for _, yes in answers])
    people = [
        pictures.person[known] for (pictures, _), (known, _) in zip(sets, answers, strict=True)
    ]
    draws = resample(np.concatenate(people), 1000)
    rows = []
    for system in range(len(sets[0][1])):
        parts = []
        for (_, systems), (known, _) in zip(sets, answers, strict=True):
            score = combined(ASKED[unit], systems[system].units)
            if score is not None:
                parts.append(lowest_where_missing(score)[known])
        if len(parts) < len(sets):
            continue  # a model without the unit
        score = np.concatenate(parts)
        values = aucs(score, truth, np.ones(len(truth)), draws)
        rows.append([
            unit, sets[0][1][system].name, cell(values),
            f"{found_at(score, truth, FALSE_SHARE):.2f}",
            str(int(truth.sum())), str(int((~truth).sum())),
        ])  # fmt: skip
    return rows


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--list", type=Path, default=LISTED)
    parser.add_argument("--peer", type=Path, nargs="+", default=[], metavar="CSV")
    parser.add_argument("--model", nargs="+", default=[None], help="several stand in one table")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    seen, landmarker = read_seen(chosen.list), Landmarker()
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
    columns = ["unit", "system", "AUC", f"found at {FALSE_SHARE:.0%} false", "shown", "not shown"]
    text = heading("What somebody saw in real faces", "pictures that taught nothing", 0)
    text += "- 95 % intervals, 1000 bootstrap draws, of people where they are known\n"
    text += "- a picture in which a system finds no face gets that system's lowest score\n\n"
    text += table(columns, [row for unit in ASKED for row in rows_of(unit, sets, seen)])
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
