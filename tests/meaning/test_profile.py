"""Profiles: what a therapist writes is what happens, and every mistake has its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import facs
from facs.errors import InputError, OutputError, ProfileError
from facs.meaning.baseline import Baseline
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.listener import Sign, Sleep
from facs.meaning.profile import Profile, Who
from facs.meaning.rest import find_baseline
from facs.units import ActionUnit
from tests.builders import make_model, make_recording
from tests.meaning.builders import UNITS, acted, clock, pulse

TEXT = """\
# N. answers with her eyes. Ask her mother about the tongue.
version = 1
name = "N."
ignore = []
emotions = false

[who]
x = 0.5
y = 0.4      # on her pillow
width = 0.2

[pause]
eyes_shut_s = 6
wake = "blink twice"
apart_ms = 500

[[gesture]]
name = "long blink"
word = "yes"
sound = "yes.wav"
rule = "both eyes 43 >= 0.7 until 0.5 for 650 ms"  # her blinks are slow

[[gesture]]
name = "brow lift"
word = "no"
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "child.toml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_a_profile_is_read_as_it_was_written(path):
    profile = facs.Profile.load(path)
    blink, brows = profile.signs
    assert blink == Sign(
        Gesture.parse("long blink", "both eyes 43 >= 0.7 until 0.5 for 650 ms"), "yes", "yes.wav"
    )
    assert (brows.gesture, brows.word) == (STOCK["brow lift"], "no")
    assert profile.who == Who(0.5, 0.4, 0.2)
    assert profile.sleep == Sleep(6.0, STOCK["blink twice"])
    assert (profile.apart, profile.emotions, profile.name) == (0.5, False, "N.")
    assert repr(profile) == "<Profile of N.: long blink = yes, brow lift = no>"


def test_events_carry_their_word(path):
    person = acted(clock(8), {43: pulse(1, 1), 1: pulse(4, 1), 2: pulse(4, 1)})
    events = facs.Profile.load(path).find(person)
    assert [(e.label, e.word, round(e.onset)) for e in events] == [
        ("long blink", "yes", 1),
        ("brow lift", "no", 4),
    ]
    assert events[0].offset == pytest.approx(2.0, abs=0.04)


def test_a_round_trip_keeps_everything_and_the_comments(path):
    profile = Profile.load(path)
    profile.save(path)
    assert Profile.load(path) == profile
    text = path.read_text(encoding="utf-8")
    for comment in ("# N. answers with her eyes", "# on her pillow", "# her blinks are slow"):
        assert comment in text
    assert 'rule = "both eyes 43 >= 0.7 until 0.5 for 650 ms"  #' in text


def test_what_changes_is_written_and_the_rest_stays(path):
    old = Profile.load(path)
    signs = (Sign(old.signs[0].gesture.with_trigger(0.8), "yes"), Sign(STOCK["nod"], "כן"))
    Profile(signs, name="N.", sleep=old.sleep, apart=1.0, ignored=("left eye",)).save(path)
    text, again = path.read_text(encoding="utf-8"), Profile.load(path)
    assert [s.gesture.name for s in again.signs] == ["long blink", "nod"]
    assert again.signs[0].gesture.trigger == 0.8 and again.signs[1].word == "כן"
    assert "brow lift" not in text and "# N. answers with her eyes" in text
    assert again.ignored == ("left eye",) and again.apart == 1.0


def test_what_is_not_known_any_more_is_not_in_the_file(path):
    known = replace(Profile.load(path), baseline=find_baseline(acted(clock(20), {12: 0.1})))
    known.save(path)
    replace(known, baseline=None, who=None).save(path)
    again = Profile.load(path)
    assert again.baseline is None and again.who is None
    assert again.signs == known.signs and "# her blinks are slow" in path.read_text("utf-8")


def test_a_gesture_without_a_rule_keeps_the_stock_rule_of_the_day(path):
    profile = Profile.load(path)
    profile.save(path)
    brows = path.read_text(encoding="utf-8").partition('name = "brow lift"')[2]
    assert "rule" not in brows
    raised = replace(profile.signs[1], gesture=STOCK["brow lift"].with_trigger(0.95))
    replace(profile, signs=(profile.signs[0], raised)).save(path)
    assert Profile.load(path).signs[1].gesture.trigger == 0.95


def test_a_name_with_spaces_around_it_keeps_its_table(path):
    spaced = TEXT.replace('name = "long blink"', 'name = " long blink "  # her yes')
    path.write_text(spaced, encoding="utf-8")
    profile = Profile.load(path)
    profile.save(path)
    text = path.read_text(encoding="utf-8")
    assert "# her yes" in text and "# her blinks are slow" in text
    assert text.count("[[gesture]]") == 2 and Profile.load(path) == profile


def test_a_new_file_is_written_and_read(tmp_path):
    profile = Profile((Sign(STOCK["tilt left"], "stop"),), who=Who(0.4, 0.5, 0.3), name="A")
    profile.save(tmp_path / "new.toml")
    assert Profile.load(tmp_path / "new.toml") == profile
    assert Profile.load(tmp_path / "new.toml").signs[0].gesture == STOCK["tilt left"]


def test_the_baseline_lies_beside_and_is_used(tmp_path):
    low_brows = {4: lambda t: np.where((t > 12) & (t < 14), 0.999, 0.7)}
    person = acted(clock(20), low_brows)
    rule = Gesture.parse("frown", "4 >= 0.5 for 500 ms")
    bare, known = Profile((Sign(rule, "no"),)), find_baseline(person)
    profile = Profile((Sign(rule, "no"),), baseline=known)
    assert bare.find(person) == []  # always frowning, so never at rest
    assert [round(e.onset) for e in profile.find(person)] == [12]
    profile.save(tmp_path / "child.toml")
    again = Profile.load(tmp_path / "child.toml")
    assert isinstance(again.baseline, Baseline)
    assert [round(e.onset) for e in again.find(person)] == [12]


def test_a_profile_keeps_its_baseline_until_another_one_is_whole(tmp_path, monkeypatch):
    """Thresholds of the old profile above the new rest would be wrong ones."""
    file = tmp_path / "child.toml"
    rests = [find_baseline(acted(clock(20), {12: level})) for level in (0.3, 0.5, 0.7)]
    old, new, newer = (Profile((Sign(STOCK["nod"]),), baseline=rest) for rest in rests)
    old.save(file)
    before = file.read_bytes()

    def lost(*_):
        raise OSError("no power")

    monkeypatch.setattr("facs.meaning.profile_writing.tomlkit.dumps", lost)
    with pytest.raises(OutputError, match="no power"):
        new.save(file)
    monkeypatch.undo()
    assert file.read_bytes() == before and Profile.load(file).baseline.same_as(rests[0])
    for profile in (new, newer, newer):
        profile.save(file)
        assert Profile.load(file).baseline.same_as(profile.baseline)
    names = {"child.toml", "child.baseline.json", "child.baseline-2.json"}
    assert {one.name for one in tmp_path.iterdir()} == names


def wrong(path, old, new):
    assert old in TEXT
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        Profile.load(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


LINES = {name: i for i, name in enumerate(TEXT.splitlines(), 1)}


def line_of(start):
    return next(i for text, i in LINES.items() if text.startswith(start))


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("version = 1", "version = 2", 2, "wanted version = 1, got 2"),
        ("ignore = []", 'ignore = ["nose"]', 4, 'wanted ignore = [], ["left eye"]'),
        ("emotions = false", 'emotions = "no"', 5, "wanted emotions = true or false"),
        ("emotions = false", "emotion = false", 5, "'emotion' is not known; there are: version"),
        ("emotions = false", 'baseline = "gone.json"', 5, "cannot read the baseline"),
        ("emotions = false", "emotions = maybe", 5, "this is not TOML"),
        ("width = 0.2", "width = 20", 7, "shares of the picture"),
        ("width = 0.2", 'width = "wide"', 10, "wanted width = a number"),
        ("eyes_shut_s = 6", "eyes_shut_s = -6", 13, "0 s (never) or more"),
        ("eyes_shut_s = 6", "eyes_shut = 6", 13, "there are: eyes_shut_s, wake, apart_ms"),
        ('wake = "blink twice"', 'wake = "shout"', 14, "such as 'for 600 ms'"),
        ('word = "yes"', "word = yes", 19, "text needs quotes"),
        ('word = "yes"', "word = 5", 19, 'wanted word = "text" in quotes, got 5'),
        ("0.7 until 0.5", "0.5 until 0.7", 21, "ends at 0.7, above 0.5 where it begins"),
        ("both eyes 43", "both ears 43", 21, "got 'both ears 43'"),
        ("for 650 ms", "for 6000 ms", 21, "is never heard: eyes shut for 6 s pause everything"),
        ('name = "brow lift"', 'name = "eyebrow"', 24, "is no stock gesture, so it needs a rule"),
        ('name = "brow lift"', 'name = "long blink"', 23, "the name is there twice"),
        ('name = "brow lift"', "", 23, 'wanted name = "..."'),
        ('word = "no"', 'wort = "no"', 25, "'wort' is not known"),
    ],
)
def test_a_mistake_has_its_line_and_a_way_out(path, old, new, line, message):
    said = wrong(path, old, new)
    assert message in said
    assert f"child.toml, line {line}: " in said


def test_yes_and_no_may_not_be_the_same_movement(path):
    same = 'rule = "both 43 >= 0.7 until 0.5 for 650 ms"\nword = "no"'
    said = wrong(path, 'word = "no"', same)
    assert "line 25: brow lift: has the same rule as long blink ('yes' and 'no')" in said


def test_a_gesture_on_the_way_to_another_is_a_contradiction(path):
    said = wrong(path, 'word = "no"', 'word = "no"\nrule = "both eyes 43 >= 0.8 for 1500 ms"')
    assert "whenever brow lift is made, long blink has been made before" in said
    assert "'for 650-1500 ms'" in said
    ended = TEXT.replace("for 650 ms", "for 650-1400 ms")
    path.write_text(ended + 'rule = "both eyes 43 >= 0.8 for 1500 ms"', encoding="utf-8")
    assert len(Profile.load(path).signs) == 2


def test_a_stock_name_in_another_case_has_the_stock_rule(path):
    path.write_text(
        TEXT.replace('"brow lift"', '"Brow Lift"').replace("blink twice", "Blink Twice")
    )
    brows = Profile.load(path).signs[1].gesture
    assert (brows.name, brows.rule) == ("Brow Lift", STOCK["brow lift"].rule)
    Profile.load(path).save(path)
    assert "rule" not in path.read_text(encoding="utf-8").partition('name = "Brow Lift"')[2]


def test_a_wake_gesture_of_an_ignored_eye_is_a_contradiction(path):
    wake = STOCK["wink left"]
    with pytest.raises(InputError, match="wake: the left eye is ignored"):
        Profile(ignored=("left eye",), sleep=Sleep(wake=wake))
    Profile(ignored=("left eye",), sleep=Sleep(0.0, wake))  # nothing is to be woken from
    text = TEXT.replace("ignore = []", 'ignore = ["left eye"]').replace("blink twice", "wink left")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError, match="line 14: wake: the left eye is ignored"):
        Profile.load(path)


def test_a_wake_gesture_that_the_model_does_not_measure_is_said():
    winking = Sleep(wake=STOCK["wink left"])
    assert Profile(sleep=winking).unmeasured(UNITS, UNITS) == {"wake": ("AU64",)}
    assert Profile(sleep=replace(winking, after=0.0)).unmeasured(UNITS, UNITS) == {}


def test_a_profile_that_was_written_on_windows_is_read(path):
    hers = replace(Profile.load(path), baseline=find_baseline(acted(clock(20), {12: 0.1})))
    hers.save(path)
    for file in (path, path.with_suffix(".baseline.json")):
        file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8-sig", newline="\r\n")
    assert Profile.load(path).signs == hers.signs


def test_files_that_are_none(tmp_path):
    with pytest.raises(ProfileError, match="cannot read the profile"):
        Profile.load(tmp_path / "nothing.toml")
    (tmp_path / "latin.toml").write_bytes(b"name = '\xe9'")
    with pytest.raises(ProfileError, match="UTF-8"):
        Profile.load(tmp_path / "latin.toml")
    (tmp_path / "table.toml").write_text("version = 1\ngesture = 5\n")
    with pytest.raises(ProfileError, match=r"wanted \[\[gesture\]\]"):
        Profile.load(tmp_path / "table.toml")
    (tmp_path / "who.toml").write_text("version = 1\nwho = 5\n")
    with pytest.raises(ProfileError, match=r"line 2: wanted \[who\] as a heading"):
        Profile.load(tmp_path / "who.toml")


def test_where_it_cannot_be_written_it_says_so(tmp_path):
    with pytest.raises(OutputError, match="create the folder first"):
        Profile().save(tmp_path / "no" / "child.toml")


def placed(track, box, seen=10):
    boxes = np.full((10, 4), np.nan)
    boxes[:seen] = box
    score = np.where(np.arange(10) < seen, 0.9, np.nan)
    return acted(clock(1, 10.0), track=track, boxes=boxes, score=score)


def test_she_is_chosen_by_place_and_size():
    carer = placed(0, [55, 20, 75, 40])
    child = placed(1, [10, 50, 30, 70], seen=6)
    recording = make_recording(carer, child, model=None)
    by_place = Profile(who=Who(0.22, 0.6, 0.2)).choose(recording)
    assert by_place.person.track == 1
    assert by_place.why == "nearest to the enrolled place and size of 2 people"
    by_size = Profile(who=Who(0.4, 0.45, 0.2)).choose(
        make_recording(placed(0, [20, 30, 60, 70]), placed(1, [45, 35, 65, 55]), model=None)
    )
    assert by_size.person.track == 1
    without = Profile().choose(recording)
    assert without.person.track == 0 and "most frames" in without.why


def seen_in(track, box, first, last, scores=None):
    """Somebody whose box is there from one frame to another, of ten seconds."""
    person = acted(clock(10, 10.0), scores, unseen=[(0, first / 10), (last / 10, 10)], track=track)
    boxes = np.full((100, 4), np.nan)
    boxes[first:last] = box
    return replace(person, boxes=boxes, score=np.where(np.isnan(boxes[:, 0]), np.nan, 0.9))


def test_who_was_hidden_for_a_while_is_the_same_as_in_a_live_session():
    blinks = {43: lambda t: np.maximum(pulse(1, 1)(t), pulse(8, 1)(t))}
    before = seen_in(0, [10, 50, 30, 70], 0, 40, blinks)
    after = seen_in(2, [14, 50, 34, 70], 70, 100, blinks)
    carer = seen_in(1, [60, 20, 80, 40], 30, 70)
    beside = seen_in(3, [25, 50, 45, 70], 75, 100)  # near, and seen beside her
    recording = make_recording(before, carer, after, beside, model=None)
    yes = (Sign(STOCK["long blink"], "yes"),)
    for who in (None, Who(0.2, 0.6, 0.2)):
        choice = Profile(yes, who=who).choose(recording)
        assert [round(e.onset) for e in Profile(yes).find(choice.person)] == [1, 8]
        assert "joined, as she was out of sight in between: 0, 2" in choice.why
        assert "3.0 s in which only others were seen are left out" in choice.why
    alone = Profile(yes).choose(make_recording(before, after, model=None))
    assert alone.why.startswith("the only one who was seen; joined")


def test_who_is_far_from_her_place_does_not_join_her():
    child, nurse = seen_in(0, [10, 50, 30, 70], 0, 60), seen_in(1, [60, 20, 100, 60], 80, 100)
    choice = Profile(who=Who(0.2, 0.6, 0.2)).choose(make_recording(child, nurse, model=None))
    assert np.isnan(choice.person.boxes[80:]).all() and "joined" not in choice.why


def test_where_one_or_nobody_was_seen():
    alone = Profile(who=Who(0.9, 0.9, 0.1)).choose(make_recording(placed(3, [0, 0, 20, 20])))
    assert alone.person.track == 3 and alone.why == "the only one who was seen"
    assert Profile().choose(make_recording(placed(0, [0, 0, 1, 1], seen=0))) is None


def test_emotions_are_off_unless_somebody_decides_otherwise():
    person = acted(clock(3), {6: pulse(1, 1), 12: pulse(1, 1)})
    assert Profile().find_emotions(person) == []
    assert [m.label for m in Profile(emotions=True).find_emotions(person)] == ["happiness"]


def test_what_the_model_does_not_measure_is_said():
    profile = Profile((Sign(STOCK["tongue"], "stop"), Sign(STOCK["long blink"], "yes")))
    assert profile.unmeasured(UNITS, UNITS) == {"tongue": ("AU19",)}
    assert profile.unmeasured(list(ActionUnit), list(ActionUnit)) == {}


@pytest.mark.parametrize("options", [{"apart": -1.0}, {"ignored": ("nose",)}])
def test_options_that_cannot_be_are_refused(options):
    with pytest.raises(InputError):
        Profile(**options)


def test_the_example_of_the_documents_reads(tmp_path):
    import facs.meaning.profile_file as module

    text = "\n".join(line[4:] for line in module.__doc__.split("::")[1].splitlines())
    text = text[: text.index('for 600 ms"\n') + len('for 600 ms"')].replace(
        'baseline = "child.baseline.json"\n', ""
    )
    file = Path(tmp_path) / "doc.toml"
    file.write_text(text)
    assert Profile.load(file).signs[0].word == "yes"


def test_a_profile_without_gestures_gets_some_and_can_still_be_read(tmp_path):
    file, smile = tmp_path / "new.toml", Profile((Sign(STOCK["smile"], "hello"),))
    Profile(name="N.").save(file)
    smile.save(file)
    assert Profile.load(file).signs == smile.signs
    Profile().save(file)
    assert Profile.load(file).signs == ()
    for line in ("gesture = []", 'gesture = [{ name = "tongue", rule = "" }]'):
        file.write_text(f"version = 1\n{line}\n")
        smile.save(file)
        assert Profile.load(file).signs == smile.signs


def test_down_is_as_far_as_aside_whatever_the_shape_of_the_picture():
    for size in ((1280, 720), (720, 1280)):
        her = Who.at((300, 300, 400, 420), size)
        for aside, down in ((120, 0), (0, 120)):
            there = Who.at((300 + aside, 300 + down, 400 + aside, 420 + down), size)
            assert her.distance(there, size) == pytest.approx(1.2, abs=0.02)


def test_what_comes_too_soon_after_a_word_does_not_move_it():
    smile = Gesture.parse("smile", "12 >= 0.5 for 200 ms, pause 300 ms")
    profile = Profile((Sign(smile, "hello"),), apart=2.0)
    scores = {12: lambda t: np.maximum(pulse(1.1, 0.5)(t), pulse(2.3, 0.5)(t))}
    (event,) = profile.find(acted(clock(5), scores))
    assert event.onset == pytest.approx(1.1, abs=0.05) and event.decided < 1.5


@pytest.mark.parametrize("seconds", [1000.0, 1800.0])
def test_long_times_are_written_so_that_they_are_read(seconds):
    assert Sleep(after=seconds).detector() is not None
    gesture = Gesture.parse("smile", f"12 >= 0.5 for 300 ms, pause {1000 * seconds:.0f} ms")
    assert Gesture.parse("smile", gesture.rule) == gesture


def test_a_threshold_that_changes_its_sign_ends_on_its_own_side():
    lifted = Gesture.parse("lifted", "pitch >= -10 for 600 ms")
    for trigger in (-20.0, 0.0, 1.25, 5.0):
        assert lifted.with_trigger(trigger).release <= trigger


def test_a_baseline_of_another_model_is_told(tmp_path):
    person = placed(0, [0, 0, 20, 20])
    recording = make_recording(
        person, model=make_model(units=UNITS, on=[0.5] * len(UNITS), off=[0.4] * len(UNITS))
    )
    used = f"{recording.model.name} {recording.model.version}"
    for model, told in (("child 3.0", True), (used, False), ("", False)):
        baseline = replace(find_baseline(acted(clock(20), {12: 0.1})), model=model)
        why = Profile(baseline=baseline).choose(recording).why
        assert ("her baseline was made with child 3.0" in why) == told
