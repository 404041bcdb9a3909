from __future__ import annotations

import numpy as np
import pytest

from facs.canonical import canonical
from facs.mean_face import MEAN_FACE
from facs.network.mirror import columns_in_mirror
from facs.network.spec import columns_of
from facs.training.augment import MIRROR, cover, jitter, mirror_points, spoil
from facs.units import ActionUnit
from tests.faces.builders import texture


def random_points(seed=0):
    return np.random.default_rng(seed).normal(0, 0.2, (68, 2)).astype(np.float32)


def test_the_mirror_of_the_mirror_is_the_face():
    points = random_points()
    np.testing.assert_array_equal(mirror_points(mirror_points(points)), points)
    np.testing.assert_array_equal(MIRROR[MIRROR], np.arange(68))


def test_the_mean_face_looks_the_same_in_the_mirror():
    points = (canonical(1) - 0.5).astype(np.float32)
    np.testing.assert_allclose(mirror_points(points), points, atol=0.01)
    assert sorted(MIRROR) == list(range(68))
    np.testing.assert_allclose(MEAN_FACE[MIRROR] * (-1, 1, 1), MEAN_FACE, atol=0.1)


def test_the_mirror_does_not_change_its_input():
    points = random_points()
    before = points.copy()
    mirror_points(points)
    np.testing.assert_array_equal(points, before)


def test_columns_in_the_mirror_twice_are_themselves():
    columns = columns_of(tuple(ActionUnit))
    mirror = columns_in_mirror(columns)
    assert [mirror[i] for i in mirror] == list(range(len(columns)))
    swapped = {(columns[i], columns[j]) for i, j in enumerate(mirror) if i != j}
    assert ("AU61", "AU62") in swapped and ("AU2_left", "AU2_right") in swapped
    assert not any(name in ("AU9", "AU25") for pair in swapped for name in pair)


def test_a_column_without_its_twin_stays():
    assert columns_in_mirror(("AU12_left", "AU61")) == [0, 1]


def test_no_jitter_is_no_change():
    np.testing.assert_allclose(jitter(np.random.default_rng(0), 96, 0, 0, 0), np.eye(3), atol=1e-9)


def test_jitter_keeps_the_form_and_has_the_spread_that_was_asked_for():
    rng = np.random.default_rng(0)
    moves = np.array([jitter(rng, 100, 0.02, 0.05, 3.0) for _ in range(2000)])
    a, b = moves[:, 0, 0], moves[:, 1, 0]
    np.testing.assert_allclose(moves[:, 1, 1], a)
    np.testing.assert_allclose(moves[:, 0, 1], -b)
    centres = moves[:, :2, :2] @ (50, 50) + moves[:, :2, 2]
    np.testing.assert_allclose(centres.std(0), 2, rtol=0.1)
    assert np.degrees(np.arctan2(b, a)).std() == pytest.approx(3, rel=0.1)
    assert np.log(np.hypot(a, b)).std() == pytest.approx(0.05, rel=0.1)


@pytest.mark.parametrize("seed", range(10))
def test_a_spoilt_picture_is_still_the_same_kind_of_array(seed):
    picture = texture(96)
    before = picture.copy()
    spoilt = spoil(np.random.default_rng(seed), picture)
    assert (spoilt.shape, spoilt.dtype) == (picture.shape, np.uint8)
    np.testing.assert_array_equal(picture, before)
    again = spoil(np.random.default_rng(seed), picture)
    np.testing.assert_array_equal(spoilt, again)


@pytest.mark.parametrize("seed", range(10))
def test_a_cover_hides_what_it_says_and_leaves_the_rest(seed):
    picture, other = texture(96), texture(200, seed=1)
    covered, hidden = cover(np.random.default_rng(seed), picture, other)
    np.testing.assert_array_equal(covered[hidden == 0], picture[hidden == 0])
    assert set(np.unique(hidden)) <= {0, 1}


def test_covers_are_of_all_sizes():
    rng = np.random.default_rng(0)
    shares = [cover(rng, texture(96), texture(96))[1].mean() for _ in range(60)]
    assert min(shares) < 0.1 and max(shares) > 0.3
