"""Batches from end to end: resumed, killed, side by side, and always the same files."""

from __future__ import annotations

import os
import random
import signal
import time
from types import SimpleNamespace

import psutil
import pytest

import facs
from facs.batch import BatchOptions, read_manifest, run_batch
from facs.batch.work import Job, Task
from facs.errors import ModelError, OutputError
from facs.faces.landmarks import shipped_path
from facs.network.weights import shipped
from tests.batch.builders import contents, start_batch, write_films

pytestmark = pytest.mark.skipif(
    not (shipped() and shipped_path().exists()), reason="no weights are in facs/weights yet"
)

OPTIONS = BatchOptions(formats=("csv", "facs"))
FILMS = 6
TIMEOUT = 900  # seconds: for machines that have much else to do


@pytest.fixture
def films(tmp_path, write_video):
    return write_films(tmp_path / "films", write_video, FILMS)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def start():
    """Start batches in processes of their own, none of which outlives the test."""
    started = []

    def begin(*words):
        started.append(start_batch(*words))
        return started[-1]

    yield begin
    for batch in started:
        if batch.poll() is None:
            os.killpg(batch.pid, signal.SIGKILL)
        batch.communicate()


def status_of(out):
    return {entry.name: entry.status for entry in read_manifest(out)}


def stamps(out):
    """When each result was written."""
    return {name: (out / name).stat().st_mtime_ns for name in contents(out)}


def test_every_video_gets_what_one_analysis_gives_and_a_bad_one_is_passed_over(films, out):
    told = []
    result = run_batch([films], out, OPTIONS, progress=told.append)
    assert repr(result) == "<7 videos: 0 were done before, 6 are done now, 1 failed>"
    assert sorted(status_of(out)) == ["a/0", "a/1", "a/2", "a/bad", "b/0", "b/1", "b/2"]
    (bad,) = result.failed
    assert bad.name == "a/bad" and "not a video" in bad.error and "\n" not in bad.error
    assert sorted(contents(out)) == [
        f"{folder}/{i}.{kind}" for folder in "ab" for i in range(3) for kind in ("csv", "facs")
    ]
    for folder in "ab":
        recording = facs.analyze(films / folder / "1.mp4")
        assert facs.load(out / folder / "1.facs") == recording
        assert len(recording.people) == 1
    assert [p.entry.name for p in told if p.entry] == [e.name for e in result.entries]
    assert any(p.frames for p in told)


def test_a_second_run_does_only_what_is_left(films, out):
    run_batch([films], out, OPTIONS)
    before = stamps(out)
    (out / "a/1.csv").unlink()  # lost
    (out / "b/0.facs").write_bytes((out / "b/0.facs").read_bytes()[:99])  # cut short
    os.utime(films / "b/1.mp4")  # the same film, at another time
    changed = (films / "a/0.mp4").read_bytes()
    (films / "b/2.mp4").write_bytes(changed)  # another film of the same name
    (films / "a/bad.mp4").write_bytes(changed)  # mended
    result = run_batch([films], out, OPTIONS)
    assert [e.name for e in result.entries] == ["a/1", "a/bad", "b/0", "b/2"]
    assert (result.before, result.failed) == (3, ())
    kept = {name for name, stamp in stamps(out).items() if before.get(name) == stamp}
    assert kept == {f"{name}.{kind}" for name in ("a/0", "a/2", "b/1") for kind in ("csv", "facs")}
    a, b = facs.load(out / "a/0.facs"), facs.load(out / "b/2.facs")
    assert (a.people, a.times.tolist()) == (b.people, b.times.tolist())
    assert run_batch([films], out, OPTIONS).entries == ()


def test_other_options_are_another_analysis(films, out):
    some = [films / "a/0.mp4", films / "b/0.mp4"]
    run_batch(some, out, OPTIONS)
    again = run_batch(some, out, BatchOptions(formats=("csv", "facs"), events=True))
    assert len(again.entries) == 2 and (out / "a/0.events.csv").exists()


def test_several_processes_write_what_one_writes(films, out, tmp_path):
    run_batch([films], out, OPTIONS)
    run_batch([films], tmp_path / "many", BatchOptions(formats=("csv", "facs"), jobs=3))
    assert contents(out) == contents(tmp_path / "many")


def test_results_between_the_videos_are_no_videos(films):
    options = BatchOptions(overlay=True)
    assert len(run_batch([films], films, options).entries) == 7
    assert (films / "a/0.overlay.mp4").exists()
    again = run_batch([films], films, options)
    assert (again.before, [e.name for e in again.entries]) == (6, ["a/bad"])
    for _ in range(2):  # without overlays: those of before are still no videos
        assert len(run_batch([films], films, OPTIONS).entries) in (7, 1)
    assert sorted(status_of(films)) == ["a/0", "a/1", "a/2", "a/bad", "b/0", "b/1", "b/2"]


def test_a_film_that_is_named_like_a_result_is_left_as_it_is(films):
    own = films / "a/0.overlay.mp4"
    own.write_bytes(before := (films / "a/1.mp4").read_bytes())
    result = run_batch([films / "a/0.mp4", own], films / "a", BatchOptions(overlay=True))
    assert {e.name: e.status for e in result.entries} == {"0.mp4": "done", "0.overlay": "done"}
    assert own.read_bytes() == before


def kill(batch, whole_group):
    """As the power button does, or as somebody does who ends the one process that she sees."""
    workers = psutil.Process(batch.pid).children()
    if whole_group:
        os.killpg(batch.pid, signal.SIGKILL)
    else:
        batch.kill()
    batch.communicate()
    _, alive = psutil.wait_procs(workers, timeout=TIMEOUT)
    assert alive == []  # nobody goes on alone


@pytest.mark.parametrize("seed", [0])
def test_a_batch_that_is_killed_again_and_again_loses_nothing(films, out, tmp_path, seed, start):
    run_batch([films], tmp_path / "undisturbed", OPTIONS)
    wanted = contents(tmp_path / "undisturbed")
    rng, kills, done = random.Random(seed), 0, {}
    words = (films, "--out", out, "--jobs", "2", "--format", "csv", "--format", "facs")
    while kills < 5:
        batch = start(*words)
        after = min(kills, 1) + len(done)  # so many are to be done before it is killed
        while batch.poll() is None and len(finished(out)) < after:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.1))
        if batch.poll() is not None:
            batch.communicate()
            break
        kill(batch, whole_group=kills % 2 == 0)
        kills += 1
        for name, stamp in done.items():
            assert stamps(out)[name] == stamp, "it was done, and was done again"
        done = {key: stamps(out)[key] for e in finished(out) for key in e.outputs}
        assert {name: contents(out)[name] for name in done} == {name: wanted[name] for name in done}
    batch = start(*words)
    _, errors = batch.communicate(timeout=TIMEOUT)
    assert batch.returncode == 1 and errors.startswith("failed: a/bad: ")
    assert kills > 1
    assert contents(out) == wanted
    assert status_of(out) == status_of(tmp_path / "undisturbed")
    for name, stamp in done.items():
        assert stamps(out)[name] == stamp


def finished(out):
    return [entry for entry in read_manifest(out) if entry.status == "done"]


def test_two_batches_in_one_folder_do_not_meet(films, out, tmp_path, start):
    first = start(films, "--out", out)
    while not finished(out) and first.poll() is None:
        time.sleep(0.01)
    os.killpg(first.pid, signal.SIGSTOP)  # so that it is there while the second one comes
    second = start(films, "--out", out)
    said, error = second.communicate(timeout=TIMEOUT)
    os.killpg(first.pid, signal.SIGCONT)
    assert (second.returncode, said, error.count("\n")) == (2, "", 1)
    assert error.startswith("facs: another batch is writing to")
    first.communicate(timeout=TIMEOUT)
    assert first.returncode == 1
    run_batch([films], tmp_path / "undisturbed", BatchOptions())
    assert contents(out) == contents(tmp_path / "undisturbed")


def my_workers():
    return psutil.Process().children()


def test_a_process_that_dies_takes_one_video_with_it(films, out):
    killed = []

    def kill_one(progress):
        if progress.frames and progress.done == 2 and not killed:
            killed.extend(progress.frames)
            my_workers()[0].kill()

    result = run_batch([films], out, BatchOptions(), progress=kill_one)
    lost = [e for e in result.failed if e.name != "a/bad"]
    assert [e.name for e in lost] == killed
    assert "SIGKILL" in lost[0].error
    assert len(result.entries) == 7 and len(contents(out)) == 5
    assert [e.name for e in run_batch([films], out).entries] == sorted(["a/bad", *killed])


def test_a_process_that_makes_no_progress_is_ended(films, out, monkeypatch):
    stopped = []
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + 601 * bool(stopped))
    monkeypatch.setattr("facs.batch.pool.time", clock)

    def stop_one(progress):
        if progress.frames and progress.done == 1 and not stopped:
            my_workers()[0].send_signal(signal.SIGSTOP)
            stopped.extend(progress.frames)  # and ten minutes have passed

    result = run_batch([films], out, BatchOptions(patience=600), progress=stop_one)
    (stuck,) = (e for e in result.failed if e.name != "a/bad")
    assert (stuck.name, stuck.error) == (stopped[0], "no frame was decoded for 600 s")
    assert my_workers() == []


def test_no_process_and_no_file_is_left(films, out):
    before = psutil.Process().num_fds()
    run_batch([films], out, BatchOptions(jobs=2))
    assert my_workers() == []
    assert psutil.Process().num_fds() == before
    assert [path.name for path in (out / ".facs-batch").iterdir()] == ["lock"]


def test_what_no_video_can_have_fails_at_once(films, out):
    with pytest.raises(ModelError, match="wanted a model"):
        run_batch([films], out, BatchOptions(model="facs-99"))
    assert not out.exists()


def test_a_video_that_changes_meanwhile_has_failed(films, out, monkeypatch):
    source = films / "a/0.mp4"

    def slow_checksum(path):
        with path.open("ab") as file:
            file.write(b"more")
        return "0" * 64

    monkeypatch.setattr("facs.batch.work.checksum", slow_checksum)
    out.mkdir()
    entry = Job(out, BatchOptions(), {}).run(Task(str(source), "0"))
    assert (entry.status, entry.error) == ("failed", "0.mp4 was changed while it was analysed")
    assert list(contents(out)) == []


def test_a_fault_of_ours_is_one_line_too(films, out, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("not\nthis")

    monkeypatch.setattr("facs.batch.work.analyze", broken)
    out.mkdir()
    entry = Job(out, BatchOptions(), {}).run(Task(str(films / "a/0.mp4"), "0"))
    assert (entry.status, entry.error) == ("failed", "ZeroDivisionError: not this")


def test_annotations_point_at_their_video_from_where_they_end_up(films, out):
    pytest.importorskip("pympi")
    run_batch([films / "a/0.mp4"], out, BatchOptions(formats=("eaf",)))
    assert 'RELATIVE_MEDIA_URL="../films/a/0.mp4"' in (out / "0.eaf").read_text()


def test_a_folder_that_cannot_be_written_to_is_an_error(films, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write to"):
        run_batch([films], tmp_path / "file")
