"""For everybody: by keys, by ear, on a phone, from right to left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.web.conftest import wait_for
from tests.web.pages.conftest import click_track, cursor, now, opened

ROOT = Path(__file__).resolve().parents[3]
PHONE = (390, 844)


def faults(page, **options):
    """What axe finds, by rule and place."""
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}} | options)
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found.response["violations"]
    ]


def test_the_pages_are_accessible(visit, job):
    page = visit()
    assert faults(page) == []
    page.get_by_role("button", name="Keys").click()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.goto(page.url.partition("#")[0] + f"#/jobs/{job}")
    opened(page)
    assert faults(page) == []


def test_the_dark_page_can_be_read(visit, job):
    page = opened(visit(f"/#/jobs/{job}", color_scheme="dark"))
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert faults(page, runOnly=["color-contrast"]) == []


def test_the_interface_page_is_accessible(visit, real):
    page = visit()
    page.goto(f"{real.url}/api/")
    page.get_by_role("heading", name="POST /api/jobs").wait_for()
    assert faults(page) == []


def test_everything_is_reached_without_a_mouse(result):
    page = result
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.id || document.activeElement.textContent")
        )
    assert {
        *("back", "play", "forward", "speed", "show-box", "only-shown", "zoom-in", "seek"),
        *("threshold", "keep", "delete", "keys-button"),
    } <= reached
    assert "AU12 Lip Corner Puller" in reached and "ELAN" in reached
    page.locator("#seek").focus()
    page.keyboard.press("End")
    assert page.locator("#seek").get_attribute("aria-valuetext") == "0.97 s"
    page.locator("#play").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_it_fits_a_phone_in_both_directions_of_writing(visit, job, direction):
    page = opened(visit(f"/#/jobs/{job}", size=PHONE))
    page.evaluate(f"document.documentElement.dir = '{direction}'")
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row = page.locator(".unit-row:visible").first
    name, track = row.locator("button").bounding_box(), row.locator(".track").bounding_box()
    assert (name["x"] < track["x"]) == (direction == "ltr")
    click_track(page, "AU12", 0.9)  # time runs to the right in both
    wait_for(lambda: abs(now(page) - 0.9) < 0.1)
    inside = track["x"] - 2 <= cursor(page) <= track["x"] + track["width"] + 2
    assert inside and cursor(page) > track["x"] + track["width"] / 2
    page.get_by_role("link", name="New video").click()
    page.locator("#start").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.usefixtures("visit")  # which skips where Chromium is absent
def test_the_pictures_of_the_documents_are_taken_of_this_page(tmp_path):
    program = ROOT / "examples" / "make_web_pictures.py"
    subprocess.run([sys.executable, program, "--out", tmp_path], check=True, timeout=300)
    for name in ("web.png", "web-phone.png"):
        taken, shown = (cv2.imread(str(f / name)) for f in (tmp_path, ROOT / "docs" / "pictures"))
        assert taken.shape == shown.shape
        assert np.abs(taken.astype(int) - shown).mean() < 8  # fonts differ, the page does not
