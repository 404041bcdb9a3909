"""Readers of coded data sets, on miniature trees."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from facs.codes import Code, parse_code
from facs.errors import InputError, VideoNotFoundError
from facs.network.spec import LEVELS
from facs.training.datasets import FrameAt, column_labels, images, joined, letter_fraction, thinned
from facs.training.datasets_codes import coded_rows
from facs.training.datasets_disfa import read_disfa
from facs.training.datasets_read import DATASETS, read_coded
from facs.units import ActionUnit
from tests.conftest import gray_steps, step_of
from tests.training.coded_builders import (
    coded,
    oao,
    write_bp4d,
    write_ck,
    write_disfa,
    write_disfa_plus,
    write_mmi,
    write_picture,
    write_text,
)

NAN = np.nan


@pytest.fixture
def trees(tmp_path, write_video):
    """Every data set in its own folder."""
    write_mmi(tmp_path / "mmi", write_into(write_video))
    write_ck(tmp_path / "ck+")
    write_disfa(tmp_path / "disfa", write_into(write_video))
    write_disfa_plus(tmp_path / "disfa+")
    write_bp4d(tmp_path / "bp4d")
    return tmp_path


def write_into(write_video):
    """Write a video into a folder that is made for it."""

    def write(path, *arguments, **options):
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_video(path, *arguments, **options)

    return write


def column(data, number, kind="presence"):
    return getattr(data, kind)[:, data.units.index(ActionUnit(number))].tolist()


def steps(data, rows=slice(None)):
    return [step_of(image) for image in images(data.frames[rows])]


def same(got, wanted):
    np.testing.assert_array_equal(np.array(got), np.array(wanted, np.float32))


@pytest.mark.parametrize("name", DATASETS)
def test_every_set_has_the_same_form_and_its_pictures_can_be_seen(trees, name):
    data = read_coded(name.upper(), trees / name)
    assert data.name.lower() == name
    assert data.presence.shape == data.left.shape == (len(data), len(data.units))
    assert all(frame.path.is_file() for frame in data.frames)
    assert len(steps(data)) == len(data)
    assert set(data.presence[~np.isnan(data.presence)].tolist()) <= {0, 1}
    contradiction = (data.presence == 0) & (data.intensity > 0)
    assert not contradiction.any()


def test_a_unit_of_mmi_lasts_from_its_onset_to_the_end_of_its_offset(trees):
    data = read_coded("mmi", trees / "mmi")
    first = data.where(data.clip == "S003-007")
    same(column(first, 12), [0, 0, 1, 1, 1, 1, 1, 1, 0])
    same(column(first, 12, "intensity"), [0, 0, *[NAN] * 6, 0])
    same(column(first, 12, "left"), column(first, 12))
    assert set(first.subject) == {"003"}
    assert steps(first) == list(range(9))


def test_a_blink_leaves_the_closing_of_the_eyes_open(trees):
    data = read_coded("mmi", trees / "mmi")
    assert data.units == (ActionUnit.AU10, ActionUnit.AU12, ActionUnit.AU43)
    first = data.where(data.clip == "S003-007")
    same(column(first, 43), [0, NAN, NAN, NAN, 0, 0, 0, 0, 0])


def test_a_session_of_mmi_names_its_subject_and_its_sides(trees):
    data = read_coded("mmi", trees / "mmi")
    second = data.where(data.clip == "smile")
    assert set(second.subject) == {"44"}
    same(column(second, 43), [0, 1, 1, 0])
    same(column(second, 10, "left"), [0, 1, 0, 0])
    same(column(second, 10, "right"), [0, 0, 0, 0])


def test_ck_has_a_neutral_picture_and_a_peak(trees):
    data = read_coded("ck+", trees / "ck+")
    assert data.clip.tolist() == ["S005_001"] * 2 + ["S010_002"] * 2
    assert data.subject.tolist() == ["S005"] * 2 + ["S010"] * 2
    assert steps(data) == [1, 4, 1, 3]
    assert data.units == tuple(ActionUnit(n) for n in (1, 9, 12, 14))
    same(data.presence, [[0, 0, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0]])
    same(data.intensity, [[0, 0, 0, 0], [0, 3, NAN, NAN], [0, 0, 0, 0], [5, 0, 2, 0]])
    same(data.left, [[0, 0, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0]])
    same(data.right, [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0]])


def test_disfa_has_a_letter_in_every_frame_and_no_sides(trees):
    data = read_coded("disfa", trees / "disfa")
    assert len(data) == 12 and len(data.units) == 12
    second = data.where(data.subject == "SN002")
    same(column(second, 12, "intensity"), range(6))
    same(column(second, 12), [0, 1, 1, 1, 1, 1])
    same(column(second, 12, "right"), [0, NAN, NAN, NAN, NAN, NAN])
    same(column(second, 4, "intensity"), [2] * 6)
    assert steps(second) == list(range(6))


def test_disfa_has_two_cameras(trees):
    data = read_disfa(trees / "disfa", camera="right")
    assert [step_of(image, 20) for image in images(data.frames[:6])] == list(range(6))
    with pytest.raises(InputError, match="camera"):
        read_disfa(trees / "disfa", camera="top")


def test_disfa_plus_skips_its_heading(trees):
    data = read_coded("disfa+", trees / "disfa+")
    same(column(data, 1, "intensity"), [0, 1, 2])
    assert data.clip.tolist() == ["SN003/A1_AU1_TrailNo_1"] * 3
    assert set(data.subject) == {"SN003"}
    assert steps(data) == [0, 1, 2]


def test_nine_is_unknown_in_bp4d(trees):
    data = read_coded("bp4d", trees / "bp4d")
    assert data.units == (ActionUnit.AU1, ActionUnit.AU6, ActionUnit.AU12)
    same(data.presence, [[0, 1, NAN], [1, 1, 0], [NAN, 0, 1], [0, 0, 0]])
    same(data.intensity, [[0, 2, NAN], [NAN, NAN, 0], [NAN, 0, 5], [0, 0, 0]])
    assert data.clip.tolist() == ["F001_T1"] * 3 + ["M002_T8"]
    assert steps(data) == [1, 2, 3, 1]


def test_strength_that_contradicts_presence_is_unknown(trees):
    write_text(trees / "bp4d/AUCoding/AU_INT/AU06/F001_T1_AU06.csv", "21,0\n22,3\n23,4\n")
    data = read_coded("bp4d", trees / "bp4d")
    same(column(data, 6, "intensity")[:3], [NAN, 3, 0])


def test_strength_is_unknown_where_presence_is(trees):
    write_text(trees / "bp4d/AUCoding/AU_INT/AU12/F001_T1_AU12.csv", "21,0\n22,9\n23,5\n")
    data = read_coded("bp4d", trees / "bp4d")
    same(column(data, 12, "intensity")[:3], [NAN, 0, 5])  # seen by nobody; absent; strong


def test_the_order_of_codes_in_a_frame_does_not_matter():
    for codes in (("43", "45"), ("45", "43")):
        row = (FrameAt("a.png"), [parse_code(code) for code in codes])
        data = coded_rows("drawn", (ActionUnit.AU43,), [row], subject="a", clip="b")
        for values in (data.presence, data.intensity, data.left, data.right):
            assert np.isnan(values).all()


FAULTS = [
    ("mmi", "Sessions/13/smile.avi", None, "wanted the video smile.avi"),
    ("mmi", "Sessions/12/S003-007-oao_aucs.xml", "<broken", "S003-007-oao_aucs.xml fails"),
    ("mmi", "Sessions/12/S003-007-oao_aucs.xml", oao(("12", "", [(1, 7)])), "type 7"),
    ("mmi", "Sessions/12/S003-007-oao_aucs.xml", oao(("smile", "", [(1, 1)])), "FACS code"),
    ("mmi", "Sessions/13/session.xml", "<session/>", "wanted a subject"),
    ("mmi", "Sessions", None, "wanted sessions of MMI"),
    ("ck+", "FACS", None, "wanted the folder FACS"),
    ("ck+", "cohn-kanade-images", None, "wanted the folder cohn-kanade-images"),
    ("ck+", "cohn-kanade-images/S005/001/S005_001_00000004.png", None, "00000004.png"),
    ("ck+", "FACS/S010/002/S010_002_00000003_facs.txt", "12 6", "got '12 6'"),
    ("ck+", "FACS/S010/002/S010_002_00000003_facs.txt", "smile", "got 'smile'"),
    ("ck+", "FACS/S010/002/S010_002_00000003_facs.txt", "1.5 2", "got '1.5 2'"),
    ("disfa", "ActionUnit_Labels", None, "wanted the folder ActionUnit_Labels"),
    ("disfa", "ActionUnit_Labels/SN001/SN001_au4.txt", None, "SN001_au4.txt"),
    ("disfa", "ActionUnit_Labels/SN001/SN001_au4.txt", "1,0\n2,x\n", "line 2, got '2,x'"),
    ("disfa", "ActionUnit_Labels/SN001/SN001_au4.txt", "1,0\n", "same frames"),
    ("disfa", "ActionUnit_Labels/SN001/SN001_au1.txt", "1,6\n", "same frames|got 6"),
    ("disfa", "Videos_LeftCamera/LeftVideoSN002_comp.avi", None, "LeftVideoSN002_comp.avi"),
    ("disfa+", "Images", None, "wanted the folder Images"),
    ("disfa+", "Images/SN003/A1_AU1_TrailNo_1/002.jpg", None, "002.jpg"),
    ("disfa+", "Labels/SN003/A1_AU1_TrailNo_1/AU9.txt", "000.jpg 0\nsmile\n", "got 'smile'"),
    ("bp4d", "AUCoding", None, "wanted the folder AUCoding"),
    ("bp4d", "2D+3D/F001", None, "wanted pictures of BP4D in F001/T1"),
    ("bp4d", "2D+3D/F001/T1/0022.jpg", None, "frame 22"),
    ("bp4d", "AUCoding/AU_OCC/F001_T1.csv", "0,1\n21,3\n", "wanted 0, 1 or 9"),
    ("bp4d", "AUCoding/AU_OCC/F001_T1.csv", "0,1\n21\n", "line 2, got '21'"),
    ("bp4d", "AUCoding/AU_OCC/F001_T1.csv", "", "heading"),
    ("bp4d", "AUCoding/AU_INT/AU06/F001_T1_AU06.csv", "21,7\n", "wanted 0 to 5 or 9"),
]


@pytest.mark.parametrize(("name", "place", "content", "words"), FAULTS)
def test_what_is_bad_or_missing_is_one_clear_line(trees, name, place, content, words):
    path = trees / name / place
    if content is not None:
        path.write_text(content)
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with pytest.raises(InputError, match=words) as caught:
        read_coded(name, trees / name)
    assert "\n" not in str(caught.value)


def test_unknown_names_and_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"mmi, ck\+, disfa"):
        read_coded("affectnet", tmp_path)
    with pytest.raises(InputError, match="there is none at"):
        read_coded("mmi", tmp_path / "nowhere")


def test_frames_are_decoded_forwards_and_given_in_the_order_asked_for(write_video, tmp_path):
    video = write_video("steps.avi", gray_steps(8), codec="mpeg4")
    picture = write_picture(tmp_path / "one.png", 9)
    order = [FrameAt(video, 2), FrameAt(video, 5), FrameAt(video, 1), FrameAt(picture)]
    assert [step_of(image) for image in images([*order, FrameAt(video, 7)])] == [2, 5, 1, 9, 7]


def test_a_video_that_ends_too_early_or_is_not_there_says_so(write_video, tmp_path):
    video = write_video("steps.avi", gray_steps(4), codec="mpeg4")
    with pytest.raises(InputError, match=r"wanted frame 6 of .*got only 4 frames"):
        list(images([FrameAt(video, 1), FrameAt(video, 6)]))
    with pytest.raises(VideoNotFoundError):
        list(images([FrameAt(tmp_path / "gone.avi")]))
    with pytest.raises(InputError, match="frame index"):
        FrameAt(video, -1)


def test_columns_of_a_model_know_sides_where_coders_did(trees):
    data = read_coded("ck+", trees / "ck+")
    names = ("AU12_left", "AU12_right", "AU9", "AU17")
    presence, intensity = column_labels(data, names)
    same(presence, [[0, 0, 0, NAN], [1, 1, 1, NAN], [0, 0, 0, NAN], [0, 1, 0, NAN]])
    b, c = (LEVELS[1] + LEVELS[2]) / 2, (LEVELS[2] + LEVELS[3]) / 2
    same(intensity, [[0, 0, 0, NAN], [NAN, NAN, c, NAN], [0, 0, 0, NAN], [0, b, 0, NAN]])


def test_without_sides_both_columns_have_the_whole_unit(trees):
    presence, _ = column_labels(read_coded("disfa", trees / "disfa"), ("AU12_left", "AU12_right"))
    same(presence[:6, 0], [0, 1, 1, 1, 1, 1])
    np.testing.assert_array_equal(presence[:, 0], presence[:, 1])


def test_letters_lie_between_their_levels():
    for letter in range(1, 6):
        fraction = letter_fraction(np.array([letter], np.float32))[0]
        assert sum(fraction >= level for level in LEVELS) == letter


def test_two_sides_of_one_unit_make_one_unit_with_the_stronger_letter():
    rows = [
        (FrameAt("a"), [Code(12, "left", 2), Code(12, "right", 4)]),
        (FrameAt("b"), [Code(12, "left", 3), Code(12, "right")]),
    ]
    data = coded_rows("x", (ActionUnit.AU12,), rows, subject="s", clip="c")
    assert data.left.ravel().tolist() == data.right.ravel().tolist() == [1, 1]
    assert data.intensity.ravel().tolist() == [4, 3]


def test_parts_are_joined_and_chosen_from():
    one, two = coded(["a", "b"], [[0, 1], [1, 0]]), coded(["c"], [[NAN, 1]])
    both = joined([one, two])
    assert both.subject.tolist() == ["a", "b", "c"]
    same(both.where(np.array([2, 0])).presence, [[NAN, 1], [0, 1]])
    assert "3 frames of 3 people in 3 clips, 2 units" in repr(both)
    with pytest.raises(InputError, match="same units"):
        joined([one, coded(["c"], [[1, 1]], units=(4, 9))])
    with pytest.raises(InputError, match="at least one part"):
        joined([])


@pytest.mark.parametrize(
    ("presence", "words"),
    [([[0, 2]], "wanted 0 and 1 or NaN, got 2"), ([[0]], r"wanted shape \(1, 2\)")],
)
def test_arrays_of_another_form_are_refused(presence, words):
    with pytest.raises(InputError, match=words):
        coded(["a"], presence)


def test_a_long_clip_teaches_evenly_with_no_more_than_so_many_frames():
    clips = ["a"] * 7 + ["b"] * 2 + ["a"] * 1
    shown = [[i % 2, 0] for i in range(10)]
    kept = thinned(coded(["s"] * 10, shown, clip=clips), most=3)
    assert kept.clip.tolist() == ["a", "a", "a", "b", "b", "a"]
    assert kept.presence[:, 0].tolist() == [0, 1, 0, 1, 0, 1]  # rows 0, 3, 6; 7, 8; 9
