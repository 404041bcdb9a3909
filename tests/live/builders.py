"""A child whose moments are written down, a clock that is moved by hand, and who hears."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np

from facs.faces.face import Face
from facs.live.choice import Chooser
from facs.live.eye import Sight
from facs.live.frames import Shown
from facs.live.words import Word
from facs.meaning.gestures import Gesture
from facs.meaning.listener import Sign
from facs.meaning.moments import Moment
from facs.meaning.profile import Profile, Who
from facs.video import Frame

SMILE = Gesture.parse("smile", "12 >= 0.5 for 300 ms")
BLINK = Gesture.parse("long blink", "both eyes 43 >= 0.6 for 600 ms")
HERS = Profile((Sign(SMILE, "hello"), Sign(BLINK, "yes")), name="N.")
SIZE = (100, 80)
PLACE = (40.0, 30.0, 60.0, 50.0)
"""Her face in pictures of that size."""


class HandClock:
    """A clock that stands still until somebody waits for it or moves it."""

    def __init__(self, now: float = 100.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def wait_until(self, moment: float) -> None:
        self._now = max(self._now, moment)

    def pass_(self, seconds: float) -> None:
        self._now += seconds


def face(box: Sequence[float] = PLACE, track: int = 0, reason: str = "") -> Face:
    landmarks = np.zeros((68, 2), np.float32)
    x0, y0, x1, y1 = map(float, box)
    return Face(track, (x0, y0, x1, y1), landmarks, (0.0, 0.0, 0.0), 0.9, 0.8, reason)


Scores = Mapping[str, float] | None
Script = Callable[[float], Scores]


class PuppetEye:
    """Sees what a script says: scores at a time, or None where she is not seen."""

    def __init__(
        self,
        script: Script,
        clock: HandClock | None = None,
        takes: float = 0.0,
        faces: Callable[[float], list[Face]] = lambda time: [face()],
        who: Who | None = None,
    ) -> None:
        self.chooser = Chooser(who)
        self._script, self._clock, self._faces = script, clock, faces
        self.takes = takes

    def look(self, frame: Frame) -> Sight:
        if self._clock is not None:
            self._clock.pass_(self.takes)
        scores = self._script(frame.time)
        faces = [] if scores is None else self._faces(frame.time)
        chosen = self.chooser.choose(faces, SIZE)
        hers = scores if chosen.face is not None else {}
        return Sight(Moment(frame.time, hers or {}), chosen)


def acts(**spans: Sequence[tuple[float, float]]) -> Script:
    """Scores that are 0.9 within spans and 0.1 otherwise: ``acts(au12=[(1, 2)], unseen=[])``."""
    unseen = spans.pop("unseen", [])

    def inside(time: float, pieces: Sequence[tuple[float, float]]) -> bool:
        return any(start - 1e-9 <= time < stop - 1e-9 for start, stop in pieces)

    def script(time: float) -> Scores:
        if inside(time, unseen):
            return None
        scores = {"12": 0.1, "43": 0.1, "yaw": 0.0, "pitch": 0.0, "roll": 0.0}
        scores |= {
            name.removeprefix("au"): 0.9 for name, pieces in spans.items() if inside(time, pieces)
        }
        return scores | {f"43 {side}": scores["43"] for side in ("left", "right")}

    return script


PICTURE = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)


def shown(time: float, clock: HandClock | None = None, late: float = 0.0) -> Shown:
    """A frame that was shown `late` seconds ago."""
    at = (clock.now() if clock else time) - late
    return Shown(Frame(round(time * 30), time, PICTURE), at)


class Ears:
    """An outlet that remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.undone: list[str] = []
        self.closed = False
        self.problem = ""

    def say(self, word: Word) -> None:
        self.said.append(word.text)

    def undo(self, word: Word) -> None:
        self.undone.append(word.text)

    def close(self) -> None:
        self.closed = True


def play(session: Any, clock: HandClock, start: float, stop: float, rate: float = 30.0) -> None:
    """Show frames from `start` to `stop` as they would come."""
    for i in range(round(start * rate), round(stop * rate)):
        clock.wait_until(100.0 + i / rate)
        session.hear(shown(i / rate, clock))


NOON = datetime(2026, 1, 2, 12, 0, tzinfo=timezone.utc)


def word(number: int = 1, sign: Sign = HERS.signs[0], decided: float = 1.3) -> Word:
    from facs.meaning.detector import GestureEvent

    event = GestureEvent(sign.gesture.name, 1.0, 1.1, decided, 0.9, decided, sign.word)
    return Word(number, sign, event, NOON, 0.02)
