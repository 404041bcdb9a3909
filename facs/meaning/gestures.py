"""Gestures: movements on purpose, as rules over units, sides, pose and time.

A natural blink takes 100 to 400 ms and the longest about 500 (Stern, Walrath and Goldstein,
1984, Psychophysiology 21), 15 times a minute. So it is the time that a gesture is held that
tells it from what a face does by itself, more than the score. The thresholds here are where
to begin; `facs enroll` sets those of one child.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from facs.errors import InputError
from facs.meaning.rules import Condition, Swing, default_release, parse_rule
from facs.units import ActionUnit

__all__ = ["AHEAD", "SHORTEST_BLINK", "STOCK", "Gesture", "named"]

SHORTEST_BLINK: Final = 0.55
"""Seconds of shut eyes below which no rule that is made here counts them as meant."""


@dataclass(frozen=True)
class Gesture:
    """A named movement and the rule that finds it.

    Parameters
    ----------
    name : str
    what : tuple of Condition, or Swing
        Conditions must all be met at once.
    hold : float, seconds
        For how long; measured from half-way between the last frame before and the first one
        in which it is met, so that the rate of frames does not shift it.
    longest : float, seconds, optional
        Where it is given, the gesture is judged when it ends, and must not last longer.
    times : int
        How often in a row; for swings, the number of turns.
    within : float, seconds
        How long that may take from the first beginning to the last end.
    pause : float, seconds
        The least time from one activation to the next (refractory time).
    gaps : float, seconds
        Interruptions shorter than this do not end it, a blink in a long look for example, and do
        not count as held. It goes on from the threshold at which it would have ended. A face that
        is lost ends it all the same. Not for what must end in time, nor for swings.
    rest : bool
        Whether it must have ended, seen, before it may come again; also the first time, and
        after the face was not seen.

    Raises
    ------
    InputError
        If the parts contradict each other.

    Examples
    --------
    >>> blink = Gesture.parse("long blink", "both eyes 43 >= 0.6 for 650 ms")
    >>> blink.hold, blink.trigger, blink.release
    (0.65, 0.6, 0.4)
    >>> blink.rule
    'both eyes 43 >= 0.6 until 0.4 for 650 ms, pause 1000 ms'
    """

    name: str
    what: tuple[Condition, ...] | Swing
    hold: float = 0.0
    longest: float | None = None
    times: int = 1
    within: float = 3.0
    pause: float = 1.0
    gaps: float = 0.0
    rest: bool = True

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("wanted a name for the gesture, got none")
        if isinstance(self.what, str):
            raise InputError(
                "wanted conditions, got a text, which Gesture.parse reads: "
                f"Gesture.parse({self.name!r}, {self.what!r})"
            )
        for name in ("hold", "within", "pause", "gaps"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise InputError(f"wanted {name} >= 0 s, got {getattr(self, name)}")
        if self.times < 1 or (self.swings and self.times < 2):
            raise InputError(f"wanted {2 if self.swings else 1} times or more, got {self.times}")
        if self.gaps and (self.swings or self.longest is not None):
            raise InputError(
                f"{self.name}: wanted 'gaps' only with one hold, such as 'for 600 ms'; what must "
                "end in time, or swings, cannot be interrupted"
            )
        if not self.swings:
            self._check_conditions()

    def _check_conditions(self) -> None:
        if not self.conditions:
            raise InputError(f"{self.name}: wanted at least one condition, got none")
        if self.hold <= 0:
            raise InputError(f"{self.name}: wanted it to last more than 0 ms, got {self.hold}")
        if self.longest is not None and self.longest <= self.hold:
            raise InputError(
                f"{self.name}: wanted 'for' fewer to more ms, "
                f"got {1000 * self.hold:g}-{1000 * self.longest:g}"
            )
        if self.times > 1 and self.longest is None:
            raise InputError(
                f"{self.name}: {self.times} times need an end each: say 'for 300-900 ms', "
                f"not 'for {1000 * self.hold:g} ms'"
            )
        if self.times > 1 and self.within < self.times * self.hold:
            raise InputError(
                f"{self.name}: {self.times} times {1000 * self.hold:g} ms do not fit "
                f"in {1000 * self.within:g} ms"
            )

    @property
    def swings(self) -> bool:
        """Whether it is a movement of the head back and forth."""
        return isinstance(self.what, Swing)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must be met at once; empty for swings."""
        return () if isinstance(self.what, Swing) else self.what

    @property
    def trigger(self) -> float:
        """Threshold of the first condition, or the degrees of a swing."""
        return self.what.degrees if isinstance(self.what, Swing) else self.what[0].trigger

    @property
    def release(self) -> float:
        """Where the first condition ends; for a swing its degrees."""
        return self.what.degrees if isinstance(self.what, Swing) else self.what[0].release

    def with_trigger(self, trigger: float) -> Gesture:
        """Return the same gesture with another threshold; the release keeps its proportion.

        Where the threshold changes its sign, the release is the usual one.
        """
        if isinstance(self.what, Swing):
            return replace(self, what=replace(self.what, degrees=trigger))
        first = self.what[0]
        if first.trigger * trigger > 0:
            release = round(trigger * first.release / first.trigger, 3)
        else:
            release = default_release(trigger, first.above)
        moved = replace(first, trigger=trigger, release=release)
        return replace(self, what=(moved, *self.what[1:]))

    def missing(self, units: Iterable[ActionUnit], sided: Iterable[ActionUnit]) -> tuple[str, ...]:
        """What a model with these `units` and `sided` does not measure of it.

        Examples
        --------
        >>> STOCK["tongue"].missing([ActionUnit.AU43], [])
        ('AU19',)
        """
        known, with_sides = set(units), set(sided)
        found: dict[str, None] = {}
        for condition in self.conditions:
            for term in condition.signal.terms:
                unit, side = term.needs()
                if unit is not None and unit not in known:
                    found[str(unit)] = None
                elif unit is not None and side and unit not in with_sides:
                    found[f"sides of {unit}"] = None
        return tuple(found)

    @property
    def rule(self) -> str:
        """One line of text that `parse` reads back."""
        parts = []
        if isinstance(self.what, Swing):
            parts.append(str(self.what))
            parts.append(f"{self.times} times")
            parts.append(f"each {_ms(self.what.shortest)}-{_ms(self.what.longest)} ms")
        else:
            span = _ms(self.hold) + (f"-{_ms(self.longest)}" if self.longest else "")
            parts.append(f"{' and '.join(map(str, self.what))} for {span} ms")
            if self.times > 1:
                parts.append(f"{self.times} times in {_ms(self.within)} ms")
        if self.gaps:
            parts.append(f"gaps {_ms(self.gaps)} ms")
        parts.append(f"pause {_ms(self.pause)} ms")
        return ", ".join(parts if self.rest else [*parts, "no rest"])

    @classmethod
    def parse(cls, name: str, rule: str) -> Gesture:
        """Read a rule; raises InputError that says what is not understood."""
        return cls(name, **parse_rule(rule))

    def __str__(self) -> str:
        return f"{self.name}: {self.rule}"


def _ms(seconds: float) -> str:
    return f"{round(1000 * seconds, 3):.15g}"


AHEAD: Final = "turn <= 22 until 27"
"""A condition: a head that turns aside changes a face for the camera."""

# Thresholds and holds near those of benchmarks/stock_thresholds.py, both sides of a pair alike,
# from where hardly anything fired by mistake in its hours. Talk shows short smiles and open mouths,
# so that these two are held longer. A head that turns aside changes a face for the camera (turn);
# eyes that look down look half shut (64). Eyes go to the sides and up all day: only a look that
# is held as long as hardly any other is one that is meant, and blinks do not end it (gaps).
# Nods and shakes are quick: slower swings are a head that looks around.
_NOT_DOWN: Final = f"64 <= 0.6 until 0.8 and {AHEAD}"
_RULES: Final = {
    "long blink": "both eyes 43 >= 0.35 for 600 ms",
    "blink twice": "both eyes 43 >= 0.3 for 350-1000 ms, 2 times in 3000 ms",
    "wink left": f"left eye 43 >= 0.22 and right eye 43 <= 0.35 and {_NOT_DOWN} for 400 ms",
    "wink right": f"right eye 43 >= 0.22 and left eye 43 <= 0.35 and {_NOT_DOWN} for 400 ms",
    "brow lift": f"1+2 >= 0.9 and {AHEAD} for 600 ms",
    "brow squeeze": f"4 >= 0.8 and {AHEAD} for 900 ms",
    "smile": f"12 >= 0.98 and {AHEAD} for 900 ms",
    "mouth open": f"26|27 >= 0.7 and {AHEAD} for 900 ms",
    "tongue": f"19 >= 0.2 and {AHEAD} for 900 ms",
    "pucker": f"18 >= 0.13 and {AHEAD} for 900 ms",
    "cheek puff": f"34 >= 0.55 and {AHEAD} for 500 ms",
    "glance left": f"61 >= 0.7 and {AHEAD} for 3500 ms, gaps 450 ms",
    "glance right": f"62 >= 0.7 and {AHEAD} for 3500 ms, gaps 450 ms",
    "look up": f"63 >= 0.34 and {AHEAD} for 3500 ms, gaps 450 ms",
    "nod": "pitch swings 9, 3 times, each 80-450 ms",
    "shake": "yaw swings 9.5, 3 times, each 80-450 ms",
    "tilt left": "roll <= -18.5 for 600 ms",
    "tilt right": "roll >= 18.5 for 600 ms",
}

STOCK: Final = {name: Gesture.parse(name, rule) for name, rule in _RULES.items()}
"""Gestures that children use, by name. Left and right are the child's own."""


def named(name: str, there: Iterable[str] = STOCK) -> str:
    """Which of the names that are `there` is meant, whatever its case and spaces; else `name`.

    Examples
    --------
    >>> named("Long Blink"), named("long-blink"), named("cheeky")
    ('long blink', 'long blink', 'cheeky')
    """
    known = {_letters(one): one for one in there}
    return name if name in known.values() else known.get(_letters(name), name)


def _letters(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()
