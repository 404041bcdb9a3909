"""Gestures as simulated children make them: onset, hold and strength vary, like theirs do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from simulated import RATE, Course, Trial, live

from facs.meaning.detector import GestureEvent
from facs.meaning.gestures import STOCK

SLOT = 9.0  # s from one gesture to the next

LATE = 0.8
"""Seconds after the end of a gesture until which it may be decided."""

MADE = {
    "wink left": "left lid",
    "wink right": "right lid",
    "brow lift": "brow lift",
    "brow squeeze": "brow squeeze",
    "smile": "smile",
    "mouth open": "wide",
    "tongue": "tongue",
    "pucker": "pucker",
    "cheek puff": "puff",
    "glance left": "look left",
    "glance right": "look right",
    "look up": "look up",
}
"""Gestures that are one movement."""

LOOKS = ("glance left", "glance right", "look up")
"""What eyes do all day: these are held for as long as their rule asks, and somewhat longer."""

HEADS = {"nod": 1, "shake": 0}
TILTS = {"tilt left": -1.0, "tilt right": 1.0}


def hit_of(trial: Trial, events: Iterable[GestureEvent]) -> GestureEvent | None:
    """The first of the events that is decided while the trial goes on, or not too late after."""
    return next((e for e in events if trial.start <= e.decided <= trial.stop + LATE), None)


def perform(names: Sequence[str], repeats: int, rng: np.random.Generator) -> Course:
    """A session: each gesture `repeats` times in random order, in a calm moment of a day."""
    order = rng.permutation([name for name in names for _ in range(repeats)])
    course = Course.of(SLOT * (len(order) + 1))
    live(course, rng, busy=False)
    for i, name in enumerate(order):
        start = SLOT * (i + 1) - 4 + float(rng.uniform(-1, 1))
        course.trials.append(make(course, str(name), start, rng))
    return course


def make(course: Course, name: str, start: float, rng: np.random.Generator) -> Trial:
    """Let the child make one gesture; returns when."""
    if name in ("long blink", "blink twice"):
        return _lids(course, name, start, rng)
    if name in HEADS:
        return _swing(course, name, start, rng)
    if name in TILTS:
        return _tilt(course, name, start, rng)
    rise, hold, fall = rng.uniform(0.12, 0.35), rng.uniform(0.8, 1.6), rng.uniform(0.2, 0.5)
    if name in LOOKS:
        hold = STOCK[name].hold + float(rng.uniform(0.3, 1.5))
    course.add(MADE[name], start, rise, hold, fall, float(rng.uniform(0.6, 1.0)))
    return Trial(name, start, start + rise + hold)


def _lids(course: Course, name: str, start: float, rng: np.random.Generator) -> Trial:
    if name == "long blink":
        hold = float(rng.uniform(0.75, 1.5))
        course.add("lids", start, 0.12, hold, 0.2, 1.0)
        return Trial(name, start, start + 0.12 + hold)
    first, second, gap = rng.uniform(0.45, 0.7), rng.uniform(0.45, 0.7), rng.uniform(0.4, 0.9)
    course.add("lids", start, 0.12, first, 0.2, 1.0)
    again = start + 0.12 + first + 0.2 + gap
    course.add("lids", again, 0.12, second, 0.2, 1.0)
    return Trial(name, start, again + 0.12 + second)


def _swing(course: Course, name: str, start: float, rng: np.random.Generator) -> Trial:
    """Two nods or two turns to either side, 0.8 to 2 a second."""
    rate, wide = rng.uniform(0.9, 2.0), rng.uniform(11, 24)
    length = 2 / rate
    t = course.times - start
    inside = (t >= 0) & (t < length)
    axis = HEADS[name]
    way = np.sin(2 * np.pi * rate * t) if axis == 0 else (np.cos(2 * np.pi * rate * t) - 1)
    course.pose[inside, axis] += wide / 2 * way[inside]
    course.pose[inside, 1 - axis] += wide / 12 * np.sin(2 * np.pi * rate * t[inside])
    return Trial(name, start, start + length)


def _tilt(course: Course, name: str, start: float, rng: np.random.Generator) -> Trial:
    rise, hold, fall = rng.uniform(0.25, 0.5), rng.uniform(0.8, 1.6), rng.uniform(0.3, 0.6)
    t = course.times - start
    x = np.clip(t / rise, 0, 1) * np.clip((rise + hold + fall - t) / fall, 0, 1)
    smooth = np.clip(x, 0, 1) ** 2 * (3 - 2 * np.clip(x, 0, 1))
    course.pose[:, 2] += TILTS[name] * float(rng.uniform(19, 30)) * smooth
    return Trial(name, start, start + rise + hold)


def frames(seconds: float) -> int:
    """Frames of so many seconds."""
    return round(seconds * RATE)
