"""Real faces on which calibration and thresholds are chosen beside rendered ones.

What is likely in a rendered face need not be in a real one: with thresholds of rendered faces alone
a model that ranked real faces well still called hardly any lip corner lowered. The faces are of
FER2013's PublicTest, which teaches nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facs.canonical import CROP_SIZE
from facs.errors import InputError
from facs.faces.landmarks import Landmarker
from facs.training.measure import Streams
from facs.training.real_faces import FaceSet, of_split, read_fer
from facs.training.seen_and_voted import seen_and_voted
from facs.training.seen_units import read_seen, seen_targets
from facs.training.streams import central_crops
from facs.training.unit_data import cut_real

__all__ = ["SeenFaces", "SeenScores", "read_seen_faces"]

Floats = NDArray[np.float32]

LIKELY = 0.4
"""Chance from which what is seen and voted counts as shown. Where the eye alone says otherwise
nothing is known: of a slight movement that votes for no emotion deny (those for an emotion that is
not known for the unit only halve it)."""


@dataclass(frozen=True)
class SeenFaces:
    """Crops (n, S, S) and presence (n, columns): 1 shown, 0 not, NaN not known ("maybe")."""

    crops: NDArray[np.uint8]
    presence: Floats
    columns: tuple[str, ...]

    def scored(self, networks: Streams) -> SeenScores:
        """What both streams say of them, in the networks' columns.

        A picture stands for a face that is held still: its flow is zero.
        """
        keep = [self.columns.index(name) for name in networks.columns]
        still = np.zeros((2 * networks.slots, CROP_SIZE, CROP_SIZE), np.float32)
        spatial = networks.spatial_scores(self.crops)
        temporal = networks.temporal_scores([still])
        return SeenScores(
            spatial, np.repeat(temporal, len(spatial), axis=0), self.presence[:, keep]
        )


@dataclass(frozen=True)
class SeenScores:
    """Raw scores (n, columns) of both streams, and presence as in `SeenFaces`."""

    spatial: Floats
    temporal: Floats
    presence: Floats

    def fused(self, weight: Floats) -> Floats:
        """Scores of both streams together, `weight` (columns,) of them temporal."""
        return (1 - weight) * self.spatial + weight * self.temporal


def read_seen_faces(
    fer: Path, listed: Path, columns: tuple[str, ...], landmarker: Landmarker
) -> SeenFaces:
    """Cut the listed faces of FER2013's PublicTest; those that the PrivateTest has too stay out.

    Raises
    ------
    InputError
        If the list names a picture that is not of that split, or no face is found.
    """
    faces = read_fer(fer, "validation")
    seen = {name: replace(look, maybe=frozenset()) for name, look in read_seen(listed).items()}
    names = np.array([f"{fer.stem}:{row}" for row in faces.rows])
    others = sorted(seen.keys() - {f"{fer.stem}:{row}" for row in of_split(fer, "validation")})
    if others:
        raise InputError(f"{listed}: wanted pictures of the PublicTest of {fer}, got {others[0]}")
    rows = np.flatnonzero([name in seen for name in names])
    chosen = FaceSet(faces.jpeg, faces.offsets, faces.rows[rows], faces.votes[rows])
    cut = cut_real(chosen, landmarker)
    if not len(cut.crops):
        raise InputError(f"wanted pictures with faces in {listed}, found none")
    targets = seen_targets(names[rows[cut.rows]].tolist(), seen, columns)
    moved = seen_and_voted(targets, chosen.votes[cut.rows], columns)
    shown, likely = targets > 0.5, moved > LIKELY
    presence = np.where((shown != likely) | np.isnan(targets), np.nan, shown)
    return SeenFaces(central_crops(cut.crops), presence.astype(np.float32), columns)
