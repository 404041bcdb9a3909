from __future__ import annotations

import numpy as np

from facs.outputs.views import REASON_WORDS, views_at
from facs.person import REASONS
from facs.units import ActionUnit
from tests.builders import NAN, make_model, make_person, make_recording

ABSENT = [NAN, NAN, NAN]
SEVEN = tuple(ActionUnit(number) for number in (1, 2, 4, 5, 6, 7, 9))


def view(scores, frame=0, **changes):
    (person,) = views_at(make_recording(make_person(scores, **changes)), frame)
    return person


def names(person):
    return [str(bar.unit) for bar in person.bars]


def test_the_strongest_units_are_shown_in_the_order_of_the_units():
    scores = [[0.7, 0.1, 0.6, 0.2, 0.5, 0.4, 0.3]]
    person = make_person(scores, units=SEVEN, sided=())
    model = make_model(units=SEVEN, on=[0.5] * 7, off=[0.4] * 7)
    (shown,) = views_at(make_recording(person, model=model), 0)
    assert names(shown) == ["AU1", "AU4", "AU6", "AU7", "AU9"]


def test_the_list_of_units_does_not_change_for_one_frame():
    scores = np.full((11, 7), 0.3)
    scores[:, 5:] = 0.1
    scores[5, 5:] = 0.9  # two units flash up in a single frame
    person = make_person(scores, units=SEVEN, sided=())
    recording = make_recording(person, model=None)
    assert names(views_at(recording, 5)[0]) == names(views_at(recording, 0)[0])


def test_a_bar_has_the_letter_of_the_intensity():
    low, _, high = view([[0.1, 0.2, 0.6]]).bars
    assert (high.letter, high.active) == ("C", True)
    assert (low.letter, low.active) == ("A", False)


def test_one_side_is_named_when_only_that_side_shows_the_unit():
    assert [bar.side for bar in view([[0.1, 0.2, 0.6]]).bars] == ["", "", "left"]
    assert view([[0.1, 0.2, 0.6]], right=[[0.1, 0.9]], left=[[0.1, 0.1]]).bars[2].side == "right"
    assert view([[0.1, 0.2, 0.6]], right=[[0.1, 0.6]]).bars[2].side == ""


def test_a_face_that_could_not_be_scored_has_a_reason_and_no_bars():
    person = view([ABSENT], reasons=[REASONS.index("dark")])
    assert (person.reason, person.bars) == ("dark", ())


def test_every_reason_has_words():
    assert tuple(REASON_WORDS) == REASONS


def test_somebody_who_leaves_is_shown_for_a_second_more():
    recording = make_recording(make_person([[0.1, 0.1, 0.1]] + [ABSENT] * 30))
    assert len(views_at(recording, 9)) == 1
    assert len(views_at(recording, 20)) == 0


def test_nobody_is_no_view():
    assert views_at(make_recording(people=()), 0) == ()
