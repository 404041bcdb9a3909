"""What frames of films are seen to show, beside what a model says of them.

``python benchmarks/seen_films.py --videos DIR --peer DIR``: as `seen.py`, on frames of real clips,
drawn evenly over each clip and at random within: ``seen_films.csv`` and its second look,
``seen_films_again.csv``, by the same reader. Both streams are used. MediaPipe's shapes are those of
``peer_mediapipe.py --video``. Frames of which the two systems took different faces, or one of them
none, were not drawn. No clip has taught and thresholds were not chosen on them, but that the
temporal stream has half of its weight was (`facs.training.specify.TRUST`). Intervals are of clips,
and some people are in more than one of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from blendshapes import read_csv, unit_scores
from closure_clips import nearest, peers_face
from emotions import FaceScores
from heading import heading, publish
from numpy.typing import NDArray
from seen_measure import Scored, compared, distinct_models

import facs
from facs.network.predict import TwoStreamModel
from facs.training.seen_units import read_seen

LISTED = Path(__file__).with_name("seen_films.csv")
AGAIN = Path(__file__).with_name("seen_films_again.csv")

Floats = NDArray[np.float64]


def frames_of(names: Sequence[str]) -> dict[str, list[float]]:
    """Seconds of the listed frames, by clip; a name is ``clip.mp4@1.234``."""
    clips: dict[str, list[float]] = {}
    for name in names:
        clip, _, seconds = name.rpartition("@")
        clips.setdefault(clip, []).append(float(seconds))
    return clips


def scored_clip(
    video: Path, peer: Path, seconds: Sequence[float], models: Sequence[TwoStreamModel]
) -> Scored:
    """What all systems say of some frames of a clip."""
    columns = read_csv(peer)
    systems = [_ours(video, columns, seconds, model) for model in models]
    rows = nearest(np.array(seconds), columns["time"])
    shapes = unit_scores({name: values[rows] for name, values in columns.items()})
    names = [f"{video.name}@{second:.3f}" for second in seconds]
    person = np.full(len(names), video.stem)
    return Scored(names, person, [*systems, FaceScores("MediaPipe", shapes)])


def _ours(
    video: Path, columns: dict[str, Floats], seconds: Sequence[float], model: TwoStreamModel
) -> FaceScores:
    """Our scores of the face that the peer took."""
    recording = facs.analyze(video, model=model)
    person, _ = peers_face(recording, columns)
    frames = nearest(np.array(seconds), recording.times)
    return FaceScores(
        model.spec.name, {int(unit): np.asarray(person[unit])[frames] for unit in person.units}
    )


def scored_clips(
    videos: Path, peer: Path, names: Sequence[str], models: Sequence[TwoStreamModel]
) -> Iterator[Scored]:
    """Every clip of a list."""
    for clip, seconds in frames_of(names).items():
        yield scored_clip(videos / clip, peer / f"{Path(clip).stem}.csv", seconds, models)


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--peer", type=Path, required=True, metavar="DIR", help="CSVs, by clip")
    parser.add_argument("--list", type=Path, default=LISTED)
    parser.add_argument("--again", type=Path, default=AGAIN)
    parser.add_argument("--model", nargs="+", default=[None], help="several stand in one table")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    looks = read_seen(chosen.list), read_seen(chosen.again)
    models = distinct_models(chosen.model, motion=True)
    parts = list(scored_clips(chosen.videos, chosen.peer, list(looks[0]), models))
    text = heading("What frames of films are seen to show", f"{len(parts)} clips", 0)
    publish(text + compared(Scored.joined(parts), looks, models), chosen.out)


if __name__ == "__main__":
    main()
