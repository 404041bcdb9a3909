"""Areas under curves, with weights."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from facs.errors import InputError, UndefinedMetricWarning
from facs.evaluation.metrics import roc_auc
from facs.evaluation.ranking import Ranking, average_precision
from tests.evaluation.builders import NAN, random_pairs

SCORE, _, TRUTH = random_pairs(300, 1, seed=7)
SCORE, TRUTH = SCORE[:, 0], TRUTH[:, 0]


def areas(weights, score=SCORE, truth=TRUTH):
    found = Ranking.of(score, truth)(np.atleast_2d(weights).astype(float))
    return tuple(float(area[0]) for area in found)


def test_weights_of_one_give_the_plain_areas():
    auc, area = areas(np.ones(300))
    assert auc == pytest.approx(roc_auc(SCORE, TRUTH > 0))
    assert area == pytest.approx(sk.average_precision_score(TRUTH, SCORE))


def test_a_whole_weight_is_a_repeated_row():
    weights = np.random.default_rng(1).integers(0, 4, 300)
    again = np.repeat(np.arange(300), weights)
    repeated = areas(np.ones(len(again)), SCORE[again], TRUTH[again])
    assert areas(weights) == pytest.approx(repeated)


def test_scikit_learn_says_the_same_with_weights():
    weights = np.random.default_rng(2).random(300)
    wanted = (
        sk.roc_auc_score(TRUTH, SCORE, sample_weight=weights),
        sk.average_precision_score(TRUTH, SCORE, sample_weight=weights),
    )
    assert areas(weights) == pytest.approx(wanted)


def test_rows_that_are_not_known_change_nothing():
    score = np.r_[SCORE, NAN, 0.9]
    truth = np.r_[TRUTH, 1, NAN]
    assert areas(np.ones(302), score, truth) == pytest.approx(areas(np.ones(300)))


def test_a_constant_score_ranks_nothing():
    auc, area = areas(np.ones(300), np.full(300, 0.3))
    assert auc == pytest.approx(0.5)
    assert area == pytest.approx(TRUTH.mean())


def test_each_positive_adds_the_precision_at_its_own_score():
    truth = [1, 0, 1, 0, 0, 1]
    score = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    assert average_precision(score, truth) == pytest.approx((1 + 2 / 3 + 3 / 6) / 3)


def test_without_a_positive_there_is_no_average_precision_but_a_warning():
    with pytest.warns(UndefinedMetricWarning, match="no positive"):
        assert np.isnan(average_precision([0.1, 0.2], [0, 0]))


def test_scores_and_truth_have_one_shape():
    with pytest.raises(InputError, match=r"\(2,\) and \(3,\)"):
        Ranking.of([0.1, 0.2], [0, 1, 1])
