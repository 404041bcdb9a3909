"""The example's moments, analysed once, and the places of a face on its crop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import facs

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "synthetic_face.mp4"

PLACES = {"brows": range(17, 27), "eyes": range(36, 48), "mouth": range(48, 68)}
SMILE, BROWS, EYES_CLOSED, WINK = 1.4, 2.8, 3.8, 6.2
"""Seconds of the example; `synthetic_face.csv` has them."""


@pytest.fixture(scope="session")
def recording():
    return facs.analyze(EXAMPLE, stop=6.5)


def boxes(recording, explanation):
    """x0, y0, x1, y1 of each place on the crop, a few pixels wider than its landmarks."""
    (person,) = recording.people
    row = int(np.argmin(np.abs(recording.times - explanation.time)))
    points = person.landmarks[row] @ explanation.matrix[:, :2].T + explanation.matrix[:, 2]
    return {
        name: (*points[list(which)].min(0) - 4, *points[list(which)].max(0) + 4)
        for name, which in PLACES.items()
    }


def mean_inside(array, box):
    x0, y0, x1, y1 = np.rint(box).astype(int)
    return float(array[y0 : y1 + 1, x0 : x1 + 1].mean())


def lies_on(recording, explanation):
    """Mean of the map on each place."""
    places = boxes(recording, explanation)
    return {name: mean_inside(explanation.map, box) for name, box in places.items()}


def alike(one, other):
    """Correlation of two maps."""
    return float(np.corrcoef(one.map.ravel(), other.map.ravel())[0, 1])
