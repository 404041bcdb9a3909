"""What goes wrong is explained, and nothing of it stays."""

from __future__ import annotations

import pytest

from tests.web.conftest import MP4, wait_for
from tests.web.pages.conftest import choose, opened
from tests.web.pages.test_everybody import PHONE, faults


def problem(page):
    page.locator("#problem").wait_for(state="visible")
    assert page.locator("#start").is_visible()
    assert focused(page) == "problem"
    return page.locator("#problem").inner_text()


def focused(page):
    return page.evaluate("document.activeElement.id")


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
    assert focused(page) == "file"


# A server that stops


@pytest.fixture
def waiting(browser, serve, tmp_path):
    """A page that waits for an analysis that does not end by itself, and its server."""
    served = serve()
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(served.url)
    page.locator("#start").wait_for()
    (tmp_path / "a.mp4").write_bytes(MP4)
    choose(page, tmp_path / "a.mp4")
    page.get_by_text("Looking at every frame").wait_for()
    yield page, served
    context.close()


def test_a_server_that_stops_during_an_analysis_is_told(waiting):
    page, served = waiting
    served.close()
    assert "a.mp4: it was deleted, or the server stopped" in problem(page)
    assert "Give the file again" in problem(page)


def test_what_is_cancelled_is_deleted_and_needs_no_word(waiting):
    page, served = waiting
    page.get_by_role("button", name="Cancel and delete").click()
    page.locator("#start").wait_for()
    assert served.files() == set() and not page.locator("#problem").is_visible()
    assert focused(page) == "file"


def test_what_could_not_be_deleted_is_not_said_to_be_and_is_not_forgotten(waiting):
    page, served = waiting
    page.route("**/api/jobs/*", lambda route: route.abort())
    page.get_by_role("button", name="Cancel and delete").click()
    assert "a.mp4 was not deleted: The server does not answer" in problem(page)
    page.unroute("**/api/jobs/*")
    assert len(served.files()) == 1
    page.reload()
    page.get_by_role("link", name="a.mp4").click()
    page.get_by_text("Looking at every frame").wait_for()


def test_a_job_whose_server_does_not_answer_is_not_forgotten(waiting):
    page, _ = waiting
    page.route("**/api/jobs/*", lambda route: route.abort())
    page.reload()
    assert "The server does not answer" in problem(page)
    page.unroute("**/api/jobs/*")
    page.reload()
    page.get_by_role("link", name="a.mp4").wait_for()


def test_while_the_server_does_not_answer_the_page_says_that_it_asks_again(waiting):
    page, _ = waiting
    page.route("**/api/jobs/*/events", lambda route: route.fulfill(status=503))
    page.reload()
    page.get_by_text("The server does not answer. Asking again").wait_for()
    page.unroute("**/api/jobs/*/events")
    page.get_by_text("Looking at every frame").wait_for()


# The token and the camera


def test_a_page_without_the_token_asks_for_it(browser, serve, tmp_path):
    served = serve(token="abc")
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(served.url)
    page.get_by_label("Token").wait_for()
    assert faults(page) == []
    sent = []
    page.on("request", lambda one: one.method == "POST" and sent.append(one.url))
    (tmp_path / "a.mp4").write_bytes(MP4)
    choose(page, tmp_path / "a.mp4")
    page.get_by_text("wants its token first").wait_for()
    assert sent == [] and focused(page) == "token"  # nothing is sent in vain
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    assert page.get_by_label("Token").is_hidden() and focused(page) == "file"
    choose(page, tmp_path / "a.mp4")
    assert "wanted the token" in problem(page)
    page.get_by_label("Token").fill("abc")
    page.get_by_role("button", name="Use it").click()
    assert not page.locator("#problem").is_visible()
    choose(page, tmp_path / "a.mp4")
    page.get_by_text("Looking at every frame").wait_for()
    page.goto(served.url)
    page.locator("#start").wait_for()
    assert page.get_by_label("Token").is_hidden()
    context.close()


@pytest.mark.parametrize("phone", [True, False])
def test_where_the_browser_gives_no_camera_there_is_no_dead_button(browser, real, phone):
    size = {"width": PHONE[0], "height": PHONE[1]}
    context = browser.new_context(viewport=size, has_touch=phone, is_mobile=phone)
    context.add_init_script(
        "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"
    )
    page = context.new_page()
    page.goto(real.url)
    page.locator("#start").wait_for()
    page.get_by_text("This browser gives its camera only").wait_for()
    assert page.get_by_role("button", name="Turn on the camera").is_hidden()
    assert page.locator("#film-now").is_visible() is phone
    assert page.locator("#film").get_attribute("capture") == "user"
    assert page.locator("#file").get_attribute("capture") is None  # else no film can be chosen
    assert faults(page) == []
    context.close()


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
