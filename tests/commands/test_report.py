from __future__ import annotations

import pytest

from facs import pipeline
from tests.faces.builders import blob_tracker, scene
from tests.outputs.builders import two_people


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "talk.facs"
    two_people().save(path)
    return path


def test_a_recording_becomes_a_report(facs, recording, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert facs("report", recording) == (0, "wrote talk.report.html\n", "")
    assert "turned away" in (tmp_path / "talk.report.html").read_text()


def test_the_report_goes_where_it_is_wanted(facs, recording, tmp_path):
    status, _, error = facs(
        "report", recording, "-o", tmp_path / "a.html", "--card", "https://example.org/card"
    )
    assert (status, error) == (0, "")
    assert 'href="https://example.org/card"' in (tmp_path / "a.html").read_text()


def test_a_video_is_analysed_first(facs, write_video, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "_tracker", lambda options: blob_tracker())
    film = write_video("film.mp4", [scene((20 + i, 30, 110)) for i in range(6)], rate=30)
    status, said, error = facs("report", film, "-o", tmp_path / "a.html")
    assert status == 0, error
    assert "6 frames" in said
    assert "6 frames" in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize("words", [("absent.facs",), ("absent.mp4",)])
def test_what_is_not_there_is_one_line(facs, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    status, said, error = facs("report", *words)
    assert (status, said) == (2, "")
    assert error.startswith("facs: ") and error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_recording_is_not_replaced_by_its_report(facs, recording):
    before = recording.read_bytes()
    status, _, error = facs("report", recording, "-o", recording)
    assert status == 2 and "replace its own source" in error
    assert recording.read_bytes() == before


def test_a_text_file_is_no_recording(facs, tmp_path):
    (tmp_path / "a.facs").write_text("no recording")
    status, _, error = facs("report", tmp_path / "a.facs", "-o", tmp_path / "a.html")
    assert status == 2 and "not a recording" in error
    assert not (tmp_path / "a.html").exists()
