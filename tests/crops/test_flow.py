from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from facs.crops.flow import FlowPiece, farneback, stack
from facs.errors import InputError
from tests.faces.builders import texture

SLOT = 1 / 30


def velocity(x, y=0.0, size=4):
    """A flow in which every pixel moves alike."""
    return np.stack([np.full((size, size), v, np.float32) for v in (x, y)])


def pieces_of(speed, times):
    """The flows between frames at `times` of something whose place is the integral of `speed`."""
    made = []
    for start, end in pairwise(times):
        fine = np.linspace(start, end, 41)
        mean = np.trapezoid([speed(t) for t in fine], fine) / (end - start)
        made.append(FlowPiece(start, end, velocity(mean)))
    return made


def frames(rate, seconds=1.0):
    return [i / rate for i in range(round(rate * seconds) + 1)]


@pytest.mark.parametrize(("x", "y"), [(1, 0), (0, 2), (-2, 1), (0, 0)])
def test_a_moved_texture_gives_the_known_shift(x, y):
    picture = texture(160)
    moved = np.roll(picture, (y, x), axis=(0, 1))
    flow = farneback(picture[24:136, 24:136], moved[24:136, 24:136])
    inner = flow[:, 20:-20, 20:-20] * 112
    np.testing.assert_allclose(np.median(inner, axis=(1, 2)), (x, y), atol=0.1)
    assert flow.dtype == np.float32


def test_half_a_pixel_is_seen():
    picture = texture(160)
    moved = cv2.warpAffine(picture, np.float32([[1, 0, 0.5], [0, 1, 0]]), (160, 160))
    flow = farneback(picture[24:136, 24:136], moved[24:136, 24:136])
    assert np.median(flow[0, 20:-20, 20:-20]) * 112 == pytest.approx(0.5, abs=0.1)


def test_motion_that_takes_no_time_is_refused():
    with pytest.raises(InputError, match="end > start"):
        FlowPiece(1.0, 1.0, velocity(0))


@pytest.mark.parametrize("rate", [15, 30, 60])
def test_constant_motion_gives_the_same_stack_at_every_frame_rate(rate):
    found = stack(pieces_of(lambda t: 0.7, frames(rate)), 0.4, 10, SLOT)
    np.testing.assert_allclose(found, np.concatenate([velocity(0.7)] * 10), atol=1e-6)


def test_60_and_30_frames_a_second_give_one_stack_of_any_motion():
    def speed(t):
        return np.sin(7 * t) + 0.3 * np.cos(31 * t)

    for time in (0.2, 0.5, 0.8):
        half, full = (stack(pieces_of(speed, frames(rate)), time, 10, SLOT) for rate in (30, 60))
        np.testing.assert_allclose(half, full, atol=1e-3)


def test_15_frames_a_second_come_close_where_motion_is_slow():
    def speed(t):
        return np.sin(5 * t)

    slow, fast = (stack(pieces_of(speed, frames(rate)), 0.4, 10, SLOT) for rate in (15, 60))
    np.testing.assert_allclose(slow, fast, atol=0.1)
    assert np.abs(fast).max() > 0.8


def test_times_rounded_to_milliseconds_change_little():
    exact = frames(30)
    rounded = [round(t, 3) for t in exact]

    def speed(t):
        return np.sin(5 * t)

    one = stack(pieces_of(speed, exact), exact[12], 10, SLOT)
    two = stack(pieces_of(speed, rounded), rounded[12], 10, SLOT)
    np.testing.assert_allclose(one, two, atol=0.02)


def test_what_comes_before_the_frame_comes_first_in_the_stack():
    found = stack(pieces_of(lambda t: float(t > 0.5), frames(30)), 0.5, 10, SLOT)
    rightwards = found.reshape(10, 2, 4, 4)[:, 0, 0, 0]
    np.testing.assert_allclose(rightwards, [0] * 5 + [1] * 5, atol=0.05)


def test_each_slot_holds_rightwards_then_downwards():
    pieces = [FlowPiece(i / 30, (i + 1) / 30, velocity(i, 100 + i)) for i in range(10)]
    found = stack(pieces, 5 / 30, 10, SLOT)
    np.testing.assert_allclose(found[::2, 0, 0], range(10), atol=1e-4)
    np.testing.assert_allclose(found[1::2, 0, 0], range(100, 110), atol=1e-4)


@pytest.mark.parametrize("time", [0.0, 0.1, 0.9, 1.0])
def test_a_window_that_is_not_full_at_the_ends_is_none(time):
    pieces = pieces_of(lambda t: 1.0, frames(30))
    assert stack(pieces, time, 10, SLOT) is None
    assert stack(pieces, 0.5, 10, SLOT) is not None


def test_a_gap_in_the_window_is_none():
    pieces = pieces_of(lambda t: 1.0, frames(30))
    assert stack(pieces[:16] + pieces[17:], 0.5, 10, SLOT) is None
    assert stack(pieces[:25] + pieces[26:], 0.5, 10, SLOT) is not None


def test_nothing_seen_is_none():
    assert stack([], 0.5, 10, SLOT) is None


def test_uneven_frames_are_weighted_by_their_time():
    pieces = [FlowPiece(0.0, 0.03, velocity(1.0)), FlowPiece(0.03, 0.1, velocity(2.0))]
    found = stack(pieces, 0.05, 2, 0.05)
    np.testing.assert_allclose(found[::2, 0, 0], [(0.03 + 2 * 0.02) / 0.05, 2.0], rtol=1e-5)
