from __future__ import annotations

import numpy as np
import pytest

from facs.outputs.spans import frame_ends, side_spans, spans_of, unit_spans, unscored_spans
from facs.units import ActionUnit
from tests.builders import NAN, make_person
from tests.outputs.builders import TIMES, two_people, with_a_hole

AU12 = ActionUnit.AU12


def test_a_span_ends_when_its_last_frame_ends():
    first = unit_spans(two_people().people[0], AU12)[0]
    assert (first.start, first.end) == (0.04, 0.2)


def test_a_span_at_the_end_lasts_as_long_as_a_usual_frame():
    last = unit_spans(two_people().people[0], AU12)[-1]
    assert last.start == 0.32
    assert last.end == pytest.approx(0.36)


def test_a_picture_has_a_moment_of_its_own():
    assert frame_ends(np.array([0.0])).tolist() == [0.04]
    assert frame_ends(np.zeros(0)).tolist() == []


def test_the_side_is_that_of_the_apex():
    person = two_people().people[0]
    assert [span.side for span in unit_spans(person, AU12)] == ["both", "left"]
    assert [span.code for span in unit_spans(person, AU12)] == ["12E", "L12D"]


def test_a_unit_without_sides_has_none():
    person = make_person([[0.1, 0.9, 0.1]])
    assert [(span.side, span.code) for span in spans_of(person)] == [("", "9E")]


def test_sides_have_spans_of_their_own():
    person = two_people().people[0]
    assert [(s.start, s.code) for s in side_spans(person, AU12, "left")] == [
        *((0.04, "L12E"), (0.32, "L12D"))
    ]
    right = side_spans(person, AU12, "right")
    assert [(s.start, s.end, s.peak) for s in right] == [(0.04, 0.2, pytest.approx(0.9))]


def test_spans_and_events_are_the_same_events():
    for person in two_people():
        events = person.events()
        ends = dict(zip(TIMES, frame_ends(person.times).tolist(), strict=True))
        assert [(e.label, e.onset, ends[e.offset], e.peak) for e in events] == [
            (str(s.unit), s.start, s.end, s.peak) for s in spans_of(person)
        ]


def test_the_frame_before_a_hole_lasts_as_long_as_is_usual():
    person = with_a_hole()
    expected = [0.04, 0.08, 0.12, 60.12, 60.16, 60.2]
    assert frame_ends(person.times) == pytest.approx(expected)
    spans = unit_spans(person, AU12)
    assert [(s.start, s.end) for s in spans] == [
        (0.0, pytest.approx(0.12)),
        (60.08, pytest.approx(60.16)),
    ]


def test_a_hole_was_not_scored():
    assert list(unscored_spans(with_a_hole())) == [
        (pytest.approx(0.12), 60.08, "no frames"),
        (60.16, pytest.approx(60.2), "not seen"),
    ]


def test_who_was_away_before_and_after_a_hole_was_not_looked_for_in_it():
    away = make_person([[NAN] * 3] * 6, times=with_a_hole().times)
    assert [(start, words) for start, _, words in unscored_spans(away)] == [
        (0.0, "not seen"),
        (pytest.approx(0.12), "no frames"),
        (60.08, "not seen"),
    ]


def test_what_was_not_scored_has_its_reason():
    first, second = two_people().people
    assert list(unscored_spans(first)) == [(0.24, 0.28, "turned away")]
    assert list(unscored_spans(second)) == [(0.0, 0.24, "not seen")]
