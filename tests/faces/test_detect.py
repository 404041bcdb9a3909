from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from facs.errors import InputError, MissingPackageError
from facs.faces.detect import WORK_SIDE, HaarDetector, detector, largest_first
from facs.faces.face import Face
from facs.pixels import shrunk


@pytest.mark.parametrize("shape", [(480, 640), (480, 480), (20, 640), (1, 1)])
def test_small_pictures_are_left_as_they_are(shape):
    gray = np.zeros(shape, np.uint8)
    small, factor = shrunk(gray, WORK_SIDE)
    assert small is gray and factor == 1


@pytest.mark.parametrize("shape", [(1080, 1920), (1920, 1080), (3, 5000)])
def test_large_pictures_are_shrunk_to_the_working_side(shape):
    small, factor = shrunk(np.zeros(shape, np.uint8), WORK_SIDE)
    assert max(small.shape) == WORK_SIDE
    assert factor * WORK_SIDE == max(shape)


def test_boxes_come_in_pixels_of_the_whole_picture_largest_first():
    boxes = largest_first([(0, 0, 10, 10), (5, 5, 35, 25)], 3.0)
    assert boxes.tolist() == [[15, 15, 105, 75], [0, 0, 30, 30]]


@pytest.mark.parametrize("shape", [(1, 1), (23, 500), (48, 64), (700, 30), (480, 640)])
def test_a_picture_without_a_face_has_no_boxes(shape):
    assert HaarDetector()(np.full(shape, 90, np.uint8)).shape == (0, 4)


def test_an_unknown_detector_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"haar.*dlib.*'hog'"):
        detector("hog")


@pytest.mark.skipif(find_spec("dlib") is not None, reason="dlib is installed")
def test_dlib_where_it_is_absent_names_the_extra():
    with pytest.raises(MissingPackageError, match=r"facs\[dlib\]"):
        detector("dlib")


def test_a_face_wants_68_landmarks():
    with pytest.raises(InputError, match=r"\(68, 2\)"):
        Face(0, (0, 0, 1, 1), np.zeros((5, 2), np.float32), (0, 0, 0), 1.0, 1.0)
