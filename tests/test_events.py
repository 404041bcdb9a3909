from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.events import Event, after_holes, find_events, least_peak
from facs.video.clock import Clock

NAN = float("nan")


def spans(probability, on=0.5, off=0.4, min_duration=0.0):
    """Onsets and offsets as frame numbers."""
    times = np.arange(len(probability)) / 10
    events = find_events("x", times, probability, on=on, off=off, min_duration=min_duration)
    return [(round(e.onset * 10), round(e.offset * 10)) for e in events]


def slowly(probability, on, off, holes=()):
    """The definition, read aloud, one frame after the other."""
    found, first = [], None
    for frame, value in enumerate([*probability, NAN]):
        if first is not None and (frame in holes or not value >= off):
            found.append((first, frame - 1))
            first = None
        if first is None and value >= on:
            first = frame
    return found


def test_a_span_begins_at_on_and_ends_with_the_last_frame_at_off():
    assert spans([0.1, 0.45, 0.5, 0.9, 0.4, 0.39, 0.9]) == [(2, 4), (6, 6)]


def test_noise_between_the_thresholds_does_not_chop_a_span():
    assert spans([0.6, 0.45, 0.6, 0.41, 0.6]) == [(0, 4)]


def test_what_never_reaches_on_is_no_event():
    assert spans([0.49, 0.45, 0.49]) == []


def test_a_span_that_never_reaches_the_least_peak_is_no_event():
    times, p = np.arange(6) / 10, [0.5, 0.7, 0.0, 0.5, 0.75, 0.5]
    (event,) = find_events("x", times, p, on=0.5, off=0.4, min_peak=0.75)
    assert (event.onset, event.apex, event.offset) == pytest.approx((0.3, 0.4, 0.5))


@pytest.mark.parametrize("on", [0.1, 0.38, 0.9])
def test_the_least_peak_has_three_times_the_odds_of_the_threshold(on):
    peak = least_peak(on)
    assert peak / (1 - peak) == pytest.approx(3 * on / (1 - on))


def test_the_least_peak_of_the_ends_are_the_ends():
    assert (least_peak(0.0), least_peak(1.0)) == (0.0, 1.0)


def test_nan_ends_a_span():
    assert spans([0.9, NAN, 0.45, 0.9]) == [(0, 0), (3, 3)]


def test_a_span_may_reach_from_the_first_frame_to_the_last():
    assert spans([0.9, 0.9, 0.9]) == [(0, 2)]


@pytest.mark.parametrize(("onset", "offset", "shared"), [(0, 1, True), (2, 3, True), (3, 4, False)])
def test_two_events_touch_where_they_share_a_moment(onset, offset, shared):
    one, other = Event("x", 1, 1, 2, 0.9), Event("x", onset, onset, offset, 0.9)
    assert one.touches(other) is other.touches(one) is shared


def test_one_frame_is_an_event_without_duration():
    (event,) = find_events("AU12", [0.0, 0.5, 1.0], [0.0, 0.7, 0.0])
    assert event == Event("AU12", 0.5, 0.5, 0.5, 0.7)
    assert event.duration == 0.0


def test_the_apex_is_the_first_maximum():
    (event,) = find_events("AU12", [0.0, 1.0, 3.0, 4.0], [0.5, 0.8, 0.8, 0.6])
    assert (event.apex, event.peak) == (1.0, 0.8)


def test_seconds_come_from_the_times_whatever_the_rate():
    (event,) = find_events("AU12", [0.0, 0.01, 2.0, 2.5], [0.0, 0.9, 0.9, 0.0])
    assert (event.onset, event.offset) == (0.01, 2.0)


def test_shorter_spans_are_dropped():
    assert spans([0.9, 0.0, 0.9, 0.9, 0.9, 0.0, 0.9, 0.9], min_duration=0.2) == [(2, 4)]


def test_rounding_of_times_does_not_shorten_a_span():
    assert 0.3 - 0.1 < 0.2
    assert len(find_events("x", [0.1, 0.2, 0.3], [1, 1, 1], min_duration=0.2)) == 1


def test_no_frames_give_no_events():
    assert find_events("AU12", [], []) == []


@pytest.mark.parametrize("seed", range(5))
def test_fast_and_slow_agree(seed):
    random = np.random.default_rng(seed)
    values = random.random(300)
    values[random.random(300) < 0.1] = NAN
    assert spans(values, 0.6, 0.3) == slowly(values, 0.6, 0.3) != []


def half_a_second(start, rate=30):
    return start + np.arange(rate // 2) / rate


def test_a_minute_without_frames_ends_a_span():
    times = np.concatenate([half_a_second(0), half_a_second(60.5)])
    first, second = find_events("x", times, np.full(30, 0.9))
    assert (first.onset, first.offset) == pytest.approx((0, 14 / 30))
    assert (second.onset, second.offset) == pytest.approx((60.5, 60.5 + 14 / 30))


def test_behind_a_hole_a_span_has_to_begin_again():
    times = np.concatenate([half_a_second(0), half_a_second(60)])
    p = np.r_[np.full(15, 0.9), np.full(15, 0.45)]
    assert [e.offset for e in find_events("x", times, p)] == [pytest.approx(14 / 30)]


@pytest.mark.parametrize(
    "times",
    [
        np.arange(10.0),  # a picture a second
        np.cumsum([0.033, 0.034, 0.066, 0.033, 0.1, 0.001, 0.25]),  # frames that were dropped
        np.array([1.0, 2.0, 3.0, 4.0, 9.0]) * 0.1,  # five times the median, and a rounding
        [7.0],
        [],
    ],
)
def test_frames_that_come_now_and_then_are_no_holes(times):
    assert not after_holes(np.array(times)).any()
    assert len(find_events("x", times, np.full(len(times), 0.9))) == min(len(times), 1)


@pytest.mark.parametrize("usual", [0.04, 0.1])
@pytest.mark.parametrize("step", [0.24, 0.26, 0.49, 0.51])
def test_a_hole_is_what_the_notes_about_a_film_call_so(usual, step):
    times = np.cumsum([0, usual, usual, step, usual])
    clock = Clock(usual)
    for time in times.tolist():
        clock.mend(time)
    assert after_holes(times).any() == any("no frames for" in note for note in clock.notes)
    assert after_holes(times).any() == (step > max(0.25, 5 * usual))


@pytest.mark.parametrize("seed", range(5))
def test_fast_and_slow_agree_about_holes(seed):
    random = np.random.default_rng(seed)
    values, holes = random.random(300), np.flatnonzero(random.random(300) < 0.05)
    times = np.cumsum(np.where(np.isin(np.arange(300), holes), 60.0, 0.04))
    found = [
        tuple(times.searchsorted([e.onset, e.offset]).tolist())
        for e in find_events("x", times, values, on=0.6, off=0.3)
    ]
    assert found == slowly(values, 0.6, 0.3, holes) != slowly(values, 0.6, 0.3)


def test_shapes_that_differ_are_refused():
    with pytest.raises(InputError, match=r"got \(2,\) and \(3,\)"):
        find_events("x", [0, 1], [0, 1, 2])


def test_times_that_stand_still_are_refused():
    with pytest.raises(InputError, match="strictly increase"):
        find_events("x", [0.0, 0.0], [0.1, 0.1])


def test_thresholds_in_the_wrong_order_are_refused():
    with pytest.raises(InputError, match="off <= on"):
        find_events("x", [0.0], [0.1], on=0.4, off=0.5)


@pytest.mark.parametrize("times", [(2.0, 1.0, 3.0), (1.0, 4.0, 3.0), (NAN, 1.0, 2.0)])
def test_an_event_out_of_order_is_refused(times):
    with pytest.raises(InputError, match="onset <= apex <= offset"):
        Event("x", *times, peak=1.0)
