"""What to show of a person at one moment, in words and numbers, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from facs.person import REASONS, Person
from facs.units import ActionUnit, letter

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["REASON_WORDS", "Bar", "PersonView", "only_side", "views_at"]

REASON_WORDS: Final = {
    "": "",
    "no_face": "not seen",
    "turned_away": "turned away",
    "too_small": "too small",
    "covered": "covered",
    "dark": "too dark",
    "blurred": "blurred",
}
"""How a reason reads in a picture."""

BARS: Final = 5
"""Units that are shown of one person."""

RANKING_WINDOW: Final = 0.5
"""Seconds before and after that decide which units are shown, so that the list does not flicker."""

LINGER: Final = 1.0
"""Seconds that somebody who is not seen stays in the list."""


@dataclass(frozen=True)
class Bar:
    """One unit of one person: its probability and intensity letter.

    Parameters
    ----------
    unit : ActionUnit
    probability : float, in [0, 1] or NaN
    letter : str
        ``""``, ``"A"`` to ``"E"``, or ``"?"`` where it was not seen.
    on : float
        From which probability the unit counts as shown.
    side : str
        ``"left"`` or ``"right"`` where only that side of the subject shows it, else ``""``.
    """

    unit: ActionUnit
    probability: float
    letter: str
    on: float
    side: str = ""

    @property
    def active(self) -> bool:
        """Whether the unit counts as shown."""
        return self.probability >= self.on


@dataclass(frozen=True, eq=False)
class PersonView:
    """One person at one moment.

    Parameters
    ----------
    track : int
    reason : str
        A word of `facs.person.REASONS`.
    bars : tuple of Bar
        Empty where the face has no numbers.
    box : array, shape (4,), pixels or NaN
    landmarks : array, shape (68, 2), pixels or NaN
    pose : array, shape (3,), degrees or NaN
    """

    track: int
    reason: str
    bars: tuple[Bar, ...]
    box: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    pose: NDArray[np.float32]


def views_at(recording: Recording, frame: int) -> tuple[PersonView, ...]:
    """View everybody who is seen in frame `frame`, or was or will be within a second."""
    return tuple(_view(person, frame) for person in recording if _is_about(person, frame))


def _is_about(person: Person, frame: int) -> bool:
    rows = _rows_within(person, frame, LINGER)
    return bool(np.any(person.reasons[rows] != REASONS.index("no_face")))


def _rows_within(person: Person, frame: int, seconds: float) -> slice:
    now = person.times[frame]
    first, last = np.searchsorted(person.times, (now - seconds, now + seconds))
    return slice(int(first), max(int(last), frame + 1))


def _view(person: Person, frame: int) -> PersonView:
    has_numbers = bool(np.any(~np.isnan(person.probability[frame])))
    return PersonView(
        track=person.track,
        reason=person.reason(frame),
        bars=tuple(_bar(person, frame, c) for c in _top(person, frame)) if has_numbers else (),
        box=person.boxes[frame],
        landmarks=person.landmarks[frame],
        pose=person.pose[frame],
    )


def _top(person: Person, frame: int) -> list[int]:
    """Columns of the strongest units around `frame`, in the order of the columns."""
    nearby = person.probability[_rows_within(person, frame, RANKING_WINDOW)]
    seen = np.maximum((~np.isnan(nearby)).sum(axis=0), 1)
    strength = np.nansum(nearby, axis=0) / seen
    return sorted(np.argsort(-strength, kind="stable")[:BARS].tolist())


def _bar(person: Person, frame: int, column: int) -> Bar:
    unit = person.units[column]
    return Bar(
        unit=unit,
        probability=float(person.probability[frame, column]),
        letter=letter(float(person.intensities[frame, column])),
        on=float(person.on[column]),
        side=only_side(person, frame, column),
    )


def only_side(person: Person, frame: int, column: int) -> str:
    """Which side alone shows a unit in a frame: ``"left"``, ``"right"``, or ``""`` for neither."""
    unit = person.units[column]
    if unit not in person.sided:
        return ""
    at = person.sided.index(unit)
    left, right = float(person.left[frame, at]), float(person.right[frame, at])
    on, off = person.on[column], person.off[column]
    if left >= on and right < off:
        return "left"
    return "right" if right >= on and left < off else ""
