"""From clips to measurements: raw scores of both streams, fused, calibrated, per unit and side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from facs.crops.clips import FaceClip
from facs.errors import ModelError
from facs.network.backends import Stream
from facs.network.spec import ModelSpec, stronger_side
from facs.units import SideName, column

__all__ = [
    "Model",
    "Scores",
    "TwoStreamModel",
    "checksum_of",
    "per_unit",
    "scores_of",
    "wants_motion",
]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Scores:
    """What the model says of n clips; U units, of which S have sides.

    Parameters
    ----------
    probability : array, shape (n, U), in [0, 1]
    intensity : array, shape (n, U), in [0, 5]
        0 is not active, 1 to 5 the letters A to E.
    left, right, left_intensity, right_intensity : arrays, shape (n, S)
    fused : array, shape (n,), bool
        False where the spatial stream spoke alone, because the window was not full.
    raw : array, shape (n, columns), optional
        What the probabilities were made of, before calibration: scores of both streams together
        where `fused`, of the spatial one elsewhere. With it they can be made steady over time
        (`facs.network.steady`).
    """

    probability: Floats
    intensity: Floats
    left: Floats
    right: Floats
    left_intensity: Floats
    right_intensity: Floats
    fused: NDArray[np.bool_]
    raw: Floats | None = None


class Model(Protocol):
    """Anything that scores clips.

    It may say two more things of itself: ``uses_motion``, see `wants_motion`, and ``sha256``,
    see `checksum_of`.
    """

    @property
    def spec(self) -> ModelSpec:
        """Units, preprocessing, thresholds, origin."""

    def __call__(self, clips: Sequence[FaceClip]) -> Scores:
        """Score clips."""


def wants_motion(model: Model) -> bool:
    """Whether clips are to have their flow: the model's ``uses_motion``, True where it has none."""
    return bool(getattr(model, "uses_motion", True))


def checksum_of(model: Model) -> str:
    """Of a model's weights, for the record: its ``sha256``, empty where it has none."""
    return str(getattr(model, "sha256", ""))


class TwoStreamModel:
    """AlexNet on the face and AlexNet on its motion, fused per column.

    Where a clip has no flow (`FaceClip.flow` is None) the spatial stream speaks
    alone, with its own calibration, and `Scores.fused` says so.

    Parameters
    ----------
    spatial : Stream
    temporal : Stream, optional
        Without it every clip is scored from the picture alone.
    sha256 : str
        Checksum of the spatial file, for the record.

    Raises
    ------
    ModelError
        If the two streams do not belong together.
    """

    def __init__(self, spatial: Stream, temporal: Stream | None = None, sha256: str = "") -> None:
        if spatial.spec.stream != "spatial":
            raise ModelError(f"wanted a spatial stream first, got a {spatial.spec.stream} one")
        if temporal is not None:
            _check_pair(spatial.spec, temporal.spec)
        self.spec = spatial.spec
        self.uses_motion = temporal is not None
        self.sha256 = sha256
        self._spatial = spatial
        self._temporal = temporal

    def __call__(self, clips: Sequence[FaceClip]) -> Scores:
        """Score clips (n)."""
        spec = self.spec
        if not clips:
            nothing = np.zeros((0, len(spec.columns)), np.float32)
            return scores_of(spec, nothing, np.zeros(0, bool))
        for clip in clips:
            _check(clip, spec)
        crops = np.stack([clip.crop for clip in clips])
        raw = self._spatial(crops).copy()  # (n, columns); a stream may keep what it said
        flows = [clip.flow for clip in clips if clip.flow is not None]
        fused = np.zeros(len(clips), bool)
        if self._temporal is not None and flows:
            fused = np.array([clip.flow is not None for clip in clips])
            weight = np.asarray(spec.fusion, np.float32)
            raw[fused] = (1 - weight) * raw[fused] + weight * self._temporal(np.stack(flows))
        return scores_of(spec, raw, fused)


def _check(clip: FaceClip, spec: ModelSpec) -> None:
    if len(clip.crop) != spec.crop_size:
        raise ModelError(f"wanted crops of {spec.crop_size} px, got {len(clip.crop)}")
    if clip.flow is not None and len(clip.flow) != 2 * spec.slots:
        raise ModelError(f"wanted flow of {2 * spec.slots} planes, got {len(clip.flow)}")


def _check_pair(spatial: ModelSpec, temporal: ModelSpec) -> None:
    """Both files say the same of all but their stream, so which is asked does not matter."""
    differ = [
        f.name for f in fields(ModelSpec) if getattr(spatial, f.name) != getattr(temporal, f.name)
    ]
    if temporal.stream != "temporal" or differ != ["stream"]:
        raise ModelError(
            f"wanted two streams of one model, got {spatial.label} and "
            f"{temporal.label} ({temporal.stream}), which differ in "
            f"{', '.join(differ) or 'nothing'}"
        )


def scores_of(spec: ModelSpec, raw: Floats, fused: NDArray[np.bool_]) -> Scores:
    """What scores (n, columns) before calibration mean; fused ones have a calibration of their own.

    Parameters
    ----------
    spec : ModelSpec
    raw : array, shape (n, columns)
    fused : array, shape (n,)
    """
    letters = spec.spatial.letters(raw)  # (n, columns, 5)
    letters[fused] = spec.fused.letters(raw[fused])
    return replace(per_unit(letters, spec, fused), raw=raw)


def per_unit(letters: Floats, spec: ModelSpec, fused: NDArray[np.bool_]) -> Scores:
    """Presence is P(at least A), intensity the sum over letters; a unit is its stronger side."""
    presence, intensity = letters[..., 0], letters.sum(-1)
    place = {name: i for i, name in enumerate(spec.columns)}

    def of(values: Floats, side: SideName) -> Floats:
        return values[:, [place[column(unit, side)] for unit in spec.sided]]

    return Scores(
        stronger_side(spec.units, presence),
        stronger_side(spec.units, intensity),
        of(presence, "left"),
        of(presence, "right"),
        of(intensity, "left"),
        of(intensity, "right"),
        fused,
    )
