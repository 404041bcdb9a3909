"""Enrolment: what a child can do is proposed, what cannot be told from rest is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facs.errors import InputError
from facs.meaning.alike import odd_ones
from facs.meaning.desk import CLEAR
from facs.meaning.detector import find_gesture
from facs.meaning.enroll import enroll
from facs.meaning.findings import Example
from facs.meaning.gestures import AHEAD, SHORTEST_BLINK, STOCK, Gesture
from facs.meaning.listener import Sign, Sleep
from facs.meaning.moments import moments
from facs.meaning.own import own_gesture
from facs.meaning.profile import Profile
from facs.meaning.rest import find_baseline
from facs.meaning.thresholds import Curve, count_activations, separate, triggers
from facs.units import ActionUnit
from tests.meaning.builders import acted, both, clock, pulse, values

UNITS = tuple(ActionUnit(n) for n in (1, 2, 4, 9, 12, 17, 25, 26, 43))
SEED = 7


def filmed(seconds, tracks=None, seed=SEED, noise=0.03, **named):
    """A child whose scores are noisy, who blinks every four seconds."""
    rng = np.random.default_rng(seed)
    times = clock(seconds, 20.0)
    blinks = both(*(pulse(t, 0.25) for t in np.arange(2.0, seconds, 4.0)), 0.05)
    wanted = {43: blinks, **(tracks or {})}
    if 43 in (tracks or {}):
        wanted[43] = both(blinks, tracks[43])
    noisy = {
        int(u): np.clip(
            values(wanted.get(int(u), 0.06), times) + rng.normal(0, noise, len(times)), 0, 1
        )
        for u in UNITS
    }
    return acted(times, noisy, units=UNITS, **named)


def example(tracks, seed):
    return Example(filmed(3, tracks, seed), 0.5, 2.6)


def five(numbers, high, length=0.9):
    return [example({n: pulse(1, length, high=high) for n in numbers}, s) for s in range(5)]


def test_a_clear_gesture_is_proposed_as_near_to_its_usual_threshold_as_leaves_a_margin():
    done = enroll([filmed(20)], {"brow lift": five([1, 2], 0.99)}, words={"brow lift": "no"})
    (finding,) = done.findings
    assert (finding.found, finding.examples, finding.word) == (5, 5, "no")
    assert abs(finding.gesture.trigger - STOCK["brow lift"].trigger) < 0.05
    assert finding.rate.count == 0
    assert "at most" in finding.note and "an hour" in finding.note
    assert [s.word for s in done.profile.signs] == ["no"]


def test_a_weak_gesture_gets_a_lower_threshold_and_is_then_found():
    weak = five([1, 2], 0.4)
    done = enroll([filmed(60)], {"brow lift": weak})
    (sign,) = done.profile.signs
    assert sign.gesture.trigger < 0.4
    found = [len(done.profile.find(filmed(4, {1: pulse(1, 1, 0.4), 2: pulse(1, 1, 0.4)}, s)))
             for s in range(20, 25)]  # fmt: skip
    assert found == [1] * 5
    assert done.profile.find(filmed(60, seed=99)) == []


def test_a_restless_brow_gets_a_higher_threshold():
    twitches = both(*(pulse(t, 0.9, high=0.6) for t in np.arange(3.0, 300.0, 5.0)))
    rest = filmed(300, {1: twitches, 2: twitches})
    done = enroll([rest], {"brow lift": five([1, 2], 0.97)})
    (sign,) = done.profile.signs
    assert sign.gesture.trigger > 0.65
    assert done.findings[0].curve.counts[0] > 50
    assert done.profile.find(rest) == []


def test_what_cannot_be_told_from_rest_is_refused_and_it_says_why():
    smiling = both(*(pulse(t, 1.5, high=0.9) for t in np.arange(3.0, 300.0, 5.0)))
    rest = filmed(300, {12: smiling})
    done = enroll([rest], {"smile": five([12], 0.85, length=1.5)})
    (finding,) = done.findings
    assert finding.gesture is None and done.profile.signs == ()
    assert "cannot be told from rest" in finding.reason
    assert str(finding).startswith("smile: refused: ")


def test_a_gesture_that_is_not_there_in_its_examples_is_refused():
    done = enroll([filmed(20)], {"smile": [Example(filmed(3, seed=s)) for s in range(3)]})
    assert done.findings[0].gesture is None
    assert done.profile.signs == ()


def test_who_cannot_hold_it_so_long_gets_a_shorter_hold():
    done = enroll([filmed(60)], {"smile": five([12], 0.95, length=0.45)})
    (sign,) = done.profile.signs
    assert sign.gesture.hold == STOCK["smile"].hold / 2


def test_a_long_blink_never_becomes_a_natural_one():
    done = enroll([filmed(60)], {"long blink": five([43], 0.97, length=0.4)})
    blinks = [s.gesture for s in done.profile.signs if s.gesture.name == "long blink"]
    assert all(gesture.hold >= 0.55 for gesture in blinks) or not blinks


def test_an_own_gesture_is_learned_from_its_examples():
    cheeky = [example({9: pulse(1, 0.9, 0.8), 17: pulse(1, 0.9, 0.7)}, s) for s in range(5)]
    done = enroll([filmed(60)], {"cheeky": cheeky}, words={"cheeky": "again"})
    (sign,) = done.profile.signs
    text = sign.gesture.rule
    assert "*9" in text and "*17" in text and "*12" not in text
    assert Gesture.parse("cheeky", text).rule == text
    again = filmed(6, {9: pulse(2, 1, 0.8), 17: pulse(2, 1, 0.7)}, seed=50)
    assert [round(e.onset) for e in done.profile.find(again)] == [2]
    assert done.profile.find(filmed(6, {12: pulse(2, 1)}, seed=51)) == []


def test_an_own_gesture_is_of_a_head_that_looks_ahead_unless_its_examples_turn_aside():
    ahead = [filmed(3, {12: pulse(1, 0.9, 0.8)}, seed) for seed in range(3)]
    aside = [replace(one, pose=one.pose + np.float32([40, 0, 0])) for one in ahead]
    long = filmed(30, {12: pulse(5, 0.9, 0.8)}, 8)  # one whole film, aside for as long as it lasts
    turned = long.pose + np.where((long.times > 4) & (long.times < 7), 40, 0)[:, None]
    rest = [filmed(20)]
    assert "turn <= 22" in own_gesture("mine", ahead, rest).rule
    assert "turn" not in own_gesture("mine", aside, rest).rule
    assert "turn" not in own_gesture("mine", [*ahead, aside[0]], rest).rule
    assert "turn" not in own_gesture("mine", [replace(long, pose=np.float32(turned))], rest).rule


def test_a_stock_gesture_that_the_model_does_not_measure_becomes_an_own_one():
    tongue = [example({25: pulse(1, 0.9, 0.8), 26: pulse(1, 0.9, 0.7)}, s) for s in range(3)]
    done = enroll([filmed(60)], {"tongue": tongue})
    (finding,) = done.findings
    assert finding.gesture is not None and "25" in finding.gesture.rule
    assert "needs AU19: not measured" in finding.reason


def test_one_example_is_enough_where_it_is_clear():
    done = enroll([filmed(20)], {"smile": five([12], 0.95)[:1]})
    assert [s.gesture.name for s in done.profile.signs] == ["smile"]


def test_her_day_alone_proposes_what_stands_out():
    smiles = both(*(pulse(t, 1.2, high=0.93) for t in (20.0, 70.0, 100.0, 150.0)))
    blinks = both(*(pulse(t, 1.0, high=0.95) for t in (31.0, 85.0, 131.0)))
    done = enroll([], {}, day=[filmed(180, {12: smiles, 43: blinks})])
    seen = {f.name: f.seen for f in done.findings}
    assert seen == {"long blink": 3, "smile": 4}
    assert all("ask whether she means it" in s.note for s in done.profile.signs)
    assert all("not measured" in s.note for s in done.profile.signs)


def test_what_comes_all_the_time_in_her_day_is_not_meant():
    frown = both(*(pulse(t, 1.0, high=0.95) for t in np.arange(3.0, 180.0, 6.0)))
    (finding,) = enroll([], {}, day=[filmed(180, {4: frown})]).findings
    assert finding.gesture is None and "too often to be meant" in finding.reason


def test_little_rest_is_said():
    notes = enroll([filmed(20)], {"smile": five([12], 0.95)}).notes
    assert any(note.startswith("20 s of rest: film ten minutes or more") for note in notes)


def test_an_eye_that_is_half_shut_at_rest_is_ignored_and_said():
    droop = {"left": {43: 0.75}}
    rest = filmed(30, **droop)
    blinks = [Example(filmed(3, {43: pulse(1, 0.9)}, s, **droop)) for s in range(3)]
    done = enroll([rest], {"long blink": blinks})
    assert done.profile.ignored == ("left eye",)
    assert any("left eye is always half shut" in note for note in done.notes)
    assert [sign.gesture.name for sign in done.profile.signs] == ["long blink"]
    (wink,) = enroll([rest], {"wink left": blinks}).findings
    assert wink.gesture is None or "left eye" not in wink.gesture.rule


def test_two_names_for_one_movement_cannot_be_told_apart():
    smiles = five([12], 0.95, length=1.5)
    smile, grin = enroll([filmed(20)], {"smile": smiles, "grin": smiles}).findings
    assert smile.gesture is None and grin.gesture is None
    assert "cannot be told from grin" in smile.reason


def test_gestures_that_share_a_unit_are_told_apart_by_the_others():
    open_mouth = five([26, 12], 0.9)
    smiles = [example({12: pulse(1, 0.9, 0.9)}, 10 + s) for s in range(5)]
    done = enroll([filmed(60)], {"smile": smiles, "laugh": open_mouth})
    profile = done.profile
    assert [sign.gesture.name for sign in profile.signs] == ["smile", "laugh"]
    smiling = filmed(6, {12: pulse(2, 1, 0.9)}, seed=60)
    laughing = filmed(6, {12: pulse(2, 1, 0.9), 26: pulse(2, 1, 0.9)}, seed=61)
    assert [e.label for e in profile.find(smiling)] == ["smile"]
    assert [e.label for e in profile.find(laughing)] == ["laugh"]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([], {}), {}, "got none of them"),
        (([], {"smile": []}), {"per_hour": 0.0}, "more than 0 false"),
        (([], {"smile": []}), {}, "at least one example of 'smile'"),
    ],
)
def test_nothing_to_learn_from_is_refused(arguments, options, message):
    with pytest.raises(InputError, match=message):
        enroll(*arguments, **options)


def test_films_of_different_units_are_refused():
    other = acted(clock(20), {12: 0.1})
    with pytest.raises(InputError, match="wanted recordings by one model, got different units"):
        enroll([filmed(20)], {"cheeky": [Example(other)]})
    with pytest.raises(InputError, match="wanted recordings by one model, got different units"):
        enroll([], {}, day=[filmed(20), other])


def test_an_example_outside_of_its_recording_is_refused():
    with pytest.raises(InputError, match=r"wanted an example within 0\.0 to 3\.0 s, got 10 to"):
        Example(filmed(3), 10.0, 12.0).piece()


def test_own_gestures_need_a_change_and_a_rest():
    still = [Example(filmed(3, seed=s), 0.0, 1.8).piece() for s in range(3)]
    with pytest.raises(InputError, match="nothing to hold on to"):
        own_gesture("none", still, [filmed(20)])
    with pytest.raises(InputError, match="wanted some rest"):
        own_gesture("none", still, [])
    with pytest.raises(InputError, match="in which she is seen"):
        own_gesture("none", [filmed(3, unseen=[(0, 3)])], [filmed(20)])


def test_one_pass_with_many_thresholds_counts_as_each_alone():
    rest = filmed(
        120, {12: both(*(pulse(t, 1.2, h) for t, h in ((10, 0.3), (50, 0.6), (90, 0.9))))}
    )
    gesture = STOCK["smile"]
    tried = triggers(gesture)
    together = count_activations(gesture, tried, [moments(rest)])
    alone = [count_activations(gesture, [t], [moments(rest)])[0] for t in tried]
    assert together.tolist() == alone
    assert together.max() >= 3


@pytest.mark.parametrize(
    "rule",
    [
        "12 >= 0.5 for 300 ms, pause 300 ms",
        "12 >= 0.5 for 200-500 ms, 2 times in 1500 ms",
        "12 <= 0.3 for 300 ms",
        "12 >= 0.5 for 300 ms, gaps 250 ms, pause 300 ms",
        "12 >= 0.5 for 300 ms, gaps 250 ms",
        "12 >= 0.5 for 1000 ms, gaps 600 ms, pause 300 ms",
    ],
)
def test_machines_that_sleep_miss_nothing(rule):
    """Against each machine alone, which is shown every frame."""
    heights = np.random.default_rng(4).uniform(0.2, 1.0, 220)
    track = both(*(pulse(1 + 0.9 * i, 0.35, high) for i, high in enumerate(heights)))
    times = clock(200, 20.0)
    times = times[(times < 60) | (times > 60.4)]  # and a gap
    gone = [(t, t + 0.7) for t in np.arange(7.0, 200.0, 9.0)]
    person = acted(times, {12: track}, unseen=gone)
    gesture = Gesture.parse("g", rule)
    tried = [0.3, 0.5, 0.8] if ">=" in rule else [0.5, 0.3, 0.1]
    plain = [len(find_gesture(gesture.with_trigger(t), person)) for t in tried]
    assert count_activations(gesture, tried, [moments(person)]).tolist() == plain
    assert min(plain) > 2


@pytest.mark.parametrize(
    ("usual", "hours", "lowest", "highest"),
    [(0.99, 0.1, 17, 18), (0.99, 1.0, 16, 16), (0.09, 0.1, 14, 15), (0.09, 1.0, 12, 13)],
)
def test_thresholds_leave_a_margin_which_is_less_to_a_rest_that_was_long(
    usual, hours, lowest, highest
):
    gesture = STOCK["smile"].with_trigger(usual)  # beyond what will do, or before
    tried = triggers(gesture)
    quiet = Curve(tried, np.array([5] * 10 + [0] * 18), hours=hours)
    reached = np.array([[True] * 23 + [False] * 5] * 5)  # from 10 to 22 all is well
    chosen = separate(gesture, quiet, reached, per_hour=1.0)
    assert tried[lowest] <= chosen.trigger <= tried[highest] and chosen.found == 5


def test_rest_is_never_taken_for_a_gesture_because_one_example_is_empty():
    smiles = [*five([12], 0.9)[:4], example({}, 9)]
    for rest in ([], [filmed(60)], [filmed(660, noise=0.002)]):
        (finding,) = enroll(rest, {"smile": smiles}, per_hour=10).findings
        assert finding.found == 4 and finding.gesture.trigger > 0.2


def test_a_movement_hardly_above_rest_has_no_threshold_that_never_ends():
    faint = five([12], 0.08)
    quiet = filmed(700, noise=0.002)
    for sign in enroll([quiet], {"smile": faint}).profile.signs:
        if "12 >=" in sign.gesture.rule:
            assert sign.gesture.release > 0.05


def test_of_rules_that_find_as_many_a_stock_one_comes_before_one_of_her_own():
    """A faint smile with a wrinkled nose: the usual rule has little room, her own one much."""
    faint = [
        example({12: pulse(1, 0.9, high=0.13), 9: pulse(1, 0.9, high=0.5)}, s) for s in range(5)
    ]
    (finding,) = enroll([filmed(60, noise=0.01)], {"smile": faint}).findings
    assert finding.found == 5 and finding.slack < CLEAR
    assert "12 >=" in finding.gesture.rule and "*12" not in finding.gesture.rule


def test_what_may_fire_more_often_than_accepted_is_taken_and_said():
    once = both(pulse(100, 1.0, high=0.97))
    done = enroll([filmed(300, {12: once})], {"smile": five([12], 0.85)})
    (finding,) = done.findings
    assert finding.gesture is not None and finding.rate.count == 1
    assert "may fire more than 1 an hour" in finding.note
    often = both(*(pulse(t, 1.0, high=0.97) for t in (50, 100, 150, 200, 250)))
    assert enroll([filmed(300, {12: often})], {"smile": five([12], 0.85)}).profile.signs == ()


def test_only_a_rate_that_is_surely_higher_is_refused():
    curve = Curve((0.1, 0.2, 0.3), np.array([5, 1, 0]), hours=1 / 6)
    assert curve.allowed(1.0).tolist() == [False, False, True]
    assert curve.allowed(1.0, unless_sure=True).tolist() == [False, True, True]
    gesture = Gesture.parse("g", "12 >= 0.2 for 300 ms")
    chosen = separate(gesture, curve, np.array([[True, True, False]] * 3), per_hour=1.0)
    assert chosen.trigger == 0.2 and "may fire more than 1 an hour" in chosen.reason


def test_a_rate_that_rises_again_at_a_stricter_threshold_does_not_count_as_allowed():
    curve = Curve((0.1, 0.2, 0.3, 0.4), np.array([9, 0, 3, 0]), hours=1.0)
    assert curve.allowed(1.0).tolist() == [False, False, False, True]


def test_a_short_clip_is_measured_against_the_rest_that_is_known():
    """The profile keeps that baseline: thresholds must be thresholds above it."""
    smiling = {12: both(0.6, pulse(2, 2, 0.95))}
    hers = Profile(baseline=find_baseline(filmed(30, {12: 0.6})))
    clip = filmed(6, smiling, seed=3)
    done = enroll([], {"smile": [Example(clip, 1.0, 5.0)]}, known=hers)
    assert done.profile.baseline is hers.baseline
    assert any("that of her profile" in note for note in done.notes)
    assert len(done.profile.find(filmed(6, smiling, seed=4))) == 1
    other = replace(hers, baseline=replace(hers.baseline, model="child 3.0"))
    with pytest.raises(InputError, match=r"wanted rest of her by facs-9 1\.0"):
        enroll([], {"smile": [Example(clip, 1.0, 5.0)]}, model="facs-9 1.0", known=other)


def hers(rule, baseline=None, **named):
    """A profile with one gesture of her own making."""
    name = named.pop("name", "long blink")
    return Profile((Sign(Gesture.parse(name, rule), "yes"),), baseline=baseline, **named)


def test_her_day_leaves_gestures_that_the_profile_has_as_they_are():
    blinks = both(*(pulse(t, 1.0, high=0.95) for t in (31.0, 85.0, 131.0)))
    known = hers("both eyes 43 >= 0.6 for 2000 ms")
    done = enroll([], {}, day=[filmed(180, {43: blinks})], known=known)
    assert "long blink" not in {finding.name for finding in done.findings}
    assert "long blink is in the profile already: left as it is" in done.notes
    assert enroll([], {}, day=[filmed(180, {43: blinks})]).profile.signs  # it would stand out


def test_films_of_held_gestures_do_not_replace_the_rest_that_is_known():
    known = hers("both eyes 43 >= 0.6 for 2000 ms", find_baseline(filmed(30)))
    held = filmed(40, {12: pulse(1, 38, 0.95)}, seed=3)
    assert find_baseline(held).probability[UNITS.index(ActionUnit.AU12)] > 0.9
    done = enroll([], {"smile": [Example(held)]}, known=known)
    assert done.profile.baseline is known.baseline


def test_rest_that_is_filmed_goes_before_what_is_known_and_says_what_is_older():
    known = hers("both eyes 43 >= 0.6 for 2000 ms", find_baseline(filmed(30)))
    done = enroll([filmed(30, seed=8)], {"smile": five([12], 0.95)}, known=known)
    assert done.profile.baseline is not known.baseline
    (note,) = (note for note in done.notes if "measured anew" in note)
    assert "thresholds of long blink are from before" in note
    again = enroll([filmed(30, seed=8)], {"long blink": five([43], 0.95)}, known=known)
    assert not any("measured anew" in note for note in again.notes)


def test_an_eye_that_her_profile_ignores_is_ignored_in_the_enrolment():
    """A lid that falls now and then: with it there is no telling, and it is not half shut."""
    lid = {"left": {43: lambda t: np.where(t % 2 < 1.2, 0.95, 0.02)}}
    blinks = [Example(filmed(3, {43: pulse(1, 0.9)}, s, left={43: 0.02})) for s in range(5)]
    rest = filmed(60, **lid)
    assert enroll([rest], {"long blink": blinks}).profile.signs == ()
    done = enroll([rest], {"long blink": blinks}, known=Profile(ignored=("left eye",)))
    assert [sign.gesture.name for sign in done.profile.signs] == ["long blink"]
    assert done.profile.ignored == ("left eye",)


def test_an_eye_that_a_gesture_of_hers_needs_is_not_ignored_by_itself():
    known = hers("left eye 43 >= 0.9 for 700 ms", name="wink left")
    droop = {"left": {43: 0.75}}
    smiles = [Example(filmed(3, {12: pulse(1, 0.9)}, s, **droop)) for s in range(3)]
    done = enroll([filmed(30, **droop)], {"smile": smiles}, known=known)
    assert done.profile.ignored == ()
    assert any("left eye is always half shut, but cannot be ignored" in n for n in done.notes)


def test_what_contradicts_a_gesture_of_the_profile_is_refused_alone():
    known = hers(f"12 >= 0.5 and {AHEAD} for 300 ms", name="grin")
    examples = {"smile": five([12], 0.99), "brow lift": five([1, 2], 0.99)}
    smile, brows = enroll([filmed(20)], examples, known=known).findings
    assert smile.gesture is None and "whenever smile is made, grin has been" in smile.reason
    assert brows.gesture is not None


def test_an_example_that_would_be_taken_for_sleep_is_named():
    shut = [Example(filmed(9, {43: pulse(1, 6)}, seed=s)) for s in range(2)]
    done = enroll([filmed(20)], {"rest": shut, "smile": five([12], 0.95)})
    (note,) = (note for note in done.notes if "eyes_shut_s" in note)
    assert note.startswith("rest: an example keeps the eyes shut for 5 s")
    later = enroll([filmed(20)], {"rest": shut}, known=Profile(sleep=Sleep(after=8.0)))
    assert not any("eyes_shut_s" in note for note in later.notes)


def test_what_would_never_be_heard_for_sleep_is_refused_alone():
    soon = Profile(sleep=Sleep(after=0.5))
    examples = {"long blink": five([43], 0.95), "smile": five([12], 0.95)}
    blink, smile = enroll([filmed(20)], examples, known=soon).findings
    assert blink.gesture is None and "eyes shut for 0.5 s pause everything" in blink.reason
    assert smile.gesture is not None


def test_a_gesture_that_is_enrolled_again_does_not_contradict_itself():
    known = hers(f"12 >= 0.5 and {AHEAD} for 300 ms", name="smile")
    done = enroll([filmed(20)], {"smile": five([12], 0.99)}, known=known)
    assert [sign.gesture.name for sign in done.profile.signs] == ["smile"]


def test_what_a_gesture_of_the_profile_hears_already_is_refused():
    """It would say that one's word: her yes would have become a no."""
    known = hers("both eyes 43 >= 0.476 for 600 ms")
    blinks = five([43], 0.95, length=1.0)[:2]
    (sleepy,) = enroll([filmed(20)], {"sleepy": blinks}, known=known).findings
    assert sleepy.gesture is None
    nods = hers("1 >= 0.5 for 300 ms", name="inner brow")
    (lift,) = enroll([filmed(20)], {"brow lift": five([1, 2], 0.99)}, known=nods).findings
    assert lift.gesture is None and "inner brow" in lift.reason
    laughing = five([1, 2, 12], 0.95)
    smile = hers("12 >= 0.5 for 300 ms", name="smile")
    (lift,) = enroll([filmed(20)], {"brow lift": laughing}, known=smile).findings
    assert "cannot be told from smile ('yes'), which is heard in 5 of 5 of its" in lift.reason


def test_a_known_gesture_that_is_enrolled_anew_is_not_heard_instead():
    known = hers("both eyes 43 >= 0.476 for 600 ms")
    blinks = five([43], 0.95, length=1.0)
    (blink,) = enroll([filmed(20)], {"long blink": blinks}, known=known).findings
    assert blink.gesture is not None


def test_a_refused_gesture_does_not_spoil_a_good_one():
    blinks = five([43], 0.95, length=1.0)
    smiling = both(*(pulse(t, 1.5, high=0.9) for t in np.arange(3.0, 60.0, 5.0)))
    rest = filmed(60, {12: smiling})
    alone = enroll([rest], {"long blink": blinks}).findings
    faint = [example({43: pulse(1, 0.9, 0.6), 12: pulse(1, 0.9, 0.9)}, s) for s in range(3)]
    done = enroll([rest], {"smile": faint, "long blink": blinks})
    assert [f.name for f in done.findings] == ["smile", "long blink"]
    assert done.findings[0].gesture is None
    assert done.findings[1].gesture == alone[0].gesture


def test_an_example_of_another_movement_is_named_and_does_not_become_the_same_word():
    blinks = five([43], 0.95, length=1.0)[:3]
    lift = replace(five([1, 2], 0.95)[0], source="monday.mp4@9.4-10.9")
    for name in ("long blink", "cheeky"):
        (finding,) = enroll([filmed(20)], {name: [*blinks, lift]}).findings
        assert finding.gesture is None
        assert "example 4, monday.mp4@9.4-10.9, is not like the others" in finding.reason
    (finding,) = enroll([filmed(20)], {"long blink": [*blinks, blinks[0], lift]}).findings
    assert finding.found == 4 and "example 5, monday.mp4@9.4-10.9, is not like" in finding.note
    two = enroll([filmed(20)], {"cheeky": [blinks[0], lift]}).findings[0]
    assert two.gesture is None and "example 1 is not like" in two.reason


def test_weak_and_strong_examples_of_one_movement_are_alike():
    heights = (0.35, 0.5, 0.6, 0.8, 0.95)
    rest = [filmed(20)]
    for numbers in ([9, 17], [12], [43]):
        pieces = [
            example({n: pulse(1, 0.9, high) for n in numbers}, s).piece()
            for s, high in enumerate(heights)
        ]
        assert odd_ones(pieces, rest) == []
    nods = [filmed(3, seed=s) for s in range(4)]
    assert odd_ones(nods, rest) == []


def test_a_rule_of_the_lids_leaves_eyes_that_turn_out_and_natural_blinks():
    units = (*UNITS, ActionUnit.AU61)
    rng = np.random.default_rng(3)

    def looking(seconds, shut=0.02, aside=0.02):
        times = clock(seconds, 20.0)
        noisy = {int(u): np.clip(rng.normal(0.05, 0.02, len(times)), 0, 1) for u in units}
        noisy |= {43: values(shut, times), 61: values(aside, times)}
        return acted(times, noisy, units=units)

    shut = [looking(2.5, pulse(1, 0.5), pulse(1, 0.5, 0.9)) for _ in range(3)]
    gesture = own_gesture("mine", shut, [looking(20)])
    assert "61" not in gesture.rule and gesture.hold >= SHORTEST_BLINK
    assert find_gesture(gesture, looking(5, aside=pulse(1, 2, 0.95))) == []
    assert find_gesture(gesture, looking(5, shut=pulse(1, 0.5))) == []


def test_lids_that_reach_a_threshold_alone_make_it_a_rule_of_the_lids():
    """The largest weight is that of another unit, and a natural blink is enough all the same."""
    faces = [example({43: pulse(1, 0.9, 0.9), 4: pulse(1, 0.9, 0.35)}, s) for s in range(4)]
    (finding,) = enroll([filmed(60)], {"scrunch": faces}).findings
    assert finding.gesture is None or finding.gesture.hold >= SHORTEST_BLINK


@pytest.mark.parametrize("name", ["Long Blink", "long  blink", "LONG-BLINK", "longblink"])
def test_a_stock_name_is_known_however_it_is_written(name):
    (finding,) = enroll([filmed(20)], {name: five([43], 0.95, length=1.0)}).findings
    assert finding.name == "long blink" and "both eyes 43" in finding.gesture.rule


def test_an_example_in_which_she_is_not_seen_is_named():
    hidden = Example(filmed(3, {12: pulse(1, 0.9)}, unseen=[(0.5, 3)]), 0.0, 3.0, "day.mp4@0-3")
    notes = enroll([filmed(20)], {"smile": [*five([12], 0.95), hidden]}).notes
    assert "smile: she is seen in 17% of example 6 only day.mp4@0-3" in notes
    assert sum("she is seen" in note for note in notes) == 1
