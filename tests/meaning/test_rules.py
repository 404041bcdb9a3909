"""Rules as one line of text: what is read, what is printed, what is refused and why."""

from __future__ import annotations

import math

import pytest

from facs.errors import InputError
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.moments import Moment
from facs.meaning.rules import Condition, Swing
from facs.meaning.signals import Signal, Term
from facs.units import ActionUnit

NAN = float("nan")


@pytest.mark.parametrize("name", STOCK)
def test_every_stock_rule_reads_back_what_it_prints(name):
    assert Gesture.parse(name, STOCK[name].rule) == STOCK[name]


@pytest.mark.parametrize(
    "rule",
    [
        "both eyes 43 >= 0.6 until 0.4 for 650 ms, pause 1000 ms",
        "left brow 2 >= 0.55 until 0.3 and 4 <= 0.4 until 0.6 for 400 ms, pause 0 ms, no rest",
        "0.61*1 + 0.4*left brow 2 - 0.2*4 >= 1.2 until 0.8 for 250 ms, pause 1500 ms",
        "- 0.5*12 + 0.8*25 >= 0.3 until 0.2 for 300 ms, pause 1000 ms",
        "26|27 >= 0.5 until 0.333 for 350-900 ms, 2 times in 2500 ms, pause 1000 ms",
        "roll <= -15 until -10 for 600 ms, pause 1000 ms",
        "61 >= 0.9 until 0.6 and turn <= 22 until 29 for 2000 ms, gaps 400 ms, pause 1000 ms",
        "pitch swings 8, 3 times, each 80-600 ms, pause 1000 ms",
    ],
)
def test_a_printed_rule_is_read_and_printed_the_same(rule):
    assert Gesture.parse("mine", rule).rule == rule


@pytest.mark.parametrize(
    "rule",
    [
        "43 >= 0.00001 until 0 for 600 ms, pause 1000 ms",
        "0.00002*1 + 0.5*2 >= 2000000 until 1000000 for 600 ms, pause 1000 ms",
        "pitch swings 0.00001, 3 times, each 80-600 ms, pause 1000 ms",
    ],
)
def test_small_and_large_numbers_are_printed_so_that_they_are_read(rule):
    assert Gesture.parse("mine", rule).rule == rule


def test_a_comma_without_a_space_ends_a_part():
    gesture = Gesture.parse("nod", "pitch swings 8,13 times,pause 500 ms")
    assert (gesture.trigger, gesture.times, gesture.pause) == (8.0, 13, 0.5)


def test_what_is_left_out_has_a_default():
    gesture = Gesture.parse("yes", "both eyes 43 >= 0.6 for 650 ms")
    assert (gesture.release, gesture.pause, gesture.rest) == (0.4, 1.0, True)
    assert Gesture.parse("no", "yaw swings 10, 3 times").what == Swing("yaw", 10.0)


def test_what_must_be_low_or_negative_ends_on_its_own_side():
    low, negative, degrees = map(Condition.parse, ("43 <= 0.3", "yaw >= -9", "yaw <= 9"))
    assert (low.release, negative.release, degrees.release) == (0.4, -12.0, 12.0)
    assert Condition.parse("43 <= 0.9").release == 1.0


def test_people_may_write_it_in_their_way():
    short = Gesture.parse("yes", "both 43>=.6 until .4 for 650 ms")
    long = Gesture.parse("yes", "both eyes AU43 >= 0.60 until 0.40 for 650 ms, pause 1000 ms")
    assert short == long
    assert Gesture.parse("t", "roll >= 15 deg until 10 deg for 600 ms").trigger == 15


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("both eyes 43 >= 0.6", "such as 'for 600 ms'"),
        ("both ears 43 >= 0.6 for 600 ms", "got 'both ears 43'"),
        ("43 > 0.6 for 600 ms", "wanted a condition such as"),
        ("43 >= high for 600 ms", "wanted a condition such as"),
        ("99 >= 0.6 for 600 ms", "wanted an action unit"),
        ("left 17 >= 0.6 for 600 ms", "AU17 has no sides"),
        ("left yaw >= 6 for 600 ms", "yaw has no left side"),
        ("43 >= 0.4 until 0.6 for 600 ms", r"ends at 0.6, above 0.4 .* wanted 'until' a number <="),
        ("43 <= 0.4 until 0.3 for 600 ms", r"ends at 0.3, below 0.4 .* wanted 'until' a number >="),
        ("43 >= 1.5 for 600 ms", r"thresholds in \[0, 1\], got 1.5"),
        ("43 >= 0.5 for 0 ms", "more than 0 ms"),
        ("43 >= 0.5 for 600-300 ms", "got 600-300"),
        ("43 >= 0.5 for 300 ms, 2 times in 2000 ms", "say 'for 300-900 ms'"),
        ("43 >= 0.5 for 300-900 ms, 5 times in 1000 ms", "do not fit in 1000 ms"),
        ("43 >= 0.5 for 300 ms, sometimes", "got 'sometimes'"),
        ("43 >= 0.5 for 300 ms, pause 1 ms, pause 2 ms", "said twice: 'pause 2 ms'"),
        ("43 >= 0.5 for 300 ms, each 80-600 ms", "belongs to swings"),
        ("pitch swings 8", "wanted 2 times or more"),
        ("pitch swings 0, 3 times", "more than 0 degrees"),
        ("pitch swings 8, 3 times, each 600-80 ms", "got 600-80"),
        ("1+2|4 >= 0.5 for 300 ms", "got both in"),
        ("1+ >= 0.5 for 300 ms", "wanted a unit"),
        ("pitch swings 8, 3 times in 2000 ms", "'in ... ms' belongs to holds, not to swings"),
        ("both eyes 43 >= 0,6 for 600 ms", "wanted a point in a number, such as 0.6, got '0,6'"),
        ("roll >= 15 until 8,5 for 600 ms", "got '8,5'"),
        ("", "such as 'for 600 ms'"),
    ],
)
def test_what_is_not_understood_is_named(rule, message):
    with pytest.raises(InputError, match=message):
        Gesture.parse("mine", rule)


def test_a_gesture_needs_a_name_and_a_condition():
    with pytest.raises(InputError, match="a name"):
        Gesture.parse(" ", "43 >= 0.5 for 300 ms")
    with pytest.raises(InputError, match="at least one condition"):
        Gesture("empty", (), hold=0.3)


def test_another_threshold_keeps_the_proportion_of_the_release():
    gesture = Gesture.parse("m", "43 >= 0.6 until 0.3 and 12 <= 0.5 for 600 ms").with_trigger(0.8)
    assert (gesture.trigger, gesture.release) == (0.8, 0.4)
    assert gesture.conditions[1] == Condition.parse("12 <= 0.5")
    assert STOCK["nod"].with_trigger(5.0).trigger == 5.0
    assert STOCK["tilt left"].with_trigger(-9.0).release == pytest.approx(-6.0)


SCORES = {"43": 0.9, "43 left": 0.9, "43 right": 0.2, "1": 0.4, "2": 0.6, "26": 0.1, "yaw": 12.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("43", 0.9),
        ("left eye 43", 0.9),
        ("right eye 43", 0.2),
        ("both eyes 43", 0.2),
        ("either eye 43", 0.9),
        ("1+2", 0.5),
        ("26|1", 0.4),
        ("0.5*1 - 0.25*2", 0.05),
        ("yaw", 12.0),
    ],
)
def test_signals_read_what_they_say(text, value):
    assert Signal.parse(text).value(Moment(0.0, SCORES)) == pytest.approx(value)


@pytest.mark.parametrize("text", ["19", "1+19", "19|1", "0.5*1 + 0.5*19", "left brow 2"])
def test_a_part_that_is_not_known_makes_the_whole_unknown(text):
    value = Signal.parse(text).value(Moment(0.0, SCORES))
    assert value != value


def test_without_sides_both_and_either_are_the_unit_and_one_side_is_unknown():
    moment = Moment(0.0, {"43": 0.7})
    assert [Term("43", side).value(moment) for side in ("both", "either")] == [0.7, 0.7]
    left = Term("43", "left").value(moment)
    assert left != left


def test_what_a_model_does_not_measure_is_named():
    sided = [ActionUnit.AU43]
    assert STOCK["tongue"].missing(sided, sided) == ("AU19",)
    assert STOCK["wink left"].missing([ActionUnit.AU43], []) == ("sides of AU43", "AU64")
    assert STOCK["long blink"].missing([ActionUnit.AU43], []) == ()
    assert STOCK["nod"].missing([], []) == ()


@pytest.mark.parametrize(
    ("pose", "turn"), [((20.0, -5.0), 20.0), ((3.0, -30.0), 30.0), ((0.0, 0.0), 0.0)]
)
def test_turn_is_how_far_the_head_is_turned_whichever_way(pose, turn):
    seen = Moment(0.0, {"yaw": pose[0], "pitch": pose[1], "roll": 80.0})
    assert Signal.parse("turn").value(seen) == turn
    assert Signal.parse("turn").in_degrees


@pytest.mark.parametrize("known", [{}, {"yaw": 1.0}, {"pitch": 1.0}, {"yaw": NAN, "pitch": 1.0}])
def test_a_turn_of_which_not_all_is_known_is_not_known(known):
    assert math.isnan(Signal.parse("turn").value(Moment(0.0, known)))


@pytest.mark.parametrize(
    "rule",
    ["12 >= 0.5 for 300-900 ms, gaps 200 ms", "yaw swings 10, 3 times, gaps 200 ms"],
)
def test_what_must_end_in_time_has_no_gaps(rule):
    with pytest.raises(InputError, match="wanted 'gaps' only with one hold"):
        Gesture.parse("g", rule)
