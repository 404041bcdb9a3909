"""Who is told of words: never waiting for anybody, and saying what does not work."""

from __future__ import annotations

import json
import sys
import threading
import time
import types
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from facs.errors import InputError, MissingPackageError
from facs.live.hands import Hands
from facs.live.keys import Keys, read_keys
from facs.live.webhook import Webhook
from tests.live.builders import HERS, word
from tests.web.conftest import wait_for


class Other:
    """Other software that is told of words."""

    def __init__(self, status=200, waits=None, location=""):
        self.got, other = [], self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                other.got.append((self.headers["Content-Type"], json.loads(body)))
                if waits is not None:
                    waits.wait(30)
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/word"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def other():
    opened = []

    def start(**how):
        opened.append(Other(**how))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_a_webhook_gets_the_word_and_what_was_taken_back(other):
    there = other()
    hook = Webhook(there.url)
    hook.say(word(3))
    hook.undo(word(3))
    hook.close()
    (kind, said), (_, undone) = there.got
    assert kind == "application/json"
    assert said == {
        **{"what": "said", "number": 3, "word": "hello", "gesture": "smile"},
        **{"written": "2026-01-02T12:00:00.000+00:00", "onset_s": 1.0, "decided_s": 1.3},
        "age_ms": 20,
    }
    assert undone == said | {"what": "undone"}
    assert hook.problem == ""


def test_a_webhook_that_hangs_keeps_nobody_waiting_and_is_told(other):
    free = threading.Event()
    hook = Webhook(other(waits=free).url, timeout=0.2)
    before = time.monotonic()
    hook.say(word())
    assert time.monotonic() - before < 0.1
    wait_for(lambda: hook.problem, 10)
    assert "was not told of a word: " in hook.problem
    assert "timed out" in hook.problem
    free.set()
    hook.close()


@pytest.mark.parametrize("status", [404, 500])
def test_a_webhook_that_refuses_is_told(other, status):
    hook = Webhook(other(status=status).url)
    hook.say(word())
    hook.say(word())
    hook.close()
    assert hook.problem.endswith(f"was not told of 2 words: it answers {status}")


def test_a_webhook_does_not_send_words_elsewhere(other):
    elsewhere = other()
    hook = Webhook(other(status=307, location=elsewhere.url).url)
    hook.say(word())
    hook.close()
    assert "it answers 307" in hook.problem
    assert elsewhere.got == []


def test_a_webhook_that_is_not_there_is_told_without_its_password():
    hook = Webhook("http://user:secret@127.0.0.1:9/word", timeout=1)
    hook.say(word())
    hook.close()
    assert hook.problem.startswith("the webhook 127.0.0.1:9 was not told of a word: ")
    assert "secret" not in hook.problem


def test_a_webhook_that_answers_again_is_no_problem_any_more(other):
    there = other(status=500)
    hook = Webhook(there.url)
    hook.say(word())
    wait_for(lambda: hook.problem, 10)
    there.server.RequestHandlerClass.do_POST = lambda self: (
        self.rfile.read(int(self.headers["Content-Length"])),
        self.send_response(200),
        self.end_headers(),
    )
    hook.say(word())
    hook.close()
    assert hook.problem == ""


@pytest.mark.parametrize(
    "url", ["grid3", "file:///etc/passwd", "ftp://a/b", "http://", "http://[bad", "http://a:99999"]
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(InputError, match="wanted a webhook such as http://"):
        Webhook(url)


def test_work_that_piles_up_is_refused_not_waited_for():
    free, hands = threading.Event(), Hands("test")
    assert hands.do(lambda: free.wait(30))
    taken = [hands.do(lambda: None) for _ in range(200)]
    assert not all(taken)
    free.set()
    hands.close()


def test_a_gesture_presses_its_key_and_others_press_none():
    pressed = []
    keys = Keys({"smile": "f5"}, pressed.append)
    for sign in HERS.signs:
        keys.say(word(sign=sign))
    keys.undo(word())
    keys.close()
    assert (pressed, keys.problem) == (["f5"], "")


def test_a_key_that_cannot_be_pressed_is_told():
    def press(key):
        raise RuntimeError("no display")

    keys = Keys({"smile": "f5"}, press)
    keys.say(word())
    keys.close()
    assert keys.problem == "the key f5 was not pressed: no display"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("smile", "wanted GESTURE=KEY with a gesture of smile, long blink, got 'smile'"),
        ("wink=f5", "wanted GESTURE=KEY"),
        ("smile=f99", "wanted one letter or a key of"),
        ("smile=", "wanted one letter or a key of"),
    ],
)
def test_a_key_that_is_none_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        read_keys([text], ["smile", "long blink"])


def fake_pynput(monkeypatch, keyboard):
    module = types.ModuleType("pynput.keyboard")
    module.Key = types.SimpleNamespace(f5="<f5>")
    module.Controller = keyboard
    monkeypatch.setitem(sys.modules, "pynput", types.ModuleType("pynput"))
    monkeypatch.setitem(sys.modules, "pynput.keyboard", module)


def test_keys_go_to_the_keyboard_of_this_machine(monkeypatch):
    tapped = []
    fake_pynput(monkeypatch, lambda: types.SimpleNamespace(tap=tapped.append))
    keys = Keys({"smile": "f5", "long blink": "a"})
    for sign in HERS.signs:
        keys.say(word(sign=sign))
    keys.close()
    assert tapped == ["<f5>", "a"]


def test_a_machine_without_a_display_is_one_line(monkeypatch):
    def no_display():
        raise OSError("cannot connect to display\nmore")

    fake_pynput(monkeypatch, no_display)
    with pytest.raises(
        InputError, match=r"^no keys can be pressed here: cannot connect to display$"
    ):
        Keys({})


def test_without_pynput_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynput", None)
    monkeypatch.setitem(sys.modules, "pynput.keyboard", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'facs\[keys\]'"):
        Keys({})
