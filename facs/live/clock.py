"""The clock that everything live goes by; tests bring their own."""

from __future__ import annotations

import sys
import time
from typing import Final, Protocol

__all__ = ["Clock", "SystemClock"]


_NAME: Final = "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
_AWAKE_OR_NOT: Final[int | None] = getattr(time, _NAME, None)
"""What counts sleep as well; Windows has none, and its monotonic clock does."""


class Clock(Protocol):
    """Seconds that never go back, and waiting for one of them."""

    def now(self) -> float:
        """Seconds since some moment."""

    def wait_until(self, moment: float) -> None:
        """Return once `moment` has come; at once where it is past."""


def _seconds() -> float:
    if _AWAKE_OR_NOT is None:
        return time.monotonic()
    return time.clock_gettime(_AWAKE_OR_NOT)


class SystemClock:
    """A clock of this machine that goes on while it sleeps, where there is one.

    Of a lid that is closed for an hour there is then a hole of an hour in the frames. On a clock
    that stands still meanwhile, the frames before and after would be neighbours, and half a gesture
    before would be ended after.

    Examples
    --------
    >>> clock = SystemClock()
    >>> before = clock.now()
    >>> clock.wait_until(before + 0.01)
    >>> clock.now() - before >= 0.01
    True
    """

    def now(self) -> float:
        """Seconds since some moment."""
        return _seconds()

    def wait_until(self, moment: float) -> None:
        """Sleep until `moment`."""
        while (left := moment - self.now()) > 0:
            time.sleep(left)
