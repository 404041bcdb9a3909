from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from facs import sessions
from facs.errors import ModelError
from facs.files import sha256_of
from facs.network.backends import OnnxStream, TorchStream
from facs.network.weights import load_model, shipped
from tests.network.builders import (
    model_files,
    random_clips,
    random_crops,
    random_flows,
    tiny_spec,
    tiny_streams,
)


@pytest.fixture
def spatial_file(tmp_path_factory):
    return model_files(tmp_path_factory)


@pytest.fixture
def temporal_file(spatial_file):
    return spatial_file.with_name("tiny-temporal.onnx")


def one_line(path):
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_spatial_file_scores_as_torch_does(spatial_file):
    crops = random_crops(8, seed=5)
    torch_scores = TorchStream(tiny_streams()[0], tiny_spec())(crops)
    np.testing.assert_allclose(OnnxStream(spatial_file)(crops), torch_scores, atol=1e-4)
    assert torch_scores.std(0).min() > 0.1


def test_the_temporal_file_scores_as_torch_does(temporal_file):
    flows = random_flows(8, seed=5)
    spec = replace(tiny_spec(), stream="temporal")
    torch_scores = TorchStream(tiny_streams()[1], spec)(flows)
    np.testing.assert_allclose(OnnxStream(temporal_file)(flows), torch_scores, atol=1e-4)
    assert torch_scores.std(0).min() > 0.1


@pytest.mark.parametrize("n", [1, 3, 16])
def test_any_batch_size_gives_the_same_scores(spatial_file, n):
    crops = random_crops(16)
    stream = OnnxStream(spatial_file)
    whole = stream(crops)
    parts = np.concatenate([stream(crops[i : i + n]) for i in range(0, 16, n)])
    np.testing.assert_allclose(parts, whole, atol=1e-5)


def test_threads_do_not_change_the_scores(spatial_file):
    crops = random_crops(2)
    np.testing.assert_allclose(
        OnnxStream(spatial_file, threads=2)(crops), OnnxStream(spatial_file)(crops), atol=1e-5
    )


def test_a_file_carries_its_specification(spatial_file, temporal_file):
    assert OnnxStream(spatial_file).spec == tiny_spec()
    assert OnnxStream(temporal_file).spec == replace(tiny_spec(), stream="temporal")


def test_a_file_is_stored_in_half_precision(spatial_file):
    count = sum(p.numel() for p in tiny_streams()[0].parameters())
    assert spatial_file.stat().st_size < 2.2 * count


def test_the_path_of_the_spatial_file_brings_the_temporal_one(spatial_file):
    model = load_model(spatial_file)
    assert model.uses_motion
    assert model(random_clips(2)).fused.all()
    assert model.sha256 == hashlib.sha256(spatial_file.read_bytes()).hexdigest()
    assert sha256_of(spatial_file) == model.sha256


def test_motion_can_be_left_out(spatial_file):
    assert not load_model(str(spatial_file), motion=False).uses_motion


def test_a_spatial_file_alone_is_a_model_of_stills(spatial_file, tmp_path):
    alone = tmp_path / "my-spatial.onnx"
    shutil.copy(spatial_file, alone)
    assert not load_model(alone).uses_motion
    renamed = tmp_path / "model.onnx"
    shutil.copy(spatial_file, renamed)
    assert not load_model(renamed).uses_motion


def test_the_temporal_file_alone_is_no_model(temporal_file):
    assert "spatial stream first" in one_line(temporal_file)


def test_a_foreign_onnx_file_is_refused(tmp_path):
    import onnx
    from onnx import TensorProto, helper

    ports = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in ("a", "b")]
    graph = helper.make_graph([helper.make_node("Relu", ["a"], ["b"])], "g", ports[:1], ports[1:])
    opset = helper.make_opsetid("", 20)
    path = tmp_path / "relu.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=10), str(path))
    assert "without 'facs.spec'" in one_line(path)


@pytest.mark.parametrize("content", [b"", b"hello\nworld\n", b"\x08\x09" * 500])
def test_a_file_that_is_no_onnx_is_refused(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    assert "notes.txt" in one_line(path)


def test_a_cut_model_is_refused(spatial_file, tmp_path):
    path = tmp_path / "cut-spatial.onnx"
    path.write_bytes(spatial_file.read_bytes()[:100_000])
    assert "cut-spatial.onnx" in one_line(path)


@pytest.mark.parametrize("said", ["Exception during initialization: std::bad_alloc", "memory"])
def test_too_little_memory_is_no_fault_of_the_file(spatial_file, monkeypatch, said):
    def refuse(*_, **__):
        raise MemoryError(said) if said == "memory" else RuntimeError(said)

    monkeypatch.setattr("onnxruntime.InferenceSession", refuse)
    with pytest.raises(MemoryError, match=re.escape(said.split()[-1])):
        OnnxStream(spatial_file)


def test_too_little_memory_for_a_batch_is_no_fault_of_the_file(spatial_file):
    class Full:
        def run(self, *_):
            raise RuntimeError("Failed to allocate memory for requested buffer of size 9")

    stream = OnnxStream(spatial_file)
    stream._session = Full()
    with pytest.raises(MemoryError, match="requested buffer"):
        stream(random_crops(1))


def test_a_missing_file_and_an_unknown_name_tell_what_there_is(tmp_path):
    assert "absent.onnx" in one_line(tmp_path / "absent.onnx")
    assert "'facs-99'" in one_line("facs-99")
    assert "wanted" in one_line(tmp_path)


def test_a_huge_file_is_not_read(spatial_file, monkeypatch):
    monkeypatch.setattr(sessions, "MAX_FILE", 1000)
    assert "larger" in one_line(spatial_file)


def test_a_specification_that_is_none_is_refused(spatial_file, tmp_path):
    import onnx

    model = onnx.load(str(spatial_file))
    model.metadata_props[0].value = "{}"
    path = tmp_path / "bad-spatial.onnx"
    onnx.save(model, str(path))
    assert "ModelSpec" in one_line(path)


@pytest.mark.skipif(not shipped(), reason="no weights are in facs/weights yet")
@pytest.mark.parametrize("name", sorted(shipped()) or [""])
def test_shipped_models_score_alike_in_any_batch(name):
    model = load_model(name)
    clips = random_clips(6, moving=[True, False] * 3)
    together = model(clips)
    for i, clip in enumerate(clips):
        alone = model([clip])
        np.testing.assert_allclose(alone.probability[0], together.probability[i], atol=1e-5)
        np.testing.assert_allclose(alone.intensity[0], together.intensity[i], atol=1e-4)


@pytest.mark.skipif(not shipped(), reason="no weights are in facs/weights yet")
def test_the_shipped_model_says_what_it_learned_from():
    for name in shipped():
        spec = load_model(name).spec
        assert spec.licence and len(spec.training) > 20
        assert spec.name == name
