from __future__ import annotations

import pytest

from facs.codes import parse_code
from facs.errors import InputError


@pytest.mark.parametrize("text", ["12B", "AU12b", "R04", "4L", "au4"])
def test_codes_are_read_as_coders_write_them(text):
    code = parse_code(text)
    assert code.number == (12 if "12" in text else 4)
    assert code.side == {"R04": "right", "4L": "left"}.get(text, "")
    assert (code.strength == 2) == ("2" in text)


@pytest.mark.parametrize("text", ["", "L", "12F", "123", "12 13", "B12"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(InputError, match="FACS code"):
        parse_code(text)


def test_the_side_comes_before_the_letter_of_strength_or_after_it():
    assert parse_code("12LC") == parse_code("12CL") == parse_code("L12C")
