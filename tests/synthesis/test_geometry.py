"""Pose, window and kernels on meshes small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.synthesis.camera import (
    PIVOT,
    Window,
    develop,
    draw_camera,
    exposure_for,
    face_luma,
)
from facs.synthesis.kernels import deform, irradiance, rasterise, vertex_normals
from facs.synthesis.render import posed
from facs.synthesis.scene import Pose, harmonics

NOSE, LEFT_EAR, CROWN = np.float32([[0, 0, 10], [8, 0, 0], [0, 12, 0]])


def test_positive_yaw_turns_the_nose_to_the_subjects_left() -> None:
    assert (Pose(30, 0, 0).rotation() @ NOSE)[0] > 4


def test_positive_pitch_lifts_the_nose() -> None:
    assert (Pose(0, 30, 0).rotation() @ NOSE)[1] > 4


def test_positive_roll_tilts_the_crown_to_the_subjects_right() -> None:
    assert (Pose(0, 0, 30).rotation() @ CROWN)[0] < -4


def test_the_subjects_left_is_on_the_right_of_the_picture() -> None:
    window = Window(0, 0, 1, 80)
    ear, middle = window.project(np.stack([LEFT_EAR, np.zeros(3, np.float32)]), 100)
    assert ear[0] > middle[0]


def test_up_in_the_world_is_up_in_the_picture() -> None:
    high, low = Window(0, 0, 1, 80).project(np.stack([CROWN, -CROWN]), 100)
    assert high[1] < low[1]


def test_a_window_gives_the_landmarks_the_share_that_was_asked_for() -> None:
    square = np.float32([[-5, -5, 0], [5, -5, 0], [5, 5, 0], [-5, 5, 0]])
    window = Window.around(square, 80, 0.5, (0, 0))
    pixels = window.project(square, 200)[:, :2]
    assert np.ptp(pixels, axis=0) == pytest.approx([100, 100], abs=0.01)
    assert pixels.mean(0) == pytest.approx([100, 100], abs=0.01)


def test_a_window_without_width_is_refused() -> None:
    with pytest.raises(InputError, match="width"):
        Window(0, 0, 0, 80)


def test_a_moved_head_moves_and_an_unturned_one_does_not_turn() -> None:
    points = np.stack([NOSE, LEFT_EAR])
    assert posed(points, Pose(0, 0, 0)) == pytest.approx(points, abs=1e-5)
    assert posed(points, Pose(0, 0, 0, x=2, y=1)) == pytest.approx(
        points + np.float32([2, 1, 0]), abs=1e-5
    )
    assert posed(PIVOT[None], Pose(20, 10, 5))[0] == pytest.approx(PIVOT)


def raster(screen: np.ndarray, triangles: np.ndarray, cull: bool) -> np.ndarray:
    index = np.full((8, 8), -1, np.int32)
    depth, bary = np.full((8, 8), 1e9, np.float32), np.zeros((8, 8, 2), np.float32)
    rasterise(screen, triangles, cull, depth, index, bary)
    return index


def test_the_nearer_of_two_triangles_is_seen() -> None:
    screen = np.float32([[0, 0, 5], [8, 0, 5], [0, 8, 5], [0, 0, 3], [8, 0, 3], [0, 8, 3]])
    index = raster(screen, np.int32([[0, 1, 2], [3, 4, 5]]), False)
    assert index[1, 1] == 1 and index[7, 7] == -1


def test_a_triangle_that_turns_its_back_is_not_drawn() -> None:
    screen = np.float32([[0, 0, 5], [8, 0, 5], [0, 8, 5]])
    back, front = np.int32([[0, 1, 2]]), np.int32([[0, 2, 1]])
    assert (raster(screen, back, True) == -1).all()
    assert raster(screen, front, True)[1, 1] == 0


def test_normals_of_a_flat_mesh_point_to_its_front() -> None:
    points = np.float32([[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    normals = vertex_normals(points, np.int32([[0, 1, 2]]))
    assert normals == pytest.approx(np.float32([[0, 0, 1]] * 3), abs=1e-5)


def test_deforming_adds_the_weighted_shapes() -> None:
    neutral = np.ones((4, 3), np.float32)
    shapes = np.stack([np.full((4, 3), k, np.float32) for k in (1, 10, 100)])
    out = deform(neutral, shapes, np.array([0, 2]), np.float32([0.5, 0.25]))
    assert out == pytest.approx(np.full((4, 3), 26.5))


def test_a_uniform_sky_lights_all_directions_alike() -> None:
    light = harmonics(np.ones((32, 64, 3), np.float32), 0.3)
    for normal in ((0, 0, 1), (1, 0, 0), (0, -1, 0)):
        out = np.zeros(3, np.float32)
        irradiance(light, *normal, out)
        assert out == pytest.approx([1, 1, 1], abs=0.02)


def test_a_light_from_the_left_of_the_subject_lights_her_left() -> None:
    sky = np.zeros((32, 64, 3), np.float32)
    sky[12:20, 44:52] = 1  # three quarters round: towards +x
    light = harmonics(sky, 0)
    left, right = np.zeros(3, np.float32), np.zeros(3, np.float32)
    irradiance(light, 1, 0, 0, left)
    irradiance(light, -1, 0, 0, right)
    assert left[0] > 4 * right[0]


def test_exposure_brightens_the_dark_and_keeps_their_order() -> None:
    dark, bright = 0.01, 0.8
    seen = [exposure_for(luma, 1) * luma for luma in (dark, bright)]
    assert dark < seen[0] < seen[1] < bright


def test_luma_of_no_pixels_is_a_plausible_number() -> None:
    assert 0.1 < face_luma(np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), bool)) < 0.5


def test_developing_gives_a_picture_of_the_asked_size(rng: np.random.Generator) -> None:
    light = np.full((24, 24, 3), 0.2, np.float32)
    picture = develop(light, 16, 1.0, draw_camera(rng), rng)
    assert picture.shape == (16, 16, 3) and picture.dtype == np.uint8
    assert 80 < picture.mean() < 180
