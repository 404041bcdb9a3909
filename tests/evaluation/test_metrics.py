from __future__ import annotations

import numpy as np
import pytest

from facs.evaluation.metrics import best_threshold, f1_score, roc_auc


def auc(scores, positives):
    return roc_auc(np.array(scores, float), np.array(positives, bool))


def f1(predicted, truth):
    return f1_score(np.array(predicted, bool), np.array(truth, bool))


@pytest.mark.parametrize(
    ("scores", "truth", "expected"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], 1.0),
        ([4, 3, 2, 1], [0, 0, 1, 1], 0.0),
        ([1, 3, 2, 4], [0, 0, 1, 1], 0.75),
        ([1, 1, 1, 1], [0, 1, 0, 1], 0.5),
        ([1, 2, 2, 3], [0, 0, 1, 1], 0.875),
        ([0.1, 0.9, 0.5], [1, 0, 0], 0.0),
    ],
)
def test_the_area_counts_pairs_in_the_right_order(scores, truth, expected):
    assert auc(scores, truth) == pytest.approx(expected)


def test_the_area_is_the_share_of_pairs_also_with_many_ties():
    rng = np.random.default_rng(0)
    scores, truth = rng.integers(0, 6, 200).astype(float), rng.random(200) < 0.3
    pairs = scores[truth][:, None] - scores[~truth][None]
    assert auc(scores, truth) == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())


def test_the_area_needs_both_classes():
    assert np.isnan(auc([1, 2], [0, 0]))
    assert np.isnan(auc([1, 2], [1, 1]))
    assert np.isnan(auc([], []))


@pytest.mark.parametrize(
    ("predicted", "truth", "expected"),
    [
        ([1, 1, 0, 0], [1, 1, 0, 0], 1.0),
        ([1, 1, 1, 1], [1, 0, 0, 0], 0.4),
        ([0, 0], [1, 1], 0.0),
        ([1, 0, 1, 0], [1, 1, 0, 0], 0.5),
    ],
)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(predicted, truth, expected):
    assert f1(predicted, truth) == pytest.approx(expected)


def test_f1_of_nothing_to_find_and_nothing_found_is_undefined():
    assert np.isnan(f1([0, 0], [0, 0]))


def test_the_best_threshold_lies_between_the_classes():
    scores = np.r_[np.linspace(0, 0.45, 50), np.linspace(0.65, 1, 50)]
    truth = np.arange(100) >= 50
    assert 0.45 < best_threshold(scores, truth) <= 0.65


def test_the_threshold_stays_within_its_limits():
    scores, truth = np.linspace(0, 1, 50), np.ones(50, bool)
    assert best_threshold(scores, truth) == pytest.approx(0.2)
    truth = np.arange(50) == 49
    assert best_threshold(scores, truth, 0.3, 0.6) <= 0.6 + 1e-9


def test_without_positives_the_threshold_is_the_middle():
    assert best_threshold(np.array([0.1, 0.9]), np.array([False, False])) == 0.5
