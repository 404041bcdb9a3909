"""Gestures in synthetic scores of known answer, at every rate of frames."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.meaning.detector import MAX_GAP, GestureDetector, find_gesture
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.moments import Moment, moments
from facs.units import ActionUnit
from tests.meaning.builders import UNITS, acted, both, clock, pulse

RATES = (15.0, 30.0, 60.0, None)
PHASES = (0.0, 0.013, 0.031, 0.047, 0.061)
BLINK = Gesture.parse("long blink", "both eyes 43 >= 0.6 for 600 ms")


LOOKING = (*UNITS, ActionUnit.AU64)


def found(gesture, times, *args, **named):
    return find_gesture(gesture, acted(times, *args, **named))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("length", [0.1, 0.2, 0.3, 0.4, 0.5])
def test_a_natural_blink_is_no_long_blink(rate, phase, length):
    assert found(BLINK, clock(4, rate), {43: pulse(1 + phase, length)}) == []


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("length", [0.65, 0.8, 1.5])
def test_a_long_blink_is_found_once_and_in_time(rate, phase, length):
    start = 1 + phase
    (event,) = found(BLINK, clock(4, rate), {43: pulse(start, length)})
    assert event.onset == pytest.approx(start, abs=0.07)
    assert event.offset == pytest.approx(start + length, abs=0.07)
    assert event.decided <= start + BLINK.hold + 0.15
    assert event.peak == pytest.approx(0.95)
    assert event.label == "long blink"


def test_fifteen_blinks_a_minute_for_ten_minutes_never_fire():
    rng = np.random.default_rng(5)
    starts = np.cumsum(rng.uniform(2, 6, 150))
    blinks = [pulse(t, rng.uniform(0.1, 0.5), ramp=0.05) for t in starts]
    assert found(BLINK, clock(float(starts[-1]) + 1), {43: both(*blinks)}) == []


@pytest.mark.parametrize("rate", RATES)
def test_a_face_that_is_lost_is_no_blink(rate):
    times = clock(6, rate)
    assert found(BLINK, times, {43: 0.02}, unseen=[(1, 3)]) == []


def test_not_seen_ends_a_hold():
    times = clock(5)
    assert found(BLINK, times, {43: pulse(1, 1.0)}, unseen=[(1.5, 1.54)]) == []
    assert len(found(BLINK, times, {43: pulse(1, 1.0)})) == 1


def test_turned_away_ends_a_hold_though_numbers_are_there():
    times = clock(5)
    person = acted(
        times, {43: pulse(1, 1.0)}, reasons=np.where((times > 1.4) & (times < 1.5), 2, 0)
    )
    assert find_gesture(BLINK, person) == []


def test_a_gap_between_frames_ends_a_hold():
    times = clock(5)
    cut = times[(times < 1.2) | (times > 1.25 + MAX_GAP)]
    assert found(BLINK, cut, {43: pulse(1, 1.0)}) == []


def test_eyes_that_stay_shut_fire_once():
    assert len(found(BLINK, clock(20), {43: pulse(1, 18)})) == 1


def test_eyes_that_were_shut_from_the_beginning_do_not_fire():
    assert found(BLINK, clock(20), {43: 0.95}) == []
    assert found(BLINK, clock(20), {43: 0.95}, unseen=[(5, 6), (9, 11)]) == []


@pytest.mark.parametrize("name", ["long blink", "blink twice", "nod"])
def test_another_film_begins_anew(name):
    nodding = swinging(18.0, 1.5, 1.0, 3.0)
    twice = both(pulse(1, 0.7), pulse(2, 0.7))
    film = list(moments(acted(clock(4), {43: twice}, pose=(0.0, nodding, 0.0))))
    gesture = Gesture.parse(name, STOCK[name].rule.replace("pause 1000", "pause 60000"))
    detector = GestureDetector(gesture)
    films = [[e.decided for m in film if (e := detector.update(m))] for _ in range(2)]
    assert films[0] == films[1] and len(films[0]) == 1


def test_a_film_that_ends_within_a_gesture_does_not_end_the_next():
    film = list(moments(acted(clock(3), {43: pulse(1, 9)})))
    detector = GestureDetector(BLINK)
    told = [event for _ in range(2) for m in film if (event := detector.update(m))]
    assert [round(event.onset) for event in told] == [1, 1]


def test_without_rest_it_comes_again_and_again():
    again = Gesture.parse("again", "both eyes 43 >= 0.6 for 500 ms, pause 1000 ms, no rest")
    events = found(again, clock(6), {43: pulse(1, 4.2)})
    assert [round(e.decided, 1) for e in events] == [1.5, 2.5, 3.5, 4.5]


def test_the_pause_keeps_a_second_one_back():
    quick = both(pulse(1, 0.3), pulse(1.5, 0.3), pulse(3.0, 0.3))
    rule = "both eyes 43 >= 0.6 for 200 ms, pause {} ms"
    short = found(Gesture.parse("g", rule.format(100)), clock(5), {43: quick})
    long = found(Gesture.parse("g", rule.format(1500)), clock(5), {43: quick})
    assert [round(e.onset, 1) for e in short] == [1.0, 1.5, 3.0]
    assert [round(e.onset, 1) for e in long] == [1.0, 3.0]


def test_noise_between_the_two_thresholds_does_not_chop_it():
    wavy = lambda t: np.where((t > 1) & (t < 2), 0.55 + 0.1 * np.sin(40 * t), 0.05)  # noqa: E731
    assert len(found(BLINK, clock(4), {43: wavy})) == 1
    strict = Gesture.parse("g", "both eyes 43 >= 0.6 until 0.6 for 600 ms")
    assert found(strict, clock(4), {43: wavy}) == []


def broken(gap, gaps):
    """Activations of a hold of 2 s in which a second of smile breaks off for `gap` seconds."""
    twice = both(pulse(1, 1.0), pulse(2 + gap, 1.0))
    rule = Gesture.parse("g", f"12 >= 0.6 for 1500 ms, gaps {gaps} ms")
    return found(rule, clock(6), {12: twice})


def test_a_short_interruption_does_not_end_a_hold_with_gaps():
    (event,) = broken(0.3, 400)
    assert event.onset == pytest.approx(1.0, abs=0.04)
    assert event.decided == pytest.approx(2.8, abs=0.08)  # what was interrupted does not count
    assert event.interrupted == pytest.approx(0.3, abs=0.08)
    assert event.decided - event.onset - event.interrupted == pytest.approx(1.5, abs=0.05)
    assert event.offset == pytest.approx(3.3, abs=0.04)


def test_interruptions_are_not_held():
    rule = Gesture.parse("g", "12 >= 0.6 for 1000 ms, gaps 400 ms")
    sparks = both(*(pulse(1 + 0.35 * k, 0.04) for k in range(12)))
    assert found(rule, clock(7), {12: sparks}) == []


def test_what_the_pause_held_back_is_not_told_after_its_end():
    rule = Gesture.parse("g", "12 >= 0.6 for 300 ms, gaps 250 ms, pause 1000 ms")
    assert len(found(rule, clock(6), {12: both(pulse(1, 0.5), pulse(1.8, 0.4))})) == 1


def test_a_longer_interruption_ends_it():
    assert broken(0.3, 200) == [] == broken(0.3, 0)


def test_what_has_ended_in_a_gap_is_not_held():
    rule = Gesture.parse("g", "12 >= 0.6 for 1200 ms, gaps 400 ms")
    assert found(rule, clock(6), {12: pulse(1, 1.0)}) == []


def test_a_face_that_is_lost_is_no_gap():
    rule = Gesture.parse("g", "12 >= 0.6 for 1500 ms, gaps 400 ms")
    assert found(rule, clock(6), {12: pulse(1, 2.0)}, unseen=[(2.0, 2.2)]) == []


def test_both_eyes_means_both():
    assert found(BLINK, clock(4), left={43: pulse(1, 1)}, right={43: 0.02}) == []


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_wink_is_of_its_own_side(side):
    other = "right" if side == "left" else "left"
    closed = {side: {43: pulse(1, 0.8)}, other: {43: 0.03}, "units": LOOKING}
    assert len(found(STOCK[f"wink {side}"], clock(4), **closed)) == 1
    assert found(STOCK[f"wink {other}"], clock(4), **closed) == []
    assert found(STOCK[f"wink {side}"], clock(4), {43: pulse(1, 0.8)}, units=LOOKING) == []
    down = closed | {"scores": {64: pulse(1, 0.8)}}
    assert found(STOCK[f"wink {side}"], clock(4), **down) == []  # eyes that look down look shut


def test_a_face_of_a_head_that_turns_aside_is_no_gesture():
    smile = STOCK["smile"]
    times, smiling = clock(5), {12: pulse(1, 2.0, high=0.999)}
    assert len(found(smile, times, smiling)) == 1
    assert found(smile, times, smiling, pose=(pulse(1, 2.0, 35.0, 0.0), 0.0, 0.0)) == []
    assert found(smile, times, smiling, pose=(0.0, pulse(1, 2.0, -35.0, 0.0), 0.0)) == []


def test_an_eye_that_is_always_half_shut_can_be_ignored():
    lids = {"left": {43: 0.5}, "right": {43: pulse(1, 1)}, "units": LOOKING}
    person = acted(clock(4), **lids)
    assert find_gesture(BLINK, person) == []
    assert len(find_gesture(BLINK, person, ignored=["left eye"])) == 1
    assert find_gesture(STOCK["wink left"], person, ignored=["left eye"]) == []


def test_an_ignored_eye_does_not_make_a_unit_of_its_own():
    person = acted(clock(4), left={43: pulse(1, 1)}, right={43: 0.02})
    whole = Gesture.parse("g", "43 >= 0.6 for 600 ms")
    assert len(find_gesture(whole, person)) == 1
    assert find_gesture(whole, person, ignored=["left eye"]) == []


@pytest.mark.parametrize("wrong", [["nose"], ["left eye", "right eye"]])
def test_only_one_eye_can_be_ignored(wrong):
    with pytest.raises(InputError, match="eye"):
        list(moments(acted(clock(1)), wrong))


@pytest.mark.parametrize("rate", RATES)
def test_two_slow_blinks_are_blink_twice_and_one_is_not(rate):
    gesture, times = STOCK["blink twice"], clock(8, rate)
    two = found(gesture, times, {43: both(pulse(1, 0.5), pulse(2, 0.5))})
    assert [(round(e.onset), round(e.offset, 0)) for e in two] == [(1, 2.0)]
    assert found(gesture, times, {43: pulse(1, 0.5)}) == []
    assert found(gesture, times, {43: both(pulse(1, 0.5), pulse(5, 0.5))}) == []
    assert found(gesture, times, {43: both(pulse(1, 0.2), pulse(2, 0.2))}) == []
    assert found(gesture, times, {43: both(pulse(1, 1.5), pulse(3, 0.5))}) == []


def test_what_is_judged_at_its_end_must_end_in_time():
    gesture = Gesture.parse("g", "both eyes 43 >= 0.6 for 300-900 ms")
    (event,) = found(gesture, clock(6), {43: pulse(1, 0.6)})
    assert event.decided == pytest.approx(1.6, abs=0.04)
    assert found(gesture, clock(6), {43: pulse(1, 1.2)}) == []


def test_the_head_tilts_to_her_own_side():
    times = clock(5)
    right = dict(pose=(0.0, 0.0, pulse(1, 1.5, high=22.0, low=0.0, ramp=0.3)))
    assert len(found(STOCK["tilt right"], times, **right)) == 1
    assert found(STOCK["tilt left"], times, **right) == []
    left = dict(pose=(0.0, 0.0, pulse(1, 1.5, high=-22.0, low=0.0, ramp=0.3)))
    (event,) = found(STOCK["tilt left"], times, **left)
    assert event.peak == pytest.approx(-22.0)


def swinging(degrees, hertz, start, stop):
    def track(t):
        on = (t > start) & (t < stop)
        return np.where(on, degrees / 2 * (np.cos(2 * np.pi * hertz * (t - start)) - 1), 0.0)

    return track


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("hertz", [1.0, 1.5, 2.5])
def test_nod_and_shake_are_found_and_told_apart(rate, hertz):
    times, moving = clock(8, rate), swinging(18.0, hertz, 2.0, 5.0)
    small = swinging(4.0, hertz, 2.0, 5.0)
    nodding, shaking = {"pose": (small, moving, 0.0)}, {"pose": (moving, small, 0.0)}
    (nod,) = found(STOCK["nod"], times, **nodding)
    (shake,) = found(STOCK["shake"], times, **shaking)
    assert nod.onset == pytest.approx(2.0, abs=0.3) == shake.onset
    assert nod.decided <= 2.0 + 1.5 / hertz + 0.1
    assert nod.peak == pytest.approx(18.0, abs=2.5)
    assert found(STOCK["shake"], times, **nodding) == [] == found(STOCK["nod"], times, **shaking)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    "track",
    [
        lambda t: 6.0 * t,  # drift
        swinging(25.0, 0.15, 0.0, 30.0),  # slow sway
        pulse(3.0, 4.0, high=25.0, low=0.0, ramp=0.3),  # looks away and comes back
        both(*(pulse(s, 2.0, high=25.0, low=0.0, ramp=0.3) for s in (2.0, 7.0, 12.0))),
        swinging(4.0, 2.0, 2.0, 10.0),  # tremor
        pulse(3.0, 0.03, high=20.0, low=0.0),  # one wrong frame
    ],
)
def test_drift_turns_and_tremor_are_neither_nod_nor_shake(rate, track):
    times = clock(18, rate)
    assert found(STOCK["nod"], times, pose=(0.0, track, 0.0)) == []
    assert found(STOCK["shake"], times, pose=(track, 0.0, 0.0)) == []


def test_a_circling_head_is_neither():
    around = lambda t: 12 * np.sin(2 * np.pi * 1.2 * t)  # noqa: E731
    across = lambda t: 12 * np.cos(2 * np.pi * 1.2 * t)  # noqa: E731
    for name in ("nod", "shake"):
        assert found(STOCK[name], clock(8), pose=(around, across, 0.0)) == []


def test_a_nod_goes_on_being_one_nod_and_comes_again_after_rest():
    moving = lambda t: swinging(18.0, 1.5, 2, 6)(t) + swinging(18.0, 1.5, 8, 10)(t)  # noqa: E731
    events = found(STOCK["nod"], clock(12), pose=(0.0, moving, 0.0))
    assert [round(e.onset) for e in events] == [2, 8]


def test_a_nod_that_is_not_seen_in_the_middle_is_none():
    track = swinging(18.0, 1.5, 2.0, 3.0)
    assert len(found(STOCK["nod"], clock(6), pose=(0.0, track, 0.0))) == 1
    assert found(STOCK["nod"], clock(6), pose=(0.0, track, 0.0), unseen=[(2.4, 2.5)]) == []


@pytest.mark.parametrize("name", STOCK)
def test_live_and_recorded_agree(name):
    """Frame by frame from a machine of its own, and from pieces of one frame each."""
    person = restless(seed=3)
    gesture = STOCK[name]
    detector, live = GestureDetector(gesture), []
    for i in range(len(person)):
        (moment,) = moments(one_frame(person, i))
        if event := detector.update(moment):
            live.append((event.onset, event.decided))
    assert live == [(e.onset, e.decided) for e in find_gesture(gesture, person)]


def test_the_restless_person_makes_gestures_to_agree_on():
    made = [n for n, g in STOCK.items() if find_gesture(g, restless(seed=3))]
    assert len(made) >= 12


def restless(seed):
    """Everything moves at random, every second or so."""
    rng, times = np.random.default_rng(seed), clock(120, None)
    units = tuple(ActionUnit(n) for n in (1, 2, 4, 12, 18, 19, 26, 27, 34, 43, 61, 62, 63))
    knots = np.arange(0, 121, 0.7)

    def wave(low, high):
        heights = rng.choice([low, high], len(knots))
        return np.interp(times, knots, heights) + rng.normal(0, 0.01 * (high - low), len(times))

    tracks = {int(u): np.clip(wave(0.05, 0.95), 0, 1) for u in units}
    left = {43: np.clip(wave(0.05, 0.95), 0, 1)}
    shaking = 9 * np.sin(2 * np.pi * 1.2 * times)
    pose = (
        np.where(np.floor(times / 7) % 2 == 0, shaking, 0),
        np.where(np.floor(times / 7) % 2 == 1, shaking, 0),
        wave(-20, 20) * (np.floor(times / 11) % 2),
    )
    unseen = [(t, t + 0.5) for t in np.arange(10.0, 120.0, 17.0)]
    return acted(times, tracks, left=left, pose=pose, units=units, unseen=unseen)


def one_frame(person, i):
    values = {}
    for name in person.__dataclass_fields__:
        value = getattr(person, name)
        framed = isinstance(value, np.ndarray) and name not in ("on", "off")
        values[name] = value[i : i + 1] if framed else value
    return type(person)(**values)


def test_a_unit_that_is_not_measured_is_never_a_gesture():
    person = acted(clock(4), {43: pulse(1, 1)}, units=(ActionUnit.AU43,))
    assert find_gesture(STOCK["tongue"], person) == []


def test_the_level_is_there_for_a_bar():
    detector = GestureDetector(STOCK["smile"])
    detector.update(Moment(0.0, {"12": 0.3}))
    assert detector.level == 0.3
    detector.update(Moment(0.1))
    assert detector.level != detector.level


def test_offset_apex_and_peak_grow_after_the_decision():
    rising = lambda t: np.interp(t, [0.9, 1.0, 2.0, 2.1], [0.02, 0.7, 0.99, 0.02])  # noqa: E731
    person = acted(clock(4), {43: rising})
    detector = GestureDetector(BLINK)
    said = [event for m in moments(person) if (event := detector.update(m))]
    assert said[0].offset == said[0].decided
    (event,) = find_gesture(BLINK, person)
    assert event.offset == pytest.approx(2.0, abs=0.1)
    assert event.apex == pytest.approx(2.0, abs=0.04)
    assert event.decided == said[0].decided


@pytest.mark.parametrize("rate", [4.0, 5.0, 7.0, 9.0])
@pytest.mark.parametrize("length", [0.3, 0.4, 0.5])
def test_a_natural_blink_is_no_long_one_where_frames_are_few(rate, length):
    for phase in np.arange(0, 1 / rate, 0.02):
        assert found(STOCK["long blink"], clock(4, rate), {43: pulse(1 + phase, length)}) == []
        assert found(STOCK["wink left"], clock(4, rate), {}, left={43: pulse(1, 0.3)}) == []


@pytest.mark.parametrize("rate", [5.0, 7.0, 9.0])
def test_a_long_blink_is_found_where_frames_are_few(rate):
    for phase in np.arange(0, 1 / rate, 0.02):
        blinks = {43: pulse(1 + phase, 1.05)}
        assert len(found(STOCK["long blink"], clock(4, rate), blinks)) == 1
