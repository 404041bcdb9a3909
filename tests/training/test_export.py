from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import facs
from facs.canonical import align, canonical
from facs.errors import ModelError
from facs.faces.landmarks import INPUT_MARGIN, INPUT_SIZE, Landmarker, box_matrix
from facs.network.weights import DEFAULT, shipped
from facs.training.export import export, fold_norms, round_to_half
from facs.training.landmark_network import LandmarkNetwork
from tests.faces.builders import landmarks_at, texture


def settled_network(seed=0):
    """A small landmark network whose batch normalisation has seen something."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = LandmarkNetwork(width=4)
    pictures = np.stack([texture(96, seed=k) for k in range(8)])
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = None
    with torch.no_grad():
        network.points.weight.normal_(0, 0.05)
        network.train()(torch.from_numpy(pictures))
    return network.eval()


@pytest.fixture(scope="module")
def landmark_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("landmarks") / "tiny.onnx"
    network = round_to_half(settled_network())
    example = torch.zeros(2, 96, 96, dtype=torch.uint8)
    names = ("points", "face", "covered")
    export(network, example, path, input_name="picture", output_names=names, metadata={"a": "b"})
    return network, path


@torch.no_grad()
def test_folding_the_norms_leaves_the_answers():
    network = settled_network()
    picture = torch.from_numpy(np.stack([texture(96, seed=9)]))
    before = [part.clone() for part in network(picture)]
    fold_norms(network)
    for one, other in zip(before, network(picture), strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in network.modules())


def test_rounding_twice_changes_nothing_more():
    network = round_to_half(settled_network())
    once = [p.clone() for p in network.parameters()]
    twice = list(round_to_half(network).parameters())
    assert all(torch.equal(a, b) for a, b in zip(once, twice, strict=True))


def test_rounding_touches_large_tensors_alone():
    network = nn.Sequential(nn.Linear(64, 64), nn.Linear(2, 2))
    small = network[1].weight.clone()
    round_to_half(network)
    assert torch.equal(network[1].weight, small)
    assert torch.equal(network[0].weight, network[0].weight.half().float())


def test_a_file_says_nothing_of_the_machine_that_wrote_it(landmark_file):
    written = landmark_file[1].read_bytes()
    assert b"landmark_network.py" not in written
    assert str(Path(facs.__file__).parent).encode() not in written


def test_the_landmark_file_answers_as_torch_does(landmark_file):
    network, path = landmark_file
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    pictures = np.stack([texture(96, seed=k) for k in range(5)])
    answers = session.run(["points", "face", "covered"], {"picture": pictures})
    with torch.no_grad():
        for one, other in zip(answers, network(torch.from_numpy(pictures)), strict=True):
            np.testing.assert_allclose(one, other.numpy(), atol=1e-4)
    assert session.get_modelmeta().custom_metadata_map == {"a": "b"}
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_landmarker_brings_points_back_to_the_picture(landmark_file):
    network, path = landmark_file
    gray = texture(300)
    landmarker = Landmarker(path)
    piece = np.array([[1.0, 0, -30], [0, 1, -40]])  # at a scale of one: a part of the picture
    half = np.array([[0.5, 0, -50], [0, 0.5, -20]])
    one, two = landmarker(gray, [piece, half])
    with torch.no_grad():
        points = network(torch.from_numpy(gray[None, 40:136, 30:126]))[0][0].numpy()
    np.testing.assert_allclose(one.landmarks, (points + 0.5) * 96 + (30, 40), atol=0.05)
    assert 0 <= one.score <= 1 and 0 <= one.covered <= 1
    (alone,) = landmarker(gray, [half])
    np.testing.assert_allclose(two.landmarks, alone.landmarks, atol=1e-2)


def test_a_face_is_followed_from_its_landmarks(landmark_file):
    gray, before = texture(300), landmarks_at(100, 80, 150)
    landmarker = Landmarker(landmark_file[1])
    (followed,) = landmarker.follow(gray, [before])
    (looked,) = landmarker(gray, [align(before, INPUT_SIZE, INPUT_MARGIN)])
    np.testing.assert_array_equal(followed.landmarks, looked.landmarks)
    assert landmarker.from_box(gray, np.array([100, 80, 250, 230])).landmarks.shape == (68, 2)


def test_a_detectors_box_is_laid_on_the_mean_face():
    points = landmarks_at(200, 100, 300)
    box = np.array([*points.min(0), *points.max(0)])
    placed = points @ box_matrix(box)[:, :2].T + box_matrix(box)[:, 2]
    np.testing.assert_allclose(placed, canonical(INPUT_SIZE, INPUT_MARGIN), atol=5)


def test_a_file_that_is_no_landmark_network_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"nothing is at .*absent"):
        Landmarker(tmp_path / "absent.onnx")
    with pytest.raises(ModelError, match=r"landmark network .* has \['scores'\]"):
        Landmarker(shipped()[DEFAULT].spatial)


def test_nobody_followed_is_nobody_located(landmark_file):
    assert Landmarker(landmark_file[1]).follow(texture(64), []) == []
