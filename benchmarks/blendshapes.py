"""Blendshapes of a peer as scores of action units, from the CSVs of ``peer_mediapipe.py``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHAPES_OF", "read_csv", "unit_scores"]

Floats = NDArray[np.float64]

SHAPES_OF: Mapping[int, str] = {
    1: "browInnerUp",
    2: "browOuterUp",
    4: "browDown",
    5: "eyeWide",
    6: "cheekSquint",
    7: "eyeSquint",
    9: "noseSneer",
    10: "mouthUpperUp",
    12: "mouthSmile",
    15: "mouthFrown",
    17: "mouthShrugLower",
    26: "jawOpen",
    27: "jawOpen",
    43: "eyeBlink",
}
"""The shape of each unit; where it has two sides, their mean is taken."""


def read_csv(path: Path) -> dict[str, Floats]:
    """Columns of a CSV of numbers, by name; ``nan`` is NaN."""
    with path.open(newline="") as file:
        names, *rows = csv.reader(file)
    values = np.array(rows, np.float64).reshape(-1, len(names))
    return dict(zip(names, values.T, strict=True))


def unit_scores(columns: Mapping[str, Floats]) -> dict[int, Floats]:
    """Scores (n,) of each unit of `SHAPES_OF`; NaN where no face was found."""
    return {unit: _shape(columns, name) for unit, name in SHAPES_OF.items()}


def _shape(columns: Mapping[str, Floats], name: str) -> Floats:
    if name in columns:
        return columns[name]
    return np.asarray((columns[f"{name}Left"] + columns[f"{name}Right"]) / 2)
