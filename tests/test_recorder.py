from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from facs.errors import InputError
from facs.recorder import RecordingBuilder, Row
from tests.builders import NAN, make_model


def make_builder(frames=4):
    builder = RecordingBuilder("talk.mp4", (64, 48), Fraction(10), make_model())
    for frame in range(frames):
        builder.add_frame(frame / 10)
    return builder


def smile(probability, **facts):
    return Row(probability=[0.0, 0.0, probability], stream="fused", **facts)


def au12(builder, person=0):
    return builder.build().people[person]["AU12"]


def test_frames_in_which_a_person_was_absent_are_nan_with_a_reason():
    builder = make_builder()
    builder.add(7, 1, smile(0.25))
    person = builder.build().people[0]
    np.testing.assert_array_equal(person["AU12"], np.float32([NAN, 0.25, NAN, NAN]))
    assert [person.reason(i) for i in range(4)] == ["no_face", "", "no_face", "no_face"]
    assert person.streams.tolist() == [0, 2, 0, 0]
    assert person.track == 7


def test_a_recording_without_people_still_has_its_frames():
    recording = make_builder(3).build(damage="cut off", notes=["first", "second"])
    assert (len(recording), recording.people) == (3, ())
    assert (recording.damage, recording.notes) == ("cut off", ("first", "second"))


def test_a_row_may_come_after_later_frames():
    builder = make_builder()
    for frame in (3, 0, 2):
        builder.add(0, frame, smile(frame / 4))
    np.testing.assert_array_equal(au12(builder), np.float32([0, NAN, 0.5, 0.75]))


def test_a_row_may_be_replaced():
    builder = make_builder()
    for frame in range(4):
        builder.add(0, frame, Row(probability=[0, 0, 0.25], stream="spatial"))
    builder.add(0, 1, smile(0.75))
    assert au12(builder).tolist() == [0.25, 0.75, 0.25, 0.25]
    assert builder.build().people[0].streams.tolist() == [1, 2, 1, 1]


def test_more_frames_may_follow_a_recording():
    builder = make_builder(1)
    builder.add(0, 0, smile(0.5))
    before = builder.build()
    builder.add(0, builder.add_frame(0.5), smile(0.75))
    assert (len(before), len(builder.build())) == (1, 2)
    assert before.people[0]["AU12"].tolist() == [0.5]


def test_people_come_in_order_of_their_numbers():
    builder = make_builder(1)
    for track in (5, 1, 3):
        builder.add(track, 0, smile(track / 10))
    assert [person.track for person in builder.build()] == [1, 3, 5]


def test_many_rows_are_kept_as_they_came():
    builder = make_builder(1000)
    values = np.random.default_rng(0).random(1000).astype(np.float32)
    for frame, value in enumerate(values):
        builder.add(0, frame, smile(value, box=[frame, 0, 1, 1], reason="dark"))
    person = builder.build().people[0]
    np.testing.assert_array_equal(person["AU12"], values)
    np.testing.assert_array_equal(person.boxes[:, 0], np.arange(1000))
    assert {person.reason(i) for i in range(1000)} == {"dark"}


def test_every_field_of_a_row_arrives():
    row = Row(
        box=[1, 2, 3, 4],
        landmarks=np.full((68, 2), 5),
        pose=[6, 7, 8],
        score=0.9,
        quality=0.8,
        reason="blurred",
        stream="spatial",
        probability=[0.1, 0.2, 0.3],
        intensity=[1, 2, 3],
        left=[0.4, 0.5],
        right=[0.6, 0.7],
        left_intensity=[1.5, 2.5],
        right_intensity=[3.5, 4.5],
    )
    builder = make_builder(1)
    builder.add(0, 0, row)
    person = builder.build().people[0]
    arrived = {
        "boxes": row.box,
        "landmarks": row.landmarks,
        "pose": row.pose,
        "score": row.score,
        "quality": row.quality,
        "probability": row.probability,
        "intensities": row.intensity,
        "left": row.left,
        "right": row.right,
        "left_intensity": row.left_intensity,
        "right_intensity": row.right_intensity,
    }
    for name, value in arrived.items():
        np.testing.assert_array_equal(getattr(person, name)[0], np.float32(value), err_msg=name)
    assert (person.reason(0), person.streams[0]) == ("blurred", 1)


def test_a_row_takes_little_memory():
    units = make_model(units=tuple(range(1, 3)), on=[0.5] * 2, off=[0.4] * 2)
    builder = RecordingBuilder("a", None, None, units)
    for frame in range(100):
        builder.add_frame(frame)
        builder.add(0, frame, Row())
    assert sum(rows.nbytes for rows in builder._rows.blocks()) / 100 < 700


def test_the_wrong_shape_is_refused_when_it_is_added():
    with pytest.raises(InputError, match=r"probability: wanted shape \(3,\), got \(4,\)"):
        make_builder().add(0, 0, Row(probability=[0, 0, 0, 0]))


@pytest.mark.parametrize("frame", [-1, 4])
def test_a_frame_that_was_not_told_of_is_refused(frame):
    with pytest.raises(InputError, match="wanted a frame from 0 to 3"):
        make_builder(4).add(0, frame, Row())


@pytest.mark.parametrize("time", [0.1, 0.3, NAN])
def test_time_goes_forward(time):
    builder = make_builder(4)
    with pytest.raises(InputError, match="wanted a time after"):
        builder.add_frame(time)


def test_a_reason_has_to_be_a_known_word():
    with pytest.raises(InputError, match="reason: wanted one of"):
        Row(reason="tired")
    with pytest.raises(InputError, match="stream: wanted one of"):
        Row(stream="third")
