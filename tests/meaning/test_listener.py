"""All gestures at once: one word at a time, and silence while she sleeps."""

from __future__ import annotations

import pytest

from facs.errors import InputError
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.listener import Listener, Sign, Sleep
from facs.meaning.moments import moments
from tests.meaning.builders import acted, both, clock, pulse

YES = Sign(STOCK["long blink"], "yes")
SMILE = Gesture.parse("smile", "12 >= 0.6 for 500 ms")
HELLO = Sign(SMILE, "hello")


def heard(listener, seconds, *args, **named):
    events = map(listener.update, moments(acted(clock(seconds), *args, **named)))
    return [(event.word, round(event.decided, 1)) for event in events if event]


def test_every_gesture_says_its_word():
    tracks = {43: pulse(1, 1), 12: pulse(4, 1)}
    assert heard(Listener([YES, HELLO]), 6, tracks) == [("yes", 1.6), ("hello", 4.5)]


def test_one_movement_that_looks_like_two_gestures_says_one_word():
    tracks = {43: pulse(1.0, 1), 12: pulse(1.0, 1)}
    assert heard(Listener([YES, HELLO]), 4, tracks) == [("hello", 1.5)]
    assert heard(Listener([YES, HELLO], apart=0.0), 4, tracks) == [("hello", 1.5), ("yes", 1.6)]


def test_the_first_of_two_in_one_frame_counts():
    twin = Sign(Gesture.parse("twin", "12 >= 0.6 for 500 ms"), "twin")
    tracks = {12: pulse(1.0, 1)}
    assert heard(Listener([HELLO, twin]), 4, tracks)[0][0] == "hello"
    assert heard(Listener([twin, HELLO]), 4, tracks)[0][0] == "twin"


def asleep(shut=8.0, after=(), sleep=None):
    """Eyes that shut for long, then blinks and a smile after they opened again."""
    blinks = [pulse(10 + start, length) for start, length in after]
    tracks = {43: both(pulse(1, shut), *blinks), 12: pulse(16, 1)}
    return Listener([YES, HELLO], sleep), 20, tracks


def test_eyes_shut_for_over_five_seconds_pause_everything():
    listener, seconds, tracks = asleep()
    assert heard(listener, seconds, tracks) == [("yes", 1.6)]
    assert listener.why_paused == "eyes shut"


def test_eyes_shut_for_less_do_not():
    listener, seconds, tracks = asleep(shut=4.8)
    assert heard(listener, seconds, tracks) == [("yes", 1.6), ("hello", 16.5)]


def test_the_wake_gesture_ends_the_pause_and_says_nothing():
    listener, seconds, tracks = asleep(after=[(0.5, 0.5), (1.6, 0.5)])
    assert heard(listener, seconds, tracks) == [("yes", 1.6), ("hello", 16.5)]
    assert listener.why_paused == ""


def test_another_wake_gesture_can_be_chosen():
    sleep = Sleep(wake=SMILE)
    listener, seconds, tracks = asleep(after=[(0.5, 0.5), (1.6, 0.5)], sleep=sleep)
    assert heard(listener, seconds, tracks) == [("yes", 1.6)]
    assert listener.why_paused == ""


def test_no_sleep_is_noticed_where_it_is_switched_off():
    listener, seconds, tracks = asleep(sleep=Sleep(after=0.0))
    assert heard(listener, seconds, tracks) == [("yes", 1.6), ("hello", 16.5)]


def test_who_sleeps_from_the_beginning_is_asleep():
    listener = Listener([YES, HELLO])
    assert heard(listener, 12, {43: 0.95, 12: pulse(8, 1)}) == []
    assert listener.why_paused == "eyes shut"


def test_a_carer_pauses_and_resumes():
    listener = Listener([YES, HELLO])
    listener.pause()
    assert heard(listener, 4, {43: pulse(1, 1)}) == []
    assert listener.why_paused == "by hand"
    assert heard(listener, 14, {43: both(pulse(1, 0.5), pulse(2, 0.5))}) == []
    assert listener.why_paused == "by hand"  # no gesture undoes what a carer did
    listener.resume()
    assert heard(listener, 4, {43: pulse(1, 1)}) == [("yes", 1.6)]


def test_what_began_before_the_pause_is_forgotten():
    listener, spoken = Listener([YES]), []
    for moment in moments(acted(clock(3), {43: pulse(1, 1.5)})):
        if round(moment.time, 2) == 1.3:
            listener.pause()
            listener.resume()
        if event := listener.update(moment):
            spoken.append(event)
    assert spoken == []


def test_a_second_film_is_heard_like_the_first():
    listener = Listener([YES, HELLO], apart=60.0)
    for _ in range(2):
        assert heard(listener, 4, {43: pulse(1, 1)}) == [("yes", 1.6)]
        listener.resume()


def test_a_word_is_one_line():
    assert Sign(SMILE, " good\n\n  morning ").word == "good morning"


def test_a_negative_time_is_refused():
    with pytest.raises(InputError, match="0 s"):
        Sleep(after=-1.0)
