"""A stream that begins with a file says what the file says, and can learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from facs.errors import InputError, ModelError
from facs.network.backends import OnnxStream
from facs.network.rebuilt import rebuild
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
from facs.network.weights import DEFAULT, shipped
from facs.training.begin import begin_with
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
    begin_with(stream, path, columns, torch.from_numpy(seen))
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
        begin_with(stream, SHIPPED.spatial, ("a", "b", "c"), torch.from_numpy(random_crops(2)))


def test_a_file_in_eight_bits_is_refused():
    columns = OnnxStream(SHIPPED.spatial).spec.columns
    stream = SpatialStream(StreamConfig(len(columns)))
    small = shipped()[f"{DEFAULT}-int8"].spatial
    with pytest.raises(ModelError, match="cannot be rebuilt"):
        begin_with(stream, small, columns, torch.from_numpy(random_crops(2)))
