"""State: everything that a page shows of a session, as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from facs.live.counts import Tally
from facs.live.levels import Level

__all__ = ["WORDS", "Said", "State"]

WORDS: Final = {
    "listening": "Listening",
    "paused": "Paused by hand",
    "asleep": "Paused: her eyes were shut for long",
    "unseen": "She is not seen",
    "somebody": "Somebody is in view, but not where she was enrolled",
    "camera": "The camera gives no picture",
    "slow": "Too slow: too few frames are decided in time",
    "over": "Over",
}
"""What a session may be doing, and how it is said."""


@dataclass(frozen=True)
class Said:
    """The latest word."""

    number: int
    text: str
    gesture: str
    ago: float
    undone: bool


@dataclass(frozen=True)
class State:
    """What is going on now.

    Parameters
    ----------
    session : str
        Of which session: words are numbered anew in each.
    doing : str
        One of `WORDS`.
    seconds : float
        Since the first frame.
    levels : tuple of Level
        In the order of the profile.
    said : Said or None
    tally : Tally
    people : int
        Faces in view.
    why : str
        Why this face is taken for hers, or why none is; why it is paused.
    problems : tuple of str
        What does not work, each in one line.
    log_version : int
        Changes whenever an entry of the log does.
    """

    session: str
    doing: str
    seconds: float
    levels: tuple[Level, ...]
    said: Said | None
    tally: Tally
    people: int
    why: str
    problems: tuple[str, ...]
    log_version: int

    def plain(self) -> dict[str, Any]:
        """Values that JSON can hold."""
        return asdict(self) | {"says": WORDS[self.doing]}
