"""Word: a gesture that was decided just now, and who is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from facs.meaning.detector import GestureEvent
from facs.meaning.listener import Sign

__all__ = ["Lines", "Outlet", "Word"]


@dataclass(frozen=True)
class Word:
    """What she said.

    Parameters
    ----------
    number : int
        Counts the words of a session from 1.
    sign : Sign
    event : GestureEvent
        In seconds since the session's first frame.
    written : datetime
        When, by the clock on the wall.
    age : float, seconds
        How old the frame was in which it was decided.
    """

    number: int
    sign: Sign
    event: GestureEvent
    written: datetime
    age: float

    @property
    def text(self) -> str:
        """The word, or the gesture's name where it has none."""
        return self.sign.word or self.sign.gesture.name

    def __str__(self) -> str:
        return f"{self.event.decided:.1f} s  {self.sign.gesture.name}: {self.text}"


class Outlet(Protocol):
    """Somebody who is told of words. None of its methods may wait for anything."""

    @property
    def problem(self) -> str:
        """What does not work, in one line; empty where everything does."""

    def say(self, word: Word) -> None:
        """She said it."""

    def undo(self, word: Word) -> None:
        """It was not meant."""

    def close(self) -> None:
        """No more words will come."""


class Lines:
    """Words as lines of text.

    Examples
    --------
    >>> lines = Lines(print)
    >>> lines.problem
    ''
    """

    problem = ""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def say(self, word: Word) -> None:
        """Write it."""
        self._write(str(word))

    def undo(self, word: Word) -> None:
        """Write that it was taken back."""
        self._write(f"{word.event.decided:.1f} s  taken back: {word.text}")

    def close(self) -> None:
        """Nothing is open."""
