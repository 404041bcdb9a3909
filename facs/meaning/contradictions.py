"""What cannot be meant in a profile: found before a child has to find out."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

from facs.meaning.gestures import Gesture
from facs.meaning.listener import Sign, Sleep
from facs.meaning.moments import EYE_COLUMNS
from facs.meaning.performances import is_heard_first, is_heard_when_clear

__all__ = ["contradictions", "doubts", "wake_problem"]


def contradictions(
    signs: tuple[Sign, ...], ignored: tuple[str, ...], sleep: Sleep
) -> list[tuple[int, str]]:
    """What cannot be meant: the place of the later sign, and the problem with a way out."""
    found = []
    for i, sign in enumerate(signs):
        if problem := _ignored_problem(sign.gesture, ignored):
            found.append((i, problem))
        if _sleeps_before(sign.gesture, ignored, sleep):
            found.append(
                (
                    i,
                    f"is never heard: eyes shut for {sleep.after:g} s pause everything; raise "
                    "eyes_shut_s, or ask for a shorter time",
                )
            )
    for (_, first), (j, second) in combinations(enumerate(signs), 2):
        a, b = first.gesture, second.gesture
        if a.name == b.name:
            found.append((j, "the name is there twice: give one of them another name"))
        elif _movement(a) == _movement(b):
            words = f" ({first.word!r} and {second.word!r})" if first.word != second.word else ""
            found.append((j, f"has the same rule as {a.name}{words}: change or remove one"))
        elif early := _comes_first(a, b, ignored) or _comes_first(b, a, ignored):
            sooner, later = early
            found.append(
                (
                    j,
                    f"whenever {later.name} is made, {sooner.name} has been made before: give "
                    f"{sooner.name} {_end(*early, ignored)}another movement",
                )
            )
    return sorted(found)


def doubts(signs: tuple[Sign, ...], ignored: tuple[str, ...]) -> list[str]:
    """Which gestures are another one if they are made clearly and long, in a sentence each.

    Examples
    --------
    >>> from facs.meaning.gestures import STOCK
    >>> doubts((Sign(STOCK["long blink"], "yes"), Sign(STOCK["blink twice"], "no")), ())
    ["blink twice ('no'), made clearly and as long as may be, is heard as long blink ('yes')"]
    """
    return [
        f"{later.gesture.name} ({later.word!r}), made clearly and as long as may be, is heard as "
        f"{sooner.gesture.name} ({sooner.word!r})"
        for sooner, later in permutations(signs, 2)
        if is_heard_when_clear(sooner.gesture, later.gesture, ignored)
    ]


def wake_problem(sleep: Sleep, ignored: tuple[str, ...]) -> str:
    """Why the wake gesture would never end a pause, or nothing."""
    return _ignored_problem(sleep.wake, ignored) if sleep.after else ""


def _ignored_problem(gesture: Gesture, ignored: tuple[str, ...]) -> str:
    for eye in ignored:
        if _needs(gesture, eye.split()[0]):
            return f"the {eye} is ignored, and its rule needs it: use the other eye"
    return ""


def _sleeps_before(gesture: Gesture, ignored: tuple[str, ...], sleep: Sleep) -> bool:
    """Whether the eyes that it shuts pause everything before it is decided."""
    if not sleep.after or gesture.hold < sleep.after:
        return False
    single = [c.signal.terms[0] for c in gesture.conditions if c.above and len(c.signal.terms) == 1]
    # One eye alone pauses nothing, unless it is the only one that counts.
    return any(t.channel == "43" and (ignored or t.side in ("", "both")) for t in single)


def _end(sooner: Gesture, later: Gesture, ignored: tuple[str, ...]) -> str:
    """An end of the sooner one as a way out, where one would do."""
    may_end = not (sooner.swings or sooner.gaps or sooner.longest) and sooner.hold < later.hold
    if not may_end or _comes_first(replace(sooner, longest=later.hold), later, ignored):
        return ""
    return f"an end, such as 'for {1000 * sooner.hold:g}-{1000 * later.hold:g} ms', or "


def _needs(gesture: Gesture, side: str) -> bool:
    terms = [term for c in gesture.conditions for term in c.signal.terms]
    return any(f"{term.channel} {side}" in EYE_COLUMNS for term in terms if term.side == side)


def _movement(gesture: Gesture) -> tuple[object, ...]:
    return gesture.what, gesture.hold, gesture.longest, gesture.times, gesture.within


def _comes_first(
    a: Gesture, b: Gesture, ignored: tuple[str, ...]
) -> tuple[Gesture, Gesture] | None:
    """Both, if in every way of making `b` the other one is heard no later."""
    return (a, b) if is_heard_first(a, b, ignored) else None
