"""``facs serve`` as a process: where it listens, and what it leaves when it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from facs.web.reach import own_addresses
from tests.web.conftest import MP4, wait_for

PLAIN = {"trust_env": False, "timeout": 180}
HERE = "only this machine can reach it"


@pytest.fixture
def start(tmp_path):
    """Start the command; its process, the address that it tells, and the rest of what it says."""
    running = []

    def run(*words):
        program = [sys.executable, "-m", "facs", "serve", "--port", "0", *map(str, words)]
        process = subprocess.Popen(
            program,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp_path), "OMP_NUM_THREADS": "1"},
        )
        running.append(process)
        lines = [process.stdout.readline()]
        while lines[-1] and "Ctrl-C" not in lines[-1]:
            lines.append(process.stdout.readline())
        url = re.fullmatch(r"facs serve: (\S+)\n", lines[0])[1]
        wait_for(lambda: answers(url))
        return process, url, "".join(lines)

    yield run
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def answers(url):
    try:
        return httpx.get(url.partition("#")[0], trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def folders(tmp_path):
    return sorted(tmp_path.glob("facs-serve-*"))


def submit(url):
    form = {"file": ("a.mp4", MP4 + bytes(200_000))}
    answer = httpx.post(f"{url}api/jobs", files=form, **PLAIN)
    assert answer.status_code == 202


def test_it_is_for_this_machine_alone_and_leaves_nothing(start, tmp_path):
    process, url, said = start()
    assert url.startswith("http://127.0.0.1:") and HERE in said and "--host" in said
    [folder] = folders(tmp_path)
    assert folder.stat().st_mode & 0o077 == 0
    submit(url)
    job = httpx.post(f"{url}api/examples/synthetic_face.mp4", **PLAIN).json()["id"]
    with httpx.stream("GET", f"{url}api/jobs/{job}/events", **PLAIN) as told:
        process.send_signal(signal.SIGINT)
        assert '"deleted"' in list(told.iter_lines())[-2]
    assert process.wait(90) in (0, 130, -signal.SIGINT)
    assert process.stderr.read() == ""
    assert folders(tmp_path) == []


def test_what_a_killed_server_left_behind_is_removed_by_the_next(start, tmp_path):
    process, url, _ = start()
    submit(url)
    [left] = folders(tmp_path)
    process.kill()
    process.wait()
    assert list(left.glob("*/upload"))
    start()
    [now] = folders(tmp_path)
    assert now != left


def test_twenty_large_uploads_at_once_take_little_memory(start):
    process, url, _ = start("--waiting", "40")
    server = psutil.Process(process.pid)
    before = most = server.memory_info().rss
    video = b"\x00\x00\x00\x20ftypisom" + bytes(8_000_000)

    def upload():
        httpx.post(f"{url}api/jobs", files={"file": ("a.mp4", video)}, **PLAIN).raise_for_status()

    with ThreadPoolExecutor(20) as threads:
        uploads = [threads.submit(upload) for _ in range(20)]
        while not all(one.done() for one in uploads):
            most = max(most, server.memory_info().rss)
            time.sleep(0.01)
    assert all(one.result() is None for one in uploads)
    assert most - before < len(video) * 20 / 4


def test_others_need_a_token(start):
    _, url, said = start("--host", "0.0.0.0")
    token = re.search(r"#token=([\w-]{20,})$", url)[1]
    assert "token" in said and HERE not in said
    lines = [f"others open: {url.replace('127.0.0.1', one)}" for one in own_addresses()]
    assert set(lines) <= set(said.splitlines())
    base = url.partition("#")[0]
    form = {"files": {"file": ("a.mp4", MP4)}, **PLAIN}
    assert httpx.post(f"{base}api/jobs", **form).status_code == 401
    headers = {"authorization": f"Bearer {token}"}
    assert httpx.post(f"{base}api/jobs", headers=headers, **form).status_code == 202


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--workers", "0"), "wanted workers > 0"),
        (("--max-mb", "0"), "wanted max_bytes > 0"),
        (("--port", "99999"), "wanted a port from 0 to 65535"),
        (("--certificate", "a.pem"), "a certificate and its key"),
        (("--host", "256.1.1.1", "--port", "0"), "cannot serve at 256.1.1.1"),
        (("--folder", "/dev/null/x"), "cannot keep results in /dev/null/x"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_line(facs, words, message):
    status, said, error = facs("serve", *words)
    assert (status, said) == (2, "")
    assert message in error and error.startswith("facs: ") and error.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(facs):
    with socket.create_server(("127.0.0.1", 0)) as other:
        status, _, error = facs("serve", "--port", other.getsockname()[1])
    assert status == 2 and "choose another --port" in error and error.count("\n") == 1


def test_a_server_for_others_without_a_token_is_refused():
    from facs.errors import InputError
    from facs.web.options import ServeOptions
    from facs.web.server import Address, serve

    with pytest.raises(InputError, match="wanted a token"):
        serve(ServeOptions(), Address("0.0.0.0"))


@pytest.mark.parametrize("token", ["", "  ", " ab", "a\nb"])
def test_a_token_that_is_empty_or_cannot_be_sent_is_refused(token):
    from facs.errors import InputError
    from facs.web.options import ServeOptions

    with pytest.raises(InputError, match="wanted a token of letters, digits or signs, got '"):
        ServeOptions(token=token)


def test_a_model_that_is_not_there_is_refused_before_anybody_can_come(facs):
    with socket.create_server(("127.0.0.1", 0)) as other:  # else it would serve where it fails
        words = ("--port", other.getsockname()[1], "--model", "nope")
        status, said, error = facs("serve", *words)
    assert (status, said) == (2, "")
    assert "wanted a model of" in error and "'nope'" in error and error.count("\n") == 1


def test_without_the_packages_the_extra_is_named(facs, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    status, _, error = facs("serve")
    assert status == 2 and "pip install 'facs[web]'" in error
