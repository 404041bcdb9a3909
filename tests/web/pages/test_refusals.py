"""What goes wrong is explained, and nothing of it stays."""

from __future__ import annotations

from tests.web.conftest import wait_for
from tests.web.pages.conftest import choose, opened


def problem(page):
    page.locator("#problem").wait_for(state="visible")
    assert page.locator("#start").is_visible()
    return page.locator("#problem").inner_text()


def test_files_that_cannot_be_used_are_explained(visit, real, tmp_path):
    before = real.files()
    page = visit()
    (tmp_path / "notes.mp4").write_text("this is no film\n" * 1000)
    choose(page, tmp_path / "notes.mp4")
    assert "not a video or picture" in problem(page)
    with (tmp_path / "long.mp4").open("wb") as file:
        file.truncate(2 * 2**30)
    choose(page, tmp_path / "long.mp4")
    assert "long.mp4 has 2147 MB, more than the 20 MB" in problem(page)
    (tmp_path / "cut.mp4").write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(5000))
    choose(page, tmp_path / "cut.mp4")
    wait_for(lambda: "cut.mp4: " in problem(page))
    assert real.files() == before


def test_a_video_without_a_face_is_explained_and_no_error(visit, write_video):
    import numpy as np

    page = visit()
    choose(page, write_video("wall.mp4", [np.full((96, 128, 3), 90, np.uint8)] * 4))
    page.get_by_role("heading", name="No face was found").wait_for()
    assert not page.locator("#problem").is_visible()
    assert not page.locator("#measured").is_visible()


def test_an_upload_is_given_up(visit, real, tmp_path):
    before = real.files()
    page = visit()
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 300_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    (tmp_path / "big.mp4").write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(5_000_000))
    choose(page, tmp_path / "big.mp4")
    page.get_by_text("Sending it to the server").wait_for()
    wait_for(lambda: real.files() != before)
    page.get_by_role("button", name="Cancel and delete").click()
    page.locator("#start").wait_for()
    wait_for(lambda: real.files() == before)


def test_a_script_in_a_name_is_text(visit, clip):
    page = visit()
    name = "<img src=x onerror=document.title='hacked'>.mp4"
    choose(page, clip, name)
    opened(page)
    assert page.locator("#name").inner_text() == name
    assert page.locator("main img[src='x']").count() == 0
    assert page.title() == f"{name} · facs"
    page.get_by_role("button", name="Delete now").click()
    page.get_by_role("button", name="Delete", exact=True).click()


def test_a_result_that_is_gone_leads_to_the_beginning(visit):
    page = visit(f"/#/jobs/{'x' * 22}")
    assert "there is no such result" in problem(page)
