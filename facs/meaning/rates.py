"""How often something happens by mistake, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from facs.errors import InputError
from facs.meaning.detector import MAX_GAP
from facs.person import Person

__all__ = ["LEVEL", "Rate", "hours_seen", "poisson_interval"]

LEVEL: Final = 0.95


@dataclass(frozen=True)
class Rate:
    """Activations that nobody meant, in a time that was watched.

    Parameters
    ----------
    count : int
    hours : float

    Examples
    --------
    >>> print(Rate(0, 20 / 3600))
    0 in 20 s: at most 664 an hour
    >>> print(Rate(3, 2.0))
    3 in 2.0 h: 1.5 an hour (0.3 to 4.4)
    """

    count: int
    hours: float

    def __post_init__(self) -> None:
        if self.count < 0 or not 0 <= self.hours < math.inf:
            raise InputError(f"wanted a count and hours, got {self.count} and {self.hours}")

    @property
    def per_hour(self) -> float:
        """Activations per hour; NaN where no time was watched."""
        return self.count / self.hours if self.hours else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Between which rates the true one lies, with 95 % confidence."""
        if not self.hours:
            return 0.0, math.inf
        low, high = poisson_interval(self.count)
        return low / self.hours, high / self.hours

    def __str__(self) -> str:
        low, high = self.interval
        if not self.hours:
            return "not measured"
        if not self.count:
            return f"0 in {_duration(self.hours)}: at most {_number(high)} an hour"
        return (
            f"{self.count} in {_duration(self.hours)}: {_number(self.per_hour)} an hour "
            f"({_number(low)} to {_number(high)})"
        )


def poisson_interval(count: int, level: float = LEVEL) -> tuple[float, float]:
    """Exact interval of the mean of a Poisson count (Garwood, 1936, Biometrika 28).

    Examples
    --------
    >>> [round(limit, 2) for limit in poisson_interval(0)]
    [0.0, 3.69]
    >>> [round(limit, 2) for limit in poisson_interval(10)]
    [4.8, 18.39]
    """
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else _solve(lambda mean: _below(count - 1, mean), 1 - tail, count)
    return low, _solve(lambda mean: _below(count, mean), tail, count)


def _below(count: int, mean: float) -> float:
    """Probability of `count` or fewer."""
    term = total = math.exp(-mean)
    if not term:  # beyond what exp can say: sum logarithms instead
        logs = [k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(count + 1)]
        return sum(math.exp(value) for value in logs)
    for k in range(1, count + 1):
        term *= mean / k
        total += term
    return total


def _solve(falling: Callable[[float], float], wanted: float, count: int) -> float:
    """Where a falling function has the value `wanted`, by halving."""
    low, high = 0.0, count + 10 * math.sqrt(count + 1) + 10
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > wanted else (low, middle)
    return (low + high) / 2


def hours_seen(people: Iterable[Person]) -> float:
    """Hours in which somebody was seen well enough to be scored."""
    total = 0.0
    for person in people:
        if len(person) > 1:
            steps = np.minimum(np.diff(person.times), MAX_GAP)
            clear = person.clear
            total += float(steps[clear[:-1]].sum()) + float(np.median(steps)) * bool(clear[-1])
    return total / 3600


def _duration(hours: float) -> str:
    seconds = hours * 3600
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{hours:.1f} h"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
