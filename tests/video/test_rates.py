"""How many frames a second: of raw streams, which have no times, and of odd containers."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest

from facs.errors import InputError
from facs.video import open_video
from facs.video.rates import rate_of_raw
from tests.conftest import gray_steps, step_of
from tests.video.builders import read


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.h264", "libx264", 24),
        ("a.h264", "libx264", Fraction(30000, 1001)),
        ("a.hevc", "libx265", 50),
    ],
)
def test_a_stream_without_times_has_the_rate_that_it_says(write_video, name, codec, rate):
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    frames, video = read(write_video(name, gray_steps(6), codec=codec, rate=rate, options=quiet))
    assert [step_of(frame.image) for frame in frames] == list(range(6))
    assert [frame.time for frame in frames] == pytest.approx([i / rate for i in range(6)])
    assert video.rate == rate
    assert video.notes == (
        f"the file has no times: {float(rate):.6g} frames a second were assumed; give its rate "
        "(--rate) if it has another",
    )


def test_a_stream_that_says_no_rate_is_given_25_and_says_so(write_video):
    path = write_video("a.mjpeg", gray_steps(4), codec="mjpeg", pixels="yuvj420p", rate=24)
    frames, video = read(path)
    assert [frame.time for frame in frames] == [0.0, 0.04, 0.08, 0.12]
    assert "25 frames a second were assumed" in video.notes[0]


@pytest.mark.parametrize(
    ("name", "codec", "pixels"), [("a.h264", "libx264", None), ("a.mjpeg", "mjpeg", "yuvj420p")]
)
def test_a_stream_without_times_takes_a_rate(write_video, name, codec, pixels):
    path = write_video(name, gray_steps(4), codec=codec, pixels=pixels)
    frames, video = read(path, rate=10)
    assert [frame.time for frame in frames] == [0.0, 0.1, 0.2, 0.3]
    assert (video.rate, video.notes) == (10, ())
    assert [frame.index for frame in read(path, rate=10, start=0.15)[0]] == [2, 3]


def test_a_rate_for_a_source_with_its_own_times_is_refused(write_video):
    path = write_video("clip.mp4", gray_steps(2))
    with pytest.raises(InputError, match=r"and raw streams; clip\.mp4 has its own times"):
        open_video(path, rate=25)


@pytest.mark.parametrize(
    ("stated", "rate"), [(Fraction(24000, 1001), Fraction(24000, 1001)), (24000, 25), (None, 25)]
)
def test_ticks_are_not_taken_for_frames_a_second(stated, rate):
    stream = SimpleNamespace(codec_context=SimpleNamespace(framerate=stated), average_rate=25)
    assert rate_of_raw(stream) == rate


def test_slots_of_avi_are_not_counted_as_frames(write_video):
    path = write_video("b.avi", gray_steps(20), codec="libx264", rate=25)
    with open_video(path) as video:
        assert video.rate == 25
