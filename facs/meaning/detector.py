"""A gesture's detector: a small state machine that is fed one frame at a time.

The same machine runs live and over a recording (`find_gesture`), so both say the same.
A frame that was not seen, or a gap of more than a quarter of a second between two frames,
ends whatever was going on: what nobody saw is never held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from facs.events import Event
from facs.meaning.gestures import Gesture
from facs.meaning.moments import Moment, moments
from facs.meaning.rules import Swing
from facs.meaning.swings import Swings
from facs.person import Person

__all__ = ["MAX_GAP", "GestureDetector", "GestureEvent", "find_gesture", "read"]

MAX_GAP: Final = 0.25
"""Seconds between two frames beyond which the time between them counts as not seen."""

SPARSE: Final = 0.105
"""Seconds between two frames beyond which lids count as shut from the first frame to the last:
half-way to their neighbours, a natural blink that three frames show would be a long one."""

CLOCK: Final = 1e-6  # s; times carry rounding below this


@dataclass(frozen=True)
class GestureEvent(Event):
    """A gesture that was made.

    Parameters
    ----------
    label, onset, apex, offset, peak
        As in `facs.events.Event`; the label is the gesture's name, and the peak is the value of
        the first condition's signal, or the degrees of the widest swing.
    decided : float, seconds
        Time of the frame in which it was decided, which live is when it is said.
    word : str
        What it stands for.
    interrupted : float, seconds
        Of the time from onset to the decision, what did not count as held: blinks in a long look,
        where the rule allows gaps.

    Examples
    --------
    >>> GestureEvent("long blink", 1.0, 1.4, 1.7, 0.98, decided=1.63, word="yes").word
    'yes'
    """

    decided: float = float("nan")
    word: str = ""
    interrupted: float = 0.0


@dataclass
class _Span:
    """A time in which all conditions are met."""

    start: float  # half-way between the last frame without and the first one with it
    onset: float
    apex: float
    peak: float
    offset: float
    told: bool = False
    missed: float = 0.0
    """Seconds of interruptions, which do not count as held."""


class GestureDetector:
    """Watches for one gesture.

    Parameters
    ----------
    gesture : Gesture
    word : str
        Goes into its events.

    Attributes
    ----------
    latest : GestureEvent or None
        The last activation; its offset, apex and peak grow for as long as it goes on.
    level : float
        The first signal in the latest frame, for a bar beside the threshold.

    Examples
    --------
    >>> detector = GestureDetector(Gesture.parse("smile", "12 >= 0.5 for 200 ms"), "hello")
    >>> scores = [0.1, 0.9, 0.9, 0.9, 0.9, 0.1]
    >>> told = [detector.update(Moment(i / 10, {"12": p})) for i, p in enumerate(scores)]
    >>> [event.word if event else "" for event in told]
    ['', '', '', 'hello', '', '']
    >>> detector.latest.onset, detector.latest.decided, detector.latest.offset
    (0.1, 0.3, 0.4)
    """

    def __init__(self, gesture: Gesture, word: str = "") -> None:
        self.gesture = gesture
        self.word = word
        self.latest: GestureEvent | None = None
        self.level = float("nan")
        what = gesture.what
        self._swings = Swings(what, gesture.times) if isinstance(what, Swing) else None
        self._conditions = gesture.conditions
        self._lids = any(
            condition.above and term.channel == "43"
            for condition in self._conditions
            for term in condition.signal.terms
        )
        self._quiet_until = self._now = float("-inf")
        self.reset()

    def reset(self) -> None:
        """Forget what is going on, as if the face had been out of sight."""
        self._armed = not self.gesture.rest
        self._span: _Span | None = None
        self._before: float | None = None  # the latest frame, if it was seen and not active
        self._pulses: list[_Span] = []
        self._last: float | None = None
        self._interrupted = False
        if self._swings is not None:
            self._swings.reset()

    def update(self, moment: Moment) -> GestureEvent | None:
        """Take one frame; return the gesture in the very frame in which it is decided."""
        if self._swings is not None:
            return self._update_swings(self._swings, moment)
        return self.step(moment.time, read(self.gesture, moment))

    def step(self, time: float, values: Sequence[float]) -> GestureEvent | None:
        """Take the signals of the conditions, in their order, where they are read already."""
        self._pass_to(time)
        self.level = values[0]
        already, active = self._span is not None, True
        for condition, value in zip(self._conditions, values, strict=True):
            if value != value:
                self.reset()
                return None
            active = active and condition.holds(value, already)
        self._last = time
        if active:
            return self._go_on(time, values[0])
        self._interrupted = self._goes_on(time)
        return None if self._interrupted else self._end(time)

    def _pass_to(self, time: float) -> None:
        """Forget what is going on over a gap, and all of it where time is back at a beginning."""
        if time < self._now:  # another film
            self._quiet_until = float("-inf")
            self.reset()
        elif self._last is not None and time - self._last > MAX_GAP:
            self.reset()
        self._now = time

    def _goes_on(self, time: float) -> bool:
        """Whether what is interrupted at `time` may still go on."""
        span = self._span
        return span is not None and time - span.offset < self.gesture.gaps - CLOCK

    def rest_until(self, time: float) -> None:
        """Take all frames up to `time` at once: seen, none lost, and far from the gesture.

        Only for a machine that was shown the first of them. What is interrupted for less than its
        gaps goes on.
        """
        if not self._goes_on(time):
            self._span, self._before, self._armed = None, time, True
        self._last = time

    def _update_swings(self, swings: Swings, moment: Moment) -> GestureEvent | None:
        self._pass_to(moment.time)
        axis = swings.swing.axis
        self.level = moment.scores.get(axis, float("nan"))
        if self.level != self.level:
            self.reset()
            return None
        self._last = moment.time
        turn = swings.update(moment.time, moment.scores)
        if turn is None or moment.time < self._quiet_until - CLOCK:
            return None
        swings.spend()
        return self._tell(
            moment.time, _Span(turn.start, turn.start, turn.apex, turn.widest, moment.time)
        )

    def _go_on(self, time: float, value: float) -> GestureEvent | None:
        if self._span is None:
            if not self._armed:
                return None
            start = time if self._before is None else self._between(self._before, time, time)
            self._span = _Span(start, time, time, value, time)
        span = self._span
        if self._interrupted:
            span.missed += time - span.offset
            self._interrupted = False
        span.offset = time
        if self._stronger(value, span.peak):
            span.apex, span.peak = time, value
        if span.told:
            self._grow(span)
        if self.gesture.longest is None:
            return self._judge(span, time, time)
        return None

    def _end(self, time: float) -> GestureEvent | None:
        span, self._span = self._span, None
        self._before, self._armed = time, True
        if span is None or self.gesture.gaps:  # what could be interrupted was judged in its frames
            return None
        end = self._between(span.offset, time, span.offset)
        if self.gesture.longest is None:
            return self._judge(span, end, time)
        return self._judge_ended(span, end, time)

    def _between(self, before: float, after: float, shut: float) -> float:
        """When it changed between two frames: half-way, or at the one with shut lids."""
        return shut if self._lids and after - before > SPARSE else (before + after) / 2

    def _judge(self, span: _Span, end: float, now: float) -> GestureEvent | None:
        """Decide while it is held, or at its end if no frame fell between."""
        held = end - span.start - span.missed >= self.gesture.hold - CLOCK
        if span.told or not held or now < self._quiet_until - CLOCK:
            return None
        if self.gesture.rest:
            span.told = True
        elif self._span is not None:  # it may come again without having ended
            self._span = _Span(now, now, now, span.peak, now)
        return self._tell(now, span)

    def _judge_ended(self, span: _Span, end: float, now: float) -> GestureEvent | None:
        """Decide about one that had to end in time, or about several in a row."""
        gesture, length = self.gesture, end - span.start
        if gesture.longest is not None and length > gesture.longest + CLOCK:
            self._pulses = []
            return None
        if length < gesture.hold - CLOCK:
            return None
        self._pulses = [p for p in self._pulses if end - p.start <= gesture.within] + [span]
        if len(self._pulses) < gesture.times or now < self._quiet_until - CLOCK:
            return None
        pulses, self._pulses = self._pulses[-gesture.times :], []
        strongest = pulses[0]
        for pulse in pulses[1:]:
            if self._stronger(pulse.peak, strongest.peak):
                strongest = pulse
        return self._tell(now, replace(strongest, onset=pulses[0].onset, offset=pulses[-1].offset))

    def _tell(self, now: float, span: _Span) -> GestureEvent:
        self._quiet_until = now + self.gesture.pause
        self.latest = GestureEvent(
            self.gesture.name,
            span.onset,
            span.apex,
            span.offset,
            span.peak,
            now,
            self.word,
            span.missed,
        )
        return self.latest

    def _grow(self, span: _Span) -> None:
        if self.latest is not None:
            self.latest = replace(self.latest, offset=span.offset, apex=span.apex, peak=span.peak)

    def _stronger(self, value: float, than: float) -> bool:
        return value > than if self.gesture.conditions[0].above else value < than


def read(gesture: Gesture, moment: Moment) -> list[float]:
    """Read the signals of a gesture's conditions."""
    return [condition.signal.value(moment) for condition in gesture.conditions]


def find_gesture(
    gesture: Gesture, person: Person | Iterable[Moment], *, ignored: Collection[str] = ()
) -> list[GestureEvent]:
    """Find a gesture in a recording, by the machine that runs live.

    Parameters
    ----------
    gesture : Gesture
    person : Person, or moments in order
        Best relative to her own rest (`Person.relative_to`).
    ignored : collection of str
        ``"left eye"`` or ``"right eye"``; see `facs.meaning.moments.moments`.

    Returns
    -------
    list of GestureEvent
        In order of onset, with the offset that it came to have.
    """
    detector, found = GestureDetector(gesture), []
    frames = moments(person, ignored) if isinstance(person, Person) else person
    for moment in frames:
        if event := detector.update(moment):
            found.append(event)
        elif found and detector.latest is not None:
            found[-1] = detector.latest
    return found
