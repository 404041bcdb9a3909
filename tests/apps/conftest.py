"""A model that is exported once, and the clips of the example as the pipeline makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

import facs
from facs.apps.write import export_model
from facs.network.weights import DEFAULT, load_model

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


class Listening:
    """A model that keeps the clips it is given, and what it said of each."""

    def __init__(self, model):
        self.spec, self.uses_motion, self._model = model.spec, model.uses_motion, model
        self.clips, self.batches = [], []

    def __call__(self, clips):
        scores = self._model(clips)
        self.clips += clips
        self.batches.append(scores)
        return scores


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    export_model(DEFAULT, folder)
    return folder


@pytest.fixture(scope="session")
def heard():
    """The first seconds of the example: clips, and the recording of them."""
    model = Listening(load_model(DEFAULT))
    recording = facs.analyze(EXAMPLES / "synthetic_face.mp4", model=model, stop=1.6, batch=8)
    return model, recording
