"""FER2013 as the contest split it, with the votes of FER+ in the order of its own labels.

Goodfellow et al., "Challenges in representation learning: a report on three machine learning
contests" (2013); Barsoum et al., "Training deep networks for facial expression recognition with
crowd-sourced label distribution" (2016).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError

__all__ = ["CLASSES", "SIDE", "SPLITS", "Faces", "Fer", "read"]

CLASSES: Final = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
SPLITS: Final = {"Training": 28_709, "PublicTest": 3_589, "PrivateTest": 3_589}
"""Splits of the contest, and how many faces each had."""

SIDE: Final = 48
UNKNOWN: Final = 255
VOTED_FOR: Final = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""What FER+ calls `CLASSES`."""


@dataclass(frozen=True)
class Faces:
    """Faces with one label each and the share of every class among ten annotators' votes.

    Parameters
    ----------
    pictures : array, shape (n, 48, 48), uint8
    labels : array, shape (n,), int64
        Index into `CLASSES`, -1 where it is not known.
    votes : array, shape (n, 7), float32
        Rows sum to 1, or to 0 where nobody voted for one of the seven.
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    votes: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check that all parts speak of the same faces."""
        n = len(self.pictures)
        if self.pictures.shape != (n, SIDE, SIDE):
            raise InputError(f"wanted pictures (n, 48, 48), got {self.pictures.shape}")
        if self.labels.shape != (n,) or self.votes.shape != (n, len(CLASSES)):
            raise InputError(
                f"wanted labels ({n},) and votes ({n}, 7), "
                f"got {self.labels.shape} and {self.votes.shape}"
            )

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Faces:
        return Faces(self.pictures[rows], self.labels[rows], self.votes[rows])

    def __add__(self, other: Faces) -> Faces:
        return Faces(
            np.concatenate([self.pictures, other.pictures]),
            np.concatenate([self.labels, other.labels]),
            np.concatenate([self.votes, other.votes]),
        )

    @property
    def labelled(self) -> Faces:
        """Those whose label is known."""
        return self[self.labels >= 0]


@dataclass(frozen=True)
class Fer:
    """The three splits. The votes of PrivateTest are not read, so that nothing can learn them."""

    training: Faces
    public: Faces
    private: Faces

    def missing(self) -> str:
        """What a reader of results has to know about the faces that are not here."""
        splits = dict(zip(SPLITS, (self.training, self.public, self.private), strict=True))
        gone = {name: SPLITS[name] - len(faces) for name, faces in splits.items()}
        unlabelled = {name: int((faces.labels < 0).sum()) for name, faces in splits.items()}
        return (
            f"{sum(SPLITS.values()):,} faces in the contest, {sum(gone.values())} of them missing "
            f"here ({_listed(gone)}), {sum(unlabelled.values())} without a label "
            f"({_listed(unlabelled)})"
        )


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def read(path: Path) -> Fer:
    """Read the archive; JPEG pictures are decoded once, 82 MB."""
    if not path.is_file():
        raise InputError(f"wanted the archive of FER2013, there is no {path}")
    data = np.load(path, allow_pickle=False)
    labels = data["label"].astype(np.int64)
    labels[labels == UNKNOWN] = -1
    faces = Faces(_decoded(data["jpeg"], data["offsets"]), labels, _shares(data))
    training, public, private = (faces[data["usage"] == split] for split in range(len(SPLITS)))
    return Fer(training, public, replace(private, votes=np.zeros_like(private.votes)))


def _decoded(jpeg: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.uint8]:
    import cv2

    out = np.empty((len(offsets) - 1, SIDE, SIDE), np.uint8)
    for i, (start, stop) in enumerate(pairwise(offsets)):
        out[i] = cv2.imdecode(jpeg[start:stop], cv2.IMREAD_GRAYSCALE)
    return out


def _shares(data: np.lib.npyio.NpzFile) -> NDArray[np.float32]:
    names = [str(name) for name in data["vote_names"]]
    votes = data["ferplus_votes"][:, [names.index(name) for name in VOTED_FOR]].astype(np.float32)
    return np.asarray(votes / np.maximum(votes.sum(1, keepdims=True), 1), np.float32)
