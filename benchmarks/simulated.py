"""Simulated children: hours of scores from the rendered sittings of `sittings.py`.

Simulated are the courses of movements over time (blinks, talk, chewing, gaze, passing
expressions, drift and turns of the head, moments in which the face is lost) and the noise;
rendered and scored by the model is what each movement does to each score of each child.
Scores of simultaneous movements add up in logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sittings import MOVES, Noise, Sitting

from facs.absent import absent_arrays
from facs.network.spec import stronger_side
from facs.network.weights import DEFAULT, shipped, spec_of
from facs.person import REASONS, Person
from facs.units import SIDED, SIDES, column

Floats = NDArray[np.float64]
RATE = 30.0
BLINKS = 15.0  # a minute; 12 to 20 in people at rest
NAMES = tuple(MOVES)


@dataclass(frozen=True)
class Trial:
    """A gesture made on purpose: `stop` is when it ends."""

    name: str
    start: float
    stop: float


@dataclass
class Course:
    """What a child does over time, at `RATE` frames a second.

    Attributes
    ----------
    levels : (frames, moves), in [0, 1]
    pose : (frames, 3), degrees
    lost : (frames,), whether the face is not seen
    """

    times: Floats
    levels: Floats
    pose: Floats
    lost: NDArray[np.bool_]
    trials: list[Trial] = field(default_factory=list)

    @classmethod
    def of(cls, seconds: float) -> Course:
        """Nothing moves yet."""
        times = np.arange(round(seconds * RATE)) / RATE
        n = len(times)
        return cls(times, np.zeros((n, len(NAMES))), np.zeros((n, 3)), np.zeros(n, bool))

    def add(
        self, move: str, start: float, rise: float, hold: float, fall: float, height: float
    ) -> None:
        """Raise one movement to `height` and let it fall again."""
        first = max(0, int(start * RATE))
        last = min(len(self.times), int((start + rise + hold + fall) * RATE) + 2)
        t = self.times[first:last] - start
        up = _smooth(t / max(rise, 1e-3))
        down = 1 - _smooth((t - rise - hold) / max(fall, 1e-3))
        column = self.levels[first:last, NAMES.index(move)]
        np.maximum(column, height * up * down, out=column)


def _smooth(x: Floats) -> Floats:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def live(course: Course, rng: np.random.Generator, busy: bool = True) -> None:
    """What a face does by itself; `busy` adds talk, meals, looking around and loss of the face."""
    seconds = float(course.times[-1])
    for start in _times(rng, 60 / BLINKS, seconds):
        _blink(course, start, rng)
    for start in _times(rng, 3.0, seconds):
        name = str(rng.choice(["look left", "look right", "look up", "look down"]))
        course.add(name, start, 0.05, rng.exponential(0.6), 0.05, rng.uniform(0.1, 0.8))
    for start in _times(rng, 15.0, seconds):
        name = str(rng.choice(["brow lift", "brow squeeze", "smile", "dimple", "press", "chin"]))
        course.add(name, start, 0.3, rng.exponential(0.8), 0.5, rng.uniform(0.1, 0.35))
    course.pose += _drift(len(course.times), rng)
    if busy:
        for start in _times(rng, 40.0, seconds):
            _talk(course, start, rng.uniform(2, 8), rng)
        for start in _times(rng, 240.0, seconds):
            _chew(course, start, rng.uniform(10, 30), rng)
        for start in _times(rng, 20.0, seconds):
            _look_around(course, start, rng)
        for start in _times(rng, 120.0, seconds):
            course.lost |= (course.times >= start) & (course.times < start + rng.uniform(0.1, 2))


def _times(rng: np.random.Generator, every: float, seconds: float) -> Floats:
    """Times of events that come every so often, at random, none within half a second."""
    gaps = 0.5 + rng.exponential(every - 0.5, int(3 * seconds / every) + 10)
    times = gaps.cumsum()
    return np.asarray(times[times < seconds - 1])


def _blink(course: Course, start: float, rng: np.random.Generator) -> None:
    """100 to 400 ms from the first to the last movement, one in fifty up to 500."""
    length = rng.uniform(0.4, 0.5) if rng.random() < 0.02 else rng.lognormal(np.log(0.22), 0.35)
    length = float(np.clip(length, 0.1, 0.5))
    depth = 1.0 if rng.random() < 0.8 else rng.uniform(0.5, 1.0)
    shut = rng.uniform(0.0, 0.35) * length
    moving = length - shut
    course.add("lids", start, moving / 3, shut, moving * 2 / 3, depth)


def _talk(course: Course, start: float, length: float, rng: np.random.Generator) -> None:
    shapes = ["jaw", "lips part", "funnel", "stretch", "press", "dimple", "chin", "smile"]
    share = [0.3, 0.28, 0.12, 0.1, 0.08, 0.05, 0.04, 0.03]
    t = start
    while t < start + length:
        name = str(rng.choice(shapes, p=share))
        height = rng.uniform(0.15, 0.6) if name == "jaw" else rng.uniform(0.2, 0.8)
        course.add(name, t, 0.07, rng.uniform(0, 0.12), 0.1, height)
        t += rng.uniform(0.12, 0.3)
    inside = (course.times >= start) & (course.times < start + length)
    beat = np.sin(2 * np.pi * rng.uniform(0.6, 1.5) * course.times[inside] + rng.uniform(0, 6))
    course.pose[inside, 1] += rng.uniform(0.5, 2.5) * beat


def _chew(course: Course, start: float, length: float, rng: np.random.Generator) -> None:
    period, t = rng.uniform(0.55, 0.85), start
    while t < start + length:
        course.add("jaw", t, period * 0.45, 0.0, period * 0.45, rng.uniform(0.2, 0.6))
        course.add("press", t + period * 0.6, 0.1, 0.05, 0.1, rng.uniform(0.2, 0.8))
        t += period * rng.uniform(0.9, 1.1)


def _look_around(course: Course, start: float, rng: np.random.Generator) -> None:
    """Turn the head somewhere, and back."""
    aim = rng.normal(0, (18, 8, 5))
    rise, stay = rng.uniform(0.25, 0.8), rng.exponential(1.5)
    t = course.times - start
    shape = _smooth(t / rise) * (1 - _smooth((t - rise - stay) / rng.uniform(0.3, 0.9)))
    course.pose += shape[:, None] * aim


def _drift(n: int, rng: np.random.Generator) -> Floats:
    """A head that is never quite still: correlated over 4 s."""
    keep = np.exp(-1 / (4 * RATE))
    steps = rng.normal(0, 1, (n, 3)) * np.array([4.0, 3.0, 2.0]) * np.sqrt(1 - keep**2)
    return _follow(steps, keep)


def _follow(steps: Floats, keep: float | Floats) -> Floats:
    out = np.empty_like(steps)
    last = np.zeros(steps.shape[1])
    for i in range(len(steps)):
        last = keep * last + steps[i]
        out[i] = last
    # the drift is smooth: a head has mass
    kernel = np.hanning(9) / np.hanning(9).sum()
    return (
        np.stack([np.convolve(c, kernel, "same") for c in out.T], axis=1) if len(out) > 9 else out
    )


def scored(child: Sitting, course: Course, noise: Noise, rng: np.random.Generator) -> Person:
    """What the model would have said of a course."""
    logits = child.rest + _answers(child, course)
    logits += _noise(len(logits), _covariance(child, noise), noise.memory, rng)
    logits = np.clip(logits, -9, 9)
    pose = course.pose + _noise(len(logits), np.diag(noise.pose**2), noise.pose_memory, rng)
    return as_person(child.outputs, course.times, logits, pose, course.lost)


def lived(
    child: Sitting, noise: Noise, seconds: float, rng: np.random.Generator, busy: bool = True
) -> Person:
    """So many seconds of a face left to itself, as the model would have scored them."""
    course = Course.of(seconds)
    live(course, rng, busy=busy)
    return scored(child, course, noise, rng)


def _covariance(child: Sitting, noise: Noise) -> Floats:
    """Scores of this child that move together at rest, as widely as noise moves them in clips."""
    shape = child.noise + 1e-3 * np.eye(len(child.noise))
    own = np.sqrt(np.diag(shape))
    return np.asarray(shape / np.outer(own, own) * np.outer(noise.deviation, noise.deviation))


def _answers(child: Sitting, course: Course) -> Floats:
    total = np.zeros((len(course.times), len(child.rest)))
    for m in range(len(NAMES)):
        level = course.levels[:, m]
        active = level > 0.01
        half, full = child.moved[m]
        low = np.minimum(level[active] * 2, 1)[:, None]
        high = np.maximum(level[active] * 2 - 1, 0)[:, None]
        total[active] += low * half + high * (full - half)
    yaw, pitch, roll = np.clip(course.pose / np.array([25.0, 15.0, 20.0]), -1.5, 1.5).T
    for angle, one, other in ((yaw, 0, 1), (pitch, 2, 3), (roll, 4, 5)):
        total += np.maximum(angle, 0)[:, None] * child.turned[one]
        total += np.maximum(-angle, 0)[:, None] * child.turned[other]
    return total


def _noise(n: int, covariance: Floats, memory: float, rng: np.random.Generator) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    steps = rng.normal(0, 1, (n, len(covariance))) @ root.T * np.sqrt(1 - memory**2)
    out = np.empty_like(steps)
    last = rng.normal(0, 1, len(covariance)) @ root.T
    for i in range(n):
        last = memory * last + steps[i]
        out[i] = last
    return out


def as_person(
    outputs: Sequence[str], times: Floats, logits: Floats, pose: Floats, lost: NDArray[np.bool_]
) -> Person:
    """Scores as a person, as `facs.analyze` would give them."""
    spec = spec_of(shipped()[DEFAULT])
    units, sided = spec.units, tuple(u for u in spec.units if u in SIDED)
    cuts = np.array([spec.spatial.cuts[spec.columns.index(name)] for name in outputs])
    p = 1 / (1 + np.exp(-logits))
    strength = sum(1 / (1 + np.exp(-(logits + cuts[:, 0] - cuts[:, k]))) for k in range(5))
    order = [outputs.index(name) for name in spec.columns]
    p, strength = p[:, order], strength[:, order]
    place = {name: i for i, name in enumerate(spec.columns)}
    sides = {side: [place[column(u, side)] for u in sided] for side in SIDES}
    n = len(times)
    values = absent_arrays(n, units, sided) | {
        "probability": stronger_side(units, p),
        "intensities": stronger_side(units, strength),
        "left": p[:, sides["left"]],
        "right": p[:, sides["right"]],
        "left_intensity": strength[:, sides["left"]],
        "right_intensity": strength[:, sides["right"]],
        "pose": pose,
        "quality": np.full(n, 0.7),
        "score": np.full(n, 0.95),
    }
    for name in ("probability", "intensities", "left", "right", "left_intensity",
                 "right_intensity", "pose", "quality", "score"):  # fmt: skip
        values[name] = np.where(
            lost.reshape(-1, *[1] * (values[name].ndim - 1)), np.nan, values[name]
        )
    values["reasons"] = np.where(lost, REASONS.index("no_face"), 0)
    values["streams"] = np.where(lost, 0, 1)
    return Person(
        track=0, times=times, units=units, sided=sided,
        **values | {"on": np.array(spec.on), "off": np.array(spec.off)},
    )  # fmt: skip
