"""Sets of units, sample by sample, and label by label."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from facs.errors import InputError, UndefinedMetricWarning
from facs.evaluation.counts import Counts, count
from facs.evaluation.multilabel import (
    hamming_loss,
    hamming_score,
    macro,
    micro,
    per_label,
    subset_accuracy,
)
from tests.evaluation.builders import NAN, matrix, random_pairs

TRUTH = matrix([[1, 0, 0, 1], [0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]])
FOUND = matrix([[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0]])


def test_the_hamming_score_is_the_mean_of_the_shared_part_of_both_sets():
    assert hamming_score(FOUND, TRUTH) == pytest.approx((1 / 3 + 1 + 1 + 0) / 4)


def test_a_face_at_rest_that_is_called_at_rest_is_right():
    assert hamming_score([[0, 0]], [[0, 0]]) == 1.0


def test_a_face_at_rest_in_which_something_was_seen_is_wrong():
    assert hamming_score([[0, 1]], [[0, 0]]) == 0.0


def test_active_samples_are_those_in_which_somebody_saw_something():
    assert hamming_score(FOUND, TRUTH, active_only=True) == pytest.approx((1 / 3 + 1 + 0) / 3)


def test_the_hamming_loss_is_the_share_of_wrong_cells():
    assert hamming_loss(FOUND, TRUTH) == pytest.approx(4 / 16)


def test_subset_accuracy_wants_the_whole_set():
    assert subset_accuracy(FOUND, TRUTH) == pytest.approx(2 / 4)


def test_an_unknown_cell_is_left_out_of_its_sample():
    assert hamming_score([[1, 0, NAN]], [[1, 1, 1]]) == pytest.approx(1 / 2)
    assert hamming_score([[1, 0, 1]], [[1, 1, NAN]]) == pytest.approx(1 / 2)
    assert hamming_loss([[1, 0, NAN]], [[1, 1, 1]]) == pytest.approx(1 / 2)
    assert subset_accuracy([[1, 1, NAN]], [[1, 1, 1]]) == 1.0


def test_a_sample_of_which_nothing_is_known_is_left_out_of_the_mean():
    assert hamming_score([[1, 0], [NAN, NAN]], [[1, 1], [1, 1]]) == pytest.approx(1 / 2)
    assert subset_accuracy([[1, 1], [NAN, NAN]], [[1, 1], [1, 1]]) == 1.0


@pytest.mark.parametrize("metric", [hamming_score, hamming_loss, subset_accuracy])
def test_without_any_known_cell_there_is_no_number_but_a_warning(metric):
    with pytest.warns(UndefinedMetricWarning, match="no sample"):
        assert np.isnan(metric([[NAN]], [[1]]))


def test_shapes_that_differ_are_refused():
    with pytest.raises(InputError, match=r"\(1, 2\) and \(1, 3\)"):
        hamming_score([[0, 1]], [[0, 1, 1]])


def test_a_probability_is_not_a_decision():
    with pytest.raises(InputError, match=r"0, 1 or NaN, got 0\.7"):
        hamming_score([[0.7]], [[1]])


def test_the_four_counts_are_counted_by_hand():
    counts = count([1, 1, 1, 0, 0, 0, 0, NAN, 1], [1, 1, 0, 1, 0, 0, 0, 1, NAN])
    assert (counts.tp, counts.fp, counts.fn, counts.tn) == (2, 1, 1, 3)
    assert counts.precision == pytest.approx(2 / 3)
    assert counts.recall == pytest.approx(2 / 3)
    assert counts.f1 == pytest.approx(4 / 6)
    assert (counts.support, counts.prevalence) == (3, pytest.approx(3 / 7))


def test_counts_of_different_shapes_are_refused():
    with pytest.raises(InputError, match="one shape"):
        Counts([1], [1, 2], [1], [1])


@pytest.mark.parametrize("seed", range(3))
def test_scikit_learn_says_the_same_of_sets(seed):
    _, found, truth = random_pairs(seed=seed)
    assert hamming_loss(found, truth) == pytest.approx(sk.hamming_loss(truth, found))
    assert subset_accuracy(found, truth) == pytest.approx(sk.accuracy_score(truth, found))
    jaccard = sk.jaccard_score(truth, found, average="samples", zero_division=1)
    assert hamming_score(found, truth) == pytest.approx(jaccard)


@pytest.mark.parametrize("seed", range(3))
def test_scikit_learn_says_the_same_of_labels(seed):
    score, found, truth = random_pairs(seed=seed)
    rows = per_label(found, truth, score)
    wanted = sk.precision_recall_fscore_support(truth, found, average=None)
    for k, name in enumerate(("precision", "recall", "f1", "support")):
        assert [getattr(row, name) for row in rows] == pytest.approx(wanted[k])
    auc = sk.roc_auc_score(truth, score, average=None)
    assert [row.roc_auc for row in rows] == pytest.approx(auc)
    area = sk.average_precision_score(truth, score, average=None)
    assert [row.average_precision for row in rows] == pytest.approx(area)
    assert macro([row.f1 for row in rows]) == pytest.approx(wanted[2].mean())
    pooled = sk.precision_recall_fscore_support(truth, found, average="micro")[:3]
    assert micro(found, truth) == pytest.approx(pooled)


def test_unseen_rows_of_a_label_are_left_out_and_counted():
    score, found, truth = random_pairs(unknown=0.3, seed=4)
    rows = per_label(found, truth, score)
    for u, row in enumerate(rows):
        seen = ~np.isnan(score[:, u])
        assert (row.rows, row.left_out) == (seen.sum(), (~seen).sum())
        assert row.roc_auc == pytest.approx(sk.roc_auc_score(truth[seen, u], score[seen, u]))
        assert row.f1 == pytest.approx(sk.f1_score(truth[seen, u], found[seen, u]))


def test_a_label_that_never_occurs_has_no_recall_and_says_so():
    with pytest.warns(UndefinedMetricWarning, match=r"label 0: recall, roc_auc, average_precision"):
        row = per_label([[1], [0]], [[0], [0]], [[0.9], [0.1]])[0]
    assert (row.support, row.precision, row.f1) == (0, 0.0, 0.0)
    assert np.isnan(row.recall) and np.isnan(row.roc_auc)


def test_a_macro_mean_leaves_undefined_labels_out_and_says_so():
    with pytest.warns(UndefinedMetricWarning, match="2 of 3 labels"):
        assert macro([0.2, NAN, 0.6]) == pytest.approx(0.4)
