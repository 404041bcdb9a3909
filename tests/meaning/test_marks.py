"""What was marked moves thresholds up, and only as far as the right ones allow."""

from __future__ import annotations

import math

import pytest

from facs.errors import InputError
from facs.meaning.gestures import Gesture
from facs.meaning.listener import Sign
from facs.meaning.marks import COLUMNS, Mark, Marks, read_marks, recalibrate
from facs.meaning.profile import Profile

SMILE = Gesture.parse("smile", "12 >= 0.5 for 500 ms")
TILT = Gesture.parse("tilt left", "roll <= -17 for 500 ms")


def judged(gesture, right, wrong, hours=0.0):
    marks = [Mark(gesture, kept, True) for kept in right]
    marks += [Mark(gesture, kept, False) for kept in wrong]
    [verdict] = recalibrate(Profile((Sign(gesture, "word"),)), Marks(tuple(marks), hours))
    return verdict


def test_a_threshold_rises_above_the_wrong_ones_and_below_the_right_ones():
    verdict = judged(SMILE, right=[0.9, 0.84], wrong=[0.6, 0.7])
    assert verdict.sign.gesture.trigger == pytest.approx(0.77)
    assert verdict.sign.gesture.release == pytest.approx(0.77 * 2 / 3, abs=1e-3)
    assert (verdict.right_left, verdict.wrong_left) == (2, 0)


def test_it_never_falls():
    assert judged(SMILE, right=[0.9], wrong=[0.4]).sign.gesture == SMILE


def test_it_leaves_what_would_cost_right_ones():
    verdict = judged(SMILE, right=[0.6, 0.9], wrong=[0.55, 0.7])
    assert 0.55 < verdict.sign.gesture.trigger < 0.6
    assert (verdict.right_left, verdict.wrong_left) == (2, 1)


def test_of_twenty_right_ones_it_may_cost_one():
    verdict = judged(SMILE, right=[0.55, *[0.9] * 19], wrong=[0.7])
    assert (verdict.right_left, verdict.wrong_left) == (19, 0)
    assert not judged(SMILE, right=[0.55, *[0.9] * 18], wrong=[0.7]).changed


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ([0.9], [], "none was wrong"),
        ([], [0.7], "mark right ones as well"),
        ([0.9], [math.nan], "is not known"),
        ([0.6], [0.7], "no threshold leaves out a wrong one"),
    ],
)
def test_where_it_stays_it_says_why(right, wrong, reason):
    verdict = judged(SMILE, right, wrong)
    assert not verdict.changed
    assert reason in verdict.note


def test_a_gesture_below_its_threshold_moves_down():
    verdict = judged(TILT, right=[-30.0, -28.0], wrong=[-18.0])
    assert verdict.sign.gesture.trigger == pytest.approx(-23.0)
    assert (verdict.right_left, verdict.wrong_left) == (2, 0)


def test_the_rate_as_marked_is_said_with_its_interval():
    assert (
        "false, as marked: 2 in 4.0 h: 0.5 an hour (0.1 to 1.8)"
        in judged(SMILE, [0.9], [0.6, 0.7], hours=4.0).note
    )


def test_marks_of_another_rule_do_not_count():
    profile = Profile((Sign(SMILE, "hello"),))
    longer = Gesture.parse("smile", "12 >= 0.5 for 900 ms")
    other = Gesture.parse("smile", "6 >= 0.5 for 500 ms")
    marks = Marks((Mark(longer, 0.9, True), Mark(other, 0.9, False)))
    assert recalibrate(profile, marks) == []


def test_marks_of_swings_that_might_take_longer_do_not_count():
    now = Gesture.parse("nod", "pitch swings 9, 3 times, each 80-450 ms")
    before = Gesture.parse("nod", "pitch swings 10, 3 times, each 80-600 ms")
    marks = (Mark(before, 16.0, True), Mark(before, 9.5, False))
    assert recalibrate(Profile((Sign(now, "yes"),)), Marks(marks)) == []
    assert recalibrate(Profile((Sign(before, "yes"),)), Marks(marks)) != []


def test_marks_of_an_earlier_threshold_count():
    verdict = judged(SMILE, right=[0.9], wrong=[0.6])
    earlier = [Mark(SMILE, 0.9, True), Mark(SMILE, 0.6, False), Mark(SMILE, 0.8, False)]
    [again] = recalibrate(Profile((verdict.sign,)), Marks(tuple(earlier)))
    assert again.sign.gesture.trigger == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"mark": "maybe"}, "line 2: wanted a mark of right, wrong, undone or nothing"),
        ({"rule": "12 >= x"}, "line 2: wanted"),
        ({"kept": "high"}, "line 2: could not convert"),
        ({"listened_s": "-1"}, "line 2: wanted seconds in listened_s"),
        ({"listened_s": "inf"}, "line 2: wanted seconds in listened_s"),
    ],
)
def test_a_broken_log_is_refused_with_its_line(tmp_path, row, message):
    good = dict.fromkeys(COLUMNS, "") | {"kind": "word", "gesture": "smile", "mark": "right"}
    good |= {"rule": "12 >= 0.5 for 500 ms", "kept": "0.8"}
    path = tmp_path / "events.csv"
    values = [(good | row)[name] for name in COLUMNS]
    path.write_text(",".join(COLUMNS) + "\n" + ",".join(values) + "\n")
    with pytest.raises(InputError, match=message):
        read_marks(path)


def test_a_log_from_a_spreadsheet_is_read(tmp_path):
    values = {"kind": "word", "gesture": "smile", "mark": " Right ", "kept": "0.8"}
    values |= {"rule": "12 >= 0.5 for 500 ms", "listened_s": "3600"}
    path = tmp_path / "events.csv"
    line = ",".join((dict.fromkeys(COLUMNS, "") | values)[name] for name in COLUMNS)
    path.write_text("\ufeff" + ",".join(COLUMNS) + "\r\n" + line + "\r\n", encoding="utf-8")
    marks = read_marks(path)
    assert (marks.hours, len(marks.marks)) == (1.0, 1)


def test_a_log_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot read the log"):
        read_marks(tmp_path / "gone.csv")
