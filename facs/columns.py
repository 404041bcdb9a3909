"""The tidy table of a recording as plain columns: one row for every frame and person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.absent import absent
from facs.arrays import LANDMARKS
from facs.person import REASONS, STREAMS, Person

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["NOBODY", "column_blocks", "columns", "interleaved", "people_of"]

NOBODY: Final = -1
"""The person's number in the table of a recording in which nobody was found."""

Column = NDArray[Any]


def columns(recording: Recording, *, landmarks: bool = False) -> dict[str, Column]:
    """Columns of a recording's table, by name.

    Parameters
    ----------
    recording : Recording
    landmarks : bool
        Whether to add ``landmark0_x, landmark0_y, ... landmark67_y``.

    Returns
    -------
    dict of array, shape (n_frames * n_people,)
        Rows are in order of frame, then person. ``frame`` counts the decoded
        frames from 0, ``time`` is seconds, ``person`` the person's number,
        ``reason`` and ``stream`` are words of `REASONS` and `STREAMS`. Then come
        ``quality, score, x0, y0, x1, y1, yaw, pitch, roll``; the probability of
        each unit (``AU12``), the intensities (``AU12_intensity``), and the sides
        (``AU12_left, AU12_right, AU12_left_intensity, AU12_right_intensity``).
        Where nobody was found, every frame still has a row, with the person
        `NOBODY` and the reason ``no_face``.

    Examples
    --------
    >>> from facs.recording import Recording
    >>> table = columns(Recording("a.mp4", None, None, np.array([0.0, 0.1]), ()))
    >>> list(table)[:5]
    ['frame', 'time', 'person', 'reason', 'quality']
    >>> table["reason"].tolist()
    ['no_face', 'no_face']
    """
    return interleaved([dict(_columns_of(person, landmarks)) for person in people_of(recording)])


def column_blocks(
    recording: Recording, rows: int, *, landmarks: bool = False
) -> Iterator[dict[str, Column]]:
    """Columns of a recording's table as `columns` gives them, about `rows` rows at a time.

    What hours of rows take in memory at once is then a matter of `rows` alone. There is at
    least one block, which is empty if the recording is.

    Examples
    --------
    >>> from facs.recording import Recording
    >>> recording = Recording("a.mp4", None, None, np.array([0.0, 0.1, 0.2]), ())
    >>> [block["frame"].tolist() for block in column_blocks(recording, 2)]
    [[0, 1], [2]]
    """
    people = people_of(recording)
    step = max(1, rows // len(people))
    for start in range(0, max(1, len(recording)), step):
        frames = slice(start, start + step)
        yield interleaved([dict(_columns_of(person, landmarks, frames)) for person in people])


def people_of(recording: Recording) -> tuple[Person, ...]:
    """The people of a recording; somebody who is never there, `NOBODY`, where nobody was found."""
    return recording.people or (absent(NOBODY, recording.times, *recording.measured),)


def interleaved(tables: list[dict[str, Column]]) -> dict[str, Column]:
    """Join tables of one person each, (people, frames) -> all of the first frame, ..."""
    return {name: np.stack([t[name] for t in tables], axis=1).reshape(-1) for name in tables[0]}


def _columns_of(
    person: Person, landmarks: bool, frames: slice = slice(None)
) -> Iterator[tuple[str, Column]]:
    numbers = np.arange(*frames.indices(len(person)))
    yield "frame", numbers
    yield "time", person.times[frames]
    yield "person", np.full(len(numbers), person.track)
    yield "reason", np.array(REASONS, dtype=object)[person.reasons[frames]]
    yield "quality", person.quality[frames]
    yield "score", person.score[frames]
    yield "stream", np.array(STREAMS, dtype=object)[person.streams[frames]]
    yield from zip(("x0", "y0", "x1", "y1"), person.boxes[frames].T, strict=True)
    yield from zip(("yaw", "pitch", "roll"), person.pose[frames].T, strict=True)
    yield from zip(map(str, person.units), person.probability[frames].T, strict=True)
    intensities = person.intensities[frames].T
    yield from zip((f"{u}_intensity" for u in person.units), intensities, strict=True)
    for position, unit in enumerate(person.sided):
        for side in ("left", "right", "left_intensity", "right_intensity"):
            yield f"{unit}_{side}", getattr(person, side)[frames, position]
    if landmarks:
        for mark in range(LANDMARKS):
            yield f"landmark{mark}_x", person.landmarks[frames, mark, 0]
            yield f"landmark{mark}_y", person.landmarks[frames, mark, 1]
