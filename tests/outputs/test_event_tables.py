"""BORIS's and BIDS's tables of events, read back with pandas."""

from __future__ import annotations

import json

import pytest

from facs.errors import OutputError
from facs.outputs.event_tables import write_bids, write_boris
from facs.outputs.spans import spans_of, unscored_spans
from tests.builders import make_person, make_recording
from tests.outputs.builders import nobody, two_people, with_a_hole

pd = pytest.importorskip("pandas")


@pytest.fixture
def boris(tmp_path):
    def read(recording):
        write_boris(recording, tmp_path / "a.tsv")
        return pd.read_csv(tmp_path / "a.tsv", sep="\t")

    return read


@pytest.fixture
def bids(tmp_path):
    def read(recording):
        write_bids(recording, tmp_path / "talk_events.tsv")
        table = pd.read_csv(tmp_path / "talk_events.tsv", sep="\t", na_values="n/a")
        return table, json.loads((tmp_path / "talk_events.json").read_text())

    return read


def events_of(recording):
    spans = [(p, span) for p in recording for span in spans_of(p)]
    return sorted(spans, key=lambda pair: pair[1].start)


def unscored(recording):
    found = [(p.track, *span) for p in recording for span in unscored_spans(p)]
    return sorted(found, key=lambda span: span[1])


# BORIS


def test_boris_reads_the_same_events(boris):
    recording = two_people()
    table = boris(recording)
    events = table[table["Behavior"] != "not_scored"]
    names = ["Subject", "Behavior", "Start (s)", "Stop (s)", "Modifier #1", "Modifier #2"]
    assert events[names].to_numpy().tolist() == [
        [f"person{p.track}", str(s.unit), s.start, pytest.approx(s.end), s.side, s.letter]
        for p, s in events_of(recording)
    ]
    assert set(events["Behavior type"]) == {"STATE"}
    assert set(events["Behavioral category"]) == {"cheek", "mouth"}


def test_boris_is_told_what_could_not_be_scored(boris):
    recording = two_people()
    rows = boris(recording).query("Behavior == 'not_scored'")
    assert rows[["Start (s)", "Stop (s)", "Modifier #1"]].to_numpy().tolist() == [
        [start, pytest.approx(end), reason] for _, start, end, reason in unscored(recording)
    ]


def test_boris_has_the_frames_of_an_event(boris):
    row = boris(two_people()).query("Behavior == 'AU12'").iloc[0]
    assert row[["Image index start", "Image index stop"]].tolist() == [1, 2]


def test_boris_has_the_picture_before_a_hole_for_the_hole(boris):
    table = boris(make_recording(with_a_hole()))
    row = table[table["Modifier #1"] == "no frames"].iloc[0]
    assert row[["Image index start", "Image index stop"]].tolist() == [2, 2]


def test_boris_divides_by_the_time_in_which_somebody_could_be_scored(boris):
    table = boris(two_people())
    seconds = table.groupby("Subject")["Observation duration by subject by observation"].first()
    assert seconds.to_dict() == {"person0": pytest.approx(0.32), "person4": pytest.approx(0.12)}


def test_boris_rows_are_in_order_of_time(boris):
    assert boris(two_people())["Start (s)"].is_monotonic_increasing


def test_boris_columns_are_those_of_its_aggregated_events(boris):
    assert list(boris(nobody())) == [
        *("Observation id", "Observation date", "Description", "Observation type", "Source"),
        *("Time offset (s)", "Coding duration", "Media duration (s)", "FPS (frame/s)"),
        *("Subject", "Observation duration by subject by observation"),
        *("Behavior", "Behavioral category", "Modifier #1", "Modifier #2", "Behavior type"),
        *("Start (s)", "Stop (s)", "Duration (s)", "Media file name"),
        *("Image index start", "Image index stop"),
        *("Image file path start", "Image file path stop", "Comment start", "Comment stop"),
    ]


def test_a_name_with_tabs_stays_one_cell(boris):
    table = boris(two_people(source="films/a\tb\n.mp4"))
    assert set(table["Media file name"]) == {"a\tb\n.mp4"}
    assert len(table) == len(events_of(two_people())) + len(unscored(two_people()))


# BIDS


def test_bids_reads_the_same_events(bids):
    recording = two_people()
    table, _ = bids(recording)
    events = table[table["trial_type"] != "not_scored"]
    names = ["person", "trial_type", "onset", "duration", "side", "intensity", "apex", "peak"]
    assert events[names].to_numpy().tolist() == [
        [
            *(p.track, str(s.unit), s.start, pytest.approx(s.duration)),
            *(s.side, s.letter, s.apex, pytest.approx(s.peak)),
        ]
        for p, s in events_of(recording)
    ]


def test_bids_begins_with_onset_and_duration_in_order_of_onset(bids):
    table, _ = bids(two_people())
    assert list(table)[:3] == ["onset", "duration", "trial_type"]
    assert table["onset"].is_monotonic_increasing


def test_bids_is_told_what_could_not_be_scored(bids):
    table, _ = bids(two_people())
    rows = table[table["trial_type"] == "not_scored"]
    assert rows[["person", "onset", "duration", "reason"]].to_numpy().tolist() == [
        [track, start, pytest.approx(end - start), reason]
        for track, start, end, reason in unscored(two_people())
    ]


def test_what_does_not_apply_is_not_available(tmp_path):
    write_bids(make_recording(make_person([[0.1, 0.9, 0.1]])), tmp_path / "a_events.tsv")
    header, row = (tmp_path / "a_events.tsv").read_text().splitlines()
    cells = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert (cells["trial_type"], cells["side"], cells["reason"]) == ("AU9", "n/a", "n/a")


def test_the_sidecar_explains_every_column_and_every_unit(bids):
    table, sidecar = bids(two_people())
    assert set(table) <= set(sidecar)
    assert all(sidecar[name]["Description"] for name in table)
    assert sidecar["onset"]["Units"] == "s"
    assert sidecar["trial_type"]["Levels"]["AU12"] == "Lip Corner Puller"
    assert set(table["trial_type"]) <= set(sidecar["trial_type"]["Levels"])


def test_the_sidecar_names_model_and_thresholds(bids):
    _, sidecar = bids(two_people())
    made = sidecar["GeneratedBy"][0]
    assert made["Model"] == {"Name": "tiny", "Version": "1.0", "SHA256": "0" * 64}
    assert made["Thresholds"]["AU12"] == {"on": 0.5, "off": 0.4, "peak": 0.75}


@pytest.mark.parametrize("write", [write_boris, write_bids])
def test_nobody_is_a_table_without_rows(tmp_path, write):
    write(nobody(), tmp_path / "a.tsv")
    assert len((tmp_path / "a.tsv").read_text().splitlines()) == 1


@pytest.mark.parametrize("write", [write_boris, write_bids])
def test_nothing_is_left_of_what_cannot_be_written(tmp_path, write):
    with pytest.raises(OutputError):
        write(two_people(), tmp_path / "absent" / "a.tsv")
    assert list(tmp_path.iterdir()) == []
