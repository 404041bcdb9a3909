"""Two threads: one takes frames as they come, the other analyses the newest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event, Thread

from facs.live.frames import Gone, Shown
from facs.live.session import Session
from facs.live.slot import Slot

__all__ = ["run"]

PATIENCE = 0.25
"""Seconds that the analysis waits for a frame before it looks around."""


def run(
    session: Session,
    frames: Iterable[Shown | Gone],
    *,
    stop: Event | None = None,
    each: Callable[[], None] = lambda: None,
) -> None:
    """Hear frames until there are no more, or until somebody says stop.

    Parameters
    ----------
    session : Session
        Ends with it.
    frames : iterable of Shown or Gone
        Taken in a thread of its own; while one is analysed, only the newest waits.
    stop : threading.Event, optional
    each : callable
        Called after every frame and every quarter of a second without one.

    Raises
    ------
    VideoError
        If the source cannot be used, or breaks.
    """
    stop = stop or Event()
    slot: Slot[Shown] = Slot()
    taker = Thread(target=_take, args=(session, frames, slot, stop), name="frames", daemon=True)
    taker.start()
    try:
        while not (stop.is_set() or slot.over):
            shown = slot.take(PATIENCE)
            if shown is None:
                session.wait()
            else:
                session.hear(shown)
            each()
        slot.take(0.0)  # raises what the other thread failed with
    finally:
        stop.set()
        session.end()


def _take(session: Session, frames: Iterable[Shown | Gone], slot: Slot[Shown], stop: Event) -> None:
    try:
        for item in frames:
            if stop.is_set():
                break
            if isinstance(item, Gone):
                session.lose(item.why)
            else:
                session.counts.show(slot.put(item))
    except BaseException as error:
        slot.close(error)
    else:
        slot.close()
