"""The motion gate: still faces cost nothing, and no movement is missed."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.video.gate import MotionGate

RATE = 30


def filmed(frames, draw=lambda picture, i: None, noise=2.0, seed=0, light=lambda i: 1.0):
    """Grey frames of a textured scene with camera noise; `draw` changes frame i."""
    rng = np.random.default_rng(seed)
    scene = np.kron(rng.uniform(60, 180, (12, 16)), np.ones((20, 20)))
    for i in range(frames):
        picture = scene.copy()
        draw(picture, i)
        shaken = picture * light(i) + rng.normal(0, noise, scene.shape)
        yield np.clip(shaken, 0, 255).astype(np.uint8)


def passed(frames, gate=None, box=None):
    gate = gate or MotionGate()
    return [i for i, picture in enumerate(frames) if gate.passes(picture, i / RATE, box)]


def lid(first, last):
    """An eye, 24 by 10 pixels of a face of 120, that is shut for some frames."""

    def draw(picture, i):
        picture[100:110, 130:154] = 150 if first <= i < last else 40

    return draw


BOX = (100.0, 60.0, 220.0, 180.0)


@pytest.mark.parametrize("noise", [0.5, 2.0, 6.0])
def test_a_still_scene_passes_twice_a_second(noise):
    found = passed(filmed(300, noise=noise))
    assert len(found) <= 300 / 15 + 4
    assert np.diff(found).max() == 15


@pytest.mark.parametrize("noise", [0.5, 2.0, 6.0])
@pytest.mark.parametrize("box", [None, BOX])
def test_a_blink_of_a_tenth_of_a_second_passes_at_once(noise, box):
    found = passed(filmed(120, lid(64, 67), noise=noise), box=box)
    assert 64 in found  # it shuts
    assert 67 in found  # it opens


def test_slow_motion_adds_up():
    def draw(picture, i):
        picture[60:180, 100 + i // 4 : 140 + i // 4] = 30

    found = passed(filmed(240, draw), MotionGate(longest=60.0))
    assert len(found) > 10


def test_flickering_light_is_no_motion():
    still = passed(filmed(300, light=lambda i: 1 + 0.02 * np.sin(i)))
    assert len(still) <= 300 / 15 + 10


def test_what_moves_beside_the_face_does_not_count():
    def draw(picture, i):
        picture[0:25, (5 * i) % 280 : (5 * i) % 280 + 40] = 20

    assert len(passed(filmed(150, draw), box=BOX)) < 30
    assert len(passed(filmed(150, draw))) > 100


def test_the_box_may_tremble():
    gate, rng = MotionGate(), np.random.default_rng(1)
    found = [
        gate.passes(picture, i / RATE, tuple(np.add(BOX, rng.normal(0, 0.3, 4) + 5)))
        for i, picture in enumerate(filmed(300))
    ]
    assert sum(found) < 60


def test_boxes_at_the_edge_or_outside_of_the_picture():
    gate = MotionGate()
    outside, edge = (-500.0, -500.0, -400.0, -400.0), (310.0, 230.0, 900.0, 900.0)
    for i, picture in enumerate(filmed(4)):
        for k, box in enumerate((outside, edge)):  # each is another place than the one before
            assert gate.passes(picture, i / RATE + k * 0.01, box)
            assert not gate.passes(picture, i / RATE + k * 0.01 + 0.005, box)


@pytest.mark.parametrize("options", [{"factor": 1.0}, {"longest": 0.0}])
def test_options_that_cannot_be_are_refused(options):
    with pytest.raises(InputError):
        MotionGate(**options)
