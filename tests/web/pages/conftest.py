"""Chromium as Debian has it, with a camera that shows a film, and the page in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from facs.video import open_video
from tests.web.conftest import frames_of_example, wait_for

DESKTOP = (1200, 900)

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    # Else it looks for its maker at every start.
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
)


REAL = Path(__file__).resolve().parents[3] / "../shared/videos/liveportrait_d10.mp4"


def chromium() -> str:
    """Where the browser is; a test that needs one is skipped where there is none."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")


@contextmanager
def launched(film: Path) -> Iterator[Any]:
    """A browser whose camera shows `film`, a .y4m, again and again."""
    program = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[*FLAGS, f"--use-file-for-fake-video-capture={film}"],
        )
        yield browser
        browser.close()


def write_y4m(path: Path, pictures: list[Any], rate: int = 30) -> None:
    """Write pictures as the film that Chromium takes for its camera."""
    import av

    height, width = pictures[0].shape[:2]
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            planes = frame.reformat(format="yuv420p").to_ndarray()
            file.write(b"FRAME\n" + np.ascontiguousarray(planes).tobytes())


def before_the_camera() -> list[Any]:
    """A real person where the clips for development are, else the rendered one of the example."""
    if not REAL.is_file():
        return frames_of_example(10, 60)
    with open_video(REAL, stop=2.0) as video:
        return [cv2.resize(f.image, (320, 320), interpolation=cv2.INTER_AREA) for f in video]


@pytest.fixture(scope="package")
def browser(tmp_path_factory):
    chromium()
    film = tmp_path_factory.mktemp("camera") / "film.y4m"
    write_y4m(film, before_the_camera())
    with launched(film) as browser:
        yield browser


@pytest.fixture
def visit(browser, real):
    """Open the page as somebody new; nothing may fail and nothing may go elsewhere."""
    opened, faults = [], []

    def go(path="/", size=DESKTOP, **options):
        view = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=view, permissions=["camera"], **options)
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.on("request", lambda sent: elsewhere(sent.url) and faults.append(sent.url))
        page.goto(real.url + path)
        page.locator("#start:visible, #result:visible").wait_for()
        return page

    def elsewhere(url):
        return not url.startswith((real.url, "blob:", "data:"))

    yield go
    for context in opened:
        context.close()
    # What the server refuses, the browser tells as well.
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []


@pytest.fixture(scope="package")
def job(real, clip):
    """A result of the smile, which nobody here deletes."""
    job = real.submitted("smile.mp4", clip.read_bytes())
    assert real.over(job)["people"] == 1
    return job


@pytest.fixture
def result(visit, job):
    return opened(visit(f"/#/jobs/{job}"))


def opened(page):
    """The page, once it shows a result and can play it."""
    page.locator("#frame-top li").first.wait_for()
    wait_for(lambda: page.evaluate("document.getElementById('video').readyState >= 2"))
    return page


def choose(page, path, name=None):
    file = path
    if name is not None:
        file = {"name": name, "mimeType": "video/mp4", "buffer": path.read_bytes()}
    page.locator("#file").set_input_files(file)


def now(page):
    return page.evaluate("document.getElementById('video').currentTime")


def click_track(page, unit, share):
    track = page.locator(".unit-row", has=page.get_by_text(unit, exact=True)).locator(".track")
    box = track.bounding_box()
    track.click(position={"x": box["width"] * share, "y": box["height"] / 2})


def labels(page, which):
    return page.locator(f"#{which}-top li b").all_inner_texts()


def cursor(page):
    return page.locator("#cursor").bounding_box()["x"]
