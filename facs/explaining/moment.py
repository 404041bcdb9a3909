"""One person at one moment of a recording: the picture again, and the clip that was scored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.canonical import align
from facs.crops.clips import ClipMaker, FaceClip
from facs.errors import InputError
from facs.faces.face import Face
from facs.network.spec import ModelSpec
from facs.person import Person
from facs.pixels import gray_of
from facs.recording import Recording
from facs.units import ActionUnit
from facs.video import Frame, open_video

__all__ = ["Moment", "find_moment", "picture_at", "read_moment", "source_of"]

SAME_TIME: Final = 0.0005
"""Seconds by which the time of a frame and that of its row may differ."""

NEAR: Final = 0.5
"""Seconds from the first or the last frame at which that one may still be meant."""

MARGIN: Final = 0.25
"""Seconds beyond the window of motion that are read, so that its first flow has a beginning."""


@dataclass(frozen=True)
class Moment:
    """What is explained.

    Parameters
    ----------
    person : Person
    row : int
        Of the recording.
    time : float, seconds
    image : array, shape (H, W, 3), uint8
    clip : FaceClip
        What the network sees of her.
    matrix : array, shape (2, 3)
        From pixels of the image to those of the crop.
    """

    person: Person
    row: int
    time: float
    image: NDArray[np.uint8]
    clip: FaceClip
    matrix: NDArray[np.float64]


def find_moment(
    recording: Recording, unit: ActionUnit, track: int | None, time: float | None
) -> tuple[Person, int]:
    """Whom and which row: by default where the unit was shown most strongly.

    Raises
    ------
    InputError
        If there are no frames, there is nobody, no such person, no such unit, or no numbers at
        that time.
    """
    if not len(recording):
        said = "; ".join(recording.notes) or "there is none"
        at = "none" if time is None else f"{time:g} s"
        raise InputError(f"wanted a time at which the film has a frame, got {at}: {said}")
    if not recording.people:
        raise InputError(f"nobody was found in {recording.source}, so there is nothing to explain")
    people = [person for person in recording.people if track in (None, person.track)]
    if not people:
        known = ", ".join(str(person.track) for person in recording.people)
        raise InputError(f"wanted a person of this recording ({known}), got {track}")
    if time is not None:
        _check_time(recording, time)
        row = int(np.argmin(np.abs(recording.times - time)))
        return max(people, key=lambda person: _seen(person[unit][row])), row
    person = max(people, key=lambda person: _seen(person[unit]).max())
    return person, int(np.argmax(_seen(person[unit])))


def _check_time(recording: Recording, time: float) -> None:
    """Refuse a time before the first frame or after the last one."""
    first, last = float(recording.times[0]), float(recording.times[-1])
    if not first - NEAR <= time <= last + NEAR:
        raise InputError(f"wanted a time within {first:.2f} to {last:.2f} s, got {time:g} s")


def _seen(values: Any) -> NDArray[np.float64]:
    return np.nan_to_num(np.asarray(values, np.float64), nan=-1.0)


def read_moment(
    recording: Recording, video: Any, person: Person, row: int, spec: ModelSpec, *, motion: bool
) -> Moment:
    """Read the picture of a row, and make the clip of a person again from her landmarks.

    Parameters
    ----------
    video : anything that `facs.video.open_video` opens
        The source of the recording.
    motion : bool
        Whether the window of flow is wanted.

    Raises
    ------
    InputError
        If the person has no numbers there, or the source is another.
    VideoError
        If the source cannot be read.
    """
    time = float(recording.times[row])
    if person.reason(row) or np.isnan(person.landmarks[row]).any():
        reason = person.reason(row) or "not seen"
        raise InputError(f"person {person.track} has no numbers at {time:.3f} s: {reason}")
    maker = ClipMaker(spec.slots, spec.slot_seconds, spec.crop_size, motion)
    reach = spec.half_window + MARGIN if motion else SAME_TIME
    image, clips = None, []
    with open_video(video, start=time - reach, stop=time + reach) as frames:
        for at, frame in _rows(recording, frames):
            image = frame.image if at == row else image
            clips += list(maker.add(gray_of(frame.image), at, frame.time, _face(person, at)))
    clips += list(maker.finish())
    found = [clip for clip in clips if clip.index == row]
    if image is None or not found:
        raise InputError(
            f"wanted the source of the recording ({recording.source}), with a frame at {time:.3f} s"
        )
    return Moment(person, row, time, image, found[0], align(person.landmarks[row], spec.crop_size))


def source_of(recording: Recording) -> Path:
    """The file that a recording names, if it lies here.

    Raises
    ------
    InputError
        If it does not: recordings keep a name and no path.
    """
    path = Path(recording.source)
    if not path.exists():
        raise InputError(
            f"wanted the video itself, {recording.source} is not in this folder: pass video="
        )
    return path


def picture_at(video: Any, time: float) -> NDArray[np.uint8]:
    """The picture (H, W, 3) uint8 of a source at a time.

    Raises
    ------
    InputError
        If there is none.
    """
    with open_video(video, start=time - SAME_TIME, stop=time + SAME_TIME) as frames:
        for frame in frames:
            return frame.image
    raise InputError(f"wanted a source with a frame at {time:.3f} s")


def _rows(recording: Recording, frames: Any) -> Iterator[tuple[int, Frame]]:
    """Frames that have a row, with it."""
    for frame in frames:
        row = int(np.argmin(np.abs(recording.times - frame.time)))
        if abs(recording.times[row] - frame.time) <= SAME_TIME:
            yield row, frame


def _face(person: Person, row: int) -> list[Face]:
    """Her face as it was found, where it could be scored."""
    if person.reason(row) or np.isnan(person.landmarks[row]).any():
        return []
    box = tuple(float(value) for value in person.boxes[row])
    return [Face(person.track, box, person.landmarks[row], (0.0, 0.0, 0.0), 1.0, 1.0)]  # type: ignore[arg-type]
