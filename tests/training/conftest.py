from __future__ import annotations

import pytest
import torch

from facs.training.landmark_network import LandmarkNetwork
from facs.training.train_landmarks import export_landmarks


@pytest.fixture(scope="session")
def landmarks(tmp_path_factory):
    """The file of a landmark network that takes everything for a face."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = LandmarkNetwork(width=4)
    with torch.no_grad():
        network.flags.bias.fill_(3.0)
    path = tmp_path_factory.mktemp("landmarks") / "landmarks.onnx"
    return export_landmarks(network.eval(), path, 1, 0)


@pytest.fixture
def same_weights():
    """Networks begin with the same weights, whichever tests ran before."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield
