"""OpenCV without its own prints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

__all__ = ["quiet_opencv"]

_lock = Lock()
_users = 0
_level_before = 0


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """Keep OpenCV from printing its own account of what our error will say.

    Its log level is one for the whole process: so the first thread that comes in
    lowers it and the last one that leaves puts it back.
    """
    from cv2.utils import logging

    global _users, _level_before
    with _lock:
        _users += 1
        if _users == 1:
            _level_before = logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                logging.setLogLevel(_level_before)
