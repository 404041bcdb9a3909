"""Rendered sittings: what the shipped model says of each movement of one unseen child.

Every child is rendered at rest and in each movement at half and at full strength, in one
light, before one camera, every third one with a tube, a hose or tape. The pictures go
through `facs.analyze`, one by one (no motion). What comes out is this child's own bias, gains
and confusions, from which hours of scores are simulated (`simulated.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import facs
from facs.person import Person
from facs.synthesis.assets import load
from facs.synthesis.camera import draw_camera
from facs.synthesis.clips import Studio
from facs.synthesis.gear import make_gear
from facs.synthesis.labels import columns
from facs.synthesis.person import Person as Model
from facs.synthesis.scene import Pose, draw_scene_for
from facs.synthesis.shapes import slider, still
from facs.synthesis.shards import read_shards
from facs.units import SIDES, column

Floats = NDArray[np.float64]

LEFT, RIGHT = 0, 1

MOVES: dict[str, dict[str, float]] = {
    "lids": {"43": 1.0},
    "left lid": {"43": 1.0, "6": 0.25},
    "right lid": {"43": 1.0, "6": 0.25},
    "brow lift": {"1": 1.0, "2": 1.0},
    "brow squeeze": {"4": 1.0, "7": 0.2},
    "smile": {"12": 1.0, "6": 0.6},
    "jaw": {"26": 1.0, "25": 0.7},
    "wide": {"27": 0.9, "25": 0.8},
    "tongue": {"19": 1.0, "25": 0.5},
    "pucker": {"18": 1.0},
    "puff": {"34": 1.0},
    "look left": {"61": 0.9},
    "look right": {"62": 0.9},
    "look up": {"63": 0.9},
    "look down": {"64": 0.9},
    "lips part": {"25": 0.7},
    "press": {"24": 0.7, "17": 0.3},
    "funnel": {"22": 0.6, "25": 0.4},
    "stretch": {"20": 0.5, "25": 0.5, "26": 0.3},
    "dimple": {"14": 0.6},
    "chin": {"17": 0.7},
}
"""Sliders at full strength; `lid` moves one side."""

GEAR = ("oral tube", "hose", "feeding tube", "tape", "cannula")
"""Every third child wears one of them."""

STRENGTHS = (0.5, 1.0)
TURNS = ((25.0, 0.0, 0.0), (-25.0, 0.0, 0.0), (0.0, 15.0, 0.0), (0.0, -15.0, 0.0))
TILTS = ((0.0, 0.0, 20.0), (0.0, 0.0, -20.0))
RESTS = 8


@dataclass(frozen=True)
class Sitting:
    """One child's answers, in logits of the outputs that `outputs` names.

    Attributes
    ----------
    rest : (outputs,), mean of the pictures at rest
    moved : (moves, strengths, outputs), difference to the rest
    turned : (poses, outputs), difference to the rest, in the order of TURNS and TILTS
    noise : (outputs, outputs), covariance among pictures at rest
    gear : what a ventilated child wears before her face, or ""
    hidden : labels that cannot be seen at rest, because something covers that part of the face
    """

    outputs: tuple[str, ...]
    rest: Floats
    moved: Floats
    turned: Floats
    noise: Floats
    gear: str
    hidden: frozenset[str] = frozenset()


def outputs_of(person: Person) -> tuple[str, ...]:
    """Names of the model's outputs in the order of `logits_of`."""
    names = [str(unit) for unit in person.units if unit not in person.sided]
    return (*names, *(column(u, side) for side in SIDES for u in person.sided))


def logits_of(person: Person) -> Floats:
    """Scores (frames, outputs) as logits; NaN where she was not seen."""
    whole = [i for i, unit in enumerate(person.units) if unit not in person.sided]
    p = np.concatenate([person.probability[:, whole], person.left, person.right], axis=1)
    p = np.clip(p.astype(np.float64), 1e-4, 1 - 1e-4)
    return np.asarray(np.log(p / (1 - p)))


def render(studio: Studio, seed: int, gear: str) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """All pictures of one child (n, H, W, 3): rests, moves by strength, turns and tilts.

    Beside them the share of the rests in which each label is hidden, (columns,).
    """
    rng = np.random.default_rng([seed, 77])
    child = _child(studio, rng)
    if gear:
        worn = make_gear(gear, studio.assets.workshop, rng)
        child = replace(child, covers=(*child.covers, worn))
    camera, front = draw_camera(rng), Pose(float(rng.normal(0, 5)), float(rng.normal(0, 5)), 0.0)
    scene = draw_scene_for(studio.assets, front, rng)
    window = studio.window(child, scene, front, rng)
    pictures, hidden = [], []
    gain: float | None = None
    for asked, turn in _plan():
        jitter = rng.normal(0, (2.5, 2.0, 1.5))
        pose = Pose(
            front.yaw + turn[0] + jitter[0], front.pitch + turn[1] + jitter[1], turn[2] + jitter[2]
        )
        sample, gain = studio.shoot(child, scene, camera, asked, pose, window, rng, gain)
        pictures.append(sample.image)
        hidden.append(sample.hidden)
    return np.stack(pictures), np.mean(hidden[:RESTS], axis=0)


def _child(studio: Studio, rng: np.random.Generator) -> Model:
    while (person := studio.person(rng)).age != "child":
        pass
    return person


def _plan() -> list[tuple[NDArray[np.float32], tuple[float, float, float]]]:
    straight = (0.0, 0.0, 0.0)
    plan = [(still(), straight)] * RESTS
    plan += [(_asked(name, s), straight) for name in MOVES for s in STRENGTHS]
    for yaw, pitch, roll in TURNS + TILTS:  # there and back by half: faces are followed, not sought
        half = (yaw / 2, pitch / 2, roll / 2)
        plan += [(still(), turn) for turn in (half, (yaw, pitch, roll), half)]
    return plan


def _asked(name: str, strength: float) -> NDArray[np.float32]:
    asked = still()
    for unit, height in MOVES[name].items():
        sides = {"left lid": [LEFT], "right lid": [RIGHT]}.get(name, [LEFT, RIGHT])
        asked[slider(unit), sides] = height * strength
    return asked


def mostly(hidden: NDArray[np.float64]) -> frozenset[str]:
    """Labels that are hidden in most pictures, of their shares (columns,)."""
    return frozenset(name for name, share in zip(columns(), hidden, strict=True) if share > 0.5)


def sit(pictures: NDArray[np.uint8], gear: str, hidden: frozenset[str]) -> Sitting | None:
    """Analyse one child's pictures; None where too many of them could not be scored."""
    people = facs.analyze(pictures, rate=5, motion=False).people
    if not people:
        return None
    person = max(people, key=lambda p: int(p.seen.sum()))
    scores = logits_of(person)
    seen = ~np.isnan(scores).any(axis=1)
    if not seen[:RESTS].sum() >= 3 or seen.mean() < 0.8:
        return None
    rest = scores[:RESTS][seen[:RESTS]]
    middle = rest.mean(axis=0)
    away = np.where(seen[:, None], scores - middle, 0.0)[RESTS:]  # not scored: no answer
    moves = len(MOVES) * len(STRENGTHS)
    return Sitting(
        outputs=outputs_of(person),
        rest=middle,
        moved=away[:moves].reshape(len(MOVES), len(STRENGTHS), -1),
        turned=away[moves + 1 :: 3],
        noise=np.cov(rest.T),
        gear=gear,
        hidden=hidden,
    )


def sittings(assets: Path, cache: Path, count: int, seed: int) -> tuple[list[Sitting], int]:
    """Sittings of `count` children, and how many could not be scored; pictures are kept."""
    cache.mkdir(parents=True, exist_ok=True)
    studio: Studio | None = None
    found: list[Sitting] = []
    lost = 0
    number = 0
    while len(found) < count:
        path = cache / f"sitting_{seed}_{number:03d}_{len(_plan())}.npz"
        gear = GEAR[number // 3 % len(GEAR)] if number % 3 == 2 else ""
        if not path.exists():
            studio = studio or Studio(load(assets))
            pictures, hidden = render(studio, seed * 1000 + number, gear)
            np.savez_compressed(path, pictures=pictures, hidden=hidden)
        with np.load(path) as file:
            sitting = sit(file["pictures"], gear, mostly(file["hidden"]))
        if sitting is None:
            lost += 1
        else:
            found.append(sitting)
        number += 1
    return found, lost


@dataclass(frozen=True)
class Noise:
    """How scores of a face that does not move change from frame to frame, in rendered clips.

    Attributes
    ----------
    deviation : (outputs,), logits
    memory : correlation of neighbouring frames, 30 a second
    pose : (3,), degrees; `pose_memory` as `memory`
    """

    deviation: Floats
    memory: float
    pose: Floats
    pose_memory: float
    pairs: int


def wobble(clips: Path, cache: Path) -> Noise:
    """Measure the noise on clips, from pairs of frames between which no label changed."""
    cache.mkdir(parents=True, exist_ok=True)
    near, far, near_pose, far_pose = [], [], [], []
    for shard in read_shards(clips):
        for clip in np.unique(shard.clip):
            rows = np.flatnonzero(shard.clip == clip)
            path = cache / f"{clip}.facs"
            if not path.exists():
                pictures = np.stack([shard.image(i) for i in rows])
                facs.analyze(pictures, rate=30, motion=False).save(path)
            for person in facs.load(path).people[:1]:
                labels, turn = np.nan_to_num(shard.labels[rows]), shard.pose[rows]
                for step, scores, poses in ((1, near, near_pose), (LATER, far, far_pose)):
                    still = _unchanged(labels, step)
                    z = logits_of(person)
                    scores.append((z[step:] - z[:-step])[still])
                    error = person.pose - turn
                    poses.append((error[step:] - error[:-step])[still])
    short, long = _spread(near), _spread(far)
    short_pose, long_pose = _spread(near_pose), _spread(far_pose)
    return Noise(
        deviation=np.sqrt(long / 2),
        memory=float(np.clip(1 - np.median(short / long), 0, 0.99)),
        pose=np.sqrt(long_pose / 2),
        pose_memory=float(np.clip(1 - np.median(short_pose / long_pose), 0, 0.99)),
        pairs=int(sum(len(d) for d in far)),
    )


LATER = 10
"""Frames after which noise is forgotten: a third of a second."""


def _unchanged(labels: NDArray[np.float32], step: int) -> NDArray[np.bool_]:
    moved = np.abs(np.diff(labels, axis=0)).max(axis=1) > 0.02
    return np.array([not moved[i : i + step].any() for i in range(len(labels) - step)])


def _spread(differences: list[Floats]) -> Floats:
    """Mean square of differences, without the widest hundredth: faces that were lost."""
    table = np.concatenate(differences)
    table = table[~np.isnan(table).any(axis=1)]
    limit = np.quantile(np.abs(table), 0.99, axis=0)
    return np.asarray((np.minimum(np.abs(table), limit) ** 2).mean(axis=0))
