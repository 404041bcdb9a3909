"""Where a gesture's threshold may lie: how often it would fire at rest, and in the examples."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.meaning.detector import MAX_GAP, GestureDetector, read
from facs.meaning.gestures import Gesture
from facs.meaning.moments import Moment
from facs.meaning.rates import Rate, poisson_interval

__all__ = [
    "ENOUGH_REST",
    "MOST_FOREIGN",
    "Curve",
    "Separation",
    "count_activations",
    "plateau",
    "separate",
    "triggers",
]

STEPS: Final = 28
LEAST: Final = 0.08
"""Probability that is tried first, so that it ends above a rest of `facs.meaning.baseline.REST`."""

FEW_STEPS: Final = 14  # for degrees and sums, whose scale is known less well, and which cost more
MOST_ASKED: Final = 0.8
"""Share of the examples that must be found, from three examples on."""

ENOUGH_REST: Final = 600.0
"""Seconds; less cannot show a rate of one an hour, nor much else."""

MARGINS: Final = (0.35, 0.35)
KNOWN_MARGINS: Final = (0.2, 0.5)
"""Shares of the way from rest to examples that are kept free on either side; of a rest that is long
enough to say more of itself than a few examples say of the next one."""

PLATEAU: Final = 4
"""Steps of the threshold over which the number of activations must not change."""

MOST_FOREIGN: Final = 0.2
"""Share of the examples of another gesture in which this one may fire too."""


def triggers(gesture: Gesture) -> tuple[float, ...]:
    """Thresholds that are tried, from the easiest on; even in logits where it is a probability.

    Examples
    --------
    >>> tried = triggers(Gesture.parse("smile", "12 >= 0.5 for 500 ms"))
    >>> tried[0], tried[-1], len(tried)
    (0.08, 0.99, 28)
    >>> triggers(Gesture.parse("left", "roll <= -15 for 600 ms"))[:2]
    (-4.5, -6.8)
    """
    if _is_probability(gesture):
        logits = np.linspace(np.log(LEAST / (1 - LEAST)), np.log(0.99 / 0.01), STEPS)
        return tuple(round(float(p), 3) for p in 1 / (1 + np.exp(-logits)))
    scale = gesture.trigger * np.linspace(0.3, 2.3, FEW_STEPS)
    digits = 2 if abs(gesture.trigger) < 2 else 1  # a sum, or degrees
    return tuple(round(float(value), digits) for value in scale)


def _is_probability(gesture: Gesture) -> bool:
    if not gesture.conditions:
        return False
    signal = gesture.conditions[0].signal
    return not signal.in_degrees and signal.how != "sum"


def count_activations(
    gesture: Gesture, tried: Sequence[float], streams: Iterable[Iterable[Moment]]
) -> NDArray[np.int64]:
    """Activations at each threshold, by as many machines in one pass, shape (tried,).

    `tried` goes from the easiest threshold to the strictest.
    """
    counts = np.zeros(len(tried), np.int64)
    for stream in streams:
        machines = [GestureDetector(gesture.with_trigger(trigger)) for trigger in tried]
        if gesture.swings:
            for moment in stream:
                counts += [machine.update(moment) is not None for machine in machines]
        else:
            _run(gesture, machines, stream, counts)
    return counts


def _run(
    gesture: Gesture,
    machines: Sequence[GestureDetector],
    stream: Iterable[Moment],
    counts: NDArray[np.int64],
) -> None:
    """Count in one stream, without waking the machines whose threshold is far away.

    A machine whose release is not reached, now and in the frame before, has nothing to do but
    remember the latest such frame; it is shown that one before it is woken.
    """
    sign = 1.0 if gesture.conditions[0].above else -1.0
    releases = [sign * machine.gesture.release for machine in machines]
    everyone = len(machines)
    awake = told = everyone  # machines that were awake, and that were shown, the last frame
    last = -np.inf
    for moment in stream:
        values = read(gesture, moment)
        if any(value != value for value in values) or moment.time - last > MAX_GAP:
            for machine in machines:
                machine.reset()
            awake = told = everyone
        if any(value != value for value in values):
            continue
        near = bisect_right(releases, sign * values[0])
        for machine in machines[told:near]:
            machine.rest_until(last)
        told = max(near, awake)
        for at, machine in enumerate(machines[:told]):
            counts[at] += machine.step(moment.time, values) is not None
        last, awake = moment.time, near


@dataclass(frozen=True, eq=False)
class Curve:
    """False activations against the threshold, measured where nothing was meant.

    Parameters
    ----------
    tried : tuple of float, length k
    counts : array, shape (k,)
    hours : float
        Rest that was watched.
    """

    tried: tuple[float, ...]
    counts: NDArray[np.int64]
    hours: float

    def rate(self, trigger: float) -> Rate:
        """The rate at the nearest threshold that was tried and is not stricter."""
        easier = [i for i, t in enumerate(self.tried) if abs(t) <= abs(trigger) + 1e-9]
        return Rate(int(self.counts[easier[-1] if easier else 0]), self.hours)

    def allowed(self, per_hour: float, *, unless_sure: bool = False) -> NDArray[np.bool_]:
        """Thresholds from which on the rate stays within `per_hour`, shape (k,).

        With `unless_sure` those count, too, whose rate may be within it by their interval.
        """
        over = self.counts > per_hour * self.hours
        if unless_sure and self.hours:
            lows = [poisson_interval(int(count))[0] for count in self.counts]
            over = np.array(lows) > per_hour * self.hours
        # Counts need not fall steadily: one long span may break in two at a stricter threshold.
        return np.asarray(~np.logical_or.accumulate(over[::-1])[::-1], np.bool_)


@dataclass(frozen=True)
class Separation:
    """A threshold between rest and examples, or None and why there is none.

    Parameters
    ----------
    trigger : float or None
    found : int
        Examples that reach it.
    reason : str
    slack : float, in [0, 1]
        Share of the thresholds that would do: how clear the matter is.
    like : str
        The other gesture that it cannot be told from.
    at : int
        Place of the threshold among those that were tried; without one, of the one that finds the
        most of the examples as seldom at rest as is accepted.
    """

    trigger: float | None
    found: int
    reason: str
    slack: float = 0.0
    like: str = ""
    at: int = 0


def separate(
    gesture: Gesture,
    curve: Curve,
    reached: NDArray[np.bool_],
    per_hour: float,
    foreign: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Separation:
    """Choose a threshold that the examples reach, and rest and other gestures do not.

    The gesture's own threshold stays where it separates with a margin; otherwise the nearest
    that does. Rest of 20 s shows little of a day, so what is usual counts as long as it fits.

    Parameters
    ----------
    gesture : Gesture
    curve : Curve
    reached : array, shape (examples, tried), bool
        Which example is found at which threshold.
    per_hour : float
        False activations that are accepted.
    foreign : mapping from the name of another gesture to an array as `reached`
        Which of its examples would be taken for this gesture.
    """
    found = reached.sum(axis=0)
    asked = _asked(len(reached))
    own = [
        (curve.allowed(per_hour, unless_sure=lenient) & (found >= asked), lenient)
        for lenient in (False, True)
    ]
    if not own[1][0].any():
        quiet = curve.allowed(per_hour, unless_sure=True)
        return Separation(
            None, 0, _why_not(curve, found, asked, len(reached), per_hour),
            at=int(np.argmax(np.where(quiet, found, -1))),
        )  # fmt: skip
    taken = _taken_by_others(foreign or {}, len(curve.tried))
    for good, lenient in own:
        good = good & ~taken
        if good.any():
            return _within(gesture, curve, good, found, _may_be_more(per_hour) if lenient else "")
    like = _nearest(foreign or {})
    return Separation(None, 0, f"cannot be told from {like}", like=like, at=int(np.argmax(found)))


def _within(
    gesture: Gesture,
    curve: Curve,
    good: NDArray[np.bool_],
    found: NDArray[np.int64],
    reason: str,
) -> Separation:
    """The threshold among the good ones: the usual one, as far as there is a margin."""
    best = np.flatnonzero(good & (found == found[good].max()))
    first, last = int(best[0]), int(best[-1])
    low, high = KNOWN_MARGINS if 3600 * curve.hours >= ENOUGH_REST else MARGINS
    usual = int(np.argmin(np.abs(np.abs(curve.tried) - abs(gesture.trigger))))
    at = round(float(np.clip(usual, first + low * (last - first), last - high * (last - first))))
    slack = 0.0 if reason else len(best) / len(curve.tried)
    return Separation(curve.tried[at], int(found[at]), reason, slack, at=at)


def _may_be_more(per_hour: float) -> str:
    return f"may fire more than {per_hour:g} an hour: more rest would tell"


def _taken_by_others(foreign: Mapping[str, NDArray[np.bool_]], tried: int) -> NDArray[np.bool_]:
    """Thresholds at which examples of another gesture would be taken for this one."""
    taken = np.zeros(tried, np.bool_)
    for examples in foreign.values():
        if len(examples):
            taken |= examples.mean(axis=0) > MOST_FOREIGN
    return taken


def _nearest(foreign: Mapping[str, NDArray[np.bool_]]) -> str:
    """The gesture whose examples are taken for this one at the most thresholds."""
    return max(foreign, key=lambda name: (foreign[name].mean(axis=0) > MOST_FOREIGN).sum())


def _asked(examples: int) -> int:
    return examples if examples < 3 else int(np.ceil(MOST_ASKED * examples - 1e-9))


def _why_not(
    curve: Curve, found: NDArray[np.int64], asked: int, examples: int, per_hour: float
) -> str:
    reach = np.flatnonzero(found >= asked)
    if not len(reach):
        return (
            f"it is held long enough in {int(found.max())} of {examples} examples only, "
            f"even at {curve.tried[0]:g}; wanted {asked}"
        )
    strictest = curve.tried[int(reach[-1])]
    return (
        f"cannot be told from rest: at {strictest:g}, the strictest threshold that {asked} of "
        f"{examples} examples reach, rest fires {curve.rate(strictest)}, more than {per_hour:g}"
    )


def plateau(
    seen: NDArray[np.int64],
    allowed: NDArray[np.bool_],
    tried: tuple[float, ...],
    gesture: Gesture,
) -> tuple[int, int] | None:
    """The threshold, and the activations there, where a change of it changes least.

    Between what a face does by itself and a gesture there is a gap, in which it does not
    matter where the threshold is.
    """
    usual = int(np.argmin(np.abs(np.abs(tried) - abs(gesture.trigger))))
    runs = np.split(np.arange(len(seen)), np.flatnonzero(np.diff(seen)) + 1)
    fit = [run[allowed[run]] for run in runs if seen[run[0]] > 0]
    longest = max(fit, key=len, default=np.zeros(0, np.int64))
    if len(longest) < PLATEAU:
        return None
    quarter = len(longest) // 4
    inner = longest[quarter : len(longest) - quarter]
    at = int(np.clip(usual, inner[0], inner[-1]))
    return at, int(seen[at])
