"""The eye with the shipped weights: heard live is what a recording gives later."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from facs.errors import InputError
from facs.faces.landmarks import shipped_path
from facs.live.eye import Eye
from facs.live.frames import Shown
from facs.live.log import EventLog
from facs.live.session import Session
from facs.meaning.baseline import Baseline
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.listener import Sign
from facs.meaning.profile import Profile, Who
from facs.network.weights import shipped
from facs.units import ActionUnit
from facs.video import Frame, open_video
from tests.live.builders import HandClock
from tests.web.conftest import EXAMPLE

pytestmark = pytest.mark.skipif(
    not (shipped() and shipped_path().exists()), reason="no weights are in facs/weights yet"
)

WORDS = {"smile": "שלום", "brow lift": "no", "long blink": "yes", "mouth open": "drink"}
RULES = STOCK | {  # the example smiles and opens its mouth for less than a second
    "smile": Gesture.parse("smile", "12 >= 0.6 for 500 ms"),
    "mouth open": Gesture.parse("mouth open", "26|27 >= 0.6 for 600 ms"),
}
CHILD = Profile(tuple(Sign(RULES[name], word) for name, word in WORDS.items()))


def heard(profile, log=None, eye=None):
    """The example, frame by frame, on a machine that takes no time."""
    clock = HandClock()
    session = Session(profile, eye or Eye(profile), clock, log)
    with open_video(EXAMPLE) as video:
        for frame in video:
            clock.wait_until(100 + frame.time)
            session.hear(Shown(frame, clock.now()))
    session.close()
    return session


def test_what_is_heard_live_is_what_a_recording_says_later():
    from facs.pipeline import analyze

    recording = analyze(EXAMPLE, motion=False)
    person = recording.people[0]
    profile = Profile(CHILD.signs, who=Who.of(person, recording.size))
    later = profile.find(person)
    live = [entry.event for entry in heard(profile).log.words]
    at_last = ("brow lift", "no")  # of one brow
    assert [(e.label, e.word) for e in live] == [*WORDS.items(), at_last]
    for one, other in zip(live, later, strict=True):
        for name in ("onset", "offset", "decided", "peak"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-6)


def test_scores_are_relative_to_her_rest():
    """A child whose lip corners are always up smiles no more by that."""
    eye = Eye(CHILD)
    spec = eye.model.spec
    rest = np.zeros(len(spec.units))
    rest[spec.units.index(ActionUnit.AU12)] = 0.9
    zero, sided = np.zeros(len(spec.units)), np.zeros(len(spec.sided))
    left = sided.copy()
    left[spec.sided.index(ActionUnit.AU12)] = 0.9
    baseline = Baseline(
        spec.units, spec.sided, rest, zero, left, left, sided, sided, [0, 0, 0], moments=9
    )
    with open_video(EXAMPLE) as video:
        frame = next(f for f in video if f.time >= 1.2)  # at the height of the smile
    plain = eye.look(frame).moment.scores["12"]
    relative = Eye(Profile(CHILD.signs, baseline=baseline), eye.model).look(frame)
    assert relative.moment.scores["12"] < plain - 0.1


def test_a_baseline_of_another_model_is_refused_at_once():
    unit = (ActionUnit.AU12,)
    baseline = Baseline(unit, unit, [0.1], [0.1], [0.1], [0.1], [0.1], [0.1], [0, 0, 0], 9)
    with pytest.raises(InputError, match="make it again with the model that is used now"):
        Eye(Profile(CHILD.signs, baseline=baseline))


def test_what_the_model_cannot_do_is_said():
    suck = Sign(Gesture.parse("suck", "30 >= 0.5 for 500 ms"), "w")
    eye = Eye(Profile((suck,)))
    assert eye.notes == ("suck is never found: AU30 not measured",)
    spec = eye.model.spec
    zero, sided = [0.0] * len(spec.units), [0.0] * len(spec.sided)
    rest = {"units": spec.units, "sided": spec.sided, "probability": zero, "intensities": zero}
    sides = dict.fromkeys(("left", "right", "left_intensity", "right_intensity"), sided)
    for model, notes in (
        (f"{spec.name} {spec.version}", 0),
        ("", 0),
        ("facs-0 0.0.1", 1),
    ):
        baseline = Baseline(**rest, **sides, pose=[0, 0, 0], moments=9, model=model)
        told = Eye(Profile(CHILD.signs, baseline=baseline), eye.model).notes
        assert len(told) == notes
    assert told[0].startswith("her rest was measured with facs-0 0.0.1, this is ")


def test_an_empty_picture_is_nobody():
    sight = Eye(CHILD).look(Frame(0, 0.0, np.zeros((48, 64, 3), np.uint8)))
    assert (sight.moment.seen, sight.chosen.people, sight.reason) == (False, 0, "no_face")


def test_marks_of_a_session_go_into_the_next_calibration(facs, tmp_path):
    child, log = tmp_path / "child.toml", tmp_path / "events.csv"
    CHILD.save(child)
    for _ in range(2):
        heard(CHILD, EventLog(log))
    rows = list(csv.DictReader(log.read_text(encoding="utf-8").splitlines()))
    words = [row for row in rows if row["kind"] == "word"]
    for row in words:
        row["mark"] = "right"
    words[0] |= {"mark": "wrong", "kept": "0.700"}  # a weaker smile, as a mistake would be
    with log.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    status, said, _ = facs("enroll", "--profile", child, "--marks", log)
    assert status == 0
    assert "smile: marked 1 right, 1 wrong; false, as marked: 1 in 16 s" in said
    assert "long blink: marked 2 right, 0 wrong" in said and "stays: none was wrong" in said
    smile, *others = Profile.load(child).signs
    assert 0.7 < smile.gesture.trigger < 1
    assert [sign.gesture.trigger for sign in others] == [
        RULES[name].trigger for name in ("brow lift", "long blink", "mouth open")
    ]
    assert "marked 1 right, 1 wrong" in child.read_text(encoding="utf-8")
