"""Films of rendered children: each sits twice, on two days, and every muscle is known.

The child and what she wears stay; light, camera, place in the picture and the way she holds her
head are new at the second sitting. At the first she does what children do by themselves, with a
few strong movements in between; at the second she makes every movement once or more. Both are
films in H.264 with labels beside them, so that `facs adapt` gets what a user would give it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from simulated import NAMES, RATE, Course, live
from sittings import GEAR, LEFT, MOVES, RIGHT

from facs.outputs.encoding import Encoder
from facs.synthesis.assets import load
from facs.synthesis.camera import draw_camera
from facs.synthesis.clips import Sample, Studio
from facs.synthesis.gear import make_gear
from facs.synthesis.labels import columns
from facs.synthesis.person import Person
from facs.synthesis.scene import Pose, draw_scene_for
from facs.synthesis.shapes import slider, still

EVERY = 3
"""Of the frames of a course, at `simulated.RATE`, one in so many is rendered."""

STRONG_EVERY = 7.0  # s between strong movements of the untagged sitting
SLOT = 2.2  # s for each movement of the other


@dataclass(frozen=True)
class Film:
    """A film and what is to be seen in it.

    Attributes
    ----------
    path : the film
    labels : (frames, columns) intensities in [0, 1], NaN where something hides them
    columns : their names
    """

    path: Path
    labels: NDArray[np.float32]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Sat:
    """One child's two sittings."""

    number: int
    gear: str
    untagged: Film
    other: Film


def children(assets: Path, cache: Path, count: int, seconds: float, seed: int) -> Iterator[Sat]:
    """Film children, one after the other; films that are there are kept."""
    cache.mkdir(parents=True, exist_ok=True)
    studio: Studio | None = None
    for number in range(count):
        stem = f"{seed}_{number:03d}_{seconds:.0f}"
        gear = GEAR[number // 3 % len(GEAR)] if number % 3 == 2 else ""
        paths = [cache / f"{stem}_{day}.mp4" for day in (0, 1)]
        if not all(path.with_suffix(".npz").exists() for path in paths):
            studio = studio or Studio(load(assets))
            _film_both(studio, paths, gear, seconds, [seed, number])
        yield Sat(number, gear, *map(_opened, paths))


def _opened(path: Path) -> Film:
    with np.load(path.with_suffix(".npz")) as file:
        return Film(path, file["labels"], tuple(map(str, file["columns"])))


def _film_both(
    studio: Studio, paths: list[Path], gear: str, seconds: float, seed: list[int]
) -> None:
    rng = np.random.default_rng(seed)
    while (child := studio.person(rng)).age != "child":
        pass
    if gear:
        worn = make_gear(gear, studio.assets.workshop, rng)
        child = replace(child, covers=(*child.covers, worn))
    for path, course in zip(paths, (untagged(seconds, rng), exercise(rng)), strict=True):
        _film(studio, child, course, path, rng)


def untagged(seconds: float, rng: np.random.Generator) -> Course:
    """What a child does by herself, and now and then a strong movement."""
    course = Course.of(seconds)
    live(course, rng, busy=False)
    for start in np.arange(4.0, seconds - 3, STRONG_EVERY):
        _strong(course, str(rng.choice(NAMES)), float(start + rng.uniform(0, 2)), rng)
    return course


def exercise(rng: np.random.Generator) -> Course:
    """Every movement once, in random order."""
    course = Course.of(SLOT * len(NAMES) + 2)
    live(course, rng, busy=False)
    for i, name in enumerate(rng.permutation(NAMES)):
        _strong(course, str(name), 1 + SLOT * i, rng)
    return course


def _strong(course: Course, name: str, start: float, rng: np.random.Generator) -> None:
    rise, hold, fall = rng.uniform(0.15, 0.35), rng.uniform(0.4, 0.9), rng.uniform(0.2, 0.4)
    course.add(name, start, rise, hold, fall, float(rng.uniform(0.5, 1.0)))


def _film(
    studio: Studio, child: Person, course: Course, path: Path, rng: np.random.Generator
) -> None:
    """Render a course in a light and before a camera of its own."""
    samples = _shots(studio, child, course, rng)
    unfinished = path.with_suffix(".part")
    labels = []
    with Encoder(unfinished, Fraction(int(RATE), EVERY)) as film:
        for sample in samples:
            film.write(sample.image, sample.time)
            labels.append(np.where(sample.hidden, np.nan, sample.labels))
    unfinished.replace(path)
    np.savez(path.with_suffix(".npz"), labels=np.array(labels, np.float32), columns=columns())


def _shots(
    studio: Studio, child: Person, course: Course, rng: np.random.Generator
) -> Iterator[Sample]:
    camera = draw_camera(rng)
    front = Pose(float(rng.normal(0, 5)), float(rng.normal(0, 5)), float(rng.normal(0, 2)))
    scene = draw_scene_for(studio.assets, front, rng)
    window = studio.window(child, scene, front, rng)
    gain = None
    for t in range(0, len(course.times), EVERY):
        yaw, pitch, roll = course.pose[t]
        pose = Pose(front.yaw + yaw, front.pitch + pitch, front.roll + roll)
        sample, gain = studio.shoot(
            child, scene, camera, _asked(course.levels[t]), pose, window, rng, gain,
            float(course.times[t]),
        )  # fmt: skip
        yield sample


def _asked(levels: NDArray[np.float64]) -> NDArray[np.float32]:
    """Sliders for the levels of all movements: the strongest wins."""
    asked = still()
    for name, level in zip(NAMES, levels, strict=True):
        for unit, height in MOVES[name].items():
            sides = {"left lid": [LEFT], "right lid": [RIGHT]}.get(name, [LEFT, RIGHT])
            row = slider(unit)
            asked[row, sides] = np.maximum(asked[row, sides], height * level)
    return asked
