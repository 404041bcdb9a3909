"""Pages of others can do nothing here, and our own can do little."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from facs.web.guard import Guard
from tests.web.conftest import EXAMPLE, MP4

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "facs/web/static"


def ask(served, path, method="GET", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return served.client.request(method, path, headers=headers)


# Who asks


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:1", "[::1]:80", "10.0.0.7", "lab.example"]
)
def test_our_own_names_are_answered(served, host):
    assert ask(served, "/api/limits", host=host).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil", "[::"]
)
def test_a_name_that_somebody_points_here_is_refused(served, host):
    for path in ("/", "/api/limits", "/app.js"):
        assert ask(served, path, host=host).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_other_sites_cannot_submit_or_delete(served, origin):
    job = served.submitted()
    form = {"files": {"file": ("a.mp4", MP4)}, "headers": {"origin": origin}}
    assert served.client.post("/api/jobs", **form).status_code == 403
    for method, path in (
        ("POST", "/api/examples/synthetic_face.mp4"),
        ("DELETE", f"/api/jobs/{job}"),
        ("OPTIONS", f"/api/jobs/{job}"),
    ):
        assert ask(served, path, method, origin=origin).status_code == 403
    assert served.files() == {job}


def test_our_own_page_can_submit(served):
    form = {"files": {"file": ("a.mp4", MP4)}, "headers": {"origin": served.url}}
    assert served.client.post("/api/jobs", **form).status_code == 202


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_cannot_embed_or_read(served, site):
    job = served.submitted()
    for path in ("/api/limits", f"/api/jobs/{job}", f"/api/jobs/{job}/playback", "/app.js"):
        assert ask(served, path, sec_fetch_site=site, sec_fetch_mode="no-cors").status_code == 403
    framed = {"sec_fetch_site": site, "sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"}
    assert ask(served, "/", **framed).status_code == 403


def test_a_link_from_another_site_opens_the_page_and_nothing_else(served):
    link = {
        "sec_fetch_site": "cross-site",
        "sec_fetch_mode": "navigate",
        "sec_fetch_dest": "document",
    }
    assert ask(served, "/", **link).status_code == 200
    assert ask(served, "/api/limits", **link).status_code == 403


# What is answered


@pytest.mark.parametrize("path", ["/", "/app.js", "/api/", "/api/limits", "/absent", "/api/jobs/x"])
def test_every_answer_says_what_its_page_may_not(served, path):
    headers = served.client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert "microphone=()" in headers["permissions-policy"]
    assert headers["cache-control"] == ("no-store" if path.startswith("/api/") else "no-cache")


@pytest.mark.parametrize(
    ("scheme", "host", "sent"),
    [
        ("http", "127.0.0.1:8765", True),
        ("http", "localhost", True),
        ("http", "[::1]:8765", True),
        ("http", "192.168.1.7:8765", False),  # browsers would ignore it there, and say so
        ("https", "192.168.1.7:8765", True),
        ("http", "[::", False),
    ],
)
def test_the_opener_policy_is_sent_where_browsers_heed_it(scheme, host, sent):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    answers = []

    async def send(message):
        answers.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "scheme": scheme}
    scope["headers"] = [(b"host", host.encode())]
    asyncio.run(Guard(app)(scope, None, send))
    names = [name for name, _ in answers[0]["headers"]]
    assert (b"cross-origin-opener-policy" in names) is sent
    assert b"content-security-policy" in names


@pytest.mark.parametrize(
    "path",
    [
        "/../options.py",
        "/..%2foptions.py",
        "/%2e%2e/options.py",
        "/%2e%2e%2f%2e%2e%2f%2e%2e%2fsetup.cfg",
        "/..%5coptions.py",
        "//etc/passwd",
        "/static/../../options.py",
        "/\x00",
    ],
)
def test_no_path_leads_out_of_the_static_files(served, path):
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert re.match(rb"HTTP/1.1 (400|404|405) ", answer), answer[:80]
    assert b"class ServeOptions" not in answer and b"[metadata]" not in answer


def test_the_interface_describes_itself(served):
    paths = served.client.get("/api/openapi.json").json()["paths"]
    assert {"/api/limits", "/api/jobs", "/api/jobs/{job_id}", "/api/jobs/{job_id}/events"} <= set(
        paths
    )
    for methods in paths.values():
        for about in methods.values():
            assert about["summary"] and about["description"]
    assert "multipart/form-data" in paths["/api/jobs"]["post"]["requestBody"]["content"]
    assert "openapi.js" in served.client.get("/api/").text


WATCHED = """
import asyncio, httpx
from opentelemetry import trace
from facs.web.app import create_app

class Provider(trace.TracerProvider):
    def get_tracer(self, *about, **more):
        print("asked for a tracer")
        return trace.NoOpTracer()

async def ask(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        print((await client.get("/api/openapi.json", headers={"host": "localhost"})).status_code)

trace.set_tracer_provider(Provider())
asyncio.run(ask(create_app()))
"""


def test_nobody_is_told_of_requests():
    pytest.importorskip("opentelemetry")
    done = subprocess.run([sys.executable, "-c", WATCHED], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("200\n", "")


# The files of the page


def static_files():
    return sorted(STATIC.iterdir())


@pytest.mark.parametrize("path", static_files(), ids=lambda path: path.name)
def test_the_page_names_no_other_host(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text.replace("// ", ""))
    assert len(text.splitlines()) <= 300


def test_the_page_has_no_code_or_style_within_its_markup():
    for path in STATIC.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\son\w+=|\sstyle=|javascript:", text)
        assert re.findall(r"<script([^>]*)>([^<]*)</script>", text)
        assert all(not code for _, code in re.findall(r"<script([^>]*)>([^<]*)</script>", text))


def test_text_never_becomes_markup():
    for path in STATIC.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


def test_every_element_that_is_asked_for_is_there():
    ids = set(re.findall(r'\sid="([\w-]+)"', (STATIC / "index.html").read_text(encoding="utf-8")))
    ids |= {"origin", "operations"}  # of api.html
    for path in STATIC.glob("*.js"):
        asked = set(re.findall(r'(?:\$|show)\("([\w-]+)"', path.read_text(encoding="utf-8")))
        assert asked <= ids, path.name


def test_the_wheel_carries_the_page_and_the_example():
    metadata = ConfigParser()
    metadata.read(ROOT / "setup.cfg", encoding="utf-8")
    patterns = metadata["options.package_data"]["facs.web"].replace(",", " ").split()
    carried = {path for pattern in patterns for path in (ROOT / "facs/web").glob(pattern)}
    assert set(static_files()) <= carried
    [example] = (ROOT / "facs/web/examples").iterdir()
    assert example in carried and example.read_bytes() == EXAMPLE.read_bytes()


# Colours: WCAG 2.2, 1.4.3 and 1.4.11


def schemes():
    """The colours of the light and of the dark page, by name."""
    text = (STATIC / "style.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{([^}]*)\}", text)
    found = [dict(re.findall(r"--([\w-]+): (#\w{6});", block)) for block in (light, dark)]
    assert set(found[1]) == set(found[0])
    return found


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", schemes(), ids=["light", "dark"])
def test_text_can_be_read_and_controls_can_be_seen(scheme):
    for paper in ("paper", "raised"):
        for text in ("ink", "pale", "link", "danger"):
            assert contrast(scheme[text], scheme[paper]) >= 4.5, (text, paper)
        for thing in ("edge", "event", "limit", "link"):
            assert contrast(scheme[thing], scheme[paper]) >= 3, (thing, paper)
    assert contrast(scheme["on-link"], scheme["link"]) >= 4.5
    assert contrast(scheme["event"], scheme["score"]) >= 1.5  # and it lies at the foot


def test_lengths_follow_the_direction_of_writing():
    sides, lengths = "(margin|padding|border|inset)-(left|right|top|bottom)", "(left|right|width):"
    physical = rf"(?<![\w-])({sides}|{lengths})"
    for path in STATIC.glob("*.css"):
        found = [line for line in path.read_text().splitlines() if re.search(physical, line)]
        assert [line for line in found if "@media" not in line] == [], path.name
