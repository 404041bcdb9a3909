from __future__ import annotations

import numpy as np
import pytest

from facs.synthesis.clips import _gaze, draw_course
from facs.synthesis.sampling import EXCLUSIVE, blink, envelope, expression, with_gaze
from facs.synthesis.scene import Pose
from facs.synthesis.shapes import LEFT, RIGHT, SLIDERS, slider, still


@pytest.fixture(scope="module")
def many() -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.stack([expression(rng) for _ in range(4000)])


def test_about_a_fifth_is_neutral_or_nearly(many: np.ndarray) -> None:
    assert 0.15 < (many.max((1, 2)) < 0.21).mean() < 0.27


def test_about_a_fifth_is_one_sided_and_both_sides_come_equally_often(many: np.ndarray) -> None:
    difference = many[:, :, LEFT] - many[:, :, RIGHT]
    left, right = (difference > 0.2).any(1).mean(), (difference < -0.2).any(1).mean()
    assert 0.13 < left + right < 0.27
    assert left == pytest.approx(right, abs=0.03)


def test_every_unit_but_the_gaze_is_shown(many: np.ndarray) -> None:
    shown = (many.max(2) > 0.2).mean(0)
    assert all(shown[slider(name)] > 0.002 for name in SLIDERS if name[0] != "6" or name == "6")


def test_units_in_no_combination_are_asked_for_often_enough(many: np.ndarray) -> None:
    asked = (many.max(2) > 0.2).mean(0)
    for name in ("11", "13", "16", "18", "22", "23", "28", "29", "34", "35"):
        assert asked[slider(name)] > 0.023, (name, asked[slider(name)])  # 0.01 once


def test_intensities_stay_in_the_unit_range(many: np.ndarray) -> None:
    assert many.min() >= 0 and many.max() <= 1


def test_winks_are_common_enough(many: np.ndarray) -> None:
    closed = many[:, slider("43")] > 0.8
    assert (closed[:, LEFT] ^ closed[:, RIGHT]).mean() > 0.01


def test_the_same_seed_draws_the_same_face() -> None:
    first, second = (expression(np.random.default_rng([3, 4])) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_gaze_gives_way_to_an_expression_that_turns_the_eyes() -> None:
    looking = still()
    looking[slider("62")] = 0.9
    out = with_gaze(looking, (0.5, -0.3))
    assert not out[slider("61")].any()
    assert out[slider("64"), LEFT] == pytest.approx(0.3)


def test_envelopes_are_smooth_and_within_one(rng: np.random.Generator) -> None:
    courses = np.stack([envelope(rng, 60, 30) for _ in range(200)])
    assert courses.min() >= 0 and courses.max() <= 1
    assert np.abs(np.diff(courses)).max() < 0.55


def test_a_blink_is_over_in_half_a_second(rng: np.random.Generator) -> None:
    for _ in range(50):
        assert (blink(rng, 90, 30) > 0.05).sum() <= 15


def test_no_frame_of_a_clip_shows_what_excludes_each_other(rng: np.random.Generator) -> None:
    faulty = 0
    for _ in range(200):
        course = draw_course(rng, 18).max(2)
        for a, b in EXCLUSIVE:
            if "43" not in (a, b) and not {a, b} <= {"61", "62", "63", "64"}:
                faulty += bool(((course[:, slider(a)] > 0.3) & (course[:, slider(b)] > 0.3)).any())
    assert faulty <= 4  # faint and one-sided faces take an extra unit without asking


def test_eyes_look_far_to_each_side_about_as_often_and_down_more_often_than_up() -> None:
    rng = np.random.default_rng(3)
    gazes = np.array([_gaze(Pose(0.0, 0.0, 0.0), rng) for _ in range(4000)])
    side, up = gazes.T
    left, right = (side > 0.6).mean(), (side < -0.6).mean()
    assert 0.03 < left < 0.12 and abs(left - right) < 0.02
    assert 0.02 < (up > 0.6).mean() < (up < -0.6).mean() < 0.15
