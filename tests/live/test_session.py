"""A session: from frames to words, and what a carer sees and does, with a clock moved by hand."""

from __future__ import annotations

import threading
import time

import pytest

from facs.errors import InputError
from facs.live.frames import Gone
from facs.live.log import EventLog
from facs.live.run import run
from facs.live.session import Session
from facs.meaning.gestures import STOCK
from facs.meaning.listener import Sign
from facs.meaning.profile import Profile, Who
from tests.live.builders import (
    BLINK,
    HERS,
    NOON,
    PLACE,
    SIZE,
    SMILE,
    Ears,
    HandClock,
    PuppetEye,
    acts,
    face,
    play,
    shown,
)


def begin(script, profile=HERS, **options):
    clock, ears = HandClock(), Ears()
    takes = options.pop("takes", 0.01)
    faces = {"faces": options.pop("faces")} if "faces" in options else {}
    eye = PuppetEye(script, clock, takes, who=profile.who, **faces)
    log = EventLog(now=lambda: NOON)
    return Session(profile, eye, clock, log, [ears], **options), clock, ears


def kinds(session):
    return [entry.kind for entry in session.log.entries]


def test_gestures_become_words_in_the_frame_in_which_they_are_decided():
    session, clock, ears = begin(acts(au12=[(1, 1.5)], au43=[(3, 3.8)]))
    play(session, clock, 0, 5)
    assert ears.said == ["hello", "yes"]
    first, second = (entry.word for entry in session.log.words)
    assert first.event.decided == pytest.approx(1.3, abs=0.034)
    assert second.event.decided == pytest.approx(3.6, abs=0.034)
    assert first.age == pytest.approx(0.01)
    assert session.state.said.text == "yes"


def test_a_natural_blink_says_nothing():
    session, clock, ears = begin(acts(au43=[(t, t + 0.4) for t in range(1, 9)]))
    play(session, clock, 0, 10)
    assert ears.said == []


def test_the_log_learns_how_long_and_how_high_a_gesture_was():
    session, clock, _ = begin(acts(au12=[(1, 1.8)]))
    play(session, clock, 0, 1.5)
    assert session.log.words[0].kept != session.log.words[0].kept  # it goes on
    play(session, clock, 1.5, 3)
    [entry] = session.log.words
    assert entry.event.offset == pytest.approx(1.8, abs=0.04)
    assert entry.kept == pytest.approx(0.9)


def test_a_gesture_that_goes_on_at_the_end_is_known_as_far_as_it_was_seen():
    session, clock, _ = begin(acts(au12=[(1, 9)]))
    play(session, clock, 0, 2)
    session.end()
    assert session.log.words[0].event.offset == pytest.approx(2.0, abs=0.04)


def test_no_frame_is_decided_that_would_be_too_old():
    session, clock, ears = begin(acts(au12=[(0, 9)]), takes=0.25)
    play(session, clock, 0, 2)
    tally = session.counts.tally()
    assert (tally.decided, ears.said) == (0, [])
    assert tally.late > 0


def test_a_frame_that_is_too_old_already_is_not_even_looked_at():
    session, clock, _ = begin(acts())
    before = clock.now()
    assert session.hear(shown(0.0, clock, late=0.21)) is None
    assert clock.now() == before
    assert session.counts.tally().late == 1


def test_the_age_of_every_decided_frame_is_within_the_limit():
    session, clock, _ = begin(acts(), takes=0.19)
    play(session, clock, 0, 2)
    tally = session.counts.tally()
    assert tally.decided > 0
    assert tally.worst <= 200


def test_a_machine_that_is_too_slow_says_so():
    session, clock, _ = begin(acts(), takes=0.3)
    play(session, clock, 0, 4)
    assert session.state.doing == "slow"


def test_a_machine_that_decides_too_few_frames_for_any_gesture_says_so():
    """Every second frame comes too late, so that a smile of three seconds is never one."""
    session, clock, ears = begin(acts(au12=[(1, 4)]))
    for k in range(28):
        session._eye.takes = (0.15, 0.21)[k % 2]
        clock.wait_until(100 + 0.18 * k)
        session.hear(shown(0.18 * k, clock))
    assert session.counts.tally().decided > 5 and ears.said == []
    assert session.state.doing == "slow"


@pytest.mark.parametrize("gap", [0.36, 1.2, 2.9])
def test_frames_that_are_far_apart_are_never_called_listening(gap):
    session, clock, _ = begin(acts(au12=[(1, 40)]))
    for k in range(9):
        clock.wait_until(100 + gap * k)
        session.hear(shown(gap * k, clock))
    assert session.counts.tally().decided == 9 and session.state.doing == "slow"
    play(session, clock, 9 * gap, 9 * gap + 1)
    assert session.state.doing == "listening"


def test_pausing_by_hand_is_silent_and_shows_levels_all_the_same():
    session, clock, ears = begin(acts(au12=[(1, 1.5), (3, 3.5)]))
    session.pause()
    play(session, clock, 0, 1.2)
    assert session.state.doing == "paused"
    assert session.state.levels[0].value == pytest.approx(0.9)
    play(session, clock, 1.2, 2)
    session.resume()
    play(session, clock, 2, 4)
    assert ears.said == ["hello"]
    assert kinds(session) == ["start", "pause", "listening", "word"]


def test_eyes_that_are_shut_for_long_pause_everything_until_she_wakes():
    wakes = [(9, 9.5), (10.2, 10.7)]
    session, clock, ears = begin(acts(au43=[(1, 7), *wakes], au12=[(7.5, 8.2), (13, 13.6)]))
    play(session, clock, 0, 8.5)
    assert (session.state.doing, session.state.why) == ("asleep", "blink twice")
    said = list(ears.said)
    play(session, clock, 8.5, 12)
    assert session.state.doing == "listening"
    play(session, clock, 12, 15)
    assert said == ["yes"]  # her eyes shut; how long is not known beforehand
    assert ears.said == ["yes", "hello"]
    assert [kind for kind in kinds(session) if kind != "word"] == ["start", "asleep", "awake"]


def test_taking_back_is_told_and_logged_newest_first():
    session, clock, ears = begin(acts(au12=[(1, 1.5)], au43=[(3, 3.8)]))
    assert session.undo() is None
    play(session, clock, 0, 5)
    assert session.undo().text == "yes"
    assert session.state.said.undone
    assert session.undo().text == "hello"
    assert session.undo() is None
    assert ears.undone == ["yes", "hello"]
    assert [entry.mark for entry in session.log.words] == ["undone", "undone"]


def test_words_are_marked_right_and_wrong():
    session, clock, _ = begin(acts(au12=[(1, 1.5)]))
    play(session, clock, 0, 3)
    session.mark(1, "wrong")
    assert session.log.words[0].mark == "wrong"
    with pytest.raises(InputError, match="no word 7"):
        session.mark(7, "right")
    with pytest.raises(InputError, match="wanted a mark of right, wrong, undone or none"):
        session.mark(1, "perhaps")


def test_a_face_that_is_lost_is_no_gesture():
    script = acts(au43=[(1, 1.4)], unseen=[(1.4, 3)])
    session, clock, ears = begin(script)
    play(session, clock, 0, 2.5)
    assert (session.state.doing, session.state.why) == ("unseen", "nobody is in view")
    assert session.state.levels[0].value is None
    assert ears.said == []


def test_of_two_people_the_enrolled_one_is_heard_and_it_is_logged():
    her = Profile(HERS.signs, who=Who.at(PLACE, SIZE))

    def faces(time):
        visitor = face((60.0, 20.0, 100.0, 70.0), 1)
        return [face(PLACE, 0), visitor] if time >= 1 else [face(PLACE, 0)]

    session, clock, ears = begin(acts(au12=[(2, 2.5)]), her, faces=faces)
    play(session, clock, 0, 4)
    assert ears.said == ["hello"]
    [told] = [entry.text for entry in session.log.entries if entry.kind == "people"]
    assert told == "of 2 people in view, the nearest to the enrolled place and its size"
    assert session.state.people == 2


def test_a_visitor_who_comes_and_goes_is_told_once_until_she_was_gone_for_long():
    her = Profile(HERS.signs, who=Who.at(PLACE, SIZE))

    def faces(time):
        there = (1 <= time < 20 and int(2 * time) % 2) or time >= 100
        return [face(PLACE, 0), *([face((60.0, 20.0, 100.0, 70.0), 1)] if there else [])]

    session, clock, _ = begin(acts(), her, faces=faces)
    play(session, clock, 0, 105, rate=10)
    assert kinds(session) == ["start", "people", "people"]


def test_a_visitor_alone_says_nothing_until_somebody_says_that_it_is_her():
    her = Profile(HERS.signs, who=Who(0.1, 0.1, 0.05))
    session, clock, ears = begin(acts(au12=[(1, 1.5), (3, 3.5)]), her)
    play(session, clock, 0, 2)
    assert session.state.doing == "somebody"
    session.here()
    play(session, clock, 2, 4)
    assert ears.said == ["hello"]


def test_what_somebody_else_began_is_not_hers():
    """The face changes in the middle of a smile: neither half is long enough."""
    her = Profile(HERS.signs, who=Who.at(PLACE, SIZE))
    faces = lambda time: [face(PLACE, 0 if time < 1.25 else 1)]  # noqa: E731
    session, clock, ears = begin(acts(au12=[(1, 1.45)]), her, faces=faces)
    play(session, clock, 0, 3)
    assert ears.said == []


def test_a_camera_that_goes_pauses_and_resumes():
    session, clock, ears = begin(acts(au12=[(0.9, 1.0), (6, 6.5)]))
    play(session, clock, 0, 1)
    session.lose("camera 0 stopped")
    session.lose("camera 0 does not answer")
    assert (session.state.doing, session.state.why) == ("camera", "camera 0 does not answer")
    clock.pass_(4.0)
    play(session, clock, 5, 7)
    assert session.state.doing == "listening"
    assert ears.said == ["hello"]
    assert [e.text for e in session.log.entries if e.kind == "camera"] == [
        "camera 0 stopped",
        "the camera is back",
    ]


def test_a_camera_that_hangs_counts_as_gone():
    session, clock, _ = begin(acts())
    play(session, clock, 0, 1)
    clock.pass_(0.5)
    session.wait()
    assert session.state.doing == "listening"
    clock.pass_(0.6)
    session.wait()
    assert session.state.doing == "camera"


def test_a_camera_that_takes_its_time_to_start_is_neither_gone_nor_slow():
    session, clock, _ = begin(acts())
    clock.pass_(8)
    session.wait()
    assert (session.state.doing, session.state.why) == ("unseen", "no picture yet")
    session.hear(shown(0.0, clock))
    assert session.state.doing == "listening"
    assert kinds(session) == ["start"]


def test_only_time_in_which_she_was_seen_and_listened_to_counts():
    session, clock, _ = begin(acts(unseen=[(2, 4)]))
    play(session, clock, 0, 6)
    session.pause()
    play(session, clock, 6, 8)
    session.end()
    assert session.log.entries[-1].listened == pytest.approx(4.0, abs=0.1)


def test_one_movement_gives_one_word():
    lift = STOCK["brow lift"]
    profile = Profile((Sign(SMILE, "hello"), Sign(lift, "no"), Sign(BLINK, "yes")))
    session, clock, ears = begin(acts(au12=[(1, 2)], au1=[(1, 2)], au2=[(1, 2)]), profile)
    script = session._eye._script
    session._eye._script = lambda t: {"1": 0.1, "2": 0.1} | script(t)
    play(session, clock, 0, 3)
    assert ears.said == ["hello"]


def test_running_counts_every_frame_and_ends_by_itself():
    session, clock, ears = begin(acts(au12=[(0.5, 1.0)]))

    def frames():
        for i in range(60):
            clock.wait_until(100.0 + i / 30)
            while session.counts.tally().decided + session.counts.tally().dropped < i:
                time.sleep(0.001)  # at the pace of the analysis
            yield shown(i / 30, clock)
        yield Gone("the end")

    run(session, frames())
    tally = session.counts.tally()
    assert (tally.shown, tally.decided + tally.dropped + tally.late) == (60, 60)
    assert ears.said == ["hello"]
    assert session.state.doing == "over"
    assert kinds(session)[-1] == "stop"


def test_what_is_replaced_before_anybody_looked_is_counted():
    session, clock, _ = begin(acts())
    look = session._eye.look
    released = threading.Event()
    session._eye.look = lambda frame: (released.wait(30), look(frame))[1]

    def frames():
        for i in range(10):
            yield shown(i / 30, clock)
        released.set()

    run(session, frames())
    tally = session.counts.tally()
    assert tally.shown == 10
    assert tally.decided + tally.late + tally.dropped == 10
    assert tally.dropped >= 7


def test_what_breaks_in_the_camera_ends_the_run():
    session, clock, _ = begin(acts())

    def frames():
        yield shown(0.0, clock)
        raise OSError("on fire")

    with pytest.raises(OSError, match="on fire"):
        run(session, frames())
    assert session.state.doing == "over"


def test_closing_closes_everything_once():
    session, clock, ears = begin(acts())
    play(session, clock, 0, 1)
    session.close()
    session.close()
    assert ears.closed
    assert kinds(session) == ["start", "stop"]


def test_problems_of_outlets_are_shown():
    session, _, ears = begin(acts())
    ears.problem = "no speech engine"
    assert session.state.problems == ("no speech engine",)
    assert session.state.plain()["says"] == "She is not seen"


def test_few_frames_are_a_problem_that_is_told():
    clock = HandClock()
    session = Session(HERS, PuppetEye(acts()), clock)
    play(session, clock, 0, 4, rate=10.0)
    assert not any("fewer than 10" in problem for problem in session.state.problems)
    play(session, clock, 4, 12, rate=8.0)
    assert any("fewer than 10 frames a second" in problem for problem in session.state.problems)
    play(session, clock, 12, 15, rate=30.0)
    assert not any("fewer than 10" in problem for problem in session.state.problems)
