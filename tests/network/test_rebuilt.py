"""A stream in torch again: it says what its file says, whatever the file has around the stream."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from facs.errors import ModelError
from facs.network.backends import OnnxStream
from facs.network.jaw import OneJaw, as_shipped
from facs.network.mirror import Mirrored
from facs.network.rebuilt import rebuild
from facs.network.spec import SPEC_KEY
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
from facs.network.weights import shipped
from facs.training.export import export, round_to_half
from facs.units import ActionUnit
from tests.network.builders import random_crops, random_flows, tiny_spec

UNITS = (ActionUnit.AU12, ActionUnit.AU26, ActionUnit.AU27)
AROUND = {
    "nothing": lambda stream, columns: stream,
    "mirror": Mirrored,
    "mirror and jaw": lambda stream, columns: OneJaw(Mirrored(stream, columns), columns),
    "mirror, sizes and jaw": as_shipped,
}


@pytest.mark.parametrize(
    ("kind", "motion"), [("spatial", "vector"), ("temporal", "vector"), ("temporal", "own")]
)
@pytest.mark.parametrize("around", AROUND)
def test_a_rebuilt_stream_says_what_its_file_says(tmp_path, kind, motion, around):
    spec = replace(tiny_spec(UNITS), stream=kind)
    config = StreamConfig(len(spec.columns), hidden=16, motion=motion)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        stream = (SpatialStream if kind == "spatial" else TemporalStream)(config).eval()
    seen = random_crops(3) if kind == "spatial" else random_flows(3)
    network = round_to_half(AROUND[around](stream, spec.columns))
    path = tmp_path / f"some-{kind}.onnx"
    export(
        network,
        torch.from_numpy(seen[:2]),
        path,
        input_name="crop" if kind == "spatial" else "flow",
        output_names=("scores",),
        metadata={SPEC_KEY: spec.to_json()},
    )
    wanted = OnnxStream(path)(seen)
    rebuilt = rebuild(path, spec, seen, wanted)
    with torch.no_grad():
        found = rebuilt.network(torch.from_numpy(seen)).numpy()
    np.testing.assert_allclose(found, wanted, atol=1e-3)
    assert rebuilt.stream.config.motion == motion
    assert rebuilt.two_sizes == (around == "mirror, sizes and jaw" and kind == "spatial")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_file_is_rebuilt_or_refused(name):
    spatial = OnnxStream(shipped()[name].spatial)
    seen = random_crops(2)
    if name.endswith("-int8"):
        with pytest.raises(ModelError, match="choose the method differences or occlusion"):
            rebuild(shipped()[name].spatial, spatial.spec, seen, spatial(seen))
    else:
        rebuild(shipped()[name].spatial, spatial.spec, seen, spatial(seen))


def test_a_file_that_computes_something_else_is_refused():
    path = shipped()[sorted(shipped())[0]].spatial
    stream = OnnxStream(path)
    seen = random_crops(2)
    with pytest.raises(ModelError, match="computes something else"):
        rebuild(path, stream.spec, seen, stream(seen) + 1)
