"""Rows while frames arrive: where they are kept, and how a recording is made of them."""

from __future__ import annotations

import os
from array import array as growing
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.absent import absent_arrays
from facs.arrays import array_forms
from facs.errors import OutputError, RecordingError
from facs.journal import FRAMES_PER_BLOCK, ROWS, JournalWriter, read_blocks
from facs.person import Person
from facs.recording import MEMORY_LIMIT, ModelInfo, Recording

__all__ = ["JournalRows", "MemoryRows", "Record", "assemble", "layout_of", "rows_in"]

Record = NDArray[Any]
"""One row or several, of the form that `layout_of` gives."""

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


def layout_of(recording: Recording) -> np.dtype[Any]:
    """One row of a recording as it is stored: whose it is, the frame and every field, packed."""
    forms = array_forms(1, *recording.measured)
    stored = [(name, forms[field][1], forms[field][0][1:]) for name, field in _FIELD_OF.items()]
    layout: np.dtype[Any] = np.dtype([("track", np.int32), ("frame", np.int64), *stored])
    little: np.dtype[Any] = layout.newbyteorder("<")
    return little


class MemoryRows:
    """Rows in memory, each person's in order of frame."""

    limit: int | None = None
    """Bytes that the recording may need: whatever there is, as the rows are nowhere else."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}

    def expect(self, times: growing[float]) -> None:
        """Nothing is to be done before another frame."""

    def put(self, record: Record, final: bool) -> None:
        """Keep a row, in the place of one for the same person and frame."""
        track = int(record["track"])
        if track not in self._tracks:
            self._tracks[track] = _Track(record.dtype)
        self._tracks[track].put(record)

    def blocks(self) -> Iterator[Record]:
        """Yield the rows of one person after the other."""
        for track in sorted(self._tracks):
            yield self._tracks[track].rows()

    def end(self, whole: Recording) -> None:
        """Nothing is to be done at the end."""

    def close(self) -> None:
        """Nothing is open."""


class _Track:
    """One person's rows in order of frame, in an array that grows."""

    def __init__(self, layout: np.dtype[Any]) -> None:
        self._kept = np.empty(64, layout)
        self._count = 0

    def put(self, record: Record) -> None:
        frames = self._kept["frame"][: self._count]
        at = int(np.searchsorted(frames, record["frame"]))
        if at == self._count or frames[at] != record["frame"]:
            self._make_room(at)
        self._kept[at] = record

    def _make_room(self, at: int) -> None:
        if self._count == len(self._kept):
            larger = np.empty(len(self._kept) * 3 // 2, self._kept.dtype)
            larger[: self._count] = self._kept
            self._kept = larger
        # Frames nearly always come in order, so that there is nothing to move.
        self._kept[at + 1 : self._count + 1] = self._kept[at : self._count]
        self._count += 1

    def rows(self) -> Record:
        return self._kept[: self._count]


class JournalRows:
    """Rows in a file: written once they are final, with the times of frames that wait for none.

    Parameters
    ----------
    path : Path
    empty : Recording
        What is known of the source and the model before its first frame.
    """

    limit: int | None = MEMORY_LIMIT

    def __init__(self, path: Path, empty: Recording) -> None:
        self._layout = layout_of(empty)
        self._writer = JournalWriter(path, empty.header())
        self._waiting: dict[tuple[int, int], Record] = {}  # by frame and track
        self._final: list[bytes] = []
        self._written = 0  # frames whose times are in the file

    def expect(self, times: growing[float]) -> None:
        """Write what is final, now and then; `times` are those of the frames so far."""
        settled = min((frame for frame, _ in self._waiting), default=len(times))
        if settled - self._written >= FRAMES_PER_BLOCK:
            self._write(np.array(times[self._written : settled]))

    def put(self, record: Record, final: bool) -> None:
        """Keep a row for the file; one that is not final waits for the row that replaces it."""
        key = int(record["frame"]), int(record["track"])
        if final:
            self._waiting.pop(key, None)
            self._final.append(record.tobytes())
        else:
            self._waiting[key] = record

    def end(self, whole: Recording) -> None:
        """Write everything that is left, and that this is the end."""
        self._final += [record.tobytes() for record in self._waiting.values()]
        self._write(whole.times[self._written :])
        self._writer.end({"damage": whole.damage, "notes": whole.notes})

    def _write(self, times: NDArray[np.float64]) -> None:
        self._writer.write(times, b"".join(self._final))
        self._written += len(times)
        self._final.clear()

    def blocks(self) -> Iterator[Record]:
        """Yield the rows that are in the file, in the order in which they became final."""
        return rows_in(self._writer.path, self._layout)

    def close(self) -> None:
        """Close the file; it stays where it is."""
        self._writer.close()


def rows_in(path: str | os.PathLike[str], layout: np.dtype[Any]) -> Iterator[Record]:
    """Yield the rows of a journal, block by block, in the order in which they became final."""
    for kind, content in read_blocks(path):
        if kind == ROWS:
            if len(content) % layout.itemsize:
                raise RecordingError(f"{path}: a block is not as long as rows of its model")
            yield np.frombuffer(content, layout)


def assemble(
    whole: Recording, blocks: Iterable[Record], limit: int | None, first: int = 0
) -> Recording:
    """Make the recording of rows; of two for the same person and frame, the later counts.

    Parameters
    ----------
    whole : Recording
        Everything but the people.
    blocks : iterable of Record
    limit : int, bytes, optional
        The people's arrays may not need more than this together.
    first : int
        Number in the rows of the first frame of `whole`.

    Raises
    ------
    OutputError
        If more than `limit` would be needed.
    """
    units, sided = whole.measured
    people: dict[int, dict[str, NDArray[Any]]] = {}
    for rows in blocks:
        rows = rows[(rows["frame"] >= first) & (rows["frame"] < first + len(whole))]
        for track in np.unique(rows["track"]).tolist():
            if track not in people:
                _check_room(len(people) + 1, rows.itemsize * len(whole), limit)
                people[track] = absent_arrays(len(whole), units, sided) | _thresholds(whole.model)
            _fill(people[track], rows[rows["track"] == track], first)
    return replace(
        whole,
        people=tuple(
            Person(track=track, times=whole.times, units=units, sided=sided, **people[track])
            for track in sorted(people)
        ),
    )


def _check_room(people: int, each: int, limit: int | None) -> None:
    if limit is not None and people * each > limit:
        raise OutputError(
            f"{people} people or more, each with a row for every frame, need "
            f"{people * each / 2**30:.1f} GiB of memory; the rows are kept: facs recover with "
            "--start and --stop makes results of a part at a time"
        )


def _fill(values: dict[str, NDArray[Any]], rows: Record, first: int) -> None:
    for name, field in _FIELD_OF.items():
        values[field][rows["frame"] - first] = rows[name]


def _thresholds(model: ModelInfo | None) -> dict[str, NDArray[Any]]:
    return {} if model is None else {"on": model.on, "off": model.off}
