"""What an earlier network sees in real faces, beside what their emotion makes likely.

Voters' emotions say the same of all sad faces; an earlier spatial stream sees which of them
has her lip corners lowered. The first is the prior, how much more or less than usual the second
sees is the evidence, and the next network learns from both (one step of EM over unit labels that
nobody gave).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from facs.errors import InputError
from facs.network.jaw import as_shipped
from facs.network.two_stream import SpatialStream, StreamConfig
from facs.training.measure import in_batches
from facs.training.real_faces import EMOTIONS
from facs.training.streams import central_crops
from facs.training.weak_labels import AGREEMENT

__all__ = ["in_this_face", "lid_targets", "network_of", "scores_of"]

Floats = NDArray[np.float32]

SUREST: Final = 0.97
LEAST: Final = 0.02

COVERED: Final = 2.4
NOT_WIDE: Final = -0.3
OPEN: Final = (-0.5, -1.0)
"""Scores of AU64 and of AU43 that facs-4 gave to the 30,927 faces that teach. Of 90 faces that it
thought to look far down (2.4 and more), nine in ten had lids that hid the eye, in a contact sheet:
its renderer drew shut lids without the dark line of lashes that real ones have. Faces whose
scores lie below both numbers of `OPEN` have open eyes."""

SHUT_TARGET: Final = 0.8
OPEN_TARGET: Final = 0.03


def network_of(checkpoint: Path, columns: tuple[str, ...]) -> nn.Module:
    """The spatial stream of a checkpoint as it would ship, over faces and their mirror images.

    Raises
    ------
    InputError
        If the checkpoint was made for other columns.
    """
    stream = SpatialStream(StreamConfig(len(columns)))
    saved = torch.load(checkpoint, weights_only=True)["mean"]
    weights = {k.removeprefix("stream."): v for k, v in saved.items() if k.startswith("stream.")}
    try:
        stream.load_state_dict(weights)
    except RuntimeError as error:
        raise InputError(
            f"teacher: wanted a spatial checkpoint of {len(columns)} columns, got {checkpoint}"
        ) from error
    return as_shipped(stream.eval(), columns).eval()


def scores_of(checkpoint: Path, crops: NDArray[np.uint8], columns: tuple[str, ...]) -> Floats:
    """Scores (n, columns), logits, that a checkpoint (`network_of`) gives to stored crops."""
    network = network_of(checkpoint, columns)
    with torch.no_grad():
        return in_batches(
            lambda batch: network(torch.from_numpy(batch)).numpy(), central_crops(crops)
        )


def in_this_face(targets: Floats, scores: Floats) -> Floats:
    """Targets moved by what a teacher sees in this face beyond what it sees in others like it.

    Others like it are all faces with the same target of that column; so the middle one of them
    keeps its target. Unknown (NaN) stays unknown.

    Parameters
    ----------
    targets : array, shape (n, columns), in (0, 1)
        See `weak_labels.weak_targets`.
    scores : array, shape (n, columns)
        Logits.

    Examples
    --------
    >>> alike = np.full((3, 1), 0.5, np.float32)
    >>> in_this_face(alike, np.array([[-2.0], [0.0], [1.0]], np.float32)).round(2).ravel()
    array([0.12, 0.5 , 0.73], dtype=float32)
    """
    moved: Floats = targets.copy()
    for column in range(targets.shape[1]):
        known = targets[:, column]
        for target in np.unique(known[~np.isnan(known)]):
            rows = known == target
            beyond = scores[rows, column] - np.median(scores[rows, column])
            odds = np.log(target / (1 - target)) + beyond
            moved[rows, column] = np.clip(1 / (1 + np.exp(-odds)), LEAST, SUREST)
    return moved


def lid_targets(scores: Floats, votes: Floats, columns: tuple[str, ...]) -> Floats:
    """Targets (n, columns) of AU43 where enough is known of the lids, NaN elsewhere.

    A teacher's word tells shut eyes and open ones; eyes of faces that voters (n, 8) call surprised
    are open.

    Examples
    --------
    >>> seen = np.array([[0.0, 3.0], [-2.0, -2.0], [0.0, 0.0], [0.0, 0.0]], np.float32)
    >>> votes = np.eye(8, dtype=np.float32)[[0, 0, 0, 2]]
    >>> lid_targets(seen, votes, ("AU43_left", "AU64")).T
    array([[0.8 , 0.03,  nan, 0.03],
           [ nan,  nan,  nan,  nan]], dtype=float32)
    """
    targets = np.full(scores.shape, np.nan, np.float32)
    lids = [i for i, name in enumerate(columns) if name.startswith("AU43")]
    if not lids or "AU64" not in columns:
        return targets
    down, shut = scores[:, columns.index("AU64")], scores[:, lids].mean(1)
    surprised = votes[:, EMOTIONS.index("surprise")] >= AGREEMENT
    for rows, target in (
        (surprised | ((down < OPEN[0]) & (shut < OPEN[1])), OPEN_TARGET),
        ((down > COVERED) & (shut > NOT_WIDE), SHUT_TARGET),
    ):
        targets[np.ix_(rows, lids)] = target
    return targets
