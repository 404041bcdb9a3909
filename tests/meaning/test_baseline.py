"""A person's rest, found in what she did, and scores relative to it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from facs.errors import InputError, ProfileError
from facs.meaning.baseline import REST, Baseline
from facs.meaning.rest import find_baseline
from facs.units import ActionUnit
from tests.meaning.builders import acted, both, clock, pulse

AU4, AU12, AU43 = ActionUnit.AU4, ActionUnit.AU12, ActionUnit.AU43


def noisy(person, scale=0.01, seed=0):
    """The same person, scored with a little noise."""
    rng = np.random.default_rng(seed)
    keep = {name: getattr(person, name) for name in ("times", "units", "sided", "pose")}
    shaken = {}
    for name, top in (("probability", 1), ("intensities", 5), ("left", 1), ("right", 1)):
        values = getattr(person, name)
        shaken[name] = np.clip(values + rng.normal(0, scale * top, values.shape), 0, top)
    shaken["left_intensity"], shaken["right_intensity"] = shaken["left"] * 5, shaken["right"] * 5
    return type(person)(
        **{f: getattr(person, f) for f in person.__dataclass_fields__} | keep | shaken
    )


def test_a_low_brow_at_rest_is_her_rest():
    person = noisy(acted(clock(20), {4: 0.6}))
    rest = find_baseline(person)
    assert rest.probability[rest.units.index(AU4)] == pytest.approx(0.6, abs=0.02)
    assert rest.probability[rest.units.index(AU12)] == pytest.approx(0.02, abs=0.02)
    assert rest.moments > 10


@pytest.mark.parametrize("held", [6.0, 12.0, 14.0])
def test_a_smile_held_for_up_to_seven_tenths_of_the_time_is_not_her_rest(held):
    person = noisy(acted(clock(20), {12: pulse(3.0, held)}))
    rest = find_baseline(person)
    assert rest.probability[rest.units.index(AU12)] < 0.1


def test_the_median_of_all_frames_would_have_been_fooled():
    person = noisy(acted(clock(20), {12: pulse(3.0, 14.0)}))
    assert np.median(person[AU12]) > 0.8


def test_blinks_and_talk_do_not_move_the_rest():
    blinks = both(*(pulse(start, 0.2) for start in np.arange(1.0, 40.0, 4.0)))
    talk = lambda t: 0.5 + 0.5 * np.sin(2 * np.pi * 4 * t)  # noqa: E731
    speech = lambda t: np.where((t > 10) & (t < 25), talk(t), 0.03)  # noqa: E731
    rest = find_baseline(noisy(acted(clock(40), {43: blinks, 25: speech})))
    assert rest.probability[rest.units.index(AU43)] < 0.1
    assert rest.probability[rest.units.index(ActionUnit.AU25)] < 0.15


def test_each_side_has_its_own_rest():
    rest = find_baseline(noisy(acted(clock(20), left={43: 0.7}, right={43: 0.1})))
    at = rest.sided.index(AU43)
    assert (rest.left[at], rest.right[at]) == pytest.approx((0.7, 0.1), abs=0.03)


def test_frames_with_the_head_turned_away_do_not_count():
    turned = pulse(5.0, 8.0, high=40.0, low=-3.0)
    person = noisy(acted(clock(20), {4: pulse(5.0, 8.0, low=0.3, high=0.01)}, pose=(turned, 0, 0)))
    rest = find_baseline(person)
    assert rest.pose[0] == pytest.approx(-3.0, abs=0.5)
    assert rest.probability[rest.units.index(AU4)] == pytest.approx(0.3, abs=0.03)


def test_a_head_that_always_leans_is_no_head_turned_away():
    rest = find_baseline(noisy(acted(clock(20), pose=(-25.0, 18.0, 12.0))))
    assert rest.pose == pytest.approx([-25, 18, 12], abs=0.5)


@pytest.mark.parametrize("rate", [15.0, 60.0, None])
def test_the_rate_of_frames_does_not_matter(rate):
    person = noisy(acted(clock(20, rate), {12: pulse(3.0, 10.0), 4: 0.4}))
    rest = find_baseline(person)
    assert rest.probability[rest.units.index(AU12)] < 0.1
    assert rest.probability[rest.units.index(AU4)] == pytest.approx(0.4, abs=0.03)


def test_too_little_of_a_face_says_so():
    with pytest.raises(InputError, match=r"wanted 8 calm seconds .* got \d: film 20 s"):
        find_baseline(noisy(acted(clock(4))))
    with pytest.raises(InputError, match="got 0: film 20 s"):
        find_baseline(acted(clock(20), unseen=[(0, 30)]))
    with pytest.raises(InputError, match="got none"):
        find_baseline()


def test_a_face_that_comes_and_goes_is_judged_by_what_was_seen():
    gone = [(t, t + 1.5) for t in np.arange(1.0, 40.0, 4.0)]
    rest = find_baseline(noisy(acted(clock(40), {4: 0.5}, unseen=gone)))
    assert rest.probability[rest.units.index(AU4)] == pytest.approx(0.5, abs=0.03)


def test_several_videos_make_one_rest():
    smiling = noisy(acted(clock(12), {12: 0.9}))
    quiet = noisy(acted(clock(12)))
    assert find_baseline(smiling).probability[4] > 0.8
    assert find_baseline(smiling, quiet).probability[4] < 0.1


def test_rest_becomes_small_and_certainty_stays():
    person = noisy(acted(clock(20), {4: pulse(10, 4, low=0.6, high=0.999)}))
    relative = person.relative_to(find_baseline(person))
    assert np.median(relative[AU4]) == pytest.approx(REST, abs=0.02)
    assert relative[AU4].max() > 0.8
    assert relative.intensity(AU4)[:200].mean() < 0.2
    assert relative.side(AU4, "left")[350] > 0.8


def test_a_rest_without_activity_changes_no_probability():
    person = acted(clock(20), {12: pulse(10, 2)})
    relative = person.relative_to(find_baseline(person))
    assert np.array_equal(relative[AU12], person[AU12])
    assert np.array_equal(relative.times, person.times)


def test_not_seen_stays_not_seen():
    person = acted(clock(30), {4: 0.5}, unseen=[(12, 14)])
    relative = person.relative_to(find_baseline(person))
    assert np.array_equal(np.isnan(relative.probability), np.isnan(person.probability))
    assert relative.reason(13 * 30) == "no_face"


def test_pose_is_relative_too():
    person = acted(clock(20), pose=(5.0, -8.0, pulse(10, 3, high=20.0, low=2.0)))
    relative = person.relative_to(find_baseline(person))
    assert relative.pose[0] == pytest.approx([0, 0, 0], abs=1e-4)
    assert relative.pose[330, 2] == pytest.approx(18.0, abs=1e-4)


def test_a_baseline_of_other_units_is_refused():
    rest = find_baseline(acted(clock(20)))
    other = acted(clock(20), units=(AU12,))
    with pytest.raises(InputError, match="make it again with the model"):
        other.relative_to(rest)


def test_it_is_the_same_after_a_round_trip(tmp_path):
    person = noisy(acted(clock(20), {4: 0.4}))
    rest = find_baseline(person, model="tiny 1.0")
    rest.save(tmp_path / "child.json")
    again = Baseline.load(tmp_path / "child.json")
    assert (again.units, again.sided, again.moments) == (rest.units, rest.sided, rest.moments)
    assert again.model == "tiny 1.0"
    assert again.probability == pytest.approx(rest.probability, abs=1e-5)
    assert person.relative_to(again).probability == pytest.approx(
        person.relative_to(rest).probability, abs=1e-4
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other"}, "wanted facs baseline 1"),
        ({"probability": [0.1]}, r"wanted shape \(8,\)"),
        ({"left": None}, "left"),
        ({"probability": [2.0] * 8}, r"wanted values in \[0, 1\]"),
        ({"units": [999]}, "999"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path, change, message):
    path = tmp_path / "child.json"
    find_baseline(acted(clock(20))).save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ProfileError, match=message):
        Baseline.load(path)


def test_a_file_that_is_not_there_or_no_json_is_refused(tmp_path):
    load = Baseline.load
    with pytest.raises(ProfileError, match="cannot read the baseline"):
        load(tmp_path / "nothing.json")
    (tmp_path / "text.json").write_text("hello")
    with pytest.raises(ProfileError, match="make it again with facs enroll"):
        load(tmp_path / "text.json")
