"""A stream that begins with a file says what the file says, and can learn."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from facs.errors import InputError, ModelError
from facs.network.backends import OnnxStream
from facs.network.rebuilt import rebuild
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
from facs.network.weights import DEFAULT, shipped
from facs.training.begin import begin_with, keep_of
from tests.network.builders import random_crops, random_flows

SHIPPED = shipped()[DEFAULT]
STREAMS = {
    "spatial": (SpatialStream, SHIPPED.spatial, random_crops),
    "temporal": (TemporalStream, SHIPPED.temporal, random_flows),
}


@pytest.fixture(params=STREAMS)
def begun(request):
    """A stream with a column more than its file, the file's own, and what they saw."""
    make, path, inputs = STREAMS[request.param]
    seen = inputs(24)
    spec = OnnxStream(path).spec
    columns = ("new", *spec.columns)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        stream = make(StreamConfig(len(columns), dropout=0.0, motion="own"))
    begin_with(stream, [path], columns, torch.from_numpy(seen))
    return stream, rebuild(path, spec, seen, OnnxStream(path)(seen)).stream, torch.from_numpy(seen)


def test_a_stream_that_begins_with_a_file_says_what_the_file_says(begun):
    stream, kept, seen = begun
    with torch.no_grad():
        np.testing.assert_allclose(stream.eval()(seen)[:, 1:], kept(seen), atol=1e-3)


def test_normalising_by_the_batch_as_training_does_changes_nothing_on_what_it_began_with(begun):
    stream, kept, seen = begun
    with torch.no_grad():
        np.testing.assert_allclose(stream.train()(seen)[:, 1:], kept(seen), atol=1e-3)


def test_a_file_of_another_width_is_refused():
    stream = SpatialStream(StreamConfig(3, hidden=16))
    with pytest.raises(InputError, match="whose layers are as wide as these"):
        begin_with(stream, [SHIPPED.spatial], ("a", "b", "c"), torch.from_numpy(random_crops(2)))


def test_a_file_in_eight_bits_is_refused():
    columns = OnnxStream(SHIPPED.spatial).spec.columns
    stream = SpatialStream(StreamConfig(len(columns)))
    small = shipped()[f"{DEFAULT}-int8"].spatial
    with pytest.raises(ModelError, match="cannot be rebuilt"):
        begin_with(stream, [small], columns, torch.from_numpy(random_crops(2)))


def _file_with(path, change):
    """The shipped spatial file, another model by its name, whose scores have other weights."""
    model = onnx.load(SHIPPED.spatial)
    for kept in model.graph.initializer:
        if ".scores." in kept.name:
            values = change(numpy_helper.to_array(kept))
            kept.CopyFrom(numpy_helper.from_array(values, kept.name))
    onnx.save(model, path)
    return path


def test_a_stream_that_begins_with_two_files_has_the_mean_of_their_weights(tmp_path):
    seen = torch.from_numpy(random_crops(24))
    columns = ("new", *OnnxStream(SHIPPED.spatial).spec.columns)
    twice = _file_with(tmp_path / "twice-spatial.onnx", lambda values: 2 * values)

    def scores_of(*paths):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            stream = SpatialStream(StreamConfig(len(columns), dropout=0.0))
        begin_with(stream, paths, columns, seen)
        with torch.no_grad():
            return stream.eval()(seen)

    one, both = scores_of(SHIPPED.spatial), scores_of(SHIPPED.spatial, twice)
    np.testing.assert_allclose(both[:, 1:], 1.5 * one[:, 1:], atol=1e-3)
    np.testing.assert_allclose(both[:, 0], one[:, 0], atol=1e-3)  # which no file has


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_share_of_what_a_stream_began_with_stays(begun, share):
    stream, _, seen = begun
    began = {name: value.clone() for name, value in stream.state_dict().items()}
    with torch.no_grad():
        before = stream.eval()(seen)
        stream.head.scores.weight *= 3
        stream.head.scores.bias *= 3
    keep_of(stream, began, share, [seen])
    with torch.no_grad():
        np.testing.assert_allclose(stream(seen), (3 - 2 * share) * before, atol=0.15)


def test_normalisations_are_set_anew_where_a_share_stays(begun):
    stream, _, seen = begun
    began = {name: value.clone() for name, value in stream.state_dict().items()}
    norm = next(part for part in stream.modules() if isinstance(part, torch.nn.BatchNorm2d))
    wanted = norm.running_mean.clone()
    norm.running_mean += 1
    keep_of(stream, began, 0.5, [seen])
    torch.testing.assert_close(norm.running_mean, wanted, atol=1e-3, rtol=1e-3)
    assert not stream.training
