"""Any CSV of units as one value."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.evaluation.align import align
from facs.evaluation.sheet import Sheet, read_header
from facs.evaluation.tables_in import (
    _is_used,
    dialect_of,
    read_either,
    read_labels,
    read_predictions,
)
from facs.evaluation.tables_out import write_unit_table
from facs.evaluation.unit_columns import UnitColumn, in_order, read_name, unit_name
from facs.evaluation.unit_table import UnitTable
from facs.outputs.dialects import write_feat_csv, write_openface_csv
from facs.outputs.tables import write_csv
from tests.builders import make_recording
from tests.evaluation.builders import NAN
from tests.outputs.builders import two_people


@pytest.fixture
def table(tmp_path):
    """Write lines to a file and return its path."""

    def write(*lines, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return write


def column(found, name, kind):
    return getattr(found, kind)[:, found.names.index(name)].tolist()


def refused(path, read=read_labels, **options):
    with pytest.raises(InputError) as caught:
        read(path, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# names


@pytest.mark.parametrize("text", ["AU6", "AU06", "au_6", "AU 06", "6", "06", " AU6 "])
def test_a_unit_has_many_spellings(text):
    assert read_name(text) == UnitColumn(6)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("AU12_left", UnitColumn(12, "left")),
        ("L12", UnitColumn(12, "left")),
        ("AU12R", UnitColumn(12, "right")),
        ("AU06_r", UnitColumn(6, "", "intensity")),
        ("AU06_c", UnitColumn(6, "", "presence")),
        ("AU43_right_intensity", UnitColumn(43, "right", "intensity")),
        ("AU43_presence", UnitColumn(43, "", "presence")),
    ],
)
def test_a_name_says_side_and_kind(text, column):
    assert read_name(text) == column


@pytest.mark.parametrize("text", ["", "0", "AU0", "AU123", "smile", "AU12_x", "gaze_0_x", "x_12"])
def test_other_names_are_no_units(text):
    assert read_name(text) is None


def test_units_are_in_order_of_their_numbers():
    assert in_order(["AU12_right", "AU2", "AU12", "AU12_left"]) == (
        *("AU2", "AU12", "AU12_left", "AU12_right"),
    )


def test_a_word_that_names_no_unit_is_refused():
    with pytest.raises(InputError, match="'smile'"):
        unit_name("smile")


# tables of programs


def test_our_own_table_is_read(tmp_path):
    recording = two_people()
    write_csv(recording, tmp_path / "talk.csv")
    found = read_predictions(tmp_path / "talk.csv")
    assert found.dialect == "facs"
    assert set(found.names) >= {"AU6", "AU9", "AU12", "AU12_left", "AU12_right"}
    for person in recording:
        rows = found.person == str(person.track)
        for kind, values in (("probability", person["AU12"]), ("intensity", person.intensity(12))):
            read = getattr(found, kind)[rows, found.names.index("AU12")]
            assert read == pytest.approx(values, abs=1e-6, nan_ok=True)
        assert found.frame[rows].tolist() == list(range(7))
        assert found.time[rows] == pytest.approx(person.times)
        assert (found.seen[rows] == person.seen).all()


def test_openface_with_blanks_after_its_commas(table):
    path = table(
        "frame, face_id, timestamp, confidence, success, AU01_r, AU12_r, AU01_c, AU28_c",
        "1, 0, 0.000, 0.98, 1, 0.00, 3.25, 0.00, 1.00",
        "2, 0, 0.033, 0.02, 0, 0.00, 0.00, 0.00, 0.00",
    )
    found = read_predictions(path)
    assert found.dialect == "openface"
    assert found.names == ("AU1", "AU12", "AU28")
    assert found.frame.tolist() == [0, 1]  # OpenFace counts from 1
    assert column(found, "AU12", "intensity") == pytest.approx([3.25, NAN], nan_ok=True)
    assert column(found, "AU28", "presence") == pytest.approx([1, NAN], nan_ok=True)
    assert found.seen.tolist() == [True, False]  # its zeros without success are not zeros
    assert found.time.tolist() == [0, 0.033]


def test_py_feat_has_probabilities_and_names_its_input(table):
    path = table(
        "FaceRectX,FaceScore,AU01,AU12,anger,input,frame,approx_time",
        "1,0.99,0.25,0.75,0.1,/data/talk.mp4,0,00:00",
        ",,,,,/data/talk.mp4,1,00:00",
    )
    found = read_predictions(path)
    assert found.dialect == "feat"
    assert found.file.tolist() == ["/data/talk.mp4"] * 2
    assert column(found, "AU12", "probability") == pytest.approx([0.75, NAN], nan_ok=True)
    assert np.isnan(found.intensity).all()


def test_py_feat_counts_pictures_through_where_each_is_a_file_of_its_own(table):
    rows = [f"1,0.9,0.{k},img{k}.png,{k}" for k in range(4)]
    found = read_predictions(table("FaceRectX,FaceScore,AU12,input,frame", *rows))
    assert found.frame.tolist() == [0] * 4
    video = [f"1,0.9,0.{k},talk.mp4,{k}" for k in range(4)]
    found = read_predictions(table("FaceRectX,FaceScore,AU12,input,frame", *video))
    assert found.frame.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("write", [write_csv, write_openface_csv, write_feat_csv])
def test_what_we_write_in_any_dialect_says_the_same(tmp_path, write):
    recording = make_recording()
    write(recording, tmp_path / "a.csv")
    found = read_predictions(tmp_path / "a.csv")
    place = found.names.index("AU12")
    said = (
        found.intensity[:, place] / 5
        if write is write_openface_csv
        else (found.probability[:, place])
    )
    assert found.frame.tolist() == [0, 1, 2]
    assert said == pytest.approx([0.3, 0.9, 0.8], abs=1e-3)


def test_plain_columns_beyond_one_are_intensities(table):
    found = read_predictions(table("frame,AU1,AU12", "0,0.2,0.9", "1,0.1,3.5"))
    assert column(found, "AU1", "intensity") == [0.2, 0.1]
    assert np.isnan(found.probability).all()


def test_a_unit_can_be_read_as_another(table):
    path = table("frame,AU45_c,AU12_r", "1,1,2")
    assert read_predictions(path, rename={"AU45": "AU43"}).names == ("AU12", "AU43")
    assert "AU46" in refused(path, read_predictions, rename={"AU46": "AU43"})


def test_a_table_with_both_sides_alone_has_the_stronger_as_the_unit(table):
    found = read_predictions(table("frame,AU2_left,AU2_right", "0,0.1,0.7", "1,0.3,"))
    assert found.names == ("AU2", "AU2_left", "AU2_right")
    assert column(found, "AU2", "probability") == pytest.approx([0.7, NAN], nan_ok=True)


def test_dialects_are_told_apart_by_their_columns():
    assert dialect_of(["frame", " success", " AU01_c"]) == "openface"
    assert dialect_of(["AU01", "input", "approx_time", "frame"]) == "feat"
    assert dialect_of(["frame", "person", "reason", "stream", "AU1"]) == "facs"
    assert dialect_of(["frame", "AU1"]) == "plain"


# tables of labels


def test_labels_of_zero_and_one(table):
    found = read_labels(table("frame,1,AU02,AU12", "0,0,1,0", "1,1,,NaN"))
    assert found.names == ("AU1", "AU2", "AU12")
    assert column(found, "AU2", "presence") == pytest.approx([1, NAN], nan_ok=True)
    assert column(found, "AU12", "presence") == pytest.approx([0, NAN], nan_ok=True)
    assert np.isnan(found.intensity).all()


def test_labels_in_letters_where_nothing_is_written_for_nothing_shown(table):
    found = read_labels(table("frame,AU1,AU12", "0,B,", "1,?,e", "2,0,A"))
    assert column(found, "AU1", "intensity") == pytest.approx([2, NAN, 0], nan_ok=True)
    assert column(found, "AU12", "intensity") == [0, 5, 1]


def test_labels_from_zero_to_five(table):
    found = read_labels(table("frame,AU1,AU12", "0,0,1", "1,5,0"))
    assert column(found, "AU1", "intensity") == [0, 5]
    assert column(found, "AU12", "intensity") == [1, 0]  # a whole table has one kind


def test_nine_is_not_coded(table):
    found = read_labels(table("frame,AU1", "0,9", "1,1"))
    assert column(found, "AU1", "presence") == pytest.approx([NAN, 1], nan_ok=True)


def test_a_table_of_traces_can_be_called_intensities(table):
    found = read_labels(table("frame,AU1", "0,1", "1,0"), values="intensity")
    assert column(found, "AU1", "intensity") == [1, 0]


def test_frames_can_begin_with_one(table):
    path = table("frame,AU1", "1,1", "2,0")
    assert read_labels(path, first_frame=1).frame.tolist() == [0, 1]
    assert "line 2, frame: wanted a whole number of at least 2" in refused(path, first_frame=2)


def test_subjects_and_groups_come_along(table):
    path = table("file,subject,sex,camera,AU1", "a.png,s1,f,left,1", "b.png,s2,m,right,0")
    found = read_labels(path, groups=("sex", "camera"))
    assert found.subject.tolist() == ["s1", "s2"]
    assert {k: v.tolist() for k, v in found.groups.items()} == {
        "sex": ["f", "m"],
        "camera": ["left", "right"],
    }


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_marks_between_cells(table, mark):
    path = table(mark.join(("frame", "AU1")), mark.join(("0", "1")), encoding="utf-8-sig")
    assert column(read_labels(path), "AU1", "presence") == [1]


def test_of_a_table_with_landmarks_only_the_units_are_kept(table):
    landmarks = [f"x_{i}" for i in range(478)]
    path = table(
        ",".join(("FaceScore", "input", "frame", *landmarks, "AU12")),
        ",".join(("0.9", "a.mp4", "0", *(["1.5"] * 478), "0.25")),
    )
    assert set(Sheet.read(path, _is_used).cells) == {1, 2, 481}
    assert column(read_predictions(path), "AU12", "probability") == [0.25]


# what is no table


def test_columns_that_nobody_uses_are_named(table):
    found = read_labels(table("frame,AU1,smile,coder", "0,1,2,anna"))
    assert found.notes == (f"{found.source}: ignored columns: smile, coder",)


def test_a_file_that_is_not_there(tmp_path):
    assert "absent.csv" in refused(tmp_path / "absent.csv")


def test_a_file_without_rows(table):
    assert "no rows" in refused(table("frame,AU1"))
    assert "no rows" in refused(table(""))


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xff\x00\x00\x01")
    assert "cannot be read" in refused(tmp_path / "a.csv")


def test_a_table_without_units(table):
    assert "wanted columns of units such as AU12, got frame, smile" in refused(
        table("frame,smile", "0,1")
    )


def test_a_table_that_does_not_say_which_row_is_what(table):
    assert "wanted a column frame (for a video) or file (for pictures)" in refused(
        table("AU1,AU2", "0,1")
    )


def test_a_line_that_is_too_short(table):
    assert "line 3: wanted 2 cells as in the header, got 1" in refused(
        table("frame,AU1", "0,1", "1")
    )


def test_a_word_where_a_number_belongs(table):
    assert "line 3, AU1: wanted a number, got 'yes'" in refused(table("frame,AU1", "0,1", "1,yes"))


def test_a_probability_is_no_label(table):
    assert "line 2, AU1: wanted 0 or 1" in refused(table("frame,AU1", "0,0.4"))


def test_more_than_five(table):
    said = refused(table("frame,AU1", "0,7"), read_predictions)
    assert "line 2, AU1: wanted intensity in [0, 5], got 7" in said


def test_less_than_nothing(table):
    said = refused(table("frame,AU1", "0,-0.1"), read_predictions)
    assert "wanted probability in [0, 1], got -0.1" in said


def test_half_a_frame(table):
    assert "line 2, frame" in refused(table("frame,AU1", "0.5,1"))
    assert "line 2, frame" in refused(table("frame,AU1", ",1"))


def test_the_same_frame_twice(table):
    said = refused(table("file,frame,AU1", "a,3,0", "a,4,0", "a,3,1"))
    assert "row 3 repeats row 1: file 'a', frame 3" in said


def test_the_same_column_twice(table):
    assert "'AU1' twice" in refused(table("frame,AU1,AU1", "0,1,0"))


def test_an_index_that_pandas_wrote_beside_its_column_is_that_column(table):
    found = read_predictions(table("frame,AU1,FaceScore,frame", "0,0.5,1,0", "1,0.7,1,1"))
    assert found.frame.tolist() == [0, 1] and found.names == ("AU1",)


def test_the_same_unit_twice(table):
    said = refused(table("frame,AU1,AU01", "0,1,1"))
    assert "wanted one column for the presence of AU1, got AU1 and AU01" in said


def test_a_kind_of_labels_that_is_none(table):
    assert "'letters'" in refused(table("frame,AU1", "0,1"), values="letters")


# and back


def test_a_table_is_read_back_to_the_last_digit(tmp_path):
    rng = np.random.default_rng(0)
    names = ("AU1", "AU12", "AU12_left", "AU12_right")
    probability = rng.random((6, 4)).astype(np.float32).astype(float)
    probability[2] = NAN
    whole = UnitTable.of(
        "a.csv",
        names,
        probability=probability,
        intensity=rng.random((6, 4)) * 5 * np.where(np.isnan(probability), NAN, 1),
        file=["a, b.mp4"] * 3 + ["c.mp4"] * 3,
        frame=[0, 1, 2, 0, 1, 2],
        subject=["s1"] * 3 + ["s2"] * 3,
        time=[0, 1 / 3, 2 / 3] * 2,
    )
    write_unit_table(whole, tmp_path / whole.source)
    back = read_predictions(tmp_path / whole.source)
    assert (back.source, back.names) == (whole.source, whole.names) and back.keys == whole.keys
    for name in ("probability", "intensity", "presence", "time", "subject"):
        assert np.array_equal(
            getattr(back, name), getattr(whole, name), equal_nan=name != "subject"
        ), name


def test_presence_and_groups_are_read_back(tmp_path):
    path = tmp_path / "a.csv"
    groups = {"sex": np.array(["f", "m"])}
    write_unit_table(
        UnitTable.of("a", ("AU1",), frame=[0, 1], presence=[[1], [NAN]], groups=groups), path
    )
    back = read_labels(path)
    assert column(back, "AU1", "presence") == pytest.approx([1, NAN], nan_ok=True)
    assert back.groups["sex"].tolist() == ["f", "m"]


def test_a_table_checks_itself():
    with pytest.raises(InputError, match=r"wanted shape \(1, 1\), got \(2, 1\)"):
        UnitTable.of("a", ("AU1",), frame=[0], presence=[[1], [0]])
    with pytest.raises(InputError, match="row 1, AU1"):
        UnitTable.of("a", ("AU1",), frame=[0], presence=[[0.5]])
    with pytest.raises(InputError, match="in order"):
        UnitTable.of("a", ("AU2", "AU1"), frame=[0])
    with pytest.raises(InputError, match="'smile'"):
        UnitTable.of("a", ("AU1",), frame=[0], smile=[[1]])


def test_a_capital_letter_after_the_unit_is_a_side_and_openfaces_small_one_is_not():
    assert (read_name("AU12_R").name, read_name("AU12_L").name) == ("AU12_right", "AU12_left")
    assert (read_name("AU12_r").name, read_name("AU12_r").kind) == ("AU12", "intensity")
    assert read_name("AU12_C") is None


def test_sides_in_small_letters_are_not_taken_for_openfaces_intensity(table):
    for header in ("frame,AU12_l,AU12_r", "frame,AU12_r_intensity,AU12_l_intensity"):
        for read in (read_labels, read_predictions):
            said = refused(table(header, "0,1,0"), read)
            assert "wanted sides as in AU12_left and AU12_right, got AU12_l" in said
    assert read_name("AU12_l").name == "AU12_left"  # as tiers and behaviors are called


def test_columns_that_begin_as_a_unit_are_named_whoever_wrote_the_table(table):
    found = read_predictions(table("frame,gaze_0_x,AU01_r,AU12_rr", "1,0.3,2,2"))
    assert found.notes == ("table.csv: ignored columns: AU12_rr",)


def test_in_a_table_with_letters_a_unit_that_was_never_seen_is_not_active(table):
    found = read_labels(table("frame,AU1,AU4,L12,R12", "0,B,,,C", "1,,,,", "2,?,?,,"))
    assert column(found, "AU1", "intensity") == pytest.approx([2, 0, NAN], nan_ok=True)
    assert column(found, "AU4", "intensity") == pytest.approx([0, 0, NAN], nan_ok=True)
    assert column(found, "AU12", "intensity") == [3, 0, 0]


def test_columns_of_intensity_have_letters_of_their_own(table):
    found = read_labels(table("frame,AU1,AU4,AU12_intensity,AU9_intensity", "0,1,,C,", "1,,1,,"))
    assert column(found, "AU1", "presence") == pytest.approx([1, NAN], nan_ok=True)
    assert column(found, "AU9", "intensity") == [0, 0]


def test_a_unit_is_there_where_one_side_is_whatever_the_other(table):
    found = read_labels(table("frame,L12,R12", "0,1,?", "1,0,?", "2,?,1", "3,0,1", "4,0,0"))
    assert column(found, "AU12", "presence") == pytest.approx([1, NAN, 1, 1, 0], nan_ok=True)


def test_openface_as_labels_counts_frames_from_one_and_its_presence_decides(table):
    path = table("frame,success,AU12_r,AU12_c,AU4_r", "1,1,3,0,2", "2,1,0.2,1,0", "3,0,0,0,0")
    labels = read_labels(path)
    assert labels.frame.tolist() == read_labels(path, first_frame=1).frame.tolist() == [0, 1, 2]
    scores = UnitTable.of("p", ("AU4", "AU12"), frame=[0, 1, 2], probability=[[0.5, 0.5]] * 3)
    assert align(scores, labels).truth[:2].tolist() == [[1, 0], [0, 1]]
    assert align(scores, labels, level=2).truth[:2].tolist() == [[1, 1], [0, 0]]


def test_a_probability_that_rounding_brought_over_one_stays_a_probability(table):
    path = table("frame,AU1,AU12", "0,0.2,1.0000001", "1,0.1,0.4")
    assert column(read_predictions(path), "AU12", "probability") == [1, 0.4]
    assert column(read_labels(table("frame,AU1", "0,1.0000001")), "AU1", "presence") == [1]


def test_fractions_that_are_read_as_intensities_are_said(table):
    path = table("frame,AU1,AU12", "0,0.2,0.9", "1,0.1,1.5")
    for read in (read_predictions, read_labels):
        assert read(path).notes == ("table.csv: plain columns are read as intensities from 0 to 5",)
    assert read_predictions(table("frame,AU1", "0,3")).notes == ()


def test_who_wrote_a_table_is_told_by_its_values(table):
    assert column(read_either(table("frame,AU1", "0,0.4", "1,1")), "AU1", "probability") == [0.4, 1]
    assert column(read_either(table("frame,AU1", "0,0", "1,1")), "AU1", "presence") == [0, 1]
    assert column(read_either(table("frame,AU1", "0,0.4", "1,3")), "AU1", "intensity") == [0.4, 3]
    assert read_either(table("frame,AU12_c", "1,1")).frame.tolist() == [0]


def test_a_nine_is_not_blamed_for_another_cell(table):
    said = refused(table("frame,AU1", "0,9", "1,0.4", "2,1"), read_either)
    assert "line 3, AU1: wanted 0 or 1" in said


def test_a_header_is_read_without_its_rows(table):
    assert read_header(table(" frame, AU1", "0,1", "1")) == ("frame", "AU1")
    assert read_header(table("")) == ()


def test_habits_of_spreadsheets_are_named(table):
    comma = refused(table("frame;AU12", "0;0,10"))
    assert "line 2, AU12: wanted a number with a point, not a comma, got '0,10'" in comma
    assert "got 'sep=': delete that line" in refused(table("sep=;", "frame;AU12", "0;1"))
    wide = table("frame,AU12", "0,1", encoding="utf-16")
    assert "wanted text in UTF-8, got UTF-16: save it as UTF-8" in refused(wide)


def test_a_cell_is_named_as_it_was_written(table):
    assert "got 'LC'" in refused(table("frame,AU12", "0,B", "1,LC"))
