"""Where a gesture's threshold may lie: how often it would fire at rest, and in the examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.meaning.detector import GestureDetector, read
from facs.meaning.gestures import Gesture
from facs.meaning.moments import Moment
from facs.meaning.rates import Rate

__all__ = ["Curve", "Separation", "count_activations", "separate", "triggers"]

STEPS: Final = 26
FEW_STEPS: Final = 14  # for degrees and sums, whose scale is known less well, and which cost more
MOST_ASKED: Final = 0.8
"""Share of the examples that must be found, from three examples on."""

MARGIN: Final = 0.25
"""Share of the way between rest and examples that is kept free on either side."""


def triggers(gesture: Gesture) -> tuple[float, ...]:
    """Thresholds that are tried, from the easiest on; even in logits where it is a probability.

    Examples
    --------
    >>> tried = triggers(Gesture.parse("smile", "12 >= 0.5 for 500 ms"))
    >>> tried[0], tried[-1], len(tried)
    (0.12, 0.99, 26)
    >>> triggers(Gesture.parse("left", "roll <= -15 for 600 ms"))[:2]
    (-4.5, -6.808)
    """
    if _is_probability(gesture):
        logits = np.linspace(np.log(0.12 / 0.88), np.log(0.99 / 0.01), STEPS)
        return tuple(round(float(p), 3) for p in 1 / (1 + np.exp(-logits)))
    scale = gesture.trigger * np.linspace(0.3, 2.3, FEW_STEPS)
    return tuple(round(float(value), 3) for value in scale)


def _is_probability(gesture: Gesture) -> bool:
    if not gesture.conditions:
        return False
    signal = gesture.conditions[0].signal
    return not signal.in_degrees and signal.how != "sum"


def count_activations(
    gesture: Gesture, tried: Sequence[float], streams: Iterable[Iterable[Moment]]
) -> NDArray[np.int64]:
    """Activations at each threshold, by as many machines in one pass, shape (tried,)."""
    counts = np.zeros(len(tried), np.int64)
    for stream in streams:
        machines = [GestureDetector(gesture.with_trigger(trigger)) for trigger in tried]
        if gesture.swings:
            for moment in stream:
                counts += [machine.update(moment) is not None for machine in machines]
        else:
            for time, values in _eventful(gesture, machines, stream):
                told = [machine.step(time, values) is not None for machine in machines]
                if any(told):
                    counts += told
    return counts


def _eventful(
    gesture: Gesture, machines: Sequence[GestureDetector], stream: Iterable[Moment]
) -> Iterator[tuple[float, list[float]]]:
    """Times and signals of a stream without what no machine would notice.

    In a long stretch that is quiet for all of them, or in which nobody is seen, only the first
    and the last frame matter.
    """
    levels = [machine.gesture.release for machine in machines]
    above = gesture.conditions[0].above
    lowest = min(levels) if above else max(levels)
    last: tuple[float, list[float]] | None = None
    dull_before = ""
    for moment in stream:
        values = read(gesture, moment)
        dull = _dull(values, lowest, above)
        if dull and dull == dull_before:
            last = (moment.time, values)
            continue
        if last is not None:
            yield last
            last = None
        yield moment.time, values
        dull_before = dull
    if last is not None:
        yield last


def _dull(values: Sequence[float], lowest: float, above: bool) -> str:
    """``"unseen"``, ``"quiet"`` for every machine, or ``""`` where one may notice something."""
    if any(value != value for value in values):
        return "unseen"
    quiet = values[0] < lowest if above else values[0] > lowest
    return "quiet" if quiet else ""


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

    def allowed(self, per_hour: float) -> NDArray[np.bool_]:
        """Thresholds from which on the rate stays within `per_hour`, shape (k,)."""
        over = self.counts > per_hour * self.hours
        # Counts need not fall steadily: one long span may break in two at a stricter threshold.
        return np.asarray(~np.logical_or.accumulate(over[::-1])[::-1], np.bool_)


@dataclass(frozen=True)
class Separation:
    """A threshold between rest and examples, or None and why there is none."""

    trigger: float | None
    found: int
    reason: str


def separate(
    gesture: Gesture, curve: Curve, reached: NDArray[np.bool_], per_hour: float
) -> Separation:
    """Choose a threshold that the examples reach and rest does not.

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
    """
    found = reached.sum(axis=0)
    asked = _asked(len(reached))
    good = np.flatnonzero(curve.allowed(per_hour) & (found >= asked))
    if not len(good):
        return Separation(None, 0, _why_not(curve, found, asked, len(reached), per_hour))
    most = good[found[good] == found[good].max()]
    first, last = int(most[0]), int(most[-1])
    margin = MARGIN * (last - first)
    usual = int(np.argmin(np.abs(np.abs(curve.tried) - abs(gesture.trigger))))
    at = round(float(np.clip(usual, first + margin, last - margin)))
    return Separation(curve.tried[at], int(found[at]), "")


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
