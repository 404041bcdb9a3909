"""Frames: shown at their own speed, one waits, and a camera may go and come back."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from facs.errors import CameraError, VideoNotFoundError
from facs.live.clock import SystemClock
from facs.live.frames import LOOK_AGAIN, Gone, Shown, camera, film, source
from facs.live.slot import Slot
from tests.conftest import gray_steps
from tests.live.builders import HandClock


def test_a_film_is_shown_at_its_own_speed(write_video):
    times = [0.0, 0.1, 0.15, 0.5]
    path = write_video("film.mp4", gray_steps(4), times=times)
    clock, seen = HandClock(), []
    for item in film(path, clock):
        seen.append((item.frame.time, item.at - 100.0, clock.now() - 100.0))
    assert np.allclose(seen, np.repeat(np.array(times)[:, None], 3, axis=1), atol=1e-6)


def test_frames_of_a_film_that_is_behind_are_as_old_as_they_are(write_video):
    path = write_video("film.mp4", gray_steps(4), rate=10)
    clock, ages = HandClock(), []
    for item in film(path, clock):
        clock.pass_(0.25)  # whoever takes them is slower than the film
        ages.append(clock.now() - item.at)
    assert np.allclose(ages, [0.25, 0.4, 0.55, 0.7])


def test_large_pictures_are_shrunk(write_video):
    path = write_video("film.mp4", gray_steps(1, size=(1920, 1080)))
    [item] = film(path, HandClock())
    assert item.frame.image.shape == (720, 1280, 3)


class Plug:
    """A camera that gives `pictures` each time it is plugged in; None is an empty socket."""

    def __init__(self, *plugged: int | None) -> None:
        self._plugged = list(plugged)
        self.opened = 0

    def __call__(self, number):
        from facs.video import open_video

        self.opened += 1
        if not self._plugged:
            raise KeyboardInterrupt  # the test is over
        pictures = self._plugged.pop(0)
        if pictures is None:
            raise CameraError(f"camera {number} does not answer")
        left = [(True, np.zeros((48, 64, 3), np.uint8))] * pictures + [(False, None)] * 20
        return open_video(Capture(left))


class Capture:
    def __init__(self, answers):
        self._answers = iter(answers)

    def read(self):
        return next(self._answers)


def watched(plug):
    clock, seen = HandClock(), []
    with pytest.raises(KeyboardInterrupt):
        for item in camera(3, clock, plug):
            seen.append(item)
            clock.pass_(0.03)
    return seen


def test_a_camera_that_is_unplugged_is_gone_until_it_is_back():
    seen = watched(Plug(2, None, None, 1))
    assert [type(item) for item in seen] == [Shown, Shown, Gone, Gone, Gone, Shown, Gone]
    assert "does not answer" in seen[3].why
    indices = [item.frame.index for item in seen if isinstance(item, Shown)]
    times = [item.frame.time for item in seen if isinstance(item, Shown)]
    assert indices == [0, 1, 2]
    assert times[:2] == pytest.approx([0.0, 0.03])
    assert times[2] > 3 * LOOK_AGAIN  # time goes on while nobody films


def test_a_camera_that_never_answered_is_an_error():
    with pytest.raises(CameraError, match="camera 3 does not answer"):
        list(camera(3, HandClock(), Plug(None)))


def test_a_film_that_is_not_there_is_an_error():
    with pytest.raises(VideoNotFoundError):
        next(source("gone.mp4", SystemClock()))


def test_the_slot_keeps_the_newest():
    slot = Slot()
    assert [slot.put(i) for i in range(4)] == [False, True, True, True]
    assert slot.take(0.0) == 3
    assert slot.take(0.0) is None
    slot.put(4)
    slot.close()
    assert not slot.over
    assert (slot.take(0.0), slot.over) == (4, True)


def test_the_slot_wakes_who_waits():
    slot, taken = Slot(), []
    waiting = threading.Thread(target=lambda: taken.append(slot.take(30)))
    waiting.start()
    slot.put("frame")
    waiting.join(10)
    assert taken == ["frame"]


def test_the_slot_hands_on_what_went_wrong():
    slot = Slot()
    slot.put("last")
    slot.close(OSError("unplugged"))
    assert slot.take(0.0) == "last"
    with pytest.raises(OSError, match="unplugged"):
        slot.take(0.0)
