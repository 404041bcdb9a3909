"""What files of results are called."""

from __future__ import annotations

import pytest

from facs.outputs.plan import FORMATS
from facs.web.names import stem_for_files

ENDINGS = (*FORMATS.values(), ".report.html", ".overlay.mp4")


@pytest.mark.parametrize("letter", ["a", "ü", "ש", "क", "語", "𐎀"])
def test_a_long_name_in_any_script_is_one_that_a_folder_takes(tmp_path, letter):
    stem = stem_for_files(letter * 150 + ".mp4")
    assert set(stem) == {letter} and len(stem) >= 50
    for ending in ENDINGS:
        (tmp_path / f"{stem}{ending}").touch()


def test_a_long_name_is_cut_at_its_beginning():
    assert stem_for_files("語" * 150 + " day 2.mp4").endswith("語 day 2")
