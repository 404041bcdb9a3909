"""Whole movements: which events were found, matched one to one, by overlap or by onset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from facs.errors import InputError
from facs.evaluation.counts import Counts
from facs.evaluation.undefined import warn_where_undefined
from facs.events import Event

__all__ = ["EventMatches", "event_f1", "match_by_onset", "match_by_overlap"]

_CLOCK: Final = 1e-6  # s; times carry rounding below this


@dataclass(frozen=True)
class EventMatches:
    """Which events belong together.

    Parameters
    ----------
    pairs : tuple of (int, int)
        Index of the found and of the true event; each at most once.
    found, truth : int
        How many there are of each.
    """

    pairs: tuple[tuple[int, int], ...]
    found: int
    truth: int

    @property
    def counts(self) -> Counts:
        """Matched, extra and missed events; there is nothing that was rightly not found."""
        hits = len(self.pairs)
        parts = (hits, self.found - hits, self.truth - hits, 0)
        return Counts(*(np.asarray(part, np.float64) for part in parts))


def match_by_overlap(
    found: Iterable[Event], truth: Iterable[Event], *, iou: float = 0.0, frame: float = 0.0
) -> EventMatches:
    """Match events of one label that share time.

    Parameters
    ----------
    found, truth : events, in order and apart from each other
    iou : float, in [0, 1]
        Least intersection over union; 0 asks for any overlap.
    frame : float, seconds
        How long a frame stays, which is added to every duration: an event of one frame has
        ``onset == offset``, yet it is not nothing.

    Returns
    -------
    EventMatches
        With as many pairs as there can be.

    Examples
    --------
    >>> def smile(onset, offset):
    ...     return Event("AU12", onset, onset, offset, 1.0)
    >>> found, truth = [smile(0.0, 1.0), smile(2.0, 2.2)], [smile(0.4, 1.4), smile(3.0, 4.0)]
    >>> match_by_overlap(found, truth).pairs
    ((0, 0),)
    >>> match_by_overlap(found, truth, iou=0.5).pairs  # 0.6 of 1.4 s
    ()
    """
    if not (0 <= iou <= 1 and frame >= 0):
        raise InputError(f"wanted iou in [0, 1] and frame >= 0 s, got {iou} and {frame}")

    def belong(a: Event, b: Event) -> bool:
        shared = min(a.offset, b.offset) - max(a.onset, b.onset)
        if shared < 0:
            return False
        whole = a.duration + b.duration - shared + frame
        return shared + frame >= iou * whole - _CLOCK

    return _matched(found, truth, belong, lambda event: event.offset)


def match_by_onset(
    found: Iterable[Event], truth: Iterable[Event], *, tolerance: float
) -> EventMatches:
    """Match events of one label that begin no more than `tolerance` seconds apart.

    Examples
    --------
    >>> found, truth = [Event("AU12", 1.0, 1.2, 9.0, 1.0)], [Event("AU12", 1.1, 1.3, 1.4, 1.0)]
    >>> match_by_onset(found, truth, tolerance=0.2).pairs
    ((0, 0),)
    """
    if not tolerance >= 0:
        raise InputError(f"wanted a tolerance >= 0 s, got {tolerance}")

    def belong(a: Event, b: Event) -> bool:
        return abs(a.onset - b.onset) <= tolerance + _CLOCK

    return _matched(found, truth, belong, lambda event: event.onset)


def event_f1(matches: EventMatches) -> float:
    """``2 matched / (found + true)``; NaN with a warning where there is no event at all.

    Examples
    --------
    >>> event_f1(EventMatches(((0, 0),), found=2, truth=2))
    0.5
    """
    return warn_where_undefined("event F1", matches.counts.f1, "there is no event on either side")


def _matched(
    found: Iterable[Event],
    truth: Iterable[Event],
    belong: Callable[[Event, Event], bool],
    end: Callable[[Event], float],
) -> EventMatches:
    """Walk along both lists.

    Of two events that do not belong together the one that ends first belongs to nothing later,
    and of two that do, neither is better kept for another: so the walk finds the most pairs.
    """
    a, b = _in_order(found), _in_order(truth)
    pairs, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if belong(a[i], b[j]):
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif end(a[i]) <= end(b[j]):
            i += 1
        else:
            j += 1
    return EventMatches(tuple(pairs), len(a), len(b))


def _in_order(events: Iterable[Event]) -> Sequence[Event]:
    listed = list(events)
    if len({event.label for event in listed}) > 1:
        raise InputError("wanted events of one label, got several; match each label by itself")
    for before, after in pairwise(listed):
        if after.onset <= before.offset:
            raise InputError(
                f"wanted events in order and apart, got one that ends at {before.offset} s "
                f"before one that begins at {after.onset} s"
            )
    return listed
