"""Teeth behind lips that are shut: they give way, and no light falls on them.

Teeth and gums are a mesh of their own, which does not follow when lips are pressed, sucked or
blown up: of some people they came through their lips. And between lips that touch, of most
people, there is a line of a pixel where bright teeth said what the label of AU25 denies.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from facs.synthesis.assets import Assets, Floats
from facs.synthesis.labels import Lengths

__all__ = ["DARK", "NARROWED", "SUNK_CM", "light_inside", "parted", "shut_away"]

SUNK_CM: Final = 0.8
"""How far teeth lie back behind lips that touch."""

NARROWED: Final = 0.9
"""Share of its width that a row of teeth has behind lips that touch."""

DARK: Final = 0.12
"""Share of the light that falls on teeth behind lips that touch."""

_SHUT_CM, _OPEN_CM = 0.06, 0.25
"""Gaps between the inner lips of a mouth that is shut, and of one that is open."""


def parted(assets: Assets, unposed: Floats) -> float:
    """How far the lips are parted, from 0 (they touch) to 1 (teeth may show).

    Parameters
    ----------
    unposed : ndarray, shape (n, 3), centimetres
        Points of a head, before it is posed.
    """
    gap = Lengths.of(unposed[assets.landmarks]).lip_gap
    return float(np.clip((gap - _SHUT_CM) / (_OPEN_CM - _SHUT_CM), 0, 1))


def light_inside(share: float) -> float:
    """Share of the light that falls on teeth behind lips that are parted so far.

    Examples
    --------
    >>> light_inside(0.0), light_inside(1.0)
    (0.12, 1.0)
    """
    return DARK + (1 - DARK) * share


def shut_away(assets: Assets, unposed: Floats, share: float) -> Floats:
    """Points of a head, before it is posed, with the teeth behind lips that touch.

    Parameters
    ----------
    unposed : ndarray, shape (n, 3), centimetres
    share : float, in [0, 1]
        How far the lips are `parted`.

    Returns
    -------
    ndarray, shape (n, 3)
        `unposed` itself where the lips are parted.
    """
    away = np.float32(1 - share)
    if not away:
        return unposed
    out: Floats = unposed.copy()
    middle = unposed[assets.teeth, 0].mean()
    out[assets.teeth, 0] += (middle - out[assets.teeth, 0]) * away * np.float32(1 - NARROWED)
    out[assets.teeth, 2] -= away * np.float32(SUNK_CM)
    return out
