"""One comparison, told whole."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk

from facs.errors import InputError
from facs.evaluation import agreement, multilabel
from facs.evaluation.align import align
from facs.evaluation.aligned import HALF, Thresholds
from facs.evaluation.baselines import all_zero, guessing
from facs.evaluation.bootstrap import resample
from facs.evaluation.events import match_by_onset, match_by_overlap
from facs.evaluation.measures import LABEL_METRICS, SUMMARY_METRICS, measure
from facs.evaluation.metrics import roc_auc
from facs.evaluation.report import evaluate
from facs.evaluation.report_values import ReportOptions
from facs.evaluation.report_views import facts, markdown, views, write_report
from facs.evaluation.timeline import Timeline
from facs.evaluation.unit_table import UnitTable
from facs.events import Event, find_events
from tests.evaluation.builders import NAN, comparison, matrix, random_pairs

QUICK = ReportOptions(draws=0)
NAMES = ("AU1", "AU2", "AU4")


def films(people=20, frames=40, seed=0, unknown=0.05, sides=False):
    """Labels of intensity in runs, and probabilities and intensities that follow them."""
    rng = np.random.default_rng(seed)
    names = (*NAMES, "AU4_left", "AU4_right")[: 5 if sides else 3]
    n = people * frames
    strength = np.zeros((n, len(names)))
    for person in range(people):
        for column in range(len(names)):
            for start in rng.integers(0, frames - 8, 2):
                at = person * frames + start
                strength[at : at + rng.integers(2, 8), column] = rng.integers(1, 6)
    probability = 1 / (1 + np.exp(-(strength - 1.5 + rng.normal(0, 1, strength.shape))))
    probability[rng.random(n) < unknown] = NAN
    keys = {"file": np.repeat([f"{p}.mp4" for p in range(people)], frames)}
    keys |= {"frame": np.tile(np.arange(frames), people)}
    keys |= {"time": np.tile(np.arange(frames) / 25, people)}
    subject = np.repeat([f"s{p // 2}" for p in range(people)], frames)
    groups = {"sex": np.where(np.arange(n) < n // 2, "female", "male")}
    labels = UnitTable.of("l", names, intensity=strength, subject=subject, groups=groups, **keys)
    predictions = UnitTable.of(
        "p", names, probability=probability, intensity=5 * probability, **keys
    )
    on, off, peak = (dict.fromkeys(NAMES, level) for level in (0.6, 0.4, 0.8))
    thresholds = Thresholds(on, off, peak=peak)
    return align(predictions, labels, thresholds=thresholds)


ALIGNED = films()
REPORT = evaluate(ALIGNED, "films", ReportOptions(draws=100))


def of_label(u, metric):
    return REPORT.labels[NAMES[u]].metrics[metric].value


def summary(key):
    return REPORT.summary[key].estimate.value


# the same numbers as the plain metrics


def test_sets_are_measured_as_by_the_plain_metrics():
    pair = ALIGNED.decision, ALIGNED.truth
    assert summary("hamming_score") == pytest.approx(multilabel.hamming_score(*pair))
    active = multilabel.hamming_score(*pair, active_only=True)
    assert summary("hamming_score_active") == pytest.approx(active)
    assert summary("hamming_loss") == pytest.approx(multilabel.hamming_loss(*pair))
    assert summary("subset_accuracy") == pytest.approx(multilabel.subset_accuracy(*pair))
    assert summary("agreement_index") == pytest.approx(agreement.agreement_index(*pair))
    micro = [summary(f"micro_{name}") for name in ("precision", "recall", "f1")]
    assert micro == pytest.approx(multilabel.micro(*pair))


@pytest.mark.parametrize("u", range(3))
def test_units_are_measured_as_by_the_plain_metrics(u):
    wanted = multilabel.per_label(ALIGNED.decision, ALIGNED.truth, ALIGNED.score)[u]
    for name in ("precision", "recall", "f1", "roc_auc", "average_precision"):
        assert of_label(u, name) == pytest.approx(getattr(wanted, name)), name
    row = REPORT.labels[NAMES[u]]
    assert (row.rows, row.left_out, row.support) == (wanted.rows, wanted.left_out, wanted.support)
    decision, truth = ALIGNED.decision[:, u], ALIGNED.truth[:, u]
    assert of_label(u, "kappa") == pytest.approx(agreement.cohen_kappa(decision, truth))
    ratings = np.stack([ALIGNED.strength[:, u], ALIGNED.intensity[:, u]], axis=1)
    assert of_label(u, "icc_3_1") == pytest.approx(agreement.icc(ratings, "3,1"))
    assert of_label(u, "icc_2_1") == pytest.approx(agreement.icc(ratings, "2,1"))


@pytest.mark.parametrize("u", range(3))
def test_kappa_with_tolerance_never_reaches_into_another_film(u):
    apart = ALIGNED.time + 1000 * ALIGNED.sequence
    pair = ALIGNED.decision[:, u], ALIGNED.truth[:, u]
    wanted = agreement.tolerant_kappa(*pair, apart, 0.2)
    assert of_label(u, "kappa_tolerant") == pytest.approx(wanted)
    assert wanted > of_label(u, "kappa")


@pytest.mark.parametrize("u", range(3))
def test_events_are_those_of_each_film_by_itself(u):
    hits = np.zeros((3, 3))
    known = ALIGNED.known[:, u]
    score = np.where(known, ALIGNED.score[:, u], NAN)
    truth = np.where(known, ALIGNED.truth[:, u], NAN)
    for film in np.unique(ALIGNED.sequence):
        rows = ALIGNED.sequence == film
        found = find_events("AU", ALIGNED.time[rows], score[rows], on=0.6, off=0.4, min_peak=0.8)
        there = find_events("AU", ALIGNED.time[rows], truth[rows], on=0.5, off=0.5)
        for way, matches in enumerate(
            (
                match_by_overlap(found, there),
                match_by_overlap(found, there, iou=0.5, frame=0.04),
                match_by_onset(found, there, tolerance=0.2),
            )
        ):
            hits[way] += len(matches.pairs), matches.found, matches.truth
    wanted = 2 * hits[:, 0] / (hits[:, 1] + hits[:, 2])
    got = [of_label(u, name) for name in ("event_f1", "event_f1_iou", "event_f1_onset")]
    assert got == pytest.approx(wanted)
    assert hits[0, 0] > 3  # there was something to match


def test_the_frames_of_a_slow_film_are_no_holes_beside_a_fast_one():
    facts = {"file": ["fast"] * 300 + ["slow"] * 20, "frame": [*range(300), *range(20)]}
    facts["time"] = [*(k / 30 for k in range(300)), *range(20)]
    shown = [[int(305 <= k < 315)] for k in range(320)]
    aligned = align(
        UnitTable.of("p", ("AU1",), probability=shown, **facts),
        UnitTable.of("l", ("AU1",), presence=shown, **facts),
    )
    assert len(Timeline.of(aligned).events("AU1", aligned.truth[:, 0], HALF)) == 1


def test_a_hole_in_the_times_ends_an_event():
    time = [0, 0.1, 0.2, 5.2, 5.3, 5.4]
    aligned = comparison([[1]] * 6, [[1]] * 6, time=time)
    events = Timeline.of(aligned).events("AU1", aligned.truth[:, 0], HALF)
    assert [event.duration for event in events] == pytest.approx([0.2, 0.2])


def test_a_macro_metric_is_the_mean_of_its_units():
    for name in LABEL_METRICS:
        mean = np.mean([of_label(u, name) for u in range(3)])
        assert summary(f"macro_{name}") == pytest.approx(mean), name
        assert REPORT.summary[f"macro_{name}"].units == 3


def test_every_metric_is_reported():
    assert list(REPORT.summary) == list(SUMMARY_METRICS)
    assert all(list(row.metrics) == list(LABEL_METRICS) for row in REPORT.labels.values())


# intervals


def test_draws_of_the_report_are_repetitions_of_subjects():
    resamples = resample(ALIGNED.subject, 5, seed=3)
    measured = measure(ALIGNED, resamples)
    subjects = np.unique(ALIGNED.subject)
    for draw in range(1, 6):
        times = resamples.counts[draw].astype(int)
        rows = np.concatenate(
            [
                np.flatnonzero(ALIGNED.subject == s)
                for s, k in zip(subjects, times, strict=True)
                for _ in range(k)
            ]
        )
        score = multilabel.hamming_score(ALIGNED.decision[rows], ALIGNED.truth[rows])
        assert measured.summary["hamming_score"][draw] == pytest.approx(score)
        known = rows[ALIGNED.known[rows, 1]]
        area = sk.average_precision_score(ALIGNED.truth[known, 1], ALIGNED.score[known, 1])
        assert measured.labels["average_precision"][draw, 1] == pytest.approx(area)
        pair = ALIGNED.strength[rows, 1], ALIGNED.intensity[rows, 1]
        icc = agreement.icc(np.stack(pair, axis=1), "2,1")
        assert measured.labels["icc_2_1"][draw, 1] == pytest.approx(icc)


def test_a_value_lies_in_its_interval():
    for key in ("hamming_score", "macro_f1", "macro_roc_auc", "macro_icc_3_1", "macro_event_f1"):
        found = REPORT.summary[key].estimate
        assert found.low <= found.value <= found.high, key
        assert found.low < found.high


def test_what_was_never_there_is_not_what_nobody_coded_or_predicted():
    aligned = comparison([[0.9, 0.1, 0.2, None]], [[1, 0, None, 1]])
    notes = evaluate(aligned, options=QUICK).notes
    assert "never there in these rows: AU2" in notes
    assert "not coded in these rows: AU4" in notes
    assert "without a prediction in these rows: AU6" in notes


def test_one_subject_has_no_interval_and_the_report_says_so():
    report = evaluate(replace(ALIGNED, subject=np.full(len(ALIGNED), "s")), options=ReportOptions())
    assert np.isnan(report.summary["hamming_score"].estimate.low)
    assert "one subject: no intervals, which take 5" in report.notes


def test_of_few_subjects_there_is_no_interval_and_of_some_a_warning():
    def report(subjects):
        whose = np.array([f"s{k % subjects}" for k in range(len(ALIGNED))])
        return evaluate(replace(ALIGNED, subject=whose), options=ReportOptions(draws=50))

    four, five, twenty = (report(count) for count in (4, 5, 20))
    assert np.isnan(four.summary["hamming_score"].estimate.low)
    assert "4 subjects: no intervals, which take 5" in four.notes
    assert five.summary["hamming_score"].estimate.low < 1
    narrow = ["too narrow" in "".join(facts(one)) for one in (four, five, twenty)]
    assert narrow == [False, True, False]
    silent = evaluate(replace(ALIGNED, subject=np.full(len(ALIGNED), "s")), options=QUICK)
    assert not any("interval" in note for note in silent.notes)


def test_a_macro_interval_is_about_the_units_of_its_value():
    """Four units that one subject each shows, found badly; one that all show, found well.

    A draw without a subject has no number for that subject's unit: the mean of the others lies
    higher, and the interval would lie above the value.
    """
    shown = np.zeros((8, 100, 5), bool)
    shown[:, :40, 4] = True
    shown[range(4), :20, range(4)] = True
    found = shown.copy()
    found[range(4), 2:, range(4)] = False
    keys = {
        "frame": np.tile(np.arange(100), 8),
        "file": np.repeat([f"v{k}" for k in range(8)], 100),
    }
    names = ("AU1", "AU2", "AU4", "AU5", "AU12")
    labels = UnitTable.of("l", names, presence=shown.reshape(-1, 5), **keys)
    predictions = UnitTable.of("p", names, probability=found.reshape(-1, 5) * 0.9, **keys)
    report = evaluate(align(predictions, labels), options=ReportOptions(draws=200))
    macro, micro = (report.summary[f"{kind}_f1"].estimate for kind in ("macro", "micro"))
    assert macro.value == pytest.approx((4 * 2 * 2 / 22 + 1) / 5)
    assert np.isnan([macro.low, macro.high]).all()
    assert micro.low < micro.value < micro.high


def test_every_number_says_over_how_much_it_is():
    row, known = REPORT.labels["AU1"], ALIGNED.known[:, 0]
    graded = ~np.isnan(ALIGNED.strength[:, 0]) & ~np.isnan(ALIGNED.intensity[:, 0])
    assert row.graded == graded.sum() == known.sum()
    line = Timeline.of(ALIGNED)
    there = line.events("AU1", np.where(known, ALIGNED.truth[:, 0], NAN), HALF)
    assert row.events_there == len(there) > 0
    active = ((ALIGNED.decision == 1) | (ALIGNED.truth == 1)) & ALIGNED.known
    assert REPORT.active == active.any(1).sum()
    text = markdown(REPORT)
    assert f"{REPORT.active:,} rows are active" in text
    estimate = row.metrics["kappa"]
    cells = f"| AU1 | {row.rows:,} | {row.graded:,} | {row.events_found} | {row.events_there} |"
    assert f"{cells} {estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]" in text


# baselines


def test_whoever_predicts_nothing_is_right_about_faces_at_rest():
    truth = matrix([[0, 0], [0, 0], [1, 0], [1, 1]])
    report = evaluate(comparison(truth, truth), options=QUICK)
    assert report.summary["hamming_score"].all_zero == pytest.approx(2 / 4)
    assert report.summary["hamming_score_active"].all_zero == 0
    assert report.summary["hamming_loss"].all_zero == pytest.approx(3 / 8)
    assert report.summary["macro_recall"].all_zero == 0
    assert np.isnan(report.summary["macro_precision"].all_zero)
    assert report.summary["macro_roc_auc"].all_zero == 0.5


def test_whoever_guesses_has_the_prevalence_as_precision_and_recall():
    _, _, truth = random_pairs(4000, 3, seed=1)
    report = evaluate(comparison(truth, truth), options=QUICK)
    prevalence = truth.mean(0).mean()
    for name in ("precision", "recall", "f1", "average_precision"):
        assert report.summary[f"macro_{name}"].prevalence == pytest.approx(prevalence, abs=0.01)
    assert report.summary["macro_roc_auc"].prevalence == 0.5
    assert abs(report.summary["macro_kappa"].prevalence) < 0.01


def test_baselines_speak_of_the_rows_that_were_seen():
    score, _, truth = random_pairs(200, 3, seed=2, unknown=0.3)
    aligned = comparison(score, truth)
    for baseline in (all_zero(aligned), guessing(aligned)):
        assert (baseline.known == aligned.known).all()


# what is not there


def test_without_times_there_are_no_events_and_the_report_says_so():
    score, _, truth = random_pairs(60, 2)
    report = evaluate(comparison(score, truth), options=QUICK)
    assert np.isnan(report.summary["macro_event_f1"].estimate.value)
    assert report.summary["macro_event_f1"].units == 0
    assert any("no row has a time" in note for note in report.notes)
    assert any("no ICC" in note for note in report.notes)


def test_a_unit_that_never_occurs_is_left_out_of_means_and_named():
    report = evaluate(comparison([[0.9, 0.2], [0.1, 0.7]], [[1, 0], [0, 0]]), options=QUICK)
    assert report.summary["macro_recall"].units == 1
    assert report.summary["macro_recall"].estimate.value == 1
    assert "never there in these rows: AU2" in report.notes


def test_rows_that_were_not_seen_are_counted():
    report = evaluate(comparison([[None], [0.9], [0.1]], [[1], [1], [0]]), options=QUICK)
    assert (report.rows, report.unseen) == (3, 1)
    assert (report.labels["AU1"].rows, report.labels["AU1"].left_out) == (2, 1)


def test_sides_are_told_apart_from_units_and_change_no_summary():
    both = evaluate(films(sides=True), options=QUICK)
    assert list(both.labels) == list(NAMES)
    assert list(both.sides) == ["AU4_left", "AU4_right"]
    alone = evaluate(films(sides=True).of_names(NAMES), options=QUICK)
    assert both.as_dict()["summary"] == alone.as_dict()["summary"]
    with pytest.raises(InputError, match="only sides"):
        evaluate(films(sides=True).of_names(("AU4_left",)), options=QUICK)


# groups


def test_a_group_is_measured_like_a_report_of_its_rows():
    women = ALIGNED.of_rows(ALIGNED.groups["sex"] == "female")
    alone = evaluate(women, options=ReportOptions(draws=100))
    group = REPORT.groups["sex"]["female"]
    assert (group.rows, group.subjects, group.units) == (400, 5, 3)
    for key, estimate in group.metrics.items():
        assert estimate == alone.summary[key].estimate


# on one line of time


def test_sequences_lie_apart_on_the_line_of_time():
    line = Timeline.of(ALIGNED)
    assert len(line) == len(ALIGNED)
    assert line.frame == pytest.approx(0.04)
    assert (np.diff(line.times) > 0).all()
    ends = np.flatnonzero(np.diff(ALIGNED.sequence[line.rows]))
    assert (np.diff(line.seconds)[ends] > 100).all()


def test_an_event_at_the_end_of_a_film_does_not_go_on_in_the_next():
    line = Timeline.of(ALIGNED)
    values = np.zeros(len(ALIGNED))
    values[[38, 39, 40, 41]] = 1  # films have 40 frames
    events = line.events("AU1", values, HALF)
    assert [line.row_of(event) for event in events] == [38, 40]
    assert [event.duration for event in events] == pytest.approx([0.04, 0.04])
    assert all(isinstance(event, Event) for event in events)


# on paper


def test_json_has_no_nan_and_all_numbers(tmp_path):
    write_report(REPORT, tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text()
    assert "NaN" not in text
    back = json.loads(text)
    assert back["format"] == "facs-evaluation"
    assert back["summary"]["hamming_score"]["estimate"]["value"] == summary("hamming_score")
    assert back["labels"]["AU1"]["metrics"]["roc_auc"]["value"] == of_label(0, "roc_auc")


def test_markdown_has_a_line_for_every_metric_unit_and_group(tmp_path):
    write_report(REPORT, tmp_path / "a.md", "# Films\n\n")
    text = (tmp_path / "a.md").read_text()
    assert text == "# Films\n\n" + markdown(REPORT)
    for title in (*SUMMARY_METRICS.values(), *NAMES, "female", "male"):
        assert f"\n| {title} |" in text, title
    found = REPORT.summary["hamming_score"].estimate
    assert f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]" in text
    assert all(len(row) == len(view.columns) for view in views(REPORT) for row in view.rows)


def test_an_ending_that_is_neither_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.md or \.json"):
        write_report(REPORT, tmp_path / "a.txt")


@pytest.mark.parametrize(
    "options", [{"draws": -1}, {"level": 95}, {"tolerance": -0.1}, {"iou": 2}, {"tolerance": NAN}]
)
def test_options_that_mean_nothing_are_refused(options):
    with pytest.raises(InputError, match=next(iter(options))):
        ReportOptions(**options)


def test_the_silent_area_and_the_report_agree():
    known = ALIGNED.known[:, 0]
    wanted = roc_auc(ALIGNED.score[known, 0], ALIGNED.truth[known, 0] == 1)
    assert of_label(0, "roc_auc") == pytest.approx(wanted)
