"""What goes into an enrolment, and what was found out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facs.errors import InputError
from facs.meaning.gestures import Gesture
from facs.meaning.profile import Profile
from facs.meaning.rates import Rate
from facs.meaning.thresholds import Curve
from facs.person import Person

__all__ = ["Enrolment", "Example", "Finding"]


@dataclass(frozen=True)
class Example:
    """A piece of a recording in which a gesture is made once.

    Parameters
    ----------
    person : Person
    start, stop : float, seconds
        The whole recording where they are left out.
    source : str
        What it is called where it is spoken of, such as ``"monday.mp4@24-26.5"``.
    """

    person: Person
    start: float = -np.inf
    stop: float = np.inf
    source: str = ""

    def piece(self) -> Person:
        """Her frames with ``start <= time < stop``; raises InputError where there are none."""
        inside = (self.person.times >= self.start) & (self.person.times < self.stop)
        if not inside.any():
            raise InputError(
                f"wanted an example within {self._span()}, got {self.start:g} to {self.stop:g}"
            )
        return self.person.frames(inside)

    def _span(self) -> str:
        times = self.person.times
        return f"{times[0]:.1f} to {times[-1]:.1f} s" if len(times) else "a film without frames"


@dataclass(frozen=True)
class Finding:
    """What was found out about one gesture.

    Parameters
    ----------
    name, word : str
    gesture : Gesture or None
        None where it is refused.
    found, examples : int
        How many of the examples it finds.
    curve : Curve or None
        False activations at rest against the threshold.
    reason : str
        Why it is refused, or what should be known.
    seen : int
        How often it was seen in a video of her day, if one was given.
    slack : float, in [0, 1]
        Share of the thresholds that would do: how clear the matter is.
    like : str
        The other gesture that it is refused for; empty where it is refused for itself.
    missed : tuple of int
        Places of the examples that it does not find, or would not, where it is refused.
    """

    name: str
    word: str
    gesture: Gesture | None
    found: int = 0
    examples: int = 0
    curve: Curve | None = None
    reason: str = ""
    seen: int = 0
    slack: float = 0.0
    like: str = ""
    missed: tuple[int, ...] = ()

    @property
    def rate(self) -> Rate:
        """False activations at the chosen threshold."""
        if self.gesture is None or self.curve is None:
            return Rate(0, 0.0)
        return self.curve.rate(self.gesture.trigger)

    @property
    def note(self) -> str:
        """What was measured, in words."""
        parts = []
        if self.examples:
            parts.append(f"finds {self.found} of {self.examples} examples")
        if self.seen:
            parts.append(f"seen {self.seen} times in her day")
        parts.append(f"false at rest: {self.rate}")
        return "; ".join(parts + ([self.reason] if self.reason else []))

    def __str__(self) -> str:
        if self.gesture is None:
            return f"{self.name}: refused: {self.reason}"
        word = f" = {self.word}" if self.word else ""
        return f"{self.name}{word}: {self.gesture.rule} ({self.note})"


@dataclass(frozen=True)
class Enrolment:
    """A profile, and how it came about."""

    profile: Profile
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
