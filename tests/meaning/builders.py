"""People whose scores over time are known, at any frame rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facs.person import REASONS, Person
from facs.units import SIDED, ActionUnit
from tests.builders import make_person

Track = float | NDArray[np.floating] | Callable[[NDArray[np.float64]], NDArray[np.floating]]

UNITS = tuple(ActionUnit(n) for n in (1, 2, 4, 6, 12, 25, 26, 43))


def clock(seconds: float, rate: float | None = 30.0, seed: int = 0) -> NDArray[np.float64]:
    """Times of frames; a rate of None is one that varies between 15 and 60 frames a second."""
    if rate is not None:
        return np.arange(round(seconds * rate)) / rate
    steps = np.random.default_rng(seed).uniform(1 / 60, 1 / 15, int(seconds * 60))
    times = steps.cumsum()
    return np.asarray(times[times < seconds])


def pulse(start: float, length: float, high: float = 0.95, low: float = 0.02, ramp: float = 0.0):
    """A score that is `high` for `length` seconds from `start`, with ramps outside of that."""

    def track(times: NDArray[np.float64]) -> NDArray[np.floating]:
        xs = [start - ramp - 1e-9, start - 1e-9, start + length - 1e-9, start + length + ramp]
        return np.interp(times, xs, [low, high, high, low])

    return track


def both(*tracks: Track):
    """The stronger of several tracks at every time."""
    return lambda times: np.max([values(track, times) for track in tracks], axis=0)


def values(track: Track, times: NDArray[np.float64]) -> NDArray[np.floating]:
    return track(times) if callable(track) else np.full(len(times), 1.0) * track


def acted(
    times: NDArray[np.float64],
    scores: Mapping[int, Track] | None = None,
    left: Mapping[int, Track] | None = None,
    right: Mapping[int, Track] | None = None,
    pose: Sequence[Track] = (0.0, 0.0, 0.0),
    unseen: Sequence[tuple[float, float]] = (),
    units: tuple[ActionUnit, ...] = UNITS,
    sided: tuple[ActionUnit, ...] | None = None,
    rest: float = 0.02,
    **changes: Any,
) -> Person:
    """A person with these scores; a unit is its stronger side; not seen within `unseen`."""
    sided = tuple(u for u in units if u in SIDED) if sided is None else sided
    whole = {u: values((scores or {}).get(int(u), rest), times) for u in units}
    sides = [
        np.stack([values((part or {}).get(int(u), whole[u]), times) for u in sided], axis=1)
        if sided
        else np.zeros((len(times), 0))
        for part in (left, right)
    ]
    for i, unit in enumerate(sided):
        whole[unit] = np.maximum(sides[0][:, i], sides[1][:, i])
    hidden = np.zeros(len(times), bool)
    for start, stop in unseen:
        hidden |= (times >= start - 1e-9) & (times < stop - 1e-9)
    gone = np.where(hidden, np.nan, 1.0)[:, None]
    probability = np.stack([whole[u] for u in units], axis=1) * gone
    there = {
        "times": times,
        "units": units,
        "sided": sided,
        "left": sides[0] * gone,
        "right": sides[1] * gone,
        "left_intensity": sides[0] * gone * 5,
        "right_intensity": sides[1] * gone * 5,
        "pose": np.stack([values(track, times) for track in pose], axis=1) * gone,
        "reasons": np.where(hidden, REASONS.index("no_face"), 0),
    }
    return make_person(probability, **there | changes)
