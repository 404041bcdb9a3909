from __future__ import annotations

import pytest

from tests.outputs.builders import two_people


@pytest.fixture
def files(tmp_path):
    """A recording of two people, and somebody who coded one of them."""
    two_people().save(tmp_path / "talk.facs")
    rows = ["onset\tduration\ttrial_type", "0.04\t0.16\tAU12", "0.32\t0.04\tAU12"]
    (tmp_path / "coder.tsv").write_text("\n".join(rows) + "\n")
    return tmp_path / "talk.facs", tmp_path / "coder.tsv"


def test_agreement_is_a_table_with_what_it_means(facs, files):
    status, said, error = facs("agree", *files, "--person", "0")
    assert (status, error) == (0, "")
    lines = said.splitlines()
    assert lines[0].split()[:2] == ["unit", "frames"]
    assert lines[1].split()[:5] == ["AU12", "6", "0.500", "0.500", "1.000"]
    frames = "7 frames, of which 1 could not code 1 and 2 0"
    assert f"- 1 is talk.facs, 2 is coder.tsv; {frames}" in lines


def test_agreement_is_written(facs, files, tmp_path):
    pytest.importorskip("matplotlib")
    names = [f"a.{suffix}" for suffix in ("md", "csv", "json", "png")]
    words = [word for name in names for word in ("-o", tmp_path / name)]
    status, said, error = facs("agree", *files, "--person", "0", *words)
    assert (status, error) == (0, "")
    assert all((tmp_path / name).stat().st_size > 100 for name in names)
    assert said.count("wrote ") == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "wanted a person of 0, 4, got none"),
        (("--person", "7"), "wanted a person of 0, 4, got '7'"),
        (("--person", "0", "--unit", "AU99x"), "AU99x"),
        (("--person", "0", "--unit", "AU1"), "wanted a unit AU1"),
        (("--person", "0", "--tolerance", "-1"), "tolerance"),
        (("--person", "0", "--level", "F"), "'F'"),
        (("--person", "0", "--level", "9"), "(0, 5], got '9'"),
        (("--person", "0", "--rate", "0"), "wanted a rate > 0"),
        (("--person", "0", "--threshold", "40"), "in [0, 5], got 40"),
        (("--person", "0", "--rename", "AU46=AU12"), "wanted a unit to rename"),
        (("--person", "0", "-o", "a.xlsx"), "a.xlsx"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_line(facs, files, words, message):
    status, _, error = facs("agree", *files, *words)
    assert status == 2
    assert message in error and error.startswith("facs: ") and error.count("\n") == 1


@pytest.mark.parametrize("name", ["absent.eaf", "absent.csv", "absent.facs"])
def test_a_missing_file_is_one_line(facs, files, tmp_path, name):
    status, said, error = facs("agree", files[0], tmp_path / name, "--person", "0")
    assert (status, said) == (2, "")
    assert name in error and error.count("\n") == 1


def test_a_folder_is_no_coding(facs, files, tmp_path):
    status, _, error = facs("agree", tmp_path, files[1])
    assert status == 2 and error.count("\n") == 1
