"""Standard output and error that nobody may read: a reader who left, a disk that is full."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

__all__ = ["Listener", "patient_streams"]


class Listener(io.RawIOBase):
    """What is behind a stream; after its first failure nothing is said any more, and nothing fails.

    Parameters
    ----------
    raw : a binary stream without a buffer

    Attributes
    ----------
    problem : OSError or None
        Why nothing is said any more.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.problem: OSError | None = None

    @property
    def trouble(self) -> str | None:
        """What a user should know of it. A reader who has seen enough, as `head` has, is none."""
        if self.problem is None or self.problem.errno == errno.EPIPE:
            return None
        return self.problem.strerror or str(self.problem)

    def write(self, data: Any) -> int:
        """Pass bytes on while somebody takes them."""
        if self.problem is None:
            try:
                return int(self._raw.write(data))
            except OSError as error:
                self.problem = error
        return memoryview(data).nbytes

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Whether a terminal listens."""
        return bool(self._raw.isatty())

    def fileno(self) -> int:
        """The number that the system gives to it."""
        return int(self._raw.fileno())


@contextmanager
def patient_streams() -> Iterator[list[Listener]]:
    """Let no work be lost because what is said of it cannot be said.

    Yields
    ------
    list of Listener
        What listens to standard output, if there is one.
    """
    before = sys.stdout, sys.stderr
    output, error = map(_patient, before)
    sys.stdout, sys.stderr = (stream for stream, _ in (output, error))
    try:
        yield [listener for _, listener in (output,) if listener is not None]
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream not in (None, *before):
                stream.flush()
        sys.stdout, sys.stderr = before


def _patient(stream: TextIO) -> tuple[TextIO, Listener | None]:
    """The stream again, over a `Listener`; itself where it is none of the usual kind."""
    below = getattr(stream, "buffer", None)
    if below is None:
        return stream, None
    stream.flush()
    listener = Listener(getattr(below, "raw", below))
    text = io.TextIOWrapper(
        io.BufferedWriter(listener),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=True,
    )
    return text, listener
