"""A network in eight bits: the layers are quantised, what prepares their input is not."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch

from facs.network.backends import OnnxStream
from facs.network.jaw import as_shipped
from facs.network.spec import SPEC_KEY
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
from facs.training.export import export
from facs.training.quantise import quantise
from facs.units import ActionUnit
from tests.network.builders import random_crops, random_flows, tiny_spec

UNITS = (ActionUnit.AU12, ActionUnit.AU26, ActionUnit.AU27)


@pytest.fixture(scope="module", params=["spatial", "temporal"])
def files(request, tmp_path_factory):
    """Inputs, and a network in single precision and in eight bits."""
    spec = tiny_spec(UNITS, stream=request.param)
    config = StreamConfig(len(spec.columns), hidden=16, motion="own")
    kinds = {"spatial": (SpatialStream, random_crops), "temporal": (TemporalStream, random_flows)}
    kind, inputs = kinds[request.param]
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network = as_shipped(kind(config).eval(), spec.columns)
    seen = inputs(32)
    folder = tmp_path_factory.mktemp(request.param)
    export(
        network,
        torch.from_numpy(seen[:2]),
        folder / "whole.onnx",
        input_name="seen",
        output_names=("scores",),
        metadata={SPEC_KEY: spec.to_json()},
    )
    quantise(folder / "whole.onnx", folder / "small.onnx", seen)
    return seen, folder / "whole.onnx", folder / "small.onnx"


def test_every_layer_is_quantised(files):
    _, _, small = files
    graph = onnx.load(small).graph
    made_by = {name: node.op_type for node in graph.node for name in node.output}
    layers = [node for node in graph.node if node.op_type in ("Conv", "Gemm")]
    assert len(layers) >= 8
    assert all(made_by[node.input[0]] == "DequantizeLinear" for node in layers)


def test_what_comes_before_the_first_layer_is_exact(files):
    _, _, small = files
    graph = onnx.load(small).graph
    parents = {name: node for node in graph.node for name in node.output}

    def before(name, seen):
        """Operations on the way from the input to a tensor."""
        if name in parents and id(parents[name]) not in seen:
            seen[id(parents[name])] = parents[name].op_type
            for each in parents[name].input:
                before(each, seen)
        return list(seen.values())

    first = next(node for node in graph.node if node.op_type == "Conv")
    way = before(first.input[0], {})
    assert way.count("QuantizeLinear") == 1  # of the layer's own input
    assert len(way) > 5


def test_nothing_is_left_where_quantising_fails(files, tmp_path):
    seen, whole, _ = files
    with pytest.raises(Exception, match=r"(?i)invalid rank"):
        quantise(whole, tmp_path / "small.onnx", seen[..., 0])
    assert not list(tmp_path.iterdir())


def test_eight_bits_say_nearly_the_same(files):
    seen, whole, small = files
    one, other = OnnxStream(whole)(seen), OnnxStream(small)(seen)
    spread = one.std()
    assert np.abs(one - other).mean() < 0.2 * spread
