from __future__ import annotations

import pytest

from facs.errors import InputError
from facs.units import SIDED, ActionUnit, Region, as_unit, grade_of, letter


def test_the_value_of_a_unit_is_its_facs_number():
    assert ActionUnit.AU12 == 12
    assert all(unit.name == f"AU{unit.value}" for unit in ActionUnit)


def test_every_unit_has_a_name_of_its_own_and_a_region():
    assert len({unit.label for unit in ActionUnit}) == len(ActionUnit)
    assert all(isinstance(unit.region, Region) for unit in ActionUnit)


def test_names_are_those_of_the_manual():
    assert ActionUnit.AU4.label == "Brow Lowerer"
    assert ActionUnit.AU25.label == "Lips Part"


def test_units_in_the_middle_of_the_face_have_no_sides():
    assert ActionUnit.AU12.sided and ActionUnit.AU43.sided
    assert not any(ActionUnit(number).sided for number in (9, 17, 25, 26, 27, 61, 64))
    assert sum(unit.sided for unit in ActionUnit) == len(SIDED)


@pytest.mark.parametrize("unit", [ActionUnit.AU6, 6, "6", " 06", "AU6", "au06"])
def test_a_unit_is_known_by_its_number_however_that_is_written(unit):
    assert as_unit(unit) is ActionUnit.AU6


@pytest.mark.parametrize("unit", ["", "AU", "3", 3, "1.5", "-6", "AU-6", "smile", None, [12]])
def test_what_is_no_unit_is_refused(unit):
    with pytest.raises(InputError, match="wanted an action unit such as"):
        as_unit(unit)


@pytest.mark.parametrize(
    ("intensity", "expected"),
    [(0, ""), (0.49, ""), (0.5, "A"), (1.49, "A"), (1.5, "B"), (3, "C"), (4.4, "D"), (5, "E")],
)
def test_a_letter_covers_half_a_step_to_each_side(intensity, expected):
    assert letter(intensity) == expected


def test_what_was_not_seen_has_no_letter():
    assert letter(float("nan")) == "?"


def test_letters_end_where_the_scale_ends():
    assert (letter(-1.0), letter(9.0)) == ("", "E")


def test_a_letter_is_read_as_the_number_that_it_is_written_for():
    assert [letter(grade_of(text)) for text in "ABCDEabcde"] == [*"ABCDEABCDE"]


@pytest.mark.parametrize("text", ["", "F", "AB", "left", "?", "3"])
def test_what_is_no_letter_has_no_number(text):
    assert letter(grade_of(text)) == "?"
