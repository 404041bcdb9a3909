from __future__ import annotations

from pathlib import Path

import pytest


def test_a_table_is_printed_and_written_where_a_path_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from heading import publish, table

    text = table(["unit", "F1"], [["AU12", "0.9"]])
    publish(text, tmp_path / "table.md")
    assert (tmp_path / "table.md").read_text() == text
    publish(text, None)
    assert capsys.readouterr().out == 2 * f"{text}\n"
