"""Intervals over subjects."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.evaluation.bootstrap import interval, resample


def test_draw_zero_is_the_data():
    found = resample(["b", "a", "b"], draws=5)
    assert found.counts[0].tolist() == [1, 1]
    assert found.sums(np.array([1.0, 10, 100]))[0] == 111


def test_a_drawn_subject_comes_with_all_of_its_rows():
    values = np.array([1.0, 10, 100, 1000])
    found = resample(["a", "b", "a", "b"], draws=50)
    for counts, total in zip(found.counts, found.sums(values), strict=True):
        assert counts.sum() == 2
        assert total == counts[0] * 101 + counts[1] * 1010


def test_sums_of_tables_are_sums_of_their_columns():
    table = np.random.default_rng(0).random((7, 2, 3))
    found = resample(list("aabbccd"), draws=9)
    whole = found.sums(table)
    assert whole.shape == (10, 2, 3)
    assert whole[:, 1, 2] == pytest.approx(found.sums(table[:, 1, 2]))


def test_nan_adds_nothing():
    assert resample(["a", "b"], 0).sums(np.array([np.nan, 2.0])).tolist() == [2.0]


def test_blocks_of_weights_are_all_draws(monkeypatch):
    monkeypatch.setattr("facs.evaluation.bootstrap._CELLS", 10)
    found = resample(["a", "b", "a"], draws=20)
    blocks = list(found.blocks())
    assert len(blocks) > 1
    assert np.concatenate([weights for _, weights in blocks]).tolist() == (
        found.counts[:, found.member].tolist()
    )


def test_the_same_seed_draws_the_same():
    a, b, c = (resample(list("abcd"), 10, seed).counts.tolist() for seed in (0, 0, 1))
    assert a == b != c


def test_the_interval_of_a_mean_is_as_wide_as_theory_says():
    values = np.random.default_rng(0).normal(0, 1, 400)
    found = resample(np.arange(400), draws=2000)
    low, high = interval(found.sums(values) / found.sums(np.ones(400)))
    wanted = 1.96 * values.std() / 20
    assert (high - low) / 2 == pytest.approx(wanted, rel=0.1)


def test_frames_of_one_person_tell_less_than_frames_of_many():
    person = np.repeat(np.arange(40), 50)
    values = np.random.default_rng(0).normal(0, 1, 40)[person]

    def width(cluster):
        found = resample(cluster, draws=500)
        low, high = interval(found.sums(values) / found.sums(np.ones(2000)))
        return high - low

    assert width(person) > 4 * width(np.arange(2000))


def test_what_is_undefined_in_many_draws_has_no_interval():
    values = np.r_[0.5, np.full(80, 0.4), np.full(20, np.nan)]
    assert np.isnan(interval(values)).all()
    values[81:95] = 0.4
    assert interval(values) == (0.4, 0.4)


def test_a_level_is_a_share():
    with pytest.raises(InputError, match="level"):
        interval([0.0, 1.0], level=95)


def test_clusters_are_one_for_each_row():
    with pytest.raises(InputError, match=r"\(1, 2\)"):
        resample([["a", "b"]])
