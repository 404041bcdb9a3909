"""Rules of gestures as one line of text, which a therapist can read and edit.

::

    both eyes 43 >= 0.6 until 0.4 for 600 ms, pause 1000 ms
    left eye 43 >= 0.6 and right eye 43 <= 0.35 for 400 ms
    26|27 >= 0.5 for 500 ms, no rest
    both eyes 43 >= 0.6 for 350-900 ms, 2 times in 3000 ms
    roll >= 15 until 8 for 600 ms
    61 >= 0.9 and turn <= 22 for 2000 ms, gaps 400 ms
    pitch swings 8, 3 times, each 80-600 ms

``until`` is where it ends (a third of the threshold back where it is left out). ``for 350-900 ms``
is judged when it ends; interruptions shorter than ``gaps`` do not end it, and do not count.
``pause`` is the least time to the next; ``no rest`` lets it come again without having ended, and
begin in a face that was not seen before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from facs.errors import InputError
from facs.meaning.moments import AXES
from facs.meaning.signals import Signal, plain

__all__ = ["Condition", "Swing", "default_release", "parse_rule"]

RELEASE: Final = 2 / 3
"""Share of its threshold at which a condition ends if nothing is said."""

_NUMBER: Final = r"-?\d*\.?\d+"
_CONDITION: Final = re.compile(
    rf"(?P<signal>.+?)\s*(?P<sign>>=|<=)\s*(?P<trigger>{_NUMBER})(?:\s*deg)?"
    rf"(?:\s+until\s+(?P<release>{_NUMBER})(?:\s*deg)?)?"
)
_SWING: Final = re.compile(
    rf"(?P<axis>yaw|pitch|roll)\s+swings\s+(?P<degrees>{_NUMBER})(?:\s*deg)?"
)
_COMMA: Final = re.compile(r"\d+,\d+(?!\d|\s+times)")
"""A number as much of Europe writes it; ``swings 8,3 times`` is none."""

_TIME: Final = r"(\d*\.?\d+)(?:\s*-\s*(\d*\.?\d+))?\s*ms"


@dataclass(frozen=True)
class Condition:
    """A signal at or beyond a threshold, until it falls back behind another one.

    Parameters
    ----------
    signal : Signal
    trigger, release : float
        Where it begins and where it ends: ``release <= trigger`` where it must be high.
    above : bool
        Whether it must be high (``>=``) or low (``<=``).

    Examples
    --------
    >>> Condition.parse("both eyes 43 >= 0.6")
    Condition('both eyes 43 >= 0.6 until 0.4')
    """

    signal: Signal
    trigger: float
    release: float
    above: bool = True

    def __post_init__(self) -> None:
        wrong = self.release > self.trigger if self.above else self.release < self.trigger
        if wrong:
            beyond = "above" if self.above else "below"
            raise InputError(
                f"{self.signal}: it ends at {self.release:g}, {beyond} {self.trigger:g} where it "
                f"begins; wanted 'until' a number {'<=' if self.above else '>='} {self.trigger:g}"
            )
        if not self.signal.in_degrees and self.signal.how != "sum":
            for value in (self.trigger, self.release):
                if not 0 <= value <= 1:
                    raise InputError(f"{self.signal}: wanted thresholds in [0, 1], got {value:g}")

    def holds(self, value: float, already: bool) -> bool:
        """Whether `value` meets it; `already` says that it was met just before."""
        level = self.release if already else self.trigger
        return value >= level if self.above else value <= level

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read one; raises InputError where it is not understood."""
        match = _CONDITION.fullmatch(text.strip())
        if not match:
            raise InputError(
                f"wanted a condition such as 'both eyes 43 >= 0.6 until 0.4', got {text.strip()!r}"
            )
        signal, above = Signal.parse(match["signal"]), match["sign"] == ">="
        trigger = float(match["trigger"])
        release = match["release"]
        return cls(
            signal, trigger, default_release(trigger, above) if release is None else float(release),
            above,
        )  # fmt: skip

    def __str__(self) -> str:
        sign = ">=" if self.above else "<="
        return f"{self.signal} {sign} {plain(self.trigger)} until {plain(self.release)}"

    def __repr__(self) -> str:
        return f"Condition({str(self)!r})"


def default_release(trigger: float, above: bool = True) -> float:
    """Where a condition ends if nothing is said: a third of the threshold back.

    Examples
    --------
    >>> default_release(0.6), default_release(-12.0, above=False), default_release(-9.0)
    (0.4, -8.0, -12.0)
    """
    back = (1 - RELEASE) * abs(trigger)
    release = trigger - back if above else trigger + back
    if 0 <= trigger <= 1:  # a probability: degrees are larger
        release = min(release, 1.0)
    return round(release, 3)


@dataclass(frozen=True)
class Swing:
    """The head swinging back and forth: several turns in a row, each far and fast enough.

    Slow drift fails by its speed, a single turn by its count, and a turn while the other
    axis swings as much by being that other gesture.

    Parameters
    ----------
    axis : str
        ``"pitch"`` is a nod, ``"yaw"`` a shake.
    degrees : float
        The least angle from one turning point to the next.
    shortest, longest : float, seconds
        How long that may take: half a period. The slowest speed is ``degrees / longest``.

    Examples
    --------
    >>> Swing("yaw", 8.0)
    Swing(axis='yaw', degrees=8.0, shortest=0.08, longest=0.6)
    """

    axis: str
    degrees: float
    shortest: float = 0.08
    longest: float = 0.6

    def __post_init__(self) -> None:
        if self.axis not in AXES:
            raise InputError(f"wanted an axis of {AXES}, got {self.axis!r}")
        if not self.degrees > 0:
            raise InputError(f"wanted swings of more than 0 degrees, got {self.degrees:g}")
        if not 0 <= self.shortest < self.longest:
            raise InputError(
                "wanted swings that take from fewer to more ms, "
                f"got {1000 * self.shortest:g}-{1000 * self.longest:g}"
            )

    def __str__(self) -> str:
        return f"{self.axis} swings {plain(self.degrees)}"


def parse_rule(text: str) -> dict[str, Any]:
    """Read a rule as the fields of a `facs.meaning.gestures.Gesture`.

    Raises
    ------
    InputError
        With the part that is not understood, and an example of one that is.
    """
    if comma := _COMMA.search(text):
        raise InputError(f"wanted a point in a number, such as 0.6, got {comma[0]!r}")
    head, *options = [part.strip() for part in text.strip().split(",")]
    found: dict[str, Any] = {}
    swing = _SWING.fullmatch(head)
    if not swing:
        head, found = _with_hold(head)
        found["what"] = tuple(Condition.parse(part) for part in re.split(r"\s+and\s+", head))
    for option in options:
        _read_option(option, found)
    each = found.pop("each", None)
    if swing and "within" in found:
        raise InputError("'in ... ms' belongs to holds, not to swings: use 'each 80-600 ms'")
    if swing:
        times = {"shortest": each[0], "longest": each[1]} if each else {}
        found["what"] = Swing(swing["axis"], float(swing["degrees"]), **times)
    elif each:
        raise InputError("'each ... ms' belongs to swings, not to thresholds: use 'for ... ms'")
    return found


def _with_hold(head: str) -> tuple[str, dict[str, Any]]:
    match = re.fullmatch(rf"(.+?)\s+for\s+{_TIME}", head)
    if not match:
        raise InputError(f"wanted how long it must last, such as 'for 600 ms', got {head!r}")
    found: dict[str, Any] = {"hold": float(match[2]) / 1000}
    if match[3]:
        found["longest"] = float(match[3]) / 1000
    return match[1], found


def _read_option(text: str, found: dict[str, Any]) -> None:
    """Add what one option says, and refuse to hear it twice."""
    new: dict[str, Any]
    if text == "no rest":
        new = {"rest": False}
    elif match := re.fullmatch(r"(pause|gaps)\s+(\d*\.?\d+)\s*ms", text):
        new = {match[1]: float(match[2]) / 1000}
    elif match := re.fullmatch(r"(\d+)\s+times(?:\s+in\s+(\d*\.?\d+)\s*ms)?", text):
        new = {"times": int(match[1])}
        if match[2]:
            new["within"] = float(match[2]) / 1000
    elif (match := re.fullmatch(rf"each\s+{_TIME}", text)) and match[2]:
        new = {"each": (float(match[1]) / 1000, float(match[2]) / 1000)}
    else:
        raise InputError(
            "wanted 'pause 1000 ms', 'gaps 400 ms', 'no rest', '2 times in 3000 ms' or "
            f"'each 80-600 ms', got {text!r}"
        )
    if set(new) & set(found):
        raise InputError(f"said twice: {text!r}")
    found.update(new)
