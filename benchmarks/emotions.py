"""Real faces, by emotion: whether a prototype's units rise where people voted for it.

``python benchmarks/emotions.py --fer fer2013.npz --photos facial_expressions.npz --peer CSV...``:
ROC AUC of a unit's score for one emotion against all others, on the FER+ PrivateTest and on the
third of the press photographs whose people no weights have seen, beside the same of a peer on
the same pictures (``peer_mediapipe.py`` writes the CSVs, named after the archives). No face here
has a coded unit: an emotion is only a hint at a unit, and 1.0 is not to be expected.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from blendshapes import read_csv, unit_scores
from heading import heading, publish, table
from near_copies import copied
from numpy.typing import NDArray
from sheets import tile, write_sheet

from facs.canonical import align, warp
from facs.crops.clips import FaceClip
from facs.evaluation.bootstrap import Resamples, interval, resample
from facs.evaluation.ranking import Ranking
from facs.faces.landmarks import Landmarker
from facs.network.predict import TwoStreamModel
from facs.network.weights import load_model
from facs.training.real_faces import EMOTIONS, FaceSet, read_fer, read_photos
from facs.training.unit_data import locate_filling

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Scores = Mapping[int, Floats]

GATE = (
    ("happiness", "12"), ("happiness", "6"),
    ("surprise", "1+2"), ("surprise", "5"), ("surprise", "26/27"),
    ("anger", "4"), ("anger", "7"),
    ("disgust", "9"), ("disgust", "10"),
    ("sadness", "15"), ("sadness", "17"), ("sadness", "1+4"),
)  # fmt: skip
"""Emotion and units: 1+2 asks for both (the smaller score), 26/27 for either (the larger): jaw
drop and mouth stretch exclude each other in FACS."""

ALONE = (("surprise", "1"), ("surprise", "2"), ("sadness", "1"), ("sadness", "4"))
"""The parts of the pairs, for information: they are not in the means."""

FOUND = 0.5
"""Score of our landmark network from which a picture counts as a found face."""

MOST_PICTURES = 180
"""Of one emotion on a contact sheet."""


@dataclass(frozen=True)
class FaceScores:
    """What one system says of a set of pictures; NaN where it found no face."""

    name: str
    units: Scores

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which pictures have a face."""
        return ~np.isnan(next(iter(self.units.values())))


@dataclass(frozen=True)
class Pictures:
    """A set of faces, the emotion of each, and whose face it is (her own, where not known)."""

    name: str
    faces: FaceSet
    person: NDArray[np.str_]

    @property
    def emotions(self) -> NDArray[np.int64]:
        """Index into `EMOTIONS` of the emotion most voted for."""
        return self.faces.votes.argmax(1)


def our_scores(faces: FaceSet, model: TwoStreamModel, landmarker: Landmarker) -> FaceScores:
    """Probabilities of the spatial stream."""
    clips, rows = [], []
    for i in range(len(faces)):
        gray = faces.gray(i)
        landmarks = locate_filling(gray, landmarker, FOUND)
        if landmarks is not None:
            clips.append(FaceClip(0, i, 0.0, warp(gray, align(landmarks)), None))
            rows.append(i)
    parts = [model(clips[i : i + 64]).probability for i in range(0, len(clips), 64)]
    probability = np.full((len(faces), len(model.spec.units)), np.nan)
    probability[rows] = np.concatenate(parts)
    units = {int(unit): probability[:, i] for i, unit in enumerate(model.spec.units)}
    return FaceScores(model.spec.name, units)


def peer_shapes(faces: FaceSet, path: Path) -> dict[str, Floats]:
    """The same pictures in a CSV of ``peer_mediapipe.py``, by column."""
    columns = read_csv(path)
    place = {int(row): i for i, row in enumerate(columns["row"])}
    rows = [place[int(row)] for row in faces.rows]
    return {name: values[rows] for name, values in columns.items()}


def peer_scores(faces: FaceSet, path: Path) -> FaceScores:
    """The same pictures as scores of action units."""
    return FaceScores("MediaPipe", unit_scores(peer_shapes(faces, path)))


def combined(rule: str, units: Scores) -> Floats | None:
    """Scores (n,) of ``"12"``, of ``"1+2"`` (both) or of ``"26/27"`` (either).

    None where a unit that is needed is not among `units`.
    """
    if "/" in rule:
        either = [units[int(unit)] for unit in rule.split("/") if int(unit) in units]
        return np.asarray(np.maximum.reduce(either)) if either else None
    both = [int(unit) for unit in rule.split("+")]
    if not all(unit in units for unit in both):
        return None
    return np.asarray(np.minimum.reduce([units[unit] for unit in both]))


def lowest_where_missing(score: Floats) -> Floats:
    """A face that was not found shows nothing: it gets less than any other."""
    return np.where(np.isnan(score), -1.0, score)


def evenly(person: NDArray[np.str_], truth: NDArray[np.bool_]) -> Floats:
    """Weights under which everybody's positives count as one picture, and her negatives too."""
    groups = np.char.add(person, np.where(truth, "+", "-"))
    _, member, counts = np.unique(groups, return_inverse=True, return_counts=True)
    return np.asarray(1 / counts[member], np.float64)


def aucs(score: Floats, truth: NDArray[np.bool_], weight: Floats, draws: Resamples) -> Floats:
    """AUC of every bootstrap draw; the first is the data as they are."""
    ranking = Ranking.of(score, truth)
    return np.concatenate([ranking(drawn * weight)[0] for _, drawn in draws.blocks()])


Curves = dict[tuple[str, str], Floats]


@dataclass(frozen=True)
class Block:
    """Some pictures of a set, and how much each counts."""

    name: str
    chosen: NDArray[np.bool_]
    even: bool = False


def curves(system: FaceScores, pictures: Pictures, block: Block, draws: Resamples) -> Curves:
    """AUC draws of every rule that the system has units for."""
    found = {}
    emotions, person = pictures.emotions[block.chosen], pictures.person[block.chosen]
    for emotion, rule in GATE + ALONE:
        score = combined(rule, system.units)
        if score is not None:
            truth = emotions == EMOTIONS.index(emotion)
            weight = evenly(person, truth) if block.even else np.ones(len(truth))
            score = lowest_where_missing(score[block.chosen])
            found[emotion, rule] = aucs(score, truth, weight, draws)
    return found


def cell(values: Floats | None) -> str:
    """A value and its interval."""
    if values is None:
        return "not shipped"
    low, high = interval(values)
    return f"{values[0]:.3f} [{low:.3f}, {high:.3f}]"


def mean_of(curves: Curves, rules: Sequence[tuple[str, str]]) -> Floats:
    """Mean AUC over rules, draw by draw."""
    return np.asarray(np.mean([curves[rule] for rule in rules], axis=0))


def positives(pictures: Pictures, block: Block, emotion: str) -> str:
    """How many pictures show an emotion, and how many of them are of one person."""
    truth = pictures.emotions[block.chosen] == EMOTIONS.index(emotion)
    people = pictures.person[block.chosen][truth]
    most = int(np.unique(people, return_counts=True)[1].max(initial=0))
    return f"{len(people)} ({most} of one person)" if most > 1 else str(len(people))


def lines_of(found: list[Curves], pictures: Pictures, block: Block) -> list[list[str]]:
    """Table rows of one block: every rule, then the means of those that all systems have."""
    lines = []
    for emotion, rule in GATE + ALONE:
        cells = [cell(curves.get((emotion, rule))) for curves in found]
        marked = rule if (emotion, rule) in GATE else f"({rule})"
        lines.append([block.name, emotion, marked, *cells, positives(pictures, block, emotion)])
    lowest = min((rule for rule in GATE if rule in found[0]), key=lambda r: found[0][r][0])
    lines.append(
        [block.name, f"our lowest: {lowest[0]}", lowest[1], cell(found[0][lowest]), "", ""]
    )
    shared = [rule for rule in GATE if all(rule in curves for curves in found)]
    means = [mean_of(curves, shared) for curves in found]
    lines.append([block.name, "mean", f"{len(shared)} of {len(GATE)}", *map(cell, means), ""])
    if len(found) == 2:
        lines.append([block.name, "mean, difference", "", cell(means[0] - means[1]), "", ""])
        if len(shared) < len(GATE):
            whole = cell(mean_of(found[1], GATE))
            lines.append([block.name, "mean", f"all {len(GATE)}", "", whole, ""])
    return lines


def compared(
    pictures: Pictures, systems: list[FaceScores], copies: Bools, draws: int, seed: int
) -> str:
    """Table of one set: on all pictures, on those that every system found, and without `copies`."""
    both = np.logical_and.reduce([system.found for system in systems])
    counts = ", ".join(f"{s.name} found {int(s.found.sum())}" for s in systems)
    people = len(np.unique(pictures.person))
    known = "people not known" if people == len(both) else f"{people} people"
    text = f"## {pictures.name}\n\n{len(both)} pictures, {known}: "
    text += f"{counts}; {int(both.sum())} were found by all.\n\n"
    blocks = [Block("all", np.ones(len(both), bool)), Block("found by all", both)]
    blocks.append(Block("no near-copy teaches", ~copies))
    if people < len(both):
        blocks.append(Block("all, each person once", blocks[0].chosen, even=True))
    lines = []
    for block in blocks:
        resampled = resample(pictures.person[block.chosen], draws, seed)
        found = [curves(system, pictures, block, resampled) for system in systems]
        lines += lines_of(found, pictures, block)
    columns = ["pictures", "emotion", "units", *(f"AUC, {s.name}" for s in systems), "positives"]
    return text + table(columns, lines) + "\n"


def write_pictures(folder: Path, pictures: Pictures, system: FaceScores) -> None:
    """A contact sheet per emotion: every picture of it with the scores of the emotion's units."""
    for emotion in dict.fromkeys(emotion for emotion, _ in GATE):
        rules = [
            rule for e, rule in GATE if e == emotion and combined(rule, system.units) is not None
        ]
        scores = {rule: combined(rule, system.units) for rule in rules}
        tiles = []
        for i in np.flatnonzero(pictures.emotions == EMOTIONS.index(emotion))[:MOST_PICTURES]:
            words = [str(pictures.person[i])]
            words += [
                f"{rule}: {score[i]:.2f}" for rule, score in scores.items() if score is not None
            ]
            tiles.append(tile(pictures.faces.gray(int(i)), words))
        rows = [tiles[k : k + 12] for k in range(0, len(tiles), 12)]
        write_sheet(folder / f"{pictures.name} {emotion}.png".replace(" ", "_"), rows)


def fer_pictures(path: Path) -> Pictures:
    """FER+ PrivateTest; nobody knows which faces are of one person."""
    faces = read_fer(path, "test")
    return Pictures("FER+ PrivateTest", faces, faces.rows.astype(str))


def photo_pictures(path: Path) -> Pictures:
    """The held out third of the press photographs, with the person that each name carries."""
    faces = read_photos(path, "test")
    with np.load(path, allow_pickle=False) as data:
        people = [str(name).rsplit("_", 1)[0] for name in data["names"][faces.rows]]
    return Pictures("press photographs, held out", faces, np.array(people))


def main() -> None:
    """Print tables, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--peer", type=Path, nargs="+", default=[], metavar="CSV")
    parser.add_argument("--model")
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write contact sheets")
    chosen = parser.parse_args()
    model, landmarker = load_model(chosen.model, motion=False), Landmarker(chosen.landmarks)
    peers = {path.stem: path for path in chosen.peer}
    text = heading("Real faces, by emotion", "splits that no weights have seen", chosen.seed)
    text += f"- model: {model.spec.label} (sha256 {model.sha256[:12]}), "
    text += "spatial stream\n"
    text += "- 1+2: the smaller score of both; 26/27: the larger; in brackets: not in the means\n"
    text += "- each person once: all positives of one person weigh as much as one, negatives too\n"
    text += "- a picture in which a system finds no face gets that system's lowest score\n"
    text += "- near-copies of pictures that teach: `near_copies.csv`\n"
    text += f"- intervals: 95 %, {chosen.draws} bootstrap draws, of people where they are known\n\n"
    for path, read in ((chosen.fer, fer_pictures), (chosen.photos, photo_pictures)):
        if path:
            pictures = read(path)
            systems = [our_scores(pictures.faces, model, landmarker)]
            if path.stem in peers:
                systems.append(peer_scores(pictures.faces, peers[path.stem]))
            copies = copied(path.stem, pictures.faces.rows)
            text += compared(pictures, systems, copies, chosen.draws, chosen.seed)
            if chosen.pictures:
                write_pictures(chosen.pictures, pictures, systems[0])
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
