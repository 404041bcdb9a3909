"""The program that says how often an interval holds the truth."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def program(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    return importlib.import_module("coverage_of_intervals")


def test_intervals_of_many_subjects_hold_the_truth_and_of_two_half_of_the_time(program):
    rng = np.random.default_rng(0)
    truth = float(program.f1(program.people(rng, 100_000).sum(0)))
    assert program.coverage(rng, 2, 200, truth) < 0.65
    assert program.coverage(rng, 50, 200, truth) > 0.87


def test_the_table_is_written(program, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "SUBJECTS", (2, 5))
    monkeypatch.setattr(sys, "argv", ["x.py", "--times", "3", "--out", str(tmp_path / "a.md")])
    assert program.main() == 0
    assert "| subjects | intervals that hold the truth |" in (tmp_path / "a.md").read_text()
