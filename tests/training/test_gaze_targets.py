"""Real faces teach gaze by the dark of their eyes, and by what an earlier network says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from facs.canonical import CROP_SIZE, canonical
from facs.network.mirror import columns_in_mirror
from facs.training.augment import MIRROR
from facs.training.gaze_targets import AHEAD, gaze_targets
from facs.training.irises import iris_offset

SIZE = 4 * CROP_SIZE
COLUMNS = ("AU61", "AU62", "AU63", "AU64")


def drawn(right=0.0, down=0.0, grey=30):
    """A face that is skin but for its eyes, whose irises lie off the middle, in pixels."""
    points = canonical(SIZE)
    face = np.full((SIZE, SIZE), 150, np.uint8)
    for eye in (points[36:42], points[42:48]):
        cv2.fillConvexPoly(face, np.rint(eye).astype(np.int32), 230)
        x, y = eye.mean(0) + np.array([right, down])
        cv2.circle(face, (round(x), round(y)), 8, grey, -1)
    return face


def offset(**where):
    return iris_offset(drawn(**where), canonical(SIZE))


def test_irises_that_lie_aside_are_found_aside():
    ahead = offset()
    assert (offset(right=12) - ahead)[0] > 0.1
    assert (offset(right=-12) - ahead)[0] < -0.1


def test_irises_that_lie_high_are_found_high():
    ahead = offset()
    assert (offset(down=-5) - ahead)[1] > 0.02
    assert (offset(down=5) - ahead)[1] < -0.02


def test_left_is_right_in_the_mirror():
    points = canonical(SIZE)
    turned = points.copy()
    turned[:, 0] = SIZE - 1 - turned[:, 0]
    turned = turned[MIRROR]
    there = iris_offset(np.ascontiguousarray(drawn(right=12)[:, ::-1]), turned)
    here = offset(right=12)
    np.testing.assert_allclose(there, here * (-1, 1), atol=0.01)


def test_a_tilted_head_looks_to_the_same_side():
    turn = cv2.getRotationMatrix2D((SIZE / 2, SIZE / 2), 30, 1.0)
    face = cv2.warpAffine(drawn(right=12), turn, (SIZE, SIZE), borderValue=150)
    points = canonical(SIZE) @ turn[:, :2].T + turn[:, 2]
    np.testing.assert_allclose(iris_offset(face, points), offset(right=12), atol=0.02)


def test_shut_and_blank_eyes_say_nothing():
    shut = canonical(SIZE)
    shut[[37, 38, 41, 40], 1] = shut[[36, 39, 36, 39], 1]
    shut[[43, 44, 47, 46], 1] = shut[[42, 45, 42, 45], 1]
    assert np.isnan(iris_offset(drawn(), shut)).all()
    assert np.isnan(iris_offset(np.full((SIZE, SIZE), 99, np.uint8), canonical(SIZE))).all()
    assert np.isnan(iris_offset(drawn(), np.zeros((68, 2)))).all()


@pytest.fixture
def offsets():
    rng = np.random.default_rng(0)
    return np.column_stack([rng.normal(0, 0.06, 500), rng.normal(-0.02, 0.02, 500)])


def test_most_faces_look_ahead_and_those_far_aside_do_not(offsets):
    left, right = gaze_targets(offsets, None, COLUMNS)[:, :2].T
    far = offsets[:, 0] > 0.15
    assert (left[far] > 0.9).all() and (right[far] < 0.05).all()
    middle = np.abs(offsets[:, 0] - np.median(offsets[:, 0])) < 0.005
    np.testing.assert_allclose(left[middle], AHEAD, atol=0.04)


def test_what_is_straight_ahead_is_the_median_face(offsets):
    there = gaze_targets(offsets + np.array([0.1, -0.3]), None, COLUMNS)
    np.testing.assert_allclose(there, gaze_targets(offsets, None, COLUMNS), atol=1e-5)


def test_a_teacher_that_says_the_contrary_leaves_nothing_to_learn(offsets):
    scores = np.zeros((500, 4), np.float32)
    scores[:, 0] = -offsets[:, 0]
    left, right = gaze_targets(offsets, scores, COLUMNS)[:, :2].T
    np.testing.assert_allclose(left, AHEAD, atol=0.02)
    np.testing.assert_allclose(right, AHEAD, atol=0.02)
    agreed = gaze_targets(offsets, -scores, COLUMNS)[:, :2]
    np.testing.assert_allclose(agreed, gaze_targets(offsets, None, COLUMNS)[:, :2], atol=1e-4)


def test_a_teacher_without_gaze_is_not_asked(offsets):
    scores = np.full((500, 4), np.nan, np.float32)
    np.testing.assert_array_equal(
        gaze_targets(offsets, scores, COLUMNS), gaze_targets(offsets, None, COLUMNS)
    )


def test_in_the_mirror_the_targets_swap(offsets):
    swapped = gaze_targets(offsets * (-1, 1), None, COLUMNS)
    here = gaze_targets(offsets, None, COLUMNS)
    np.testing.assert_allclose(swapped, here[:, columns_in_mirror(COLUMNS)], atol=1e-5)


def test_columns_that_are_not_there_are_left_out(offsets):
    assert np.isnan(gaze_targets(offsets, None, ("AU61", "AU12_left"))).all()


def test_faces_none_of_whose_eyes_are_seen_teach_no_gaze():
    assert np.isnan(gaze_targets(np.full((3, 2), np.nan), None, COLUMNS)).all()
