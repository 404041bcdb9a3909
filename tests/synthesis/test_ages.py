"""Shapes of age move the skin around the mouth evenly."""

from __future__ import annotations

import numpy as np

from facs.synthesis.ages import neighbours, smooth_ages
from facs.synthesis.assets import Assets
from facs.synthesis.kernels import SKIN, TEETH

SIDE = 21


def _sheet() -> tuple[np.ndarray, np.ndarray]:
    """A flat square of skin before the mouth, (SIDE * SIDE, 3), and its triangles."""
    x, y = np.meshgrid(np.linspace(-3, 3, SIDE), np.linspace(-6, 0, SIDE))
    points = np.stack([x, y, np.full_like(x, 9)], -1).reshape(-1, 3).astype(np.float32)
    corner = (np.arange(SIDE - 1)[:, None] * SIDE + np.arange(SIDE - 1)).ravel()
    one = np.stack([corner, corner + 1, corner + SIDE], 1)
    other = np.stack([corner + 1, corner + SIDE + 1, corner + SIDE], 1)
    return points, np.concatenate([one, other]).astype(np.int32)


def _jump(points: np.ndarray) -> np.ndarray:
    """A shape that moves one half of the sheet 1 cm down and leaves the other."""
    return np.where(points[:, :1] > 0, np.float32([[0, -1, 0]]), np.float32(0))


def test_a_jump_beside_the_mouth_of_a_child_becomes_a_slope() -> None:
    points, triangles = _sheet()
    skin = np.full(len(triangles), SKIN, np.int32)
    shapes = {f"asian-male-{age}": _jump(points) for age in ("child", "old", "middling")}
    out = smooth_ages(shapes, points, triangles, skin)

    def steepest(age: str) -> float:
        along = out[f"asian-male-{age}"][:, 1].reshape(SIDE, SIDE)[SIDE // 2]
        return float(np.abs(np.diff(along)).max())

    assert steepest("child") < 0.8 * steepest("old") < 0.1
    assert steepest("middling") == 1


def test_what_is_not_skin_keeps_its_place() -> None:
    points, triangles = _sheet()
    teeth = np.full(len(triangles), TEETH, np.int32)
    out = smooth_ages({"asian-male-child": _jump(points)}, points, triangles, teeth)
    assert np.array_equal(out["asian-male-child"], _jump(points))


def test_children_of_the_real_mesh_are_not_torn_beside_the_mouth(assets: Assets) -> None:
    x, y, z = assets.neutral.T
    first, beside = neighbours(assets.triangles[assets.material == SKIN], len(x))
    here = np.repeat(np.arange(len(x)), np.diff(first))
    near = (np.abs(x) < 3.5) & (np.abs(y + 3) < 3) & (z > 5)
    edge = near[here] & near[beside]
    a, b = here[edge], beside[edge]
    length = np.linalg.norm(assets.neutral[a] - assets.neutral[b], axis=1)
    for name, delta in assets.people_shapes.items():
        if name.endswith("-child"):
            stretch = np.linalg.norm(delta[a] - delta[b], axis=1) / np.maximum(length, 1e-3)
            assert np.percentile(stretch, 99) < 2, name  # up to 2.9 before
