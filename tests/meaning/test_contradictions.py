"""Contradictions: gestures of one profile that would be heard as each other, or never."""

from __future__ import annotations

import pytest

from facs.errors import InputError
from facs.meaning import performances
from facs.meaning.contradictions import doubts
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.listener import Sign, Sleep
from facs.meaning.profile import Profile

YES = "both eyes 43 >= 0.476 for 600 ms"
TWICE = "both eyes 43 >= 0.3 for 350-1000 ms, 2 times in 3000 ms"


@pytest.mark.parametrize(
    ("later", "sooner"),
    [
        (YES, "left eye 43 >= 0.3 for 400 ms"),
        (YES, "either eye 43 >= 0.3 for 400 ms"),
        (YES, "43 >= 0.3 for 400 ms"),
        (TWICE.replace("2 times", "3 times"), TWICE),
        (TWICE, "both eyes 43 >= 0.3 for 300 ms"),
        ("pitch swings 9, 5 times", "pitch swings 9, 3 times"),
        ("pitch swings 15, 3 times", "pitch swings 9, 3 times"),
        ("27 >= 0.5 for 500 ms", "26|27 >= 0.5 for 500 ms"),
        ("1+2 >= 0.5 for 500 ms", "2+1 >= 0.5 for 500 ms"),
        ("12 <= 0.1 for 500 ms", "12 <= 0.3 for 400 ms"),
        ("0.7*43 + 0.3*4 >= 0.6 for 600 ms", "43 >= 0.3 for 300 ms"),
        ("roll >= 25 and 12 >= 0.5 for 600 ms", "roll >= 15 for 600 ms"),
    ],
)
def test_what_is_always_heard_first_is_a_contradiction_however_it_is_written(later, sooner):
    signs = [Sign(Gesture.parse("yes", later), "yes"), Sign(Gesture.parse("no", sooner), "no")]
    for both in (signs, signs[::-1]):
        with pytest.raises(InputError, match=r"whenever (yes|no) is made, (yes|no) has been made"):
            Profile(tuple(both))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (YES, "both eyes 43 >= 0.3 for 300-600 ms"),
        (YES, "left eye 43 >= 0.3 and right eye 43 <= 0.2 for 400 ms"),
        ("26 >= 0.5 for 500 ms", "27 >= 0.5 for 500 ms"),
        ("12 >= 0.9 for 300 ms", "12 >= 0.5 for 600 ms"),
        ("pitch swings 9, 3 times, each 80-450 ms", "pitch <= -12 for 900 ms"),
        ("0.8*12 - 0.7*26 >= 0.5 for 300 ms", "0.5*12 + 0.5*26 >= 0.5 for 300 ms"),
        (YES, "both eyes 43 <= 0.1 for 3000 ms"),
        ("12 >= 0.4 for 500 ms", "1.2*12 + 0.9*6 >= 0.85 for 600 ms"),  # of the cheeks alone
    ],
)
def test_what_can_be_made_without_the_other_is_none(one, other):
    signs = (Sign(Gesture.parse("yes", one), "yes"), Sign(Gesture.parse("no", other), "no"))
    for ignored in ((), ("left eye",)):
        if not (ignored and "left eye" in other):
            assert len(Profile(signs, ignored=ignored).signs) == 2


def test_a_rule_that_no_face_can_make_contradicts_nothing():
    signs = [Sign(Gesture.parse(rule, rule)) for rule in ("0*12 >= 0.5 for 500 ms", YES)]
    signs.append(Sign(Gesture.parse("more", "0.2*12 + 0.1*26 >= 2 for 500 ms")))
    assert len(Profile(tuple(signs)).signs) == 3
    assert doubts(tuple(signs), ()) == []


def test_a_rule_that_can_be_met_in_thousands_of_ways_is_told_by_the_first(monkeypatch):
    made = []
    decided = performances._decided
    monkeypatch.setattr(performances, "_decided", lambda *these: made.append(1) or decided(*these))
    units = ("26|27|25|12", "1|2|4|5", "6|7|9|10", "14|15|17|18", "20|22|23|24", "28|29|30|34")
    rule = " and ".join(f"{several} >= 0.613" for several in units)
    signs = (Sign(Gesture.parse("all", f"{rule} for 613 ms")), Sign(STOCK["nod"]))
    assert len(Profile(signs).signs) == 2
    assert 0 < len(made) <= 8


def test_no_stock_gesture_contradicts_another():
    assert len(Profile(tuple(Sign(gesture) for gesture in STOCK.values())).signs) == len(STOCK)


def test_an_end_is_no_way_out_where_both_last_as_long():
    signs = [
        Sign(Gesture.parse(name, f"{units} >= 0.5 for 600 ms"), name)
        for name, units in (("laugh", "12+26"), ("smile", "12"))
    ]
    with pytest.raises(InputError, match="before: give smile another movement"):
        Profile(tuple(signs))


def test_a_wink_of_an_ignored_eye_is_a_contradiction():
    with pytest.raises(InputError, match="wink left: the left eye is ignored"):
        Profile((Sign(STOCK["wink left"], "yes"),), ignored=("left eye",))


@pytest.mark.parametrize(
    ("rule", "ignored", "after", "heard"),
    [
        ("both eyes 43 >= 0.6 for 5000 ms", (), 5.0, False),
        ("43 >= 0.3 for 6000 ms", (), 5.0, False),
        ("both eyes 43 >= 0.6 for 5000 ms", (), 0.0, True),
        ("both eyes 43 >= 0.6 for 4900 ms", (), 5.0, True),
        ("both eyes 43 >= 0.6 for 600-9000 ms", (), 5.0, True),
        ("left eye 43 >= 0.6 and right eye 43 <= 0.3 for 6000 ms", (), 5.0, True),
        ("right eye 43 >= 0.6 for 6000 ms", ("left eye",), 5.0, False),
        ("both eyes 43 <= 0.1 for 6000 ms", (), 5.0, True),
        ("12 >= 0.6 for 6000 ms", (), 5.0, True),
    ],
)
def test_eyes_shut_until_all_is_paused_are_a_contradiction(rule, ignored, after, heard):
    signs = (Sign(Gesture.parse("rest", rule), "rest"),)
    if heard:
        Profile(signs, ignored=ignored, sleep=Sleep(after))
        return
    with pytest.raises(InputError, match="rest: is never heard: eyes shut for 5 s pause"):
        Profile(signs, ignored=ignored, sleep=Sleep(after))


def test_a_rule_on_the_lids_of_an_ignored_eye_is_a_contradiction():
    wide = Gesture.parse("wide", "left eye 5 >= 0.5 for 300 ms")
    with pytest.raises(InputError, match="the left eye is ignored"):
        Profile((Sign(wide, "no"),), ignored=("left eye",))
