"""What real faces that teach nothing are seen to show, beside what a model says of them.

``python benchmarks/seen.py --fer fer2013.npz --photos facial_expressions.npz --peer CSV...``: ROC
AUC of each unit that ``seen_held_out.csv`` tells of at least `seen_measure.FEWEST` pictures that
show it, beside MediaPipe's shapes on the same ones (``peer_mediapipe.py`` writes the CSVs). They
are of the FER+ PrivateTest and of the held-out third of the press photographs, each emotion drawn
at random; some more eyes, jaws and brows were chosen because facs-5 or MediaPipe scored them high.
Pictures with a near-copy among those that teach (`near_copies.py`) are left out, and units that one
look did not tell.

No certified coder looked: a language model that sees pictures read contact sheets of enlarged
eyes, mouths and whole faces. It read most of them twice, each time knowing nothing of the other;
``seen_held_out_again.csv`` is the second look, and a unit counts where both say the same. It also
made the list that teaches: what it mistakes, it mistakes in both. Eyes that look down under lids
that hide them count as shut, and teeth that are apart as a dropped jaw.

A single picture does not tell a movement from a shape at rest. So a second table leaves out faces
that most voters, or the photograph's word, call neutral, but for units that take no coder to see.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from emotions import Pictures, fer_pictures, our_scores, peer_scores, photo_pictures
from heading import heading, publish
from near_copies import copied
from seen_measure import Scored, both_say, compared, distinct_models, units_table

from facs.faces.landmarks import Landmarker
from facs.training.real_faces import EMOTIONS, FaceSet
from facs.training.seen_units import PLAIN, Look, read_seen

LISTED = Path(__file__).with_name("seen_held_out.csv")
AGAIN = Path(__file__).with_name("seen_held_out_again.csv")


def listed(pictures: Pictures, archive: str, seen: Mapping[str, Look]) -> Pictures:
    """The pictures of an archive that are on the list and have no copy that teaches."""
    faces = pictures.faces
    kept = np.array([f"{archive}:{row}" in seen for row in faces.rows])
    kept &= ~copied(archive, faces.rows)
    chosen = FaceSet(faces.jpeg, faces.offsets, faces.rows[kept], faces.votes[kept])
    return Pictures(archive, chosen, pictures.person[kept])


def calm(pictures: Pictures, archive: str) -> set[str]:
    """Names of the pictures that are called neutral more than anything else."""
    rows = pictures.faces.rows[pictures.emotions == EMOTIONS.index("neutral")]
    return {f"{archive}:{row}" for row in rows}


def without_rest(seen: Mapping[str, Look], at_rest: set[str]) -> dict[str, Look]:
    """A list that tells of faces at rest only what cannot be their shape."""
    return {name: _plain(look) if name in at_rest else look for name, look in seen.items()}


def _plain(look: Look) -> Look:
    return Look(look.shown & PLAIN, look.slight & PLAIN, look.absent & PLAIN)


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
    models = distinct_models(chosen.model, motion=False)
    peers = {path.stem: path for path in chosen.peer}
    sets, at_rest = [], set[str]()
    for path, read in ((chosen.fer, fer_pictures), (chosen.photos, photo_pictures)):
        if path:
            pictures = listed(read(path), path.stem, seen)
            systems = [our_scores(pictures.faces, model, landmarker) for model in models]
            if path.stem in peers:
                systems.append(peer_scores(pictures.faces, peers[path.stem]))
            names = [f"{path.stem}:{row}" for row in pictures.faces.rows]
            at_rest |= calm(pictures, path.stem)
            sets.append(Scored(names, pictures.person, systems))
    text = heading("What real faces are seen to show", "pictures that taught nothing", 0)
    scored = Scored.joined(sets)
    moving = without_rest(looks[0], at_rest), without_rest(looks[1], at_rest)
    text += compared(scored, looks, models)
    text += "\n## Without faces called neutral, but for 12, 25, 26, 27 and 43\n\n"
    publish(text + units_table(scored, moving, models), chosen.out)


if __name__ == "__main__":
    main()
