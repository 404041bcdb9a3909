"""A face with known numbers, so that an app can find out whether it computes the same.

The face is rendered (``examples/make_export_faces.py``): nobody's.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.canonical import align, warp
from facs.crops.clips import FaceClip
from facs.crops.flow import FlowPiece, farneback, stack
from facs.network.backends import Stream
from facs.network.predict import TwoStreamModel
from facs.network.spec import ModelSpec

__all__ = ["GRID", "example"]

GRID: Final = 8
"""Every so many rows and columns of a flow are written."""

_TOLERANCES: Final = {
    "grey": 4,
    "grey_mean": 0.5,
    "flow": 0.002,
    "score": 0.002,
    "probability": 0.001,
    "probability_int8": 0.15,
    "rule": "crops: no grey level further off than `grey`, in the mean than `grey_mean`. Flows in "
    "their own unit. Scores and probabilities are of the crops and flows that are written here; "
    "those of `int8` (`probability_int8`) also differ from one processor to another",
}

Crops = NDArray[np.uint8]


def example(spec: ModelSpec, streams: Mapping[str, tuple[Stream, Stream | None]]) -> dict[str, Any]:
    """A face, its crops, their motion, and what each precision says of them.

    Parameters
    ----------
    spec : ModelSpec
    streams : mapping
        For each precision the spatial stream and, if there is one, the temporal stream.
    """
    pictures, landmarks = _faces(spec.slots + 1)
    crops = np.stack(
        [_cut(*face, spec.crop_size) for face in zip(pictures, landmarks, strict=True)]
    )
    times = [round(i * spec.slot_seconds, 9) for i in range(len(crops))]
    pieces = _pieces(crops, times)
    middle = spec.slots // 2
    window = stack(pieces, times[middle], spec.slots, spec.slot_seconds)
    assert window is not None  # a flow for each slot
    facts: dict[str, Any] = {
        "what": "the beginning of a smile of a rendered face; all arrays row after row",
        "picture": _grey(pictures[middle]),
        "landmarks": landmarks[middle].tolist(),
        "middle": middle,
        "crops": _grey(crops)
        | {"what": f"one for each of `times`; number {middle} is `picture`'s"},
        "times": times,
        "precisions": {
            name: _said(spec, pair, crops[middle], window) for name, pair in streams.items()
        },
        "tolerances": _TOLERANCES,
    }
    if any(temporal is not None for _, temporal in streams.values()):
        facts["flow"] = _flow(pieces[middle], middle, window)
    return facts


def _faces(count: int) -> tuple[Crops, NDArray[np.float64]]:
    """Grey pictures (count, h, w) and landmarks (count, 68, 2); after the last one the first."""
    with (files("facs.apps") / "example.npz").open("rb") as file, np.load(file) as stored:
        pictures, landmarks = stored["pictures"], stored["landmarks"]
    order = np.arange(count) % len(pictures)
    return pictures[order], landmarks[order].astype(float).round(2)


def _cut(picture: Crops, landmarks: NDArray[np.float64], size: int) -> Crops:
    return warp(picture, align(landmarks, size), size)


def _pieces(crops: Crops, times: list[float]) -> list[FlowPiece]:
    steps = zip(pairwise(times), pairwise(crops), strict=True)
    return [FlowPiece(a, b, farneback(*pair) / np.float32(b - a)) for (a, b), pair in steps]


def _grey(values: Crops) -> dict[str, Any]:
    return {
        "shape": list(values.shape),
        "grey_base64": base64.b64encode(values.tobytes()).decode("ascii"),
    }


def _flow(piece: FlowPiece, middle: int, window: NDArray[np.float32]) -> dict[str, Any]:
    """One flow, thinned out, and of each plane of the window its mean and spread."""
    right, down = piece.velocity[:, ::GRID, ::GRID].round(5).astype(float)
    return {
        "unit": "crop widths per second",
        "between": [middle, middle + 1],
        "every": GRID,
        "right": right.round(5).tolist(),
        "down": down.round(5).tolist(),
        "window_mean": window.mean((1, 2), dtype=float).round(6).tolist(),
        "window_spread": window.std((1, 2), dtype=float).round(6).tolist(),
    }


def _said(
    spec: ModelSpec,
    streams: tuple[Stream, Stream | None],
    crop: Crops,
    window: NDArray[np.float32],
) -> dict[str, Any]:
    """Scores of both streams, and probabilities of a picture alone and with motion."""
    spatial, temporal = streams
    units = list(map(str, spec.units))
    flows = [None] if temporal is None else [None, window]
    scores = TwoStreamModel(spatial, temporal)([FaceClip(0, 0, 0.0, crop, f) for f in flows])
    said = {
        "spatial_scores": _row(spatial(crop[None])[0]),
        "picture": dict(zip(units, _row(scores.probability[0]), strict=True)),
    }
    if temporal is not None:
        said["temporal_scores"] = _row(temporal(window[None])[0])
        said["moving"] = dict(zip(units, _row(scores.probability[1]), strict=True))
    return said


def _row(values: NDArray[np.float32]) -> list[float]:
    return [round(float(value), 5) for value in values]
