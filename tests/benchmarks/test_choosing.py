"""What weights are chosen by: rankings of those who calibrate, and of faces that were read."""

from __future__ import annotations

from argparse import Namespace

import numpy as np
import pytest

from facs.training.seen_faces import SeenFaces

NAN = np.nan


@pytest.fixture
def choosing():
    import choosing

    return choosing


def test_what_two_looks_say_differently_is_not_known(choosing):
    one = np.float32([[0, 0, 1, 1, NAN, 1]])
    other = np.float32([[0, 1, 1, NAN, NAN, 0]])
    np.testing.assert_array_equal(choosing.alike(one, other), [[0, NAN, 1, NAN, NAN, NAN]])


def test_units_that_few_faces_show_are_left_out_of_the_mean(choosing):
    rng = np.random.default_rng(0)
    truth = np.arange(40) % 2.0
    rare = np.where(np.arange(40) == 3, 1.0, 0.0)
    found = {9: truth + 0.1 * rng.random(40), 12: rng.random(40)}
    assert choosing.mean_auc(found, {9: truth, 12: rare}, {9, 12}) == 1.0


def test_faces_whose_presence_is_not_known_count_for_nobody(choosing):
    truth = np.arange(40) % 2.0
    unsure = np.where(np.arange(40) < 10, NAN, truth)
    scores = np.where(np.isnan(unsure), 1 - truth, truth)
    assert choosing.mean_auc({9: scores}, {9: unsure}, {9}) == 1.0
    assert choosing.mean_auc({9: scores}, {9: truth}, {9}) < 1.0


def test_second_looks_at_other_pictures_are_refused(choosing, monkeypatch):
    def read(fer, listed, columns, landmarker):
        return SeenFaces(np.full((2, 4, 4), listed, np.uint8), np.zeros((2, 1), np.float32), ("a",))

    monkeypatch.setattr(choosing, "read_seen_faces", read)
    same, other = (Namespace(fer=None, check=1, again=again) for again in (1, 2))
    assert list(choosing.looks_of(same, ("a",))) == ["real, read", "second look", "both alike"]
    with pytest.raises(SystemExit, match="wanted the same pictures"):
        choosing.looks_of(other, ("a",))
