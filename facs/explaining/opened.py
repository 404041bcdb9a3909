"""The stream that is explained, and what the whole model makes of its scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.explaining.probes import differences, occlusion
from facs.network.backends import OnnxStream
from facs.network.spec import ModelSpec
from facs.network.weights import files_of

__all__ = ["Mapper", "Opened", "open_stream"]

Floats = NDArray[np.float32]
Picture = NDArray[Any]

Mapper = Callable[[Picture, list[int]], "tuple[Floats, Picture | None]"]
"""From what a stream sees, and columns, to a map (S, S) without a scale; and to what it sees with
the place hidden that matters most, where a method hides."""


@dataclass(frozen=True)
class Opened:
    """A model of which one stream is explained.

    Parameters
    ----------
    spatial : OnnxStream
    temporal : OnnxStream or None
        None where the picture is explained.
    path : Path
        The file of the stream that is explained.
    """

    spatial: OnnxStream
    temporal: OnnxStream | None
    path: Path

    @property
    def explained(self) -> OnnxStream:
        """The stream that is explained."""
        return self.spatial if self.temporal is None else self.temporal

    @property
    def spec(self) -> ModelSpec:
        """What the model says of itself."""
        return self.spatial.spec

    def presence(self, crop: Picture, seen: Picture) -> Floats:
        """Probabilities (columns,) of what the stream sees; of motion, together with its crop."""
        if self.temporal is None:
            return self.spec.spatial.letters(self.spatial(seen[None]))[0, :, 0]
        weight = np.asarray(self.spec.fusion, np.float32)
        fused = (1 - weight) * self.spatial(crop[None]) + weight * self.temporal(seen[None])
        return self.spec.fused.letters(fused)[0, :, 0]

    def mapper(self, method: str, seen: Picture) -> Mapper:
        """How a map is made; `seen` is tried where a network has to be rebuilt."""
        if method == "occlusion":
            return partial(occlusion, self.explained)
        if method == "differences":
            return lambda picture, columns: (differences(self.explained, picture, columns), None)
        from facs.explaining.gradients import gradcam, gradient, open_rebuilt

        rebuilt = open_rebuilt(self.path, self.explained, seen)
        by = gradient if method == "gradient" else gradcam
        return lambda picture, columns: (by(rebuilt, picture, columns), None)


def open_stream(model: str | Path | None, stream: str) -> Opened:
    """Open a model to explain its ``"spatial"`` or ``"temporal"`` stream.

    Raises
    ------
    ModelError
        If there is no such model.
    InputError
        If it has no temporal stream.
    """
    files = files_of(model)
    spatial = OnnxStream(files.spatial)
    if stream == "spatial":
        return Opened(spatial, None, files.spatial)
    if files.temporal is None:
        raise InputError(f"{files.name} has no temporal stream; choose stream='spatial'")
    return Opened(spatial, OnnxStream(files.temporal), files.temporal)
