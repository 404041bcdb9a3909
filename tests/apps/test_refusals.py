"""What `facs export` refuses, and that it has written nothing by then."""

from __future__ import annotations

import json
import shutil

import onnx
import pytest

from facs.apps.write import export_model
from facs.errors import ModelError, OutputError
from facs.network.spec import SPEC_KEY
from tests.network.builders import model_files


@pytest.fixture
def tiny(tmp_path_factory, tmp_path):
    """A pair of files of its own, to be spoiled."""
    folder = tmp_path / "model"
    shutil.copytree(model_files(tmp_path_factory).parent, folder)
    return folder / "tiny-spatial.onnx"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def respell(path, **changes):
    """The same file with another specification."""
    model = onnx.load(path)
    spec = json.loads(next(p.value for p in model.metadata_props if p.key == SPEC_KEY))
    onnx.helper.set_model_props(model, {SPEC_KEY: json.dumps(spec | changes)})
    onnx.save(model, path)


@pytest.mark.parametrize("name", ["README.md", "model.json", "example.json", "LICENSE"])
def test_a_file_that_somebody_wrote_is_never_replaced(tiny, out, name):
    out.mkdir()
    (out / name).write_text("mine")
    with pytest.raises(OutputError, match=f"its {name} was not written by facs export; name an"):
        export_model(tiny, out, ["fp32"])
    assert [path.name for path in out.iterdir()] == [name]
    assert (out / name).read_text() == "mine"


@pytest.mark.parametrize("text", ["{}", "[]", "{", '{"files": [], "canonical": 1}', "\udcff"])
def test_a_manifest_of_something_else_vouches_for_nothing(tiny, out, text):
    out.mkdir()
    (out / "model.json").write_text(text, errors="surrogateescape")
    (out / "README.md").touch()
    with pytest.raises(OutputError, match=r"its model\.json, README\.md was not written"):
        export_model(tiny, out, ["fp32"])


def test_an_earlier_export_is_replaced(tiny, out):
    export_model(tiny, out, ["fp32"])
    (out / "README.md").write_text("of an earlier model")
    export_model(tiny, out, ["fp16"])
    assert (out / "README.md").read_text().startswith("# tiny")


def test_so_is_one_that_wrote_a_manifest_and_a_readme_only(tiny, out):
    out.mkdir()
    (out / "model.json").write_text('{"files": [], "canonical": {}, "calibration": {}}')
    (out / "README.md").touch()
    export_model(tiny, out, ["fp32"])
    (out / "model.json").write_text('{"files": [], "canonical": {}, "calibration": {}}')
    with pytest.raises(OutputError, match=r"its example\.json, LICENSE was"):
        export_model(tiny, out, ["fp32"])


def test_a_temporal_file_is_no_model(tiny, out):
    with pytest.raises(ModelError, match="wanted a spatial stream first, got a temporal one"):
        export_model(tiny.with_name("tiny-temporal.onnx"), out, ["fp32"])
    assert not out.exists()


@pytest.mark.parametrize("content", [b"", b"cut"])
def test_a_temporal_file_that_is_damaged_stops_the_export_before_it_writes(tiny, out, content):
    temporal = tiny.with_name("tiny-temporal.onnx")
    temporal.write_bytes(content or temporal.read_bytes()[:100_000])
    with pytest.raises(ModelError, match=r"wanted an ONNX file, .*tiny-temporal\.onnx is not one"):
        export_model(tiny, out, ["fp32"])
    assert not out.exists()


def test_files_of_two_models_are_not_exported_together(tiny, out):
    respell(tiny.with_name("tiny-temporal.onnx"), fusion=[0.5] * 5)
    with pytest.raises(ModelError, match=r"two streams of one model, .* differ in stream, fusion"):
        export_model(tiny, out, ["fp32"])
    assert not out.exists()


def test_eight_bits_of_another_model_are_refused(tiny, out):
    for stream in ("spatial", "temporal"):
        small = tiny.with_name(f"tiny-int8-{stream}.onnx")
        shutil.copy(tiny.with_name(f"tiny-{stream}.onnx"), small)
        respell(small, on=[0.7] * 3)
    with pytest.raises(ModelError, match=r"in two precisions, .* are not the same model"):
        export_model(tiny, out, ["int8"])
    assert not out.exists()
