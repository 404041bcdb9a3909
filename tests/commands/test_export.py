"""``facs export`` as a user runs it."""

from __future__ import annotations

import json


def test_files_of_an_earlier_export_are_named_in_a_note(facs, tmp_path):
    assert facs("export", "-o", tmp_path, "-p", "fp16")[::2] == (0, "")
    earlier = sorted(path.name for path in tmp_path.glob("*.onnx"))
    status, said, noted = facs("export", "-o", tmp_path, "-p", "int8")
    assert status == 0 and said.count("wrote ") == 6
    listed = json.loads((tmp_path / "model.json").read_text())["files"]
    assert len(listed) == 2 and not {file["name"] for file in listed} & set(earlier)
    lines = [f"note: {tmp_path / name} lay there before" for name in earlier]
    assert [line.partition(": model.json")[0] for line in noted.splitlines()] == lines


def test_an_export_that_is_repeated_has_nothing_to_note(facs, tmp_path):
    for _ in range(2):
        assert facs("export", "-o", tmp_path, "-p", "fp16")[::2] == (0, "")
