"""Cameras and scenes from good to poor, upright and turned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facs.synthesis.assets import Assets
from facs.synthesis.camera import Camera, Window, develop, draw_camera
from facs.synthesis.clips import Studio
from facs.synthesis.kernels import irradiance
from facs.synthesis.person import draw_person
from facs.synthesis.scene import TILTED_SHARE, Pose, draw_pose, draw_scene, turned
from facs.synthesis.shapes import still

PLAIN = Camera(1.0, (1, 1, 1), 1.0, 1.0, 0.0, 1.0, 0.0, 95)


def developed(light: np.ndarray, camera: Camera) -> np.ndarray:
    return develop(light, len(light), 1.0, camera, np.random.default_rng(0)).astype(float)


@pytest.fixture
def edge() -> np.ndarray:
    light = np.full((64, 64, 3), 0.05, np.float32)
    light[:, 32:] = 0.4
    return light


def test_sharpening_overshoots_at_an_edge(edge: np.ndarray) -> None:
    plain, sharp = developed(edge, PLAIN), developed(edge, replace(PLAIN, sharpening=1.5))
    assert sharp.max() > plain.max() + 10 and sharp.min() < plain.min() - 10


def test_a_shake_smears_along_its_way_only(edge: np.ndarray) -> None:
    across = developed(edge, replace(PLAIN, shake=(8.0, 0.0)))
    along = developed(edge, replace(PLAIN, shake=(0.0, 8.0)))
    steep = [np.abs(np.diff(p.mean((0, 2)))).max() for p in (across, along)]
    assert steep[0] < 0.5 * steep[1]


def test_a_frame_of_fewer_pixels_has_less_detail() -> None:
    light = np.random.default_rng(0).uniform(0, 0.5, (64, 64, 3)).astype(np.float32)
    assert developed(light, replace(PLAIN, detail=0.4)).std() < 0.7 * developed(light, PLAIN).std()


def test_cameras_range_from_dim_to_bright_and_from_poor_to_good() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_camera(rng) for _ in range(600)]
    assert min(c.quality for c in drawn) < 40 and max(c.quality for c in drawn) > 90
    assert 0.04 < np.mean([c.brightness < 0.4 for c in drawn]) < 0.2
    assert 0.03 < np.mean([any(c.shake) for c in drawn]) < 0.12


def test_some_heads_lie_at_any_angle() -> None:
    rng = np.random.default_rng(0)
    rolls = np.abs([draw_pose(rng).roll for _ in range(3000)])
    assert np.mean(rolls > 45) == pytest.approx(TILTED_SHARE * 0.75, abs=0.02)
    assert rolls.max() > 150


def test_light_turns_with_the_camera(assets: Assets) -> None:
    scene = draw_scene(assets, np.random.default_rng(4))
    askew = turned(scene, 70)
    turn = Pose(0, 0, 70).rotation()
    assert np.allclose(askew.lamp, turn @ scene.lamp, atol=1e-5)
    before, after = np.zeros(3, np.float32), np.zeros(3, np.float32)
    for normal in np.random.default_rng(0).normal(size=(20, 3)):
        normal = (normal / np.linalg.norm(normal)).astype(np.float32)
        irradiance(scene.harmonics, *normal, before)
        irradiance(askew.harmonics, *(turn @ normal), after)
        assert np.allclose(before, after, atol=1e-3)


def test_a_turned_scene_with_a_turned_head_is_the_picture_turned(studio: Studio) -> None:
    person = replace(draw_person(studio.assets, np.random.default_rng(3)), covers=(), hair="none")
    scene = draw_scene(studio.assets, np.random.default_rng(1))
    window = Window(0.0, 2 / scene.distance, 26 / scene.distance, scene.distance)
    pictures = []
    for roll in (0, 90):
        rng, pose = np.random.default_rng(0), Pose(0, 0, roll)
        lit = turned(scene, roll) if roll else scene
        pictures.append(
            studio.shoot(person, lit, PLAIN, still(), pose, window, rng, 1.0)[0].image.astype(int)
        )
    middle = slice(24, 72)
    upright = pictures[0][middle, middle]
    back = np.rot90(pictures[1], -1)[middle, middle]  # the head lay on its right shoulder
    differs = np.abs(upright - back).mean()
    assert differs < 16 and differs < 0.6 * np.abs(upright - back[::-1]).mean()
