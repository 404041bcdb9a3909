from __future__ import annotations

import numpy as np
import pytest

from facs.evaluation.metrics import THRESHOLDS
from facs.network.spec import LEVELS
from facs.training.calibrate import fit_calibration, fit_fusion, fit_thresholds
from facs.training.cut_sets import CutFaces, Split
from facs.training.measure import Scored, as_units, measure
from facs.training.recipe import Recipe
from facs.training.seen_faces import SeenScores
from facs.training.specify import spec_of
from facs.units import ActionUnit
from tests.network.builders import tiny_spec


def drawn(n=4000, slope=2.0, cuts=(-1.0, 0.0, 1.0, 2.5, 4.0), seed=0):
    """Scores (n, 1), and intensities (n, 1) drawn with known chances of each letter."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 2, (n, 1)).astype(np.float32)
    chance = 1 / (1 + np.exp(-(slope * scores - np.array(cuts))))  # falls from A to E
    letters = (rng.random((n, 1)) < chance).sum(1)
    labels = np.array([0.0, *LEVELS])[letters][:, None].astype(np.float32)
    return scores, labels


def test_known_chances_are_found():
    calibration = fit_calibration(*drawn())
    assert calibration.slope[0] == pytest.approx(2.0, abs=0.2)
    np.testing.assert_allclose(calibration.cuts[0], (-1.0, 0.0, 1.0, 2.5, 4.0), atol=0.3)


def test_calibrated_probabilities_are_the_shares_that_occur():
    scores, labels = drawn(seed=1)
    presence = fit_calibration(scores, labels).letters(scores)[:, 0, 0]
    for low in (0.1, 0.4, 0.7):
        inside = (presence >= low) & (presence < low + 0.2)
        share = (labels[inside, 0] >= LEVELS[0]).mean()
        assert share == pytest.approx(presence[inside].mean(), abs=0.06)


@pytest.mark.parametrize("sign", [1, -1])
def test_letters_that_never_occur_still_give_a_valid_calibration(sign):
    scores = np.random.default_rng(0).normal(0, 3, (200, 2)).astype(np.float32)
    labels = np.zeros((200, 2), np.float32)
    labels[:, 0] = (sign * scores[:, 0] > 0) * 0.4
    letters = fit_calibration(scores, labels).letters(scores)
    assert np.isfinite(letters).all()
    assert letters[:, 1, 0].mean() < 0.1


def test_the_stream_that_knows_gets_the_weight():
    rng = np.random.default_rng(0)
    labels = rng.choice(np.float32([0, 1]), (1000, 2))
    signal = 4 * labels - 2 + rng.normal(0, 1, labels.shape)
    noise = rng.normal(0, 1, labels.shape)
    spatial = np.stack([signal[:, 0], noise[:, 1]], 1).astype(np.float32)
    temporal = np.stack([noise[:, 0], signal[:, 1]], 1).astype(np.float32)
    weights = fit_fusion(spatial, temporal, labels)
    assert weights[0] < 0.2 < 0.8 < weights[1] <= 0.9


def test_two_equal_streams_share_the_weight():
    rng = np.random.default_rng(0)
    labels = rng.choice(np.float32([0, 1]), (2000, 1))
    one, two = (
        (3 * labels - 1.5 + rng.normal(0, 1, labels.shape)).astype(np.float32) for _ in range(2)
    )
    assert fit_fusion(one, two, labels)[0] == pytest.approx(0.5, abs=0.05)


def test_each_unit_has_its_threshold():
    probability = np.tile(np.linspace(0, 1, 101)[:, None], (1, 2))
    present = probability > (0.3, 0.7)
    low, high = fit_thresholds(probability.astype(np.float32), present.astype(np.float32))
    assert 0.2 <= low < 0.4 < 0.6 < high <= 0.8


def test_a_unit_is_its_stronger_side_in_scores_and_in_labels():
    units = (ActionUnit.AU9, ActionUnit.AU12)
    scores, labels = as_units(
        units, np.float32([[1, 2, 3], [4, 6, 5]]), np.float32([[0, 1, 0]] * 2)
    )
    assert scores.tolist() == [[1, 3], [4, 6]]
    assert labels.tolist() == [[0, 1], [0, 1]]


def test_measuring_tells_the_stream_that_knows_from_the_one_that_guesses():
    rng = np.random.default_rng(0)
    labels = rng.choice(np.float32([0, 0, 0.3, 1]), (300, 5))
    knows = (labels * 6 - 1).astype(np.float32)
    guesses = rng.normal(0, 1, labels.shape).astype(np.float32)
    report = measure(tiny_spec(), Scored(knows, labels, knows, guesses, labels))
    assert report["mean"]["AUC stills"] == 1.0 == report["mean"]["AUC spatial"]
    assert abs(report["mean"]["AUC temporal"] - 0.5) < 0.1
    assert report["mean"]["correlation of intensity"] > 0.8
    assert list(report["units"]) == ["AU4", "AU9", "AU12"]
    row = report["units"]["AU9"]
    assert row["support"] == int((labels[:, 2] >= LEVELS[0]).sum())
    assert row["threshold"] == 0.5


def test_what_is_hidden_changes_neither_calibration_nor_fusion_nor_thresholds():
    scores, labels = drawn(n=1000)
    wild = np.concatenate([scores, np.full((500, 1), 30.0, np.float32)])
    hidden = np.concatenate([labels, np.full((500, 1), np.nan, np.float32)])
    one, two = fit_calibration(scores, labels), fit_calibration(wild, hidden)
    np.testing.assert_allclose(one.cuts, two.cuts, atol=0.05)
    weights = fit_fusion(wild, -wild, hidden)
    assert weights[0] == pytest.approx(fit_fusion(scores, -scores, labels)[0], abs=0.02)
    p = 1 / (1 + np.exp(-scores))
    more = np.concatenate([p, np.ones((500, 1), np.float32)])
    assert fit_thresholds(more, hidden) == fit_thresholds(p, labels)


def test_what_is_hidden_is_not_measured():
    labels = np.random.default_rng(0).choice(np.float32([0, 1]), (100, 5))
    scores = (labels * 6 - 3).astype(np.float32)
    misled, hidden = scores.copy(), labels.copy()
    misled[:40] *= -1
    hidden[:40] = np.nan
    report = measure(tiny_spec(), Scored(misled, hidden, misled, misled, hidden))
    assert report["mean"]["AUC stills"] == 1.0
    assert report["units"]["AU9"]["support"] == int(labels[40:, 2].sum())


def test_twins_are_calibrated_and_fused_as_one():
    (one, labels), (two, other) = drawn(seed=1), drawn(slope=1.0, seed=2)
    scores, truth = np.hstack([one, two]), np.hstack([labels, other])
    calibration = fit_calibration(scores, truth, twins=[1, 0])
    assert calibration.slope[0] == calibration.slope[1]
    assert calibration.cuts[0] == calibration.cuts[1]
    apart = fit_calibration(scores, truth).slope
    assert apart[1] < calibration.slope[0] < apart[0]
    weights = fit_fusion(scores, scores[:, ::-1].copy(), truth, twins=[1, 0])
    assert weights[0] == weights[1]


def test_real_faces_that_score_lower_pull_the_first_cut_towards_them():
    scores, labels = drawn()
    lower = scores - 2
    shown = (labels >= LEVELS[0]).astype(np.float32)
    alone = fit_calibration(scores, labels)
    both = fit_calibration(scores, labels, real=(lower, shown))
    only = fit_calibration(lower, labels)
    assert only.cuts[0][0] < both.cuts[0][0] < alone.cuts[0][0]


def test_what_is_not_known_of_real_faces_changes_nothing():
    scores, labels = drawn(n=1000)
    shown = (labels >= LEVELS[0]).astype(np.float32)
    wild = np.concatenate([scores, np.full((500, 1), 30.0, np.float32)])
    hidden = np.concatenate([shown, np.full((500, 1), np.nan, np.float32)])
    one = fit_calibration(scores, labels, real=(scores, shown))
    two = fit_calibration(scores, labels, real=(wild, hidden))
    np.testing.assert_allclose(one.cuts, two.cuts, atol=0.05)


def test_a_threshold_lies_between_what_rendered_and_what_real_faces_ask_for():
    rng = np.random.default_rng(0)
    p = rng.random((2000, 1)).astype(np.float32)
    rendered, real = (p > 0.7).astype(np.float32), (p > 0.4).astype(np.float32)
    both = fit_thresholds(p, rendered, (p, real))[0]
    assert fit_thresholds(p, real)[0] < both < fit_thresholds(p, rendered)[0]


@pytest.mark.parametrize("seed", [13, 16, 68])
def test_a_handful_of_faces_that_scores_tell_apart_gives_a_calibration_still(seed):
    rng = np.random.default_rng(seed)  # of two hundred such draws nine had slopes of NaN
    scores = rng.normal(0, 0.02, (4, 3)).astype(np.float32)
    labels = rng.choice(np.float32([0, 1]), (4, 3))
    faces = rng.normal(0, 0.02, (3, 3)).astype(np.float32)
    found = fit_calibration(scores, labels, None, (faces, rng.choice(np.float32([0, 1]), (3, 3))))
    assert np.isfinite(found.slope).all() and np.isfinite(found.cuts).all()


def test_few_real_faces_choose_no_threshold():
    p = np.linspace(0, 1, 200, dtype=np.float32)[:, None]
    labels = (p > 0.6).astype(np.float32)
    few = np.float32([[1.0]] * 9 + [[0.0]] * 30)
    assert fit_thresholds(p, labels, (p[:39], few)) == fit_thresholds(p, labels)


@pytest.mark.parametrize(("faces", "chosen"), [(9, False), (10, True)])
def test_a_face_is_one_though_it_is_looked_at_as_a_picture_and_held_still(
    faces, chosen, monkeypatch
):
    asked = []

    def share(score, truth):
        asked.append(len(score))
        return np.zeros(len(THRESHOLDS))

    monkeypatch.setattr("facs.training.calibrate._share_of_best", share)
    rng = np.random.default_rng(0)
    labels = rng.choice(np.float32([0, 1]), (200, 1))
    scores = (4 * labels - 2 + rng.normal(0, 1, labels.shape)).astype(np.float32)
    presence = np.float32([[1.0]] * faces + [[0.0]] * 60)
    spec_of(
        Recipe("some"),
        (ActionUnit.AU9,),
        Scored(scores, labels, scores, scores, labels),
        _clips(labels),
        SeenScores(4 * presence - 4, 4 * presence - 4, presence),
    )
    assert bool(asked) == chosen


def test_people_are_not_expected_to_look_up_as_often_as_rendered_ones_do():
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.choice(np.float32([0, 1]), (3000, 1)), 2, axis=1)
    scores = (2 * labels - 1 + rng.normal(0, 1, (3000, 1))).astype(np.float32)
    units = (ActionUnit.AU9, ActionUnit.AU63)
    clips = _clips(labels, ("AU9", "AU63"))
    spec = spec_of(
        Recipe("some"), units, Scored(scores, labels, scores, scores, labels), clips, None
    )
    assert spec.on[1] > spec.on[0] + 0.1


def _clips(labels, columns=("AU9",)):
    n = len(labels)
    crops, time = np.zeros((n, 1, 1), np.uint8), np.arange(n) / 30
    flows, one = np.zeros((0, 2, 1, 1), np.int8), np.zeros(n, np.int64)
    clips = CutFaces(crops, labels, columns, flows, one, one, time, np.full(n, "young"))
    return Split(clips.where(one > 0), clips, np.arange(n))
