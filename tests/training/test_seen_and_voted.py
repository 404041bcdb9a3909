"""A neutral face beside a movement: voters stand for it."""

from __future__ import annotations

import numpy as np
import pytest

from facs.training.real_faces import EMOTIONS
from facs.training.seen_and_voted import seen_and_voted
from facs.training.seen_units import MAYBE
from facs.training.weak_labels import POSSIBLE


def test_a_slight_movement_in_a_face_that_voters_call_neutral_is_hardly_one():
    columns = ("AU4_left", "AU15_left", "AU43_left")
    neutral, sad = (np.eye(8, dtype=np.float32)[EMOTIONS.index(e)] for e in ("neutral", "sadness"))
    slight, absent = np.full((2, 3), 0.7, np.float32), np.full((2, 3), 0.06, np.float32)
    votes = np.stack([neutral, sad])
    at_rest, moved = seen_and_voted(slight, votes, columns)
    assert (at_rest[:2] < 0.5).all() and (moved[:2] > 0.8).all()
    assert at_rest[2] == moved[2] == slight[0, 2]  # shut eyes are shut whatever voters say
    assert (seen_and_voted(absent, votes, columns) < 0.5).all()
    assert np.isnan(seen_and_voted(slight * np.nan, votes, columns)).all()


def test_votes_that_are_divided_weigh_less():
    columns = ("AU15_left",)
    half = np.full((1, 8), 0.5 / 7, np.float32)
    half[0, EMOTIONS.index("neutral")] = 0.5
    whole = np.eye(8, dtype=np.float32)[[EMOTIONS.index("neutral")]]
    slight = np.full((1, 1), 0.7, np.float32)
    low, lowest = seen_and_voted(slight, half, columns), seen_and_voted(slight, whole, columns)
    assert lowest < low < slight


def test_what_is_absent_never_becomes_possible_by_votes_and_what_may_be_shown_does():
    sad = np.eye(8, dtype=np.float32)[[EMOTIONS.index("sadness")]]
    seen = np.array([[0.06], [MAYBE]], np.float32)
    absent, maybe = seen_and_voted(seen, sad.repeat(2, axis=0), ("AU15_left",))[:, 0]
    assert absent <= POSSIBLE < maybe < 0.5


def test_a_neutral_face_speaks_against_a_unit_more_than_another_emotion_does():
    slight = np.full((2, 1), 0.7, np.float32)
    votes = np.eye(8, dtype=np.float32)[[EMOTIONS.index("neutral"), EMOTIONS.index("happiness")]]
    at_rest, happy = seen_and_voted(slight, votes, ("AU23",))[:, 0]
    assert at_rest < happy < slight[0, 0]


def test_a_unit_that_no_emotion_names_is_moved_by_a_neutral_face_alone():
    slight = np.full((8, 1), 0.7, np.float32)
    moved = seen_and_voted(slight, np.eye(8, dtype=np.float32), ("AU28",))[:, 0]
    lower = [EMOTIONS[row] for row in np.flatnonzero(moved < 0.69)]
    assert lower == ["neutral"]


def test_raised_brows_that_may_be_there_are_as_likely_as_votes_make_them():
    votes = np.eye(8, dtype=np.float32)[[EMOTIONS.index(e) for e in ("surprise", "neutral")]]
    moved = seen_and_voted(np.full((2, 1), MAYBE, np.float32), votes, ("AU1_left",))[:, 0]
    assert moved.round(2).tolist() == pytest.approx([0.54, 0.03])  # as decision 20 says
