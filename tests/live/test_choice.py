"""The enrolled child is heard, and nobody else."""

from __future__ import annotations

import pytest

from facs.live.choice import Chooser
from facs.meaning.profile import Who
from tests.live.builders import PLACE, SIZE, face

HER = Who.at(PLACE, SIZE)
NURSE = (60.0, 20.0, 100.0, 70.0)
"""Nearer to the camera, twice as large, and beside her."""


def choose(chooser, *faces):
    return chooser.choose(faces, SIZE)


def test_of_two_people_the_one_at_the_enrolled_place_and_size_is_heard_and_it_is_said():
    chosen = choose(Chooser(HER), face(NURSE, 0), face(PLACE, 1))
    assert chosen.face.track == 1
    assert chosen.why == "of 2 people in view, the nearest to the enrolled place and its size"


def test_without_a_place_the_largest_is_heard_and_stays():
    chooser = Chooser()
    assert choose(chooser, face(NURSE, 0), face(PLACE, 1)).face.track == 0
    chosen = choose(chooser, face(NURSE, 0), face((10.0, 0.0, 95.0, 80.0), 2))
    assert chosen.face.track == 0
    assert "where she was first seen" in chosen.why


def test_a_visitor_alone_is_not_heard():
    chosen = choose(Chooser(HER), face(NURSE, 0))
    assert (chosen.face, chosen.people) == (None, 1)
    assert chosen.why == "somebody is in view, but not where she was enrolled"


def test_nobody_is_nobody():
    assert choose(Chooser(HER)).why == "nobody is in view"


def test_here_takes_her_new_place():
    chooser = Chooser(HER)
    chooser.here()
    assert choose(chooser, face(NURSE, 0), face(PLACE, 1)).face.track == 0
    assert choose(chooser, face(NURSE, 0)).face.track == 0


def test_another_face_takes_over_only_if_it_is_clearly_nearer():
    chooser = Chooser(HER)
    beside = tuple(v + 6 for v in PLACE)  # 0.4 widths away
    assert choose(chooser, face(beside, 0)).new
    assert choose(chooser, face(beside, 0), face(PLACE, 1)).face.track == 0
    away = tuple(v + 20 for v in PLACE)
    chosen = choose(chooser, face(away, 0), face(PLACE, 1))
    assert (chosen.face.track, chosen.new) == (1, True)
    assert not choose(chooser, face(PLACE, 1)).new


@pytest.mark.parametrize(("scale", "heard"), [(0.6, True), (1.6, True), (5.0, False)])
def test_size_counts(scale, heard):
    x, y = (PLACE[0] + PLACE[2]) / 2, (PLACE[1] + PLACE[3]) / 2
    box = (x - 10 * scale, y - 10 * scale, x + 10 * scale, y + 10 * scale)
    assert (choose(Chooser(HER), face(box)).face is not None) == heard
