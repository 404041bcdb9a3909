"""All sequences on one line of time, far apart: what happens in one never touches another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.evaluation.aligned import Aligned, Limits
from facs.events import Event, find_events

__all__ = ["Timeline"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

APART: Final = 1e3  # s, between the end of one sequence and the start of the next


@dataclass(frozen=True)
class Timeline:
    """Where each row with a time lies.

    Parameters
    ----------
    rows : array, shape (m,), int
        Rows that have a time, sequence after sequence.
    slots : array, shape (m,), int
        Where each lies in `times`; before each sequence there is one slot without a row,
        which ends every event.
    times : array, shape (m + sequences,), seconds
        Strictly increasing.
    frame : float, seconds
        How long a frame stays: the median step. 0 where no sequence has two rows.
    """

    rows: Integers
    slots: Integers
    times: Floats
    frame: float

    @classmethod
    def of(cls, aligned: Aligned) -> Timeline:
        """Lay out the sequences of `aligned`."""
        rows = np.flatnonzero(aligned.sequence >= 0)
        sequence, time = aligned.sequence[rows], aligned.time[rows]
        new = np.diff(sequence, prepend=-1) != 0
        first = np.flatnonzero(new)
        last = np.r_[first[1:] - 1, len(rows) - 1][: len(first)]
        number = np.cumsum(new) - 1  # of the sequence, for each row
        spans = time[last] - time[first] + APART
        starts = np.cumsum(spans) - spans + APART
        slots = np.arange(len(rows)) + number + 1
        times = np.empty(len(rows) + len(first))
        times[slots] = time - time[first][number] + starts[number]
        times[slots[first] - 1] = starts - APART / 2
        steps = np.diff(time)[~new[1:]]
        return cls(rows, slots, times, float(np.median(steps)) if len(steps) else 0.0)

    def __len__(self) -> int:
        """Return how many rows have a time."""
        return len(self.rows)

    @property
    def seconds(self) -> Floats:
        """Time of every row that has one, shape (m,)."""
        return self.times[self.slots]

    def events(self, label: str, values: Floats, limits: Limits) -> list[Event]:
        """Events of values (n,) over all rows of the data; NaN and a new sequence end an event."""
        laid = np.full(len(self.times), np.nan)
        laid[self.slots] = values[self.rows]
        # By slots, as in seconds the frames of a slow film would be holes of a fast one.
        found = find_events(
            label, np.arange(len(laid)), laid, on=limits.on, off=limits.off, min_peak=limits.peak
        )
        return [self._in_seconds(event) for event in found]

    def _in_seconds(self, event: Event) -> Event:
        onset, apex, offset = self.times[[int(event.onset), int(event.apex), int(event.offset)]]
        return Event(event.label, float(onset), float(apex), float(offset), event.peak)

    def row_of(self, event: Event) -> int:
        """The row in which an event begins."""
        slot = int(np.searchsorted(self.times, event.onset))
        return int(self.rows[np.searchsorted(self.slots, slot)])
