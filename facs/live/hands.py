"""Work that may wait for somebody else, done in a thread of its own, so that nobody here waits."""

from __future__ import annotations

from collections.abc import Callable
from queue import Full, Queue
from threading import Thread
from typing import Final

__all__ = ["Hands"]

Job = Callable[[], None]

WAITING: Final = 50
"""Jobs that may wait; more mean that whoever is waited for does not answer at all."""


class Hands:
    """One thread that does jobs in their order.

    Examples
    --------
    >>> hands, done = Hands("example"), []
    >>> hands.do(lambda: done.append("a"))
    True
    >>> hands.close()
    >>> done
    ['a']
    """

    def __init__(self, name: str) -> None:
        self._jobs: Queue[Job | None] = Queue(WAITING)
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Job) -> bool:
        """Take a job; False where too many wait already."""
        try:
            self._jobs.put_nowait(job)
        except Full:
            return False
        return True

    def close(self, timeout: float = 5.0) -> None:
        """Do what waits, for `timeout` seconds at most."""
        if self.do(lambda: None):
            self._jobs.put(None)
        self._thread.join(timeout)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
