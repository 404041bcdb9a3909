"""Who of those in a recording is the enrolled child: by place and size. No face is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.person import Person
from facs.recording import Recording

__all__ = ["FAR", "Choice", "Who", "choose"]

FAR: Final = 2.0
"""Widths of her face from the enrolled place (twice the size counts as one) beyond which a face
is somebody else's: a head on a pillow or in a wheelchair moves less, a visitor is further."""

WORTH_SAYING: Final = 1.0  # s


@dataclass(frozen=True)
class Who:
    """Where the person's face usually is, in shares of the picture's width and height.

    Parameters
    ----------
    x, y : float, in [0, 1]
        The middle of her face.
    width : float, in (0, 1]
        How wide it is.
    """

    x: float
    y: float
    width: float

    def __post_init__(self) -> None:
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1 and 0 < self.width <= 1):
            raise InputError(
                f"wanted x, y and width as shares of the picture, got {self.x:g}, {self.y:g}, "
                f"{self.width:g}"
            )

    @classmethod
    def of(cls, person: Person, size: tuple[int, int]) -> Who | None:
        """Where `person` was in pictures of `size`; None where she was never seen."""
        boxes = person.boxes[np.isfinite(person.boxes).all(axis=1)]
        return cls.at(np.median(boxes, axis=0).tolist(), size) if len(boxes) else None

    @classmethod
    def at(cls, box: Sequence[float], size: tuple[int, int]) -> Who:
        """Where a box x0, y0, x1, y1 is in a picture of `size` (width, height).

        Examples
        --------
        >>> Who.at((200, 100, 300, 220), (500, 400))
        Who(x=0.5, y=0.4, width=0.2)
        """
        x0, y0, x1, y1 = box
        width, height = size
        share = np.clip([(x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width], 1e-3, 1)
        return cls(*(round(float(value), 3) for value in share))

    def distance(self, other: Who, size: tuple[int, int]) -> float:
        """How unlike two places are, in widths of her face; twice the size counts as one.

        Parameters
        ----------
        size : tuple of int
            Width and height of the pictures: a share of the height is no share of the width.

        Examples
        --------
        >>> Who(0.5, 0.4, 0.2).distance(Who(0.5, 0.65, 0.2), (500, 400))
        1.0
        """
        down = (self.y - other.y) * size[1] / size[0]
        apart = float(np.hypot(self.x - other.x, down)) / self.width
        return apart + abs(float(np.log2(other.width / self.width)))


@dataclass(frozen=True)
class Choice:
    """The person who was taken for the one of the profile, and why."""

    person: Person
    why: str


def choose(who: Who | None, recording: Recording) -> Choice | None:
    """Choose her in a recording; None where nobody was seen.

    Who was out of sight for longer than a face is remembered has another number afterwards. So the
    nearest one to the enrolled place and size (without one, who was seen in the most frames) is
    joined by the others who were never seen at the same time and are not far from there: those
    are whom `facs.live.choice.Chooser` hears.

    Parameters
    ----------
    who : Who, optional
        Where she was enrolled.
    recording : Recording
    """
    size = recording.size
    if size is None:
        return None
    places = {p.track: place for p in recording.people if (place := Who.of(p, size))}
    seen = [person for person in recording.people if person.track in places]
    if not seen:
        return None
    if who is None:
        first = max(seen, key=lambda person: int(_there(person).sum()))
        who, why = places[first.track], f"seen in the most frames of {len(seen)} people"
    else:
        why = f"nearest to the enrolled place and size of {len(seen)} people"
    near = sorted(seen, key=lambda person: who.distance(places[person.track], size))
    hers = [near.pop(0)]
    for person in near:
        apart = not any((_there(person) & _there(other)).any() for other in hers)
        if apart and who.distance(places[person.track], size) <= FAR:
            hers.append(person)
    if len(hers) == len(seen):
        why = "the only one who was seen"
    if len(hers) > 1:
        why += f"; joined, as she was out of sight in between: {_numbers(hers)}"
    return Choice(_joined(hers), why + _left_out(seen, hers))


def _there(person: Person) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(person.boxes).all(axis=1))


def _numbers(people: Sequence[Person]) -> str:
    return ", ".join(str(track) for track in sorted(person.track for person in people))


def _joined(people: Sequence[Person]) -> Person:
    """The first one, with the frames of the others where those were seen."""
    first, *others = people
    if not others:
        return first
    values: dict[str, Any] = {field.name: getattr(first, field.name) for field in fields(Person)}
    for name, value in values.items():
        if isinstance(value, np.ndarray) and name not in ("times", "on", "off"):
            values[name] = value.copy()
            for other in others:
                there = _there(other)
                values[name][there] = getattr(other, name)[there]
    return Person(**values)


def _left_out(seen: Sequence[Person], hers: Sequence[Person]) -> str:
    """For how long only others were seen."""
    anybody, her = (np.any([_there(p) for p in people], axis=0) for people in (seen, hers))
    times = seen[0].times
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    seconds = step * int((anybody & ~her).sum())
    return f"; {seconds:.1f} s in which only others were seen are left out" * (
        seconds >= WORTH_SAYING
    )
