from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from facs.absent import absent
from facs.arrays import array_forms
from facs.errors import InputError, MissingPackageError
from facs.person import Person
from facs.recording import Recording
from facs.units import ActionUnit
from tests.builders import NAN, UNITS, make_model, make_person, make_recording

AU6, AU9, AU12 = UNITS
ABSENT = [NAN, NAN, NAN]


# Asking a person


@pytest.mark.parametrize("unit", [ActionUnit.AU12, 12, "AU12", "au12", np.int64(12)])
def test_a_unit_has_three_names(unit):
    person = make_person([[0.1, 0.2, 0.9]])
    assert person[unit] == np.float32(0.9)
    assert person.intensity(unit) == np.float32(0.9) * 5


def test_names_with_a_leading_zero_are_understood():
    assert make_person([[0.1, 0.2, 0.9]])["AU06"] == np.float32(0.1)


@pytest.mark.parametrize("unit", [ActionUnit.AU1, 99, "smile", None, 12.5])
def test_a_unit_that_is_not_there_is_answered_with_those_that_are(unit):
    with pytest.raises(InputError, match="AU6 AU9 AU12"):
        make_person()[unit]
    assert unit not in make_person()


def test_sides_are_kept_apart():
    person = make_person([[0.0, 0.0, 0.8]])
    assert person.side(AU12, "left") == np.float32(0.8)
    assert person.side("AU12", "right") == np.float32(0.4)
    assert person.side_intensity(AU12, "left") == np.float32(0.8) * 5
    assert person.side_intensity(12, "right") == np.float32(2.0)


def test_a_unit_without_sides_names_those_with():
    with pytest.raises(InputError, match="two sides are: AU6 AU12"):
        make_person().side(AU9, "left")


def test_only_left_and_right_are_sides():
    with pytest.raises(InputError, match="'left' or 'right'"):
        make_person().side(AU12, "top")  # type: ignore[arg-type]


def test_clear_is_where_nothing_speaks_against_the_numbers():
    person = make_person([[0.1, 0.2, 0.3], [0.1, 0.2, 0.3], ABSENT], reasons=[0, 2, 1])
    assert person.seen.tolist() == [True, True, False]
    assert person.clear.tolist() == [True, False, False]


def test_some_frames_of_a_person_are_a_person():
    person = make_person([[0.1, 0.2, 0.3], ABSENT, [0.4, 0.5, 0.6]])
    some = person.frames(np.array([True, False, True]))
    assert some.times.tolist() == [0.0, 0.2]
    assert some[AU12].tolist() == person[AU12][[0, 2]].tolist()
    assert some == person.frames(slice(0, 3, 2)) == person.frames(np.array([0, 2]))
    assert person.frames(slice(None)) == person


def test_who_is_absent_is_in_no_frame():
    person = absent(3, np.arange(2.0), UNITS, (AU6,))
    assert not person.seen.any()
    assert [person.reason(i) for i in range(2)] == ["no_face", "no_face"]


def test_seen_is_where_there_are_numbers():
    person = make_person([[0.1, 0.2, 0.3], ABSENT, [NAN, 0.2, NAN]])
    assert person.seen.tolist() == [True, False, True]
    assert [person.reason(i) for i in range(3)] == ["", "no_face", ""]


def test_a_person_without_units_was_never_scored():
    assert make_person(np.zeros((2, 0)), units=(), reasons=[0, 0]).seen.tolist() == [False, False]


def test_a_person_describes_itself():
    scores = [[0.9, 0.1, 0.9]] * 3 + [[0.1, 0.1, 0.9]] + [ABSENT]
    assert repr(make_person(scores)) == (
        "<Person 0: 4 of 5 frames scored, 0.5 s, most active AU12 AU6>"
    )
    assert "nothing active" in repr(make_person([[0.1, 0.1, 0.1]]))


# Events of a person


def test_events_use_the_thresholds_of_the_model():
    scores = [[0.1, 0.1, x] for x in (0.1, 0.65, 0.9, 0.65, 0.55)]
    person = make_person(scores, on=[0.5, 0.5, 0.7], off=[0.4, 0.4, 0.6])
    assert [(e.onset, e.offset) for e in person.events(AU12)] == [(0.2, 0.3)]


def test_an_event_reaches_three_times_the_odds_of_the_threshold():
    person = make_person([[0.1, 0.1, x] for x in (0.6, 0.74, 0.1, 0.6, 0.76)])
    assert [(e.onset, e.offset) for e in person.events(AU12)] == [(0.3, 0.4)]
    assert len(person.events(AU12, min_peak=0.0)) == 2
    assert person.events(AU12, min_peak=0.8) == []


def test_a_threshold_that_is_given_asks_for_no_more_than_itself():
    person = make_person([[0.1, 0.1, x] for x in (0.6, 0.74, 0.1)])
    assert person.events(AU12) == []
    assert len(person.events(AU12, on=0.5)) == 1


def test_thresholds_can_be_given():
    person = make_person([[0.1, 0.1, x] for x in (0.1, 0.3, 0.25, 0.1)])
    assert person.events(AU12) == []
    assert [(e.onset, e.offset) for e in person.events(AU12, on=0.3)] == [(0.1, 0.1)]
    assert [(e.onset, e.offset) for e in person.events(AU12, on=0.3, off=0.2)] == [(0.1, 0.2)]


@pytest.mark.parametrize("on", [0.3, 0.6, 0.7, 0.9])
def test_a_score_that_equals_a_level_has_reached_it(on):
    """Scores have single precision: 0.7 is a little less there than in Python."""
    person = make_person([[0.1, 0.1, x] for x in (0.1, on, 0.1)])
    assert len(person.events(AU12, on=on)) == 1
    assert len(person.events(AU12, on=0.2, min_peak=on)) == 1


def test_units_without_a_sure_event_are_not_the_most_active():
    scores = [[0.6, 0.1, 0.1]] * 5 + [[0.1, 0.1, 0.9]]  # AU6 is never sure
    assert repr(make_person(scores)).endswith("most active AU12>")


def test_events_of_all_units_are_in_order_of_onset():
    person = make_person([[0.1, 0.9, 0.1], [0.1, 0.1, 0.9], [0.9, 0.1, 0.9]])
    assert [event.label for event in person.events()] == ["AU9", "AU12", "AU6"]


def test_an_event_ends_where_the_face_is_lost():
    person = make_person([[0.1, 0.1, 0.9], ABSENT, [0.1, 0.1, 0.9]])
    assert len(person.events(AU12)) == 2
    assert person.events(AU12, min_duration=0.1) == []


# A person checks itself


@pytest.mark.parametrize("name", array_forms(1, UNITS, UNITS[:1]))
def test_a_wrong_shape_is_named(name):
    with pytest.raises(InputError, match=rf"{name}: wanted shape \(.*\), got \(7, 7, 7\)"):
        dataclasses.replace(make_person(), **{name: np.zeros((7, 7, 7))})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("probability", [[0.0, 0.0, 1.1]]),
        ("probability", [[0.0, 0.0, -0.1]]),
        ("intensities", [[0.0, 0.0, 5.1]]),
        ("left", [[0.0, 2.0]]),
        ("quality", [1.5]),
        ("reasons", [7]),
        ("streams", [3]),
    ],
)
def test_a_number_out_of_range_is_named(name, value):
    with pytest.raises(InputError, match=f"{name}: wanted values in"):
        make_person(**{name: value})


@pytest.mark.parametrize("times", [[0.0, 0.0], [1.0, 0.0], [0.0, NAN], [0.0, float("inf")]])
def test_times_must_increase(times):
    with pytest.raises(InputError, match="strictly increase"):
        make_person([[0.1, 0.1, 0.1]] * 2, times=times)


def test_thresholds_that_contradict_are_refused():
    with pytest.raises(InputError, match="AU9: wanted 0 <= off <= on <= 1"):
        make_person(on=[0.5, 0.3, 0.3])
    with pytest.raises(InputError, match=r"AU6: .* on=1.5"):
        make_person(on=[1.5] * 3)


def test_infinity_is_not_a_measurement():
    with pytest.raises(InputError, match="infinity"):
        make_person(score=[float("inf")])


def test_a_unit_is_there_once():
    with pytest.raises(InputError, match="twice"):
        make_person(units=(AU6, AU6, AU12), sided=())


def test_sided_units_are_units():
    with pytest.raises(InputError, match="got AU1"):
        make_person(sided=(AU6, ActionUnit.AU1))


def test_measurements_cannot_be_written_to():
    person = make_person()
    with pytest.raises(ValueError, match="read-only"):
        person["AU12"][0] = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        person.track = 3  # type: ignore[misc]


def test_an_array_of_the_caller_stays_writable():
    mine = np.zeros((1, 3), np.float32)
    make_person(probability=mine)
    mine[0, 0] = 1.0


# A recording


def test_a_recording_is_its_people_over_time():
    second = dataclasses.replace(make_person([[0.1, 0.1, 0.1]] * 3), track=1)
    recording = make_recording(make_person([[0.1, 0.1, 0.1]] * 3), second)
    assert len(recording) == 3
    assert [person.track for person in recording] == [0, 1]
    assert recording.duration == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "<Recording of talk.mp4: 3 frames, 0.3 s, 1 person>"),
        ({"damage": "cut off"}, "<Recording of talk.mp4: 3 frames, 0.3 s, 1 person, damaged>"),
        ({"people": ()}, "<Recording of talk.mp4: 3 frames, 0.3 s, nobody found>"),
        ({"people": (), "times": [0.0]}, "<Recording of talk.mp4: 1 frame, 0.0 s, nobody found>"),
        ({"people": (), "times": []}, "<Recording of talk.mp4: 0 frames, 0.0 s, nobody found>"),
    ],
)
def test_a_recording_describes_itself(changes, expected):
    assert repr(make_recording(**changes)) == expected


def test_people_share_the_times_of_the_recording():
    with pytest.raises(InputError, match="person 0: wanted the 2 times"):
        make_recording(make_person([[0.1, 0.1, 0.1]] * 3), times=[0.0, 0.1])


def test_a_number_is_given_to_one_person_only():
    with pytest.raises(InputError, match=r"each once, got \[0, 0\]"):
        make_recording(make_person(), make_person())


def test_people_have_the_same_units():
    other = make_person([[0.1]], units=(AU9,), track=1)
    with pytest.raises(InputError, match="same units"):
        make_recording(make_person(), other)


def test_recordings_are_equal_when_every_number_is():
    scores = [[0.1, 0.2, 0.3], ABSENT]
    assert make_recording(make_person(scores)) == make_recording(make_person(scores))
    scores[0][0] = 0.2
    assert make_recording(make_person(scores)) != make_recording()
    assert make_recording(damage="cut") != make_recording()
    assert make_recording(model=make_model(name="x")) != make_recording()


def test_a_model_checks_its_thresholds():
    with pytest.raises(InputError, match=r"on: wanted shape \(3,\)"):
        make_model(on=[0.5])
    with pytest.raises(InputError, match="off <= on"):
        make_model(on=[0.5, 0.5, 0.3])


# The table


def test_the_table_has_a_row_for_every_frame_and_person():
    pytest.importorskip("pandas")
    first = make_person([[0.1, 0.2, 0.3], ABSENT])
    second = make_person([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]], track=4)
    table = make_recording(first, second).to_pandas()
    assert table["frame"].tolist() == [0, 0, 1, 1]
    assert table["person"].tolist() == [0, 4, 0, 4]
    assert table["time"].tolist() == [0.0, 0.0, 0.1, 0.1]
    assert table["reason"].tolist() == ["", "", "no_face", ""]
    assert table["stream"].tolist() == ["fused", "fused", "", "fused"]
    np.testing.assert_array_equal(table["AU12"], np.float32([0.3, 0.6, NAN, 0.9]))
    np.testing.assert_array_equal(table["x0"], np.float32([20, 20, NAN, 20]))


def test_the_columns_of_the_table_are_in_a_fixed_order():
    pytest.importorskip("pandas")
    assert list(make_recording().to_pandas()) == [
        *("frame", "time", "person", "reason", "quality", "score", "stream"),
        *("x0", "y0", "x1", "y1", "yaw", "pitch", "roll"),
        *("AU6", "AU9", "AU12", "AU6_intensity", "AU9_intensity", "AU12_intensity"),
        *("AU6_left", "AU6_right", "AU6_left_intensity", "AU6_right_intensity"),
        *("AU12_left", "AU12_right", "AU12_left_intensity", "AU12_right_intensity"),
    ]


def test_landmarks_are_in_the_table_when_asked_for():
    pytest.importorskip("pandas")
    table = make_recording().to_pandas(landmarks=True)
    assert len(table.columns) == 28 + 136
    assert table["landmark0_x"].tolist() == [70.0] * 3
    assert table["landmark17_y"].tolist() == [70.0] * 3


def test_frames_have_rows_also_where_nobody_was_found():
    pytest.importorskip("pandas")
    table = make_recording(people=()).to_pandas()
    assert table["frame"].tolist() == [0, 1, 2]
    assert table["person"].isna().all()
    assert set(table["reason"]) == {"no_face"}
    assert list(table) == list(make_recording().to_pandas())


def test_without_pandas_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(MissingPackageError, match=r"facs\[tables\]"):
        make_recording().to_pandas()


def test_a_picture_is_a_recording_of_one_frame():
    recording = Recording("face.png", (640, 480), None, np.zeros(1), (make_person(),))
    assert (len(recording), recording.duration) == (1, 0.0)
    assert isinstance(recording.people[0], Person)


def test_the_rate_is_exact(tmp_path):
    make_recording(rate=Fraction(30000, 1001)).save(tmp_path / "a.facs")
    assert Recording.load(tmp_path / "a.facs").rate == Fraction(30000, 1001)
