from __future__ import annotations

import csv
import json
import sys
from fractions import Fraction

import numpy as np
import pytest

from facs.columns import column_blocks, columns
from facs.errors import MissingPackageError, OutputError
from facs.outputs.tables import write_csv, write_events_csv, write_json, write_parquet
from tests.builders import NAN, make_person, make_recording

ABSENT = [NAN, NAN, NAN]


def make_two():
    first = make_person([[0.1, 0.2, 0.9], ABSENT])
    second = make_person([[0.8, 0.2, 0.3], [0.8, 0.2, 1 / 3]], track=4)
    return make_recording(first, second)


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def without_pandas(monkeypatch):
    for name in ("pandas", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)


# CSV


def test_csv_has_a_row_for_every_frame_and_person(tmp_path, without_pandas):
    write_csv(make_two(), tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert [(row["frame"], row["person"]) for row in rows] == [
        *(("0", "0"), ("0", "4"), ("1", "0"), ("1", "4"))
    ]
    assert [row["AU12"] for row in rows] == ["0.9", "0.3", "", "0.333333"]
    assert [row["reason"] for row in rows] == ["", "", "no_face", ""]


def test_csv_keeps_microseconds_hours_into_a_video(tmp_path):
    person = make_person([[0.1, 0.1, 0.1]] * 2, times=[7200.033367, 7200.1])
    write_csv(make_recording(person), tmp_path / "a.csv")
    assert [row["time"] for row in read(tmp_path / "a.csv")] == ["7200.033367", "7200.1"]


def test_csv_has_rows_also_where_nobody_was_found(tmp_path):
    write_csv(make_recording(people=()), tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert [(row["frame"], row["person"], row["reason"]) for row in rows] == [
        *(("0", "", "no_face"), ("1", "", "no_face"), ("2", "", "no_face"))
    ]


def test_csv_and_to_pandas_are_the_same_table(tmp_path):
    pd = pytest.importorskip("pandas")
    write_csv(make_two(), tmp_path / "a.csv", landmarks=True)
    read_back = pd.read_csv(tmp_path / "a.csv", keep_default_na=True)
    expected = make_two().to_pandas(landmarks=True)
    assert list(read_back) == list(expected)
    numbers = expected.select_dtypes("float").columns
    np.testing.assert_allclose(read_back[numbers], expected[numbers], rtol=1e-5)


def test_long_tables_are_written_whole(tmp_path):
    n = 5000
    person = make_person(np.linspace(0, 1, n * 3).reshape(n, 3))
    write_csv(make_recording(person), tmp_path / "a.csv")
    assert [int(row["frame"]) for row in read(tmp_path / "a.csv")] == list(range(n))


# Events


def test_events_are_written_with_seconds_and_people(tmp_path, without_pandas):
    write_events_csv(make_two(), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().splitlines() == [
        "person,label,onset,apex,offset,duration,peak",
        "0,AU12,0,0,0,0,0.9",
        "4,AU6,0,0,0.1,0.1,0.8",
    ]


def test_short_events_can_be_left_out(tmp_path):
    write_events_csv(make_two(), tmp_path / "a.csv", min_duration=0.1)
    assert [row["person"] for row in read(tmp_path / "a.csv")] == ["4"]


# JSON


def test_json_says_null_for_what_was_not_seen(tmp_path, without_pandas):
    write_json(make_two(), tmp_path / "a.json")
    first, second = json.loads((tmp_path / "a.json").read_text())["people"]
    assert first["probability"]["AU12"] == [0.9, None]
    assert first["reason"] == ["", "no_face"]
    assert first["box"] == [[20, 20, 80, 80], [None] * 4]
    assert (first["person"], second["person"]) == (0, 4)


def test_json_holds_the_facts_and_the_model(tmp_path):
    recording = make_recording(rate=Fraction(30000, 1001), damage="cut off", notes=("a", "b"))
    write_json(recording, tmp_path / "a.json")
    facts = json.loads((tmp_path / "a.json").read_text())
    assert (facts["format"], facts["version"]) == ("facs-json", 1)
    assert (facts["size"], facts["rate"]) == ([100, 100], "30000/1001")
    assert (facts["frames"], facts["times"]) == (3, [0, 0.1, 0.2])
    assert (facts["damage"], facts["notes"]) == ("cut off", ["a", "b"])
    assert facts["model"]["units"] == ["AU6", "AU9", "AU12"]
    assert facts["model"]["off"]["AU12"] == 0.4


def test_every_key_of_the_model_in_json_is_documented(tmp_path):
    write_json(make_recording(), tmp_path / "a.json")
    model = json.loads((tmp_path / "a.json").read_text())["model"]
    documented = write_json.__doc__.split('"model": {')[1].split("or null")[0]
    assert [key for key in model if f'"{key}"' not in documented] == []


def test_json_holds_the_events(tmp_path):
    write_json(make_recording(), tmp_path / "a.json")
    (person,) = json.loads((tmp_path / "a.json").read_text())["people"]
    assert person["events"] == [
        {"label": "AU12", "onset": 0.1, "apex": 0.1, "offset": 0.2, "peak": 0.9}
    ]


def test_every_list_of_a_person_is_as_long_as_the_times(tmp_path):
    write_json(make_two(), tmp_path / "a.json")
    facts = json.loads((tmp_path / "a.json").read_text())
    for person in facts["people"]:
        lists = [person[name] for name in ("reason", "stream", "quality", "score", "box", "pose")]
        for name in ("probability", "intensity", "left", "right", "left_intensity"):
            lists += person[name].values()
        assert {len(values) for values in lists} == {len(facts["times"])}


@pytest.mark.parametrize("changes", [{"people": ()}, {"people": (), "times": [], "model": None}])
def test_json_of_nobody_is_json(tmp_path, changes):
    write_json(make_recording(**changes), tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["people"] == []


# Parquet


def test_parquet_keeps_all_digits_and_nulls(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_parquet(make_two(), tmp_path / "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    assert table["AU12"].to_pylist() == [np.float32(0.9), np.float32(0.3), None, np.float32(1 / 3)]
    assert table["person"].to_pylist() == [0, 4, 0, 4]
    assert json.loads(table.schema.metadata[b"facs"])["model"]["name"] == "tiny"


def test_parquet_of_nobody_has_no_person(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_parquet(make_recording(people=()), tmp_path / "a.parquet")
    assert parquet.read_table(tmp_path / "a.parquet")["person"].to_pylist() == [None] * 3


def test_without_pyarrow_the_error_names_the_extra(tmp_path, without_pandas):
    with pytest.raises(MissingPackageError, match=r"facs\[tables\]"):
        write_parquet(make_two(), tmp_path / "a.parquet")


# All of them


@pytest.mark.parametrize("write", [write_csv, write_events_csv, write_json, write_parquet])
def test_a_missing_folder_is_one_clear_line(tmp_path, write):
    if write is write_parquet:
        pytest.importorskip("pyarrow")
    with pytest.raises(OutputError, match="create the folder first"):
        write(make_two(), tmp_path / "no" / "a.file")


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_a_failure_leaves_the_old_file(tmp_path, write, monkeypatch):
    path = tmp_path / "a.file"
    path.write_text("old")
    monkeypatch.setattr("facs.outputs.tables._cells", None)
    monkeypatch.setattr("facs.outputs.tables._write_person", None)
    with pytest.raises(TypeError):
        write(make_two(), path)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("rows", [1, 5, 7, 4096])
def test_some_rows_at_a_time_are_all_rows(rows):
    scores = np.random.default_rng(0).random((11, 3))
    recording = make_recording(make_person(scores), make_person(scores / 2, track=4))
    for landmarks in (False, True):
        blocks = list(column_blocks(recording, rows, landmarks=landmarks))
        for name, column in columns(recording, landmarks=landmarks).items():
            np.testing.assert_array_equal(np.concatenate([b[name] for b in blocks]), column)
    assert max(len(block["frame"]) for block in blocks) <= max(2, rows)
