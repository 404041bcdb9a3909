"""``facs enroll``: recordings in, a profile that a therapist can read out."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facs.commands.album import Album
from facs.locks import locked
from facs.meaning.profile import Profile, Who
from tests.builders import make_model, make_recording
from tests.meaning.builders import both, pulse
from tests.meaning.test_enroll import UNITS, filmed


@pytest.fixture
def day(tmp_path, monkeypatch):
    """A recording: twenty seconds of rest, then five smiles and three long blinks."""
    monkeypatch.chdir(tmp_path)
    smiles = both(*(pulse(t, 1.0, 0.95) for t in SMILES))
    blinks = both(*(pulse(t, 1.0, 0.95) for t in BLINKS))
    save(filmed(60, {12: smiles, 43: blinks}), tmp_path / "day.facs")
    return "day.facs"


SMILES, BLINKS = (22.6, 26.6, 30.6, 34.6, 38.6), (42.6, 46.6, 50.6)


def save(person, path, **facts):
    model = make_model(units=UNITS, on=[0.5] * len(UNITS), off=[0.4] * len(UNITS), **facts)
    make_recording(person, model=model).save(path)


def tagged(name, starts, video="day.facs"):
    return [w for t in starts for w in ("--example", f"{name}={video}@{t - 0.5:.1f}-{t + 1.2:.1f}")]


def test_rest_and_examples_become_a_profile(facs, day):
    status, said, _ = facs(
        *("enroll", "--rest", "day.facs@0-20", "--word", "smile=hello", "--word", "long blink=yes"),
        *tagged("smile", SMILES),
        *tagged("long blink", BLINKS),
        *("--name", "N.", "--curves", "curves.csv"),
    )
    assert status == 0, said
    profile = Profile.load("child.toml")
    words = {sign.gesture.name: sign.word for sign in profile.signs}
    assert words == {"smile": "hello", "long blink": "yes"}
    assert (profile.name, profile.who) == ("N.", Who(0.5, 0.5, 0.6))
    assert profile.baseline.model == "tiny 1.0"
    assert "finds 5 of 5 examples" in profile.signs[0].note
    assert "false an hour by threshold" in said and "20 s of rest" in said
    with Path("curves.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["gesture"] for row in rows} == {"smile", "long blink"}
    assert all(float(row["low"]) <= float(row["per_hour"]) <= float(row["high"]) for row in rows)


def test_a_day_alone_becomes_proposals(facs, day):
    status, said, _ = facs("enroll", day)
    assert status == 0, said
    names = [sign.gesture.name for sign in Profile.load("child.toml").signs]
    assert names == ["long blink", "smile"]
    assert "seen 5 times in her day" in said


def test_enrolling_more_keeps_what_was_there(facs, day):
    smile = ("--rest", "day.facs@0-20", *tagged("smile", SMILES))
    assert facs("enroll", *smile, "--word", "smile=hello")[0] == 0
    blink = ("--rest", "day.facs@0-20", *tagged("long blink", BLINKS))
    assert facs("enroll", *blink, "--word", "long blink=yes")[0] == 0
    assert facs("enroll", *smile)[0] == 0
    words = {sign.gesture.name: sign.word for sign in Profile.load("child.toml").signs}
    assert words == {"smile": "hello", "long blink": "yes"}


WRITTEN = """version = 1

[[gesture]]
name = "long blink"
word = "yes"
rule = "both eyes 43 >= 0.6 until 0.4 for 2000 ms, pause 1000 ms"
note = "by hand"
"""


@pytest.fixture
def written(day, tmp_path):
    """A profile that somebody wrote by hand."""
    path = tmp_path / "child.toml"
    path.write_text(WRITTEN, encoding="utf-8")
    return path


def test_a_day_leaves_what_somebody_wrote_by_hand(facs, day, written):
    status, said, _ = facs("enroll", day)
    assert status == 0, said
    assert "note: long blink is in the profile already: left as it is" in said
    blink, smile = Profile.load(written).signs
    assert (blink.gesture.hold, blink.note, blink.word) == (2.0, "by hand", "yes")
    assert smile.gesture.name == "smile"


def test_one_gesture_that_contradicts_the_profile_does_not_cost_the_others(facs, day, written):
    rule = "both eyes 43 >= 0.3 for 400 ms"
    written.write_text(f'version = 1\n[[gesture]]\nname = "wink"\nrule = "{rule}"\n')
    status, said, _ = facs(
        *("enroll", "--rest", "day.facs@0-20"),
        *tagged("smile", SMILES),
        *tagged("long blink", BLINKS),
    )
    assert status == 0, said
    assert "long blink: refused: whenever long blink is made, wink has been made before" in said
    assert [sign.gesture.name for sign in Profile.load(written).signs] == ["wink", "smile"]


def test_where_nothing_can_be_told_from_rest_no_profile_is_written(facs, day, tmp_path):
    examples = tagged("smile", [3.0, 7.0, 11.0])
    status, said, _ = facs("enroll", "--rest", "day.facs@0-20", *examples)
    assert status == 1
    assert "smile: refused: " in said and "no profile was written" in said
    assert not (tmp_path / "child.toml").exists()


def test_where_no_profile_is_written_nothing_is_said_to_be_measured_anew(facs, day, written):
    status, said, _ = facs("enroll", "--rest", "day.facs@0-20", *tagged("smile", [3.0, 7.0]))
    assert status == 1 and "no profile was written" in said
    assert "measured anew" not in said
    assert written.read_text(encoding="utf-8") == WRITTEN


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--example", "smile"], "wanted NAME=VALUE such as 'brow lift=no', got 'smile'"),
        (["--rest", "day.facs@20-0"], "with START before STOP, got 'day.facs@20-0'"),
        (["--rest", "day.facs@90-99"], "wanted an example within"),
        (["--rest", "gone.facs"], "gone.facs"),
        ([], "wanted rest, examples or a video of her day"),
        (["day.facs", "--per-hour", "0"], "more than 0 false activations"),
    ],
)
def test_bad_input_is_one_line_and_status_2(facs, day, words, message):
    status, _, error = facs("enroll", *words)
    assert status == 2
    assert error.count("\n") == 1 and message in error


def test_a_profile_that_is_none_is_not_overwritten(facs, day, tmp_path):
    (tmp_path / "child.toml").write_text("hello")
    status, _, error = facs("enroll", day)
    assert status == 2 and "child.toml, line 1: this is not TOML" in error
    assert (tmp_path / "child.toml").read_text() == "hello"


def test_nobody_in_the_video_says_so(facs, day, tmp_path):
    save(filmed(3, unseen=[(0, 3)]), tmp_path / "empty.facs")
    status, _, error = facs("enroll", "empty.facs")
    assert status == 2 and "empty.facs: wanted her face, nobody was seen in it" in error


def test_a_word_of_a_gesture_that_is_there_is_changed(facs, day, written):
    status, said, _ = facs("enroll", "--word", "long blink=thirsty")
    assert status == 0, said
    (blink,) = Profile.load(written).signs
    assert (blink.word, blink.gesture.hold, blink.note) == ("thirsty", 2.0, "by hand")
    more = ("--rest", "day.facs@0-20", *tagged("smile", SMILES))
    assert facs("enroll", *more, "--word", "long blink=no", "--word", "smile=hello")[0] == 0
    assert [sign.word for sign in Profile.load(written).signs] == ["no", "hello"]
    assert "no word was changed" in facs("enroll", "--word", "smile=hello")[1]


def test_a_word_for_no_gesture_is_refused_before_anything_is_read(facs, day, written):
    status, _, error = facs("enroll", "--rest", "gone.facs", "--word", "long blnk=yes")
    assert status == 2 and error.count("\n") == 1
    assert "of the profile or of an --example (long blink), got one for 'long blnk'" in error


def test_a_word_for_what_does_not_stand_out_in_her_day_is_said(facs, day):
    status, said, _ = facs("enroll", day, "--word", "nod=more", "--word", "smile=hello")
    assert status == 0, said
    assert "note: nod does not stand out in her day: its word is left out" in said
    assert {s.gesture.name: s.word for s in Profile.load("child.toml").signs}["smile"] == "hello"


def test_a_curve_of_any_name_can_be_read(facs, day):
    name = 'the "cheeky, one"'
    more = ("--rest", "day.facs@0-20", *tagged(name, SMILES), "--curves", "curves.csv")
    assert facs("enroll", *more)[0] == 0
    with Path("curves.csv").open(encoding="utf-8", newline="") as file:
        assert {row["gesture"] for row in csv.DictReader(file)} == {name}


def test_recordings_of_another_model_than_the_one_asked_for_are_refused(facs, day, tmp_path):
    rest = ("--rest", "day.facs@0-20", *tagged("smile", SMILES))
    status, _, error = facs("enroll", *rest, "--model", "facs-9")
    assert status == 2 and error.count("\n") == 1
    assert "day.facs: wanted a recording scored by facs-9, got one by tiny 1.0" in error
    assert not (tmp_path / "child.toml").exists()
    assert facs("enroll", *rest, "--model", "tiny")[0] == 0


def test_recordings_by_two_models_are_refused(facs, day, tmp_path):
    save(filmed(30), tmp_path / "rest.facs", name="small")
    status, _, error = facs("enroll", "--rest", "rest.facs", *tagged("smile", SMILES))
    assert status == 2 and error.count("\n") == 1
    assert "day.facs: wanted recordings by one model, got one by tiny 1.0 after small 1.0" in error


def test_what_was_scored_with_motion_is_said(facs, day, tmp_path):
    save(filmed(60, streams=np.ones(1200)), tmp_path / "still.facs")
    for film, more, told in (("day", [], True), ("day", ["--motion"], False), ("still", [], False)):
        words = ["--rest", f"{film}.facs@0-20", *tagged("smile", [3.0], f"{film}.facs"), *more]
        assert ("was scored with motion" in facs("enroll", *words)[1]) == told


def test_a_model_of_her_own_stays_in_the_profile(facs, day):
    status, said, _ = facs(
        *("enroll", "--rest", "day.facs@0-20", "--model", "her.onnx"), *tagged("smile", SMILES)
    )
    assert status == 0, said
    assert Profile.load("child.toml").model == "her.onnx"


def test_what_would_say_another_word_of_hers_is_refused(facs, day):
    first = ("--rest", "day.facs@0-20", *tagged("long blink", BLINKS), "--word", "long blink=yes")
    assert facs("enroll", *first)[0] == 0
    more = (*tagged("sleepy", BLINKS[:2]), "--word", "sleepy=no")
    status, said, _ = facs("enroll", "--rest", "day.facs@0-20", *more)
    assert status == 1, said
    assert "sleepy: refused: " in said and "long blink" in said
    assert [sign.word for sign in Profile.load("child.toml").signs] == ["yes"]


def test_an_example_that_is_not_like_the_others_is_named_by_its_film(facs, day):
    words = (*tagged("long blink", BLINKS), *tagged("long blink", SMILES[:1]))
    status, said, _ = facs("enroll", "--rest", "day.facs@0-20", *words)
    assert status == 1
    assert "example 4, day.facs@22.1-23.8, is not like the others" in said


def test_a_stock_name_may_be_written_in_any_case(facs, day):
    words = (*tagged("Long Blink", BLINKS), "--word", "LONG BLINK=yes")
    assert facs("enroll", "--rest", "day.facs@0-20", *words)[0] == 0
    (blink,) = Profile.load("child.toml").signs
    assert (blink.gesture.name, blink.word) == ("long blink", "yes")
    assert facs("enroll", "--word", "Long blink=no")[0] == 0
    assert [sign.word for sign in Profile.load("child.toml").signs] == ["no"]


def meanwhile(monkeypatch, change):
    """Let somebody else do something while a recording is read."""
    read, done = Album._read, []

    def slowly(self, path):
        if not done:
            done.append(path)
            change()
        return read(self, path)

    monkeypatch.setattr(Album, "_read", slowly)


def test_what_was_edited_while_films_were_read_stays(facs, day, written, monkeypatch):
    blink = WRITTEN.replace("2000 ms", "2500 ms").replace('"yes"', '"thirsty"')
    edited = blink + '[[gesture]]\nname = "nod"\nword = "more"\n'
    meanwhile(monkeypatch, lambda: written.write_text(edited, encoding="utf-8"))
    status, said, _ = facs("enroll", "--rest", "day.facs@0-20", *tagged("smile", SMILES))
    assert status == 0 and "child.toml was changed meanwhile: that stays" in said
    blink, nod, smile = Profile.load(written).signs
    assert (blink.word, blink.gesture.hold, nod.word) == ("thirsty", 2.5, "more")
    assert smile.gesture.name == "smile"


def test_two_enrolments_at_once_lose_nothing(facs, day, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    blink = ("--rest", "day.facs@0-20", *tagged("long blink", BLINKS), "--word", "long blink=yes")
    assert facs("enroll", *blink, "--profile", "other/child.toml")[0] == 0

    def finish():
        for file in other.glob("child.*"):
            (tmp_path / file.name).write_bytes(file.read_bytes())

    meanwhile(monkeypatch, finish)
    smile = ("--rest", "day.facs@0-20", *tagged("smile", SMILES), "--word", "smile=hello")
    assert facs("enroll", *smile)[0] == 0
    words = {sign.gesture.name: sign.word for sign in Profile.load("child.toml").signs}
    assert words == {"long blink": "yes", "smile": "hello"}


def test_what_contradicts_an_edit_meanwhile_is_one_line_and_nothing_is_written(
    facs, day, written, monkeypatch
):
    grin = WRITTEN + '[[gesture]]\nname = "grin"\nrule = "12 >= 0.1 for 200 ms"\n'
    meanwhile(monkeypatch, lambda: written.write_text(grin, encoding="utf-8"))
    status, _, error = facs("enroll", "--rest", "day.facs@0-20", *tagged("smile", SMILES))
    assert status == 2 and error.count("\n") == 1 and "whenever smile is made, grin has" in error
    assert written.read_text(encoding="utf-8") == grin


def test_rest_that_was_measured_anew_meanwhile_is_not_mixed(facs, day, tmp_path, monkeypatch):
    rest = ("--rest", "day.facs@0-20", *tagged("smile", SMILES))
    assert facs("enroll", *rest)[0] == 0
    beside = tmp_path / "child.baseline.json"
    meanwhile(monkeypatch, lambda: beside.write_text(beside.read_text() + " "))
    status, _, error = facs("enroll", *tagged("long blink", BLINKS), *tagged("smile", SMILES))
    assert status == 2 and "measured anew meanwhile: run this again" in error


def test_who_writes_a_profile_is_waited_for(facs, day, written, monkeypatch):
    monkeypatch.setattr("facs.commands.keeping.PATIENCE", 0.1)
    with locked(written.with_name(".child.toml.lock"), "held"):
        status, _, error = facs("enroll", "--word", "long blink=no")
    assert status == 2 and "another facs is writing" in error and error.count("\n") == 1
    assert facs("enroll", "--word", "long blink=no")[0] == 0


def test_new_rest_says_where_she_is_from_now_on(facs, day, tmp_path):
    first = ("--rest", "day.facs@0-20", *tagged("long blink", BLINKS))
    assert facs("enroll", *first)[0] == 0
    here = Profile.load("child.toml").who
    elsewhere = replace(here, x=0.1, y=0.2, width=0.1)
    replace(Profile.load("child.toml"), who=elsewhere).save("child.toml")
    status, said, _ = facs("enroll", *tagged("smile", SMILES))
    assert Profile.load("child.toml").who == elsewhere  # examples alone say nothing of it
    status, said, _ = facs("enroll", "--rest", "day.facs@0-20", *tagged("smile", SMILES))
    assert status == 0 and "from now on she is looked for where she is in day.facs@0-20" in said
    assert Profile.load("child.toml").who == here
    assert "from now on" not in facs("enroll", "--rest", "day.facs@0-20", *first)[1]
