"""Real faces without unit labels: pictures with emotion votes, for the shared trunk.

Both files are local npz archives of JPEG pictures: FER2013 with the FER+ votes
(Goodfellow et al., 2013; Barsoum et al., 2016), and press photographs of faces with
one emotion each, split by person. Nothing is downloaded.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError

__all__ = ["EMOTIONS", "FaceSet", "of_split", "read_fer", "read_photos", "third_of"]

EMOTIONS: Final = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"
)  # fmt: skip
"""Columns of the votes, in the order of FER+."""

MOST_ALIKE: Final = 8
"""More pictures than this of one person with one emotion would teach how that person looks."""

FER_SPLITS: Final = {"train": 0, "validation": 1, "test": 2}
"""The `usage` of a picture. FER2013 has many pictures more than once, some in two splits: such a
picture belongs to the later split alone."""


@dataclass(frozen=True)
class FaceSet:
    """Real faces with a distribution over emotions.

    Parameters
    ----------
    jpeg, offsets : arrays
        Picture i is ``jpeg[offsets[i]:offsets[i + 1]]``.
    rows : array, shape (n,)
        Which pictures belong to this set.
    votes : array, shape (n, 8), float32
        Shares of the votes, rows sum to 1.
    """

    jpeg: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int64]
    votes: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check that every picture has its votes."""
        if self.votes.shape != (len(self.rows), len(EMOTIONS)):
            raise InputError(
                f"wanted votes ({len(self.rows)}, {len(EMOTIONS)}), got {self.votes.shape}"
            )

    def __len__(self) -> int:
        return len(self.rows)

    def gray(self, i: int) -> NDArray[np.uint8]:
        """Decode picture i as (H, W) grey."""
        import cv2

        row = int(self.rows[i])
        data = self.jpeg[self.offsets[row] : self.offsets[row + 1]]
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def read_fer(path: Path, split: str, min_votes: int = 6) -> FaceSet:
    """FER2013 with FER+ votes.

    Left out are faces on whose emotion fewer than `min_votes` voted, and pictures that a later
    split holds byte for byte: nobody is tested on a picture that taught or chose thresholds.
    Near-copies stay (``benchmarks/near_copies.py`` finds them).
    """
    data = np.load(path, allow_pickle=False)
    jpeg, offsets = data["jpeg"], data["offsets"].astype(np.int64)
    votes = data["ferplus_votes"][:, : len(EMOTIONS)].astype(np.float32)
    total, usage = votes.sum(1), data["usage"]
    rows = np.flatnonzero((usage == FER_SPLITS[split]) & (total >= min_votes))
    later = set(_pictures(jpeg, offsets, np.flatnonzero(usage > FER_SPLITS[split])))
    alone = [picture not in later for picture in _pictures(jpeg, offsets, rows)]
    rows = rows[np.array(alone, bool)]
    return FaceSet(jpeg, offsets, rows, votes[rows] / total[rows, None])


def of_split(path: Path, split: str) -> NDArray[np.int64]:
    """Rows of FER2013 that its authors put into a split, whatever their votes."""
    with np.load(path, allow_pickle=False) as data:
        return np.flatnonzero(data["usage"] == FER_SPLITS[split])


def _pictures(
    jpeg: NDArray[np.uint8], offsets: NDArray[np.int64], rows: NDArray[np.int64]
) -> list[bytes]:
    return [jpeg[offsets[row] : offsets[row + 1]].tobytes() for row in rows]


def third_of(name: str) -> int:
    """Which third (0, 1, 2) a person belongs to, from her name alone; third 2 is held out.

    Examples
    --------
    >>> third_of("Ann_Smith_0001.jpg") == third_of("Ann_Smith_0007.jpg")
    True
    """
    person = name.rsplit("_", 1)[0]
    return zlib.crc32(person.encode()) % 3


def read_photos(path: Path, split: str) -> FaceSet:
    """Photographs with one emotion each; ``test`` is the third of people held out.

    Of those who teach, each person has at most `MOST_ALIKE` pictures of an emotion: most faces
    said to be disgusted are stills of two actors.
    """
    data = np.load(path, allow_pickle=False)
    held_out = np.array([third_of(str(name)) == 2 for name in data["names"]])
    rows = np.flatnonzero(held_out == (split == "test"))
    if split != "test":
        rows = _few_alike(rows, data["names"], data["emotion"])
    index = np.array([EMOTIONS.index(str(e)) for e in data["emotion"][rows]])
    votes = np.eye(len(EMOTIONS), dtype=np.float32)[index]
    return FaceSet(data["jpeg"], data["offsets"].astype(np.int64), rows, votes)


def _few_alike(
    rows: NDArray[np.int64], names: NDArray[np.str_], emotions: NDArray[np.str_]
) -> NDArray[np.int64]:
    """The first `MOST_ALIKE` of the rows of each person and emotion."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for row in rows:
        key = (str(names[row]).rsplit("_", 1)[0], str(emotions[row]))
        seen[key] += 1
        if seen[key] <= MOST_ALIKE:
            kept.append(row)
    return np.array(kept, np.int64)
