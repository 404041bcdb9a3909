from __future__ import annotations

import av
import numpy as np
import pytest

from facs.errors import InputError, OutputError
from facs.outputs.overlay import overlay_picture, write_overlay
from facs.video import Frame
from tests.builders import make_person, make_recording

UNEVEN = (0.0, 0.04, 0.05, 0.25, 1.0)


def make_source(times=UNEVEN, size=(64, 48)):
    """Frames that become brighter, 20 levels at a time."""
    width, height = size
    return [
        Frame(index, time, np.full((height, width, 3), 20 * index, np.uint8))
        for index, time in enumerate(times)
    ]


def make_matching(times=UNEVEN):
    return make_recording(make_person([[0.1, 0.2, 0.9]] * len(times), times=times))


def decoded(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [
            (frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(stream)
        ]
        return stream.codec_context, frames


def test_frames_keep_their_own_times(tmp_path):
    write_overlay(make_matching(), make_source(), tmp_path / "a.mp4")
    _, frames = decoded(tmp_path / "a.mp4")
    np.testing.assert_allclose([time for time, _ in frames], UNEVEN, atol=1e-4)


def test_the_video_plays_everywhere(tmp_path):
    write_overlay(make_matching(), make_source(size=(63, 47)), tmp_path / "a.mp4")
    codec, frames = decoded(tmp_path / "a.mp4")
    assert (codec.name, codec.pix_fmt) == ("h264", "yuv420p")
    assert codec.width % 2 == codec.height % 2 == 0
    head = (tmp_path / "a.mp4").read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")  # the index first: it plays while it loads
    assert len(frames) == len(UNEVEN)


def test_every_frame_is_its_own_picture(tmp_path):
    write_overlay(make_matching(), make_source(), tmp_path / "a.mp4")
    _, frames = decoded(tmp_path / "a.mp4")
    corner = [int(picture[400, 600].mean()) for _, picture in frames]
    np.testing.assert_allclose(corner, [0, 20, 40, 60, 80], atol=4)


def test_colours_are_kept(tmp_path):
    image = np.full((480, 640, 3), (200, 60, 30), np.uint8)
    write_overlay(make_matching([0.0]), [Frame(0, 0.0, image)], tmp_path / "a.mp4")
    _, ((_, picture),) = decoded(tmp_path / "a.mp4")
    np.testing.assert_allclose(picture[400, 600], (200, 60, 30), atol=4)


def test_a_part_of_a_source_is_matched_by_its_times(tmp_path):
    write_overlay(make_matching(UNEVEN[2:]), make_source(), tmp_path / "a.mp4")
    _, frames = decoded(tmp_path / "a.mp4")
    assert len(frames) == 3
    assert int(frames[0][1][400, 600].mean()) == pytest.approx(40, abs=4)
    assert frames[0][0] == 0.0
    assert frames[-1][0] == pytest.approx(0.95, abs=1e-4)


def test_an_array_needs_the_rate_that_it_was_analysed_with(tmp_path):
    times = np.arange(3) / 10
    source = np.zeros((3, 48, 64, 3), np.uint8)
    write_overlay(make_matching(times), source, tmp_path / "a.mp4", rate=10)
    assert len(decoded(tmp_path / "a.mp4")[1]) == 3
    with pytest.raises(InputError, match=r"frame at 0.100 s; got a frame at 0.033 s"):
        write_overlay(make_matching(times), source, tmp_path / "b.mp4")


def test_pictures_of_different_size_are_fitted(tmp_path):
    frames = [make_source(size=(64, 48))[0], make_source(size=(48, 64))[1]]
    write_overlay(make_matching(UNEVEN[:2]), frames, tmp_path / "a.mp4")
    assert len(decoded(tmp_path / "a.mp4")[1]) == 2


def test_progress_is_told(tmp_path):
    told = []
    write_overlay(
        make_matching(), make_source(), tmp_path / "a.mp4", progress=lambda *step: told.append(step)
    )
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_another_source_is_refused_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    with pytest.raises(InputError, match=r"wanted the source of the recording .* got its end"):
        write_overlay(make_matching(), make_source()[:3], path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match="create the folder first"):
        write_overlay(make_matching(), make_source(), tmp_path / "no" / "a.mp4")


def test_only_mp4_is_written(tmp_path):
    with pytest.raises(InputError, match=r"ends in .mp4, got .*a.avi"):
        write_overlay(make_matching(), make_source(), tmp_path / "a.avi")


def test_a_recording_without_frames_is_refused(tmp_path):
    with pytest.raises(InputError, match="no frames"):
        write_overlay(make_recording(people=(), times=[]), make_source(), tmp_path / "a.mp4")


def test_a_picture_is_matched_by_its_time():
    scores = [[0.1, 0.2, 0.1], [0.1, 0.2, 0.9]]
    recording = make_recording(make_person(scores))
    image = np.zeros((480, 640, 3), np.uint8)
    calm = overlay_picture(recording, Frame(0, 0.0, image))
    smiling = overlay_picture(recording, Frame(57, 0.1, image))
    assert (calm != smiling).any()
    with pytest.raises(InputError, match=r"no frame at 0.050 s"):
        overlay_picture(recording, Frame(0, 0.05, image))
