"""What a carer marked right or wrong, and what it says about thresholds.

``facs live --log events.csv`` writes a row for every word. A threshold that is raised above what
the wrong ones reached leaves those out; what it costs of the right ones is said as well. It is
never lowered: nobody marked what was not decided.
"""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from facs.errors import InputError
from facs.files import read_text
from facs.meaning.gestures import Gesture
from facs.meaning.listener import Sign
from facs.meaning.profile import Profile
from facs.meaning.rates import Rate

__all__ = [
    "COLUMNS",
    "LOG_LIMIT",
    "MARKS",
    "Mark",
    "Marks",
    "Verdict",
    "delimiter_of",
    "read_marks",
    "recalibrate",
]

COLUMNS: Final = (
    *("session", "number", "written", "kind", "seconds", "listened_s", "gesture", "word"),
    *("onset_s", "offset_s", "peak", "kept", "age_ms", "rule", "mark", "text"),
)
"""Of the log: one row for each word, and for what else happened."""

MARKS: Final = ("", "right", "wrong", "undone")

MAY_LOSE: Final = 0.05
"""Share of the right ones that a higher threshold may cost, rounded down to whole ones."""

LOG_LIMIT: Final = 2**26  # bytes: half a million words


@dataclass(frozen=True)
class Mark:
    """One word of the log that somebody judged.

    Parameters
    ----------
    gesture : Gesture
        As it was then.
    kept : float
        The highest threshold by which it would still have been decided; NaN where it is not known.
    right : bool

    Examples
    --------
    >>> Mark(Gesture.parse("smile", "12 >= 0.5 for 500 ms"), 0.62, right=False).right
    False
    """

    gesture: Gesture
    kept: float
    right: bool


@dataclass(frozen=True)
class Marks:
    """What logs say: judged words, how long was listened, and how many words nobody judged."""

    marks: tuple[Mark, ...] = ()
    hours: float = 0.0
    unmarked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What the marks of one gesture come to.

    Parameters
    ----------
    sign : Sign
        With its new threshold, or as it was.
    before : float
        The threshold that it had.
    right, wrong : int
        Marked so.
    right_left, wrong_left : int
        How many of those the new threshold leaves.
    hours : float
        Time that was listened.
    reason : str
        Why it stays as it was.
    """

    sign: Sign
    before: float
    right: int
    wrong: int
    right_left: int
    wrong_left: int
    hours: float
    reason: str = ""

    @property
    def changed(self) -> bool:
        """Whether the threshold is another one."""
        return self.sign.gesture.trigger != self.before

    @property
    def note(self) -> str:
        """What was marked, in words."""
        said = f"marked {self.right} right, {self.wrong} wrong"
        if self.hours:
            said += f"; false, as marked: {Rate(self.wrong, self.hours)}"
        if not self.changed:
            return f"{said}; {self.reason}"
        return (
            f"{said}; threshold {self.before:g} -> {self.sign.gesture.trigger:g} would leave "
            f"{self.right_left} of the right and {self.wrong_left} of the wrong ones"
        )

    def __str__(self) -> str:
        return f"{self.sign.gesture.name}: {self.note}"


def read_marks(*paths: str | os.PathLike[str]) -> Marks:
    """Read logs of ``facs live``.

    Raises
    ------
    InputError
        If one cannot be read, or is no such log; the message names the line.
    """
    marks: list[Mark] = []
    unmarked: dict[str, int] = {}
    seconds = 0.0
    for path in paths:
        listened: dict[str, float] = {}
        for line, row in enumerate(_rows(path), 2):
            try:
                _note_time(row, listened)
                mark = _mark(row)
            except (ValueError, KeyError) as error:
                raise InputError(f"{path}, line {line}: {error}") from None
            if mark is not None:
                marks.append(mark)
            elif row["kind"] == "word" and not row["mark"]:
                unmarked[row["gesture"]] = unmarked.get(row["gesture"], 0) + 1
        seconds += sum(listened.values())
    return Marks(tuple(marks), seconds / 3600, unmarked)


def delimiter_of(text: str) -> str:
    """What stands between the cells of a log: Excel writes semicolons in much of Europe.

    Examples
    --------
    >>> delimiter_of("session;number;written"), delimiter_of("session,number")
    (';', ',')
    """
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _number(text: str) -> float:
    """A number, also with the decimal comma that comes with semicolons."""
    return float(text.replace(",", "."))


def _rows(path: str | os.PathLike[str]) -> Iterable[dict[str, str]]:
    try:
        text = read_text(path, LOG_LIMIT)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the log {os.fspath(path)}: {error}") from None
    reader = csv.DictReader(io.StringIO(text), restval="", delimiter=delimiter_of(text))
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise InputError(
            f"{path}: wanted a log of facs live, with the column {missing[0]!r}; got the columns "
            f"{', '.join(reader.fieldnames or ()) or 'none'}"
        )
    return reader


def _note_time(row: Mapping[str, str], listened: dict[str, float]) -> None:
    """Each row says how long its session had listened by then."""
    seconds = _number(row["listened_s"] or "0")
    if not 0 <= seconds < math.inf:
        raise ValueError(f"wanted seconds in listened_s, got {row['listened_s']}")
    listened[row["session"]] = max(seconds, listened.get(row["session"], 0.0))


def _mark(row: Mapping[str, str]) -> Mark | None:
    mark = row["mark"].strip().lower()
    if mark not in MARKS:
        raise ValueError(f"wanted a mark of {', '.join(MARKS[1:])} or nothing, got {mark!r}")
    if row["kind"] != "word" or mark not in ("right", "wrong"):
        return None
    gesture = Gesture.parse(row["gesture"], row["rule"])
    return Mark(gesture, _number(row["kept"] or "nan"), mark == "right")


def recalibrate(profile: Profile, marks: Marks) -> list[Verdict]:
    """Set thresholds by what was marked.

    Parameters
    ----------
    profile : Profile
    marks : Marks
        Those of a gesture count as long as its rule differs in its threshold only.

    Returns
    -------
    list of Verdict
        For the gestures of the profile that were marked, in their order.

    Examples
    --------
    >>> smile = Gesture.parse("smile", "12 >= 0.5 for 500 ms")
    >>> seen = [Mark(smile, 0.9, True), Mark(smile, 0.8, True), Mark(smile, 0.6, False)]
    >>> for verdict in recalibrate(Profile((Sign(smile, "hello"),)), Marks(tuple(seen))):
    ...     print(verdict)
    smile: marked 2 right, 1 wrong; threshold 0.5 -> 0.7 would leave 2 of the right and 0 of the \
wrong ones
    """
    found = []
    for sign in profile.signs:
        mine = [mark for mark in marks.marks if _same(mark.gesture, sign.gesture)]
        if mine:
            found.append(_judge(sign, mine, marks.hours))
    return found


def _same(one: Gesture, other: Gesture) -> bool:
    """Whether two gestures differ in their first threshold at most."""
    return _without_threshold(one) == _without_threshold(other)


def _without_threshold(gesture: Gesture) -> tuple[object, ...]:
    what = gesture.what
    if isinstance(what, tuple):
        moved: tuple[object, ...] = (what[0].signal, what[0].above, what[1:])
    else:
        moved = (what.axis, what.shortest, what.longest)
    return (
        *(gesture.name, *moved),
        *(gesture.hold, gesture.longest, gesture.times, gesture.within),
        *(gesture.pause, gesture.gaps, gesture.rest),
    )


def _judge(sign: Sign, marks: Sequence[Mark], hours: float) -> Verdict:
    trigger = sign.gesture.trigger
    above = sign.gesture.swings or sign.gesture.conditions[0].above
    turned = 1.0 if above else -1.0  # so that a higher threshold is always harder to reach
    right = [turned * mark.kept for mark in marks if mark.right]
    wrong = [turned * mark.kept for mark in marks if not mark.right]
    threshold, reason = _raised(turned * trigger, right, wrong)
    moved = sign
    if not reason:
        gesture = sign.gesture.with_trigger(turned * threshold)
        moved = replace(sign, gesture=gesture)
    left = [_left(values, threshold) for values in (right, wrong)]
    return Verdict(moved, trigger, len(right), len(wrong), left[0], left[1], hours, reason)


def _left(values: Sequence[float], threshold: float) -> int:
    """How many a threshold leaves; what is not known stays."""
    return sum(not value < threshold for value in values)


def _raised(now: float, right: Sequence[float], wrong: Sequence[float]) -> tuple[float, str]:
    """A higher threshold, or the one of now and why it stays."""
    if not wrong:
        return now, "stays: none was wrong"
    known = [value for value in wrong if value == value]
    if not known:
        return now, "stays: how high they were kept is not known; make it longer or another one"
    if not right:
        return now, "stays: mark right ones as well, so that it is known how high hers are kept"
    spare = math.floor(MAY_LOSE * len(right))
    fewest, best = _left(wrong, now), now
    for below in sorted({value for value in known if value >= now}):
        over = [value for value in right if value > below]
        threshold = round((below + min(over)) / 2, 3) if over else now
        if not over or _left(right, now) - _left(right, threshold) > spare:
            break
        if _left(wrong, threshold) <= fewest:  # the last that does is half-way between both
            fewest, best = _left(wrong, threshold), threshold
    if best == now:
        return now, "stays: no threshold leaves out a wrong one and keeps the right ones"
    return best, ""
