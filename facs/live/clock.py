"""The clock that everything live goes by; tests bring their own."""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """Seconds that never go back, and waiting for one of them."""

    def now(self) -> float:
        """Seconds since some moment."""

    def wait_until(self, moment: float) -> None:
        """Return once `moment` has come; at once where it is past."""


class SystemClock:
    """The monotonic clock of this machine.

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
        return time.monotonic()

    def wait_until(self, moment: float) -> None:
        """Sleep until `moment`."""
        while (left := moment - time.monotonic()) > 0:
            time.sleep(left)
