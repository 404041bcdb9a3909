from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.faces.pose import head_pose, rotation
from facs.mean_face import MEAN_FACE
from facs.training.augment import MIRROR


def seen(yaw, pitch, roll, scale=8.0, shift=(200, 150)):
    """Landmarks of the mean face, turned so, in pixels."""
    return (MEAN_FACE @ rotation(yaw, pitch, roll).T)[:, :2] * (scale, -scale) + shift


@pytest.mark.parametrize("yaw", [-40, 0, 40])
@pytest.mark.parametrize("pitch", [-25, 0, 25])
@pytest.mark.parametrize("roll", [-30, 0, 30])
def test_known_rotations_are_found(yaw, pitch, roll):
    np.testing.assert_allclose(head_pose(seen(yaw, pitch, roll)), (yaw, pitch, roll), atol=1e-6)


def test_place_and_size_do_not_matter():
    small, large = seen(20, 10, 5), seen(20, 10, 5, scale=31, shift=(-40, 900))
    np.testing.assert_allclose(head_pose(small), head_pose(large), atol=1e-6)


def test_the_mirror_turns_yaw_and_roll_around():
    face = seen(25, -12, 9)
    mirrored = face[MIRROR] * (-1, 1) + (640, 0)
    np.testing.assert_allclose(head_pose(mirrored), (-25, -12, -9), atol=0.2)


def test_a_head_turned_to_its_left_shows_its_nose_on_the_right_of_the_picture():
    straight, left = seen(0, 0, 0), seen(30, 0, 0)
    assert left[30, 0] > straight[30, 0]
    assert head_pose(left)[0] > 0


def test_a_head_that_looks_up_shows_its_nose_higher():
    assert seen(0, 20, 0)[30, 1] < seen(0, 0, 0)[30, 1]


def test_a_head_tilted_to_its_right_shoulder_has_its_right_eye_lower():
    tilted = seen(0, 0, 20)
    assert tilted[36, 1] > tilted[45, 1]


def test_noise_of_a_pixel_moves_the_pose_by_few_degrees():
    rng = np.random.default_rng(0)
    face = seen(15, 5, -5)
    angles = [head_pose(face + rng.normal(0, 1, face.shape)) for _ in range(50)]
    assert np.abs(np.mean(angles, 0) - (15, 5, -5)).max() < 1.5
    assert np.std(angles, 0).max() < 3


def test_points_without_extent_have_no_pose():
    assert np.isnan(head_pose(np.full((68, 2), 7.0))).all()


def test_other_shapes_are_refused():
    with pytest.raises(InputError, match=r"\(68, 2\)"):
        head_pose(np.zeros((5, 2)))
