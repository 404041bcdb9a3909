"""High dynamic range brought to the range in which pictures are scored."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CURVES", "light_table"]

Floats = NDArray[np.float64]

WHITE: Final = 203.0
"""Light of a white sheet in nits: what it is graded to (ITU-R BT.2408, section 2)."""

DISPLAY: Final = 2.4
"""Exponent of a display of the usual range (ITU-R BT.1886)."""

KNEE: Final = 0.75
"""Share of white up to which every level is as it is; what is brighter shares the rest. Phones
make a bright face brighter than white paper, and cutting it off would take its relief away."""

LEVELS: Final = 2**16


@lru_cache(maxsize=2)
def light_table(transfer: int) -> NDArray[np.uint8]:
    """The level of the usual range, 0 to 255, for each level of 16 bits: shape (65536,), uint8.

    Parameters
    ----------
    transfer : int
        A code of `CURVES`.

    Examples
    --------
    >>> bool((np.diff(light_table(16).astype(int)) >= 0).all())
    True
    """
    nits = CURVES[transfer](np.linspace(0.0, 1.0, LEVELS))
    return np.round(255 * _bent((nits / WHITE) ** (1 / DISPLAY))).astype(np.uint8)


def _bent(level: Floats) -> Floats:
    """Levels of which white is 1, so that all of them stay below 1."""
    over = np.maximum(level - KNEE, 0.0) / (1 - KNEE)
    return np.where(level > KNEE, KNEE + (1 - KNEE) * over / (over + 1), level)


def _perceptual(signal: Floats) -> Floats:
    """Nits of a PQ signal in [0, 1] (SMPTE ST 2084)."""
    m1, m2 = 2610 / 16384, 128 * 2523 / 4096
    c1, c2, c3 = 3424 / 4096, 32 * 2413 / 4096, 32 * 2392 / 4096
    root = signal ** (1 / m2)
    return np.asarray(10_000 * (np.maximum(root - c1, 0.0) / (c2 - c3 * root)) ** (1 / m1))


def _hybrid(signal: Floats) -> Floats:
    """Nits of an HLG signal in [0, 1] on its usual display, of 1000 nits (ITU-R BT.2100)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return np.asarray(1000 * scene**1.2)


CURVES: Final = {16: _perceptual, 18: _hybrid}
"""Transfer characteristics PQ and HLG (ITU-T H.273, table 3), which phones record."""
