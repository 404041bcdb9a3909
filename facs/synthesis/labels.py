"""Labels: the intensity of every unit, as the deformed face shows it, side by side.

Where sliders are wrong (a wrinkled nose also lowers the brow, a lowered lip
parts the lips) intensities come from lengths in centimetres between landmarks
of the mesh before it is posed, as differences to the same person's own neutral.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from facs.errors import InputError
from facs.network.spec import columns_of
from facs.synthesis.assets import Floats
from facs.synthesis.shapes import slider
from facs.units import SIDED, ActionUnit

UNITS: Final[tuple[ActionUnit, ...]] = tuple(ActionUnit)


def columns() -> tuple[str, ...]:
    """Names of the labels in their order; the subject's own left comes first.

    Examples
    --------
    >>> columns()[:3], len(columns())
    (('AU1_left', 'AU1_right', 'AU2_left'), 46)
    """
    return columns_of(UNITS)


PROTRUDING: Final = ("mouthFunnel", "mouthPucker", "mouthRollUpper", "mouthShrugUpper")
"""Shapes that move the upper lip without raising it as AU10 does."""

WIDE_CM: Final = 0.2
"""How far an upper lid is raised that may be called as wide as was asked for; AU5 raises it 0.4."""

# iBUG indices, (left, right)
_INNER_BROW = (22, 21)
_UPPER_LID = ((43, 44), (37, 38))
_LOWER_LID = ((46, 47), (40, 41))
_LIP_PEAK = (52, 50)
_INNER_UPPER_LIP, _INNER_LOWER_LIP = (61, 62, 63), (67, 66, 65)


@dataclass(frozen=True)
class Lengths:
    """What the rules read, in centimetres; pairs are (left, right)."""

    inner_brow: Floats
    lid_aperture: Floats
    upper_lid: Floats
    lower_lid: Floats
    lip_gap: float

    @classmethod
    def of(cls, landmarks: Floats) -> Lengths:
        """Measure landmarks (68, 3) of an un-posed face."""
        if landmarks.shape != (68, 3):
            raise InputError(f"landmarks: wanted shape (68, 3), got {landmarks.shape}")
        y = landmarks[:, 1]
        upper = y[np.array(_UPPER_LID)].mean(1)
        lower = y[np.array(_LOWER_LID)].mean(1)
        gap = y[list(_INNER_UPPER_LIP)].mean() - y[list(_INNER_LOWER_LIP)].mean()
        return cls(
            inner_brow=y[list(_INNER_BROW)],
            lid_aperture=upper - lower,
            upper_lid=upper,
            lower_lid=lower,
            lip_gap=float(gap),
        )


@dataclass(frozen=True)
class LabelMaker:
    """Turns shape weights into labels for one mesh.

    Attributes
    ----------
    names : tuple of str
        Shapes of the mesh.
    landmark_shapes : ndarray, shape (shapes, 68, 3)
        What each shape at weight 1 does to the landmarks.
    """

    names: tuple[str, ...]
    landmark_shapes: Floats

    def __post_init__(self) -> None:
        wanted = (len(self.names), 68, 3)
        if self.landmark_shapes.shape != wanted:
            raise InputError(
                f"landmark_shapes: wanted shape {wanted}, got {self.landmark_shapes.shape}"
            )

    def __call__(self, neutral: Floats, weights: Floats, shown: Floats) -> Floats:
        """Label one face.

        Parameters
        ----------
        neutral : ndarray, shape (68, 3)
            The person's landmarks at rest, in centimetres.
        weights : ndarray, shape (shapes,)
            What is added to her neutral.
        shown : ndarray, shape (sliders, 2), in [0, 1]
            Intensities of the sliders after all limits (see `Mixer.weights`).

        Returns
        -------
        ndarray, shape (columns,), in [0, 1]
            In the order of `columns`.
        """
        rest = Lengths.of(neutral)
        face = Lengths.of(neutral + np.tensordot(weights, self.landmark_shapes, 1))
        values = {unit: _from_slider(unit, shown) for unit in UNITS}
        brow = face.inner_brow - rest.inner_brow
        looking = self._looking(neutral, weights)
        # Whoever looks down has lost half of the aperture and closes nothing.
        open_lids = np.minimum(rest.lid_aperture, looking.lid_aperture)
        lids = _eyes_closed(open_lids, face.lid_aperture)
        tight = (lids == 0) * _ramp(face.lower_lid - looking.lower_lid, 0.10, 0.32)
        lip = self._lip_peak(weights)
        _at_least(values, ActionUnit.AU1, _ramp(brow, 0.18, 0.58))
        _at_least(values, ActionUnit.AU4, 0.6 * _ramp(-brow, 0.10, 0.38))
        _at_least(values, ActionUnit.AU7, 0.6 * tight)
        _at_least(values, ActionUnit.AU10, 0.8 * _ramp(lip, 0.42, 0.85))
        wide = _ramp(face.upper_lid - looking.upper_lid, 0.0, WIDE_CM)
        values[ActionUnit.AU5] = np.minimum(values[ActionUnit.AU5], wide)
        values[ActionUnit.AU43] = lids
        values[ActionUnit.AU25] = np.array([_ramp(face.lip_gap - rest.lip_gap, 0.06, 0.7)])
        values[ActionUnit.AU26], values[ActionUnit.AU27] = self._jaw(weights)
        return np.concatenate([values[unit] for unit in UNITS]).astype(np.float32)

    def _looking(self, neutral: Floats, weights: Floats) -> Lengths:
        """Lengths of a face that does nothing but look where this one looks: lids follow eyes."""
        gaze = np.array([name.startswith("eyeLook") for name in self.names])
        return Lengths.of(neutral + np.tensordot(weights * gaze, self.landmark_shapes, 1))

    def _lip_peak(self, weights: Floats) -> Floats:
        """How far the peaks of the upper lip are raised, without what merely protrudes them."""
        kept = np.array([name not in PROTRUDING for name in self.names])
        moved = np.tensordot(weights * kept, self.landmark_shapes[:, list(_LIP_PEAK), 1], 1)
        return np.asarray(moved, np.float32)

    def _jaw(self, weights: Floats) -> tuple[Floats, Floats]:
        """AU26 and AU27 from the drop of the jaw.

        The skin of the chin also follows the lips, so only the shape that turns
        the jaw itself is measured.
        """
        row = self.names.index("jawOpen")
        chin = self.landmark_shapes[row, 33, 1] - self.landmark_shapes[row, 8, 1]
        drop = float(weights[row] * chin)
        stretch = _ramp(drop, 1.4, 2.5)
        return (
            np.array([_ramp(drop, 0.2, 0.95) * np.clip(1 - stretch / 0.2, 0, 1)]),
            np.array([stretch]),
        )


def _ramp(value: npt.ArrayLike, start: float, full: float) -> Floats:
    """0 up to `start`, 1 from `full` on, a straight line between."""
    share = (np.asarray(value, np.float32) - start) / (full - start)
    return np.asarray(np.clip(share, 0, 1), np.float32)


def _eyes_closed(rest: Floats, now: Floats) -> Floats:
    """AU43 per side: 0 until half of the resting aperture is gone, 1 when the lids meet."""
    return _ramp(1 - now / np.maximum(rest, 0.1), 0.5, 0.92)


def _from_slider(unit: ActionUnit, shown: Floats) -> Floats:
    if unit is ActionUnit.AU19:  # the halves only turn it
        return np.array([shown[slider("19")].max()])
    if unit is ActionUnit.AU30:
        return np.array([max(shown[slider("30L")].mean(), shown[slider("30R")].mean())])
    sides: Floats = shown[slider(str(int(unit)))]
    return sides.copy() if unit in SIDED else np.array([sides.mean()], np.float32)


def _at_least(values: dict[ActionUnit, Floats], unit: ActionUnit, floor: Floats) -> None:
    values[unit] = np.maximum(values[unit], floor)
