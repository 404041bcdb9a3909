"""`facs batch` as a command: its status, and what it says where."""

from __future__ import annotations

import pytest

from facs.batch import Entry, read_manifest
from facs.commands import batch as command
from facs.faces.landmarks import shipped_path
from facs.network.weights import shipped
from tests.conftest import gray_steps

needs_weights = pytest.mark.skipif(
    not (shipped() and shipped_path().exists()), reason="no weights are in facs/weights yet"
)


@needs_weights
def test_the_status_is_the_number_of_videos_that_failed(facs, write_video, tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    write_video(folder / "room.mp4", gray_steps(3))
    data = write_video(folder / "cut.mkv", gray_steps(9), options={"g": "1"}).read_bytes()
    (folder / "cut.mkv").write_bytes(data[: len(data) * 8 // 10])
    for name in ("empty.mp4", "line\nbreak.mp4"):
        (folder / name).write_bytes(b"")
    status, said, error = facs("batch", folder, "--out", tmp_path / "out")
    assert status == 2
    assert said.startswith("4 videos: 0 were done before, 2 are done now, 2 failed; see ")
    assert sorted(line.split(":")[:2] for line in error.splitlines()) == [
        ["damaged", " cut"],
        ["failed", " empty"],
        ["failed", " line\\nbreak"],
    ]
    assert {entry.name for entry in read_manifest(tmp_path / "out")} == {
        *("cut", "empty", "line\nbreak", "room")
    }
    status, said, _ = facs("batch", folder, "--out", tmp_path / "out")
    assert status == 2 and "2 were done before, 0 are done now" in said


def test_more_failures_than_a_status_can_say(monkeypatch, facs, tmp_path):
    from facs import batch
    from facs.batch import BatchResult

    failed = tuple(Entry(f"/{i}", f"{i}", "failed", "bad") for i in range(300))
    monkeypatch.setattr(batch, "run_batch", lambda *_, **__: BatchResult(0, failed))
    status, said, _ = facs("batch", tmp_path, "--out", tmp_path / "out")
    assert status == command.MOST == 100 and "300 failed" in said


@needs_weights
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "found none"),
        (("--jobs", "0"), "jobs >= 1"),
        (("--format", "xlsx"), "'xlsx'"),
        (("--model", "facs-99"), "'facs-99'"),
        (("--detector", "eye"), "'eye'"),
        (("--start", "2", "--stop", "1"), "start before stop"),
    ],
)
def test_a_batch_that_cannot_begin_is_one_line(facs, tmp_path, words, message):
    status, said, error = facs("batch", tmp_path, "--out", tmp_path / "out", *words)
    assert (status, said) == (2, "")
    assert error.startswith("facs: ") and error.count("\n") == 1 and message in error


@needs_weights
def test_ray_is_asked_for_only_where_it_is_wanted(facs, write_video, tmp_path):
    from importlib.util import find_spec

    if find_spec("ray"):
        pytest.skip("Ray is installed here")
    write_video("film.mp4", gray_steps(2))
    status, _, error = facs("batch", tmp_path, "--out", tmp_path / "out", "--ray", "local")
    assert (status, error.count("\n")) == (2, 1)
    assert "pip install 'facs[ray]'" in error
