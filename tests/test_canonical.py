from __future__ import annotations

import cv2
import numpy as np
import pytest

from facs.canonical import CROP_SIZE, align, canonical, similarity, warp
from facs.errors import InputError
from facs.mean_face import MEAN_FACE, RIGID

LIPS = slice(48, 68)


def turned(points, degrees, scale, shift):
    """Points after a rotation, a scale and a shift, and the matrix (2, 3) that did it."""
    a = np.radians(degrees)
    linear = scale * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return points @ linear.T + shift, np.hstack([linear, np.reshape(shift, (2, 1))])


def apply(matrix, points):
    return points @ matrix[:, :2].T + matrix[:, 2]


def smooth(height, width, seed=0):
    coarse = np.random.default_rng(seed).uniform(0, 255, (height // 40, width // 40))
    picture = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("degrees", [0, 30, -90, 175])
@pytest.mark.parametrize("scale", [0.2, 1, 7])
def test_similarity_recovers_a_known_rotation_scale_and_shift(degrees, scale):
    points = np.random.default_rng(1).normal(size=(11, 2)) * 30
    target, matrix = turned(points, degrees, scale, np.array([40.0, -7.0]))
    np.testing.assert_allclose(similarity(points, target), matrix, atol=1e-9)


def test_similarity_takes_the_least_squares_way_through_noise():
    rng = np.random.default_rng(2)
    points = rng.normal(size=(400, 2)) * 30
    target, matrix = turned(points, 20, 1.5, np.array([3.0, 4.0]))
    found = similarity(points, target + rng.normal(0, 0.5, target.shape))
    np.testing.assert_allclose(found[:, :2], matrix[:, :2], atol=5e-3)
    np.testing.assert_allclose(found[:, 2], matrix[:, 2], atol=0.1)


def test_similarity_never_mirrors():
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    assert np.linalg.det(similarity(square, square * (-1, 1) + (0.1, 0))[:, :2]) >= 0


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (np.zeros((3, 2)), np.ones((3, 2))),
        (np.zeros((3, 2)), np.ones((4, 2))),
        (np.zeros((2, 3)), np.ones((2, 3))),
    ],
)
def test_similarity_refuses_points_that_say_nothing(source, target):
    with pytest.raises(InputError, match="wanted"):
        similarity(source, target)


@pytest.mark.parametrize("margin", [1.0, 1.3])
@pytest.mark.parametrize("size", [64, 112])
def test_align_brings_the_mean_face_to_the_canonical_place(size, margin):
    straight = MEAN_FACE[:, :2] * (1, -1)
    face, _ = turned(straight * 9, 25, 1, np.array([300.0, 200.0]))
    placed = apply(align(face, size, margin), face)
    np.testing.assert_allclose(placed, canonical(size, margin), atol=1e-6)


def test_an_open_mouth_does_not_move_the_crop():
    face = MEAN_FACE[:, :2] * (10, -10)
    speaking = face.copy()
    speaking[LIPS, 1] += 12
    assert not set(range(48, 68)) & set(RIGID)
    np.testing.assert_array_equal(align(speaking), align(face))


def test_the_subjects_left_is_on_the_right_of_the_crop():
    points = canonical()
    assert points[45, 0] > CROP_SIZE / 2 > points[36, 0]
    assert points[8, 1] > points[27, 1]  # the chin is below the nose


def test_all_of_the_mean_face_lies_inside_the_crop():
    points = canonical()
    assert points.min() > 0 and points.max() < CROP_SIZE


@pytest.mark.parametrize("shrink", [2, 3, 5])
def test_fine_texture_of_a_large_face_becomes_even_grey(shrink):
    y, x = np.mgrid[:700, :700]
    board = (255 * ((x + y) % 2)).astype(np.uint8)
    scale = 0.75 / (shrink + 0.2)
    matrix = np.array([[scale, 0, 3.3], [0, scale, 1.7]])
    crop = warp(board, matrix)
    assert crop.std() < 6  # an odd number of squares does not come out quite even
    assert abs(float(crop.mean()) - 127.5) < 3
    assert cv2.warpAffine(board, matrix, (112, 112)).std() > 20  # as it would be otherwise


@pytest.mark.parametrize("degrees", [0, 37])
@pytest.mark.parametrize("scale", [0.3, 0.17])
def test_shrinking_first_keeps_positions_to_half_a_pixel(scale, degrees):
    picture = smooth(900, 900)
    a = np.radians(degrees)
    linear = scale * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    shift = np.array([56, 56]) - linear @ (450, 450)
    matrix = np.hstack([linear, shift[:, None]])
    direct = cv2.warpAffine(picture, matrix, (112, 112), flags=cv2.INTER_LINEAR)
    moved, _ = cv2.phaseCorrelate(
        direct.astype(np.float64), warp(picture, matrix).astype(np.float64)
    )
    assert np.hypot(*moved) < 0.25
    difference = np.abs(direct.astype(int) - warp(picture, matrix))
    assert difference.mean() < 2


def test_the_crop_of_a_large_face_does_not_depend_on_what_is_far_away():
    picture = smooth(900, 900)
    other = picture.copy()
    other[:, 700:] = 0
    matrix = np.array([[0.3, 0, -30], [0, 0.3, -30]])
    np.testing.assert_array_equal(warp(picture, matrix), warp(other, matrix))


@pytest.mark.parametrize("scale", [1.0, 0.2])
def test_outside_the_picture_its_edge_is_repeated(scale):
    picture = np.full((200, 200), 40, np.uint8)
    picture[:, -40:] = 200
    crop = warp(picture, np.array([[scale, 0, -100 * scale], [0, scale, -100 * scale]]))
    assert (crop[:, -10:] == 200).all()
    assert crop.min() >= 40


@pytest.mark.parametrize("scale", [1.0, 0.2])
def test_a_crop_wholly_outside_the_picture_is_its_edge(scale):
    picture = np.full((100, 100), 77, np.uint8)
    crop = warp(picture, np.array([[scale, 0, 5000.0], [0, scale, -9000.0]]))
    assert (crop == 77).all()


def test_the_crop_of_a_moved_face_in_a_moved_picture_is_the_same():
    picture = smooth(300, 300)
    face = canonical(150) + np.array([60, 70])
    moved = np.roll(picture, (11, 17), axis=(0, 1))
    np.testing.assert_array_equal(
        warp(picture, align(face)), warp(moved, align(face + np.array([17, 11])))
    )
