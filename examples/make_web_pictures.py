"""Take pictures of the web page: ``python examples/make_web_pictures.py``.

The page shows the example video; it is seen on a desk in light and dark, and on a phone. Chromium
has to be installed, and what ``.[dev]`` brings. Two pictures belong to the documents; ``--all``
also takes those that are only to be looked at.
"""

from __future__ import annotations

import argparse
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from facs.web.app import create_app
from facs.web.server import Address, listen, server_of

ROOT = Path(__file__).resolve().parents[1]

FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
)


@dataclass(frozen=True)
class Device:
    """On what the page is seen."""

    width: int
    height: int
    scale: float = 1
    scheme: str = "light"


DESK: Final = Device(1280, 960)
NIGHT: Final = Device(1280, 960, scheme="dark")
PHONE: Final = Device(390, 844, 2)


@contextmanager
def served() -> Iterator[str]:
    """The application at a free port of this machine."""
    with listen(Address(port=0)) as listening:
        server = server_of(create_app(), Address())
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        thread.join()


@contextmanager
def seen_on(device: Device, browser: Browser, url: str) -> Iterator[Page]:
    """The page as somebody opens it for the first time."""
    options: dict[str, Any] = {
        "viewport": {"width": device.width, "height": device.height},
        "device_scale_factor": device.scale,
        "color_scheme": device.scheme,
    }
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(url)
    page.locator("#start").wait_for()
    yield page
    context.close()


def look_at_the_smile(page: Page) -> None:
    """Analyse the example and go to the height of its smile."""
    page.get_by_role("button", name="synthetic_face.mp4").click()
    page.locator("#frame-top li").first.wait_for()
    page.locator(".unit-row", has_text="AU12").locator("button").click()
    page.locator("#events button").first.click()
    page.mouse.move(0, 0)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_function("() => document.getElementById('video').readyState >= 2")
    page.wait_for_timeout(800)


def main() -> None:
    """Serve, open, click, take pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("--all", action="store_true", help="Also the start, dark, and in full.")
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        devices = {"web": DESK, "web-phone": PHONE}
        if options.all:
            devices |= {"web-dark": NIGHT}
        for name, device in devices.items():
            with seen_on(device, browser, url) as page:
                if options.all:
                    page.screenshot(path=options.out / f"{name}-start.png", full_page=True)
                look_at_the_smile(page)
                page.screenshot(path=options.out / f"{name}.png")
                if options.all:
                    page.screenshot(path=options.out / f"{name}-full.png", full_page=True)
                print(f"wrote {options.out / name}.png")
        browser.close()


if __name__ == "__main__":
    main()
