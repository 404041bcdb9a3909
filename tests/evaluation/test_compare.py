"""Two files in, a report out: the library and the command."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from facs.errors import InputError
from facs.evaluation.compare import (
    Comparison,
    compare_files,
    model_thresholds,
    read_level,
    read_renames,
    read_thresholds,
)
from facs.evaluation.report_values import ReportOptions
from facs.network.weights import DEFAULT
from facs.outputs.tables import write_csv
from tests.outputs.builders import two_people

QUICK = ReportOptions(draws=0)


@pytest.fixture
def files(tmp_path):
    """Predictions of OpenFace and labels in letters, of four frames of two people."""
    predictions = tmp_path / "openface.csv"
    predictions.write_text(
        "frame, timestamp, success, AU01_r, AU12_r, AU12_c, AU45_c\n"
        "1, 0.00, 1, 0.1, 2.0, 1, 0\n"
        "2, 0.04, 1, 0.9, 3.0, 1, 1\n"
        "3, 0.08, 0, 0.0, 0.0, 0, 0\n"
        "4, 0.12, 1, 2.5, 0.2, 0, 1\n"
    )
    labels = tmp_path / "labels.csv"
    labels.write_text("frame,subject,AU1,AU12,AU43\n0,s1,,B,\n1,s1,,C,A\n2,s2,A,,\n3,s2,B,,E\n")
    return predictions, labels


def f1_of(report, unit):
    return report.labels[unit].metrics["f1"].value


def test_openface_is_scored_against_letters(files):
    report = compare_files(*files, options=QUICK)
    assert report.name == "openface"
    assert list(report.labels) == ["AU1", "AU12"]
    assert (report.rows, report.unseen, report.subjects) == (4, 1, 2)
    assert f1_of(report, "AU12") == 1
    assert f1_of(report, "AU1") == 1  # from an intensity of 1, where there is no presence


def test_units_are_renamed_people_chosen_levels_raised(files):
    report = compare_files(*files, Comparison(rename={"AU45": "AU43"}), QUICK)
    assert f1_of(report, "AU43") == 1
    strict = compare_files(*files, Comparison(level=3), QUICK)
    assert strict.labels["AU12"].support == 1


def test_a_unit_is_renamed_in_whichever_table_has_it(files, tmp_path):
    predictions, labels = files
    turned = compare_files(labels, predictions, Comparison(rename={"au45": "AU43"}), QUICK)
    assert "AU43" in turned.labels
    both = compare_files(predictions, labels, Comparison(rename={"AU1": "AU2"}), QUICK)
    assert "AU2" in both.labels and "AU1" not in both.labels
    with pytest.raises(InputError, match="wanted a unit to rename, of AU1 AU12 AU43 AU45, got AU9"):
        compare_files(*files, Comparison(rename={"AU9": "AU43"}), QUICK)


def test_thresholds_are_those_of_the_model_but_where_others_are_given(files):
    on = model_thresholds(DEFAULT).on["AU12"]
    how = Comparison(read_thresholds(["AU1=2"]), model=DEFAULT)
    report = compare_files(*files, how, QUICK)
    assert (report.labels["AU12"].threshold, report.labels["AU1"].threshold) == (on, 2)
    report = compare_files(*files, Comparison(read_thresholds(["2.5"]), model=DEFAULT), QUICK)
    assert report.labels["AU12"].threshold == 2.5


def test_a_table_of_ours_has_the_thresholds_of_the_default_model(tmp_path):
    write_csv(two_people(), tmp_path / "talk.csv")
    labels = tmp_path / "labels.csv"
    labels.write_text("frame,AU12\n" + "".join(f"{i},{int(i in (1, 2))}\n" for i in range(7)))
    how = Comparison(person="0")
    report = compare_files(tmp_path / "talk.csv", labels, how, QUICK)
    assert report.labels["AU12"].threshold == model_thresholds(DEFAULT).on["AU12"]
    assert any(DEFAULT in note for note in report.notes)
    assert report.unseen == 1
    with pytest.raises(InputError, match="wanted a person of 0, 4, got '7'"):
        compare_files(tmp_path / "talk.csv", labels, Comparison(person="7"), QUICK)
    with pytest.raises(InputError, match="two people"):
        compare_files(tmp_path / "talk.csv", labels, options=QUICK)


def test_a_unit_of_ours_that_is_renamed_keeps_the_threshold_of_the_model(tmp_path):
    write_csv(two_people(), tmp_path / "talk.csv")
    labels = tmp_path / "labels.csv"
    labels.write_text("frame,AU14\n" + "".join(f"{i},{int(i in (1, 2))}\n" for i in range(7)))
    how = Comparison(rename={"AU12": "AU14"}, person="0")
    report = compare_files(tmp_path / "talk.csv", labels, how, QUICK)
    assert report.labels["AU14"].threshold == model_thresholds(DEFAULT).on["AU12"]


def test_a_threshold_that_no_score_can_reach_is_refused(files, tmp_path):
    with pytest.raises(InputError, match=r"wanted a threshold of every unit in \[0, 5\], got 40"):
        read_thresholds(["40"])
    with pytest.raises(InputError, match=r"wanted a threshold of AU12 in \[0, 5\], got nan"):
        read_thresholds(["AU12=nan"])
    scores = tmp_path / "scores.csv"
    scores.write_text("frame,AU12\n" + "".join(f"{i},0.{i}\n" for i in range(4)))
    with pytest.raises(InputError, match=r"scores\.csv, AU12: wanted a threshold in \[0, 1\]"):
        compare_files(scores, files[1], Comparison(read_thresholds(["2"])), QUICK)


def test_a_threshold_of_intensities_leaves_presence_alone(files):
    how = Comparison(read_thresholds(["2"]), rename={"AU45": "AU43"})
    report = compare_files(*files, how, QUICK)
    assert (f1_of(report, "AU43"), report.labels["AU12"].threshold) == (1, 2)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda text: read_thresholds([text]), "AU12=high"),
        (lambda text: read_thresholds([text]), "smile=0.4"),
        (lambda text: read_renames([text]), "AU45"),
        *((read_level, text) for text in ("F", "0", "-1", "nan", "9")),
    ],
)
def test_words_that_mean_nothing_are_refused(read, text):
    with pytest.raises(InputError, match="wanted"):
        read(text)


def test_the_command_prints_and_writes_the_tables(facs, files, tmp_path):
    out = tmp_path / "a.json", tmp_path / "a.md"
    status, said, error = facs(
        "evaluate", *files, "--draws", "20", "--out", out[0], "--out", out[1],
        "--rename", "AU45=AU43", "--threshold", "AU1=2",
    )  # fmt: skip
    assert (status, error) == (0, "")
    for words in ("Summary", "Hamming score", "all-zero", "AU43", "4 labelled rows of 2 subjects"):
        assert words in said
    report = json.loads(out[0].read_text())
    assert report["labels"]["AU1"]["threshold"] == 2
    assert out[1].read_text().startswith("# openface\n")


def test_a_failure_of_the_command_is_one_line(facs, files, tmp_path):
    (tmp_path / "empty.csv").touch()
    for words in (
        (tmp_path / "empty.csv", files[1]),
        (files[0], files[1], "--threshold", "AU12"),
        (files[0], files[1], "--out", tmp_path / "a.txt"),
        (files[0], files[1], "--model", "facs-99"),
        (files[0], files[1], "--unseen", "perhaps"),
    ):
        status, _, error = facs("evaluate", *words)
        assert status == 2
        assert error.startswith("facs: ") and error.count("\n") == 1, error


def test_measuring_takes_numpy_and_nothing_else():
    program = (
        "import sys; import facs.evaluation.compare, facs.evaluation.report_views;"
        "print(sorted({'torch', 'cv2', 'onnxruntime', 'pandas', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
