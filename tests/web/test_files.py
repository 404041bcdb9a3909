"""Files of one result that several ask for at once."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import HTTPException

from facs.errors import FacsError
from facs.web.files import FileWriter
from facs.web.jobs import Job, Status, new_id
from facs.web.options import ServeOptions
from facs.web.process import WorkFailed
from facs.web.question import Question
from facs.web.store import RECORDING, SUMMARY
from tests.builders import make_recording
from tests.web.conftest import Served
from tests.web.test_results import run


async def scribe(order):
    """Write what was asked for into a file, in a moment, if its folder is still there then."""
    if order["do"] == "analyse":
        (Path(order["folder"]) / SUMMARY).write_text("{}")
        yield {"done": {"people": 1}}
        return
    await asyncio.sleep(0.05)
    asked = order.get("thresholds", order.get("question"))
    if "AU99" in asked:
        raise WorkFailed("there is no such unit")
    path = Path(order["out"]) / "a.csv"
    try:
        path.write_text(str(asked))
    except OSError as error:
        raise WorkFailed(str(error)) from None
    yield {"done": {"path": str(path)}}


@pytest.fixture
def job(tmp_path):
    return Job(Status(new_id(), "a.mp4", state="done"), tmp_path)


@pytest.fixture
def writer():
    return FileWriter(scribe, 10**9)


def lie_there(job, kind="csv"):
    return [path.name for path in (job.folder / "files").glob(f"{kind}-*")]


@pytest.mark.parametrize("what", ["files/csv?on=AU12:0.{}", "people/0/frames/{}/why/AU12"])
def test_who_asks_at_once_for_different_files_gets_each_his_own(what):
    served = Served(ServeOptions(), scribe)
    try:
        job = served.submitted()
        served.wait_until(job, "done")
        asked = [f"/api/jobs/{job}/{what.format(number)}" for number in range(1, 9)]
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(served.client.get, asked))
        assert [answer.status_code for answer in answers] == [200] * 8
        assert len({answer.text for answer in answers}) == 8
        time.sleep(0.1)
        assert len(list((served.folder / job / "files").iterdir())) == 1
    finally:
        served.close()


def test_a_file_that_is_being_sent_is_not_removed_for_the_next(job, writer):
    async def both():
        async with writer.path(job, "csv", {}) as first:
            async with writer.path(job, "csv", {"AU12": 0.5}) as second:
                assert first.is_file() and second.is_file()
            async with writer.why(job, Question(0, 0, "AU12")):
                assert first.is_file()

    asyncio.run(both())
    assert lie_there(job) == ["csv-model"] and len(lie_there(job, "why")) == 1


def test_who_asks_for_the_same_waits_for_the_same(job, writer, monkeypatch):
    written = []
    write = writer._write

    async def count(*what):
        written.append(what)
        return await write(*what)

    async def ask():
        async with writer.path(job, "csv", {}) as path:
            return path.read_text()

    async def all_of_them():
        return await asyncio.gather(*(ask() for _ in range(5)))

    monkeypatch.setattr(writer, "_write", count)
    assert asyncio.run(all_of_them()) == ["{}"] * 5 and len(written) == 1


def test_what_cannot_be_written_leaves_the_last_file_and_nothing_of_its_own(job, writer):
    async def both():
        async with writer.path(job, "csv", {}):
            pass
        with pytest.raises(HTTPException, match="no such unit"):
            async with writer.path(job, "csv", {"AU99": 0.5}):
                pass

    asyncio.run(both())
    assert lie_there(job) == ["csv-model"]


def test_a_file_that_waits_for_its_turn_ends_with_its_result_and_makes_no_folder(tmp_path, writer):
    job = Job(Status(new_id(), "a.mp4", state="done"), tmp_path / "gone")
    job.folder.mkdir()

    async def ask():
        async with writer._slots, writer._slots:  # both turns are taken
            waiting = asyncio.create_task(writer.path(job, "csv", {}).__aenter__())
            await asyncio.sleep(0.01)
            job.folder.rmdir()
        with pytest.raises(HTTPException, match="deleted"):
            await waiting

    asyncio.run(ask())
    assert not job.folder.exists()


def test_what_a_worker_says_does_not_tell_where_files_lie(tmp_path):
    make_recording().save(tmp_path / RECORDING)
    gone = tmp_path / "files" / "csv-model"
    with pytest.raises(FacsError) as refused:
        run(
            do="write",
            folder=str(tmp_path),
            out=str(gone),
            format="csv",
            stem="a",
            thresholds={},
        )
    assert "a.csv" in str(refused.value) and "/" not in str(refused.value)
