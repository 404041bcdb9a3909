"""What an earlier network sees in real faces, beside what their emotion makes likely.

Voters' emotions say the same of all sad faces; an earlier spatial stream sees which of them
has her lip corners lowered. The first is the prior, how much more or less than usual the second
sees is the evidence, and the next network learns from both (one step of EM over unit labels that
nobody gave).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from facs.errors import InputError
from facs.network.backends import OnnxStream
from facs.network.jaw import as_shipped
from facs.network.spec import columns_of
from facs.network.two_stream import SpatialStream, StreamConfig
from facs.training.measure import in_batches
from facs.training.real_faces import EMOTIONS
from facs.training.streams import central_crops
from facs.training.weak_labels import AGREEMENT, moved_by
from facs.units import ActionUnit

__all__ = ["Scorer", "in_this_face", "lid_targets", "scorer_of", "scores_of"]

Floats = NDArray[np.float32]
Scorer = Callable[[NDArray[np.uint8]], Floats]

TRUST: Final = 0.5
"""How much of a teacher's evidence counts: facs-4 taught facs-5 with all of it, and a teacher that
was taught so has seen the same evidence before."""

OPEN: Final = -2.0
"""A score of AU43 below which eyes are open: of 64 faces that facs-5 scored lower, drawn at random
from those that teach, all had open eyes in a contact sheet. Higher scores say too little."""

OPEN_TARGET: Final = 0.03


NO_EVIDENCE: Final = (ActionUnit.AU7,)
"""Units for which only the emotion counts: in angry faces teachers saw few lids that tighten, and
every model that learned from one told them worse than the one before."""


def scorer_of(teacher: Path, columns: tuple[str, ...]) -> Scorer:
    """A spatial stream as it ships, over faces and their mirror images.

    Parameters
    ----------
    teacher : Path
        A checkpoint of a run, or a file of a model (``...-spatial.onnx``).
    columns : tuple of str

    Returns
    -------
    callable
        From crops (n, S, S) to scores (n, columns); NaN for columns that a file does not have.

    Raises
    ------
    InputError
        If a checkpoint was made for other columns.
    """
    if teacher.suffix == ".onnx":
        return partial(_scores_of_file, OnnxStream(teacher), columns)
    network = _network_of(teacher, columns)

    @torch.no_grad()
    def scores(batch: NDArray[np.uint8]) -> Floats:
        return np.asarray(network(torch.from_numpy(batch)).numpy(), np.float32)

    return partial(in_batches, scores)


def _scores_of_file(file: OnnxStream, columns: tuple[str, ...], crops: NDArray[np.uint8]) -> Floats:
    """Its scores in the places of the columns that it has."""
    known = file.spec.columns
    place = [columns.index(name) for name in known if name in columns]
    scores = np.full((len(crops), len(columns)), np.nan, np.float32)
    scores[:, place] = in_batches(file, crops)[:, [name in columns for name in known]]
    return scores


def _network_of(checkpoint: Path, columns: tuple[str, ...]) -> nn.Module:
    stream = SpatialStream(StreamConfig(len(columns)))
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)["mean"]
    weights = {k.removeprefix("stream."): v for k, v in saved.items() if k.startswith("stream.")}
    try:
        stream.load_state_dict(weights)
    except RuntimeError as error:
        raise InputError(
            f"teacher: wanted a spatial checkpoint of {len(columns)} columns, got {checkpoint}"
        ) from error
    return as_shipped(stream.eval(), columns).eval()


def scores_of(teacher: Path, crops: NDArray[np.uint8], columns: tuple[str, ...]) -> Floats:
    """Scores (n, columns), logits, that a teacher (`scorer_of`) gives to stored crops."""
    return scorer_of(teacher, columns)(central_crops(crops))


def in_this_face(targets: Floats, scores: Floats, columns: tuple[str, ...]) -> Floats:
    """Targets moved by what a teacher sees in this face beyond what it sees in others like it.

    Others like it are all faces with the same target of that column; so the middle one of them
    keeps its target. Unknown (NaN) stays unknown, and of columns that a teacher does not know, and
    of those of `NO_EVIDENCE`, it says nothing.

    Parameters
    ----------
    targets : array, shape (n, columns), in (0, 1)
        See `weak_labels.weak_targets`.
    scores : array, shape (n, columns)
        Logits.
    columns : tuple of str

    Examples
    --------
    >>> alike = np.full((3, 1), 0.5, np.float32)
    >>> scores = np.array([[-2.0], [0.0], [1.0]], np.float32)
    >>> in_this_face(alike, scores, ("AU9",)).round(2).ravel()
    array([0.27, 0.5 , 0.62], dtype=float32)
    """
    moved: Floats = targets.copy()
    left_out = columns_of(NO_EVIDENCE)
    for column in np.flatnonzero(~np.isnan(scores).any(0)):
        if columns[column] in left_out:
            continue
        known = targets[:, column]
        for target in np.unique(known[~np.isnan(known)]):
            rows = known == target
            beyond = scores[rows, column] - np.median(scores[rows, column])
            moved[rows, column] = moved_by(target, TRUST * beyond)
    return moved


def lid_targets(scores: Floats, votes: Floats, columns: tuple[str, ...]) -> Floats:
    """Targets (n, columns) of AU43 where eyes are surely open, NaN elsewhere.

    They are where a teacher sees no sign of a lid that falls, and where voters (n, 8) see surprise.

    Examples
    --------
    >>> votes = np.eye(8, dtype=np.float32)[[0, 0, 2]]
    >>> lid_targets(np.array([[3.0], [-3.0], [0.0]], np.float32), votes, ("AU43_left",)).T
    array([[ nan, 0.03, 0.03]], dtype=float32)
    """
    targets = np.full(scores.shape, np.nan, np.float32)
    lids = [i for i, name in enumerate(columns) if name.startswith("AU43")]
    if lids:
        surprised = votes[:, EMOTIONS.index("surprise")] >= AGREEMENT
        targets[np.ix_(surprised | (scores[:, lids].mean(1) < OPEN), lids)] = OPEN_TARGET
    return targets
