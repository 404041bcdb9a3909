"""Rendered people of the adaptation experiment: adults who teach, children who are asked.

Everybody shows the four expressions of the document: neutral, smile, eyes closed, brows lifted.
Adults sit in good light with an upright head and wear nothing before the face. Children are what
the document's are: tubes and tape, dim light, tilted heads, and weaker movements. A child sits
several times, each time in another place before another camera, so that what is adapted on and
what is asked can be of different sittings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.files import atomic
from facs.synthesis.assets import load
from facs.synthesis.camera import Camera, draw_camera
from facs.synthesis.clips import Studio
from facs.synthesis.gear import SHARES, make_gear
from facs.synthesis.person import Person
from facs.synthesis.sampling import with_gaze
from facs.synthesis.scene import Pose, draw_scene_for
from facs.synthesis.shapes import slider, still

__all__ = ["CLASSES", "Cast", "Shots", "rendered"]

CLASSES: Final = ("neutral", "smile", "eyes closed", "brows lifted")

MOVES: Final = ({}, {"12": 1.0, "6": 0.6}, {"43": 1.0}, {"1": 1.0, "2": 1.0})
"""Sliders of each class at full strength."""

GEAR: Final = ("oral tube", "feeding tube", "tape", "cannula", "hose", "feeding tube")
"""What the children wear, one after another."""

SIDE: Final = 112
PICTURES_OF_AN_ADULT, SITTINGS_OF_AN_ADULT = 16, 2
PICTURES_OF_A_CHILD, SITTINGS_OF_A_CHILD = 240, 6


@dataclass(frozen=True)
class Cast:
    """Who is rendered, and how often: people, pictures of each, sittings of each.

    Parameters
    ----------
    child : bool
        Children with their gear, light and poses, or adults.
    """

    child: bool
    people: int
    pictures: int
    sittings: int

    def __post_init__(self) -> None:
        whole = len(CLASSES) * self.sittings
        if self.people < 1 or self.pictures < 1 or self.pictures % whole:
            raise InputError(
                f"wanted people, and pictures of each in multiples of {whole}, "
                f"got {self.people} and {self.pictures}"
            )

    @classmethod
    def adults(cls, people: int) -> Cast:
        """Those who teach."""
        return cls(False, people, PICTURES_OF_AN_ADULT, SITTINGS_OF_AN_ADULT)

    @classmethod
    def children(cls, people: int) -> Cast:
        """Those who are asked."""
        return cls(True, people, PICTURES_OF_A_CHILD, SITTINGS_OF_A_CHILD)

    @property
    def name(self) -> str:
        """Of the files."""
        return "child" if self.child else "adult"


@dataclass(frozen=True)
class Shots:
    """Pictures (n, S, S, 3) RGB uint8, and of each its class, its person and its sitting (n,)."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    person: NDArray[np.int64]
    sitting: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pictures)


def rendered(assets: Path, cache: Path, cast: Cast, seed: int) -> Shots:
    """All pictures of a cast; people that an earlier run rendered are read."""
    cache.mkdir(parents=True, exist_ok=True)
    studio: Studio | None = None
    shots = []
    for number in range(cast.people):
        name = f"{cast.name}_{seed}_{number:03d}_{cast.pictures}x{cast.sittings}.npz"
        path = cache / name
        if not path.exists():
            studio = studio or Studio(load(assets), SIDE)
            with atomic(path) as unfinished:
                np.savez_compressed(unfinished, **vars(_sit(studio, cast, number, seed)))
        with np.load(path, allow_pickle=False) as file:
            shots.append(Shots(**file))
    fields = ("pictures", "labels", "person", "sitting")
    return Shots(*(np.concatenate([getattr(s, field) for s in shots]) for field in fields))


def _sit(studio: Studio, cast: Cast, number: int, seed: int) -> Shots:
    """One person, all sittings; every class equally often in each."""
    rng = np.random.default_rng([seed, int(cast.child), number])
    person = _person(studio, cast.child, number, rng)
    each = cast.pictures // cast.sittings
    pictures, labels = [], []
    for _ in range(cast.sittings):
        order = rng.permutation(np.arange(each) % len(CLASSES))
        pictures += _sitting(studio, person, cast.child, order, rng)
        labels.append(order)
    sitting = np.repeat(np.arange(cast.sittings), each)
    who = np.full(cast.pictures, number)
    return Shots(np.stack(pictures), np.concatenate(labels), who, sitting)


def _person(studio: Studio, child: bool, number: int, rng: np.random.Generator) -> Person:
    """A child with her gear, or an adult without any."""
    while ((person := studio.person(rng)).age == "child") != child:
        pass
    covers = tuple(cover for cover in person.covers if cover.kind not in SHARES)
    if child:
        worn = make_gear(GEAR[number % len(GEAR)], studio.assets.workshop, rng)
        covers = (*covers, worn)
    return replace(person, covers=covers)


def _sitting(
    studio: Studio,
    person: Person,
    child: bool,
    labels: NDArray[np.int64],
    rng: np.random.Generator,
) -> list[NDArray[np.uint8]]:
    """Pictures of one place, one camera and one way to hold the head."""
    camera = _camera(child, rng)
    spread = (14, 9, 18) if child else (8, 6, 5)
    held = rng.normal(0, spread)
    front = Pose(float(held[0]), float(held[1]), float(np.clip(held[2], -40, 40)))
    scene = draw_scene_for(studio.assets, front, rng)
    window = studio.window(person, scene, front, rng)
    pictures, gain = [], None
    for label in labels:
        yaw, pitch, roll = rng.normal(0, (5, 4, 3))
        pose = Pose(front.yaw + yaw, front.pitch + pitch, front.roll + roll)
        asked = _asked(int(label), child, rng)
        sample, gain = studio.shoot(person, scene, camera, asked, pose, window, rng, gain)
        pictures.append(sample.image)
    return pictures


def _camera(child: bool, rng: np.random.Generator) -> Camera:
    """Adults are well lit; every other sitting of a child is dim and noisy."""
    camera = draw_camera(rng)
    if not child:
        return replace(camera, brightness=max(camera.brightness, 0.7), shake=(0.0, 0.0))
    if rng.random() < 0.5:
        noise = camera.noise * float(rng.uniform(1.5, 3))
        return replace(camera, brightness=float(rng.uniform(0.15, 0.4)), noise=noise)
    return camera


def _asked(label: int, child: bool, rng: np.random.Generator) -> NDArray[np.float32]:
    """The movement of a class, with a gaze; children move less, but their lids do meet."""
    asked = still()
    weakest = 0.35 if child else 0.5
    for unit, full in MOVES[label].items():
        height = rng.uniform(0.9, 1.0) if unit == "43" else rng.uniform(weakest, 1.0)
        asked[slider(unit)] = full * height
    side, up = np.clip(rng.normal(0, 0.25, 2), -0.8, 0.8)
    return with_gaze(asked, (float(side), float(up)))
