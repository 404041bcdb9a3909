"""How high a gesture was kept: by which threshold it would still have been decided."""

from __future__ import annotations

import math

import pytest

from facs.live.kept import MEMORY, Follower, kept_level
from facs.meaning.detector import GestureDetector, find_gesture
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.moments import Moment

SMILE = Gesture.parse("smile", "12 >= 0.5 for 500 ms")
FLAT = Gesture.parse("smile", "12 >= 0.5 until 0.5 for 500 ms")
TILT = STOCK["tilt left"]  # roll <= -18.5


def frames(*levels, rate=30, name="12"):
    """A second of rest, then these levels, then rest."""
    rest = [0.0] * rate
    whole = [*rest, *levels, *rest]
    others = {"yaw": 0.0, "pitch": 0.0, "roll": 0.0, "43 left": 0.0, "43 right": 0.0}
    sides = (f"{name} left", f"{name} right") if name == "43" else ()
    return [
        Moment(i / rate, others | dict.fromkeys((name, *sides), level))
        for i, level in enumerate(whole)
    ]


def test_a_gesture_with_gaps_is_followed_over_them():
    gesture = Gesture.parse("smile", "12 >= 0.5 for 500 ms, gaps 300 ms")
    moments = frames(*[0.9] * 30, *[0.1] * 5, *[0.8] * 30)
    detector = GestureDetector(gesture)
    follower, ended = Follower([detector]), []
    for moment in moments:
        if event := detector.update(moment):
            follower.begin(event)
        if done := follower.update(moment):
            ended.append((moment.time, done[0].offset))
    [(when, offset)] = ended
    assert offset == pytest.approx(1 + 64 / 30) and when == pytest.approx(offset + 0.3, abs=0.04)


def test_what_is_held_for_longer_than_is_remembered_was_kept_as_high_as_its_end():
    levels = [0.9] * 150 + [0.7] * 30 * (round(MEMORY) + 1)
    detector = GestureDetector(FLAT)
    follower, ended = Follower([detector]), []
    for moment in frames(*levels):
        if event := detector.update(moment):
            follower.begin(event)
        if done := follower.update(moment):
            ended.append(done)
    [(event, level)] = ended
    assert event.offset - event.onset > MEMORY and level == 0.7


def kept(gesture, moments):
    [event] = find_gesture(gesture, moments)
    return kept_level(gesture, moments, event)


def test_a_spike_does_not_count_as_kept():
    levels = [0.6] * 20
    levels[9] = 0.99
    assert kept(FLAT, frames(*levels)) == 0.6


def test_the_best_half_second_counts():
    assert kept(FLAT, frames(*[0.55] * 10, *[0.8] * 17, *[0.6] * 10)) == 0.8


def test_what_went_on_until_the_release_counts():
    """0.55 is above the release of 0.82, not above that of 0.83."""
    assert kept(SMILE, frames(*[0.9] * 5, *[0.55] * 20)) == pytest.approx(0.825, abs=0.002)


@pytest.mark.parametrize("rate", [15, 30, 60])
@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.54, 0.8])
def test_raised_to_what_was_kept_it_is_still_decided_and_raised_above_it_is_not(rate, seconds):
    high, low = round(seconds * rate), round(rate)
    moments = frames(*[0.8] * high, *[0.55] * low, rate=rate)
    level = kept(SMILE, moments)
    assert find_gesture(SMILE.with_trigger(level), moments)
    assert not find_gesture(SMILE.with_trigger(level + 0.002), moments)


def test_every_kind_of_gesture_has_a_level_that_was_kept():
    assert kept(TILT, frames(*[-20.0] * 30, name="roll")) == -20.0
    pulses = [0.8] * 15 + [0.0] * 10 + [0.7] * 15
    assert kept(STOCK["blink twice"], frames(*pulses, name="43")) == pytest.approx(0.7)
    nod = [14 * math.sin(i / 30 * 2 * math.pi * 1.5) for i in range(60)]
    assert 20 < kept(STOCK["nod"], frames(*nod, name="pitch")) < 28.1


def test_what_is_not_shown_is_not_known():
    [event] = find_gesture(SMILE, moments := frames(*[0.8] * 30))
    assert math.isnan(kept_level(SMILE, moments[:35], event))
