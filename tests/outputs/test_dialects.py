"""Tables in other programs' columns, read back with pandas as those programs' users do."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from facs.errors import OutputError
from facs.events import find_events
from facs.faces.pose import head_pose, rotation
from facs.mean_face import MEAN_FACE, RIGID
from facs.outputs.dialects import write_feat_csv, write_openface_csv
from facs.units import ActionUnit
from tests.builders import make_person, make_recording
from tests.outputs.builders import nobody, two_people

pd = pytest.importorskip("pandas")

SIZE = (640, 480)
FOCAL = 500.0


@pytest.fixture
def openface(tmp_path):
    """Write a recording as OpenFace would, and read it as its users do."""

    def read(recording):
        write_openface_csv(recording, tmp_path / "a.csv")
        table = pd.read_csv(tmp_path / "a.csv")
        table.columns = table.columns.str.strip()
        return table

    return read


@pytest.fixture
def feat(tmp_path):
    def read(recording):
        write_feat_csv(recording, tmp_path / "a.csv")
        return pd.read_csv(tmp_path / "a.csv")

    return read


# OpenFace


def test_openface_has_a_row_for_every_frame_and_person(openface):
    table = openface(two_people())
    assert len(table) == 2 * len(two_people())
    assert table["frame"].tolist() == [n for n in range(1, 8) for _ in range(2)]
    assert table["face_id"].tolist() == [0, 4] * 7
    assert len(openface(nobody())) == 7


def test_openface_times_stay_apart_where_frames_are_closer_than_a_millisecond(openface):
    person = make_person([[0.1, 0.1, 0.1]] * 4, times=np.arange(4) / 2000)
    assert openface(make_recording(person))["timestamp"].is_unique


def test_openface_header_is_spaced_and_ordered_as_its_own(tmp_path):
    write_openface_csv(two_people(), tmp_path / "a.csv")
    header = (tmp_path / "a.csv").read_text().splitlines()[0]
    assert header.startswith(
        "frame, face_id, timestamp, confidence, success, "
        "pose_Tx, pose_Ty, pose_Tz, pose_Rx, pose_Ry, pose_Rz, x_0, x_1, "
    )
    assert header.endswith(", y_67, AU06_r, AU09_r, AU12_r, AU06_c, AU09_c, AU12_c")


def test_every_column_is_a_number_for_a_reader_that_knows_no_better(openface):
    assert {dtype.kind for dtype in openface(two_people()).dtypes} == {"i", "f"}
    assert {dtype.kind for dtype in openface(nobody()).dtypes} == {"i", "f"}


def test_unseen_frames_have_no_success(openface):
    table = openface(two_people())
    first = table[table["face_id"] == 0]
    assert first["success"].tolist() == [1, 1, 1, 1, 0, 1, 1]
    unseen = first[first["success"] == 0].filter(regex="AU|x_|y_|pose")
    assert (unseen == 0).all(axis=None)
    assert openface(nobody())["success"].sum() == 0


def test_presence_in_openface_is_what_our_events_are(openface):
    """Also where the probability lies between the two thresholds."""
    person = make_person([[0.1, 0.1, p] for p in (0.1, 0.9, 0.45, 0.3, 0.6, 0.8)])
    table = openface(make_recording(person))
    assert table["AU12_c"].tolist() == [0, 1, 1, 0, 1, 1]
    back = find_events("AU12", table["timestamp"], table["AU12_c"].astype(float))
    assert [(e.onset, e.offset) for e in back] == [
        (e.onset, e.offset) for e in person.events("AU12")
    ]


def test_intensity_in_openface_is_ours(openface):
    person = two_people().people[0]
    table = openface(two_people())
    seen = table[(table["face_id"] == 0) & (table["success"] == 1)]
    expected = person.intensity("AU12")[person.seen]
    np.testing.assert_allclose(seen["AU12_r"], expected, atol=0.005)


def test_closed_eyes_are_au45_in_openface(openface):
    units = (ActionUnit.AU25, ActionUnit.AU43)
    person = make_person([[0.1, 0.9]], units=units)
    table = openface(make_recording(person, model=None))
    assert [name for name in table if name.startswith("AU")] == [
        *("AU25_r", "AU45_r", "AU25_c", "AU45_c")
    ]
    assert table["AU45_c"].tolist() == [1]


def seen_by_camera(place, yaw=0.0, pitch=0.0, roll=0.0):
    """Landmarks of a mean face at `place` (mm, OpenFace's axes) before OpenFace's camera."""
    model = 10 * (MEAN_FACE - MEAN_FACE[list(RIGID)].mean(0))
    turned = (model @ rotation(yaw, pitch, roll).T) * (1, -1, -1) + place
    return turned[:, :2] / turned[:, 2:] * FOCAL + np.array(SIZE) / 2


@pytest.mark.parametrize("place", [(0, 0, 600), (120, -80, 900), (-200, 60, 1500)])
def test_the_head_stands_where_openface_would_place_it(openface, place):
    marks = seen_by_camera(np.array(place))
    person = make_person([[0.1, 0.1, 0.1]], landmarks=marks[None], pose=[[0, 0, 0]])
    row = openface(make_recording(person, size=SIZE)).iloc[0]
    found = row[["pose_Tx", "pose_Ty", "pose_Tz"]].to_numpy(float)
    np.testing.assert_allclose(found, place, atol=0.05 * place[2])


@pytest.mark.parametrize(
    ("pose", "column", "sign"),
    [
        ((20.0, 0.0, 0.0), "pose_Ry", -1),  # to the subject's left, which is the picture's right
        ((0.0, 20.0, 0.0), "pose_Rx", -1),  # up
        ((0.0, 0.0, 20.0), "pose_Rz", -1),  # to the subject's right shoulder
    ],
)
def test_angles_are_radians_about_openfaces_axes(openface, pose, column, sign):
    person = make_person([[0.1, 0.1, 0.1]], pose=[pose])
    row = openface(make_recording(person)).iloc[0]
    angles = row[["pose_Rx", "pose_Ry", "pose_Rz"]]
    assert angles[column] == pytest.approx(sign * np.radians(20), abs=1e-3)
    assert angles.drop(column).abs().max() == pytest.approx(0, abs=1e-9)


def test_angles_compose_as_rx_ry_rz(openface):
    """A face that is turned by OpenFace's three angles looks like one turned by ours."""
    pose = (25.0, -15.0, 10.0)
    person = make_person([[0.1, 0.1, 0.1]], pose=[pose])
    row = openface(make_recording(person)).iloc[0]
    x, y, z = (row[f"pose_R{axis}"] for axis in "xyz")

    def about(axis, angle):
        a, b = [(1, 2), (2, 0), (0, 1)][axis]
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[b, a], turn[a, b] = np.sin(angle), -np.sin(angle)
        return turn

    theirs = (about(0, x) @ about(1, y) @ about(2, z) @ (MEAN_FACE * (1, -1, -1)).T).T
    assert head_pose(theirs[:, :2]) == pytest.approx(pose, abs=0.2)


# Py-Feat


def test_feat_has_a_row_for_every_frame_and_person(feat):
    table = feat(two_people())
    assert table["frame"].tolist() == [n for n in range(7) for _ in range(2)]
    assert table["Identity"].tolist() == ["Person_0", "Person_4"] * 7
    assert len(feat(nobody())) == 7


def test_feat_has_the_columns_of_a_fex(feat):
    table = feat(two_people())
    marks = [f"{axis}_{mark}" for axis in "xy" for mark in range(68)]
    assert list(table) == [
        *("frame", "FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight", "FaceScore"),
        *marks,
        *("Pitch", "Roll", "Yaw", "AU06", "AU09", "AU12"),
        *("input", "approx_time", "timestamp", "Identity"),
    ]


def test_feat_holds_probabilities_and_nan_where_nothing_was_seen(feat):
    person = two_people().people[0]
    table = feat(two_people())
    rows = table[table["Identity"] == "Person_0"]
    np.testing.assert_allclose(rows["AU12"], person["AU12"], rtol=1e-5)
    assert rows["AU12"].isna().tolist() == [False] * 4 + [True] + [False] * 2
    np.testing.assert_allclose(rows["timestamp"], person.times, atol=1e-6)


def test_feat_boxes_are_corner_and_size(feat):
    row = feat(make_recording()).iloc[0]
    names = ["FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight"]
    assert row[names].tolist() == [20, 20, 60, 60]


def test_feat_counts_yaw_to_the_subjects_right_as_py_feat_does(feat):
    recording = make_recording()
    row, pose = feat(recording).iloc[0], recording.people[0].pose[0]
    assert [row["Yaw"], row["Pitch"], row["Roll"]] == pytest.approx([-pose[0], pose[1], pose[2]])


def test_feat_counts_minutes_and_seconds(feat):
    person = make_person([[0.1, 0.1, 0.1]] * 2, times=[59.9, 125.25])
    assert feat(make_recording(person))["approx_time"].tolist() == ["00:59", "02:05"]


def test_a_name_with_commas_and_quotes_stays_one_cell(feat):
    name = 'a, "b"\nc.mp4'
    assert set(feat(make_recording(source=name))["input"]) == {name}


# both


@pytest.mark.parametrize("write", [write_openface_csv, write_feat_csv])
def test_long_tables_are_written_whole_without_pandas(tmp_path, write, monkeypatch):
    n = 5000
    person = make_person(np.linspace(0, 1, n * 3).reshape(n, 3))
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pandas", None)
        write(make_recording(person), tmp_path / "a.csv")
    assert len(pd.read_csv(tmp_path / "a.csv")) == n


@pytest.mark.parametrize("write", [write_openface_csv, write_feat_csv])
def test_nothing_is_left_of_a_table_that_cannot_be_written(tmp_path, write):
    with pytest.raises(OutputError):
        write(make_recording(), tmp_path / "absent" / "a.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [write_openface_csv, write_feat_csv])
def test_a_recording_without_a_model_has_no_units(tmp_path, write):
    person = make_person(np.zeros((2, 0)), units=(), reasons=[0, 0], streams=[0, 0])
    write(make_recording(person, model=None), tmp_path / "a.csv")
    table = pd.read_csv(tmp_path / "a.csv")
    assert len(table) == 2
    assert not [name for name in table if "AU" in name]
