"""What is written is written, whether or not somebody reads what is said of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from facs import cli, pipeline
from facs.commands.streams import patient_streams
from facs.errors import OutputError
from facs.pipeline import analyze
from tests.faces.builders import blob_tracker, scene
from tests.network.builders import model_files
from tests.outputs.builders import two_people


@pytest.fixture
def film(write_video):
    return write_video("film.mp4", [scene((20 + i, 30, 110)) for i in range(40)], rate=30)


@pytest.fixture
def model(tmp_path_factory):
    return str(model_files(tmp_path_factory))


@pytest.fixture
def recording(tmp_path):
    two_people().save(tmp_path / "talk.facs")
    return tmp_path / "talk.facs"


def command(*words, **streams):
    """The command as a user runs it, with other standard streams."""
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-m", "facs", *map(str, words)], env=environment, **streams
    )


def broken_pipe():
    """A place to write to of which the reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def test_results_are_written_when_nobody_reads_what_is_said(film, model, tmp_path):
    writer = broken_pipe()
    words = ("analyze", film, "--model", model, "-o", tmp_path, "-f", "csv", "-f", "json")
    done = command(*words, stdout=writer, stderr=subprocess.PIPE)
    error = done.communicate(timeout=120)[1]
    os.close(writer)
    assert (done.returncode, error) == (0, b"")
    assert (tmp_path / "film.csv").exists() and (tmp_path / "film.json").exists()


def test_results_are_written_when_nobody_reads_either_stream(film, model, tmp_path):
    writer = broken_pipe()
    done = command("analyze", film, "--model", model, "-o", tmp_path, stdout=writer, stderr=writer)
    assert done.wait(timeout=120) == 0
    os.close(writer)
    assert (tmp_path / "film.csv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "words", [("report",), ("agree", "{}", "--person=0", "--other=4", "--out=out.md")]
)
def test_a_full_disk_behind_standard_output_is_one_line(recording, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    words = [words[0], recording, *(word.format(recording) for word in words[1:])]
    with Path("/dev/full").open("w") as full:
        done = command(*words, stdout=full, stderr=subprocess.PIPE)
        error = done.communicate(timeout=120)[1].decode()
    assert done.returncode == 2
    assert error == "facs: cannot write to standard output: No space left on device\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_streams_are_as_they_were_afterwards():
    before = sys.stdout, sys.stderr
    with patient_streams(), pytest.raises(SystemExit):
        raise SystemExit(3)
    assert (sys.stdout, sys.stderr) == before


def test_what_was_written_before_an_error_is_said(facs, film, model, tmp_path, monkeypatch):
    def full(recording, path):
        raise OutputError("the disk is full")

    monkeypatch.setattr(pipeline, "_tracker", lambda options: blob_tracker())
    monkeypatch.setattr("facs.outputs.tables.write_json", full)
    words = ("analyze", film, "--model", model, "-o", tmp_path, "-f", "csv", "-f", "json")
    status, said, error = facs(*words)
    assert (status, error) == (2, "facs: the disk is full\n")
    assert said.endswith(f"wrote {tmp_path / 'film.csv'}\n") and "40 frames" in said


# Ctrl-C


def interrupted(*_, **__):
    raise KeyboardInterrupt


def test_ctrl_c_says_that_nothing_was_written(facs, film, model, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "_analyze_frames", interrupted)
    status, said, error = facs("analyze", film, "--model", model, "-o", tmp_path)
    assert (status, said, error) == (130, "", "stopped; nothing was written\n")
    status, said, error = facs("report", film, "--model", model, "-o", tmp_path / "a.html")
    assert (status, said, error) == (130, "", "stopped; nothing was written\n")


def test_ctrl_c_says_what_makes_results_of_rows_that_were_kept(
    facs, film, model, tmp_path, monkeypatch
):
    def half(source, **how):
        analyze(source, stop=0.5, **how)
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "_tracker", lambda options: blob_tracker())
    monkeypatch.setattr(pipeline, "analyze", half)
    status, _, error = facs("analyze", film, "--model", model, "-o", tmp_path, "--stream")
    rows = tmp_path / "film.rows"
    assert status == 130 and rows.exists()
    assert error == f"stopped; facs recover {rows} makes results of what was done\n"


def test_ctrl_c_says_how_a_batch_goes_on(facs, film, tmp_path, monkeypatch):
    monkeypatch.setattr("facs.batch.run_batch", interrupted)
    status, _, error = facs("batch", film, "-o", tmp_path / "out")
    assert (status, error) == (130, "stopped; run it again to go on\n")
