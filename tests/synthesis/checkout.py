"""A miniature of a checkout of ICT-FaceKit: the same files, a face of a few hundred points."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from facs.synthesis.ict import Topology
from facs.synthesis.shapes import RECIPES

SIDE = 36
_JAW = [(-7.4 * np.cos(t), 3.7 - 11.3 * np.sin(t)) for t in np.linspace(0, np.pi, 17)]
_BROW = [(5.8, 5.2), (4.9, 6.0), (3.8, 6.3), (2.4, 6.2), (1.2, 5.9)]
_NOSE = [(0, 3.7), (0, 2.6), (0, 1.6), (0, 0.4)]
_NOSTRILS = [(-1.3, -1.1), (-0.6, -1.1), (0, -1.2), (0.6, -1.1), (1.3, -1.1)]
_EYE = [(4.5, 3.4), (3.9, 4.0), (2.7, 4.0), (1.8, 3.4), (2.7, 2.8), (3.9, 2.8)]
_LIPS = [(-2.5, -3.5), (-1.7, -2.8), (-0.7, -2.4), (0, -2.5), (0.7, -2.4), (1.7, -2.8)]
_LIPS += [(2.5, -3.5), (1.8, -4.4), (1, -4.7), (0, -4.8), (-1, -4.7), (-1.8, -4.4)]
_INNER = [(-2.2, -3.5), (-1, -3.3), (0, -3.3), (1, -3.3), (2.2, -3.5)]
_INNER += [(1.1, -3.7), (0, -3.7), (-1.1, -3.7)]
_PLACES = [
    *_JAW,
    *((-x, y) for x, y in _BROW),
    *reversed(_BROW),
    *_NOSE,
    *_NOSTRILS,
    *((-x, y) for x, y in _EYE),
    *(_EYE[i] for i in (3, 2, 1, 0, 5, 4)),
    *_LIPS,
    *_INNER,
]


def _grid(x: np.ndarray, y: np.ndarray, z: np.ndarray, first: int) -> tuple[np.ndarray, list]:
    rows, columns = x.shape
    quads = [
        [first + r * columns + c, first + (r + 1) * columns + c,
         first + (r + 1) * columns + c + 1, first + r * columns + c + 1]
        for r in range(rows - 1)
        for c in range(columns - 1)
    ]  # fmt: skip
    return np.stack([x, y, z], -1).reshape(-1, 3), quads


def _patch(x: float, y: float, z: float, first: int) -> tuple[np.ndarray, list]:
    across, up = np.meshgrid(np.linspace(-0.6, 0.6, 3), np.linspace(0.4, -0.4, 3))
    return _grid(x + across, y + up, np.full((3, 3), z), first)


def _eye(x: float, first: int) -> tuple[np.ndarray, list]:
    around, down = np.meshgrid(np.linspace(0, 2 * np.pi, 13), np.linspace(0.05, np.pi - 0.05, 9))
    r = 1.2 + 0.15 * np.exp(-((down / 0.4) ** 2))  # the cornea
    return _grid(
        x + r * np.sin(down) * np.cos(around),
        3.4 + r * np.sin(down) * np.sin(around),
        7.9 + r * np.cos(down),
        first,
    )


def miniature(folder: Path) -> Topology:
    """Write the OBJ files into ``folder/FaceXModel``; returns which vertices are what."""
    points, quads, starts = _neutral()
    face = points[: SIDE * SIDE]
    dots = tuple(int(np.argmin(((face[:, :2] - place) ** 2).sum(1))) for place in np.array(_PLACES))
    place = folder / "FaceXModel"
    place.mkdir(parents=True)
    write_obj(place / "generic_neutral_mesh.obj", points, quads)
    for number, scale in enumerate(([0.4, 0, 0], [0, 0.3, 0.1])):
        moved = points + np.sin(points / 5) * scale
        write_obj(place / f"identity{number:03d}.obj", moved, [])
    for name in _shape_names():
        write_obj(place / f"{name}.obj", points + _shape(name, points), [])
    return Topology(starts, len(points), dots)


def _neutral() -> tuple[np.ndarray, list, tuple[int, ...]]:
    x, y = np.meshgrid(np.linspace(-8, 8, SIDE), np.linspace(12, -9, SIDE))
    z = 11.5 - 0.09 * x**2 - 0.02 * (y - 1) ** 2
    parts = [_grid(x, y, z, 0)]

    def add(part: tuple[np.ndarray, list]) -> None:
        parts.append(part)

    def first() -> int:
        return sum(len(p) for p, _ in parts)

    starts = [0]
    for where in ((0, -14, 2), (0, -3.5, 6), (3.1, 3.4, 5), (-3.1, 3.4, 5), (0, -4, 7), (0, -3, 7)):
        starts.append(first())
        add(_patch(*where, first()))
    for eye in (3.1, -3.1):
        starts.append(first())
        add(_eye(eye, first()))
        starts.append(first())
        add(_patch(eye, 3.4, 6, first()))
    for side in (3.1, -3.1) * 4:
        starts.append(first())
        add(_patch(side, 3.4, 5.5, first()))
    quads = [quad for _, some in parts for quad in some]
    return np.concatenate([p for p, _ in parts]), quads, tuple(starts)


def _shape_names() -> list[str]:
    one = {"jawOpen", "jawForward", "jawLeft", "jawRight", "mouthFunnel", "mouthPucker"}
    one |= {"mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthClose"}
    wanted = {name for recipe in RECIPES.values() for name in recipe} | one
    names = []
    for name in sorted(wanted):
        sided = name not in one and not name.endswith(("_L", "_R"))
        names += [f"{name}_L", f"{name}_R"] if sided else [name]
    return sorted(set(names))


def _shape(name: str, points: np.ndarray) -> np.ndarray:
    """A soft push of the part that the name says, on its side."""
    side = {"L": 1.0, "R": -1.0}.get(name.rpartition("_")[2], 0.0)
    where, push = {
        "eyeBlink": ((2.9, 4.0), (0, -1.0, 0)),
        "browInnerUp": ((1.2, 5.9), (0, 0.8, 0)),
        "mouthSmile": ((2.5, -3.5), (0.7, 0.9, 0)),
        "jawOpen": ((0.0, -6.5), (0, -2.6, 0)),
    }.get(name.partition("_")[0], ((2.5, 0.0), (0, 0.1, 0)))
    centre = np.array([abs(where[0]) * side, where[1]])
    wide = 2.5 if name == "jawOpen" else 1.0
    near = np.exp(-((points[:, :2] - centre) ** 2).sum(1) / (2 * wide**2))
    return near[:, None] * (np.array(push) * [side or 1.0, 1, 1])


def write_obj(path: Path, points: np.ndarray, quads: list) -> None:
    lines = ["mtllib Model.mtl", *(f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in points)]
    lines += ["vt 0 0", *("f " + " ".join(f"{i + 1}/1/1" for i in quad) for quad in quads)]
    path.write_text("\n".join(lines) + "\n")
