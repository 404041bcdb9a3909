"""The page's server: what it tells, what it lets a carer do, and who may ask."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from facs.errors import MissingPackageError, OutputError
from facs.live.server import PARTING, serving
from facs.live.session import Session
from tests.live.builders import HERS, Ears, HandClock, PuppetEye, acts, play


@pytest.fixture
def session():
    clock = HandClock()
    made = Session(HERS, PuppetEye(acts(au12=[(1, 1.5)], au43=[(3, 3.8)])), clock, None, [Ears()])
    play(made, clock, 0, 5)
    return made


@pytest.fixture
def client(session):
    with serving(session) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as one:
        yield one


def test_the_state_says_what_is_going_on(client):
    state = client.get("/api/state").json()
    assert (state["doing"], state["says"]) == ("listening", "Listening")
    assert state["said"]["text"] == "yes"
    assert [level["threshold"] for level in state["levels"]] == [0.5, 0.6]
    assert state["tally"]["decided"] == 150


def test_events_tell_the_state_again_and_again(client):
    with client.stream("GET", "/api/events") as told:
        assert told.headers["content-type"].startswith("text/event-stream")
        lines = (line for line in told.iter_lines() if line)
        states = [json.loads(next(lines).removeprefix("data: ")) for _ in range(3)]
    assert [state["doing"] for state in states] == ["listening"] * 3


def test_a_server_ends_at_once_although_somebody_watches(session):
    with httpx.Client(trust_env=False, timeout=30) as client:
        with serving(session) as url:
            told = client.send(client.build_request("GET", f"{url}api/events"), stream=True)
            lines = told.iter_lines()
            next(lines)
            before = time.monotonic()
        assert time.monotonic() - before < PARTING
        assert len(list(lines)) < 20  # the stream has an end


def test_the_facts_are_those_of_the_profile(client):
    facts = client.get("/api/facts").json()
    assert (facts["name"], facts["language"], facts["logged"]) == ("N.", "en", False)
    assert facts["gestures"][0] == {
        **{"gesture": "smile", "word": "hello"},
        "rule": "12 >= 0.5 until 0.333 for 300 ms, pause 1000 ms",
    }


def test_pausing_and_resuming(client, session):
    assert client.post("/api/pause").status_code == 204
    assert session.state.doing == "paused"
    assert client.post("/api/resume").status_code == 204
    assert session.state.doing == "listening"


def test_taking_back_marking_and_the_log(client):
    assert client.post("/api/undo").status_code == 204
    assert client.put("/api/words/1/mark", json={"mark": "right"}).status_code == 204
    words = [entry for entry in client.get("/api/log").json() if entry["number"]]
    assert [(word["word"], word["mark"]) for word in words] == [
        ("hello", "right"),
        ("yes", "undone"),
    ]


@pytest.mark.parametrize(
    ("number", "body", "status"),
    [(9, {"mark": "right"}, 404), (1, {"mark": "maybe"}, 404), (1, {}, 422), ("x", {}, 422)],
)
def test_a_mark_that_is_none_is_refused(client, number, body, status):
    assert client.put(f"/api/words/{number}/mark", json=body).status_code == status


def test_saying_that_this_is_her(client, session):
    assert client.post("/api/here").status_code == 204
    assert session._eye.chooser._here


def test_the_picture_is_a_small_jpeg(client):
    answer = client.get("/api/picture.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content[:2] == b"\xff\xd8"


def test_before_the_first_frame_there_is_no_picture():
    with serving(Session(HERS, PuppetEye(acts()), HandClock())) as url:
        assert httpx.get(f"{url}api/picture.jpg", trust_env=False).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"host": "evil.example"},
        {"sec-fetch-site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/api/pause", "/api/undo", "/api/here"])
def test_other_sites_can_do_nothing(client, session, path, headers):
    assert client.post(path, headers=headers).status_code == 403
    assert session.state.doing == "listening"
    assert not session.state.said.undone


def test_other_sites_can_see_nothing(client):
    for path in ("/api/picture.jpg", "/api/state", "/api/log", "/"):
        assert client.get(path, headers={"host": "evil.example"}).status_code == 403


def test_the_page_has_the_policy_of_facs_serve(client):
    from facs.web.guard import POLICY

    for path in ("/", "/live.js", "/style.css", "/dom.js", "/icon.svg"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"] == POLICY


def test_a_port_that_is_taken_is_one_line(session):
    with serving(session) as url, pytest.raises(OutputError, match="choose another --port"):
        serving(session, int(url.rstrip("/").rpartition(":")[2])).__enter__()


def test_without_the_packages_the_extra_is_named(session, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'facs\[live\]'"):
        serving(session).__enter__()
