"""Consistency: what the last layers learn from one person's faces."""

from __future__ import annotations

import numpy as np

from facs.adapting.files import changed_file
from facs.adapting.views import views
from facs.network.backends import OnnxStream
from facs.network.weights import files_of
from facs.training.adapt import consistent_layers
from tests.network.builders import random_crops


def test_scores_of_changed_faces_come_nearer_and_the_file_says_so(tmp_path):
    path = files_of().spatial
    stream = OnnxStream(path)
    crops = random_crops(12)
    pictures = [crops, *views(crops)[2:]]
    resting = np.arange(12) < 4
    new = consistent_layers(path, stream.spec, pictures, resting, steps=60)
    assert len(new) in (3, 4)  # a bias of zeros is in no file
    changed = tmp_path / "new-spatial.onnx"
    changed.write_bytes(changed_file(path, stream.spec, {}, new))
    after = OnnxStream(changed)
    assert after.spec == stream.spec
    assert _apart(after, pictures) < 0.98 * _apart(stream, pictures)
    np.testing.assert_allclose(after(crops), stream(crops), atol=4.0)


def test_a_seed_decides_all(tmp_path):
    path = files_of().spatial
    spec, pictures = OnnxStream(path).spec, [random_crops(4), random_crops(4, 1)]
    one, other = (
        consistent_layers(path, spec, pictures, np.ones(4, bool), steps=2, seed=s) for s in (1, 1)
    )
    assert all(np.array_equal(one[name], other[name]) for name in one)


def _apart(stream, pictures):
    scores = np.stack([stream(view) for view in pictures])
    return float(np.abs(scores[1:] - scores[0]).mean())
