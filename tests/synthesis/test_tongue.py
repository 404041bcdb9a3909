"""The tongue: how far it shows is its label, and it goes where its halves say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facs.synthesis.assets import Assets
from facs.synthesis.camera import Camera
from facs.synthesis.clips import Sample, Studio
from facs.synthesis.labels import columns
from facs.synthesis.person import Person, draw_person
from facs.synthesis.sampling import expression
from facs.synthesis.scene import Pose, draw_scene
from facs.synthesis.shapes import LEFT, RIGHT, SLIDERS, slider, still
from facs.synthesis.tongue import FULL_CM, shows, tongue

PLAIN = Camera(1.0, (1, 1, 1), 1.0, 1.0, 0.0, 1.0, 0.0, 95)


@pytest.fixture(scope="module")
def person(assets: Assets) -> Person:
    one = draw_person(assets, np.random.default_rng(3))
    ones = np.ones(len(SLIDERS), np.float32)
    return replace(one, gain=ones, asymmetry=0 * ones, covers=(), hair="none")


def shot(studio: Studio, person: Person, left: float, right: float) -> Sample:
    rng = np.random.default_rng(0)
    scene, pose, face = draw_scene(studio.assets, rng), Pose(0, 0, 0), still()
    face[slider("19"), LEFT], face[slider("19"), RIGHT] = left, right
    window = studio.window(person, scene, pose, np.random.default_rng(0))
    return studio.shoot(person, scene, PLAIN, face, pose, window, rng, 1.0)[0]


def red(sample: Sample) -> np.ndarray:
    """How much redder than green each pixel is."""
    image = sample.image.astype(int)
    return np.asarray(image[..., 0] - image[..., 1])


@pytest.mark.parametrize("height", [0.3, 0.6, 1.0])
def test_the_label_is_how_far_it_comes_out(studio: Studio, person: Person, height: float) -> None:
    sample = shot(studio, person, height, height)
    assert sample.labels[columns().index("AU19")] == pytest.approx(height)
    dots = person.neutral[studio.assets.landmarks]
    mesh = tongue(dots, height, height, 0.0)
    assert mesh is not None
    lips = dots[[62, 66]].mean(0)
    reach = np.linalg.norm(mesh.points - lips, axis=1)[mesh.points[:, 2] > lips[2] - 0.3].max()
    assert reach == pytest.approx(height * FULL_CM, abs=0.9)


def test_it_shows_below_the_mouth_and_only_there(studio: Studio, person: Person) -> None:
    more = np.clip(red(shot(studio, person, 1, 1)) - red(shot(studio, person, 0, 0)), 0, None)
    rows, cols = np.nonzero(more > 25)
    dots = shot(studio, person, 0, 0).landmarks
    assert len(rows) > 30
    assert dots[51, 1] - 3 < rows.mean() < dots[8, 1] + 6
    assert dots[48, 0] - 3 < cols.mean() < dots[54, 0] + 3


def test_a_still_face_has_no_tongue(studio: Studio, person: Person) -> None:
    assert shot(studio, person, 0, 0).labels[columns().index("AU19")] == 0
    assert tongue(person.neutral[studio.assets.landmarks], 0, 0, 0.0) is None


def test_the_stronger_half_turns_it_to_its_own_side(studio: Studio, person: Person) -> None:
    dots = person.neutral[studio.assets.landmarks]
    ends = []
    for left, right in ((1.0, 0.2), (1.0, 1.0), (0.2, 1.0)):
        mesh = tongue(dots, left, right, 0.0)
        assert mesh is not None
        ends.append(mesh.points[-16:, 0].mean())
    assert ends[0] > ends[1] + 0.5 > ends[2] + 1.0


def test_it_parts_the_lips(studio: Studio, person: Person) -> None:
    assert shot(studio, person, 1, 1).labels[columns().index("AU25")] > 0.4


def test_intensity_is_the_stronger_half() -> None:
    assert shows(0.5, 1.0) == (1.0, -0.5)


def test_it_is_drawn_often_enough_to_be_learned() -> None:
    rng = np.random.default_rng(0)
    often = np.mean([expression(rng)[slider("19")].max() > 0.1 for _ in range(3000)])
    assert 0.03 < often < 0.09
