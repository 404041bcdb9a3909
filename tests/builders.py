"""Small recordings with known numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from facs.arrays import array_forms
from facs.person import REASONS, Person
from facs.recording import ModelInfo, Recording
from facs.units import ActionUnit

UNITS = (ActionUnit.AU6, ActionUnit.AU9, ActionUnit.AU12)
SIDED = (ActionUnit.AU6, ActionUnit.AU12)
NAN = float("nan")


def make_model(**changes: Any) -> ModelInfo:
    facts: dict[str, Any] = {
        "name": "tiny",
        "version": "1.0",
        "licence": "MIT",
        "training": "nothing at all",
        "units": UNITS,
        "on": [0.5] * len(UNITS),
        "off": [0.4] * len(UNITS),
        "sha256": "0" * 64,
    }
    return ModelInfo(**facts | changes)


def make_person(probability: Any = ((0.1, 0.2, 0.9),), **changes: Any) -> Person:
    """A person with these probabilities; intensity is five times as much.

    A row that is all NaN is a frame without a face. Times are 10 frames a second.
    """
    scores = np.array(probability, np.float32)
    n = len(scores)
    units = changes.get("units", UNITS)
    sided = changes.get("sided", tuple(unit for unit in units if unit in SIDED))
    at = [units.index(unit) if unit in units else 0 for unit in sided]
    unseen = np.isnan(scores).all(axis=1)
    values: dict[str, Any] = {
        name: np.full(shape, np.nan, np.float32)
        for name, (shape, _) in array_forms(n, units, sided).items()
    }
    values |= {
        "track": 0,
        "times": np.arange(n) / 10,
        "units": units,
        "sided": sided,
        "probability": scores,
        "intensities": scores * 5,
        "left": scores[:, at],
        "right": scores[:, at] / 2,
        "left_intensity": scores[:, at] * 5,
        "right_intensity": scores[:, at] * 2.5,
        "quality": np.where(unseen, np.nan, 0.8),
        "score": np.where(unseen, np.nan, 0.9),
        "reasons": np.where(unseen, REASONS.index("no_face"), 0),
        "streams": np.where(unseen, 0, 2),
        "on": [0.5] * len(units),
        "off": [0.4] * len(units),
    }
    values |= _face(unseen)
    return Person(**values | changes)


def _face(unseen: Any) -> dict[str, Any]:
    """A box, landmarks on a circle in it, and a straight pose, where there is a face."""
    angle = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    circle = np.stack([50 + 20 * np.cos(angle), 50 + 20 * np.sin(angle)], axis=1)
    there = np.where(unseen, np.nan, 1.0)
    return {
        "boxes": there[:, None] * np.array([20.0, 20.0, 80.0, 80.0]),
        "landmarks": there[:, None, None] * circle,
        "pose": there[:, None] * np.array([10.0, 0.0, 0.0]),
    }


def make_recording(*people: Person, **changes: Any) -> Recording:
    """A recording of these people, or of one with AU12 in the last two of three frames."""
    if not people:
        people = (make_person([[0.1, 0.2, 0.3], [0.2, 0.2, 0.9], [0.2, 0.1, 0.8]]),)
    facts: dict[str, Any] = {
        "source": "talk.mp4",
        "size": (100, 100),
        "rate": Fraction(10),
        "times": people[0].times,
        "people": people,
        "model": make_model(),
    }
    return Recording(**facts | changes)
