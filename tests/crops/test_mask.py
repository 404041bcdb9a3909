from __future__ import annotations

import numpy as np
import pytest

from facs.canonical import canonical
from facs.crops.mask import ellipse


@pytest.mark.parametrize("size", [64, 112])
def test_eyes_nose_and_mouth_are_inside(size):
    x, y = np.rint(canonical(size)[17:]).astype(int).T
    assert (ellipse(size)[y, x] == 1).all()


def test_the_corners_are_outside():
    mask = ellipse(112)
    assert mask[[0, 0, -1, -1], [0, -1, 0, -1]].tolist() == [0, 0, 0, 0]
    assert set(np.unique(mask)) == {0.0, 1.0}


def test_left_and_right_are_alike():
    np.testing.assert_array_equal(ellipse(112), ellipse(112)[:, ::-1])


def test_a_jaw_dropped_by_three_centimetres_stays_inside():
    points = canonical(112)
    chin = points[8] + (0, 3 * 5.5 * 0.8)
    assert ellipse(112)[int(chin[1]), int(chin[0])] == 1
