from __future__ import annotations

import numpy as np

from facs.training.targets import eyes_in_doubt

COLUMNS = ("AU43_left", "AU43_right", "AU61", "AU12_left")


def test_behind_shut_lids_nobody_sees_where_the_eyes_look():
    doubted = eyes_in_doubt(np.float32([[1, 0.9, 0.8, 0.5]]), COLUMNS)
    assert np.isnan(doubted[0, 2]) and not np.isnan(doubted[0, [0, 1, 3]]).any()


def test_one_open_eye_shows_where_both_look():
    labels = np.float32([[1, 0, 0.8, 0.5]])
    assert (eyes_in_doubt(labels, COLUMNS) == labels).all()


def test_labels_are_left_as_they_were():
    labels = np.float32([[1, 1, 0.8, 0.5]])
    eyes_in_doubt(labels, COLUMNS)
    assert not np.isnan(labels).any()
