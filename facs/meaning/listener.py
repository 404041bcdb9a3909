"""Listener: all gestures of a person at once, one word at a time, and silence while she sleeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from facs.errors import InputError
from facs.meaning.detector import GestureDetector, GestureEvent
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.moments import Moment

__all__ = ["APART", "Listener", "Sign", "Sleep"]

APART: Final = 0.8
"""Seconds between two words: one movement may look like two gestures."""


@dataclass(frozen=True)
class Sign:
    """A gesture and what it stands for.

    Parameters
    ----------
    gesture : Gesture
    word : str
        Shown and spoken; empty for a gesture that means nothing yet.
    sound : str
        A file to play instead of a synthetic voice.
    note : str
        What was measured of it, in words.
    """

    gesture: Gesture
    word: str = ""
    sound: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        # A line for each word is what everybody is told, subtitles among them.
        object.__setattr__(self, "word", " ".join(self.word.split()))


@dataclass(frozen=True)
class Sleep:
    """When to be silent, and what ends it.

    Parameters
    ----------
    after : float, seconds
        Eyes that are shut for longer than this pause everything; 0 never does.
    wake : Gesture
        What ends the pause. It says nothing itself.
    """

    after: float = 5.0
    wake: Gesture = STOCK["blink twice"]

    def __post_init__(self) -> None:
        if not 0 <= self.after < float("inf"):
            raise InputError(f"wanted eyes shut for 0 s (never) or more, got {self.after}")

    def detector(self) -> GestureDetector | None:
        """What notices that the eyes are shut; also when they were so from the beginning."""
        if not self.after:
            return None
        rule = f"both eyes 43 >= 0.5 for {1000 * self.after:.15g} ms, no rest"
        return GestureDetector(Gesture.parse("eyes shut", rule))


class Listener:
    """Hears one person's gestures, frame by frame.

    Parameters
    ----------
    signs : sequence of Sign
        Where two are decided in one frame, the first of them counts.
    sleep : Sleep
    apart : float, seconds
        The least time between two words.

    Attributes
    ----------
    why_paused : str
        ``""`` while it listens, ``"eyes shut"`` or ``"by hand"`` while it is paused.
    latest : GestureEvent or None
        The last word's event, growing while its gesture goes on.

    Examples
    --------
    >>> listener = Listener([Sign(Gesture.parse("smile", "12 >= 0.5 for 200 ms"), "hello")])
    >>> scores = [0.1, 0.9, 0.9, 0.9, 0.9, 0.1]
    >>> events = [listener.update(Moment(i / 10, {"12": p})) for i, p in enumerate(scores)]
    >>> [event.word for event in events if event]
    ['hello']
    """

    def __init__(
        self, signs: Sequence[Sign], sleep: Sleep | None = None, apart: float = APART
    ) -> None:
        sleep = sleep or Sleep()
        self.signs = tuple(signs)
        self.detectors = [GestureDetector(sign.gesture, sign.word) for sign in self.signs]
        self.apart = apart
        self.why_paused = ""
        self._asleep = sleep.detector()
        self._wake = GestureDetector(sleep.wake)
        self._heard: GestureDetector | None = None
        self._quiet_until = self._now = float("-inf")

    @property
    def latest(self) -> GestureEvent | None:
        """The last word's event, with its offset as known by now."""
        return None if self._heard is None else self._heard.latest

    def pause(self) -> None:
        """Be silent until `resume`; what is going on is forgotten."""
        self._pause("by hand")

    def resume(self) -> None:
        """Listen again."""
        self.why_paused = ""
        for detector in (*self.detectors, self._wake):
            detector.reset()
        if self._asleep is not None:
            self._asleep.reset()

    def update(self, moment: Moment) -> GestureEvent | None:
        """Take one frame; return a gesture in the frame in which it is decided."""
        if moment.time < self._now:  # another film
            self._quiet_until = float("-inf")
        self._now = moment.time
        if self._asleep is not None and self._asleep.update(moment) and not self.why_paused:
            self._pause("eyes shut")
        if self.why_paused:
            if self.why_paused == "eyes shut" and self._wake.update(moment):
                self.resume()
            return None
        told = [(d, event) for d in self.detectors if (event := d.update(moment))]
        if not told or moment.time < self._quiet_until:
            return None
        self._heard, event = told[0]
        self._quiet_until = moment.time + self.apart
        return event

    def _pause(self, why: str) -> None:
        self.resume()
        self.why_paused = why
