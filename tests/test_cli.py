"""The command ``facs``: what it writes, and that every failure is one line and status 2."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from facs import cli, pipeline
from facs._version import __version__
from facs.commands import common
from facs.errors import OutputError
from facs.faces.landmarks import shipped_path
from facs.network import weights
from facs.network.weights import ShippedModel
from facs.outputs.plan import OutputPlan
from facs.pipeline import analyze
from tests.faces.builders import blob_tracker, scene
from tests.network.builders import model_files

EXAMPLE = Path(__file__).resolve().parents[1] / "examples/synthetic_face.mp4"


@pytest.fixture
def model(tmp_path_factory):
    return str(model_files(tmp_path_factory))


@pytest.fixture
def bright_squares(monkeypatch):
    monkeypatch.setattr(pipeline, "_tracker", lambda options: blob_tracker())


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


@pytest.fixture
def refused(facs, model, out):
    """The one line with which an analysis ends that leaves nothing behind."""

    def run(source, *words):
        status, said, error = facs("analyze", source, "--out", out, "--model", model, *words)
        assert status == 2, said + error
        assert said == ""
        assert error.count("\n") == 1 and error.startswith("facs: ")
        assert "Traceback" not in error
        assert list(out.iterdir()) == []
        return error

    return run


@pytest.fixture
def film(write_video):
    """A second of a drifting square, 320 x 240."""

    def write(name="film.mp4", n=12, **options):
        pictures = [scene((20 + i, 30, 110)) for i in range(n)]
        return write_video(name, pictures, rate=30, **options)

    return write


# what cannot be analysed


def test_a_missing_file(refused, tmp_path):
    assert "absent.mp4" in refused(tmp_path / "absent.mp4")


def test_a_folder_without_pictures(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "without pictures" in refused(tmp_path / "empty")


def test_a_file_of_zero_bytes(refused, tmp_path):
    (tmp_path / "film.mp4").touch()
    assert "0 bytes" in refused(tmp_path / "film.mp4")


def test_text_that_is_named_a_film(refused, tmp_path):
    (tmp_path / "film.mp4").write_text("this is no film\nat all\n" * 40)
    assert "not a video" in refused(tmp_path / "film.mp4")


def test_text_that_is_named_a_picture(refused, tmp_path):
    (tmp_path / "face.jpg").write_text("this is no picture")
    assert "face.jpg" in refused(tmp_path / "face.jpg")


def test_sound_without_pictures(refused, tmp_path):
    import av

    path = tmp_path / "voice.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 16000, 0, Fraction(1, 16000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert "no video stream" in refused(path)


def test_a_film_that_is_cut_before_its_first_picture(refused, film):
    path = film()
    path.write_bytes(path.read_bytes()[:400])
    assert "film.mp4" in refused(path)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_a_film_that_may_not_be_read(refused, film):
    path = film()
    path.chmod(0)
    assert "permission" in refused(path)


def test_a_camera_that_is_not_there(refused):
    assert "camera 97 does not answer" in refused("97")


def test_a_playlist_is_not_followed(refused, tmp_path):
    (tmp_path / "list.m3u8").write_text("#EXTM3U\nhttp://127.0.0.1:9/film.ts\n")
    assert "playlist" in refused(tmp_path / "list.m3u8")


# what was asked for and cannot be


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "xlsx"), "'xlsx'"),
        (("--max-people", "-1"), "max_people >= 1, got -1"),
        (("--threads", "0"), "threads >= 1"),
        (("--start", "2", "--stop", "1"), "start before stop"),
        (("--start", "1", "--stop", "1"), "start before stop"),
        (("--start", "nan"), "start"),
        (("--start", "5000"), "from 5000 s on, the last is at 0.37 s (times are seconds)"),
        (("--start", "5000", "--stream"), "the last is at 0.37 s (times are seconds)"),
        (("--stop", "-5"), "stop after 0 seconds, got -5"),
        (("--stop", "0"), "stop after 0 seconds, got 0"),
        (("--rate", "30"), "its own times"),
        (("--model", "facs-99"), "'facs-99'"),
    ],
)
def test_a_wish_that_cannot_be_met(refused, film, words, message):
    assert message in refused(film(), *words)


@pytest.mark.skipif(not shipped_path().exists(), reason="the landmark network is not there yet")
def test_an_unknown_detector(refused, film):
    assert "'eye'" in refused(film(), "--detector", "eye")


def test_a_model_that_is_none(refused, film, tmp_path):
    (tmp_path / "model.onnx").write_text("no model\nat all")
    assert "model.onnx" in refused(film(), "--model", tmp_path / "model.onnx")


def test_an_output_folder_that_is_missing(facs, film, tmp_path):
    status, said, error = facs("analyze", film(), "--out", tmp_path / "absent")
    assert (status, said) == (2, "")
    assert error.count("\n") == 1 and "existing folder" in error
    assert not (tmp_path / "absent").exists()


def test_an_output_folder_that_is_a_file(facs, film, tmp_path):
    (tmp_path / "file").touch()
    status, _, error = facs("analyze", film(), "--out", tmp_path / "file")
    assert status == 2 and "existing folder" in error


def test_an_overlay_of_a_camera(refused):
    assert "camera" in refused("0", "--overlay")


def test_a_result_does_not_replace_its_source(facs, film, tmp_path, model):
    path = film().rename(tmp_path / "film.csv")
    before = path.read_bytes()
    status, _, error = facs("analyze", path, "--out", tmp_path, "--model", model)
    assert status == 2 and "replace its own source" in error
    link = tmp_path / "other.mp4"
    link.symlink_to(path)
    (tmp_path / "other.csv").symlink_to(path)
    status, _, error = facs("analyze", link, "--out", tmp_path, "--model", model)
    assert status == 2 and "replace its own source" in error
    assert path.read_bytes() == before


def test_an_unknown_word_is_explained(facs):
    status, _, error = facs("analyse")
    assert status == 2 and "No such command" in error and "Traceback" not in error


# what is written


def analysed(facs, path, out, model, *words):
    status, said, error = facs("analyze", path, "--out", out, "--model", model, *words)
    assert status == 0, error
    return said, error


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.usefixtures("bright_squares")
def test_a_film_becomes_a_table_with_a_row_for_every_frame(facs, film, out, model):
    said, error = analysed(facs, film(), out, model)
    assert [p.name for p in out.iterdir()] == ["film.csv"]
    assert len(rows_of(out / "film.csv")) == 12
    assert "12 frames" in said and "wrote" in said
    assert error == ""


@pytest.mark.usefixtures("bright_squares")
def test_every_format_is_written(facs, film, out, model):
    words = [w for name in ("csv", "json", "facs") for w in ("--format", name)]
    analysed(facs, film(), out, model, *words, "--events", "--plot", "--overlay")
    assert sorted(p.name for p in out.iterdir()) == [
        "film.csv",
        "film.events.csv",
        "film.facs",
        "film.json",
        "film.overlay.mp4",
        "film.timeline.png",
    ]


@pytest.mark.usefixtures("bright_squares")
def test_a_second_run_writes_the_same_bytes(facs, film, out, model):
    path = film()
    analysed(facs, path, out, model)
    first = (out / "film.csv").read_bytes()
    analysed(facs, path, out, model)
    assert (out / "film.csv").read_bytes() == first


@pytest.mark.usefixtures("bright_squares")
def test_only_the_wanted_seconds_are_written(facs, film, out, model):
    analysed(facs, film(), out, model, "--start", "0.1", "--stop", "0.2", "--no-motion")
    assert [p.name for p in out.iterdir()] == ["film.0.1-0.2.csv"]
    assert len(rows_of(out / "film.0.1-0.2.csv")) == 3


@pytest.mark.usefixtures("bright_squares")
def test_a_part_does_not_replace_the_whole(facs, film, out, model):
    path = film()
    analysed(facs, path, out, model)
    analysed(facs, path, out, model, "--stop", "0.2", "--stream")
    assert len(rows_of(out / "film.csv")) == 12
    assert len(rows_of(out / "film.0-0.2.csv")) == 6


@pytest.mark.usefixtures("bright_squares")
def test_a_picture_and_a_folder_of_pictures(facs, out, model, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(3):
        cv2.imwrite(str(folder / f"{i}.png"), scene((20 + i, 30, 110)))
    analysed(facs, folder / "1.png", out, model)
    analysed(facs, folder, out, model, "--rate", "10")
    assert len(rows_of(out / "1.csv")) == 1
    assert len(rows_of(out / "pictures.csv")) == 3


@pytest.mark.usefixtures("bright_squares")
def test_nobody_in_the_film_is_no_error(facs, out, model, write_video):
    path = write_video("room.mp4", [scene() for _ in range(4)])
    said, _ = analysed(facs, path, out, model)
    assert "nobody" in said
    assert (out / "room.csv").exists()


@pytest.mark.usefixtures("bright_squares")
def test_damage_in_the_middle_keeps_what_was_decoded_and_says_so(facs, film, out, model):
    path = film("film.mkv", n=30, options={"g": "5"})
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    said, error = analysed(facs, path, out, model)
    kept = len(rows_of(out / "film.csv"))
    assert 5 < kept < 30
    assert f"{kept} frames" in said
    assert error.startswith("damaged: ") and error.count("\n") == 1


@pytest.mark.usefixtures("bright_squares")
def test_rows_that_are_streamed_give_the_same_table_and_are_gone_at_the_end(facs, film, out, model):
    path = film()
    analysed(facs, path, out, model)
    before = (out / "film.csv").read_bytes()
    (out / "film.csv").unlink()
    analysed(facs, path, out, model, "--stream")
    assert [p.name for p in out.iterdir()] == ["film.csv"]
    assert (out / "film.csv").read_bytes() == before


@pytest.mark.usefixtures("bright_squares")
def test_what_was_streamed_before_it_broke_off_is_recovered(facs, film, out, model, monkeypatch):
    path = film(n=60)
    analysed(facs, path, out, model)
    whole = (out / "film.csv").read_text().splitlines()

    def unplugged(recording, path):
        raise OutputError("the disk is gone")

    monkeypatch.setattr("facs.outputs.tables.write_csv", unplugged)
    status, _, error = facs("analyze", path, "--out", out, "--model", model, "--stream")
    assert (status, error) == (2, "facs: the disk is gone\n")
    monkeypatch.undo()
    rows = out / "film.rows"
    rows.write_bytes(rows.read_bytes()[:-400])  # as if it had been killed
    (out / "film.csv").unlink()
    status, _, error = facs("analyze", path, "--out", out, "--model", model, "--stream")
    assert status == 2 and "facs recover" in error
    status, said, error = facs("recover", rows, "--out", out)
    assert status == 0 and "wrote" in said and "broke off" in error
    lines = (out / "film.csv").read_text().splitlines()
    assert lines == whole[: len(lines)] and 30 <= len(lines) < 61
    assert rows.exists()


@pytest.mark.usefixtures("bright_squares")
def test_parts_that_are_recovered_lie_side_by_side(facs, film, out, model):
    analyze(film(n=60), model=model, journal=out / "film.rows")
    for words in ([], ["--stop", "1"], ["--start", "1"], ["--start", "0.5", "--stop", "1.25"]):
        assert facs("recover", out / "film.rows", "--out", out, *words)[0] == 0
    sizes = {path.name: len(rows_of(path)) for path in out.glob("*.csv")}
    assert sizes == {
        "film.csv": 60,
        "film.0-1.csv": 30,
        "film.1-end.csv": 30,
        "film.0.5-1.25.csv": 23,
    }


@pytest.mark.usefixtures("bright_squares")
def test_a_part_behind_the_end_is_said_when_it_is_recovered(facs, film, out, model):
    analyze(film(), model=model, journal=out / "film.rows")
    status, _, error = facs("recover", out / "film.rows", "--out", out, "--start", "7200")
    assert status == 2
    assert error.endswith(
        "wanted frames from 7200 s on, the last is at 0.37 s (times are seconds)\n"
    )
    assert [p.name for p in out.iterdir()] == ["film.rows"]


def test_results_of_a_link_are_called_like_the_link(tmp_path, monkeypatch):
    (tmp_path / "IMG_0001.mp4").touch()
    (tmp_path / "anna.mp4").symlink_to(tmp_path / "IMG_0001.mp4")
    assert common.stem_of(str(tmp_path / "anna.mp4")) == "anna"
    monkeypatch.chdir(tmp_path)
    assert common.stem_of(".") == common.stem_of("pictures/..") == tmp_path.name


# the rest


def test_the_version(facs):
    assert facs("--version") == (0, f"facs {__version__}\n", "")


def test_the_models_are_listed(facs, model, monkeypatch):
    spatial = Path(model)
    files = ShippedModel("tiny", spatial, spatial.with_name("tiny-temporal.onnx"))
    monkeypatch.setattr(weights, "shipped", lambda: {"tiny": files})
    status, said, error = facs("models")
    assert (status, error) == (0, "")
    assert said.startswith("tiny  version 0.1")
    assert "4 9 12" in said and "MIT" in said and "nothing at all" in said


def test_the_shipped_models_are_listed(facs):
    status, said, error = facs("models")
    assert (status, error) == (0, "")
    assert [line.split()[0] for line in said.splitlines() if line[0] != " "] == [*weights.shipped()]


@pytest.mark.parametrize("kind", [str, Path])
def test_a_plan_does_not_replace_its_source(tmp_path, kind):
    (tmp_path / "talk.csv").touch()
    with pytest.raises(OutputError, match="replace its own source"):
        OutputPlan(tmp_path, "talk").check(kind(tmp_path / "talk.csv"))
    OutputPlan(tmp_path, "talk").check(kind(tmp_path / "talk.mp4"))


def test_help_names_every_command(facs):
    status, said, _ = facs("--help")
    assert status == 0
    assert all(
        word in said
        for word in ("agree", "analyze", "models", "recover", "report", "synth", "train")
    )


@pytest.mark.parametrize("columns", [40, 72, 100])
def test_help_has_the_whole_name_of_every_option(columns):
    done = subprocess.run(
        [sys.executable, "-m", "facs", "analyze", "--help"],
        env={
            **os.environ,
            "COLUMNS": str(columns),
            "PYTHONPATH": str(Path(cli.__file__).parents[1]),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    options = ("--overlay", "--max-people", "--detector", "--motion", "--no-motion", "--stream")
    assert [name for name in options if name not in done.stdout] == []


def test_a_camera_number_that_is_a_file_is_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert common.source_of("0") == 0
    Path("0").touch()
    assert common.source_of("0") == "0"


def test_the_command_itself_ends_without_a_trace(tmp_path, model):
    """As a user runs it: another process, the real exit status, the real standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "facs", "analyze", "nothing.mp4", "--model", model],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "facs: nothing.mp4: nothing is at 'nothing.mp4'\n"


@pytest.mark.skipif(not shipped_path().exists(), reason="the landmark network is not there yet")
def test_the_example_is_analysed_from_end_to_end(facs, out, model):
    said, _ = analysed(facs, EXAMPLE, out, model, "--stop", "0.3")
    rows = rows_of(out / "synthetic_face.0-0.3.csv")
    assert len(rows) == 9
    assert "1 pe" in said or "person" in said
