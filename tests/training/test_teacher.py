from __future__ import annotations

import numpy as np
import pytest
import torch

from facs.errors import InputError
from facs.network.backends import OnnxStream
from facs.network.two_stream import SpatialStream, StreamConfig
from facs.network.weights import DEFAULT, shipped
from facs.training.real_faces import EMOTIONS
from facs.training.streams import central_crops
from facs.training.teacher import in_this_face, lid_targets, scores_of
from facs.training.unit_data import WIDE

COLUMNS = ("AU12_left", "AU12_right", "AU43_left", "AU43_right", "AU64")


def votes_for(*names: str) -> np.ndarray:
    return np.eye(len(EMOTIONS), dtype=np.float32)[[EMOTIONS.index(name) for name in names]]


def test_the_middle_face_of_those_alike_keeps_its_target_and_the_others_move_with_the_evidence():
    targets = np.array([[0.9], [0.9], [0.9], [0.03]], np.float32)
    moved = in_this_face(targets, np.array([[-3.0], [1.0], [4.0], [2.0]], np.float32), ("AU9",))
    assert moved[1, 0] == pytest.approx(0.9, abs=1e-3)
    assert moved[0, 0] == pytest.approx(0.549, abs=1e-3)  # odds of 9, less four halves in logits
    assert moved[2, 0] > 0.95
    assert moved[3, 0] == pytest.approx(0.03, abs=1e-3)  # alone of its kind


def test_what_is_unknown_stays_unknown():
    targets = np.array([[np.nan, 0.5]], np.float32)
    moved = in_this_face(targets, np.full((1, 2), 3.0, np.float32), ("AU9", "AU10"))
    assert np.isnan(moved[0, 0]) and moved[0, 1] == pytest.approx(0.5, abs=1e-3)


def test_of_columns_that_a_teacher_does_not_know_it_says_nothing():
    targets = np.full((2, 2), 0.5, np.float32)
    moved = in_this_face(
        targets, np.array([[np.nan, -1.0], [np.nan, 1.0]], np.float32), ("AU9", "AU10")
    )
    assert (moved[:, 0] == 0.5).all() and moved[0, 1] < 0.5 < moved[1, 1]


def test_of_lids_that_tighten_only_the_emotion_says_something():
    targets = np.full((2, 2), 0.5, np.float32)
    scores = np.array([[-1.0, -1.0], [1.0, 1.0]], np.float32)
    moved = in_this_face(targets, scores, ("AU7_left", "AU9"))
    assert (moved[:, 0] == 0.5).all() and moved[0, 1] < 0.5 < moved[1, 1]


def test_a_shipped_file_teaches_in_the_places_of_its_columns():
    file = OnnxStream(shipped()[DEFAULT].spatial)
    crops = np.random.default_rng(0).integers(0, 256, (2, WIDE, WIDE), np.uint8)
    scores = scores_of(shipped()[DEFAULT].spatial, crops, ("AU30", "AU12_right", "AU9"))
    said = file(central_crops(crops))
    assert np.isnan(scores[:, 0]).all()
    for own, name in enumerate(("AU12_right", "AU9"), start=1):
        np.testing.assert_allclose(
            scores[:, own], said[:, file.spec.columns.index(name)], atol=1e-4
        )


def test_no_evidence_makes_a_target_certain():
    targets = np.full((3, 1), 0.5, np.float32)
    moved = in_this_face(targets, np.array([[-60.0], [0.0], [60.0]], np.float32), ("AU9",))
    assert moved.min() > 0 and moved.max() < 1


def test_eyes_are_open_where_a_teacher_sees_no_sign_of_a_lid_and_where_voters_see_surprise():
    scores = np.zeros((3, len(COLUMNS)), np.float32)
    scores[0, 2:4] = -3.0
    targets = lid_targets(scores, votes_for("neutral", "surprise", "neutral"), COLUMNS)
    assert (targets[:2, 2:4] < 0.1).all()
    assert np.isnan(targets[2]).all() and np.isnan(targets[:, [0, 1, 4]]).all()


def test_a_teacher_scores_stored_crops(tmp_path):
    torch.manual_seed(0)
    stream = SpatialStream(StreamConfig(len(COLUMNS)))
    state = {f"stream.{name}": value for name, value in stream.state_dict().items()}
    torch.save({"mean": state}, tmp_path / "spatial.pt")
    crops = np.random.default_rng(0).integers(0, 256, (3, WIDE, WIDE), np.uint8)
    scores = scores_of(tmp_path / "spatial.pt", crops, COLUMNS)
    assert scores.shape == (3, len(COLUMNS))
    flipped = scores_of(tmp_path / "spatial.pt", crops[:, :, ::-1].copy(), COLUMNS)
    np.testing.assert_allclose(flipped, scores[:, [1, 0, 3, 2, 4]], atol=1e-4)
    with pytest.raises(InputError, match="wanted a spatial checkpoint of 2 columns"):
        scores_of(tmp_path / "spatial.pt", crops, COLUMNS[:2])


def test_a_checkpoint_of_an_accelerator_teaches_without_one(tmp_path, monkeypatch):
    stream = SpatialStream(StreamConfig(len(COLUMNS)))
    state = {f"stream.{name}": value for name, value in stream.state_dict().items()}
    with monkeypatch.context() as there:
        there.setattr("torch.serialization.location_tag", lambda storage: "cuda:0")
        torch.save({"mean": state}, tmp_path / "spatial.pt")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    crops = np.zeros((1, WIDE, WIDE), np.uint8)
    assert scores_of(tmp_path / "spatial.pt", crops, COLUMNS).shape == (1, len(COLUMNS))
