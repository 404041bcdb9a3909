"""What the mouth shows: derived shapes, and teeth behind lips that are shut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facs.synthesis.assets import Assets
from facs.synthesis.clips import Studio
from facs.synthesis.derived import with_derived
from facs.synthesis.kernels import deform
from facs.synthesis.labels import columns
from facs.synthesis.mouth import SUNK_CM, light_inside, parted, shut_away
from facs.synthesis.person import Person, draw_person
from facs.synthesis.render import draw
from facs.synthesis.scene import Pose, draw_scene
from facs.synthesis.shapes import SLIDERS, slider, still


@pytest.fixture(scope="module")
def person(assets: Assets) -> Person:
    one = draw_person(assets, np.random.default_rng(3))
    ones = np.ones(len(SLIDERS), np.float32)
    return replace(one, gain=ones, asymmetry=0 * ones, covers=(), hair="none")


def face(**units: float) -> np.ndarray:
    """Intensities by name, as in ``face(au12=0.5)``."""
    out = still()
    for name, value in units.items():
        out[slider(name[2:])] = value
    return out


def label(studio: Studio, person: Person, column: str, asked: np.ndarray) -> float:
    weights, shown = studio.mixer.weights(asked)
    values = studio.labeller(person.neutral[studio.assets.landmarks], weights, shown)
    return float(values[columns().index(column)])


def moved(studio: Studio, person: Person, asked: np.ndarray) -> np.ndarray:
    """Points of the head, before it is posed."""
    weights, _ = studio.mixer.weights(asked)
    rows = np.flatnonzero(weights)
    return np.asarray(deform(person.neutral, studio.assets.shapes, rows, weights[rows]))


def test_what_the_model_lacks_is_derived_on_both_sides() -> None:
    neutral = np.float32([[5, -3, 8], [-5, -3, 8], [0, -3, 9], [5, -3, 7]])
    puff = np.ones((1, 4, 3), np.float32)
    teeth = np.array([3], np.int32)
    names, shapes = with_derived(("cheekPuff_L",), puff, neutral, teeth)
    assert names == ("cheekPuff_L", "cheekSuck_L") and shapes.shape == (2, 4, 3)
    assert shapes[1, 0, 2] == -1  # a cheek goes in
    assert not shapes[1, 2:].any()  # lips and teeth stay


def test_a_deep_furrow_parts_no_lips(studio: Studio, person: Person) -> None:
    assert label(studio, person, "AU11", face(au11=1)) == pytest.approx(1)
    assert label(studio, person, "AU25", face(au11=1)) < 0.1  # 0.6 when it was a small AU10
    assert label(studio, person, "AU10_left", face(au11=1)) < 0.1


def test_units_of_the_mouth_are_movements_of_their_own(studio: Studio, person: Person) -> None:
    skin = np.unique(studio.assets.triangles[studio.assets.material == 0])
    front = skin[studio.assets.neutral[skin, 2] > 3]
    way = {
        name: (moved(studio, person, face(**{f"au{name}": 1})) - person.neutral)[front].ravel()
        for name in ("9", "10", "11", "12", "13", "23", "28")
    }

    def alike(a: str, b: str) -> float:
        return float(way[a] @ way[b] / np.linalg.norm(way[a]) / np.linalg.norm(way[b]))

    for pair in (("28", "23"), ("11", "10"), ("11", "9"), ("13", "12")):
        assert alike(*pair) < 0.8, pair  # 0.93 to 0.97 before


def test_teeth_lie_back_behind_lips_that_touch_and_come_forward_when_they_part(
    studio: Studio, person: Person
) -> None:
    teeth = studio.assets.teeth
    for asked, share in ((still(), 0.0), (face(au34=1), 0.0), (face(au27=1), 1.0)):
        points = moved(studio, person, asked)
        assert parted(studio.assets, points) == share
        back = points[teeth] - shut_away(studio.assets, points, share)[teeth]
        np.testing.assert_allclose(back[:, 2], (1 - share) * SUNK_CM, atol=1e-5)
    assert shut_away(studio.assets, points, 1.0) is points


def test_teeth_between_lips_that_touch_are_dark(assets: Assets, person: Person) -> None:
    scene, front = draw_scene(assets, np.random.default_rng(9)), Pose(0.0, 0.0, 0.0)
    studio = Studio(assets, 160)
    window = studio.window(person, scene, front, np.random.default_rng(0))
    bright = {}
    for name, asked in (("shut", face(au30L=0.9)), ("open", face(au27=0.6))):
        weights, shown = studio.mixer.weights(asked)
        drawn = draw(assets, person, scene, weights, shown, front, window, 480)
        x0, x1 = np.sort(drawn.landmarks[[48, 54], 0]).astype(int)
        y0, y1 = drawn.landmarks[[51, 57], 1].astype(int)
        grey = drawn.light[y0:y1, x0:x1].mean(2)
        bright[name] = float(grey.max() / np.median(drawn.light[drawn.face]))
    assert bright["shut"] < bright["open"]
    assert light_inside(0.0) < 0.2 and light_inside(1.0) == 1
