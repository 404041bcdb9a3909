"""The programs of benchmarks/ are no package: they find each other beside themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def benchmarks_folder(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a test import the programs, and say where they lie."""
    monkeypatch.syspath_prepend(FOLDER)
    return FOLDER
