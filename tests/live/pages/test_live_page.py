"""The page of facs live in Chromium: by eye, by ear, by keys, by one switch, from right to left."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import numpy as np
import pytest

from facs.live.clock import SystemClock
from facs.live.frames import Shown
from facs.live.server import serving
from facs.live.session import Session
from facs.meaning.gestures import STOCK
from facs.meaning.listener import Sign
from facs.meaning.profile import Profile
from facs.video import Frame
from tests.live.builders import BLINK, HERS, SMILE, Ears, PuppetEye, acts
from tests.web.conftest import wait_for
from tests.web.pages.conftest import DESKTOP, FLAGS, chromium
from tests.web.pages.test_everybody import PHONE, faults

HEBREW = Profile(
    (Sign(SMILE, "שלום"), Sign(BLINK, "כן"), Sign(STOCK["tilt left"], "לא")), name="נ."
)
PICTURE = np.full((48, 64, 3), 90, np.uint8)


class Stage:
    """A session whose child does what the test says, at 30 frames a second."""

    def __init__(self, profile):
        self.does, self.people = {}, 1
        self.ears, clock = Ears(), SystemClock()
        eye = PuppetEye(lambda t: None if not self.people else acts()(t) | self.does)
        self.session = Session(profile, eye, clock, None, [self.ears])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go, args=(clock,))
        self._thread.start()

    def _go(self, clock):
        begun, i = clock.now(), 0
        while not self._stop.is_set():
            clock.wait_until(begun + i / 30)
            self.session.hear(Shown(Frame(i, i / 30, PICTURE), clock.now()))
            i += 1

    def act(self, **scores):
        """Hold this from now on."""
        self.does = {name.removeprefix("au"): value for name, value in scores.items()}

    def say(self, word):
        """Smile until it is heard, then rest."""
        before = len(self.ears.said)
        self.act(au12=0.9)
        wait_for(lambda: len(self.ears.said) > before, 20)
        self.act()
        assert self.ears.said[-1] == word
        wait_for(lambda: self.session.state.levels[0].value < 0.5, 20)

    def close(self):
        self._stop.set()
        self._thread.join(10)


@pytest.fixture(scope="module")
def browser():
    program = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def served(profile, port=0):
    stage = Stage(profile)
    try:
        with serving(stage.session, port) as url:
            yield stage, url
    finally:
        stage.close()


@pytest.fixture
def visit(browser):
    """Open the page of a session; nothing may fail and nothing may go elsewhere."""
    opened, faults = [], []

    def go(profile=HERS, size=DESKTOP, **options):
        serving_it = served(profile)
        stage, url = serving_it.__enter__()
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="en", **options
        )
        opened.append((context, serving_it))
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.on("request", lambda sent: sent.url.startswith(url) or faults.append(sent.url))
        page.goto(url)
        page.locator(".levels li").first.wait_for()
        return page, stage

    yield go
    for context, serving_it in opened:
        context.close()
        serving_it.__exit__(None, None, None)
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []


def text(page, selector):
    return page.locator(selector).inner_text()


def shows(page, selector, words):
    wait_for(lambda: text(page, selector) == words, 20)


def test_a_gesture_becomes_a_big_word_and_can_be_marked(visit):
    page, stage = visit()
    shows(page, "#doing", "Listening")
    stage.say("hello")
    shows(page, "#word", "hello")
    size = page.locator("#word").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 48
    page.get_by_role("button", name="It was wrong").click()
    wait_for(lambda: stage.session.log.words[0].mark == "wrong", 20)
    pressed = page.get_by_role("button", name="Wrong: hello")
    wait_for(lambda: pressed.get_attribute("aria-pressed") == "true", 20)
    page.get_by_role("button", name="Right: hello", exact=True).click()
    wait_for(lambda: stage.session.log.words[0].mark == "right", 20)


def test_a_level_moves_beside_its_line(visit):
    page, stage = visit()
    stage.session.pause()  # levels are shown all the same
    meter = page.get_by_role("meter", name="hello: 12")
    wait_for(lambda: meter.get_attribute("aria-valuenow") == "10", 20)
    stage.act(au12=0.8)
    wait_for(lambda: meter.get_attribute("aria-valuenow") == "80", 20)
    assert meter.get_attribute("aria-valuetext") == "0.80 of 0.50"
    bar, line = meter.bounding_box(), meter.locator(".line").bounding_box()
    middle = line["x"] + line["width"] / 2
    assert middle == pytest.approx(bar["x"] + bar["width"] / 2, abs=3)
    fill = meter.locator(".fill").bounding_box()
    assert fill["width"] == pytest.approx(0.8 * bar["width"], rel=0.03)


def test_pausing_taking_back_and_waking(visit):
    page, stage = visit()
    stage.say("hello")
    shows(page, "#word", "hello")
    page.get_by_role("button", name="Take back").click()
    page.locator("#word.undone").wait_for()
    assert stage.ears.undone == ["hello"]
    page.get_by_role("button", name="Pause").click()
    shows(page, "#doing", "Paused by hand")
    page.get_by_role("button", name="Listen again").click()
    shows(page, "#doing", "Listening")
    stage.act(au43=0.9, **{"43 left": 0.9, "43 right": 0.9})
    shows(page, "#doing", "Paused: her eyes were shut for long. “blink twice” or the button wakes")
    stage.act()
    page.get_by_role("button", name="Listen again").click()
    shows(page, "#doing", "Listening")


def test_frames_and_problems_are_shown(visit):
    page, stage = visit()
    wait_for(lambda: "dropped" in text(page, "#frames"), 20)
    assert "Age when decided" in text(page, "#frames")
    stage.ears.problem = "no speech engine"
    shows(page, "#problems", "no speech engine")
    stage.people = 0
    shows(page, "#doing", "She is not seen")
    stage.session.lose("camera 0 stopped")


def test_keys_do_what_the_list_says(visit):
    page, stage = visit()
    stage.say("hello")
    shows(page, "#word", "hello")
    page.keyboard.press("r")
    wait_for(lambda: stage.session.log.words[0].mark == "right", 20)
    page.keyboard.press("w")
    wait_for(lambda: stage.session.log.words[0].mark == "wrong", 20)
    page.keyboard.press("u")
    wait_for(lambda: stage.ears.undone == ["hello"], 20)
    page.keyboard.press("p")
    shows(page, "#doing", "Paused by hand")
    page.keyboard.press("?")
    page.locator("#keys[open]").wait_for()
    page.keyboard.press("p")  # silent while the list is open
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.wait_for_timeout(300)
    assert text(page, "#doing") == "Paused by hand"


def test_everything_is_reached_without_a_mouse(visit):
    page, stage = visit()
    stage.say("hello")
    page.get_by_role("button", name="Right: hello", exact=True).wait_for()
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.ariaLabel"
                " || document.activeElement.tagName"
            )
        )
    order = ["scan", "language", "keys-button", "pause", "undo", "right", "wrong", "SUMMARY"]
    first = [name for name in dict.fromkeys(reached) if name in order]
    assert first == order
    assert {"Right: hello", "Wrong: hello"} <= set(reached)
    page.locator("#pause").focus()
    page.keyboard.press("Space")
    shows(page, "#doing", "Paused by hand")
    page.keyboard.press("Enter")
    shows(page, "#doing", "Listening")


def test_one_switch_is_enough(visit):
    page, stage = visit()
    stage.say("hello")
    page.locator("#undo:enabled").wait_for()
    page.locator("#scan").check()
    page.evaluate("document.activeElement.blur()")
    focused = lambda: page.evaluate("document.activeElement.id")  # noqa: E731
    seen = [wait_for(focused, 20)]
    while len(seen) < 4:
        wait_for(lambda: focused() != seen[-1], 20)
        seen.append(focused())
    assert seen == ["pause", "undo", "right", "wrong"]
    wait_for(lambda: focused() == "undo", 20)
    page.keyboard.press("Space")
    wait_for(lambda: stage.ears.undone == ["hello"], 20)


def test_the_picture_is_shown_only_where_somebody_asks(visit):
    page, _ = visit()
    asked = []
    page.on("request", lambda sent: "picture" in sent.url and asked.append(sent.url))
    page.wait_for_timeout(1200)
    assert asked == []
    page.get_by_text("Show what it sees").click()
    wait_for(lambda: page.locator("#picture").evaluate("e => e.naturalWidth > 0"), 20)


# When the program is gone


GONE = "Nothing is heard now"
OTHERS = Profile((Sign(SMILE.with_trigger(0.8), "bye"),), name="M.")


@pytest.fixture
def left(browser):
    """A page whose program has ended after a word; its port."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.set_default_timeout(30_000)
    with served(HERS) as (stage, url):
        page.goto(url)
        stage.say("hello")
        shows(page, "#word", "hello")
        page.locator("#pause").focus()
    yield page, int(url.rstrip("/").rpartition(":")[2])
    context.close()


def test_a_program_that_ended_hears_nothing_and_the_page_says_so(left):
    page, _ = left
    shows(page, "#doing", GONE)
    assert "Is facs live still running?" in text(page, "#problem")
    assert page.locator("[data-scan]:visible:enabled, #log button:enabled").count() == 0
    assert page.locator("#word.old").count() == 1
    asked = []
    page.on("request", lambda sent: "picture" in sent.url and asked.append(sent.url))
    page.get_by_text("Show what it sees").click()
    page.wait_for_timeout(1200)
    assert asked == []
    page.locator("#language").select_option("he")
    assert text(page, "#doing") == "כרגע דבר אינו נשמע"


def test_of_a_new_session_the_page_shows_nothing_of_the_old_one(left):
    page, port = left
    with served(OTHERS, port) as (stage, _):
        page.get_by_role("meter", name="bye: 12").wait_for()
        shows(page, "#doing", "Listening")
        assert page.get_by_role("meter").count() == 1
        assert page.locator(".line").evaluate("e => e.style.insetInlineStart") == "80%"
        assert text(page, "#word") == text(page, "#problem") == ""
        assert page.title() == "M. · facs live"
        stage.say("bye")  # the first word of this session too
        shows(page, "#word", "bye")


def test_a_page_whose_first_question_is_not_answered_asks_again(left):
    page, port = left
    page.route("**/api/facts", lambda route: route.abort())
    with served(OTHERS, port):
        shows(page, "#doing", GONE)
        assert page.locator("[data-scan]:visible:enabled").count() == 0
        page.unroute("**/api/facts")
        shows(page, "#doing", "Listening")
        assert page.locator("#pause").is_enabled()


def test_a_program_that_hangs_is_told_too_and_may_come_back(visit, monkeypatch):
    monkeypatch.setattr("facs.live.page.PERIOD", 0.1)
    page, _ = visit()
    shows(page, "#doing", "Listening")
    page.locator("#pause").focus()
    monkeypatch.setattr("facs.live.page.PERIOD", 5.0)
    shows(page, "#doing", GONE)
    assert page.locator("[data-scan]:visible:enabled").count() == 0
    monkeypatch.setattr("facs.live.page.PERIOD", 0.1)
    shows(page, "#doing", "Listening")
    assert page.locator("#pause").is_enabled() and not page.locator("#problem").is_visible()
    assert page.evaluate("document.activeElement.id") == "pause"


def test_what_is_refused_stays_to_be_read(visit):
    page, _ = visit()
    page.route("**/api/pause", lambda route: route.fulfill(status=409, json={"detail": "not now"}))
    page.get_by_role("button", name="Pause").click()
    shows(page, "#problem", "not now")
    page.wait_for_timeout(500)
    assert text(page, "#problem") == "not now"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("profile", [HERS, HEBREW], ids=["English", "Hebrew"])
def test_the_page_is_accessible_in_light_and_dark(visit, profile, scheme):
    page, stage = visit(profile, color_scheme=scheme)
    stage.say(profile.signs[0].word)
    page.locator(".log button").first.wait_for()
    assert faults(page) == []
    stage.session.undo()
    page.locator("#word.undone").wait_for()
    stage.ears.problem = "no speech engine"
    page.locator("#problems").wait_for()
    page.locator("#keys-button").click()
    assert faults(page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_hebrew_words_turn_the_page_around(visit, size):
    page, stage = visit(HEBREW, size=size)
    stage.say("שלום")
    shows(page, "#word", "שלום")
    assert page.evaluate("document.documentElement.dir + document.documentElement.lang") == "rtlhe"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert text(page, "#pause") == "הפסקה"
    meter = page.get_by_role("meter").first
    bar, fill = meter.bounding_box(), meter.locator(".fill").bounding_box()
    right_edges = [box["x"] + box["width"] for box in (bar, fill)]
    assert right_edges[0] == pytest.approx(right_edges[1], abs=3)
    page.locator("#language").select_option("en")
    shows(page, "#pause", "Pause")
    assert page.evaluate("document.documentElement.dir") == "ltr"
