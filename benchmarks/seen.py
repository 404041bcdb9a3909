"""Shut and open eyes of real faces that teach nothing, as somebody saw them in the pictures.

``python benchmarks/lids.py --fer fer2013.npz --photos facial_expressions.npz --peer CSV...``: ROC
AUC of AU43 on the pictures of ``lids_held_out.csv``, beside MediaPipe's `eyeBlink` on the same ones
(``peer_mediapipe.py`` writes the CSVs). They are of the FER+ PrivateTest and of the held-out third
of the press photographs: the 170 that facs-5 scored highest, the 170 that MediaPipe did, and others
at random, 480 in all, without those of which one look at the eyes did not tell. Such a choice is
harder than faces as they come, for both. One person looked, no coder; eyes that look down under
lids that hide them count as shut.
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
    fer_pictures,
    lowest_where_missing,
    our_scores,
    peer_scores,
    photo_pictures,
)
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.evaluation.bootstrap import interval, resample
from facs.faces.landmarks import Landmarker
from facs.network.weights import load_model
from facs.training.real_faces import FaceSet
from facs.training.seen_lids import read_lids

LISTED = Path(__file__).with_name("lids_held_out.csv")
EYES_CLOSED = 43
FALSE_SHARE = 0.05
"""Open eyes that are called shut, where the share of shut eyes that are found is told."""

Floats = NDArray[np.float64]


def listed(pictures: Pictures, name: str, lids: Mapping[str, str]) -> tuple[Pictures, list[str]]:
    """The pictures of an archive that are on the list, and what the eyes of each are."""
    eyes = [lids.get(f"{name}:{row}", "") for row in pictures.faces.rows]
    kept = np.array([bool(said) for said in eyes])
    faces = pictures.faces
    chosen = FaceSet(faces.jpeg, faces.offsets, faces.rows[kept], faces.votes[kept])
    return Pictures(pictures.name, chosen, pictures.person[kept]), [said for said in eyes if said]


def found_at(score: Floats, shut: NDArray[np.bool_], false_share: float) -> float:
    """Share of shut eyes that score above all but so many of the open ones."""
    threshold = np.quantile(score[~shut], 1 - false_share)
    return float(np.mean(score[shut] > threshold))


def row(
    system: str, data: str, score: Floats, shut: NDArray[np.bool_], person: NDArray[np.str_]
) -> list[str]:
    """One line of the table."""
    draws = resample(person, 1000)
    values = aucs(score, shut, np.ones(len(shut)), draws)
    low, high = interval(values)
    found = found_at(score, shut, FALSE_SHARE)
    return [
        system, data, f"{values[0]:.3f} [{low:.3f}, {high:.3f}]", f"{found:.2f}",
        str(int(shut.sum())), str(int((~shut).sum())),
    ]  # fmt: skip


def compared(sets: Sequence[tuple[Pictures, list[str], list[FaceScores]]]) -> str:
    """The table: every system on every set, and on all sets together."""
    rows = []
    for system in range(len(sets[0][2])):
        scores = [
            lowest_where_missing(systems[system].units[EYES_CLOSED]) for _, _, systems in sets
        ]
        shut = [np.array([said == "shut" for said in eyes]) for _, eyes, _ in sets]
        people = [pictures.person for pictures, _, _ in sets]
        name = sets[0][2][system].name
        for (pictures, _, _), *each in zip(sets, scores, shut, people, strict=True):
            rows.append(row(name, pictures.name, *each))
        if len(sets) > 1:
            rows.append(row(name, "all", *map(np.concatenate, (scores, shut, people))))
    return table(
        ["system", "pictures", "AUC", f"found at {FALSE_SHARE:.0%} false", "shut", "open"], rows
    )


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--lids", type=Path, default=LISTED)
    parser.add_argument("--peer", type=Path, nargs="+", default=[], metavar="CSV")
    parser.add_argument("--model", nargs="+", default=[None], help="several stand in one table")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    lids, landmarker = read_lids(chosen.lids), Landmarker()
    models = [load_model(model, motion=False) for model in chosen.model]
    peers = {path.stem: path for path in chosen.peer}
    sets = []
    for path, read in ((chosen.fer, fer_pictures), (chosen.photos, photo_pictures)):
        if path:
            pictures, eyes = listed(read(path), path.stem, lids)
            systems = [our_scores(pictures.faces, model, landmarker) for model in models]
            if path.stem in peers:
                systems.append(peer_scores(pictures.faces, peers[path.stem]))
            sets.append((pictures, eyes, systems))
    text = heading("Shut and open eyes of real faces", "pictures that taught nothing", 0)
    text += "- 95 % intervals, 1000 bootstrap draws, of people where they are known\n"
    text += "- a picture in which a system finds no face gets that system's lowest score\n\n"
    publish(text + compared(sets), chosen.out)


if __name__ == "__main__":
    main()
