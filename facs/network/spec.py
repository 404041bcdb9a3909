"""What a weights file says about itself: units, preprocessing, calibration, thresholds, origin.

The specification travels inside the weights (ONNX metadata, torch checkpoint),
so that a file alone is enough to run it and nobody keeps constants elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import ModelError
from facs.network.kinds import (
    LARGEST_CROP,
    LARGEST_NUMBER,
    LONGEST_SLOT,
    MOST_SLOTS,
    check_number,
    check_text,
)
from facs.odds import FAR, sigmoid
from facs.units import SIDED, SIDES, ActionUnit, column

__all__ = [
    "LEVELS",
    "SPEC_KEY",
    "STREAMS",
    "Calibration",
    "ModelSpec",
    "columns_of",
    "stronger_side",
]

Floats = NDArray[np.float32]

SPEC_KEY: Final = "facs.spec"
"""Key of the specification in the metadata of an ONNX file."""

STREAMS: Final = ("spatial", "temporal")

LEVELS: Final = (0.2, 0.35, 0.5, 0.7, 0.9)
"""Movement, as a fraction of the unit's maximum, from which the letters A, B, C, D, E count."""


def columns_of(units: tuple[ActionUnit, ...]) -> tuple[str, ...]:
    """Name the network's outputs: one per unit, two (left, right) where sides are scored apart.

    Examples
    --------
    >>> columns_of((ActionUnit.AU9, ActionUnit.AU12))
    ('AU9', 'AU12_left', 'AU12_right')
    """
    names: list[str] = []
    for unit in units:
        names += [column(unit, side) for side in SIDES] if unit in SIDED else [str(unit)]
    return tuple(names)


def stronger_side(units: tuple[ActionUnit, ...], values: Floats) -> Floats:
    """Values (n, U) of units from those (n, columns) of `columns_of`: the stronger side counts.

    NaN where the value of one of its sides is.

    Examples
    --------
    >>> values = np.array([[0.1, 0.2, 0.7]], np.float32)
    >>> stronger_side((ActionUnit.AU9, ActionUnit.AU12), values).tolist() == values[:, ::2].tolist()
    True
    """
    place = {name: i for i, name in enumerate(columns_of(units))}
    left, right = (
        [place[column(unit, side if unit in SIDED else "")] for unit in units] for side in SIDES
    )
    return np.maximum(values[:, left], values[:, right])


@dataclass(frozen=True)
class Calibration:
    """How a raw score becomes the probabilities of the letters A to E.

    ``P(at least letter k) = sigmoid(slope * score - cuts[k])`` with cuts that
    increase. Presence is ``P(at least A)`` and intensity is the sum over the five
    letters, so both rise with the one score and never contradict each other.

    Parameters
    ----------
    slope : tuple of float, one per column, > 0
    cuts : tuple of 5 floats per column, increasing
    """

    slope: tuple[float, ...]
    cuts: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        """Refuse slopes and cuts under which presence and intensity could contradict."""
        if len(self.slope) != len(self.cuts):
            raise ModelError(
                f"wanted one row of cuts per slope, got {len(self.cuts)} for {len(self.slope)}"
            )
        for slope in self.slope:
            if not 0 < slope <= LARGEST_NUMBER:
                raise ModelError(f"wanted slopes > 0, {LARGEST_NUMBER:g} at most, got {slope}")
        for row in self.cuts:
            if len(row) != len(LEVELS) or not all(a <= b for a, b in pairwise(row)):
                raise ModelError(f"wanted {len(LEVELS)} increasing cuts, got {row}")
            if max(map(abs, row)) > LARGEST_NUMBER:
                raise ModelError(f"wanted cuts within {LARGEST_NUMBER:g} of zero, got {row}")

    @classmethod
    def identity(cls, columns: int) -> Calibration:
        """Leave scores as they are; each letter one logit above the last."""
        return cls((1.0,) * columns, ((0.0, 1.0, 2.0, 3.0, 4.0),) * columns)

    def letters(self, scores: Floats) -> Floats:
        """Probabilities (n, columns, 5) that each letter is reached, from scores (n, columns)."""
        slope = np.asarray(self.slope, np.float32)
        cuts = np.asarray(self.cuts, np.float32)
        z = (scores * slope)[:, :, None] - cuts
        return np.asarray(sigmoid(z, FAR), np.float32)


@dataclass(frozen=True)
class ModelSpec:
    """Everything a consumer of a weights file must know.

    Parameters
    ----------
    name, version : str
    stream : str
        ``"spatial"`` or ``"temporal"``: what this file's network looks at.
    units : tuple of ActionUnit
        In the order of the outputs; sided units have two columns (see `columns_of`).
    crop_size : int, pixels
        Side of the aligned face.
    slots : int
        Flows in the window, half of them before the frame and half after.
    slot_seconds : float, seconds
        Time that one flow slot spans.
    spatial, fused : Calibration
        For the spatial score alone and for the fused score.
    fusion : tuple of float, one per column, in [0, 1]
        Weight of the temporal score; ``fused = (1 - w) * spatial + w * temporal``.
    on, off : tuple of float, one per unit, in (0, 1)
        Probability at which a unit counts as shown, so that an event begins and ends;
        ``off <= on``. What it must reach at its apex follows (`facs.events.least_peak`).
    training, licence : str
        What the weights learned from, and under which terms they may be used.
    """

    name: str
    version: str
    stream: str
    units: tuple[ActionUnit, ...]
    crop_size: int
    slots: int
    slot_seconds: float
    spatial: Calibration
    fused: Calibration
    fusion: tuple[float, ...]
    on: tuple[float, ...]
    off: tuple[float, ...]
    training: str
    licence: str

    def __post_init__(self) -> None:
        """Check that the parts belong together."""
        self._check_kinds()
        if self.stream not in STREAMS:
            raise ModelError(f"wanted stream in {STREAMS}, got {self.stream!r}")
        if not self.units:
            raise ModelError("wanted at least one action unit, got none")
        if len(set(self.units)) < len(self.units):
            raise ModelError("wanted each action unit once, got one of them twice")
        n = len(self.columns)
        for name, got in (
            ("spatial", len(self.spatial.slope)),
            ("fused", len(self.fused.slope)),
            ("fusion", len(self.fusion)),
        ):
            if got != n:
                raise ModelError(f"wanted {name} for {n} columns, got {got}")
        if not all(0 <= weight <= 1 for weight in self.fusion):
            raise ModelError(f"wanted fusion weights in [0, 1], got {self.fusion}")
        if not len(self.on) == len(self.off) == len(self.units):
            raise ModelError(f"wanted thresholds for {len(self.units)} units, got {len(self.on)}")
        if any(not 0 < off <= on < 1 for on, off in zip(self.on, self.off, strict=True)):
            raise ModelError("wanted thresholds with 0 < off <= on < 1")

    def _check_kinds(self) -> None:
        """A file of somebody else may hold anything; what does not fit fails far from here."""
        for name in ("name", "version", "stream", "training", "licence"):
            check_text(name, getattr(self, name))
        check_number("crop_size", self.crop_size, 32, LARGEST_CROP, whole=True)
        check_number("slots", self.slots, 2, MOST_SLOTS, whole=True)
        if self.slots % 2:
            raise ModelError(f"wanted an even number of slots, got {self.slots}")
        check_number("slot_seconds", self.slot_seconds, 1e-3, LONGEST_SLOT)

    @property
    def label(self) -> str:
        """Name and version, as messages and results say them."""
        return f"{self.name} {self.version}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the network's outputs."""
        return columns_of(self.units)

    @property
    def sided(self) -> tuple[ActionUnit, ...]:
        """The units whose left and right are scored apart, in order."""
        return tuple(u for u in self.units if u in SIDED)

    @property
    def half_window(self) -> float:
        """Seconds of motion that the window wants before a frame, and again after it."""
        return self.slots / 2 * self.slot_seconds

    def to_json(self) -> str:
        """Write as JSON, for the metadata of a weights file."""
        data = asdict(self)
        data["units"] = [int(u) for u in self.units]
        return json.dumps(data)

    @classmethod
    def from_json(cls, text: str) -> ModelSpec:
        """Read what `to_json` wrote.

        Raises
        ------
        ModelError
            If the text is not such a specification.
        """
        try:
            data: dict[str, Any] = json.loads(text)
            data["units"] = tuple(ActionUnit(u) for u in data["units"])
            for key in ("spatial", "fused"):
                part = data[key]
                cuts = tuple(tuple(float(x) for x in row) for row in part["cuts"])
                data[key] = Calibration(tuple(float(x) for x in part["slope"]), cuts)
            for key in ("fusion", "on", "off"):
                data[key] = tuple(float(x) for x in data[key])
            return cls(**data)
        except ModelError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ModelError(
                f"wanted the JSON of a ModelSpec, got text that fails: {error}"
            ) from None
