"""Two files of one video, brought together: known agreement, and the formats against each other."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.evaluation.agree import Pairing, pair
from facs.evaluation.aligned import Thresholds
from facs.evaluation.report import ReportOptions, evaluate
from facs.outputs.annotations import write_eaf
from facs.outputs.dialects import write_feat_csv, write_openface_csv
from facs.outputs.event_tables import write_bids, write_boris
from facs.outputs.tables import write_csv, write_events_csv
from facs.units import ActionUnit
from tests.builders import NAN, make_person, make_recording

RATE = 30000 / 1001
UNITS = ("AU6", "AU9", "AU12")
HALF = Thresholds(
    dict.fromkeys(UNITS, 0.5), dict.fromkeys(UNITS, 0.4), peak=dict.fromkeys(UNITS, 0.75)
)
"""The thresholds of `machine`."""


def machine(n=300, seed=0):
    """Ten seconds of one person: two units that come and go, one that never does, some gaps."""
    rng = np.random.default_rng(seed)
    steps = np.repeat(rng.random((n // 10, 2)), 10, axis=0)
    scores = np.clip(steps + rng.normal(0, 0.03, (n, 2)), 0, 1)
    scores = np.stack([scores[:, 0], np.full(n, 0.05), scores[:, 1]], axis=1)
    scores[60:75] = NAN
    return make_recording(make_person(scores, times=np.arange(n) / RATE))


def numbers(first, second, **options):
    report = evaluate(pair(first, second, Pairing(**options)), "a", ReportOptions(draws=0))
    return report.labels


# known agreement


def test_coders_who_differ_in_a_tenth_of_the_time(spans):
    """10 s; both see AU12 for 4 s, each for one more second alone: kappa (0.8 - 0.5) / 0.5."""
    first = spans("a.tsv", ("AU12", 0, 5), ("AU4", 9, 10))
    second = spans("b.tsv", ("AU12", 1, 6), ("AU4", 9, 10))
    labels = numbers(first, second)
    assert labels["AU12"].rows == 250
    assert labels["AU12"].metrics["kappa"].value == pytest.approx(0.6)
    assert labels["AU4"].metrics["kappa"].value == pytest.approx(1)
    assert (labels["AU12"].predicted, labels["AU12"].support) == (125, 125)


def test_a_shift_within_the_tolerance_is_forgiven(spans):
    first = spans("a.tsv", ("AU12", 1, 3), ("AU12", 6, 8))
    second = spans("b.tsv", ("AU12", 1.12, 3.12), ("AU12", 6.12, 8.12))
    found = numbers(first, second, until=10.0)["AU12"].metrics
    assert found["kappa"].value < 0.95
    assert found["kappa_tolerant"].value == pytest.approx(1)
    assert found["event_f1"].value == found["event_f1_onset"].value == 1


def test_a_missed_event_costs_event_f1(spans):
    first = spans("a.tsv", ("AU12", 1, 3))
    second = spans("b.tsv", ("AU12", 1, 3), ("AU12", 6, 8))
    found = numbers(first, second, until=10.0)["AU12"].metrics
    assert found["event_f1"].value == pytest.approx(2 / 3)


def test_the_order_of_the_files_does_not_matter(spans, tmp_path):
    machine().save(tmp_path / "a.facs")
    coder = spans("b.tsv", ("AU12", 1, 3), ("AU6", 4, 8))
    one, other = numbers(tmp_path / "a.facs", coder), numbers(coder, tmp_path / "a.facs")
    assert list(one) == list(other) == ["AU6", "AU12"]
    for unit in one:
        for key in ("kappa", "kappa_tolerant", "event_f1"):
            assert one[unit].metrics[key].value == pytest.approx(other[unit].metrics[key].value)
        assert one[unit].predicted == other[unit].support


def test_intensities_agree_by_their_letters(tmp_path):
    header = "onset\tduration\ttrial_type\tintensity"
    (tmp_path / "a.tsv").write_text(f"{header}\n0\t2\tAU12\tB\n2\t2\tAU12\tD\n")
    (tmp_path / "b.tsv").write_text(f"{header}\n0\t2\tAU12\tC\n2\t2\tAU12\tE\n")
    found = numbers(tmp_path / "a.tsv", tmp_path / "b.tsv", until=4.0)["AU12"].metrics
    # one letter more throughout: consistent, and not the same
    assert found["icc_3_1"].value == pytest.approx(1)
    assert found["icc_2_1"].value == pytest.approx(2 / 3, abs=0.01)


def test_frames_that_one_could_not_code_are_left_out(spans):
    first = spans("a.tsv", ("AU12", 0, 2), ("not_scored", 2, 4), ("AU12", 8, 10))
    second = spans("b.tsv", ("AU12", 0, 4), ("AU12", 8, 10))
    labels = numbers(first, second)
    assert labels["AU12"].rows == 200
    assert labels["AU12"].metrics["kappa"].value == pytest.approx(1)


def test_a_unit_that_one_never_saw_counts_where_both_looked_for_it(spans):
    first = spans("a.tsv", ("AU12", 0, 2), ("AU4", 5, 6))
    second = spans("b.tsv", ("AU12", 0, 2), ("AU1", 9, 10))
    assert list(numbers(first, second)) == ["AU12"]
    labels = numbers(first, second, units=("AU12", "4"))
    assert list(labels) == ["AU4", "AU12"]
    assert (labels["AU4"].predicted, labels["AU4"].support) == (25, 0)
    assert labels["AU4"].metrics["kappa"].value == pytest.approx(0)


# every format says the same


@pytest.mark.parametrize(
    "write",
    [write_boris, write_bids, write_openface_csv, write_csv],
    ids=["boris", "bids", "openface", "csv"],
)
def test_a_recording_agrees_with_every_format_of_itself(tmp_path, write):
    recording = machine()
    recording.save(tmp_path / "a.facs")
    write(recording, tmp_path / "b.tsv")
    aligned = pair(tmp_path / "a.facs", tmp_path / "b.tsv", Pairing(thresholds=HALF))
    np.testing.assert_array_equal(aligned.decision[:, -1], aligned.truth[:, -1])
    assert set(aligned.names) >= {"AU6", "AU12"}
    labels = numbers(tmp_path / "a.facs", tmp_path / "b.tsv", thresholds=HALF)
    assert labels["AU6"].metrics["kappa"].value == labels["AU12"].metrics["kappa"].value == 1
    assert labels["AU12"].rows == 285


def test_a_recording_agrees_with_its_annotations_in_elan(tmp_path):
    pytest.importorskip("pympi")
    recording = machine()
    recording.save(tmp_path / "a.facs")
    write_eaf(recording, tmp_path / "b.eaf")
    aligned = pair(tmp_path / "a.facs", tmp_path / "b.eaf")
    assert aligned.names == ("AU6", "AU9", "AU12")
    np.testing.assert_array_equal(aligned.decision, aligned.truth)
    assert np.isnan(aligned.decision).any(axis=1).sum() == 15


@pytest.mark.parametrize("write", [write_boris, write_bids, write_eaf])
def test_the_last_frame_before_a_hole_comes_back(tmp_path, write):
    pytest.importorskip("pympi")
    times = np.arange(60) / 25
    times[30:] += 3
    recording = make_recording(make_person(np.full((60, 3), 0.9), times=times), times=times)
    recording.save(tmp_path / "a.facs")
    path = tmp_path / ("b.eaf" if write is write_eaf else "b.tsv")
    write(recording, path)
    assert pair(tmp_path / "a.facs", path).known.all()


def test_a_recording_agrees_with_its_events_where_it_was_scored(tmp_path):
    recording = machine()
    recording.save(tmp_path / "a.facs")
    write_events_csv(recording, tmp_path / "b.csv")
    labels = numbers(tmp_path / "a.facs", tmp_path / "b.csv")
    assert labels["AU12"].metrics["kappa"].value == 1


def test_pyfeat_has_no_threshold_of_its_own(tmp_path):
    recording = machine()
    recording.save(tmp_path / "a.facs")
    write_feat_csv(recording, tmp_path / "b.csv")
    labels = numbers(tmp_path / "b.csv", tmp_path / "a.facs", thresholds=HALF)
    assert labels["AU6"].metrics["kappa"].value == 1
    scores = np.repeat([[0.1, 0.1, 0.9], [0.1, 0.1, 0.45]], 10, axis=0)  # 0.45 is above `off`
    recording = make_recording(make_person(scores))
    recording.save(tmp_path / "a.facs")
    write_feat_csv(recording, tmp_path / "b.csv")
    labels = numbers(tmp_path / "b.csv", tmp_path / "a.facs")
    assert (labels["AU12"].predicted, labels["AU12"].support) == (10, 20)


def test_a_table_of_our_own_has_the_thresholds_of_the_default_model(tmp_path, spans):
    from facs.evaluation.compare import model_thresholds
    from facs.network.weights import DEFAULT

    write_csv(machine(), tmp_path / "a.csv")
    aligned = pair(tmp_path / "a.csv", spans("b.tsv", ("AU12", 1, 3)))
    limits = model_thresholds(DEFAULT).of("AU12")
    scores = machine().people[0]["AU12"]
    shown = aligned.decision[:, 0] == 1
    assert (scores[shown] < 0.5).any() or limits.on >= 0.5
    assert shown[scores >= limits.peak].all()
    assert any("thresholds are those of" in note for note in aligned.notes)


def test_a_threshold_of_one_unit_leaves_the_models_to_the_others(tmp_path, spans):
    write_csv(machine(), tmp_path / "a.csv")
    other = spans("b.tsv", ("AU6", 1, 3), ("AU12", 1, 3))
    one = Thresholds({"AU12": 0.9}, {"AU12": 0.9})
    plain = pair(tmp_path / "a.csv", other)
    for model in (None, "facs-16"):
        changed = pair(tmp_path / "a.csv", other, Pairing(thresholds=one, model=model))
        column = changed.names.index("AU6")
        np.testing.assert_array_equal(changed.decision[:, column], plain.decision[:, column])
        assert np.nansum(changed.decision[:, 1 - column]) < np.nansum(plain.decision[:, 1 - column])


# what counts as shown


def test_a_threshold_counts_in_a_recording_as_in_a_table_of_it(tmp_path, spans):
    machine().save(tmp_path / "a.facs")
    write_csv(machine(), tmp_path / "a.csv")
    coder = spans("b.tsv", ("AU6", 1, 3), ("AU12", 1, 3))
    for options in ({"thresholds": Thresholds(default=0.9)}, {"model": "facs-16"}):
        found = [
            pair(tmp_path / name, coder, Pairing(**options)).decision
            for name in ("a.facs", "a.csv")
        ]
        np.testing.assert_array_equal(*found)
        plain = pair(tmp_path / "a.facs", coder).decision
        assert np.nansum(found[0]) != np.nansum(plain)
    shown = pair(tmp_path / "a.facs", coder, Pairing(thresholds=Thresholds(default=0.9)))
    scores = machine().people[0].probability[:, [0, 2]]
    np.testing.assert_array_equal(shown.decision == 1, scores >= 0.9)


def test_a_hole_in_the_times_ends_an_event_here_as_in_the_recording(tmp_path, spans):
    scores = np.tile([[0.1, 0.1, 0.5]], (20, 1))
    scores[3, 2] = 0.9  # before the hole alone it is sure
    times = np.arange(20) / 10 + np.where(np.arange(20) < 10, 0, 60)
    recording = make_recording(make_person(scores, times=times))
    recording.save(tmp_path / "a.facs")
    write_csv(recording, tmp_path / "a.csv")
    for name in ("a.facs", "a.csv"):
        how = Pairing(thresholds=HALF if name == "a.csv" else Thresholds())
        aligned = pair(tmp_path / name, spans("b.tsv", ("AU12", 0, 62)), how)
        assert aligned.decision[:, 0].tolist() == [1] * 10 + [0] * 10


def test_a_threshold_of_openface_is_one_of_its_intensities_beside_a_coder(tmp_path, spans):
    write_openface_csv(machine(), tmp_path / "a.csv")
    machine().save(tmp_path / "a.facs")
    coder = spans("b.tsv", ("AU6", 1, 3), ("AU12", 1, 3))
    how = Pairing(thresholds=Thresholds({"AU12": 4.5}))
    intensity = machine().people[0].intensity(12)
    cut = pair(tmp_path / "a.csv", coder, how)
    column = cut.names.index("AU12")
    np.testing.assert_array_equal(cut.decision[:, column] == 1, np.round(intensity, 2) >= 4.5)
    how = Pairing(thresholds=Thresholds({"AU12": 0.1}))
    beside, plain = (pair(tmp_path / "a.csv", tmp_path / "a.facs", p) for p in (how, Pairing()))
    np.testing.assert_array_equal(beside.decision, plain.decision)
    note = "a.csv: thresholds of probabilities do not cut it: its own presence counts"
    assert note in beside.notes
    assert note in pair(tmp_path / "a.csv", coder, Pairing(model="facs-16")).notes


def test_a_probability_never_reaches_more_than_one(tmp_path, spans):
    machine().save(tmp_path / "a.facs")
    with pytest.raises(InputError, match=r"a\.facs, AU6: wanted a threshold in \[0, 1\].*got 2"):
        pair(tmp_path / "a.facs", tmp_path / "a.facs", Pairing(thresholds=Thresholds(default=2)))


def test_a_level_cuts_both_sides_wherever_an_intensity_is_known(tmp_path):
    lines = ["onset\tduration\ttrial_type\tintensity", "0\t1\tAU12\tB", "1\t1\tAU12\tD"]
    (tmp_path / "b.tsv").write_text("\n".join(lines) + "\n")
    person = make_person(np.repeat([[0.1, 0.1, 0.55], [0.1, 0.1, 0.9]], 10, axis=0))
    make_recording(person).save(tmp_path / "a.facs")
    write_openface_csv(make_recording(person), tmp_path / "a.csv")
    letters = ["frame,time,AU12", *(f"{k},{k / 10},{'B' if k < 10 else 'D'}" for k in range(20))]
    (tmp_path / "letters.csv").write_text("\n".join(letters) + "\n")
    for name in ("a.facs", "a.csv", "letters.csv"):
        aligned = pair(tmp_path / name, tmp_path / "b.tsv", Pairing(level=3.0))
        assert aligned.decision[:, 0].tolist() == aligned.truth[:, 0].tolist(), name
        assert aligned.truth[:, 0].tolist() == [0] * 10 + [1] * 10
        assert not any("level" in note for note in aligned.notes)
    plain = pair(tmp_path / "a.facs", tmp_path / "b.tsv")
    assert plain.truth[:, 0].tolist() == [1] * 20


def test_whom_a_level_does_not_cut_is_said(tmp_path, spans):
    machine().save(tmp_path / "a.facs")
    coder = spans("b.tsv", ("AU6", 1, 3), ("AU12", 1, 3))
    how = Pairing(level=3.0, thresholds=Thresholds({"AU12": 0.5}))
    notes = [note for note in pair(tmp_path / "a.facs", coder, how).notes if "the level" in note]
    why = "where no intensity is known or a threshold decides"
    assert notes == [
        f"a.facs: the level does not cut AU12, {why}",
        f"b.tsv: the level does not cut AU6 AU12, {why}",
    ]


def test_a_side_that_was_coded_alone_is_the_unit_in_a_table_as_in_spans(tmp_path, spans):
    lines = ["frame,time,L12", *(f"{k},{k / 25},{int(25 <= k < 75)}" for k in range(100))]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    aligned = pair(tmp_path / "a.csv", spans("b.tsv", ("AU12_left", 1, 3)))
    np.testing.assert_array_equal(aligned.decision, aligned.truth)
    assert "a.csv: of one side alone: AU12 is AU12_left" in aligned.notes


@pytest.mark.parametrize(
    ("options", "message"),
    [({"level": x}, "level in") for x in (0.0, -1.0, NAN, 9.0)]
    + [({"rate": x}, "rate > 0") for x in (0.0, -1.0, NAN, np.inf)],
)
def test_a_pairing_checks_itself(options, message):
    with pytest.raises(InputError, match=message):
        Pairing(**options)


# whom, what, when


def test_a_unit_is_renamed_before_it_is_decided(tmp_path, spans):
    units = (ActionUnit.AU12, ActionUnit.AU43)
    person = make_person(np.tile([[0.1, 0.3], [0.1, 0.1]], (50, 1)), units=units)
    recording = make_recording(person, model=None)
    recording.save(tmp_path / "a.facs")
    write_csv(recording, tmp_path / "a.csv")
    coder = spans("b.tsv", ("AU45", 0, 1))
    for name in ("a.facs", "a.csv"):
        plain, cut = (
            pair(tmp_path / name, coder, Pairing(rename={"AU43": "AU45"}, thresholds=thresholds))
            for thresholds in (Thresholds(), Thresholds({"AU45": 0.2}))
        )
        assert cut.decision[:, 0].tolist() == [1, 0] * 50
        assert plain.decision[:, 0].tolist() == [0] * 100


def test_a_unit_that_no_file_has_is_not_renamed(spans):
    files = spans("a.tsv", ("AU12", 0, 1)), spans("b.tsv", ("AU45", 0, 1), ("AU12", 0, 1))
    assert pair(*files, Pairing(rename={"AU45": "AU43"})).names == ("AU12",)
    with pytest.raises(InputError, match="wanted a unit to rename, of AU12 AU45, got AU46"):
        pair(*files, Pairing(rename={"AU46": "AU43"}))


def test_what_comes_after_the_coder_stopped_is_not_absent(tmp_path, spans):
    write_csv(machine(), tmp_path / "a.csv")
    coder = spans("b.tsv", ("AU12", 1, 3))
    whole = pair(tmp_path / "a.csv", coder)
    for first, second in ((tmp_path / "a.csv", coder), (coder, tmp_path / "a.csv")):
        cut = pair(first, second, Pairing(until=5.0))
        assert len(cut.time) == round(5 * RATE) and cut.time.max() < 5 < whole.time.max()
        assert any("150 frames from 5 s on are left out" in note for note in cut.notes)


def test_two_tables_are_cut_too_by_their_times_or_by_the_rate(tmp_path):
    for name in "ab":
        rows = "\n".join(f"{k},{int(5 < k < 20)}" for k in range(100))
        (tmp_path / f"{name}.csv").write_text(f"frame,AU1\n{rows}\n")
    files = tmp_path / "a.csv", tmp_path / "b.csv"
    assert len(pair(*files, Pairing(until=2.0, rate=25.0)).time) == 50
    with pytest.raises(InputError, match="wanted a column time, or the rate of its frames"):
        pair(*files, Pairing(until=2.0))
    with pytest.raises(InputError, match="wanted frames before 0 s, the first is at 0 s"):
        pair(*files, Pairing(until=0.0, rate=25.0))


def test_boris_says_itself_until_when_was_looked(tmp_path):
    write_csv(machine(), tmp_path / "a.csv")
    lines = ["Subject\tBehavior\tStart (s)\tStop (s)\tMedia duration (s)", "\tAU12\t1\t2\t4.0"]
    (tmp_path / "b.tsv").write_text("\n".join(lines) + "\n")
    assert pair(tmp_path / "a.csv", tmp_path / "b.tsv").time.max() < 4


def two_people():
    person = machine().people[0]
    other = make_person(person.probability[::-1], times=person.times, track=3)
    return make_recording(person, other)


@pytest.mark.parametrize("name", ["a.facs", "a.csv"])
def test_of_several_people_one_is_chosen(tmp_path, spans, name):
    recording = two_people()
    (recording.save if name == "a.facs" else lambda p: write_csv(recording, p))(tmp_path / name)
    coder = spans("b.tsv", ("AU12", 1, 3))
    with pytest.raises(InputError, match="0, 3"):
        pair(tmp_path / name, coder)
    chosen = pair(tmp_path / name, coder, Pairing(person="3", thresholds=HALF))
    expected = recording.people[1]["AU12"] >= 0.75
    assert (chosen.decision[:, 0] == 1)[expected].all()


def test_units_can_be_read_as_others(tmp_path, spans):
    units = (ActionUnit.AU12, ActionUnit.AU43)
    person = make_person(np.tile([[0.1, 0.9], [0.1, 0.1]], (50, 1)), units=units)
    write_openface_csv(make_recording(person, model=None), tmp_path / "a.csv")
    coder = spans("b.tsv", ("AU43", 0, 1))
    with pytest.raises(InputError, match="units that both tables have"):
        pair(tmp_path / "a.csv", coder)
    assert pair(tmp_path / "a.csv", coder, Pairing(rename={"AU45": "AU43"})).names == ("AU43",)
    with pytest.raises(InputError, match="once after renaming"):
        pair(tmp_path / "a.csv", coder, Pairing(rename={"AU45": "AU12"}))


def test_a_table_without_times_needs_the_rate(tmp_path, spans):
    lines = ["frame,AU12", *(f"{i},{int(25 <= i < 75)}" for i in range(100))]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    coder = spans("b.tsv", ("AU12", 1, 3))
    with pytest.raises(InputError, match="the rate of its frames"):
        pair(tmp_path / "labels.csv", coder)
    found = numbers(tmp_path / "labels.csv", coder, rate=25.0)["AU12"]
    assert (found.rows, found.metrics["kappa"].value) == (100, 1)


def test_labels_by_frame_are_compared_by_frame(tmp_path):
    (tmp_path / "a.csv").write_text("frame,AU12,AU4\n0,1,0\n1,1,A\n2,0,0\n3,0,\n")
    (tmp_path / "b.csv").write_text("frame,AU12,AU4\n0,C,0\n1,,0\n2,,0\n3,,0\n")
    labels = numbers(tmp_path / "a.csv", tmp_path / "b.csv")
    assert labels["AU12"].metrics["kappa"].value == pytest.approx(0.5)
    assert labels["AU4"].predicted == 1


def test_spans_belong_to_one_video(tmp_path, spans):
    (tmp_path / "a.csv").write_text("file,frame,time,AU12\nx.mp4,0,0,1\ny.mp4,0,0,1\n")
    with pytest.raises(InputError, match=r"wanted one file.*x\.mp4, y\.mp4"):
        pair(tmp_path / "a.csv", spans("b.tsv", ("AU12", 1, 3)))


def test_nothing_in_common_is_said(spans):
    with pytest.raises(InputError, match="units that both tables have"):
        pair(spans("a.tsv", ("AU1", 0, 1)), spans("b.tsv", ("AU2", 0, 1)))


def test_a_recording_of_nobody_agrees_with_nobody(tmp_path, spans):
    make_recording(people=()).save(tmp_path / "a.facs")
    with pytest.raises(InputError, match="nobody"):
        pair(tmp_path / "a.facs", spans("b.tsv", ("AU12", 0, 1)))


@pytest.mark.parametrize(
    "rows", [np.arange(0, 600, 10), np.arange(450), np.r_[0:200, 300:600], np.arange(600)]
)
def test_the_order_of_two_tables_does_not_matter(tmp_path, rows):
    """The second has fewer rows, or as many."""
    rng = np.random.default_rng(0)
    first = np.repeat(rng.integers(0, 5, 30), 20)
    second = np.roll(first, 7)
    for name, chosen, values in (("a", np.arange(600), first), ("b", rows, second)):
        lines = [f"{k},{k / 25},{values[k]}" for k in chosen]
        (tmp_path / f"{name}.csv").write_text("\n".join(["frame,time,AU12", *lines]) + "\n")
    reports = [
        evaluate(pair(tmp_path / one, tmp_path / other), "", ReportOptions(draws=0, coders=True))
        for one, other in (("a.csv", "b.csv"), ("b.csv", "a.csv"))
    ]
    one, other = (report.labels["AU12"] for report in reports)
    assert one.metrics == other.metrics
    assert (one.predicted, one.support) == (other.support, other.predicted)
    assert (one.events_found, one.events_there) == (other.events_there, other.events_found)
    assert (one.rows, one.graded) == (other.rows, other.graded)
    assert (reports[0].rows, reports[0].active) == (reports[1].rows, reports[1].active)
    assert (reports[0].unseen, reports[0].uncoded) == (reports[1].uncoded, reports[1].unseen)
    assert reports[0].notes == reports[1].notes


def test_the_order_does_not_matter_where_one_counts_other_frames(tmp_path):
    for name, rate in (("a", 25), ("b", 30)):
        lines = [f"{k},{k / rate},{int(k / rate % 4 < 1)}" for k in range(20 * rate)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["frame,time,AU12", *lines]) + "\n")
    one = numbers(tmp_path / "a.csv", tmp_path / "b.csv")["AU12"]
    other = numbers(tmp_path / "b.csv", tmp_path / "a.csv")["AU12"]
    assert one.rows == other.rows == 500
    for key, estimate in one.metrics.items():
        assert estimate.value == pytest.approx(other.metrics[key].value, nan_ok=True), key
