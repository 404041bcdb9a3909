"""What `facs export` writes: the same numbers in every precision, all that is said beside them."""

from __future__ import annotations

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import facs
from facs.apps.contents import _sees_own_motion
from facs.apps.description import APP_KEY, describe
from facs.apps.write import export_model
from facs.canonical import align, canonical
from facs.errors import InputError, ModelError, OutputError
from facs.files import sha256_of
from facs.network.jaw import as_shipped
from facs.network.spec import SPEC_KEY, ModelSpec
from facs.network.two_stream import StreamConfig, TemporalStream
from facs.network.weights import DEFAULT, load_model, shipped, spec_of
from facs.training.export import export
from facs.units import letter
from tests.network.builders import model_files, random_crops, random_flows

_OF_THE_FOLDER = {"files", "beside", "opset"}


def scores(path, batch):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(["scores"], {session.get_inputs()[0].name: batch})[0]


def manifest(folder):
    return json.loads((folder / "model.json").read_text(encoding="utf-8"))


def test_the_files_are_those_that_are_named(exported):
    facts = manifest(exported)
    names = {file["name"] for file in facts["files"]}
    assert names == {path.name for path in exported.glob("*.onnx")} and len(names) == 6
    for file in facts["files"]:
        path = exported / file["name"]
        assert (file["size"], file["sha256"]) == (path.stat().st_size, sha256_of(path))
        opsets = {entry.domain: entry.version for entry in onnx.load(path).opset_import}
        assert opsets[""] == file["opset"] == facts["opset"]
        onnx.checker.check_model(onnx.load(path))
        assert onnx.load(path).ir_version == 9  # ONNX Runtime 1.17 reads it, and no later one


@pytest.mark.parametrize("stream", ["spatial", "temporal"])
def test_single_precision_scores_as_what_is_shipped(exported, stream):
    batch = random_crops(4) if stream == "spatial" else random_flows(4)
    wanted = scores(getattr(shipped()[DEFAULT], stream), batch)
    for precision in ("fp32", "fp16"):
        found = scores(exported / f"{DEFAULT}-{precision}-{stream}.onnx", batch)
        np.testing.assert_allclose(found, wanted, atol=1e-5)
    small = scores(exported / f"{DEFAULT}-int8-{stream}.onnx", batch)
    np.testing.assert_array_equal(
        small, scores(getattr(shipped()[f"{DEFAULT}-int8"], stream), batch)
    )
    assert wanted.std() > 0.1


def test_single_precision_stores_no_halves(exported):
    kinds = {
        t.data_type for t in onnx.load(exported / f"{DEFAULT}-fp32-spatial.onnx").graph.initializer
    }
    assert onnx.TensorProto.FLOAT16 not in kinds and onnx.TensorProto.FLOAT in kinds
    stored = onnx.load(exported / f"{DEFAULT}-fp16-spatial.onnx").graph.initializer
    assert onnx.TensorProto.FLOAT16 in {t.data_type for t in stored}


def test_eight_bits_name_no_operators_that_they_do_not_use(exported):
    entries = onnx.load(exported / f"{DEFAULT}-int8-spatial.onnx").opset_import
    assert [entry.domain for entry in entries] == [""]


def test_every_file_says_the_same_of_itself(exported):
    facts = manifest(exported)
    spec = spec_of(shipped()[DEFAULT])
    for path in exported.glob("*.onnx"):
        metadata = {p.key: p.value for p in onnx.load(path).metadata_props}
        told = json.loads(metadata[APP_KEY])
        described = json.loads(json.dumps(describe(spec))) | {"adapted": None}
        assert told == described == {k: facts[k] for k in facts if k not in _OF_THE_FOLDER}
        assert ModelSpec.from_json(metadata[SPEC_KEY]).units == spec.units


def test_exported_files_run_in_this_library(exported):
    model = load_model(exported / f"{DEFAULT}-fp32-spatial.onnx")
    assert model.uses_motion and model.spec == load_model(DEFAULT).spec
    recording = facs.analyze(np.zeros((2, 96, 128, 3), np.uint8), rate=25, model=model)
    assert len(recording) == 2


def test_the_json_is_enough_to_compute_what_the_library_computes(exported):
    """Probabilities and letters by the rules in words, against `Calibration`."""
    facts, spec = manifest(exported), spec_of(shipped()[DEFAULT])
    raw = scores(exported / f"{DEFAULT}-fp32-spatial.onnx", random_crops(3))
    slope, cuts = (np.array(facts["calibration"]["spatial"][key]) for key in ("slope", "cuts"))
    letters = 1 / (1 + np.exp(cuts - slope[:, None] * raw[:, :, None]))
    np.testing.assert_allclose(letters, spec.spatial.letters(raw), atol=1e-6)
    assert {letter(x) for x in letters.sum(-1).ravel()} <= {"", *facts["calibration"]["letters"]}
    assert [column["name"] for column in facts["columns"]] == list(spec.columns)
    assert [name for unit in facts["units"] for name in unit["columns"]] == list(spec.columns)


def test_a_mean_face_that_is_in_place_is_not_moved(exported):
    facts = manifest(exported)
    points = np.array(facts["canonical"]["landmarks"])
    np.testing.assert_allclose(points, canonical(facts["crop"]["size"]), atol=1e-3)
    np.testing.assert_allclose(align(points), [[1, 0, 0], [0, 1, 0]], atol=1e-3)


def test_the_readme_says_shapes_licence_and_origin(exported):
    text, spec = (exported / "README.md").read_text(), spec_of(shipped()[DEFAULT])
    for said in ("(batch, 112, 112)", "(batch, 20, 112, 112)", spec.licence, spec.training):
        assert said in text
    for rule in (
        "Shrink the picture",
        "not seen ends it",
        "more than 0.25 s, and more than 5 times",
    ):
        assert rule in " ".join(text.split())
    assert "$" not in text
    assert all(path.name in text for path in exported.glob("*.onnx"))


def test_a_model_of_ones_own_is_exported_without_eight_bits(tmp_path, tmp_path_factory):
    path = model_files(tmp_path_factory)
    names = [p.name for p in export_model(path, tmp_path, ["fp32"])]
    assert names[:2] == ["tiny-fp32-spatial.onnx", "tiny-fp32-temporal.onnx"]
    batch = random_crops(3)
    np.testing.assert_allclose(scores(tmp_path / names[0], batch), scores(path, batch), atol=1e-5)
    with pytest.raises(
        ModelError, match=r"wanted tiny-int8-spatial\.onnx beside .* leave int8 out"
    ):
        export_model(path, tmp_path / "new", ["fp16", "int8"])
    assert not (tmp_path / "new").exists()


def test_what_cannot_be_exported_is_refused_in_words(tmp_path):
    with pytest.raises(InputError, match="wanted precisions of"):
        export_model(DEFAULT, tmp_path, ["bf16"])
    with pytest.raises(InputError, match="got none"):
        export_model(DEFAULT, tmp_path, [])
    for precision in ("fp32", "fp16", "int8"):
        with pytest.raises(ModelError, match=f"these have eight bits: export {DEFAULT}, whose"):
            export_model(f"{DEFAULT}-int8", tmp_path, [precision])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ModelError, match="wanted a model of"):
        export_model("nothing", tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot make the folder"):
        export_model(DEFAULT, tmp_path / "file")


def test_files_that_see_one_size_are_said_to():
    spec = spec_of(shipped()[DEFAULT])
    sizes = [
        describe(spec, two_sizes=two)["streams"]["spatial"]["inside"]["sizes"]
        for two in (False, True)
    ]
    assert sizes == ["one", "the mean of the face with 3.6% more and less at each edge"]


def test_files_that_see_all_motion_are_said_to():
    spec = spec_of(shipped()[DEFAULT])
    nothing, similarity = [
        describe(spec, own_motion=own)["streams"]["temporal"]["inside"]["taken_out_first"]
        for own in (False, True)
    ]
    assert nothing == "nothing"
    assert similarity.startswith("the similarity")


@pytest.mark.parametrize("motion", ["vector", "own"])
def test_which_motion_a_file_sees_is_found_in_it(tmp_path, motion):
    columns = ("AU12_left", "AU12_right", "AU26", "AU27")
    stream = TemporalStream(StreamConfig(len(columns), hidden=16, motion=motion)).eval()
    path = tmp_path / "some-temporal.onnx"
    export(
        as_shipped(stream, columns),
        torch.from_numpy(random_flows(2)),
        path,
        input_name="flow",
        output_names=("scores",),
        metadata={},
    )
    assert _sees_own_motion(path) == (motion == "own")
