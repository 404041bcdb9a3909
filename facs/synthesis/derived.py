"""Shapes that the model lacks, made of those that it has.

The model raises the upper lip and wrinkles the nose, but does not deepen the middle of the
furrow between nose and cheek by itself (AU11); and it puffs cheeks up, but of the same shape
drawn backwards the lips and teeth took part as well (AU35).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from facs.synthesis.assets import Floats, Indices

__all__ = ["DERIVED", "with_derived"]

_Maker = Callable[[Mapping[str, Floats], Floats], Floats]
_FURROW_X, _FURROW_Y = 2.6, -0.6
"""The middle of the furrow between nose and cheek, centimetres."""


def with_derived(
    names: Sequence[str], shapes: Floats, neutral: Floats, teeth: Indices
) -> tuple[tuple[str, ...], Floats]:
    """Names and shapes of a mesh with those of `DERIVED` behind them, a left and a right one.

    Parameters
    ----------
    names : sequence of str
        Shapes of the model. One that something is derived from and that is not there leaves
        that out: `Mixer.over` says so.
    shapes : ndarray, shape (len(names), n, 3), centimetres
    neutral : ndarray, shape (n, 3)
    teeth : ndarray of int
        Vertices of teeth and gums, which no derived shape moves.
    """
    own = dict(zip(names, shapes, strict=True))
    added: dict[str, Floats] = {}
    for name, (sources, make) in DERIVED.items():
        for side in ("_L", "_R"):
            if all(source + side in own for source in sources):
                shape = make({source: own[source + side] for source in sources}, neutral)
                shape[teeth] = 0
                added[name + side] = shape
    if not added:
        return tuple(names), shapes
    return (*names, *added), np.concatenate([shapes, np.stack(list(added.values()))])


def _nasolabial(of: Mapping[str, Floats], neutral: Floats) -> Floats:
    """The middle of the furrow is pulled up; the rim of the lip stays."""
    x, y = np.abs(neutral[:, 0]), neutral[:, 1]
    near = np.exp(-(((x - _FURROW_X) / 1.3) ** 2) - ((y - _FURROW_Y) / 1.5) ** 2)
    share = near * _step(y, -3.0, -1.6) * (1 - _step(y, 0.5, 3.0))
    pull = np.float32(0.8) * of["mouthUpperUp"] + np.float32(0.6) * of["noseSneer"]
    return np.asarray(pull * share[:, None], np.float32)


def _cheek_suck(of: Mapping[str, Floats], neutral: Floats) -> Floats:
    """Cheeks go in where they puff up, but not the lips between them."""
    share = _step(np.abs(neutral[:, 0]), 2.4, 4.0)
    return np.asarray(-of["cheekPuff"] * share[:, None], np.float32)


def _step(x: Floats, start: float, end: float) -> Floats:
    """0 up to `start`, 1 from `end` on, smooth between."""
    t = np.clip((x - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


DERIVED: Final[Mapping[str, tuple[tuple[str, ...], _Maker]]] = {
    "nasolabial": (("mouthUpperUp", "noseSneer"), _nasolabial),
    "cheekSuck": (("cheekPuff",), _cheek_suck),
}
"""Derived shapes: what each is made of, and how."""
