"""Predictions brought to the rows of the labels."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.evaluation.align import align
from facs.evaluation.aligned import HALF, Thresholds
from facs.evaluation.matching import match_rows
from facs.evaluation.timeline import Timeline
from facs.evaluation.unit_table import UnitTable
from tests.evaluation.builders import NAN, comparison, labels_of, predictions_of

ONE = [[0.9], [0.2], [0.7]]
YES = [[1], [0], [1]]


def matched(predictions, labels):
    return match_rows(predictions, labels)[0].tolist()


# rows


def test_rows_match_by_file_and_frame_in_any_order():
    labels = labels_of(YES, file=["a", "b", "b"], frame=[0, 0, 1])
    predictions = predictions_of(ONE, file=["b", "a", "b"], frame=[1, 0, 0])
    assert matched(predictions, labels) == [1, 2, 0]


def test_a_file_is_the_same_in_another_folder_and_with_another_ending():
    labels = labels_of(YES, file=["a.mp4", "b.mp4", "b.mp4"], frame=[0, 0, 1])
    predictions = predictions_of(ONE, file=["/x/a.avi", "C:\\y\\b.avi", "/x/b"], frame=[0, 0, 5])
    with pytest.raises(InputError, match="differ in folder or ending only"):
        matched(predictions, labels)
    predictions = predictions_of(ONE, file=["/x/a.avi", "C:\\y\\b.avi", "/x/c"], frame=[0, 0, 5])
    assert matched(predictions, labels) == [0, 1, -1]


def test_a_table_without_files_is_about_the_only_one():
    labels = labels_of(YES, file=["talk.mp4"] * 3)
    assert matched(predictions_of(ONE), labels) == [0, 1, 2]
    assert matched(predictions_of(ONE, file=["x"] * 3), labels_of(YES)) == [0, 1, 2]


def test_a_table_without_files_cannot_be_about_two():
    labels = labels_of(YES, file=["a", "b", "b"], frame=[0, 0, 1])
    with pytest.raises(InputError, match=r"predictions.csv: wanted a column file.* 2 files"):
        matched(predictions_of(ONE), labels)


def test_people_match_by_name():
    labels = labels_of(YES, person=["anna", "ben", "anna"], frame=[0, 0, 1])
    predictions = predictions_of(ONE, person=["ben", "anna", "anna"], frame=[0, 0, 1])
    assert matched(predictions, labels) == [1, 0, 2]


def test_labels_of_one_person_take_whoever_was_seen():
    labels = labels_of(YES)
    predictions = predictions_of(
        [[0.9], [None], [0.2], [None], [None], [0.7]],
        person=["0", "1"] * 3,
        frame=[0, 0, 1, 1, 2, 2],
    )
    assert matched(predictions, labels) == [0, 2, 5]


def test_two_people_whom_nothing_tells_apart_are_refused():
    predictions = predictions_of(ONE, person=["0", "1", "0"], frame=[0, 0, 1])
    with pytest.raises(InputError, match=r"predictions.csv: frame 0 of file '' has two people"):
        matched(predictions, labels_of(YES))
    labels = labels_of(YES, person=["anna", "ben", "anna"], frame=[0, 0, 1])
    with pytest.raises(InputError, match=r"labels.csv: frame 0 of file '' has two people"):
        matched(predictions_of(ONE), labels)


def test_rows_without_a_partner_are_counted():
    labels = labels_of([[1], [0], [1], [0]], frame=[0, 1, 2, 9])
    predictions = predictions_of([*ONE, [0.1]], frame=[0, 1, 7, 8])
    rows, notes = match_rows(predictions, labels)
    assert rows.tolist() == [0, 1, -1, -1]
    assert notes == [
        "2 of 4 rows of labels.csv have no row in predictions.csv: not seen",
        "2 seen rows of predictions.csv have no row in labels.csv and do not count",
    ]


def test_tables_without_a_common_row_are_refused_with_an_example_of_both():
    labels = labels_of(YES, file=["a"] * 3)
    predictions = predictions_of(ONE, file=["b"] * 3)
    with pytest.raises(InputError, match=r"wanted file 'a', frame 0.*got file 'b', frame 0"):
        matched(predictions, labels)


# units


def test_only_units_that_both_have_are_scored_and_the_others_are_named():
    labels = labels_of([[1, 0]], names=("AU1", "AU4"))
    predictions = predictions_of([[0.9, 0.1]], names=("AU1", "AU2"))
    aligned = align(predictions, labels)
    assert aligned.names == ("AU1",)
    assert "in labels.csv alone, not compared: AU4" in aligned.notes
    assert "in predictions.csv alone, not compared: AU2" in aligned.notes


def test_tables_without_a_common_unit_are_refused():
    with pytest.raises(InputError, match=r"got AU2 in predictions.csv and AU1 in labels.csv"):
        align(predictions_of([[0.9]], names=("AU2",)), labels_of([[1]]))


# truth


def test_a_unit_is_there_from_the_wanted_intensity():
    labels = UnitTable.of("l", ("AU1",), frame=[0, 1, 2, 3], intensity=[[0], [1], [2], [NAN]])
    predictions = predictions_of([[0.5]] * 4)
    assert align(predictions, labels).truth[:, 0] == pytest.approx([0, 1, 1, NAN], nan_ok=True)
    strict = align(predictions, labels, level=2)
    assert strict.truth[:, 0] == pytest.approx([0, 0, 1, NAN], nan_ok=True)


@pytest.mark.parametrize("level", [0, 6, NAN])
def test_a_level_that_is_no_intensity_is_refused(level):
    with pytest.raises(InputError, match="level"):
        align(predictions_of(ONE), labels_of(YES), level=level)


# decisions


def test_a_probability_counts_from_one_half_where_nobody_says_otherwise():
    aligned = comparison([[0.49], [0.5], [None]], YES)
    assert aligned.decision[:, 0] == pytest.approx([0, 1, NAN], nan_ok=True)


def test_an_intensity_counts_from_the_letter_a():
    predictions = UnitTable.of("p", ("AU1",), frame=[0, 1, 2], intensity=[[0.9], [1], [4]])
    aligned = align(predictions, labels_of(YES))
    assert aligned.decision[:, 0].tolist() == [0, 1, 1]
    assert aligned.score[:, 0].tolist() == [0.9, 1, 4]


def test_a_presence_of_the_table_itself_decides_and_its_intensity_ranks():
    predictions = UnitTable.of(
        "p", ("AU1",), frame=[0, 1, 2], intensity=[[3], [0.1], [0]], presence=[[0], [1], [0]]
    )
    aligned = align(predictions, labels_of(YES))
    assert aligned.decision[:, 0].tolist() == [0, 1, 0]
    assert aligned.score[:, 0].tolist() == [3, 0.1, 0]
    assert np.isnan(aligned.on[0])


def test_a_threshold_that_is_asked_for_goes_before_the_presence_of_the_table():
    predictions = UnitTable.of(
        "p", ("AU1",), frame=[0, 1, 2], intensity=[[3], [0.1], [0]], presence=[[0], [1], [0]]
    )
    aligned = align(predictions, labels_of(YES), thresholds=Thresholds({"AU1": 2.0}))
    assert aligned.decision[:, 0].tolist() == [1, 0, 0]


def test_a_side_has_the_threshold_of_its_unit():
    thresholds = Thresholds({"AU12": 0.3, "AU12_left": 0.6}, {"AU12": 0.2, "AU1": 0.9}, 0.5)
    assert thresholds.of("AU12_right") == (0.3, 0.2, 0.3)
    assert thresholds.of("AU12_left") == (0.6, 0.2, 0.6)
    assert thresholds.of("AU1") == (0.5, 0.5, 0.5)  # an event does not end above where it begins


def test_what_was_not_seen_can_count_as_absent():
    aligned = comparison([[0.9], [None], [0.2]], [[1], [1], [0]], unseen="absent")
    assert aligned.decision[:, 0].tolist() == [1, 0, 0]
    assert aligned.score[:, 0].tolist() == [0.9, 0, 0.2]
    assert np.isnan(aligned.strength).all()  # no intensity was ever predicted
    with pytest.raises(InputError, match="'zero'"):
        comparison(ONE, YES, unseen="zero")


# time and people


def test_a_sequence_is_a_person_in_a_file_with_times():
    labels = labels_of([[1]] * 5, file=list("aabbb"), frame=[0, 1, 0, 1, 2])
    predictions = predictions_of(
        [[0.5]] * 5, file=list("bbbaa"), frame=[2, 0, 1, 0, 1], time=[0.2, 0, NAN, 5, 5.1]
    )
    aligned = align(predictions, labels)
    assert aligned.sequence.tolist() == [0, 0, 1, -1, 1]
    assert aligned.time == pytest.approx([5, 5.1, 0, NAN, 0.2], nan_ok=True)


def test_rows_without_times_get_them_from_a_rate():
    aligned = align(predictions_of(ONE), labels_of(YES), rate=10)
    assert aligned.time == pytest.approx([0, 0.1, 0.2])
    with pytest.raises(InputError, match="rate > 0"):
        align(predictions_of(ONE), labels_of(YES), rate=0)


def test_times_that_run_backwards_are_refused():
    with pytest.raises(InputError, match=r"frame 2: wanted times that increase.*got 0.1 s after"):
        comparison(ONE, YES, time=[0, 0.3, 0.1])


def test_rows_without_a_subject_belong_to_their_file():
    labels = labels_of(YES, file=["a", "b", "b"], frame=[0, 0, 1], subject=["s1", "", ""])
    predictions = predictions_of(ONE, file=["a", "b", "b"], frame=[0, 0, 1])
    aligned = align(predictions, labels)
    assert aligned.subject.tolist() == ["s1", "b", "b"]
    assert "2 rows name no subject: each file counts as one" in aligned.notes


def test_tables_that_seem_to_count_from_different_numbers_are_pointed_out():
    labels = labels_of([[1]] * 4, frame=[1, 2, 3, 4])
    notes = align(predictions_of([[0.5]] * 4), labels).notes
    assert any("does one of them count from 1?" in note for note in notes)
    notes = align(predictions_of([[0.5]] * 4), labels_of([[1]] * 4)).notes
    assert not any("count from 1" in note for note in notes)


def test_some_rows_and_some_names_are_still_a_comparison():
    aligned = comparison([[0.9, 0.1]] * 3, [[1, 0]] * 3, groups={"sex": ["f", "m", "f"]})
    women = aligned.of_rows(aligned.groups["sex"] == "f").of_names(("AU2",))
    assert (len(women), women.names, women.score[:, 0].tolist()) == (2, ("AU2",), [0.1, 0.1])


def test_frames_that_nobody_labelled_end_a_sequence():
    frame = [0, 1, 2, 3, 50, 51, 52]
    values = [[1.0]] * 7
    labels = labels_of(values, frame=frame, time=[f / 25 for f in frame])
    predictions = predictions_of(values, frame=frame)
    assert align(predictions, labels).sequence.tolist() == [0, 0, 0, 0, 1, 1, 1]
    resampled = [k * 6 // 5 for k in range(7)]  # 25 frames a second, numbered as of 30
    labels = labels_of(values, frame=resampled, time=[f / 30 for f in resampled])
    assert align(predictions_of(values, frame=resampled), labels).sequence.tolist() == [0] * 7
    every_tenth = [10 * k for k in range(7)]
    labels = labels_of(values, frame=every_tenth, time=[f / 25 for f in every_tenth])
    predictions = predictions_of(values, frame=every_tenth)
    assert align(predictions, labels).sequence.tolist() == [0] * 7


# rows by time


def shown(n, first, last):
    """A unit that is there from one frame to before another."""
    return [[int(first <= k < last)] for k in range(n)]


def test_a_part_of_a_film_is_matched_by_time_with_labels_of_the_whole():
    labels = labels_of(shown(250, 100, 150), time=np.arange(250) / 25)
    part = predictions_of(shown(150, 50, 100), time=2 + np.arange(150) / 25)
    aligned = align(part, labels)
    assert aligned.known.sum() == 150
    np.testing.assert_array_equal(aligned.decision[aligned.known], aligned.truth[aligned.known])
    assert aligned.notes[0] == (
        "250 rows are matched by time, not by frame: "
        "frame 0 is at 0.000 s in labels.csv and at 2.000 s in predictions.csv"
    )


def test_two_rates_of_one_film_are_matched_by_time():
    labels = labels_of(shown(250, 100, 150), time=np.arange(250) / 25)
    faster = predictions_of(shown(300, 120, 180), time=np.arange(300) / 30)
    aligned = align(faster, labels)
    assert aligned.known.all()
    assert (aligned.decision != aligned.truth).sum() <= 2  # at either end
    back = align(labels, labels_of(shown(300, 120, 180), time=np.arange(300) / 30))
    assert back.known.all() and (back.decision != back.truth).sum() <= 2


def test_frames_that_share_no_number_are_matched_by_time():
    labels = labels_of(YES, frame=[50, 51, 52], time=[2.0, 2.04, 2.08])
    assert matched(predictions_of(ONE, time=[2.0, 2.04, 2.08]), labels) == [0, 1, 2]


def test_times_that_never_meet_are_refused_where_the_frames_do():
    labels, late = labels_of(YES, time=[0, 0.1, 0.2]), predictions_of(ONE, time=[9, 9.1, 9.2])
    with pytest.raises(InputError, match=r"frame 0 is at 0\.000 s in labels\.csv and at 9\.000 s"):
        align(late, labels)


def test_only_the_file_whose_times_contradict_is_matched_by_time():
    facts = {"file": list("aabb"), "frame": [0, 1, 0, 1]}
    labels = labels_of([[1]] * 4, time=[0, 0.1, 0, 0.1], **facts)
    predictions = predictions_of([[1]] * 4, time=[0, 0.1, 0.1, 0.2], **facts)
    assert matched(predictions, labels) == [0, 1, -1, 2]


def test_times_that_are_rounded_contradict_nothing():
    exact = np.arange(60) / 30
    labels = labels_of(shown(60, 20, 40), time=exact)
    for time in (np.round(exact, 3), np.round(exact, 2), np.round(exact, 1), np.floor(exact)):
        assert matched(predictions_of(shown(60, 20, 40), time=time), labels) == list(range(60))


def test_a_hint_about_frames_is_not_given_where_times_have_told():
    labels = labels_of([[1]] * 4, frame=[1, 2, 3, 4], time=[0, 0.1, 0.2, 0.3])
    aligned = align(predictions_of([[0.5]] * 4, time=[0, 0.1, 0.2, 0.3]), labels)
    assert aligned.known.all() and not any("count from 1" in note for note in aligned.notes)


def test_times_that_repeat_name_the_table_and_the_file():
    with pytest.raises(InputError, match=r"^labels\.csv: frame 1: wanted times that increase"):
        comparison(ONE, YES, time=[0, 0, 0.1])
    labels = labels_of(YES, file=["a.mp4"] * 3)
    predictions = predictions_of(ONE, file=["a.mp4"] * 3, time=[0, 0, 0.1])
    with pytest.raises(InputError, match=r"^predictions\.csv: file 'a\.mp4', frame 1: wanted"):
        align(predictions, labels)


def test_predictions_of_every_tenth_frame_do_not_cut_events_into_frames():
    """The labels of all frames, and of these alone, have the same events."""
    shown = np.arange(600)[:, None] % 200 < 80
    rare = np.arange(0, 600, 10)
    time = np.arange(600) / 25
    predictions = predictions_of(shown[rare] * 0.9, frame=rare, time=time[rare])
    labels = labels_of(shown, time=time)
    rows = labels.rows(rare)
    dense, alike = align(predictions, labels), align(predictions, rows)
    for aligned in (dense, alike):
        truth = np.where(aligned.known, aligned.truth, np.nan)[:, 0]
        events = Timeline.of(aligned).events("AU1", truth, HALF)
        assert [round(event.duration, 2) for event in events] == [2.8] * 3


def test_a_frame_without_a_prediction_ends_an_event_where_the_others_have_one():
    shown = np.ones((9, 1))
    seen = [0, 1, 2, 4, 5, 6, 7, 8]
    predictions = predictions_of(shown[seen] * 0.9, frame=seen)
    aligned = align(predictions, labels_of(shown, time=np.arange(9) / 25))
    truth = np.where(aligned.known, aligned.truth, np.nan)[:, 0]
    assert len(Timeline.of(aligned).events("AU1", truth, HALF)) == 2
