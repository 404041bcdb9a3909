"""A face counts as found where it is, and what is found elsewhere counts against the finder."""

from __future__ import annotations

import numpy as np
import pytest

from facs.faces.track import FaceTracker
from tests.faces.builders import Stage, landmarks_at, texture

FACE = landmarks_at(120, 120, 100)


@pytest.fixture
def found():
    import found

    return found


def tracker_of(**people):
    stage = Stage(**people)
    return FaceTracker(detect=stage.detect, landmarker=stage)


def test_a_face_is_found_where_it_is_and_nowhere_else(found):
    known = found.Known(texture(400), (FACE,))
    there = found.count(known, tracker_of(ann=(122, 120, 100)))
    beside = found.count(known, tracker_of(ann=(240, 120, 100)))
    assert (there.faces, there.found, there.false) == (1, 1, 0)
    assert (beside.faces, beside.found, beside.false) == (1, 0, 1)


def test_counts_of_all_pictures_are_added(found):
    known = [found.Known(texture(400), (FACE,)), found.Known(texture(400), ())]
    (got,) = found.compared(known, {"one": lambda: tracker_of(ann=(120, 120, 100))}, 0).values()
    assert (got.faces, got.found, got.false) == (1, 1, 1)


def test_faces_turn_with_their_picture(found):
    known = found.Known(texture(400), (FACE,)).turned(180)
    np.testing.assert_allclose(known.faces[0], 400 - FACE, atol=1e-3)


def test_windows_keep_away_from_faces(found):
    gray = np.zeros((400, 400), np.uint8)
    gray[120:220, 120:220] = 255
    gray[:, ::9] += 60
    kept = list(found.windows([found.Known(gray, (FACE,))] * 8, np.random.default_rng(0)))
    assert kept and all(window.gray.max() < 255 for window in kept)


def test_an_archive_has_every_picture(found, tmp_path):
    known = [found.Known(texture(40 + k), ()) for k in range(3)]
    found.archive(known, tmp_path / "some.npz")
    with np.load(tmp_path / "some.npz") as file:
        assert len(file["offsets"]) == 4 and file["offsets"][-1] == len(file["jpeg"])
