from __future__ import annotations

import cv2
import numpy as np
import pytest

from facs.crops.clips import MAX_STEP, ClipMaker, FaceClip
from facs.errors import InputError
from tests.faces.builders import face_at, texture

SLOTS, SLOT = 4, 1 / 30
STILL = texture(64)


def maker_of(**options):
    return ClipMaker(SLOTS, SLOT, size=32, **options)


def play(maker, times, tracks=(0,), gray=STILL):
    """Clips in the order in which they come, with the frame after which each came."""
    came = []
    for index, time in enumerate(times):
        faces = [face_at(4, 4, 48, track) for track in tracks]
        came += [(index, clip) for clip in maker.add(gray, index, time, faces)]
    return came + [(len(times), clip) for clip in maker.finish()]


def steady(n, rate=30):
    return [i / rate for i in range(n)]


@pytest.mark.parametrize("motion", [True, False])
@pytest.mark.parametrize("n", [1, 2, 5, 40])
def test_every_frame_comes_out_once_and_in_order(n, motion):
    came = play(maker_of(motion=motion), steady(n), tracks=(3, 8))
    for track in (3, 8):
        assert [clip.index for _, clip in came if clip.track == track] == list(range(n))
    assert [clip.time for _, clip in came if clip.track == 3] == steady(n)


def test_a_clip_leaves_when_its_future_has_been_seen():
    came = play(maker_of(), steady(20))
    assert [at - clip.index for at, clip in came[:18]] == [2] * 18


def test_the_first_and_the_last_frames_have_no_flow():
    moving = [clip.flow is not None for _, clip in play(maker_of(), steady(12))]
    assert moving == [False] * 2 + [True] * 8 + [False] * 2


def test_a_single_frame_is_a_still():
    ((_, clip),) = play(maker_of(), [0.0])
    assert clip.flow is None
    assert clip.crop.shape == (32, 32)


def test_without_motion_every_clip_leaves_at_once_as_a_still():
    came = play(maker_of(motion=False), steady(9))
    assert [(at, clip.flow) for at, clip in came] == [(i, None) for i in range(9)]


def test_a_lost_face_lets_its_clips_go():
    maker = maker_of()
    for index in range(6):
        list(maker.add(STILL, index, index / 30, [face_at(4, 4, 48)]))
    gone = list(maker.add(STILL, 6, 6 / 30, []))
    assert [(clip.index, clip.flow) for clip in gone] == [(4, None), (5, None)]
    assert list(maker.finish()) == []


def test_a_face_that_returns_begins_a_new_window():
    maker = maker_of()
    came = []
    for index in range(20):
        faces = [] if index == 10 else [face_at(4, 4, 48)]
        came += maker.add(STILL, index, index / 30, faces)
    came += maker.finish()
    still = [clip.index for clip in came if clip.flow is None]
    assert still == [0, 1, 8, 9, 11, 12, 18, 19]


def test_one_persons_loss_does_not_touch_the_other():
    maker = maker_of()
    came = []
    for index in range(12):
        faces = [face_at(4, 4, 48, 0)] + ([face_at(10, 10, 48, 1)] if index < 6 else [])
        came += maker.add(STILL, index, index / 30, faces)
    came += maker.finish()
    moving = [clip.index for clip in came if clip.track == 0 and clip.flow is not None]
    assert moving == list(range(2, 10))


def test_a_pause_longer_than_the_longest_step_breaks_the_window():
    times = [*steady(8), *(t + MAX_STEP + 0.3 for t in steady(8))]
    still = [clip.index for _, clip in play(maker_of(), times) if clip.flow is None]
    assert still == [0, 1, 6, 7, 8, 9, 14, 15]


def test_five_frames_a_second_are_no_pause():
    came = play(maker_of(), [i / 5 for i in range(20)])
    assert [clip.index for _, clip in came if clip.flow is None] == [0, 19]


def test_memory_does_not_grow_with_the_length_of_the_video():
    maker = maker_of()
    waiting, flows = [], []
    for index in range(600):
        list(maker.add(STILL, index, index / 30, [face_at(4, 4, 48)]))
        trail = maker._trails[0]
        waiting.append(len(trail.pending))
        flows.append(len(trail.pieces))
    assert max(waiting) <= SLOTS
    assert max(flows) <= 2 * SLOTS
    list(maker.add(STILL, 600, 20.0, []))
    assert maker._trails == {}


def sliding(rate, seconds=1.0, speed=15.0):
    """A texture that slides to the right by `speed` pixels a second, at `rate` frames a second."""
    wide = texture(300)
    for time in (i / rate for i in range(round(rate * seconds) + 1)):
        matrix = np.float32([[1, 0, speed * time - 60], [0, 1, -60]])
        yield time, cv2.warpAffine(wide, matrix, (200, 200), flags=cv2.INTER_CUBIC)


def middle_stack(rate):
    maker = ClipMaker(10, SLOT)
    clips = []
    for index, (time, gray) in enumerate(sliding(rate)):
        clips += maker.add(gray, index, time, [face_at(40, 40, 112)])
    return next(c.flow for c in clips if abs(c.time - 0.4) < 1e-6)[:, 25:-25, 25:-25]


@pytest.mark.parametrize("rate", [15, 30, 60])
def test_a_sliding_texture_has_its_speed_in_crop_widths_a_second_at_any_frame_rate(rate):
    found = np.median(middle_stack(rate), axis=(1, 2)).reshape(10, 2)
    np.testing.assert_allclose(found[:, 0], 15 / 112, rtol=0.2)
    np.testing.assert_allclose(found[:, 1], 0, atol=0.02)


def test_a_face_that_moves_as_a_whole_has_no_flow():
    maker = ClipMaker(SLOTS, SLOT)
    clips = []
    for index, (time, gray) in enumerate(sliding(30, 0.3, speed=30.0)):
        clips += maker.add(gray, index, time, [face_at(40 + index, 40, 112)])
    flows = [c.flow for c in clips if c.flow is not None]
    assert flows and np.abs(np.median(flows[0], axis=(1, 2))).max() < 0.02


def test_clips_of_other_forms_are_refused():
    with pytest.raises(InputError, match="square"):
        FaceClip(0, 0, 0.0, np.zeros((4, 5), np.uint8), None)
    with pytest.raises(InputError, match="flow"):
        FaceClip(0, 0, 0.0, np.zeros((4, 4), np.uint8), np.zeros((8, 5, 5), np.float32))
