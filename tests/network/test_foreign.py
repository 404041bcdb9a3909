"""Files of others with a specification of ours: what does not fit is refused at the door."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from facs.errors import ModelError
from facs.network.backends import OnnxStream
from facs.network.spec import SPEC_KEY
from tests.network.builders import SIZE, random_crops, random_flows, tiny_spec


def foreign(path, spec, *, name="crop", kind=TensorProto.UINT8, shape=None, columns=5, value=0.0):
    """A file that gives one value for each column, whatever it sees."""
    shape = ["batch", SIZE, SIZE] if shape is None else shape
    axes = numpy_helper.from_array(np.arange(1, len(shape)), "axes")
    last = numpy_helper.from_array(np.array([1]), "last")
    row = numpy_helper.from_array(np.full((1, columns), value, np.float32), "row")
    zero = numpy_helper.from_array(np.float32(0), "zero")
    nodes = [
        helper.make_node("Cast", [name], ["single"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["single", "axes"], ["mean"], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "last"], ["means"]),
        helper.make_node("Mul", ["means", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "row"], ["scores"]),
    ]
    taken = helper.make_tensor_value_info(name, kind, shape)
    given = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [shape[0], columns])
    graph = helper.make_graph(nodes, "g", [taken], [given], [axes, last, row, zero])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    helper.set_model_props(model, {SPEC_KEY: spec.to_json()})
    onnx.save(model, str(path))
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "other-spatial.onnx"


def test_a_file_that_does_what_it_says_is_taken(path):
    scores = OnnxStream(foreign(path, tiny_spec(), value=0.25))(random_crops(3))
    np.testing.assert_array_equal(scores, np.full((3, 5), 0.25, np.float32))
    motion = replace(tiny_spec(), stream="temporal")
    shape = ["n", 2 * motion.slots, SIZE, SIZE]
    stream = OnnxStream(foreign(path, motion, name="flow", kind=TensorProto.FLOAT, shape=shape))
    assert stream(random_flows(2)).shape == (2, 5)


@pytest.mark.parametrize(
    ("change", "had"),
    [
        ({"kind": TensorProto.FLOAT}, r"tensor\(float\) of shape \['batch', 112, 112\]"),
        ({"shape": ["batch", 64, 64]}, r"tensor\(uint8\) of shape \['batch', 64, 64\]"),
        ({"shape": [1, SIZE, SIZE]}, r"of shape \[1, 112, 112\]"),
        ({"shape": ["batch", 1, SIZE, SIZE]}, r"of shape \['batch', 1, 112, 112\]"),
    ],
)
def test_what_it_takes_is_compared_with_what_it_says_before_the_first_frame(path, change, had):
    foreign(path, tiny_spec(), **change)
    with pytest.raises(ModelError, match=r"wanted 'crop' as tensor\(uint8\) .* has .*" + had):
        OnnxStream(path)


def test_how_many_scores_it_gives_is_compared_too(path):
    with pytest.raises(ModelError, match=r"wanted 'scores' .*\['batch', 5\], .*\['batch', 4\]"):
        OnnxStream(foreign(path, tiny_spec(), columns=4))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_scores_that_are_no_numbers_are_refused(path, value):
    stream = OnnxStream(foreign(path, tiny_spec(), value=value))
    with pytest.raises(ModelError, match="tiny: wanted finite scores"):
        stream(random_crops(1))
