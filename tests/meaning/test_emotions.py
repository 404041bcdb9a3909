"""Matches of published prototypes: what was there, what was missing, what nobody measured."""

from __future__ import annotations

import pytest

from facs.errors import InputError
from facs.meaning.emotions import find_matches, find_smiles
from facs.meaning.prototypes import Element, Prototype, read_prototypes
from facs.units import ActionUnit
from tests.meaning.builders import acted, clock, pulse

ALL = tuple(ActionUnit(n) for n in (1, 2, 4, 5, 6, 7, 9, 12, 14, 15, 16, 20, 23, 26, 27))
PULSE = pulse(1.0, 1.0)


def matches(active, units=ALL, **options):
    person = acted(clock(3), dict.fromkeys(active, PULSE), units=units)
    return {match.label: match for match in find_matches(person, **options)}


def test_all_units_of_a_prototype_are_a_full_match():
    match = matches([1, 4, 15])["sadness"]
    assert match.matched == ("1", "4", "15") and match.missing == () == match.unmeasured
    assert str(match) == "matches 3 of 3 units of the prototype sadness (emfacs: 1+4+15)"
    assert (match.onset, match.offset) == pytest.approx((1.0, 2.0), abs=0.04)
    assert match.peak == pytest.approx(0.95)


def test_a_part_says_what_is_missing():
    match = matches([1, 4])["sadness"]
    assert (match.matched, match.missing) == (("1", "4"), ("15",))
    assert str(match).endswith("without 15")


def test_too_small_a_part_is_no_match():
    assert matches([1]) == {}
    assert "sadness" not in matches([1, 4], share=1.0)


def test_what_the_model_does_not_measure_is_neither_there_nor_missing():
    units = tuple(u for u in ALL if u is not ActionUnit.AU15)
    match = matches([1, 4], units=units)["sadness"]
    assert (match.matched, match.missing, match.unmeasured) == (("1", "4"), (), ("15",))
    assert str(match).endswith("15 not measured")


def test_a_prototype_of_which_too_little_is_measured_is_never_reported():
    assert matches([9], units=(ActionUnit.AU9,)) == {}


def test_a_letter_asks_for_intensity():
    strong = dict.fromkeys([1, 2, 26], PULSE)
    low = {"on": [0.2] * len(ALL), "off": [0.1] * len(ALL)}
    faint = acted(clock(3), strong | {5: pulse(1, 1, high=0.25)}, units=ALL, **low)
    full = acted(clock(3), strong | {5: PULSE}, units=ALL, **low)
    assert [m.missing for m in find_matches(faint) if m.label == "surprise"] == [("5B",)]
    assert [m.missing for m in find_matches(full) if m.label == "surprise"] == [()]


def one_sided(left, right, **changes):
    sides = {12: left, 14: left}, {12: right, 14: right}
    person = acted(clock(3), {}, *sides, units=ALL, **changes)
    return [m for m in find_matches(person) if m.label == "contempt"]


def test_contempt_is_one_side_and_not_the_other():
    low = 0.02
    assert len(one_sided(low, PULSE)) == 1
    assert one_sided(PULSE, PULSE) == []
    assert len(one_sided(PULSE, low)) == 1  # the table prints the right one, and its mirror image


def test_either_of_two_units_of_one_side_is_enough_and_is_written_as_it_is_read():
    for text in ("26|27", "26B|27B", "R12|R14", "L12C|L14C"):
        assert str(Element.parse(text)) == text
        assert Element.parse(str(Element.parse(text))) == Element.parse(text)
    low = 0.02
    right = acted(clock(3), {}, {12: low, 14: low}, {12: low, 14: PULSE}, units=ALL)
    element = Element.parse("R12|R14")
    assert element.shown(right).any() and element.probability(right).max() > 0.9
    assert not Element.parse("L12|L14").shown(right).any()


def test_without_sides_there_is_no_contempt():
    person = acted(clock(3), {12: PULSE, 14: PULSE}, units=ALL, sided=())
    assert "contempt" not in [m.label for m in find_matches(person)]


def test_not_seen_ends_a_match():
    active = dict.fromkeys([1, 4, 15], pulse(0.5, 2.0))
    person = acted(clock(3), active, units=ALL, unseen=[(1.4, 1.6)])
    spans = [(m.onset, m.offset) for m in find_matches(person) if m.label == "sadness"]
    assert spans == [
        (pytest.approx(0.5, abs=0.04), pytest.approx(1.4, abs=0.04)),
        (pytest.approx(1.6, abs=0.04), pytest.approx(2.5, abs=0.04)),
    ]


def test_the_person_has_it_as_a_method():
    person = acted(clock(3), dict.fromkeys([6, 12], PULSE), units=ALL)
    assert [m.label for m in person.emotions()] == ["happiness"]
    assert person.emotions("facs-1978") == find_matches(person, "facs-1978")


def test_published_tables_disagree_and_each_has_its_source():
    fear = {t: _of(t, "fear").notation for t in ("emfacs", "emfacs-fear-without-7", "facs-1978")}
    assert len(set(fear.values())) == 3
    for table in (*fear, "ekman-cohn-2005"):
        assert all(prototype.source for prototype in read_prototypes(table))


def _of(table, emotion):
    return next(p for p in read_prototypes(table) if p.emotion == emotion)


def test_an_edited_table_is_read_by_its_path(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text('# mine\ntable,emotion,units,source\nmine,glee,12C+26|27,"me, 2026"\n')
    prototype = read_prototypes("mine", path)[0]
    assert (prototype.notation, prototype.source) == ("12C+26|27", "me, 2026")
    person = acted(clock(3), {12: PULSE, 27: PULSE}, units=ALL)
    assert [m.label for m in find_matches(person, "mine", path=path)] == ["glee"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("table,emotion,units,source\nmine,glee,12x,me\n", "line 2: wanted a unit such as"),
        ("table,emotion,units,source\n# hm\nmine,glee,12,\n", "line 3: wanted a table, an emotion"),
        ("table,emotion,units,source\nmine,glee,12\n", "line 2"),
        ("a,b\n", "wanted the columns"),
        ("", "wanted the columns"),
    ],
)
def test_a_wrong_table_names_its_line(tmp_path, text, message):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_prototypes("mine", path)


def test_an_unknown_table_names_those_that_exist():
    with pytest.raises(InputError, match="emfacs-fear-without-7"):
        read_prototypes("mine")


@pytest.mark.parametrize("text", ["", "x", "R17", "R12|L12", "12F", "999"])
def test_notation_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="wanted"):
        Element.parse(text)


def test_a_prototype_without_a_source_is_refused():
    with pytest.raises(InputError, match="a source"):
        Prototype.parse("mine", "glee", "12", " ")


@pytest.mark.parametrize(
    ("active", "units", "label"),
    [
        ([12, 6], ALL, "12 with 6"),
        ([12], ALL, "12 without 6"),
        ([12], (ActionUnit.AU12,), "12"),
    ],
)
def test_smiles_say_what_the_cheeks_did(active, units, label):
    person = acted(clock(3), dict.fromkeys(active, PULSE), units=units)
    assert [smile.label for smile in find_smiles(person)] == [label]


def test_no_word_claims_a_feeling_or_that_it_is_genuine():
    person = acted(clock(3), dict.fromkeys(ALL, PULSE), units=ALL)
    for match in find_matches(person):
        assert str(match).startswith("matches ")
        assert "genuine" not in str(match)
