"""A model in single and in half precision, whichever it comes in."""

from __future__ import annotations

import json
import shutil

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, numpy_helper

from facs.adapting.files import ADAPTED_KEY
from facs.apps.precision import as_half
from facs.apps.write import export_model
from facs.network.weights import DEFAULT
from tests.network.builders import model_files, random_crops


def kinds(path):
    return {t.data_type for t in onnx.load(path).graph.initializer if np.prod(t.dims) > 1024}


def scores(path):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(["scores"], {"crop": random_crops(4)})[0]


@pytest.fixture(scope="module")
def single(exported, tmp_path_factory):
    """Exported again, from files in single precision."""
    folder = tmp_path_factory.mktemp("again")
    export_model(exported / f"{DEFAULT}-fp32-spatial.onnx", folder, ["fp32", "fp16", "int8"])
    return folder


def test_half_precision_is_half_as_large_also_where_the_model_was_single(exported, single):
    name = f"{DEFAULT}-fp16-spatial.onnx"
    assert kinds(single / name) == {TensorProto.FLOAT16}
    assert (single / name).stat().st_size < 1.01 * (exported / name).stat().st_size
    np.testing.assert_allclose(scores(single / name), scores(exported / name), atol=1e-4)


def test_a_precision_stands_in_a_name_once(exported, single):
    names = {path.name for path in exported.glob("*.onnx")}
    assert {path.name for path in single.glob("*.onnx")} == names


def test_the_readme_says_whether_weights_were_rounded(exported, single):
    assert "the scores are those of `fp32`. " in (exported / "README.md").read_text()
    assert "but for some thousandths: weights were rounded" in (single / "README.md").read_text()


def test_numbers_beyond_half_precision_stay_single():
    large = numpy_helper.from_array(np.full(2000, 1e5, np.float32), "large")
    small = numpy_helper.from_array(np.ones(2000, np.float32), "small")
    graph = onnx.helper.make_graph([], "g", [], [], [large, small])
    model = onnx.helper.make_model(graph)
    stored = {t.name: t.data_type for t in as_half(model).graph.initializer}
    assert stored == {"large": TensorProto.FLOAT, "small_half": TensorProto.FLOAT16}
    assert [t.name for t in model.graph.initializer] == ["large", "small"]


@pytest.mark.parametrize(
    ("told", "origin"),
    [
        ('{"from": "facs-16 0.1.0", "method": "rest"}', "facs-16 0.1.0, by rest"),
        ("[1]", "something unknown, by something unknown"),
    ],
)
def test_an_adapted_model_says_so_first(tmp_path, tmp_path_factory, told, origin):
    path = tmp_path / "her-spatial.onnx"
    shutil.copy(model_files(tmp_path_factory), path)
    model = onnx.load(path)
    entry = model.metadata_props.add()
    entry.key, entry.value = ADAPTED_KEY, told
    onnx.save(model, path)
    export_model(path, tmp_path / "out", ["fp32"])
    text = (tmp_path / "out/README.md").read_text()
    assert (
        text.splitlines()[2]
        == f"**These weights were adapted to one person** (from {origin}). They are hers: no better"
    )
    assert ("docs/models/facs-16.md" in text) == ("facs-16" in origin)
    facts = json.loads((tmp_path / "out/model.json").read_text())
    assert f"{facts['adapted']['from']}, by {facts['adapted']['method']}" == origin
    assert "temporal" not in facts["streams"] and "flow" not in json.loads(
        (tmp_path / "out/example.json").read_text()
    )
