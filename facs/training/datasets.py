"""Faces coded by people: the one form that every reader of a data set gives.

The readers are for those who hold the licences: `facs.training.datasets_read`. Nothing is
downloaded, and pictures are decoded when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.network.spec import LEVELS
from facs.units import ActionUnit, split_column
from facs.video import open_video

__all__ = [
    "CodedSet",
    "FrameAt",
    "column_labels",
    "images",
    "joined",
    "letter_fraction",
    "thinned",
]

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Image = NDArray[np.uint8]

MOST_OF_A_CLIP: Final = 500
"""Frames that teach. The clips of DISFA have 4,845 of one person each."""


@dataclass(frozen=True)
class FrameAt:
    """Where one picture lies.

    Parameters
    ----------
    path : Path
        A picture, or a video.
    index : int
        Which frame of the video, counted from 0; 0 for a picture.
    """

    path: Path
    index: int = 0

    def __post_init__(self) -> None:
        """Refuse frames before the first."""
        if self.index < 0:
            raise InputError(f"wanted a frame index of 0 or more, got {self.index}")


@dataclass(frozen=True, eq=False, repr=False)
class CodedSet:
    """Frames of people with the units that coders saw in them; frames of a clip are in order.

    ``n`` is the number of frames, ``U`` the number of units. NaN is unknown: not coded, not
    visible, or of no stated strength or side.

    Parameters
    ----------
    name : str
        Which data set.
    units : tuple of ActionUnit, length U
    frames : tuple of FrameAt, length n
    subject, clip : arrays of str, shape (n,)
        Who, and in which video or sequence.
    presence : array, shape (n, U); 0, 1 or NaN
    intensity : array, shape (n, U), in [0, 5] or NaN
        0 is not shown, 1 to 5 are the letters A to E.
    left, right : arrays, shape (n, U); 0, 1 or NaN
        Whether the unit was shown on the subject's own left and right.

    Raises
    ------
    InputError
        If a shape or a range is wrong; the message names it.

    Examples
    --------
    >>> one = np.array([[1.0, 0.0]])
    >>> coded = CodedSet(
    ...     "mine", (ActionUnit.AU4, ActionUnit.AU12), (FrameAt(Path("ann/1.png")),), ["ann"],
    ...     ["ann/1"], presence=one, intensity=3 * one, left=one, right=one * np.nan)
    >>> coded
    <CodedSet mine: 1 frames of 1 people in 1 clips, 2 units>
    """

    name: str
    units: tuple[ActionUnit, ...]
    frames: tuple[FrameAt, ...]
    subject: NDArray[np.str_]
    clip: NDArray[np.str_]
    presence: Floats
    intensity: Floats
    left: Floats
    right: Floats

    def __post_init__(self) -> None:
        """Check that everything is said of every frame."""
        n = len(self.frames)
        for name in ("subject", "clip"):
            value = np.asarray(getattr(self, name), np.str_)
            if value.shape != (n,):
                raise InputError(f"{name}: wanted shape {(n,)}, got {value.shape}")
            object.__setattr__(self, name, value)
        for name in ("presence", "intensity", "left", "right"):
            object.__setattr__(self, name, self._checked(name, n))

    def _checked(self, name: str, n: int) -> Floats:
        value = np.asarray(getattr(self, name), np.float32)
        wanted = (n, len(self.units))
        if value.shape != wanted:
            raise InputError(f"{name}: wanted shape {wanted}, got {value.shape}")
        known = value[~np.isnan(value)]
        if name == "intensity":
            allowed = (known >= 0) & (known <= 5)
        else:
            allowed = (known == 0) | (known == 1)
        if not allowed.all():
            form = "numbers in [0, 5]" if name == "intensity" else "0 and 1"
            raise InputError(f"{name}: wanted {form} or NaN, got {known[~allowed][0]:g}")
        return value

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.frames)

    def __repr__(self) -> str:
        people, clips = len(set(self.subject)), len(set(self.clip))
        return (
            f"<CodedSet {self.name}: {len(self)} frames of {people} people in {clips} clips, "
            f"{len(self.units)} units>"
        )

    def where(self, rows: NDArray[np.bool_] | Integers) -> CodedSet:
        """The chosen frames."""
        chosen = np.arange(len(self))[rows]
        return CodedSet(
            self.name,
            self.units,
            tuple(self.frames[i] for i in chosen),
            self.subject[chosen],
            self.clip[chosen],
            self.presence[chosen],
            self.intensity[chosen],
            self.left[chosen],
            self.right[chosen],
        )


def joined(parts: Sequence[CodedSet]) -> CodedSet:
    """Frames of several parts of one data set, with the same units, one after the other.

    Raises
    ------
    InputError
        If there is no part, or units differ.
    """
    if not parts:
        raise InputError("wanted at least one part of a data set, got none")
    first = parts[0]
    if any(part.units != first.units for part in parts):
        raise InputError("wanted parts with the same units")
    arrays = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(CodedSet)
        if field.name not in ("name", "units", "frames")
    }
    frames = tuple(frame for part in parts for frame in part.frames)
    return CodedSet(first.name, first.units, frames, **arrays)


def thinned(coded: CodedSet, most: int = MOST_OF_A_CLIP) -> CodedSet:
    """At most so many frames of each clip, evenly chosen.

    Neighbours teach the same: a data set of a few people filmed for minutes would outnumber
    thousands of others.

    Parameters
    ----------
    most : int
        Of a longer clip every second frame is kept, or every third, ... until it has no more.
    """
    kept = []
    for _, group in groupby(range(len(coded)), key=lambda row: str(coded.clip[row])):
        rows = list(group)
        kept += rows[:: -(-len(rows) // most)]
    return coded.where(np.array(kept, np.int64))


def images(frames: Sequence[FrameAt]) -> Iterator[Image]:
    """Decode frames (H, W, 3), RGB, in the order given; a video's neighbours in one pass.

    Raises
    ------
    VideoNotFoundError, UnreadableVideoError
        If a file is not there or holds no picture.
    InputError
        If a video ends before a frame that was coded.
    """
    for path, group in groupby(frames, key=lambda frame: frame.path):
        wanted = [frame.index for frame in group]
        for rising in _runs(wanted):
            yield from _decoded(path, rising)


def _runs(indices: list[int]) -> Iterator[list[int]]:
    """Split where the order turns back: a video is decoded forwards only."""
    run: list[int] = []
    for index in indices:
        if run and index <= run[-1]:
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _decoded(path: Path, rising: list[int]) -> Iterator[Image]:
    left = iter(rising)
    wanted = next(left)
    seen = -1
    with open_video(path) as video:
        for frame in video:
            seen = frame.index
            if seen == wanted:
                yield frame.image
                wanted = next(left, -1)
                if wanted < 0:
                    return
    raise InputError(f"wanted frame {wanted} of {path}, got only {seen + 1} frames")


_FRACTIONS: Final = (0.0, *((a + b) / 2 for a, b in zip(LEVELS, (*LEVELS[1:], 1.0), strict=True)))


def letter_fraction(intensity: Floats) -> Floats:
    """Movement as a fraction of the maximum, from letters 0 to 5: the middle of each letter.

    Examples
    --------
    >>> letter_fraction(np.array([0, 1, 5, np.nan])).round(3)
    array([0.   , 0.275, 0.95 ,   nan], dtype=float32)
    """
    return np.asarray(np.interp(intensity, range(6), _FRACTIONS), np.float32)


def column_labels(coded: CodedSet, columns: Sequence[str]) -> tuple[Floats, Floats]:
    """What a data set says about the columns of a model.

    Parameters
    ----------
    columns : sequence of str
        As `facs.network.spec.columns_of` names them: ``"AU9"``, ``"AU12_left"``.

    Returns
    -------
    presence : array, shape (n, columns); 0, 1 or NaN
        Where coders did not say the side, both sides have what the whole unit has.
    intensity : array, shape (n, columns), in [0, 1] or NaN
        As `letter_fraction` has it; NaN where only presence is known.
    """
    shape = (len(coded), len(columns))
    presence, intensity = (np.full(shape, np.nan, np.float32) for _ in range(2))
    place = {str(unit): i for i, unit in enumerate(coded.units)}
    for c, column in enumerate(columns):
        unit, side = split_column(column)
        if unit not in place:
            continue
        whole = coded.presence[:, place[unit]]
        sided = getattr(coded, side)[:, place[unit]] if side else whole
        presence[:, c] = np.where(np.isnan(sided), whole, sided)
        strength = letter_fraction(coded.intensity[:, place[unit]])
        intensity[:, c] = np.where(presence[:, c] == 0, 0.0, strength)
    return presence, intensity
