"""The programs: benchmarks/accuracy.py and benchmarks/figures.py."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from facs.faces.landmarks import Located
from facs.network.predict import TwoStreamModel
from facs.network.weights import DEFAULT
from tests.faces.builders import landmarks_at
from tests.network.builders import tiny_spec
from tests.training.builders import write_faces

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
PICTURES = [
    *("figure1_labels.png", "figure5_precision.png", "figure6_recall.png", "figure7_summary.png"),
]


class Brightness:
    """A stream whose scores follow how bright each part of the crop is."""

    def __init__(self, spec):
        self.spec = spec

    def __call__(self, batch):
        parts = np.array_split(batch.reshape(len(batch), -1).astype(np.float32), 5, axis=1)
        return np.stack([part.mean(1) / 40 - 2 for part in parts], axis=1)


class Somewhere:
    """A landmark network that finds the same place in every picture, and loses every seventh."""

    def __init__(self, path=None):
        self.calls = 0

    def __call__(self, gray, matrices):
        self.calls += 1
        score = 0.1 if self.calls % 7 == 0 else 0.9
        return [Located(np.float32(landmarks_at(20, 20, 80)), score, 0.0)]

    def follow(self, gray, before):
        return self(gray, before)


@pytest.fixture
def program(monkeypatch, capsys):
    """Run a program of benchmarks/ in this process; returns what it printed."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def run(name, *words):
        module = importlib.import_module(name)
        monkeypatch.setattr(sys, "argv", [f"benchmarks/{name}.py", *map(str, words)])
        module.main()
        return capsys.readouterr().out

    return run


@pytest.fixture
def accuracy(program, monkeypatch):
    """benchmarks/accuracy.py with a model and landmarks that are quick."""
    module = importlib.import_module("accuracy")
    model = TwoStreamModel(Brightness(tiny_spec()))
    monkeypatch.setattr(module, "load_model", lambda name, motion: model)
    monkeypatch.setattr(module, "Landmarker", Somewhere)
    return lambda *words: program("accuracy", "--draws", 50, *words)


@pytest.fixture
def shards(tmp_path):
    return write_faces(tmp_path / "shards", stills=30, clips=3, frames=12)


def measured(path):
    return json.loads(path.with_suffix(".json").read_text())


def test_tables_of_a_run_give_the_numbers_of_the_run(accuracy, shards, tmp_path):
    tables = tmp_path / "predictions.csv", tmp_path / "labels.csv"
    out = tmp_path / "run.md", tmp_path / "tables.md"
    accuracy("--shards", shards, "--out", out[0], "--out-predictions", tables[0],
             "--out-labels", tables[1])  # fmt: skip
    accuracy("--predictions", tables[0], "--labels", tables[1], "--out", out[1],
             "--model", DEFAULT, "--name", "tiny")  # fmt: skip
    run, again = measured(out[0]), measured(out[1])
    notes = run.pop("notes"), again.pop("notes")  # they name the tables
    assert run == again
    called = (("shards", "labels.csv"), ("in tiny", "in predictions.csv"))
    for old, new in called:
        notes[0][:] = [note.replace(old, new) for note in notes[0]]
    assert notes[0] == notes[1]
    assert (run["rows"], run["subjects"], run["sequences"]) == (66, 33, 3)
    assert run["unseen"] == 9  # every seventh face was lost
    assert list(run["labels"]) == ["AU9", "AU12"]
    assert list(run["sides"]) == ["AU12_left", "AU12_right"]
    assert set(run["groups"]) == {"age", "sex", "tone"}
    assert run["groups"]["sex"]["female"]["rows"] == 66
    assert 0 < run["summary"]["hamming_score"]["estimate"]["value"] < 1
    assert run["summary"]["macro_event_f1"]["estimate"]["value"] is not None


def test_the_table_says_how_it_came_about(accuracy, shards, tmp_path):
    said = accuracy("--shards", shards, "--out", tmp_path / "a.md", "--threshold", "0.3")
    text = (tmp_path / "a.md").read_text()
    assert said.startswith(text)
    assert text.startswith("# Accuracy of tiny\n")
    for words in ("- command: `python benchmarks/accuracy.py", "- seed: 0", "load over 1, 5, 15"):
        assert words in text
    assert {row["threshold"] for row in measured(tmp_path / "a.md")["labels"].values()} == {0.3}


def test_the_pictures_are_drawn_beside_the_table_and_from_many_results(
    accuracy, program, shards, tmp_path
):
    results = []
    for threshold in (0.3, 1.0):
        out = tmp_path / f"{threshold}.md"
        accuracy("--shards", shards, "--out", out, "--threshold", threshold, "--name",
                 f"from {threshold}", "--pictures", tmp_path / "one")  # fmt: skip
        results.append(out.with_suffix(".json"))
    said = program("figures", *results, "--out", tmp_path / "all")
    for folder in ("one", "all"):
        assert sorted(p.name for p in (tmp_path / folder).iterdir()) == PICTURES
    assert said.count("wrote ") == 4
    for name in PICTURES:
        picture = cv2.imread(str(tmp_path / "all" / name))
        assert picture is not None and picture.std() > 10
    # the first result alone, and all of them
    one, every = (cv2.imread(str(tmp_path / f / PICTURES[3])) for f in ("one", "all"))
    assert one.shape != every.shape or (one != every).any()


def test_without_tables_and_shards_there_is_nothing_to_measure(accuracy, tmp_path, capsys):
    with pytest.raises(SystemExit):
        accuracy("--out", tmp_path / "a.md")
    assert "wanted either --predictions and --labels, or --shards" in capsys.readouterr().err


def test_a_table_that_is_none_ends_in_one_line(accuracy, tmp_path):
    absent = tmp_path / "absent.csv"
    with pytest.raises(SystemExit, match=r"accuracy.py: wanted a CSV file"):
        accuracy("--predictions", absent, "--labels", absent, "--out", tmp_path / "a.md")
    assert not (tmp_path / "a.md").exists()
