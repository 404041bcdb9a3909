"""``facs live`` as a command: a film stands in for the camera, end to end."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from facs.commands.live import _Reporter
from facs.faces.landmarks import shipped_path
from facs.live.session import Session
from facs.network.weights import shipped
from tests.conftest import gray_steps
from tests.live.builders import HERS, HandClock, PuppetEye, acts
from tests.web.conftest import EXAMPLE, wait_for

needs_weights = pytest.mark.skipif(
    not (shipped() and shipped_path().exists()), reason="no weights are in facs/weights yet"
)

CHILD = """version = 1
name = "N."
[[gesture]]
name = "smile"
word = "שלום"
rule = "12 >= 0.6 for 500 ms"
[[gesture]]
name = "brow lift"
word = "no"
[[gesture]]
name = "long blink"
word = "yes"
[[gesture]]
name = "mouth open"
word = "drink"
rule = "26|27 >= 0.6 for 600 ms"
"""

SAID = ["smile: שלום", "brow lift: no", "long blink: yes", "mouth open: drink", "brow lift: no"]
"""What the example shows, in its order; the wink has no word, and at last it lifts one brow."""

STILL = 240 - 7
"""Frames decided, where seven in a row, a quarter of a second, may have been lost."""


@pytest.fixture
def child(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "child.toml"
    path.write_text(CHILD, encoding="utf-8")
    return path


def words(said):
    return [line.partition("  ")[2] for line in said.splitlines() if re.match(r"\d+\.\d s  ", line)]


def whole(said, decided):
    """All words, but for those that a machine which stands still for a while cannot hear."""
    return said == SAID or (decided < STILL and set(said) <= set(SAID))


def live(facs, *more, source=EXAMPLE):
    return facs("live", "--no-page", "--no-speak", "--source", source, *more)


@needs_weights
def test_a_film_in_place_of_the_camera_becomes_words_and_a_log(facs, child, tmp_path):
    status, said, _ = live(facs, "--log", "events.csv")
    assert status == 0
    shown, decided, *lost = map(int, re.findall(r"(\d+) (?:frames|decided|dropped|too late)", said))
    assert shown == 240 == decided + sum(lost)
    assert int(re.search(r"at most (\d+) ms", said)[1]) <= 200
    assert whole(words(said), decided)
    with (tmp_path / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "word"]
    assert [f"{row['gesture']}: {row['word']}" for row in rows] == words(said)
    for row in rows:
        assert 0 <= int(row["age_ms"]) <= 200
        assert 0.5 < float(row["kept"]) <= float(row["peak"])


def test_marks_without_judged_words_change_nothing(facs, child, tmp_path):
    from facs.live.log import EventLog

    EventLog(tmp_path / "events.csv").close()
    before = child.read_bytes()
    status, said, _ = facs("enroll", "--profile", child, "--marks", "events.csv")
    assert status == 0
    assert "no word of these gestures" in said and "no threshold was changed" in said
    assert child.read_bytes() == before


@needs_weights
@pytest.mark.parametrize(
    ("log", "message"),
    [("no/where.csv", "kept here until then"), ("child.toml", "words go to child-2.csv")],
)
def test_a_log_that_cannot_be_written_keeps_nobody_from_speaking(
    facs, child, write_video, log, message
):
    room = write_video("room.mp4", gray_steps(3, size=(160, 120)))
    status, said, error = live(facs, "--log", log, source=room)
    assert status == 0 and "3 frames" in said
    assert message in error and error.startswith("note: ")
    assert child.read_text(encoding="utf-8") == CHILD


@needs_weights
def test_an_empty_room_says_nothing(facs, child, write_video):
    room = write_video("room.mp4", gray_steps(30, size=(160, 120), step=2))
    status, said, _ = live(facs, source=room)
    assert status == 0
    assert words(said) == []
    assert "30 frames" in said


def told(states, capsys):
    """What is told on standard error, of states that follow each other."""
    silent = Session(HERS, PuppetEye(acts()), HandClock())
    session = SimpleNamespace(log=silent.log, state=None)
    report = _Reporter(session)
    for doing, seconds, why in states:
        session.state = replace(silent.state, doing=doing, seconds=seconds, why=why)
        report()
    return capsys.readouterr().err.splitlines()


def test_who_is_not_heard_for_some_seconds_is_told_once(capsys):
    lost = [("somebody", second, "somebody is in view") for second in range(9)]
    (line,) = told([("listening", 0, ""), *lost], capsys)
    assert line.startswith("note: Somebody is in view, but not where she was enrolled; ")
    assert "--here" in line
    hidden = [("unseen", second, "covered") for second in range(20, 29)]
    assert told(hidden[:4], capsys) == []
    again = [*hidden, ("listening", 30, ""), *(("unseen", 40 + k, "dark") for k in range(9))]
    assert told(again, capsys) == [
        "note: She is not seen: covered",
        "note: She is not seen: dark",
    ]


@needs_weights
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--source", "gone.mp4"], "gone.mp4"),
        (["--source", "99"], "camera 99 does not answer"),
        (["--webhook", "grid3"], "wanted a webhook such as http://"),
        (["--key", "wink=f5"], "wanted GESTURE=KEY with a gesture of smile"),
        (["--model", "none"], "wanted a model of"),
        (["--detector", "eyes"], "wanted a detector of"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_line(facs, child, options, message):
    status, said, error = facs("live", "--no-page", "--no-speak", *options)
    assert (status, said) == (2, "")
    assert message in error and error.startswith("facs: ") and error.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = 1\n", "wanted gestures to listen for, got none: facs enroll"),
        ("hello", "child.toml, line 1: this is not TOML"),
        (
            CHILD + '[[gesture]]\nname = "grin"\nword = "hi"\n',
            "line 18: 'grin' is no stock gesture",
        ),
        (
            CHILD + '[[gesture]]\nname = "x"\nword = "y"\nrule = "12 >= 0.6 for 500 ms"\n',
            "line 20: x: has the same rule as smile ('שלום' and 'y'): change or remove one",
        ),
    ],
)
def test_a_broken_or_contradictory_profile_is_one_line_with_the_line(facs, child, text, message):
    child.write_text(text, encoding="utf-8")
    status, _, error = live(facs)
    assert status == 2
    assert message in error and error.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("live", "--no-page", "--no-speak", "--source", EXAMPLE), ("enroll", EXAMPLE)]
)
def test_a_model_that_is_gone_is_named_with_its_line_and_a_way_out(facs, child, words):
    text = CHILD.replace('name = "N."', 'name = "N."\nmodel = "facs-1"')
    child.write_text(text, encoding="utf-8")
    status, _, error = facs(*words)
    assert status == 2 and error.count("\n") == 1
    assert "child.toml, line 3: wanted a model of" in error and "without this line" in error


@needs_weights
def test_a_baseline_of_another_model_is_refused_before_anybody_waits(facs, child):
    from facs.meaning.baseline import Baseline
    from facs.units import ActionUnit

    unit = (ActionUnit.AU12,)
    baseline = Baseline(unit, unit, [0.1], [0.1], [0.1], [0.1], [0.1], [0.1], [0, 0, 0], 9)
    baseline.save(child.with_name("other.json"))
    child.write_text(CHILD.replace("[[", 'baseline = "other.json"\n[[', 1), encoding="utf-8")
    status, _, error = live(facs)
    assert status == 2 and "make it again with the model that is used now" in error


@needs_weights
def test_gestures_that_the_model_does_not_measure_are_named(facs, child, write_video):
    more = '[[gesture]]\nname = "suck"\nword = "w"\nrule = "30 >= 0.5 for 500 ms"\n'
    child.write_text(CHILD + more, encoding="utf-8")
    room = write_video("room.mp4", gray_steps(3, size=(160, 120)))
    _, _, error = live(facs, source=room)
    assert error == "note: suck is never found: AU30 not measured\n"


@needs_weights
def test_the_page_is_there_while_it_runs_and_nothing_is_left(child, tmp_path):
    program = [sys.executable, "-m", "facs", "live", "--port", "0", "--no-speak"]
    process = subprocess.Popen(
        [*program, "--source", str(EXAMPLE)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
    )
    try:
        url = re.fullmatch(r"facs live: (\S+)\n", process.stdout.readline())[1]
        assert url.startswith("http://127.0.0.1:")

        def state():
            return httpx.get(f"{url}api/state", trust_env=False, timeout=30).json()

        wait_for(lambda: (state()["said"] or {}).get("text") == "שלום")
        assert json.dumps(state()["levels"])
        said, error = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    told = [line for line in error.splitlines() if "fewer than 10 frames" not in line]
    assert (process.returncode, told) == (0, [])  # a busy machine may be as slow
    assert whole(words(said), int(re.search(r"(\d+) decided", said)[1]))
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == ["child.toml"]


@needs_weights
def test_an_interruption_ends_it_in_order_with_the_log_whole(child, tmp_path):
    program = [sys.executable, "-u", "-m", "facs", "live", "--no-page", "--log", "events.csv"]
    process = subprocess.Popen(
        [*program, "--source", str(EXAMPLE)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
        # what runs in the background of a shell begins deaf to interruptions
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, error = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert "Traceback" not in error
    assert words(first) and "decided" in rest
    rows = list(csv.DictReader((tmp_path / "events.csv").read_text("utf-8").splitlines()))
    assert [row["kind"] for row in (rows[0], rows[1], rows[-1])] == ["start", "word", "stop"]
