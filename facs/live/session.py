"""Session: frames in, words out, and everything that a carer sees and does meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock
from typing import Final
from uuid import uuid4

from facs.live.choice import Chosen
from facs.live.clock import Clock
from facs.live.counts import OLDEST, Counts
from facs.live.eye import Looks, Sight
from facs.live.frames import Shown
from facs.live.kept import Follower
from facs.live.levels import level_of
from facs.live.log import EventLog
from facs.live.pace import Pace
from facs.live.picture import Box
from facs.live.state import Said, State
from facs.live.words import Outlet, Word
from facs.meaning.detector import MAX_GAP, GestureEvent
from facs.meaning.moments import Moment
from facs.meaning.profile import Profile
from facs.video import Frame
from facs.video.frame import Image

__all__ = ["Session"]

SILENT: Final = 1.0
"""Seconds without a picture after which the camera counts as gone."""

SLOW: Final = 3.0
"""Seconds in which frames came and none was decided, after which the machine is too slow."""

FEW: Final = (
    "fewer than 10 frames a second are decided: what is short is missed, and lids must be shut "
    "longer; close other programs, or take a faster camera or machine"
)

TELL_AGAIN: Final = 60.0
"""Seconds without others in view, after which it is told again that there are some."""


class Session:
    """Hears one child, tells outlets, keeps the log.

    One thread brings frames (`hear`); others may ask for the `state`, pause, undo and mark.

    Parameters
    ----------
    profile : Profile
    eye : Looks
    clock : Clock
    log : EventLog, optional
    outlets : sequence of Outlet
    oldest : float, seconds
        Frames that are older when they would be decided are dropped.
    notes : sequence of str
        What else a carer should know, such as a gesture that the model does not measure.
    """

    def __init__(
        self,
        profile: Profile,
        eye: Looks,
        clock: Clock,
        log: EventLog | None = None,
        outlets: Sequence[Outlet] = (),
        oldest: float = OLDEST,
        notes: Sequence[str] = (),
    ) -> None:
        self.profile = profile
        self.notes = tuple(notes)
        self.id = uuid4().hex
        self.log = log or EventLog()
        self.counts = Counts()
        self._outlets = tuple(outlets)
        self._eye, self._clock, self._oldest = eye, clock, oldest
        self._listener = profile.listener()
        self._follower = Follower(self._listener.detectors)
        self._moment = Moment(0.0)
        self._pace = Pace()
        self._frame: Frame | None = None
        self._lock = RLock()
        self._words: list[Word] = []
        self._undone: set[int] = set()
        self._chosen = Chosen(None, 0, "no picture yet")
        self._reason = ""
        self._seconds = self._listened = 0.0
        self._heard_at: float | None = None  # media time of the last frame that was decided
        self._shown_at = self._decided_at = clock.now()
        self._people_told = "", 0.0
        self._gone, self._over = "", False
        self._note("start", profile.name)

    # What the thread that analyses calls

    def hear(self, shown: Shown) -> Word | None:
        """Decide one frame; a word in the very frame in which it is said."""
        self._back(shown)
        if self._age(shown) > self._oldest:
            self.counts.miss()
            return None
        sight = self._eye.look(shown.frame)
        age = self._age(shown)
        if age > self._oldest:
            self.counts.miss()
            return None
        with self._lock:
            word = self._decide(sight, age)
        self.counts.decide(age)
        if word is not None:
            self.log.say(word, self._listened)
            for outlet in self._outlets:
                outlet.say(word)
        return word

    def lose(self, why: str) -> None:
        """The camera is gone."""
        with self._lock:
            new, self._gone = not self._gone, why
        if new:
            self._note("camera", why)

    def wait(self) -> None:
        """No frame came for a while; before the first one, a camera may take its time."""
        silent = self._clock.now() - self._shown_at
        if self._frame is not None and silent > SILENT and not self._gone:
            self.lose("no picture comes")

    def end(self) -> None:
        """No more frames will come."""
        if self._over:
            return
        with self._lock:
            self._tell_end(self._follower.end())
            self._over = True
        self._note("stop", str(self.counts.tally()))

    def close(self) -> None:
        """Let outlets finish and write the log; words can be marked until then."""
        self.end()
        for outlet in self._outlets:
            outlet.close()
        self.log.close()

    def _back(self, shown: Shown) -> None:
        with self._lock:
            begins = self._frame is None or bool(self._gone)
            self._frame, self._seconds = shown.frame, shown.frame.time
            self._shown_at = self._clock.now()
            if begins:
                self._decided_at = self._shown_at
            back, self._gone = bool(self._gone), ""
        if back:
            self._note("camera", "the camera is back")

    def _age(self, shown: Shown) -> float:
        return self._clock.now() - shown.at

    def _decide(self, sight: Sight, age: float) -> Word | None:
        """Let the listener hear a frame; what it heard becomes a word."""
        listener, moment = self._listener, sight.moment
        if sight.chosen.new:
            listener.update(Moment(moment.time))  # what somebody else began is not hers
        self._tell_people(sight.chosen)
        self._chosen, self._reason, self._moment = sight.chosen, sight.reason, moment
        before = listener.why_paused
        event = listener.update(moment)
        self._decided_at = self._clock.now()
        self._pace.note(moment.time)
        self._count_time(moment.time, moment.seen and not before)
        self._tell_end(self._follower.update(moment))
        if listener.why_paused != before:
            self._note("asleep" if listener.why_paused else "awake")
        return None if event is None else self._word(event, age)

    def _count_time(self, time: float, listening: bool) -> None:
        if listening and self._heard_at is not None:
            self._listened += min(time - self._heard_at, MAX_GAP)
        self._heard_at = time if listening else None

    def _tell_people(self, chosen: Chosen) -> None:
        """Tell of others in view when they come, but not each time that one looks away."""
        told, when = self._people_told
        if chosen.people > 1 and (chosen.why != told or self._seconds - when > TELL_AGAIN):
            self._note("people", chosen.why)
        if chosen.people > 1:
            self._people_told = chosen.why, self._seconds

    def _word(self, event: GestureEvent, age: float) -> Word:
        self._tell_end(self._follower.end())  # of the word before, if its gesture goes on
        sign = next(sign for sign in self.profile.signs if sign.gesture.name == event.label)
        word = Word(len(self._words) + 1, sign, event, self.log.now(), age)
        self._words.append(word)
        self._follower.begin(event)
        return word

    def _tell_end(self, ended: tuple[GestureEvent, float] | None) -> None:
        """Tell the log how long and how high the latest word's gesture was."""
        if ended is not None:
            self.log.grow(self._words[-1].number, *ended)

    def _note(self, kind: str, text: str = "") -> None:
        self.log.note(kind, self._seconds, self._listened, text)

    # What a carer does

    def pause(self) -> None:
        """Be silent until `resume`."""
        with self._lock:
            self._listener.pause()
        self._note("pause")

    def resume(self) -> None:
        """Listen again, also where her eyes were shut for long."""
        with self._lock:
            self._listener.resume()
        self._note("listening")

    def undo(self) -> Word | None:
        """Take the latest word back that was not taken back yet; None where there is none."""
        with self._lock:
            left = [word for word in self._words if word.number not in self._undone]
            if not left:
                return None
            word = left[-1]
            self._undone.add(word.number)
        self.log.mark(word.number, "undone")
        for outlet in self._outlets:
            outlet.undo(word)
        return word

    def mark(self, number: int, mark: str) -> None:
        """Judge a word; raises InputError where there is none of that number."""
        self.log.mark(number, mark)

    def here(self) -> None:
        """The largest face in view is hers, wherever it is."""
        with self._lock:
            self._eye.chooser.here()
        self._note("here", "the largest face was said to be hers")

    # What a page shows

    @property
    def state(self) -> State:
        """What is going on now."""
        with self._lock:
            doing, why = self._doing()
            return State(
                self.id,
                doing,
                self._seconds,
                tuple(level_of(s.gesture, s.word, self._moment) for s in self.profile.signs),
                self._said(),
                self.counts.tally(),
                self._chosen.people,
                why,
                self._problems(),
                self.log.version,
            )

    @property
    def picture(self) -> tuple[Image, Box | None] | None:
        """The latest picture and her box in it, which may be a frame older."""
        with self._lock:
            if self._frame is None:
                return None
            face = self._chosen.face
            return self._frame.image, None if face is None else face.box

    def _doing(self) -> tuple[str, str]:
        """What the session does, a word of `facs.live.state.WORDS`, and why."""
        why = self._listener.why_paused
        if self._over:
            return "over", ""
        if self._gone:
            return "camera", self._gone
        if why:
            wake = self.profile.sleep.wake
            return ("asleep", wake.name) if why == "eyes shut" else ("paused", "")
        late = self._frame is not None and self._clock.now() - self._decided_at > SLOW
        if late or self._pace.thin:
            return "slow", ""
        if self._chosen.face is None:
            return ("somebody" if self._chosen.people else "unseen"), self._chosen.why
        if self._reason:
            return "unseen", self._reason.replace("_", " ")
        return "listening", self._chosen.why

    def _said(self) -> Said | None:
        if not self._words:
            return None
        word = self._words[-1]
        ago = max(self._seconds - word.event.decided, 0.0)
        undone = word.number in self._undone
        return Said(word.number, word.text, word.sign.gesture.name, ago, undone)

    def _problems(self) -> tuple[str, ...]:
        few = FEW if self._pace.sparse else ""
        of_outlets = (outlet.problem for outlet in self._outlets)
        all_of_them = (few, self.log.notice, self.log.problem, *of_outlets)
        return (*self.notes, *(problem for problem in all_of_them if problem))
