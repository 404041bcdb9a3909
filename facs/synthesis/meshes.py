"""Small meshes of simple form: tubes, sheets, rounded bones; centimetres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facs.errors import InputError
from facs.synthesis.assets import Floats, Indices


@dataclass(frozen=True)
class Mesh:
    """Triangles with a colour and an opacity at each corner.

    Attributes
    ----------
    points : ndarray, shape (n, 3)
    triangles : ndarray of int32, shape (m, 3)
    colours : ndarray, shape (n, 4)
        Linear RGB and opacity.
    """

    points: Floats
    triangles: Indices
    colours: Floats

    def __post_init__(self) -> None:
        if self.points.ndim != 2 or self.points.shape[1] != 3:
            raise InputError(f"points: wanted shape (n, 3), got {self.points.shape}")
        if self.colours.shape != (len(self.points), 4):
            wanted = (len(self.points), 4)
            raise InputError(f"colours: wanted shape {wanted}, got {self.colours.shape}")

    @classmethod
    def of(cls, points: npt.ArrayLike, triangles: npt.ArrayLike, colour: npt.ArrayLike) -> Mesh:
        """Make a mesh; `colour` is one for all points, or one for each."""
        places = np.asarray(points, np.float32)
        paint = np.broadcast_to(np.asarray(colour, np.float32), (len(places), 4))
        return cls(
            np.ascontiguousarray(places),
            np.ascontiguousarray(triangles, dtype=np.int32),
            np.ascontiguousarray(paint),
        )


def merged(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of several.

    Examples
    --------
    >>> line = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0]])
    >>> one = tube(line, 0.1, (1, 1, 1, 1), sides=4)
    >>> len(merged([one, one]).points) == 2 * len(one.points)
    True
    """
    starts = np.cumsum([0, *(len(mesh.points) for mesh in meshes[:-1])])
    return Mesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate(
            [mesh.triangles + np.int32(s) for mesh, s in zip(meshes, starts, strict=True)]
        ),
        np.concatenate([mesh.colours for mesh in meshes]),
    )


def grid_triangles(rows: int, columns: int, around: bool = False) -> Indices:
    """Triangles of a grid of points, row by row; `around` joins the last column to the first."""
    row, column = np.mgrid[: rows - 1, : columns if around else columns - 1]
    a = row * columns + column
    b = row * columns + (column + 1) % columns
    c, d = a + columns, b + columns
    both = np.stack([np.stack([a, b, c], -1), np.stack([b, d, c], -1)], 2)
    return np.ascontiguousarray(both.reshape(-1, 3), dtype=np.int32)


def sheet(points: Floats, colour: npt.ArrayLike) -> Mesh:
    """A grid of points (rows, columns, 3) as a sheet."""
    rows, columns = points.shape[:2]
    paint = np.asarray(colour, np.float32)
    if paint.ndim == 3:
        paint = paint.reshape(-1, 4)
    return Mesh.of(points.reshape(-1, 3), grid_triangles(rows, columns), paint)


def tube(path: npt.ArrayLike, radius: npt.ArrayLike, colour: npt.ArrayLike, sides: int = 8) -> Mesh:
    """A tube along a path (m, 3); `radius` is one number or one for each point of it."""
    line = np.asarray(path, np.float64)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    across = _carried_along(along)
    other = np.cross(along, across)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.cos(angle)[:, None] * across[:, None] + np.sin(angle)[:, None] * other[:, None]
    wide = np.broadcast_to(np.asarray(radius, np.float64), (len(line),))[:, None, None]
    paint = np.asarray(colour, np.float32)
    if paint.ndim == 2:
        paint = np.repeat(paint, sides, 0)
    points = (line[:, None] + ring * wide).reshape(-1, 3)
    return Mesh.of(points, grid_triangles(len(line), sides, around=True), paint)


def _carried_along(along: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A direction across the path at each of its points, which twists as little as it can."""
    helper = np.eye(3)[np.argmin(np.abs(along[0]))]
    out = np.empty_like(along)
    for i, tangent in enumerate(along):
        helper = helper - tangent * (helper @ tangent)
        helper /= np.linalg.norm(helper) + 1e-9
        out[i] = helper
    return out


def bone(
    start: npt.ArrayLike, stop: npt.ArrayLike, radii: tuple[float, float], colour: npt.ArrayLike
) -> Mesh:
    """A tapered bone with round ends, as fingers are made of."""
    a, b = np.asarray(start, np.float64), np.asarray(stop, np.float64)
    length = float(np.linalg.norm(b - a)) + 1e-6
    axis = (b - a) / length
    turn = np.radians([-85, -55, -20, 20, 55, 85])
    before = turn <= 0
    places = np.where(before, radii[0] * np.sin(turn), length + radii[1] * np.sin(turn))
    wide = np.where(before, radii[0], radii[1]) * np.cos(turn)
    return tube(a + axis * places[:, None], wide, colour, sides=10)


def through(points: npt.ArrayLike, steps: int) -> npt.NDArray[np.float64]:
    """A smooth line (steps, 3) through some points (Catmull-Rom).

    Examples
    --------
    >>> line = through([[0, 0, 0], [1, 1, 0], [2, 0, 0]], 9)
    >>> line[[0, 4, 8]].tolist()
    [[0.0, 0.0, 0.0], [1.0, 1.0, 0.0], [2.0, 0.0, 0.0]]
    """
    p = np.asarray(points, np.float64)
    padded = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    place = np.linspace(0, len(p) - 1, steps)
    i = np.minimum(place.astype(int), len(p) - 2)
    t = (place - i)[:, None]
    a, b, c, d = padded[i], padded[i + 1], padded[i + 2], padded[i + 3]
    curve = (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    return np.asarray(b + curve / 2)
