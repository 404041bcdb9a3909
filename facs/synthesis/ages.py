"""Shapes of age, smoothed around the mouth.

They were transferred from another model, whose lips lie elsewhere: beside the mouth neighbours
moved up to three times as far apart as they had been, which gave children a dark smear there, and
teeth that came through their cheeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Floats, Indices
from facs.synthesis.kernels import MOUTH, SKIN, relax

__all__ = ["STEPS", "neighbours", "smooth_ages"]

STEPS: Final[Mapping[str, int]] = {"baby": 150, "child": 150, "young": 60, "old": 60}
"""Steps of smoothing of a shape, by the last word of its name."""

_STEP: Final = np.float32(0.8)
_MIDDLE_Y, _HALF_WIDTH, _HALF_HEIGHT = -3.0, 4.2, 3.8
_FRONT_Z = 4.0


def smooth_ages(
    shapes: Mapping[str, Floats], neutral: Floats, triangles: Indices, material: Indices
) -> dict[str, Floats]:
    """Shapes of age and people whose skin moves evenly around the mouth.

    Parameters
    ----------
    shapes : mapping of str to ndarray, shape (n, 3)
        By ``people-sex-age``; one whose age is not in `STEPS` stays as it is.
    neutral : ndarray, shape (n, 3), centimetres
    triangles, material : ndarray, shapes (m, 3) and (m,)
        Only skin and the lining of the mouth count; teeth and gums keep their place.

    Returns
    -------
    dict of str to ndarray, shape (n, 3)
    """
    first, beside = neighbours(triangles[np.isin(material, (SKIN, MOUTH))], len(neutral))
    weight = _near_mouth(neutral) * _STEP * (np.diff(first) > 0)
    chosen = np.flatnonzero(weight > 1e-3).astype(np.int32)
    return {
        name: relax(delta, first, beside, chosen, weight, STEPS.get(name.rpartition("-")[2], 0))
        for name, delta in shapes.items()
    }


def neighbours(triangles: Indices, count: int) -> tuple[Indices, Indices]:
    """The vertices beside each vertex of a mesh.

    Returns
    -------
    first : ndarray, shape (count + 1,)
        Those of vertex i are ``beside[first[i] : first[i + 1]]``.
    beside : ndarray, shape (edges,)

    Examples
    --------
    >>> first, beside = neighbours(np.array([[0, 1, 3]], np.int32), 4)
    >>> first.tolist(), beside.tolist()
    ([0, 2, 4, 4, 6], [1, 3, 0, 3, 0, 1])
    """
    a, b, c = triangles.T.astype(np.int64)
    ends: npt.NDArray[np.int64] = np.concatenate([a, b, b, c, c, a]) * count
    edges = np.unique(ends + np.concatenate([b, a, c, b, a, c]))
    first = np.searchsorted(edges // count, np.arange(count + 1))
    return first.astype(np.int32), (edges % count).astype(np.int32)


def _near_mouth(neutral: Floats) -> Floats:
    """1 in the middle of the mouth, falling to 0 at the nose, the chin and the cheeks, (n,)."""
    x, y, z = neutral.T
    fall = (np.abs(x) / _HALF_WIDTH) ** 4 + ((y - _MIDDLE_Y) / _HALF_HEIGHT) ** 4
    return np.asarray(np.exp(-fall) * (z > _FRONT_Z), np.float32)
