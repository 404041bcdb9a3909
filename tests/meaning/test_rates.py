"""Rates of what happens by mistake, and what they do not show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from facs.errors import InputError
from facs.meaning.rates import Rate, hours_seen, poisson_interval
from tests.meaning.builders import acted, clock


@pytest.mark.parametrize(
    ("count", "low", "high"),  # Garwood's exact limits, 95 %, as printed in tables
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (50, 37.111, 65.919)],
)
def test_the_interval_is_the_exact_one(count, low, high):
    assert poisson_interval(count) == pytest.approx((low, high), abs=2e-3)


def test_large_counts_do_not_overflow():
    low, high = poisson_interval(2000)
    assert 1900 < low < 2000 < high < 2100


def test_no_time_says_nothing():
    rate = Rate(0, 0.0)
    assert math.isnan(rate.per_hour) and rate.interval == (0.0, math.inf)
    assert str(rate) == "not measured"


@pytest.mark.parametrize(("count", "hours"), [(-1, 1.0), (1, -1.0), (1, math.inf)])
def test_what_cannot_be_is_refused(count, hours):
    with pytest.raises(InputError):
        Rate(count, hours)


def test_only_time_in_which_she_was_seen_counts():
    person = acted(clock(3600, 10.0), unseen=[(0, 900)])
    assert hours_seen([person, person]) == pytest.approx(1.5, abs=1e-3)


def test_gaps_between_frames_count_no_more_than_a_quarter_of_a_second():
    times = np.concatenate([clock(10), 1000 + clock(10)])
    assert hours_seen([acted(times)]) * 3600 == pytest.approx(20.25, abs=0.05)
