"""The queue as a client sees it: states, order, cancelling, deleting, keeping."""

from __future__ import annotations

import json
import threading
import time

import httpx
import pytest

from facs.errors import OutputError
from facs.web.store import Store
from tests.web.conftest import wait_for


def test_a_job_waits_runs_and_is_done(serve, puppet):
    served = serve()
    first, second = served.submitted("a.mp4"), served.submitted("b.mp4")
    running = served.wait_until(first, "running")
    assert (running["step"], running["frames"], running["expected"]) == ("analysis", 1, 2)
    assert served.status(second)["state"] == "waiting"
    puppet.free("a.mp4")
    done = served.wait_until(first, "done")
    assert done["people"] == 1 and done["deleted_at"] > time.time() + 3000
    served.wait_until(second, "running")


def test_others_know_how_many_are_before_them(serve, puppet):
    served = serve()
    jobs = [served.submitted(f"{i}.mp4") for i in range(4)]
    served.wait_until(jobs[0], "running")
    assert [served.status(job)["ahead"] for job in jobs[1:]] == [0, 1, 2]
    served.client.delete(f"/api/jobs/{jobs[1]}")
    assert [served.status(job)["ahead"] for job in jobs[2:]] == [0, 1]


@pytest.mark.parametrize("workers", [1, 3])
def test_no_more_run_at_once_than_may(serve, puppet, workers):
    served = serve(workers=workers)
    puppet.all_free = True
    for job in [served.submitted(f"{i}.mp4") for i in range(8)]:
        served.wait_until(job, "done")
    assert 1 <= puppet.most_at_once <= workers
    assert puppet.ended == sorted(puppet.ended) or workers > 1


def test_twenty_uploads_at_once_all_come_to_an_end(serve, puppet):
    served = serve(workers=2)
    puppet.fail("7.mp4", "it is damaged")
    puppet.all_free = True
    states = {}

    def one(i):
        states[i] = served.over(served.submitted(f"{i}.mp4"))["state"]

    threads = [threading.Thread(target=one, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == {i: "failed" if i == 7 else "done" for i in range(20)}


def test_events_tell_every_state_and_end(serve, puppet):
    served = serve()
    job = served.submitted()
    threading.Timer(0.2, puppet.free, ["a.mp4"]).start()
    with served.client.stream("GET", f"/api/jobs/{job}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = [json.loads(x[6:]) for x in answer.iter_lines() if x.startswith("data: ")]
    states = [status["state"] for status in told]
    assert states[-1] == "done" and states == sorted(
        states, key=["waiting", "running", "done"].index
    )


def test_what_fails_says_why_keeps_nothing_and_disturbs_nobody(serve, puppet):
    served = serve()
    bad, good = served.submitted("bad.mp4"), served.submitted("good.mp4")
    puppet.fail("bad.mp4", "bad.mp4: no picture can be decoded")
    assert served.over(bad)["message"] == "bad.mp4: no picture can be decoded"
    assert served.files() == {good}
    puppet.free("good.mp4")
    assert served.over(good)["state"] == "done"


def test_what_fails_unexpectedly_says_nothing_of_the_inside(serve, puppet, caplog):
    async def broken(order):
        raise ZeroDivisionError("secret")
        yield

    served = serve()
    served.app.state.queue._work = broken
    assert served.over(served.submitted())["message"] == "something unexpected went wrong here"
    assert "secret" in caplog.text


def test_a_running_job_is_cancelled_by_deleting_it(serve, puppet):
    served = serve()
    job = served.submitted()
    served.wait_until(job, "running")
    assert served.client.delete(f"/api/jobs/{job}").status_code == 204
    assert puppet.ended == ["a.mp4"] and puppet.running == []
    assert served.files() == set()
    assert served.client.get(f"/api/jobs/{job}").status_code == 404


def test_a_waiting_job_is_cancelled_and_never_runs(serve, puppet):
    served = serve()
    first, second = served.submitted("a.mp4"), served.submitted("b.mp4")
    served.wait_until(first, "running")
    served.client.delete(f"/api/jobs/{second}")
    puppet.free("a.mp4")
    served.wait_until(first, "done")
    assert puppet.ended == ["a.mp4"] and served.files() == {first}


def test_who_watches_is_told_that_a_job_was_deleted(serve):
    served = serve()
    job = served.submitted()
    threading.Timer(0.2, lambda: httpx.delete(f"{served.url}/api/jobs/{job}")).start()
    assert served.over(job)["state"] == "deleted"


def test_a_result_is_deleted_from_disk_at_once(serve, puppet):
    served = serve()
    job = served.submitted()
    puppet.free("a.mp4")
    served.wait_until(job, "done")
    assert {"upload", "summary.json"} <= {p.name for p in (served.folder / job).iterdir()}
    served.client.delete(f"/api/jobs/{job}")
    assert served.files() == set()


def test_there_is_no_result_before_there_is_one(serve):
    served = serve()
    job = served.submitted()
    for what in ("result", "times", "playback", "people/0/boxes", "files/csv"):
        answer = served.client.get(f"/api/jobs/{job}/{what}")
        assert answer.status_code == 409 and "no result yet" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["x" * 22, "..", "%2e%2e", "..%2f..%2fetc%2fpasswd"])
def test_a_job_that_never_was_is_not_found(serve, name):
    served = serve()
    for what in ("", "/result", "/files/csv"):
        assert served.client.get(f"/api/jobs/{name}{what}").status_code == 404
    assert served.client.delete(f"/api/jobs/{name}").status_code in (404, 405)


# Time


def test_results_are_deleted_when_their_time_has_come(serve, puppet):
    served = serve(keep_seconds=0.3)
    puppet.all_free = True
    job = served.submitted()
    served.wait_until(job, "done")
    wait_for(lambda: served.client.get(f"/api/jobs/{job}").status_code == 404)
    assert served.files() == set()


def test_what_is_kept_stays_until_it_is_no_longer_kept(serve, puppet):
    served = serve(keep_seconds=0.5)
    puppet.all_free = True
    job = served.submitted()
    served.wait_until(job, "done")
    kept = served.client.put(f"/api/jobs/{job}/kept", json={"kept": True}).json()
    assert kept["kept"] and kept["deleted_at"] is None
    time.sleep(1.6)
    assert served.files() == {job}
    served.client.put(f"/api/jobs/{job}/kept", json={"kept": False})
    wait_for(lambda: served.files() == set())


def test_what_is_kept_outlives_the_server_and_nothing_else_does(serve, puppet, tmp_path):
    theirs = tmp_path / "holiday"
    theirs.mkdir()
    (theirs / "photo.jpg").touch()
    puppet.all_free = True
    before = serve(folder=tmp_path)
    kept, other = before.submitted("kept.mp4"), before.submitted("other.mp4")
    for job in (kept, other):
        before.wait_until(job, "done")
    before.client.put(f"/api/jobs/{kept}/kept", json={"kept": True})
    before.close()
    assert {path.name for path in tmp_path.iterdir()} == {kept, "holiday"}  # before another begins
    after = serve(folder=tmp_path)
    status = after.status(kept)
    assert (status["name"], status["state"], status["people"]) == ("kept.mp4", "done", 1)
    assert after.client.get(f"/api/jobs/{kept}/result").json() == {}
    assert after.client.get(f"/api/jobs/{other}").status_code == 404
    assert after.files() == {kept, "holiday"} and (theirs / "photo.jpg").exists()


def test_a_job_that_was_kept_before_it_was_done_is_kept(serve, puppet, tmp_path):
    served = serve(folder=tmp_path)
    job = served.submitted()
    served.client.put(f"/api/jobs/{job}/kept", json={"kept": True})
    puppet.free("a.mp4")
    assert served.over(job)["deleted_at"] is None
    served.close()
    store = Store(tmp_path)
    assert [one.status.id for one in store.kept()] == [job]
    store.close()


def test_two_servers_do_not_share_a_folder(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(OutputError, match="another facs serve"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_a_temporary_folder_is_for_one_user_and_goes_with_the_server(serve, puppet):
    served = serve()
    folder = served.folder
    served.submitted()
    assert folder.stat().st_mode & 0o077 == 0
    served.close()
    assert not folder.exists()
