"""Frames as they are shown: from a camera, or from a film that stands in for one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from facs.errors import CameraError
from facs.live.clock import Clock
from facs.pixels import shrunk
from facs.video import Frame, open_video

__all__ = ["Gone", "Shown", "camera", "film", "source"]

LOOK_AGAIN: Final = 1.0
"""Seconds between two tries to open a camera that is gone."""

LONGEST_SIDE: Final = 1280
"""Pixels. A larger picture costs time and tells no more of a face that fills a fifth of it."""


@dataclass(frozen=True)
class Shown:
    """A frame that was before the camera.

    Parameters
    ----------
    frame : Frame
        Its time is seconds since the first one.
    at : float, seconds of the clock
        When it was shown: its age counts from here.
    """

    frame: Frame
    at: float


@dataclass(frozen=True)
class Gone:
    """The camera gives nothing any more, and why."""

    why: str


def source(what: str | int, clock: Clock) -> Iterator[Shown | Gone]:
    """Frames of a camera where `what` is its number, otherwise of a film.

    Raises
    ------
    VideoError
        When the first frame is asked for, if there is no such camera or film.
    """
    return camera(what, clock) if isinstance(what, int) else film(what, clock)


def film(path: str | os.PathLike[str], clock: Clock) -> Iterator[Shown]:
    """Play a film at its own speed, once.

    A frame that is decoded too late comes at once, and its age counts from when it was due.
    """
    with open_video(path) as video:
        begun: float | None = None
        for frame in video:
            if begun is None:
                begun = clock.now() - frame.time
            clock.wait_until(begun + frame.time)
            yield Shown(_small(frame), begun + frame.time)


def camera(
    number: Any, clock: Clock, open_camera: Callable[[Any], Any] = open_video
) -> Iterator[Shown | Gone]:
    """Frames of a camera; when it is unplugged, that it is gone, until it is back.

    A camera that has never answered is an error.
    """
    begun: float | None = None
    index = 0
    while True:
        why = "the camera stopped"
        try:
            with open_camera(number) as video:
                for frame in video:
                    at = clock.now()
                    begun = at if begun is None else begun
                    yield Shown(_small(Frame(index, at - begun, frame.image)), at)
                    index += 1
                why = video.damage or why
        except CameraError as error:
            if begun is None:
                raise
            why = str(error)
        if begun is None:
            raise CameraError(f"camera {number} gives no picture: is it in use?")
        yield Gone(why)
        clock.wait_until(clock.now() + LOOK_AGAIN)


def _small(frame: Frame) -> Frame:
    """Shrink a large picture."""
    return replace(frame, image=shrunk(frame.image, LONGEST_SIDE)[0])
