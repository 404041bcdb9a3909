"""The flow of the Python example, which knows numpy alone, against OpenCV's."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from facs.apps.motion import motion
from facs.crops.flow import FlowPiece, farneback, stack
from facs.network.weights import DEFAULT, shipped, spec_of
from tests.apps.conftest import EXAMPLES

FOLDER = EXAMPLES / "export_python"


@pytest.fixture(scope="module")
def facts():
    return motion(spec_of(shipped()[DEFAULT]))


@pytest.fixture(scope="module")
def flow():
    spec = importlib.util.spec_from_file_location("export_python_flow", FOLDER / "flow.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("size", [32, 40, 64, 112, 113, 240])
def test_the_flow_is_that_of_opencv(flow, facts, size):
    """Of what moves slowly, and of what leads out of the picture."""
    random = np.random.default_rng(size)
    noise = random.integers(0, 256, (40, 40)).astype(np.uint8)
    picture = np.kron(noise, np.ones((8, 8), np.uint8))[:size, :size]
    for other in (np.roll(picture, (2, -3), (0, 1)), picture.T, picture // 2):
        found, wanted = (
            flow.farneback(picture, other, facts["parameters"]),
            farneback(picture, other),
        )
        np.testing.assert_allclose(found, wanted, atol=1e-4)
    assert np.abs(wanted).max() > 1e-3


def test_the_flow_of_a_face_is_that_of_opencv(flow, facts, heard):
    crops = [clip.crop for clip in heard[0].clips]
    for before, after in zip(crops[::9], crops[1::9], strict=False):
        found = flow.farneback(before, after, facts["parameters"])
        np.testing.assert_allclose(found, farneback(before, after), atol=1e-6)


def test_the_window_is_that_of_the_library(flow, facts):
    random = np.random.default_rng(3)
    times = np.cumsum(random.uniform(0.01, 0.05, 30))
    velocities = random.normal(size=(29, 2, 4, 4)).astype(np.float32)
    pieces = list(zip(times[:-1], times[1:], velocities, strict=True))
    ours = [FlowPiece(*piece) for piece in pieces]
    found = [flow.window(pieces, time, facts) for time in times]
    wanted = [stack(ours, time, facts["slots"], facts["slot_seconds"]) for time in times]
    assert [one is None for one in found] == [one is None for one in wanted]
    full = [pair for pair in zip(found, wanted, strict=True) if pair[0] is not None]
    assert len(full) > 5
    for one, other in full:
        np.testing.assert_allclose(one, other, atol=1e-5)


def run(folder):
    return subprocess.run(
        [sys.executable, str(FOLDER / "check.py"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_checks_itself_with_what_was_exported(exported):
    done = run(exported)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 9
    assert all(line.startswith("good") for line in done.stdout.splitlines())


def test_it_tells_what_is_wrong(exported, tmp_path):
    import json
    import shutil

    for file in exported.iterdir():
        if "int8" not in file.name:
            shutil.copy(file, tmp_path)
    example = json.loads((tmp_path / "example.json").read_text())
    example["precisions"] = {"fp32": example["precisions"]["fp32"]}
    example["precisions"]["fp32"]["picture"]["AU12"] -= 0.01
    (tmp_path / "example.json").write_text(json.dumps(example))
    done = run(tmp_path)
    bad = [line for line in done.stdout.splitlines() if line.startswith("BAD")]
    assert done.returncode == 1 and len(bad) == 1 and "fp32, a picture" in bad[0]
