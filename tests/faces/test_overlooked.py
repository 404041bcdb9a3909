"""Faces that lie, are tilted, or fill the picture are found, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from facs import analyze
from facs.faces.landmarks import Landmarker, Located
from facs.faces.overlooked import Overlooked, turned
from facs.faces.track import FaceTracker
from facs.pixels import gray_of
from facs.video import open_video

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/synthetic_face.mp4"
ANGLES = (30, 60, 90, 135, 180, 270)


@pytest.fixture(scope="module")
def film():
    with open_video(EXAMPLE, stop=20 / 30) as video:
        return np.stack([frame.image for frame in video])


@pytest.fixture(scope="module")
def face(film):
    (face,) = FaceTracker().update(gray_of(film[0]), 0.0)
    return face


def moved(landmarks, matrix):
    return landmarks @ matrix[:2, :2].T + matrix[:2, 2]


def apart(landmarks, wanted):
    """Mean distance in widths of the face."""
    return np.hypot(*(landmarks - wanted).T).mean() / np.ptp(wanted[:, 0])


@pytest.mark.parametrize("degrees", ANGLES)
def test_a_lying_head_is_found_where_it_is(film, face, degrees):
    gray, matrix = turned(gray_of(film[0]), degrees)
    (found,) = FaceTracker().update(gray, 0.0)
    assert apart(found.landmarks, moved(face.landmarks, matrix)) < 0.08


def test_a_face_that_is_cut_at_brow_and_chin_is_found(film, face):
    x0, y0, x1, y1 = np.round(face.box).astype(int)
    gray = np.ascontiguousarray(gray_of(film[0])[y0 - 12 : y1 + 6, x0 - 6 : x1 + 6])
    assert len(FaceTracker().update(gray, 0.0)) == 1
    (found,) = Overlooked(Landmarker())(gray)
    assert apart(found.landmarks, face.landmarks - (x0 - 6, y0 - 12)) < 0.08


def test_a_film_on_its_side_shows_the_same_units(film):
    upright = analyze(film, rate=30).people[0]
    lying = analyze(np.ascontiguousarray(np.rot90(film, 1, axes=(1, 2))), rate=30).people[0]
    assert np.nanmean(np.abs(lying.probability - upright.probability)) < 0.05


def test_letters_and_noise_are_no_faces():
    look = Overlooked(Landmarker())
    rng = np.random.default_rng(0)
    found = 0
    for k in range(12):
        gray = cv2.resize(rng.integers(40, 200, (9, 12)).astype(np.uint8), (320, 240))
        cv2.putText(gray, "CaminoB8OQ"[k % 4 :], (10, 140), k % 8, 2.5, 255 * (k % 2), 9)
        found += len(look(gray))
    assert found == 0


class Unsteady:
    """Finds the same face again where it was, and `off` pixels from there from starts nearby."""

    def __init__(self, landmarks, off):
        self.landmarks, self.off = landmarks, off

    def follow(self, gray, before):
        return [Located(self.landmarks, 0.99, 0.0) for _ in before]

    def straightened(self, gray, matrices):
        return [Located(self.landmarks + np.float32(self.off), 0.99, 0.0) for _ in matrices]


@pytest.mark.parametrize(("widths", "faces"), [(0.0, 1), (0.05, 1), (0.2, 0)])
def test_a_place_to_which_starts_nearby_do_not_lead_is_no_face(film, face, widths, faces):
    off = widths * float(np.ptp(face.landmarks[:, 0]))
    look = Overlooked(Unsteady(face.landmarks, off))
    assert len(look.again(gray_of(film[0]), [face.landmarks])) == faces


def test_what_no_cascade_sees_is_no_face(film, face):
    look = Overlooked(Unsteady(face.landmarks, 0.0))
    assert look.again(np.full_like(gray_of(film[0]), 128), [face.landmarks]) == []


def test_who_lay_there_is_taken_up_again_in_time(film):
    gray, _ = turned(gray_of(film[0]), 90)
    tracker = FaceTracker()
    times = np.arange(12) / 30
    numbers = [
        [f.track for f in tracker.update(gray if not 3 <= k < 6 else np.zeros_like(gray), t)]
        for k, t in enumerate(times)
    ]
    assert numbers[:3] == [[0]] * 3 and numbers[3:6] == [[]] * 3
    assert numbers[-1] == [0]


def test_empty_pictures_are_searched_once_a_second(monkeypatch):
    looked = []
    monkeypatch.setattr(Overlooked, "__call__", lambda self, gray: looked.append(1) or [])
    tracker = FaceTracker()
    for k in range(50):
        tracker.update(np.full((96, 128), 90, np.uint8), k / 25)
    assert len(looked) == 2
