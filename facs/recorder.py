"""RecordingBuilder: collects what was measured while frames arrive, then makes a Recording."""

from __future__ import annotations

from array import array as growing
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from facs.errors import InputError
from facs.person import REASONS, STREAMS
from facs.recording import ModelInfo, Recording
from facs.rows import JournalRows, MemoryRows, Record, assemble, layout_of

__all__ = ["RecordingBuilder", "Row"]

NAN: Final = float("nan")


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
    journal : str or Path, optional
        A new file that takes the rows as they become final: memory stays flat, and
        `facs.recovery.recover` makes a recording of it if the process is killed.

    Raises
    ------
    OutputError
        If there is something at `journal`, or it cannot be written: at once, or with the first
        frame where no size is given.

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
        journal: str | Path | None = None,
    ) -> None:
        nothing = np.zeros(0)
        self._empty = Recording(source, size, rate, nothing, (), model)
        self._layout = layout_of(self._empty)
        self._times = growing("d")
        self._journal = None if journal is None else Path(journal)
        self._rows: MemoryRows | JournalRows | None = None
        if size is not None:
            self._begun(size)

    def __len__(self) -> int:
        """Return the number of frames so far."""
        return len(self._times)

    def __enter__(self) -> RecordingBuilder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the journal, if there is one; it stays where it is."""
        if self._rows is not None:
            self._rows.close()

    def discard(self) -> None:
        """Remove the journal of an analysis in which there was nothing; not one that was there."""
        self.close()
        if self._journal is not None and self._rows is not None:
            self._journal.unlink(missing_ok=True)

    def _begun(self, size: tuple[int, int] | None = None) -> MemoryRows | JournalRows:
        """Where rows are kept; a journal begins with the size, which the first frame may tell."""
        if self._rows is None:
            self._empty = empty = replace(self._empty, size=size)
            journal = self._journal
            self._rows = MemoryRows() if journal is None else JournalRows(journal, empty)
        return self._rows

    def add_frame(self, time: float, size: tuple[int, int] | None = None) -> int:
        """Tell that a frame was decoded, whoever is in it.

        Parameters
        ----------
        time : float, seconds
            Later than the frame before.
        size : (width, height), optional
            Of its picture. That of the first frame is the recording's, if it has none yet: a
            camera does not tell before.

        Returns
        -------
        int
            The frame's number here, which `add` wants; the first is 0.

        Raises
        ------
        InputError
            If the time is not later than that of the frame before.
        OutputError
            If the journal cannot be written.
        """
        if not np.isfinite(time) or (self._times and time <= self._times[-1]):
            before = self._times[-1] if self._times else "the start"
            raise InputError(f"wanted a time after {before}, got {time}")
        self._begun(size).expect(self._times)
        self._times.append(time)
        return len(self._times) - 1

    def add(self, track: int, frame_index: int, row: Row) -> None:
        """Keep what is known of person `track` in frame `frame_index`.

        A row that is there already is replaced, so that a frame can be scored
        again once its flow window is full. A row without a reason and without a
        stream still waits for its scores.

        Raises
        ------
        InputError
            If there is no such frame, or an array of the row has the wrong shape.
        """
        if not 0 <= frame_index < len(self):
            raise InputError(f"wanted a frame from 0 to {len(self) - 1}, got {frame_index}")
        record = _record(row, self._layout)
        record["track"], record["frame"] = track, frame_index
        self._begun().put(record, final=bool(row.reason or row.stream))

    def build(self, damage: str | None = None, notes: Sequence[str] = ()) -> Recording:
        """Make the recording of what was added so far; rows that are missing become NaN.

        Raises
        ------
        OutputError
            If the journal cannot be written, or the recording of it would be too large for
            memory: one row for every frame and person. Its parts can still be recovered.
        """
        rows = self._begun()
        whole = replace(self._empty, times=np.array(self._times), damage=damage, notes=tuple(notes))
        rows.end(whole)
        return assemble(whole, rows.blocks(), rows.limit)


def _record(row: Row, layout: np.dtype[Any]) -> Record:
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
