"""Eyeballs turn to where the eyes look, and give way to lids that close.

The shapes of the model move lids alone: an eye that looks aside would stay where it was. And
the blink shape was made for the average eye: before the larger eyes of some people the closed
lid would lie inside the eyeball, and the pupil would stare through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from facs.synthesis.assets import Assets, Floats, centre_of_eyeball
from facs.synthesis.labels import Lengths
from facs.synthesis.shapes import LEFT, RIGHT

__all__ = ["SUNK_CM", "TURNS", "make_way", "turned"]

Turn = tuple[float, float]

TURNS: Final[Mapping[str, Turn]] = {
    "eyeLookOut_L": (30.0, 0.0),
    "eyeLookIn_L": (-30.0, 0.0),
    "eyeLookUp_L": (0.0, 25.0),
    "eyeLookDown_L": (0.0, -30.0),
    "eyeLookOut_R": (-30.0, 0.0),
    "eyeLookIn_R": (30.0, 0.0),
    "eyeLookUp_R": (0.0, 25.0),
    "eyeLookDown_R": (0.0, -30.0),
}
"""Degrees to the subject's left, and up, that an eye turns while a shape has weight 1."""

SUNK_CM: Final = 0.45
"""How far an eyeball lies back behind lids that are shut."""

_BEGIN, _END = 0.65, 0.2
"""Shares of the aperture at rest between which it goes back."""


def make_way(assets: Assets, neutral: Floats, unposed: Floats) -> Floats:
    """Points of a head, before it is posed, with the eyeballs behind the lids.

    Parameters
    ----------
    neutral, unposed : ndarray, shape (n, 3), centimetres
        The same person at rest, and now.

    Returns
    -------
    ndarray, shape (n, 3)
        `unposed` itself where the eyes are open.
    """
    rest = Lengths.of(neutral[assets.landmarks]).lid_aperture
    now = Lengths.of(unposed[assets.landmarks]).lid_aperture
    back = SUNK_CM * np.clip((_BEGIN - now / np.maximum(rest, 0.1)) / (_BEGIN - _END), 0, 1)
    if not back.any():
        return unposed
    out: Floats = unposed.copy()
    side = np.where(assets.neutral[assets.eyeballs, 0] > 0, LEFT, RIGHT)
    out[assets.eyeballs, 2] -= back[side]
    return out


def turned(assets: Assets, weights: Floats, unposed: Floats) -> Floats:
    """Points of a head, before it is posed, with eyeballs turned to where the eyes look.

    Parameters
    ----------
    weights : ndarray, shape (shapes,)
        Of which only those named in `TURNS` count.
    unposed : ndarray, shape (n, 3), centimetres

    Returns
    -------
    ndarray, shape (n, 3)
        `unposed` itself where both eyes look ahead.
    """
    out = unposed
    left = assets.neutral[assets.eyeballs, 0] > 0
    for side, ball in (("_L", assets.eyeballs[left]), ("_R", assets.eyeballs[~left])):
        angles = _angles(assets.shape_names, weights, side)
        if len(ball) and angles.any():
            out = unposed.copy() if out is unposed else out
            centre = np.asarray(centre_of_eyeball(unposed[ball]), np.float32)
            out[ball] = (unposed[ball] - centre) @ _rotation(angles).T + centre
    return out


def _angles(names: Sequence[str], weights: Floats, side: str) -> Floats:
    """Degrees to the left and up of one eye."""
    turns = [
        float(weights[names.index(name)]) * np.array(turn)
        for name, turn in TURNS.items()
        if name.endswith(side) and name in names
    ]
    return np.asarray(np.sum(turns, 0) if turns else np.zeros(2), np.float32)


def _rotation(angles: Floats) -> Floats:
    """Matrix (3, 3) that turns what looks ahead by degrees to the left and up."""
    aside, up = np.radians(angles)
    about_y = [[np.cos(aside), 0, np.sin(aside)], [0, 1, 0], [-np.sin(aside), 0, np.cos(aside)]]
    about_x = [[1, 0, 0], [0, np.cos(up), np.sin(up)], [0, -np.sin(up), np.cos(up)]]
    return np.asarray(np.array(about_y) @ np.array(about_x), np.float32)
