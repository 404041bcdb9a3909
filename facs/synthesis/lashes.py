"""Lashes as long and as dark as a person has them.

In pictures of real people who shut their eyes the lashes are a dark crescent under the lid. Without
them a network takes real eyes that are shut for eyes that look down, where the dark line is a
sliver of the eye. The cards of the mesh are filled evenly: finer than a pixel, hairs are a veil.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from facs.synthesis.assets import Assets, Floats

__all__ = ["Lashes", "draw_lashes", "grown"]

_LENGTH: Final = (0.4, 1.0)
_DARK: Final = (0.06, 0.25)
_PAINTED: Final = (0.12, 0.45)


@dataclass(frozen=True)
class Lashes:
    """`length` in lengths of the mesh's own; `opacity` in [0, 1] of one card: they overlap."""

    length: float
    opacity: float


def draw_lashes(painted: bool, rng: np.random.Generator) -> Lashes:
    """Draw a person's lashes; those that are painted are darker."""
    return Lashes(
        float(rng.uniform(*_LENGTH)),
        float(rng.uniform(*(_PAINTED if painted else _DARK))),
    )


def grown(assets: Assets, unposed: Floats, length: float) -> Floats:
    """Points of a head, before it is posed, with lashes of another length.

    Parameters
    ----------
    unposed : ndarray, shape (n, 3), centimetres
    length : float
        In lengths of the mesh's own lashes, which grow away from their roots.

    Returns
    -------
    ndarray, shape (n, 3)
    """
    tips, roots = assets.lashes
    out: Floats = unposed.copy()
    out[tips] = unposed[roots] + np.float32(length) * (unposed[tips] - unposed[roots])
    return out
