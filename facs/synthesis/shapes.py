"""From unit intensities to blend shape weights, side by side.

A *slider* is a unit that can be moved by itself; all sliders are units but
``30L`` and ``30R``, the two directions of AU30. Intensities are arrays of shape (sliders, 2): the
subject's own left, then her right; 1 is the maximum, FACS letter E. AU19 is as strong as the
stronger of its halves, which turns the tongue to its own side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from facs.errors import InputError
from facs.synthesis.assets import Floats

LEFT: Final = 0
RIGHT: Final = 1

RECIPES: Final[Mapping[str, Mapping[str, float]]] = {
    "1": {"browInnerUp": 1.0},
    "2": {"browOuterUp": 1.0},
    "4": {"browDown": 1.3},
    "5": {"eyeWide": 1.4},
    "6": {"cheekSquint": 0.7, "cheekRaiser": 0.5},
    "7": {"eyeSquint": 1.6, "eyeBlink": 0.06},
    "9": {"noseSneer": 1.0},
    "10": {"mouthUpperUp": 0.9},
    "11": {"nasolabial": 0.5, "mouthUpperUp": 0.08, "cheekSquint": 0.15},
    "12": {"mouthSmile": 1.0},
    "13": {"mouthSmile": 0.6, "mouthStretch": -0.45, "cheekPuff": 0.35},
    "14": {"mouthDimple": 1.2, "mouthPress": 0.15},
    "15": {"mouthFrown": 1.5},
    "16": {"mouthLowerDown": 1.3, "mouthStretch": 0.2},
    "17": {"mouthShrugLower": 1.0},
    "18": {"mouthPucker": 1.25},
    "19": {"jawOpen": 0.26, "mouthLowerDown": 0.25},
    "20": {"mouthStretch": 1.4},
    "22": {"mouthFunnel": 0.75},
    "23": {"mouthPucker": 0.4, "mouthRollLower": 0.55, "mouthRollUpper": 0.55},
    "24": {
        "mouthPress": 1.25,
        "mouthShrugLower": 0.25,
        "mouthRollLower": 0.2,
        "mouthRollUpper": 0.2,
    },
    "25": {"mouthLowerDown": 0.22, "mouthUpperUp": 0.33, "jawOpen": 0.06},
    "26": {"jawOpen": 0.35},
    "27": {"jawOpen": 0.95},
    "28": {"mouthRollLower": 1.0, "mouthRollUpper": 1.0, "jawOpen": 0.12, "mouthClose": 0.13},
    "29": {"jawForward": 1.7, "mouthShrugLower": 0.35},
    "30L": {"jawLeft": 1.6},
    "30R": {"jawRight": 1.6},
    "34": {"cheekPuff": 1.4, "mouthPress": 0.2},
    "35": {"cheekSuck": 1.2, "mouthPucker": 0.3},
    "43": {"eyeBlink": 1.0},
    "61": {"eyeLookOut_L": 1.0, "eyeLookIn_R": 1.0},
    "62": {"eyeLookOut_R": 1.0, "eyeLookIn_L": 1.0},
    "63": {"eyeLookUp": 1.0},
    "64": {"eyeLookDown": 1.0},
}
"""Shapes that make each slider; a name without side moves both, each by its own intensity.

Full strength is what strong faces really show, which for 4, 5, 7, 15, 16, 18, 20, 23, 24, 29, 30,
34 and 35 is more than the shape of that name: drawn at 1, those moved a face of 80 px by one pixel
or two, and a fifth of that cannot be seen. 22 stays below it, because there the mesh of the lips
tears. `nasolabial` and `cheekSuck` are made of other shapes, in `derived`.
"""

SLIDERS: Final = tuple(RECIPES)
WEIGHT_LIMITS: Final = (-0.5, 1.25)
"""Least and greatest weight of a shape that several sliders move; one alone may ask for more."""
_INDEX: Final = {name: i for i, name in enumerate(SLIDERS)}


def slider(name: str) -> int:
    """Row of a slider in arrays of intensities.

    Examples
    --------
    >>> slider("1"), SLIDERS[slider("43")]
    (0, '43')
    """
    return _INDEX[name]


def still() -> Floats:
    """Intensities of a face that does nothing, (sliders, 2) zeros."""
    return np.zeros((len(SLIDERS), 2), np.float32)


@dataclass(frozen=True)
class Mixer:
    """The recipes as a matrix over the shapes of one mesh.

    Attributes
    ----------
    names : tuple of str
        Shapes, in the order of the weights.
    matrix : ndarray, shape (sliders, 2, shapes)
        Weight of each shape when one side of a slider is at 1.
    """

    names: tuple[str, ...]
    matrix: Floats

    def __post_init__(self) -> None:
        wanted = (len(SLIDERS), 2, len(self.names))
        if self.matrix.shape != wanted:
            raise InputError(f"matrix: wanted shape {wanted}, got {self.matrix.shape}")

    @classmethod
    def over(cls, names: tuple[str, ...]) -> Mixer:
        """Make the mixer for a mesh with these shapes; raises InputError where one is missing."""
        matrix = np.zeros((len(SLIDERS), 2, len(names)), np.float32)
        for row, recipe in enumerate(RECIPES.values()):
            for shape, amount in recipe.items():
                if shape in names:  # one shape for both sides: each side brings half
                    matrix[row, :, names.index(shape)] += amount / 2
                    continue
                for side, suffix in enumerate("LR"):
                    if f"{shape}_{suffix}" not in names:
                        raise InputError(f"wanted a shape {shape}, the mesh has none")
                    matrix[row, side, names.index(f"{shape}_{suffix}")] += amount
        return cls(names, matrix)

    def weights(self, intensities: Floats) -> tuple[Floats, Floats]:
        """Shape weights, and the intensities that really show after all limits.

        Parameters
        ----------
        intensities : ndarray, shape (sliders, 2), >= 0
            What is asked for.

        Returns
        -------
        weights : ndarray, shape (shapes,)
        shown : ndarray, shape (sliders, 2), in [0, 1]
        """
        asked = _closed_eyes_win(intensities)
        raw = np.tensordot(asked, self.matrix, axes=2)
        weights = np.clip(raw, *self._limits())
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.where(np.abs(raw) > np.abs(weights), weights / raw, 1.0)
        # A slider keeps the share that its most limited shape kept.
        share = np.where(self.matrix != 0, kept, 1.0).min(-1)
        return weights.astype(np.float32), np.clip(asked * share, 0, 1).astype(np.float32)

    def _limits(self) -> tuple[Floats, Floats]:
        """Least and greatest weight of every shape."""
        alone = self.matrix.sum(1)  # both sides of one slider
        least, most = WEIGHT_LIMITS
        return np.minimum(alone.min(0), least), np.maximum(alone.max(0), most)


def _closed_eyes_win(intensities: Floats) -> Floats:
    """Lids that close cannot be wide or tight, and raise the cheek less; per side."""
    out: Floats = intensities.copy()
    lids = np.minimum(out[slider("43")], 1.0)
    out[slider("5")] *= 1 - np.minimum(2 * lids, 1)  # half shut and wide is no face
    out[slider("7")] *= np.where(lids > 0.5, 1 - lids, 1.0)
    out[slider("64")] *= 1 - 0.7 * lids
    out[slider("6")] *= 1 - 0.5 * lids
    # Lower lids that are pushed up twice meet the upper ones inside the eye.
    out[slider("7")] *= 1 - 0.4 * np.minimum(out[slider("6")], 1)
    return out
