"""Rendered faces in memory: grey pictures and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.synthesis.shards import Shard, read_shards

__all__ = ["Rendered", "of_shards", "read_rendered", "read_scenes"]


@dataclass(frozen=True)
class Rendered:
    """Frames of rendered people.

    Parameters
    ----------
    gray : array, shape (n, H, W), uint8
    landmarks : array, shape (n, 68, 2), float32, pixels
    pose : array, shape (n, 3), degrees
    labels : array, shape (n, columns), float32, in [0, 1]
        Intensities; `columns` names them. NaN where something covers the unit's region:
        nobody could know.
    subject, clip : arrays, shape (n,)
        Who, and in which clip (-1: a still).
    time : array, shape (n,), seconds
    group : array, shape (n,) of str
        Age, sex and skin tone, separated by blanks.
    """

    gray: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    pose: NDArray[np.float32]
    labels: NDArray[np.float32]
    columns: tuple[str, ...]
    subject: NDArray[np.int64]
    clip: NDArray[np.int64]
    time: NDArray[np.float64]
    group: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.gray)


def read_rendered(folders: Sequence[Path]) -> Rendered:
    """Read all shards of some folders.

    Raises
    ------
    InputError
        If there is none.
    """
    shards = [shard for folder in folders for shard in read_shards(folder)]
    if not shards:
        raise InputError(f"wanted folders with rendered shards (facs synth), got none in {folders}")
    return of_shards(shards)


def of_shards(shards: Sequence[Shard]) -> Rendered:
    """The frames of some shards, decoded."""
    return Rendered(
        gray=np.concatenate([_gray(s) for s in shards]),
        landmarks=np.concatenate([s.landmarks for s in shards]),
        pose=np.concatenate([s.pose for s in shards]),
        labels=np.concatenate([_known(s) for s in shards]),
        columns=shards[0].columns,
        subject=np.concatenate([s.subject for s in shards]),
        clip=np.concatenate([s.clip for s in shards]),
        time=np.concatenate([s.time for s in shards]),
        group=np.concatenate([_group(s) for s in shards]),
    )


def _gray(shard: Shard) -> NDArray[np.uint8]:
    pictures = [
        cv2.imdecode(shard.jpeg[a:b], cv2.IMREAD_GRAYSCALE)
        for a, b in zip(shard.offsets, shard.offsets[1:], strict=False)
    ]
    return np.asarray(pictures, np.uint8)


def _known(shard: Shard) -> NDArray[np.float32]:
    """Labels, without those that are hidden from the camera."""
    return np.where(shard.hidden, np.float32(np.nan), shard.labels)


def _group(shard: Shard) -> NDArray[np.str_]:
    return np.array([" ".join(t) for t in zip(shard.age, shard.sex, shard.tone, strict=True)])


def read_scenes(folder: Path, height: int = 192) -> list[NDArray[np.uint8]]:
    """Rooms and streets without people: environment maps (.hdr), tone-mapped to grey."""
    scenes = []
    for path in sorted(folder.glob("*.hdr")):
        raw = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if raw is None:
            raise InputError(f"wanted an environment map (.hdr), {path} cannot be read")
        light = np.asarray(raw, np.float32)
        gray = light.mean(2) / (2 * np.median(light) + 1e-6)
        picture = (255 * np.clip(gray / (1 + 0.3 * gray), 0, 1) ** (1 / 2.2)).astype(np.uint8)
        width = round(height * picture.shape[1] / picture.shape[0])
        scenes.append(np.asarray(cv2.resize(picture, (width, height)), np.uint8))
    if not scenes:
        raise InputError(f"wanted a folder with .hdr environment maps, got none in {folder}")
    return scenes
