from __future__ import annotations

import numpy as np
import pytest

from facs.faces.track import FaceTracker, TrackOptions
from tests.faces.builders import Stage, landmarks_at, texture

GRAY = texture(400)
LEFT, RIGHT, MIDDLE = (10, 40, 100), (250, 40, 100), (140, 200, 100)


def tracker_of(stage, **options):
    return FaceTracker(TrackOptions(**options), stage.detect, stage)


def numbers(tracker, time):
    return [face.track for face in tracker.update(GRAY, time)]


def watch(tracker, start, stop, rate=25):
    """Numbers seen in each frame of ``start <= time < stop``."""
    frames = range(round(start * rate), round(stop * rate))
    return [numbers(tracker, frame / rate) for frame in frames]


def test_an_empty_room_has_no_faces():
    stage = Stage()
    tracker = tracker_of(stage)
    assert watch(tracker, 0, 0.2) == [[]] * 5
    assert stage.looks == 5  # nobody is followed, so every frame is searched


def test_a_face_is_where_its_landmarks_are():
    tracker = tracker_of(Stage(ann=LEFT))
    (face,) = tracker.update(GRAY, 0.0)
    points = landmarks_at(*LEFT)
    np.testing.assert_array_equal(face.landmarks, points)
    np.testing.assert_allclose(face.box, [*points.min(0), *points.max(0)])
    assert face.score == 0.95
    assert np.abs(face.pose).max() < 15
    assert face.reason == "" and face.quality > 0


def test_two_people_keep_their_numbers_as_they_move():
    stage = Stage(ann=LEFT, bob=RIGHT)
    tracker = tracker_of(stage)
    places = []
    for frame in range(50):
        stage.people = {"ann": (10 + frame, 40, 100), "bob": (250 - frame, 40 + frame, 100)}
        places.append([(f.track, f.box[0] < 150) for f in tracker.update(GRAY, frame / 25)])
    assert places == [places[0]] * 50
    assert {number for number, _ in places[0]} == {0, 1}


def test_the_larger_face_is_number_one():
    tracker = tracker_of(Stage(ann=(10, 40, 60), bob=(200, 40, 140)))
    faces = tracker.update(GRAY, 0.0)
    assert [face.track for face in faces] == [0, 1]
    assert faces[0].box[0] > 200


def test_who_returns_within_two_seconds_keeps_her_number():
    stage = Stage(ann=LEFT, bob=RIGHT)
    tracker = tracker_of(stage)
    watch(tracker, 0, 1)
    away = stage.people.pop("ann")
    assert watch(tracker, 1, 2.4)[-1] == [1]
    stage.people["ann"] = away
    assert watch(tracker, 2.4, 3)[-1] == [0, 1]


def test_a_return_is_noticed_in_time_although_others_are_in_view():
    stage = Stage(ann=LEFT, bob=RIGHT)
    tracker = tracker_of(stage)
    watch(tracker, 0, 1)
    away = stage.people.pop("ann")
    watch(tracker, 1, 2.8)
    stage.people["ann"] = away
    assert watch(tracker, 2.8, 3.4)[-1] == [0, 1]


def test_who_walks_behind_another_keeps_her_number():
    stage = Stage(ann=(0, 100, 40), bob=(300, 100, 40))
    tracker = tracker_of(stage)
    watch(tracker, 0, 1)
    stage.people.pop("ann")
    watch(tracker, 1, 1.5)
    stage.people["ann"] = (160, 100, 40)  # five face widths away, half a second later
    assert watch(tracker, 1.5, 2.2)[-1] == [0, 1]


def test_who_returns_after_two_seconds_gets_a_new_number():
    stage = Stage(ann=LEFT, bob=RIGHT)
    tracker = tracker_of(stage)
    watch(tracker, 0, 1)
    away = stage.people.pop("ann")
    watch(tracker, 1, 3.1)
    stage.people["ann"] = away
    assert watch(tracker, 3.1, 3.8)[-1] == [1, 2]


def test_who_returns_far_away_is_somebody_new():
    stage = Stage(ann=(0, 0, 30))
    tracker = tracker_of(stage)
    watch(tracker, 0, 1)
    stage.people = {}
    watch(tracker, 1, 1.2)
    stage.people = {"eve": (300, 300, 30)}
    assert watch(tracker, 1.2, 1.4)[-1] == [1]


def test_who_appears_across_the_room_a_second_later_is_somebody_new():
    stage = Stage(ann=(0, 100, 30))
    tracker = tracker_of(stage)
    watch(tracker, 0, 1)
    stage.people = {}
    watch(tracker, 1, 2)
    stage.people = {"eve": (200, 100, 30)}
    assert watch(tracker, 2, 2.4)[-1] == [1]


@pytest.mark.parametrize("gap", [3, 600])
def test_who_is_in_her_place_after_a_hole_in_time_is_somebody_new(gap):
    tracker = tracker_of(Stage(ann=LEFT))
    watch(tracker, 0, 1)
    assert watch(tracker, 1 + gap, 2 + gap) == [[1]] * 25


@pytest.mark.parametrize("seconds", [5, 3600])
def test_who_stays_in_pictures_that_are_far_apart_keeps_her_number(seconds):
    tracker = tracker_of(Stage(ann=LEFT))
    assert [numbers(tracker, float(seconds * i)) for i in range(4)] == [[0]] * 4


def test_who_returns_at_another_size_is_somebody_new():
    stage = Stage(ann=(100, 100, 40))
    tracker = tracker_of(stage)
    watch(tracker, 0, 1)
    stage.people = {}
    watch(tracker, 1, 1.2)
    stage.people = {"eve": (20, 20, 300)}
    assert watch(tracker, 1.2, 1.4)[-1] == [1]


def test_the_forgotten_leave_no_trace():
    stage = Stage()
    tracker = tracker_of(stage)
    for second in range(0, 40, 4):
        stage.people = {"ann": LEFT}
        numbers(tracker, float(second))
        stage.people = {}
        numbers(tracker, second + 0.04)
        numbers(tracker, second + 3.0)
        assert tracker._lost == []


def test_two_tracks_on_one_face_are_parted_and_the_older_keeps_it():
    stage = Stage(ann=LEFT)
    tracker = tracker_of(stage)
    watch(tracker, 0, 1)
    stage.people["bob"] = (150, 40, 100)
    assert watch(tracker, 1, 2)[-1] == [0, 1]
    for frame in range(14):  # bob's track slides over to ann, until bob is gone
        stage.people["bob"] = (150 - 10 * frame, 40, 100)
        numbers(tracker, 2 + frame / 25)
    del stage.people["bob"]
    seen = watch(tracker, 3, 4)
    assert seen[-1] == [0]
    assert seen == [[0]] * 25


def test_the_detector_looks_at_the_start_and_then_twice_a_second():
    stage = Stage(ann=LEFT)
    watch(tracker_of(stage), 0, 3)
    assert stage.looks == 6


def test_it_glances_at_a_small_picture_and_searches_the_whole_one_every_two_seconds():
    stage = Stage(ann=LEFT)
    watch(tracker_of(stage), 0, 3)
    assert stage.sides == [400, 320, 320, 320, 400, 320]


def test_who_is_lost_is_looked_for_in_the_whole_picture_if_her_face_is_small():
    for size, side in ((40, 400), (100, 320)):
        stage = Stage(ann=LEFT, bob=(250, 40, size))
        tracker = tracker_of(stage)
        watch(tracker, 0, 1)
        del stage.people["bob"]
        watch(tracker, 1, 1.04)
        assert stage.sides[-1] == side


def test_the_detector_looks_at_once_when_a_face_is_lost():
    stage = Stage(ann=LEFT, bob=RIGHT)
    tracker = tracker_of(stage, look_every=100.0)
    watch(tracker, 0, 1)
    assert stage.looks == 1
    stage.people["ann"] = (10, 190, 100)  # further than a face moves between two frames
    assert numbers(tracker, 1.0) == [0, 1]
    assert stage.looks == 2


def test_the_detector_rests_while_everybody_wanted_is_followed():
    stage = Stage(ann=LEFT, bob=RIGHT)
    watch(tracker_of(stage, max_people=2), 0, 3)
    assert stage.looks == 1


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_people_are_followed_than_wanted(most):
    tracker = tracker_of(Stage(ann=LEFT, bob=RIGHT, eve=MIDDLE), max_people=most)
    assert {len(seen) for seen in watch(tracker, 0, 2)} == {most}


def test_where_there_is_room_for_no_more_no_more_boxes_are_looked_into():
    stage, looked = Stage(ann=LEFT, bob=RIGHT, cyd=MIDDLE), []
    from_box = stage.from_box
    stage.from_box = lambda gray, box: looked.append(box) or from_box(gray, box)
    assert numbers(tracker_of(stage, max_people=1), 0.0) == [0]
    assert len(looked) == 1


def test_a_false_detection_starts_no_track():
    stage = Stage(ann=LEFT, lamp=RIGHT)
    stage.scores["lamp"] = 0.65
    assert watch(tracker_of(stage), 0, 2)[-1] == [0]


def test_a_face_is_kept_at_a_score_that_would_not_start_one():
    stage = Stage(ann=LEFT)
    tracker = tracker_of(stage)
    watch(tracker, 0, 1)
    stage.scores["ann"] = 0.5
    assert watch(tracker, 1, 2)[-1] == [0]
    stage.scores["ann"] = 0.3
    assert watch(tracker, 2, 3)[-1] == []


def test_a_face_that_leaps_is_lost():
    stage = Stage(ann=(10, 40, 100))
    tracker = tracker_of(stage)
    watch(tracker, 0, 1.2)
    looks = stage.looks
    stage.people["ann"] = (10, 40, 200)  # twice as large from one frame to the next
    (face,) = tracker.update(GRAY, 1.2)
    assert face.track == 0  # found again by the detector, near enough to be the same
    assert stage.looks == looks + 1


def test_what_the_landmarks_say_of_cover_becomes_the_reason():
    stage = Stage(ann=LEFT)
    stage.covered["ann"] = 0.9
    (face,) = tracker_of(stage).update(GRAY, 0.0)
    assert (face.quality, face.reason) == (0.0, "covered")
