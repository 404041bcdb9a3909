"""Events: from a probability over time to the spans in which a unit was shown.

Two thresholds make a span: it begins where the probability reaches `on`, and
lasts for as long as the probability stays at `off` or above. A missing value
ends it, and so does a hole in the time stamps: what was not seen is never
counted as shown. A third one makes it an
event: somewhere in the span the probability must reach a peak (`least_peak`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.errors import InputError
from facs.holes import longest_step

__all__ = [
    "NOT_SCORED",
    "SURER",
    "Event",
    "after_holes",
    "check_limits",
    "find_events",
    "least_peak",
]

NOT_SCORED: Final = "not_scored"
"""What files of events call a span in which a person could not be scored."""

SURER: Final = 3.0
"""How many times the odds at a unit's threshold the odds at the apex of an event must be.

A threshold is chosen for single pictures. A film has thirty a second, most of them at rest, and a
few of these come close to every threshold (docs/decisions/0021-an-event-has-a-sure-peak.md)."""

_CLOCK = 1e-6  # s; times carry rounding below this, so 0.3 - 0.1 counts as 0.2


@dataclass(frozen=True)
class Event:
    """A span of time in which something was shown.

    Parameters
    ----------
    label : str
        What was shown: ``"AU12"``, or the name of a gesture.
    onset, apex, offset : float, seconds
        Times of the first frame, of the strongest frame and of the last frame
        of the span; ``onset <= apex <= offset``. A span of one frame has all
        three equal.
    peak : float, in [0, 1]
        The probability at the apex.

    Raises
    ------
    InputError
        If the three times are not in order, or one of them is NaN.

    Examples
    --------
    >>> event = Event("AU12", onset=1.25, apex=1.5, offset=2.0, peak=0.93)
    >>> event.duration
    0.75
    """

    label: str
    onset: float
    apex: float
    offset: float
    peak: float

    def __post_init__(self) -> None:
        if not self.onset <= self.apex <= self.offset:
            raise InputError(
                f"wanted onset <= apex <= offset, got {self.onset}, {self.apex}, {self.offset}"
            )

    @property
    def duration(self) -> float:
        """Seconds from onset to offset; 0.0 for a span of one frame."""
        return self.offset - self.onset

    def touches(self, other: Event) -> bool:
        """Whether the two share a moment, the ends included.

        Examples
        --------
        >>> Event("AU1", 0, 1, 2, 0.9).touches(Event("AU2", 2, 3, 4, 0.9))
        True
        """
        return self.onset <= other.offset and other.onset <= self.offset


def find_events(
    label: str,
    times: ArrayLike,
    probability: ArrayLike,
    *,
    on: float = 0.5,
    off: float = 0.4,
    min_peak: float = 0.0,
    min_duration: float = 0.0,
) -> list[Event]:
    """Find the spans in which a probability rises to `on`, until it falls below `off`.

    Parameters
    ----------
    label : str
        Becomes the label of every event.
    times : array, shape (n,)
        Seconds, strictly increasing.
    probability : array, shape (n,), in [0, 1] or NaN
        NaN means that the face was not seen. NaN ends a span; so does a hole in `times`.
    on, off : float
        Two thresholds, ``off <= on``, so that noise near one does not chop a span.
    min_peak : float
        Spans whose probability nowhere reaches this are dropped.
    min_duration : float, seconds
        Spans with a shorter ``offset - onset`` are dropped. A span of one frame
        lasts 0 s, so every positive value drops it.

    Returns
    -------
    list of Event
        In order of onset. The onset is the time of the first frame at `on` or
        above; the offset is the time of the last frame of the span that is
        still at `off` or above; the apex is the (first) maximum.

    Raises
    ------
    InputError
        If the shapes differ, times do not increase, thresholds contradict each other, or one of
        the numbers is none.

    Examples
    --------
    >>> t = np.arange(6) / 10
    >>> p = np.array([0.1, 0.9, 0.45, 0.8, np.nan, 0.9], dtype=np.float32)
    >>> [(e.onset, e.apex, e.offset) for e in find_events("AU12", t, p)]
    [(0.1, 0.1, 0.3), (0.5, 0.5, 0.5)]
    """
    check_limits(most=math.inf, on=on, off=off, min_peak=min_peak, min_duration=min_duration)
    seconds, values = _checked(times, probability, on, off)
    # A level is rounded as the values are, as NumPy rounds `on`: what equals it has reached it.
    level = np.asarray(min_peak, np.result_type(values.dtype, np.float32))
    events = (
        _event(label, seconds, values, first, last)
        for first, last in _spans(values, after_holes(seconds), on, off).tolist()
        if values[first : last + 1].max() >= level
    )
    return [event for event in events if event.duration >= min_duration - _CLOCK]


def least_peak(on: float, surer: float = SURER) -> float:
    """What the probability of an event must reach at its apex, for a threshold in [0, 1].

    Parameters
    ----------
    on : float
        Probability from which the unit counts as shown.
    surer : float
        Times the odds of `on`.

    Examples
    --------
    >>> least_peak(0.5), round(least_peak(0.2), 2)
    (0.75, 0.43)
    """
    return surer * on / (surer * on + 1.0 - on)


def after_holes(times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a hole lies before each frame, shape (n,): time from which there are no frames.

    Parameters
    ----------
    times : array, shape (n,)
        Seconds, strictly increasing. More than 0.25 s between two frames, and more than five
        times the median, is a hole: a picture a second has none, and a pause of a film has.

    Examples
    --------
    >>> after_holes(np.array([0.0, 0.04, 0.08, 60.0, 60.04])).tolist()
    [False, False, False, True, False]
    """
    after = np.zeros(len(times), np.bool_)
    if len(times) > 1:
        steps = np.diff(times)
        after[1:] = steps > longest_step(float(np.median(steps))) + _CLOCK
    return after


def check_limits(*, min_duration: float, most: float = 1.0, **levels: float | None) -> None:
    """Refuse what is no limit of an event: any of them would let every event pass, or none.

    Parameters
    ----------
    min_duration : float, seconds
    most : float
        What no level may exceed; probabilities do not exceed 1.
    **levels : float, optional
        Thresholds, by name.

    Raises
    ------
    InputError
        If a level is no number from 0 to `most`, or the duration none of 0 or more.
    """
    for name, level in levels.items():
        if level is not None and not (isinstance(level, Real) and 0 <= level <= most):
            wanted = f"a probability from 0 to {most:g}" if most == 1 else "a number of 0 or more"
            raise InputError(f"wanted {wanted} for {name}, got {level!r}")
    if not (isinstance(min_duration, Real) and 0 <= min_duration < math.inf):
        raise InputError(f"wanted min_duration in seconds, 0 or more, got {min_duration!r}")


def _checked(
    times: ArrayLike, probability: ArrayLike, on: float, off: float
) -> tuple[NDArray[np.float64], NDArray[np.floating]]:
    seconds = np.asarray(times, dtype=np.float64)
    values = np.asarray(probability)
    if seconds.ndim != 1 or values.shape != seconds.shape:
        raise InputError(
            "wanted times and probability of one shape (n,), "
            f"got {seconds.shape} and {values.shape}"
        )
    if not np.all(np.diff(seconds) > 0):
        raise InputError("wanted times that strictly increase; sort them and drop repeated ones")
    if not off <= on:
        raise InputError(f"wanted off <= on, got off={off} and on={on}")
    return seconds, values


def _spans(
    values: NDArray[np.floating], anew: NDArray[np.bool_], on: float, off: float
) -> NDArray[np.int64]:
    """First and last frame of each span, shape (k, 2); none reaches over the start of `anew`."""
    starts = values >= on
    # Comparisons with NaN are false, so an unseen frame decides against the span.
    decides = starts | ~(values >= off) | anew
    latest = np.maximum.accumulate(np.where(decides, np.arange(len(values)), -1))
    active = starts[latest] & (latest >= 0)  # the latest decision holds until the next
    first = active & (anew | ~np.append(False, active)[:-1])
    last = active & np.append(anew | ~active, True)[1:]
    return np.stack([np.flatnonzero(first), np.flatnonzero(last)], axis=1)


def _event(
    label: str, times: NDArray[np.float64], values: NDArray[np.floating], first: int, last: int
) -> Event:
    apex = first + int(np.argmax(values[first : last + 1]))
    return Event(
        label, float(times[first]), float(times[apex]), float(times[last]), float(values[apex])
    )
