"""What is taken, what is refused, and that nothing of the refused stays."""

from __future__ import annotations

import socket
import struct
import threading
import zipfile
from io import BytesIO

import pytest

from facs.web import uploads
from tests.web.conftest import EXAMPLE, MP4, wait_for


def refused(served, answer, code, words):
    assert answer.status_code == code, answer.text
    assert words in answer.json()["detail"]
    assert served.files() == set()
    assert served.app.state.queue._on_their_way == {}


def test_what_comes_is_what_is_kept(served):
    video = EXAMPLE.read_bytes()[:90_000]
    job = served.submitted("face.mp4", video)
    assert (served.folder / job / "upload").read_bytes() == video


def test_other_fields_of_the_form_are_passed_over(served):
    answer = served.client.post("/api/jobs", data={"note": "hello"}, files={"file": ("a.mp4", MP4)})
    assert answer.status_code == 202
    assert (served.folder / answer.json()["id"] / "upload").read_bytes() == MP4


def test_a_boundary_that_is_cut_by_the_network_is_none_of_the_video(served):
    video = MP4 + b"\r\n--not the boundary\r\n" * 50
    body = b"--x\r\nContent-Disposition: form-data; name=file; filename=a.mp4\r\n\r\n"
    body += video + b"\r\n--x--\r\n"

    def bytewise():
        for i in range(0, len(body), 7):
            yield body[i : i + 7]

    answer = served.client.post(
        "/api/jobs",
        content=bytewise(),
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert (served.folder / answer.json()["id"] / "upload").read_bytes() == video


# Too large


def test_two_gigabytes_are_refused_before_they_are_sent(served):
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(
            b"POST /api/jobs HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2147483648\r\n\r\n"
        )
        assert b" 413 " in connection.recv(4096).splitlines()[0]
    assert served.files() == set()


def test_a_file_that_does_not_tell_its_size_is_refused_when_it_passes_the_limit(served):
    def long():
        yield b"--x\r\nContent-Disposition: form-data; name=file; filename=a.mp4\r\n\r\n" + MP4
        for _ in range(40):
            yield bytes(50_000)

    kind = {"content-type": "multipart/form-data; boundary=x"}
    refused(served, served.client.post("/api/jobs", content=long(), headers=kind), 413, "at most")


def test_the_limit_itself_is_allowed(served):
    assert served.submit("a.mp4", MP4 + bytes(100_000 - len(MP4))).status_code == 202


def test_one_byte_more_is_refused(served):
    answer = served.submit("a.mp4", MP4 + bytes(100_001 - len(MP4)))
    refused(served, answer, 413, "at most 0 MB")


def test_a_form_full_of_other_things_is_refused(served):
    answer = served.client.post(
        "/api/jobs", data={"note": "x" * 90_000}, files={"file": ("a.mp4", MP4)}
    )
    refused(served, answer, 400, "a part called file")


# Neither video nor picture


def zipped():
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(10_000_000))
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"this is no film\n" * 100, id="text"),
        pytest.param(b"short", id="a few letters"),
        pytest.param(zipped(), id="a zip bomb"),
        pytest.param(b"#EXTM3U\nhttp://127.0.0.1:9/film.ts\n", id="a playlist"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/passwd\n", id="a list of files"),
        pytest.param(b"<?xml version='1.0'?><svg/>" + bytes(400), id="svg"),
        pytest.param(b"\x7fELF" + bytes(400), id="a program"),
        pytest.param(b"\x00\x00\x00\x18ftypheic" + bytes(400), id="heic"),
    ],
)
def test_what_is_no_video_is_refused_whatever_its_name(served, data):
    refused(served, served.submit("film.mp4", data), 415, "not a video or picture")


# No form, or half of one


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (MP4, "video/mp4"),
        (b"{}", "application/json"),
        (b"file=x", "application/x-www-form-urlencoded"),
        (b"no boundary at all", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data; boundary=x"),
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=" + "y" * 5000),
        (
            b"--x\r\nContent-Disposition: form-data; name=file; filename=a.mp4\r\n\r\n" + MP4,
            "multipart/form-data; boundary=x",
        ),
        (
            b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n" + MP4 + b"\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (
            b"--x\r\n" + b"X: " + b"y" * 80_000 + b"\r\n\r\n\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_what_is_no_form_is_refused(served, content, kind):
    answer = served.client.post("/api/jobs", content=content, headers={"content-type": kind})
    refused(served, answer, 400, "wanted a form")


def test_two_files_in_one_form_are_refused(served):
    both = [("file", ("a.mp4", MP4)), ("file", ("b.mp4", MP4))]
    refused(served, served.client.post("/api/jobs", files=both), 400, "got several")


# Given up


def begin_upload(served):
    connection = socket.create_connection(("127.0.0.1", served.port))
    connection.sendall(
        b"POST /api/jobs HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 90000\r\n\r\n"
        b"--x\r\nContent-Disposition: form-data; name=file; filename=a.mp4\r\n\r\n" + MP4
    )
    wait_for(lambda: served.files())
    return connection


def test_an_upload_that_is_given_up_leaves_nothing(served):
    connection = begin_upload(served)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    wait_for(lambda: served.files() == set())
    assert served.submit().status_code == 202


def test_an_upload_that_stands_still_is_ended(served, monkeypatch):
    monkeypatch.setattr(uploads, "PATIENCE", 0.2)
    with begin_upload(served) as connection:
        assert b" 408 " in connection.recv(4096).splitlines()[0]
    wait_for(lambda: served.files() == set())


# Room


def test_more_than_may_wait_are_told_to_come_back(serve, puppet):
    served = serve(waiting=2)
    first = served.submitted("0.mp4")
    served.wait_until(first, "running")
    for name in ("1.mp4", "2.mp4"):
        served.submitted(name)
    answer = served.submit("3.mp4")
    assert answer.status_code == 503 and answer.headers["retry-after"]
    assert served.client.post("/api/examples/synthetic_face.mp4").status_code == 503
    assert len(served.files()) == 3


def test_no_more_is_kept_than_there_is_room_for(serve):
    served = serve(max_total_bytes=1300)
    served.submitted("0.mp4")
    served.submitted("1.mp4")
    answer = served.submit("2.mp4")
    assert answer.status_code == 507 and "delete" in answer.json()["detail"]
    assert len(served.files()) == 2


def test_the_disk_is_not_filled(served, monkeypatch):
    monkeypatch.setattr(served.app.state.queue.store, "free", lambda: 100)
    refused(served, served.submit(), 507, "no room")


# Names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\film.mp4", "film.mp4"),
        ("/etc/cron.d/film.mp4", "film.mp4"),
        ("..", "video"),
        (".", "video"),
        ("", "video"),
        ("<img src=x onerror=alert(1)>.mp4", "<img src=x onerror=alert(1)>.mp4"),
        ("a\u202egpj.exe.mp4", "agpj.exe.mp4"),
        ("יום ראשון.mp4", "יום ראשון.mp4"),
        ("x" * 300 + ".mp4", "x" * 116 + ".mp4"),
    ],
)
def test_a_name_is_shown_and_never_a_path(served, name, shown):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n'
    answer = served.client.post(
        "/api/jobs",
        content=body % name.encode() + MP4 + b"\r\n--x--\r\n",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert answer.json()["name"] == shown
    job = answer.json()["id"]
    served.wait_until(job, "done")
    assert {p.name for p in (served.folder / job).iterdir()} == {
        *("upload", "facs-job", "summary.json")
    }
    assert served.files() == {job}


# Examples


def test_an_example_is_a_job_like_any_other(serve):
    served = serve()
    [name] = served.client.get("/api/limits").json()["examples"]
    job = served.client.post(f"/api/examples/{name}").json()
    assert job["name"] == "synthetic_face.mp4"
    assert (served.folder / job["id"] / "upload").read_bytes() == EXAMPLE.read_bytes()


@pytest.mark.parametrize("name", ["absent.mp4", "..%2foptions.py", "%2e%2e%2foptions.py"])
def test_what_is_no_example_is_not_found(served, name):
    assert served.client.post(f"/api/examples/{name}").status_code in (404, 405)
    assert served.files() == set()


def test_of_an_empty_file_it_is_said_that_it_is_empty(served):
    refused(served, served.submit(data=b""), 415, "the file is empty (0 bytes)")


# Token


def test_who_submits_must_know_the_token_where_there_is_one(serve):
    served = serve(token="abc")
    assert served.client.get("/api/limits").json()["needs_token"] is True
    for wrong in ({}, {"authorization": "Bearer other"}, {"authorization": "Bearer é".encode()}):
        assert served.submit(headers=wrong).status_code == 401
        answer = served.client.post("/api/examples/synthetic_face.mp4", headers=wrong)
        assert answer.status_code == 401
    assert served.files() == set()
    assert served.submit(headers={"authorization": "Bearer abc"}).status_code == 202


def test_many_uploads_at_once_take_turns(serve):
    served = serve(workers=1, waiting=20)
    video = MP4 + bytes(1_000_000)
    codes = []

    def one(i):
        codes.append(served.submit(f"{i}.mp4", video).status_code)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [202] * 20
    assert sum((served.folder / j / "upload").stat().st_size for j in served.files()) == 20 * len(
        video
    )
