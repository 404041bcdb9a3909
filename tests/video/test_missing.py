"""What is missing of a film is said: damaged packets, the end of an Ogg, single frames."""

from __future__ import annotations

import pytest

from facs.faces.track import TrackOptions
from facs.video.clock import FORGOTTEN, Clock
from facs.video.completeness import cut_short
from tests.conftest import gray_steps
from tests.test_video import noisy
from tests.video.builders import read

# Damaged packets


def write_stream(write_video, name="a.ts", n=40):
    return write_video(name, noisy(n), codec="mpeg2video", rate=25)


def test_a_packet_that_arrived_damaged_is_damage(write_video):
    path = write_stream(write_video)
    data = path.read_bytes()
    hole = 188 * (len(data) // 188 // 2)  # a piece of a transport stream has 188 bytes
    path.write_bytes(data[:hole] + data[hole + 188 :])
    frames, video = read(path)
    assert "1 packet arrived damaged" in video.damage
    assert f"{len(frames)} frames read" in video.damage


def test_recordings_that_are_joined_are_not_damaged(write_video, tmp_path):
    once = write_stream(write_video).read_bytes()
    (path := tmp_path / "twice.ts").write_bytes(once + once)
    frames, video = read(path)
    assert (len(frames), video.damage) == (80, None)


# Ogg


def test_an_ogg_without_its_last_page_is_cut_short(write_video):
    path = write_video("a.ogv", noisy(40), codec="libvpx")
    whole, video = read(path)
    assert (len(whole), video.damage, cut_short(path)) == (40, None, "")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    frames, video = read(path)
    assert len(frames) < 40
    assert "the file is cut short: it has no end" in video.damage


# Frames that are missing


def noted(times, gap=0.04):
    clock = Clock(gap)
    for time in times:
        clock.mend(time)
    return clock.notes


def evenly(n, without=(), gap=0.04):
    return [round(i * gap, 3) for i in range(n) if i not in without]


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ({30}, "1 frame seems to be missing after 1.160 s"),
        ({30, 31, 32}, "3 frames seem to be missing after 1.160 s"),
        ({30, 40}, "2 frames seem to be missing after 1.160 s"),
    ],
)
def test_a_few_frames_that_are_missing_among_even_steps_are_noted(without, said):
    assert noted(evenly(72, without)) == (f"{said}: all others come at even steps",)


@pytest.mark.parametrize("gap", [1001 / 24000, 1 / 30, 1 / 240])
def test_rounded_ticks_of_a_film_that_misses_nothing_are_not_noted(gap):
    assert noted(evenly(300, gap=gap), gap) == ()


@pytest.mark.parametrize(
    "times",
    [
        evenly(72, set(range(3, 72, 5))),
        evenly(15, {7}),
        [0.0, *(0.06 + 0.04 * i for i in range(30)), 1.38],
    ],
    ids=["every fifth", "a short film", "other steps too"],
)
def test_films_that_are_not_evenly_spaced_miss_nothing(times):
    assert noted(times) == ()


def test_films_that_lose_a_frame_say_so(write_video):
    path = write_video(
        "a.mkv", gray_steps(23, step=5), times=evenly(24, {12}), codec="ffv1", rate=25
    )
    assert read(path)[1].notes == (
        "1 frame seems to be missing after 0.440 s: all others come at even steps",
    )


@pytest.mark.parametrize(
    ("seconds", "anew"), [(1.9, ""), (2.1, "; after it people are numbered anew")]
)
def test_a_hole_over_which_nobody_is_remembered_is_named_as_such(seconds, anew):
    (note,) = noted([0.0, 0.04, 0.04 + seconds])
    assert note == f"no frames for {seconds:.3f} s after 0.040 s (the longest gap){anew}"


def test_the_clock_knows_how_long_people_are_remembered():
    assert TrackOptions().remember == FORGOTTEN
