"""Shards: files of labelled faces, about 500 frames each, that need no pickle to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facs.errors import InputError, OutputError
from facs.synthesis.assets import Floats
from facs.synthesis.clips import Sample
from facs.synthesis.labels import columns
from facs.synthesis.person import Person

Integers = npt.NDArray[np.int64]
Strings = npt.NDArray[np.str_]
Flags = npt.NDArray[np.bool_]

_ADDED_LATER = frozenset({"AU19"})
"""Labels that the first shards do not have, because the renderer could not show them."""


@dataclass(frozen=True)
class Shard:
    """Some labelled faces.

    Attributes
    ----------
    jpeg : ndarray of uint8
        All pictures as JPEG, one after the other.
    offsets : ndarray of int64, shape (n + 1,)
        Picture `i` is ``jpeg[offsets[i]:offsets[i + 1]]``.
    labels : ndarray of float32, shape (n, len(columns)), in [0, 1]
        Intensities; `columns` names them, left and right are the subject's own.
    hidden : ndarray of bool, shape (n, len(columns))
        Labels of which nothing can be seen, because something covers that part;
        nothing is hidden where it is not given.
    landmarks : ndarray of float32, shape (n, 68, 2)
        Pixels, iBUG order.
    pose : ndarray of float32, shape (n, 3)
        Yaw (> 0: to the subject's left), pitch (> 0: up) and roll (> 0: towards
        the subject's right shoulder) in degrees.
    subject, clip : ndarray of int64, shape (n,)
        Who, and in which clip; -1 is a still.
    time : ndarray of float64, shape (n,)
        Seconds since the clip began.
    age, sex, tone : ndarray of str, shape (n,)
        What the person was drawn as; `tone` is the people whose skin she has.
    """

    jpeg: npt.NDArray[np.uint8]
    offsets: Integers
    labels: Floats
    columns: tuple[str, ...]
    landmarks: Floats
    pose: Floats
    subject: Integers
    clip: Integers
    time: npt.NDArray[np.float64]
    age: Strings
    sex: Strings
    tone: Strings
    hidden: Flags = field(default_factory=lambda: np.zeros((0, 0), np.bool_))

    def __post_init__(self) -> None:
        n = len(self)
        if not self.hidden.size:
            object.__setattr__(self, "hidden", np.zeros((n, len(self.columns)), np.bool_))
        wanted = {
            "labels": (n, len(self.columns)),
            "hidden": (n, len(self.columns)),
            "landmarks": (n, 68, 2),
            "pose": (n, 3),
            **dict.fromkeys(("subject", "clip", "time", "age", "sex", "tone"), (n,)),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise InputError(f"{name}: wanted shape {shape}, got {getattr(self, name).shape}")
        if n < 0 or self.offsets[-1] != len(self.jpeg):
            raise InputError(f"offsets: wanted to end at {len(self.jpeg)}, got {self.offsets[-1:]}")

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def image(self, i: int) -> npt.NDArray[np.uint8]:
        """Picture `i`, RGB uint8 (height, width, 3)."""
        import cv2

        data = self.jpeg[self.offsets[i] : self.offsets[i + 1]]
        bgr = cv2.imdecode(data, cv2.IMREAD_COLOR)
        if bgr is None:
            raise InputError(f"picture {i}: wanted a JPEG, got {len(data)} bytes that are none")
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


@dataclass(frozen=True)
class Entry:
    """One picture of a shard that is being made."""

    sample: Sample
    person: Person
    subject: int
    clip: int


def pack(entries: Sequence[Entry], names: tuple[str, ...]) -> Shard:
    """Compress the pictures and stack everything else."""
    files = [_jpeg(e.sample) for e in entries]
    return Shard(
        jpeg=np.concatenate(files),
        offsets=np.cumsum([0, *map(len, files)]).astype(np.int64),
        labels=np.stack([e.sample.labels for e in entries]).astype(np.float32),
        columns=names,
        landmarks=np.stack([e.sample.landmarks for e in entries]).astype(np.float32),
        pose=np.array(
            [(e.sample.pose.yaw, e.sample.pose.pitch, e.sample.pose.roll) for e in entries],
            np.float32,
        ),
        subject=np.array([e.subject for e in entries], np.int64),
        clip=np.array([e.clip for e in entries], np.int64),
        time=np.array([e.sample.time for e in entries], np.float64),
        age=np.array([e.person.age for e in entries]),
        sex=np.array([e.person.sex for e in entries]),
        tone=np.array([e.person.people for e in entries]),
        hidden=np.stack([e.sample.hidden for e in entries]),
    )


def _jpeg(sample: Sample) -> npt.NDArray[np.uint8]:
    import cv2

    bgr = cv2.cvtColor(sample.image, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, sample.quality])
    if not done:
        raise OutputError("wanted to compress a picture, the JPEG encoder refused it")
    return np.asarray(data, np.uint8).reshape(-1)


_FIELDS = tuple(name for name in Shard.__dataclass_fields__ if name != "columns")


def write_shard(path: Path, shard: Shard) -> None:
    """Write a shard so that the file is either whole or not there."""
    unfinished = path.with_suffix(".tmp")
    arrays = {name: getattr(shard, name) for name in _FIELDS}
    try:
        with unfinished.open("wb") as file:
            np.savez(file, columns=np.array(shard.columns), **arrays)
        unfinished.replace(path)
    except OSError as error:
        raise OutputError(f"wanted to write {path}, the system says: {error}") from error


def read_shard(path: Path) -> Shard:
    """Read one shard; raises InputError where the file is not one.

    A shard of an earlier renderer is brought up to date: nothing is hidden in it,
    and a unit that it could not show was not shown.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in _FIELDS if name in file or name != "hidden"}
            read = Shard(columns=tuple(str(c) for c in file["columns"]), **arrays)
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"wanted a shard of faces, cannot read {path}: {error}") from error
    return _up_to_date(read)


def _up_to_date(shard: Shard) -> Shard:
    now = columns()
    if set(now) - set(shard.columns) != _ADDED_LATER:
        return shard
    labels = np.zeros((len(shard), len(now)), np.float32)
    hidden = np.zeros(labels.shape, np.bool_)
    place = [now.index(column) for column in shard.columns]
    labels[:, place], hidden[:, place] = shard.labels, shard.hidden
    return replace(shard, columns=now, labels=labels, hidden=hidden)


def read_shards(folder: Path) -> Iterator[Shard]:
    """All shards of a folder, in the order of their names.

    Raises
    ------
    InputError
        If the folder holds none.
    """
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise InputError(f"wanted shards (*.npz) in {folder}, found none")
    yield from map(read_shard, paths)
