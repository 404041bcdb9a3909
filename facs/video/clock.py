"""Times that strictly increase, whatever the container says."""

from __future__ import annotations

from typing import Final

from facs.holes import FORGOTTEN, HOLE_FRAMES, longest_step

__all__ = ["Clock"]

RESTART: Final = 0.5
"""Seconds. A longer step back is a clock that began again, not two frames in disorder."""

EVEN: Final = 0.08
"""Share of the usual gap by which steps of an evenly spaced film may differ, beside `TICK`."""
TICK: Final = 0.0011
"""Seconds: many containers round times to milliseconds."""
EVEN_FRAMES: Final = 20
"""Frames from which on a film can be called evenly spaced."""
FEW: Final = 3
"""More steps of several frames than this are the film's own way, not frames that are missing."""


class Clock:
    """Keep every time that is later than the one before; mend the others.

    The rules, each the smallest change that keeps the later times as they are:

    - missing: one gap after the frame before;
    - repeated, or back by less than half a second: half a gap after the frame
      before, so that the frame after it can keep its own time;
    - back by half a second or more: the clock began again (recordings joined end to
      end). The frame comes one gap after the one before, and every later
      time moves by the same amount, so that spacing stays true.

    A gap is the usual one, or the last one where that was shorter: many frames may come within
    the usual gap of a film that stands still in between.

    Parameters
    ----------
    gap : float, seconds
        The usual time from frame to frame.

    Examples
    --------
    >>> clock = Clock(gap=0.1)
    >>> [round(clock.mend(t), 3) for t in (0.0, 0.1, 0.1, 0.2, None)]
    [0.0, 0.1, 0.15, 0.2, 0.3]
    >>> clock.notes
    ('1 repeated or backward time was mended', '1 missing time was filled in')
    """

    def __init__(self, gap: float) -> None:
        self._gap = self._step = gap
        self._last: float | None = None
        self._given: float | None = None
        self._shift = 0.0
        self._missing = self._repeated = self._restarts = 0
        self._steps = Steps(gap)
        self._longest: tuple[float, float] | None = None  # seconds, and after which time

    def mend(self, time: float | None) -> float:
        """Give the next frame its time in seconds, later than every time before."""
        if time is None:
            self._missing += 1
            mended = 0.0 if self._last is None else self._last + self._step
        else:
            self._pace(time + self._shift)
            mended = self._later_than_last(time + self._shift)
        self._last = mended
        return mended

    def _later_than_last(self, time: float) -> float:
        if self._last is None or time > self._last:
            self._measure(time)
            return time
        if self._last - time < RESTART:
            self._repeated += 1
            return self._last + self._step / 2
        self._restarts += 1
        mended = self._last + self._step
        self._shift += mended - time
        self._given = mended
        return mended

    def _pace(self, time: float) -> None:
        """Know the last step from one time that was given to a later one."""
        if self._given is not None and time > self._given:
            self._step = min(self._gap, time - self._given)
        self._given = time

    def _measure(self, time: float) -> None:
        """Remember the longest stretch without frames: holes are not damage to a decoder."""
        gap = 0.0 if self._last is None else time - self._last
        if self._last is not None:
            self._steps.add(gap, self._last)
        if gap > max(longest_step(self._gap), self._longest[0] if self._longest else 0):
            self._longest = gap, time - gap

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended so far, one sentence for each kind."""
        kinds = (
            (self._repeated, "repeated or backward time", "mended"),
            (self._missing, "missing time", "filled in"),
            (self._restarts, "restart of the clock", "bridged"),
        )
        counts = [_sentence(*kind) for kind in kinds if kind[0]]
        if self._longest:
            gap, after = self._longest
            anew = "; after it people are numbered anew" if gap > FORGOTTEN else ""
            counts.append(f"no frames for {gap:.3f} s after {after:.3f} s (the longest gap){anew}")
        elif missing := self._steps.sentence:
            counts.append(missing)
        return tuple(counts)


class Steps:
    """Notice a few frames that are missing where all others come at even steps.

    Parameters
    ----------
    gap : float, seconds
        The usual time from frame to frame.
    """

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._even = self._long = self._missing = 0
        self._uneven = False
        self._after = 0.0

    def add(self, step: float, after: float) -> None:
        """Count a step in seconds, and the time after which it came."""
        frames = round(step / self._gap)
        off = abs(step - frames * self._gap)
        if not 1 <= frames <= HOLE_FRAMES or off > EVEN * self._gap + TICK:
            self._uneven = True
        elif frames == 1:
            self._even += 1
        else:
            self._after = self._after if self._long else after
            self._long += 1
            self._missing += frames - 1

    @property
    def sentence(self) -> str | None:
        """What seems to be missing, and from where on; None if the film is not of this kind."""
        if self._uneven or not 1 <= self._long <= FEW or self._even < EVEN_FRAMES:
            return None
        frames = "1 frame seems" if self._missing == 1 else f"{self._missing} frames seem"
        return f"{frames} to be missing after {self._after:.3f} s: all others come at even steps"


def _sentence(count: int, noun: str, verb: str) -> str:
    if count == 1:
        return f"1 {noun} was {verb}"
    return f"{count} {noun.replace('time', 'times').replace('restart', 'restarts')} were {verb}"
