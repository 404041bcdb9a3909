"""Slot: where frames wait for the analysis. There is room for one, the newest."""

from __future__ import annotations

from threading import Condition
from typing import Generic, TypeVar

__all__ = ["Slot"]

T = TypeVar("T")


class Slot(Generic[T]):
    """Hands things from one thread to another; who comes late finds the newest only.

    Examples
    --------
    >>> slot = Slot()
    >>> slot.put("old"), slot.put("new")
    (False, True)
    >>> slot.take(0.0), slot.take(0.0)
    ('new', None)
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._thing: T | None = None
        self._closed = False
        self._error: BaseException | None = None

    def put(self, thing: T) -> bool:
        """Leave something; return whether something older was thrown away for it."""
        with self._changed:
            dropped, self._thing = self._thing is not None, thing
            self._changed.notify()
            return dropped

    def take(self, timeout: float) -> T | None:
        """Take what is there, or wait `timeout` seconds for it; None where nothing came.

        Raises
        ------
        BaseException
            What the other thread failed with, once everything it left is taken.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._thing is not None or self._closed, timeout)
            thing, self._thing = self._thing, None
            if thing is None and self._error is not None:
                raise self._error
            return thing

    def close(self, error: BaseException | None = None) -> None:
        """Tell that nothing more will come, and why where something failed."""
        with self._changed:
            self._closed, self._error = True, error
            self._changed.notify_all()

    @property
    def over(self) -> bool:
        """Whether it is empty and will stay so."""
        with self._changed:
            return self._closed and self._thing is None
