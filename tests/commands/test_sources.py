"""No command replaces what it reads."""

from __future__ import annotations

import pytest

CASES = [
    ("explain", "{}", "--unit=12", "-o", "{}"),
    ("agree", "{}", "b.csv", "--out", "{}"),
    ("agree", "b.csv", "{}", "--out", "{}"),
    ("evaluate", "{}", "b.csv", "--out", "{}"),
    ("report", "{}", "--out", "{}"),
    ("enroll", "--rest", "{}@0-20", "--curves", "{}"),
    ("enroll", "--example", "smile={}@3-4.5", "--curves", "{}"),
    ("enroll", "{}", "--curves", "{}"),
    ("enroll", "--marks", "{}", "--curves", "{}"),
]


@pytest.mark.parametrize("words", CASES)
def test_a_command_does_not_replace_its_source(facs, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_text("what was here before")
    status, said, error = facs(*(word.format("a.md") for word in words))
    assert (status, said) == (2, "")
    assert error == "facs: the result would replace its own source a.md: choose another --out\n"
    assert (tmp_path / "a.md").read_text() == "what was here before"


def test_a_picture_of_the_folder_that_is_explained_is_not_replaced(facs, tmp_path):
    (tmp_path / "1.png").write_text("a picture")
    status, _, error = facs("explain", tmp_path, "--unit=12", "-o", tmp_path / "1.png")
    assert status == 2 and "replace its own source" in error
