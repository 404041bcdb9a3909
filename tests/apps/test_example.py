"""The Python example, which knows nothing of facs, against the pipeline."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys

import cv2
import numpy as np
import pytest

import facs
from facs.canonical import align, warp
from facs.network.weights import DEFAULT
from tests.apps.conftest import EXAMPLES

PROGRAM = EXAMPLES / "export_python" / "run.py"
FACE = EXAMPLES / "export_python" / "face.npz"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("export_python_run", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_imports_onnxruntime_and_numpy_and_nothing_else_from_elsewhere():
    tree = ast.walk(ast.parse(PROGRAM.read_text()))
    names = {
        name.partition(".")[0]
        for node in tree
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert {"numpy", "onnxruntime"} <= names
    assert names - sys.stdlib_module_names == {"numpy", "onnxruntime"}


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_every_clip_of_a_video_is_scored_as_the_pipeline_scores_it(
    example, exported, heard, precision
):
    listening, recording = heard
    model = example.ExportedModel(exported, precision)
    (person,) = recording.people
    assert {clip.flow is None for clip in listening.clips} == {True, False}  # both ways are tried
    clips = listening.clips[:40]  # the first and the next without a gap
    assert [clip.index for clip in clips] == list(range(40))
    film = model.film(*([getattr(c, name) for c in clips] for name in ("time", "crop", "flow")))
    for clip, found in list(zip(clips, film, strict=True))[:36:2]:
        for unit, said in found.items():
            wanted = float(person[unit][clip.index])
            assert said["probability"] == pytest.approx(wanted, abs=2e-4)
            intensity = float(person.intensity(unit)[clip.index])
            assert said["intensity"] == pytest.approx(intensity, abs=1e-3)
            on = float(person.on[person.units.index(facs.ActionUnit[unit])])
            assert said["on"] == (wanted >= on) or abs(wanted - on) < 2e-4


def test_eight_bits_tell_the_same_story(example, exported, heard):
    """As the library does with its own file in eight bits; the kernels are the same."""
    listening, _ = heard
    model = example.ExportedModel(exported, "int8")
    theirs = facs.load_model(f"{DEFAULT}-int8")
    clips = listening.clips[::8]
    wanted = theirs(clips).probability
    for i, clip in enumerate(clips):
        said = [unit["probability"] for unit in model.units(clip.crop, clip.flow).values()]
        np.testing.assert_allclose(said, wanted[i], atol=1e-5)


def test_an_export_that_does_not_say_where_a_crop_is_sampled_is_read_as_it_was_meant(
    example, exported
):
    face = np.load(FACE)
    model, older = example.ExportedModel(exported), example.ExportedModel(exported)
    older.facts = model.facts | {"crop": dict(model.facts["crop"])}
    del older.facts["crop"]["sample_steps"]
    crops = [one.align(face["picture"], face["landmarks"]) for one in (model, older)]
    np.testing.assert_array_equal(*crops)


@pytest.mark.parametrize("times_larger", [0.7, 1, 1.3, 2, 3, 4])
def test_a_face_is_aligned_as_the_library_aligns_it(example, exported, times_larger):
    """Grey level by grey level, also where it has to be shrunk first."""
    face = np.load(FACE)
    picture = cv2.resize(face["picture"], None, fx=times_larger, fy=times_larger)
    landmarks = face["landmarks"].astype(float) * times_larger
    crop = example.ExportedModel(exported).align(picture, landmarks)
    wanted = warp(picture, align(landmarks))
    assert crop.shape == (112, 112) and wanted.std() > 20
    np.testing.assert_array_equal(crop, wanted)
    if times_larger == 3:
        assert example.shrunk(picture, align(landmarks))[0].shape != picture.shape


def test_the_program_tells_of_the_smile(exported):
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(exported), str(FACE)],
        capture_output=True,
        text=True,
        check=True,
    )
    first = done.stdout.splitlines()[0]
    assert first.startswith("AU12") and " on " in first and "Lip Corner Puller" in first


def test_the_face_of_the_browser_is_the_face_of_python():
    face = np.load(FACE)
    crop = cv2.imread(str(EXAMPLES / "export_browser" / "face.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(crop, warp(face["picture"], align(face["landmarks"])))
