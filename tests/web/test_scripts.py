"""Scripts of the page by themselves, in node: what a browser does only now and then."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from facs.web.app import STATIC
from facs.web.server import Address


@pytest.fixture
def script(tmp_path):
    """Run a program beside the scripts of the page; what it said, from JSON."""
    if (node := shutil.which("node")) is None:
        pytest.skip("node is not installed")
    folder = shutil.copytree(STATIC, tmp_path / "static")
    (folder / "package.json").write_text('{"type": "module"}')

    def run(program, *words):
        (folder / "program.js").write_text(program)
        said = subprocess.run(
            [node, folder / "program.js", *words], capture_output=True, text=True, timeout=60
        )
        assert said.returncode == 0, said.stderr
        return json.loads(said.stdout)

    return run


# The camera

STAGE = """
const elements = {};
const element = () => ({
  hidden: false, classList: { add() {}, remove() {} },
  removeAttribute() {}, scrollIntoView() {}, async play() {},
});
globalThis.document = { getElementById: (id) => (elements[id] ??= element()) };
globalThis.window = { MediaRecorder: class {} };
const asked = [];
const getUserMedia = () => new Promise((give, refuse) => asked.push({ give, refuse }));
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: { getUserMedia } } });
const turn = () => new Promise((later) => setTimeout(later));

class Stream {
  on = true;
  getTracks = () => [{ stop: () => (this.on = false) }];
}

const { setUpCamera, turnOff } = await import("./camera.js");
setUpCamera(60, () => {});
const turnOn = () => elements["camera-on"].onclick();
"""


def test_a_camera_that_comes_after_somebody_moved_on_is_turned_off(script):
    said = script(
        STAGE
        + """
const stream = new Stream();
turnOn();
turnOff();
asked[0].give(stream);
await turn();
console.log(JSON.stringify([stream.on, elements["camera-on"].hidden, elements.record.hidden]));
"""
    )
    assert said == [False, False, True]


def test_of_a_camera_that_was_asked_for_twice_one_is_on(script):
    said = script(
        STAGE
        + """
const streams = [new Stream(), new Stream()];
turnOn();
turnOn();
asked[1].give(streams[1]);
await turn();
asked[0].give(streams[0]);
await turn();
const on = streams.map((stream) => stream.on);
console.log(JSON.stringify([...on, elements.camera.srcObject === streams[1]]));
"""
    )
    assert said == [False, True, True]


def test_a_camera_that_is_refused_after_somebody_moved_on_is_no_problem(script):
    said = script(
        STAGE
        + """
const told = [];
for (const wanted of [false, true]) {
  turnOn();
  if (!wanted) turnOff();
  asked.pop().refuse({ name: "NotFoundError" });
  await turn();
  told.push(elements.problem.textContent);
}
console.log(JSON.stringify(told));
"""
    )
    assert said == ["", "No camera was found."]


def test_without_a_camera_its_button_stays_away_and_a_phone_films_with_its_own_app(script):
    said = script(
        STAGE.replace("mediaDevices: { getUserMedia }", "mediaDevices: undefined").replace(
            "const asked", "globalThis.matchMedia = () => ({ matches: true });\nconst asked"
        )
        + """
turnOff(); // as at every beginning
console.log(JSON.stringify(["camera-on", "film-now"].map((id) => elements[id].hidden)));
"""
    )
    assert said == [True, False]


# A recording


def test_in_a_hole_in_time_nothing_was_scored(script):
    said = script(
        """
globalThis.document = { baseURI: "http://127.0.0.1/" };
const { Recording } = await import("./recording.js");
const seconds = Array.from({ length: 11 }, (_, row) => row / 10);
const times = Float64Array.from([...seconds, ...seconds.map((time) => time + 5)]);
const probability = Float32Array.from(times, (_, row) => (row + 1) / 32);
const facts = { duration: 6.1, model: { units: [{ unit: "AU12", on: 0.5, off: 0.4 }] } };
const recording = new Recording("x", facts, times, []);
const inFirst = [[1, 1.09], [1.05, 1.2]], inHole = [[1.11, 1.2], [3, 3.1]];
const inSecond = [[4.9, 5.05], [6.05, 6.1], [0, 6.1]];
const highest = ([from, to]) => recording.highest({ probability }, 0, from, to) * 32;
console.log(JSON.stringify([...inFirst, ...inHole, ...inSecond].map(highest)));
"""
    )
    assert said == [11, 11, None, None, 12, 22, 22]


# A server that does not answer

FOLLOWED = """
globalThis.document = { baseURI: "http://127.0.0.1/" };
const sources = [];
globalThis.EventSource = class {
  static CLOSED = 2;
  readyState = 0;
  constructor() { sources.push(this); }
  close() { this.readyState = 2; }
};
let status = 503;
const body = { text: async () => "", json: async () => ({}) };
globalThis.fetch = async () => ({ ok: status === 200, status, ...body });
globalThis.setTimeout = (later) => queueMicrotask(later);
const { follow } = await import("./api.js");
const said = [];
const stop = follow("x", ({ state }) => said.push(state), () => said.push("lost"));
const refuse = async (source) => {
  source.readyState = 2;
  await source.onerror();
  await null;
};
"""


def test_a_stream_that_breaks_off_or_is_refused_is_asked_for_again(script):
    said = script(
        FOLLOWED
        + """
sources[0].onerror(); // which the browser mends by itself
await refuse(sources[0]);
sources[1].onmessage({ data: '{"state": "running"}' });
status = 200;
await refuse(sources[1]);
sources[2].onmessage({ data: '{"state": "done"}' });
console.log(JSON.stringify([...said, sources.length, sources[2].readyState]));
"""
    )
    assert said == ["lost", "lost", "running", "lost", "done", 3, 2]


def test_a_job_that_is_gone_is_told_and_one_that_nobody_follows_is_not_asked_for(script):
    said = script(
        FOLLOWED
        + """
status = 404;
await refuse(sources[0]);
status = 503;
const stopOther = follow("y", ({ state }) => said.push(state), () => said.push("lost"));
stopOther();
await refuse(sources[1]);
console.log(JSON.stringify([...said, sources.length]));
"""
    )
    assert said == ["deleted", 2]


# The token

TAKEN = """
const kept = new Map();
globalThis.sessionStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
};
globalThis.location = { hash: new URL(process.argv[2]).hash };
globalThis.history = { replaceState: (state, title, to) => (location.hash = to) };
globalThis.document = { baseURI: "http://127.0.0.1/" };
let sent = "";
globalThis.fetch = async (address, { headers }) => {
  sent = new Headers(headers).get("authorization"); // which takes nothing but bytes
  return { ok: true, json: async () => ({}) };
};
const { takeToken, token } = await import("./memory.js");
const { submitExample } = await import("./api.js");
takeToken();
await submitExample("a.mp4");
console.log(JSON.stringify({ token: token(), sent, hash: location.hash }));
"""

TOKENS = ("abc", "v1.2", "über a b", "50%", "a/b?c#d&e", "שלום")


@pytest.mark.parametrize("token", TOKENS)
def test_the_address_that_is_printed_gives_the_page_its_token(script, token):
    said = script(TAKEN, Address().url(8765, token))
    assert (said["token"], said["hash"]) == (token, "#/")
    assert said["sent"].encode("latin-1") == f"Bearer {token}".encode()


def test_a_token_that_was_typed_by_hand_is_taken_as_it_is(script):
    assert script(TAKEN, "http://127.0.0.1:8765/#token=50%")["token"] == "50%"


@pytest.mark.parametrize("typed", ["a b%", "http://10.0.0.7:8765/#token=a%20b%25"])
def test_a_token_is_typed_or_the_whole_address_is(script, typed):
    program = TAKEN.replace("takeToken, token", "takeToken, takeTyped, token")
    program = program.replace("takeToken();", "takeTyped(process.argv[3]);")
    assert script(program, "http://127.0.0.1:8765/", typed)["token"] == "a b%"


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_of_any_letters_is_known_again(serve, token):
    served = serve(token=token)
    headers = {"authorization": f"Bearer {token}".encode()}
    assert served.submit(headers=headers).status_code == 202
    assert served.submit(headers={"authorization": b"Bearer \xe9"}).status_code == 401
