"""``example.json``: a face whose numbers are those of the library, in a small file."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

import facs
from facs.canonical import align, warp
from facs.crops.clips import FaceClip
from facs.crops.flow import FlowPiece, farneback, stack
from facs.network.weights import DEFAULT
from tests.apps.conftest import ROOT


@pytest.fixture(scope="module")
def shown(exported):
    return json.loads((exported / "example.json").read_text())


def array(stored):
    data = base64.b64decode(stored["grey_base64"])
    return np.frombuffer(data, np.uint8).reshape(stored["shape"])


def test_it_is_small_and_carries_no_person(exported, shown):
    assert (exported / "example.json").stat().st_size < 300_000
    assert "rendered face" in shown["what"]


def test_the_crop_is_that_of_the_picture(shown):
    crop = warp(array(shown["picture"]), align(np.array(shown["landmarks"])))
    np.testing.assert_array_equal(array(shown["crops"])[shown["middle"]], crop)
    assert len(shown["times"]) == len(array(shown["crops"])) == 11


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_probabilities_are_those_of_the_library(shown, precision):
    model = facs.load_model(f"{DEFAULT}-int8" if precision == "int8" else DEFAULT)
    crops, times = array(shown["crops"]), shown["times"]
    pieces = [
        FlowPiece(times[i], times[i + 1], farneback(crops[i], crops[i + 1]) / (1 / 30))
        for i in range(10)
    ]
    middle = shown["middle"]
    flow = stack(pieces, times[middle], 10, 1 / 30)
    clips = [FaceClip(0, 0, 0.0, crops[middle], f) for f in (None, flow)]
    wanted = model(clips).probability
    said = shown["precisions"][precision]
    for row, name in enumerate(("picture", "moving")):
        assert list(said[name]) == [str(unit) for unit in model.spec.units]
        np.testing.assert_allclose(list(said[name].values()), wanted[row], atol=2e-4)
    assert abs(wanted[0] - wanted[1]).max() > 0.05  # motion says something


def test_every_precision_is_near_the_others_and_the_smile_is_seen(shown):
    said = {name: np.array(list(p["moving"].values())) for name, p in shown["precisions"].items()}
    np.testing.assert_allclose(said["fp16"], said["fp32"], atol=1e-4)
    np.testing.assert_allclose(
        said["int8"], said["fp32"], atol=shown["tolerances"]["probability_int8"]
    )
    assert shown["precisions"]["fp16"]["moving"]["AU12"] > 0.9


def test_the_licence_is_that_of_the_project(exported):
    text = (ROOT / "LICENSE").read_text()
    assert (exported / "LICENSE").read_text() == text and "Copyright (c)" in text
    assert "Licence: MIT (`LICENSE`)" in (exported / "README.md").read_text()


def rows(name):
    """Rows of a table of the benchmarks, as cells."""
    lines = (ROOT / "benchmarks/results" / name).read_text().splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "|" in line]


def test_the_readme_says_what_was_measured_of_eight_bits(exported):
    text = " ".join((exported / "README.md").read_text().split())
    whole = rows("int8_films.md")[-1]
    assert whole[0] == "all"
    most, mean, f1, half = (float(whole[i]) for i in (2, 3, 8, 9))
    assert f"by {mean:.3f} in the mean, by up to {most:.2f} in a frame" in text
    assert f"an F1 of {f1:.2f} ({half:.2f} where they have to overlap by half)" in text


def test_the_readme_says_what_other_ways_cost_as_it_was_measured(exported):
    table = (exported / "README.md").read_text().split("Parts of a pixel matter.")[1]
    found = [line.split("|")[2:4] for line in table.splitlines() if line.startswith("| ")][1:]
    (name, _, most, *_), *others = rows("app_readings.md")[2:]
    assert (name, float(most)) == ("as it is said", 0.0)
    wanted = [(f"{float(r[2]):.2f}", f"{float(r[3]):.3f}") for r in others]
    assert [tuple(cell.strip() for cell in row) for row in found] == wanted
