"""How far two coders agree."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from facs.errors import InputError, UndefinedMetricWarning
from facs.evaluation.agreement import (
    agreement_index,
    cohen_kappa,
    forgiven,
    icc,
    icc_of_sums,
    tolerant_kappa,
)
from facs.evaluation.multilabel import micro
from tests.evaluation.builders import NAN, random_pairs

SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]


def ratings(seed=0, n=60):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 6, n)
    return np.stack([truth, np.clip(truth + rng.integers(-1, 3, n), 0, 5)], axis=1).astype(float)


def analysis_of_variance(x, form):
    """The mean squares, cell by cell."""
    n, k = x.shape
    grand = sum(sum(row) for row in x) / (n * k)
    rows = sum(k * (np.mean(row) - grand) ** 2 for row in x)
    columns = sum(n * (np.mean(column) - grand) ** 2 for column in x.T)
    rest = sum(
        (x[i, j] - np.mean(x[i]) - np.mean(x[:, j]) + grand) ** 2
        for i in range(n)
        for j in range(k)
    )
    bms, jms, ems = rows / (n - 1), columns / (k - 1), rest / ((n - 1) * (k - 1))
    extra = k * (jms - ems) / n if form == "2,1" else 0
    return (bms - ems) / (bms + (k - 1) * ems + extra)


def test_the_table_of_shrout_and_fleiss_has_their_values():
    assert icc(SHROUT_FLEISS, "2,1") == pytest.approx(0.29, abs=0.005)
    assert icc(SHROUT_FLEISS, "3,1") == pytest.approx(0.71, abs=0.005)


@pytest.mark.parametrize("form", ["2,1", "3,1"])
def test_the_formula_is_the_analysis_of_variance(form):
    for seed in range(5):
        x = ratings(seed)
        assert icc(x, form) == pytest.approx(analysis_of_variance(x, form))


def test_who_always_says_one_more_is_consistent_but_does_not_agree():
    truth = np.array([0.0, 1, 2, 3, 4])
    pair = np.stack([truth, truth + 1], axis=1)
    assert icc(pair, "3,1") == pytest.approx(1)
    assert icc(pair, "2,1") == pytest.approx(2.5 / 3)  # variance 2.5 of rows, 0.5 of raters


@pytest.mark.parametrize("form", ["2,1", "3,1"])
def test_sums_give_the_same_as_the_ratings(form):
    x = ratings(3)
    a, b = x.T
    sums = np.array([len(a), a.sum(), b.sum(), a @ a, b @ b, a @ b])
    assert icc_of_sums(np.stack([sums, 2 * sums]), form)[0] == pytest.approx(icc(x, form))


def test_a_rating_that_is_missing_leaves_its_row_out():
    x = ratings(1)
    holes = np.vstack([x, [[NAN, 3], [4, NAN]]])
    assert icc(holes, "3,1") == pytest.approx(icc(x, "3,1"))


@pytest.mark.parametrize("table", [[[2, 2], [2, 2], [2, 2]], [[1, 2]], [[NAN, 1], [2, NAN]]])
def test_where_nothing_varies_there_is_no_icc_but_a_warning(table):
    with pytest.warns(UndefinedMetricWarning, match="ICC"):
        assert np.isnan(icc(table))


def test_one_rater_is_refused_and_so_is_another_form():
    with pytest.raises(InputError, match="k >= 2"):
        icc([[1], [2]])
    with pytest.raises(InputError, match="'1,1'"):
        icc([[1, 2], [2, 3]], "1,1")


def test_scikit_learn_says_the_same_of_kappa():
    _, found, truth = random_pairs(seed=5)
    for a, b in zip(found.T, truth.T, strict=True):
        assert cohen_kappa(a, b) == pytest.approx(cohen_kappa_score(a, b))


def test_kappa_is_what_chance_leaves():
    first = [1] * 20 + [1] * 5 + [0] * 10 + [0] * 15
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert cohen_kappa(first, second) == pytest.approx((0.7 - 0.5) / 0.5)


def test_kappa_leaves_out_what_one_of_them_did_not_see():
    assert cohen_kappa([1, 0, 1, NAN, 1], [1, 0, 0, 1, NAN]) == cohen_kappa([1, 0, 1], [1, 0, 0])


def test_two_coders_who_always_say_no_have_no_kappa():
    with pytest.warns(UndefinedMetricWarning, match="same one thing"):
        assert np.isnan(cohen_kappa([0, 0], [0, 0]))


def test_without_tolerance_it_is_cohens_kappa():
    _, found, truth = random_pairs(seed=2)
    times = np.arange(len(found)) / 25
    assert tolerant_kappa(found[:, 3], truth[:, 3], times, 0) == pytest.approx(
        cohen_kappa(found[:, 3], truth[:, 3])
    )


def test_a_movement_that_begins_a_frame_later_is_forgiven_within_a_frame():
    first = [0, 0, 1, 1, 1, 0, 0, 0]
    second = [0, 0, 0, 1, 1, 1, 0, 0]
    times = np.arange(8) / 10
    assert forgiven(first, second, times, 0.1).tolist() == [0, 0, 1, 0, 0, 1, 0, 0]
    assert not forgiven(first, second, times, 0.09).any()
    # 6 of 8 agree, 8 with tolerance; chance is (3 * 3 + 5 * 5) / 64
    assert cohen_kappa(first, second) == pytest.approx((6 / 8 - 34 / 64) / (1 - 34 / 64))
    assert tolerant_kappa(first, second, times, 0.1) == pytest.approx(1)


def test_a_movement_that_the_other_never_saw_is_not_forgiven():
    assert not forgiven([0, 1, 0], [0, 0, 0], [0, 1, 2], 5).any()


def test_tolerance_is_seconds_not_frames():
    first, second = [0, 1, 1, 0], [0, 0, 1, 1]
    slow = tolerant_kappa(first, second, [0, 1, 2, 3], 0.2)
    fast = tolerant_kappa(first, second, [0, 0.1, 0.2, 0.3], 0.2)
    assert slow == 0 and fast == 1


def test_forgiveness_does_not_depend_on_who_comes_first():
    rng = np.random.default_rng(0)
    a, b = (rng.random((2, 300)) < 0.3).astype(float)
    times = np.cumsum(rng.random(300))
    assert (forgiven(a, b, times, 0.7) == forgiven(b, a, times, 0.7)).all()


def test_times_that_do_not_increase_are_refused():
    with pytest.raises(InputError, match="increasing"):
        tolerant_kappa([0, 1], [0, 1], [1, 1], 0.1)
    with pytest.raises(InputError, match=">= 0 s, got -1"):
        tolerant_kappa([0, 1], [0, 1], [0, 1], -1)


def test_the_agreement_index_is_twice_the_shared_over_all_that_both_scored():
    first = [[1, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    second = [[1, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert agreement_index(first, second) == pytest.approx((4 / 6 + 0) / 2)
    assert agreement_index(first, second, pooled=True) == pytest.approx(4 / 8)


def test_the_pooled_agreement_index_is_the_micro_f1():
    _, found, truth = random_pairs(seed=3)
    assert agreement_index(found, truth, pooled=True) == pytest.approx(micro(found, truth)[2])


def test_two_coders_who_saw_nothing_have_no_index():
    with pytest.warns(UndefinedMetricWarning, match="neither scored"):
        assert np.isnan(agreement_index([[0, 0]], [[0, 0]]))
