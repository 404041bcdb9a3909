"""The bar of a gesture: where it is, where its line is, and when it lights."""

from __future__ import annotations

import pytest

from facs.live.levels import level_of
from facs.meaning.gestures import Gesture
from facs.meaning.moments import Moment


def level(rule, **scores):
    return level_of(Gesture.parse("g", rule), "", Moment(0.0, scores))


@pytest.mark.parametrize(
    ("rule", "value", "met"),
    [
        ("12 >= 0.6 for 300 ms", 0.6, True),
        ("12 >= 0.6 for 300 ms", 0.59, False),
        ("12 <= 0.1 for 300 ms", 0.05, True),
        ("12 <= 0.1 for 300 ms", 0.9, False),
        ("turn <= 22 for 600 ms", 5.0, True),
        ("turn <= 22 for 600 ms", 40.0, False),
        ("roll <= -18 for 600 ms", -20.0, True),
        ("roll <= -18 for 600 ms", 20.0, False),
        ("pitch >= -10 for 600 ms", 5.0, True),
        ("pitch >= -10 for 600 ms", -18.0, False),
        ("pitch swings 9, 3 times", -12.0, True),
        ("pitch swings 9, 3 times", 3.0, False),
    ],
)
def test_a_bar_lights_while_the_gesture_is_made_whichever_side_it_is_on(rule, value, met):
    axis = rule.split()[0]
    names = ("yaw", "pitch") if axis == "turn" else (axis,)
    assert level(rule, **dict.fromkeys(names, value)).met is met


@pytest.mark.parametrize(
    ("rule", "scores", "value"),
    [
        ("roll >= 0 for 600 ms", {"roll": 0.5}, 0.5),
        ("roll >= 0 for 600 ms", {"roll": -9.0}, 0.0),
        ("roll <= 0 for 600 ms", {"roll": -9.0}, 1.0),
        ("turn <= 0 for 600 ms", {"yaw": 3.0, "pitch": 0.0}, 0.0),
    ],
)
def test_an_angle_of_nothing_has_a_bar_as_well(rule, scores, value):
    bar = level(rule, **scores)
    assert (bar.value, bar.threshold) == (value, 0.0)


def test_a_bar_below_its_line_shows_what_is_read():
    bar = level("12 <= 0.1 for 300 ms", **{"12": 0.4})
    assert (bar.value, bar.threshold, bar.reading) == (0.4, 0.1, "0.40 of 0.10")
    turned = level("turn <= 22 for 600 ms", yaw=11.0, pitch=0.0)
    assert (turned.value, turned.threshold) == (0.25, 0.5)


def test_what_was_not_seen_lights_nothing():
    bar = level("12 <= 0.1 for 300 ms")
    assert (bar.value, bar.met, bar.reading) == (None, False, "")
