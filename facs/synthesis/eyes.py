"""Eyeballs give way to lids that close.

The blink shape was made for the average eye. Before the larger eyes of some people the closed
lid would lie inside the eyeball, and the pupil would stare through it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from facs.synthesis.assets import Assets, Floats
from facs.synthesis.labels import Lengths
from facs.synthesis.shapes import LEFT, RIGHT

__all__ = ["SUNK_CM", "make_way"]

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
