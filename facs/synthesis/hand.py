"""A hand that lies on a face."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Floats
from facs.synthesis.covers import Cover, Workshop
from facs.synthesis.meshes import Mesh, bone, merged, sheet, through, tube

Generator = np.random.Generator
Numbers = npt.NDArray[np.float64]

HAND_SHARE: Final = 0.03
"""Share of pictures with a hand before the face."""

_PLACES: Final = {
    "mouth": ((0.0, -3.2), 0.30),
    "chin": ((0.0, -6.2), 0.20),
    "cheek": ((4.6, -1.0), 0.22),
    "brow": ((2.6, 6.4), 0.14),
    "eye": ((3.1, 3.2), 0.14),
}
_FINGERS: Final = ((-2.7, 6.4, 0.74), (-0.95, 7.3, 0.8), (0.8, 6.9, 0.78), (2.5, 5.5, 0.66))
"""Of index to little finger: place across the knuckles, length, radius."""


def draw_hand(workshop: Workshop, skin: Floats, rng: Generator) -> Cover:
    """A hand of a skin colour (linear RGB), its fingers on some part of the face."""
    names = list(_PLACES)
    shares = [share for _, share in _PLACES.values()]
    (x, y), _ = _PLACES[names[rng.choice(len(names), p=shares)]]
    side = 1.0 if rng.random() < 0.5 else -1.0
    at = np.array([x * side, y]) + rng.normal(0, 0.8, 2)
    # most hands come from below, some are somebody else's and come from anywhere
    own = rng.random() < 0.75
    outward = side if abs(at[0]) > 1.5 else rng.choice((-1.0, 1.0))
    angle = -np.pi / 2 + outward * rng.uniform(0.1, 1.1) if own else rng.uniform(-np.pi, np.pi)
    return hand(workshop, at, float(angle), float(outward), skin, rng)


def hand(
    workshop: Workshop, at: Numbers, angle: float, thumb: float, skin: Floats, rng: Generator
) -> Cover:
    """A hand whose fingers cover the place `at` (2,) of the face.

    `angle` is the direction in which the wrist lies (0: towards the subject's left,
    pi / 2: up), `thumb` 1 or -1 the side of the thumb.
    """
    to_wrist = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-to_wrist[1], to_wrist[0]]) * thumb
    size, spread = rng.uniform(0.85, 1.05), rng.uniform(0.9, 1.25)
    knuckles = at + to_wrist * rng.uniform(1.5, 5.5) * size
    curl = rng.uniform(0.0, 0.9)
    colour = np.array([*skin, 1.0], np.float32)
    plane = _Resting(workshop, knuckles, to_wrist)
    meshes: list[Mesh] = []
    for place, length, radius in _FINGERS:
        start = knuckles + across * place * spread * size * 0.92
        lean = -to_wrist + across * (0.06 * place * spread)
        bend = curl * rng.uniform(0.8, 1.2)
        meshes += _finger(plane, start, lean, length * size, radius * size, bend, colour)
    base = knuckles + to_wrist * 6.5 * size - across * 2.6 * size
    lean = -to_wrist * rng.uniform(0.5, 1) - across * rng.uniform(0.3, 0.9)
    meshes += _finger(plane, base, lean, 6.2 * size, 0.95 * size, 0.2, colour)
    for place, _, radius in _FINGERS:  # the palm: four bones side by side
        start = knuckles + across * place * spread * size * 0.92
        end = knuckles + to_wrist * 8.5 * size + across * place * 0.62 * size
        thick = (radius * size * 1.15, radius * size * 1.4)
        meshes.append(bone(plane(start, 0.7), plane(end, 1.0), thick, colour))
    meshes.append(_back(plane, knuckles, to_wrist * size, across * size * spread, colour))
    wrist = plane(knuckles + to_wrist * 8.0 * size, 0.9)
    arm = np.array([*(to_wrist * 9), -0.8])
    forearm = through([wrist, wrist + arm, wrist + 2.2 * arm], 10)
    meshes.append(tube(forearm, np.linspace(2.3, 3.6, 10) * size, colour, 14))
    return Cover("hand", (workshop.stiff(_shaded(merged(meshes), rng), 0.12, 12.0),))


class _Resting:
    """Places a little above the face; away from it, the hand stays as near as it was."""

    def __init__(self, workshop: Workshop, knuckles: Numbers, to_wrist: Numbers) -> None:
        self._relief, self._to_wrist = workshop.relief, to_wrist
        self._knuckles = knuckles
        self._level = max(float(self._relief.cloth(*knuckles)), 6.0)

    def __call__(self, place: Numbers, lift: float) -> Numbers:
        behind = max(0.0, float((place - self._knuckles) @ self._to_wrist))
        here = float(self._relief.cloth(*place)) if np.abs(place).max() < 9 else 0.0
        z = max(here, self._level - 0.12 * behind) if behind > 0 else max(here, self._level - 3)
        return np.array([place[0], place[1], z + lift])


def _finger(
    plane: _Resting, start: Numbers, lean: Numbers, length: float, radius: float, curl: float,
    colour: Floats,
) -> list[Mesh]:  # fmt: skip
    """Three bones from the knuckle to the tip; a curled finger looks shorter and stands higher."""
    lean = lean / np.linalg.norm(lean)
    shares = np.array([0.0, 0.46, 0.76, 1.0]) * (1 - 0.35 * curl)
    lifts = np.array([0.9, 0.7 + 1.6 * curl, 0.6 + 1.1 * curl, 0.5]) * radius
    wide = np.array([1.08, 1.0, 0.93, 0.8]) * radius
    joints = [plane(start + lean * length * s, lift) for s, lift in zip(shares, lifts, strict=True)]
    return [
        bone(joints[i], joints[i + 1], (float(wide[i]), float(wide[i + 1])), colour)
        for i in range(3)
    ]


def _back(
    plane: _Resting, knuckles: Numbers, to_wrist: Numbers, across: Numbers, colour: Floats
) -> Mesh:
    """The skin over the bones of the palm."""
    rows, columns = np.linspace(-0.6, 9.0, 12), np.linspace(-1, 1, 9)
    points = np.empty((12, 9, 3))
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            place = knuckles + to_wrist * r + across * (c * (2.9 - 0.12 * max(r, 0.0)) - 0.1)
            points[i, j] = plane(place, 0.35 + 1.35 * float(np.sqrt(1 - 0.9 * c * c)))
    return sheet(np.asarray(points, np.float32), colour)


def _shaded(mesh: Mesh, rng: Generator) -> Mesh:
    """Skin that is not the same everywhere."""
    phase = rng.uniform(0, 6, 3)
    wave = np.sin(mesh.points @ np.array([1.3, 0.9, 0.7]) + phase[0])
    wave += np.sin(mesh.points @ np.array([-0.6, 1.7, 0.4]) + phase[1])
    colours = mesh.colours.copy()
    colours[:, :3] *= (1 + 0.07 * wave[:, None] * np.array([0.6, 1.0, 1.0])).astype(np.float32)
    return Mesh(mesh.points, mesh.triangles, colours)
