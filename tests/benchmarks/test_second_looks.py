from __future__ import annotations

import numpy as np

from facs.training.seen_units import Look

NOTHING: frozenset[int] = frozenset()


def test_grades_are_what_the_look_says_and_nan_where_it_does_not() -> None:
    from second_looks import grades_of

    four = frozenset({4})
    looks = [
        Look(NOTHING, NOTHING, four),
        Look(NOTHING, NOTHING, NOTHING, maybe=four),
        Look(NOTHING, four, NOTHING),
        Look(four, NOTHING, NOTHING),
        Look(NOTHING, NOTHING, NOTHING),
    ]
    np.testing.assert_array_equal(grades_of(looks, 4), [0, 1, 2, 3, np.nan])


def test_the_slope_is_that_of_the_logit_within_a_grade() -> None:
    from second_looks import slope

    rng = np.random.default_rng(0)
    grade = rng.integers(0, 3, 20_000).astype(float)
    score = rng.normal(0, 1.5, 20_000) + grade
    chance = 1 / (1 + np.exp(-(0.8 * score + 2.0 * grade - 3)))
    found = rng.random(20_000) < chance
    assert abs(slope(score, found, grade) - 0.8) < 0.08


def test_units_that_the_second_look_hardly_finds_have_no_row() -> None:
    from second_looks import row_of

    second = np.zeros(50)
    second[:3] = 3
    assert row_of(4, np.zeros(50), second, np.arange(50.0)) is None
