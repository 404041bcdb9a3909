"""RecordingBuilder: collects what was measured while frames arrive, then makes a Recording."""

from __future__ import annotations

from array import array as growing
from collections.abc import Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.errors import InputError
from facs.person import REASONS, STREAMS, Person, array_forms
from facs.recording import ModelInfo, Recording

__all__ = ["RecordingBuilder", "Row"]

NAN: Final = float("nan")

_FIELD_OF: Final = {  # what a row calls it, and what a person calls it
    "box": "boxes",
    "landmarks": "landmarks",
    "pose": "pose",
    "score": "score",
    "quality": "quality",
    "reason": "reasons",
    "stream": "streams",
    "probability": "probability",
    "intensity": "intensities",
    "left": "left",
    "right": "right",
    "left_intensity": "left_intensity",
    "right_intensity": "right_intensity",
}


@dataclass(frozen=True, eq=False)
class Row:
    """What is known of one person in one frame; whatever is left out is NaN.

    Parameters
    ----------
    box : array, shape (4,)
        x0, y0, x1, y1 in pixels.
    landmarks : array, shape (68, 2)
        Pixels.
    pose : array, shape (3,)
        Yaw, pitch, roll in degrees.
    score, quality : float
    reason : str
        A word of `facs.person.REASONS`; ``""`` where the face could be scored.
    stream : str
        A word of `facs.person.STREAMS`.
    probability, intensity : array, shape (U,)
    left, right, left_intensity, right_intensity : array, shape (S,)

    Examples
    --------
    >>> Row(reason="dark", quality=0.1).stream
    ''
    """

    box: ArrayLike = NAN
    landmarks: ArrayLike = NAN
    pose: ArrayLike = NAN
    score: float = NAN
    quality: float = NAN
    reason: str = ""
    stream: str = ""
    probability: ArrayLike = NAN
    intensity: ArrayLike = NAN
    left: ArrayLike = NAN
    right: ArrayLike = NAN
    left_intensity: ArrayLike = NAN
    right_intensity: ArrayLike = NAN

    def __post_init__(self) -> None:
        for name, value, words in (
            ("reason", self.reason, REASONS),
            ("stream", self.stream, STREAMS),
        ):
            if value not in words:
                raise InputError(f"{name}: wanted one of {words}, got {value!r}")


class RecordingBuilder:
    """Collect rows in any order, and make the recording of them.

    About 1 kB is kept for every row that was added; frames in which a person
    was absent cost nothing until `build`.

    Parameters
    ----------
    source, size, rate, model
        As in `facs.recording.Recording`. The model says which units a row has;
        without one, rows have none.

    Examples
    --------
    >>> builder = RecordingBuilder("talk.mp4", (640, 480), Fraction(25), None)
    >>> for index in range(3):
    ...     _ = builder.add_frame(index / 25)
    >>> builder.add(0, 1, Row(box=[10, 10, 90, 90], score=0.9, quality=0.7))
    >>> person = builder.build().people[0]
    >>> person.boxes[:, 0].tolist(), [person.reason(i) for i in range(3)]
    ([nan, 10.0, nan], ['no_face', '', 'no_face'])
    """

    def __init__(
        self,
        source: str,
        size: tuple[int, int] | None,
        rate: Fraction | None,
        model: ModelInfo | None,
    ) -> None:
        self.source, self.size, self.rate, self.model = source, size, rate, model
        self._units = () if model is None else model.units
        self._sided = () if model is None else model.sided or ()
        self._layout = _layout(self._units, self._sided)
        self._times = growing("d")
        self._tracks: dict[int, _Track] = {}

    def __len__(self) -> int:
        """Return the number of frames so far."""
        return len(self._times)

    def add_frame(self, time: float) -> int:
        """Tell that a frame was decoded, whoever is in it.

        Parameters
        ----------
        time : float, seconds
            Later than the frame before.

        Returns
        -------
        int
            The frame's number here, which `add` wants; the first is 0.

        Raises
        ------
        InputError
            If the time is not later than that of the frame before.
        """
        if not np.isfinite(time) or (self._times and time <= self._times[-1]):
            before = self._times[-1] if self._times else "the start"
            raise InputError(f"wanted a time after {before}, got {time}")
        self._times.append(time)
        return len(self._times) - 1

    def add(self, track: int, frame_index: int, row: Row) -> None:
        """Keep what is known of person `track` in frame `frame_index`.

        A row that is there already is replaced, so that a frame can be scored
        again once its flow window is full.

        Raises
        ------
        InputError
            If there is no such frame, or an array of the row has the wrong shape.
        """
        if not 0 <= frame_index < len(self):
            raise InputError(f"wanted a frame from 0 to {len(self) - 1}, got {frame_index}")
        record = _record(row, self._layout)
        if track not in self._tracks:
            self._tracks[track] = _Track(self._layout)
        self._tracks[track].put(frame_index, record)

    def build(self, damage: str | None = None, notes: Sequence[str] = ()) -> Recording:
        """Make the recording of what was added so far; rows that are missing become NaN."""
        return Recording(
            source=self.source,
            size=self.size,
            rate=self.rate,
            times=np.array(self._times),
            people=tuple(self._person(track) for track in sorted(self._tracks)),
            model=self.model,
            damage=damage,
            notes=tuple(notes),
        )

    def _person(self, track: int) -> Person:
        rows = self._tracks[track].rows()
        forms = array_forms(len(self), self._units, self._sided)
        values: dict[str, NDArray[Any]] = {}
        for name, field in _FIELD_OF.items():
            shape, dtype = forms[field]
            values[field] = np.full(shape, _ABSENT.get(name, NAN), dtype)
            values[field][rows["frame"]] = rows[name]
        nothing = np.zeros(0, np.float32)
        values["on"] = nothing if self.model is None else self.model.on
        values["off"] = nothing if self.model is None else self.model.off
        return Person(
            track=track,
            times=np.array(self._times),
            units=self._units,
            sided=self._sided,
            **values,
        )


_ABSENT: Final = {"reason": REASONS.index("no_face"), "stream": STREAMS.index("")}


class _Track:
    """One person's rows in order of frame, in an array that grows."""

    def __init__(self, layout: np.dtype[Any]) -> None:
        self._kept = np.empty(64, layout)
        self._count = 0

    def put(self, frame: int, record: NDArray[Any]) -> None:
        frames = self._kept["frame"][: self._count]
        at = int(np.searchsorted(frames, frame))
        if at == self._count or frames[at] != frame:
            self._make_room(at)
        self._kept[at] = record
        self._kept["frame"][at] = frame

    def _make_room(self, at: int) -> None:
        if self._count == len(self._kept):
            larger = np.empty(len(self._kept) * 3 // 2, self._kept.dtype)
            larger[: self._count] = self._kept
            self._kept = larger
        # Frames nearly always come in order, so that there is nothing to move.
        self._kept[at + 1 : self._count + 1] = self._kept[at : self._count]
        self._count += 1

    def rows(self) -> NDArray[Any]:
        return self._kept[: self._count]


def _layout(units: tuple[Any, ...], sided: tuple[Any, ...]) -> np.dtype[Any]:
    """One row as it is stored: the frame and every field, packed."""
    forms = array_forms(1, units, sided)
    stored = [(name, forms[field][1], forms[field][0][1:]) for name, field in _FIELD_OF.items()]
    return np.dtype([("frame", np.int64), *stored])


def _record(row: Row, layout: np.dtype[Any]) -> NDArray[Any]:
    record = np.zeros((), layout)
    for field in fields(row):
        value = getattr(row, field.name)
        if field.name == "reason":
            value = REASONS.index(value)
        elif field.name == "stream":
            value = STREAMS.index(value)
        wanted, shape = record[field.name].shape, np.shape(value)
        if shape not in (wanted, ()):
            raise InputError(f"{field.name}: wanted shape {wanted}, got {shape}")
        record[field.name] = value
    return record
