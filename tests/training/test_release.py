from __future__ import annotations

import numpy as np
import pytest

from facs.training.release import SHARES, fit_release

TIME = np.arange(12) / 30


def fitted(probability, labels, clip=None):
    columns = [np.array(rows, np.float32).reshape(-1, 1) for rows in (probability, labels)]
    which = np.zeros(len(columns[0]), np.int64) if clip is None else np.array(clip)
    return fit_release(*columns, which, TIME[: len(which)], [0.5])


def test_one_long_event_that_trembles_wants_a_low_release():
    p = [0, 0.8, 0.3, 0.8, 0.3, 0.8, 0]
    assert fitted(p, [0, 1, 1, 1, 1, 1, 0]) == 0.6


def test_two_events_with_a_dip_between_them_want_a_high_one():
    p = [0, 0.8, 0.3, 0.8, 0]
    assert fitted(p, [0, 1, 0, 1, 0]) > 0.6


def test_an_event_that_is_never_sure_decides_nothing():
    p = [0, 0.8, 0.4, 0.8, 0, 0.6, 0.3, 0.6, 0]
    assert fitted(p, [0, 1, 1, 1, 0, 0, 0, 0, 0]) == 0.8


def test_a_lower_share_must_be_better_by_half_a_hundredth():
    long, short = [0, 0.8, 0.3, 0.8, 0], [0, 0.8, 0]
    p, y = long + 150 * short, [0, 1, 1, 1, 0] + 150 * [0, 1, 0]
    few = fit_release(
        *(np.array([a], np.float32).T for a in (p, y)),
        np.zeros(len(p), np.int64),
        np.arange(len(p)) / 30,
        [0.5],
    )
    assert few == SHARES[0]  # one event of 151 falls to pieces


def test_where_nothing_decides_events_end_early():
    assert fitted([0, 0.8, 0], [0, 1, 0]) == SHARES[0]
    assert fitted([0, 0, 0], [0, 0, 0]) == SHARES[0]


def test_an_event_does_not_go_on_in_the_next_clip():
    p, y = [0, 0.8, 0.36, 0.8], [0, 1, 1, 1]
    assert fitted(p, y) == 0.7
    apart = fitted(p, y, clip=[0, 0, 1, 1])  # in the second one it has yet to begin
    assert apart == SHARES[0]


@pytest.mark.parametrize("hidden", [2, 3])
def test_what_was_hidden_ends_an_event(hidden):
    y = np.array([0, 1, 1, 1, 1, 0], np.float32)
    y[hidden] = np.nan
    assert fitted([0, 0.8, 0.8, 0.8, 0.8, 0], y) == SHARES[0]
