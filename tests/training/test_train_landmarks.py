"""The run of the landmark network: what its second stage learns from."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from facs.errors import InputError
from facs.training.landmark_network import LandmarkNetwork
from facs.training.train_landmarks import LandmarkRun, train_landmarks
from tests.faces.builders import landmarks_at, texture
from tests.training.builders import write_faces, write_fer, write_photos


@pytest.fixture
def train(tmp_path, monkeypatch):
    """A run of one step in each stage that returns how many real faces taught."""

    def taught(network, picture, rng):
        return landmarks_at(4, 4, 40).astype(np.float32), 0.0, 9.0

    monkeypatch.setattr("facs.training.train_landmarks.teach", taught)
    monkeypatch.setattr(
        "facs.training.train_landmarks.export_landmarks", lambda network, path, faces, real: real
    )
    (tmp_path / "scenes").mkdir()
    scene = cv2.cvtColor(texture(64, seed=5), cv2.COLOR_GRAY2BGR).astype(np.float32)
    cv2.imwrite(str(tmp_path / "scenes/room.hdr"), scene / 64)
    rendered = write_faces(tmp_path / "faces", stills=4, clips=0)
    common = {"steps": (1, 1), "batch": 5}

    def run(**options):
        return train_landmarks(
            LandmarkRun((rendered,), tmp_path / "scenes", tmp_path / "out", **common | options)
        )

    return run


def test_real_faces_that_were_taught_are_not_taught_again(tmp_path, train, monkeypatch):
    photos = write_photos(tmp_path / "photos.npz")
    first = train(photos=photos)
    monkeypatch.delattr("facs.training.train_landmarks.teach")
    assert train(photos=photos) == first > 0


def test_points_of_other_pictures_are_refused(tmp_path, train):
    photos, fer = write_photos(tmp_path / "photos.npz"), write_fer(tmp_path / "fer.npz")
    assert train(fer=fer) == 4
    for other in (
        {"photos": photos},
        {"photos": photos, "fer": fer},
        {"fer": fer, "real_limit": 3},
    ):
        with pytest.raises(InputError, match=r"got those of other pictures \(4 of 4 FER2013\)"):
            train(**other)


def test_points_that_do_not_say_of_what_they_are_must_fit(tmp_path, train):
    fer = write_fer(tmp_path / "fer.npz")
    train(fer=fer)
    cache = tmp_path / "out/landmarks_taught.npz"
    with np.load(cache) as known:
        np.savez(cache, rows=known["rows"], points=known["points"])
    assert train(fer=fer) == 4
    with pytest.raises(InputError, match="got those of other pictures"):
        train(fer=fer, real_limit=3)


def test_a_run_begins_with_a_checkpoint_of_an_accelerator_that_is_not_there(
    tmp_path, train, monkeypatch
):
    with monkeypatch.context() as there:
        there.setattr("torch.serialization.location_tag", lambda storage: "cuda:0")
        torch.save({"mean": LandmarkNetwork().state_dict()}, tmp_path / "start.pt")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert train(start=tmp_path / "start.pt") == 0
