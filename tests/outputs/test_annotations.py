"""ELAN, SubRip and WebVTT, read back by the libraries that others read them with."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import pytest

from facs.errors import MissingPackageError, OutputError
from facs.outputs.annotations import write_eaf, write_srt, write_vtt
from facs.outputs.spans import spans_of, unscored_spans
from tests.builders import make_person, make_recording
from tests.outputs.builders import nobody, two_people

pympi = pytest.importorskip("pympi")


@pytest.fixture
def elan(tmp_path):
    """Write a recording for ELAN, and open it again."""

    def read(recording, **options):
        write_eaf(recording, tmp_path / "a.eaf", **options)
        return pympi.Eaf(str(tmp_path / "a.eaf"))

    return read


def milliseconds(spans):
    return [(round(1000 * start), round(1000 * end), value) for start, end, value in spans]


# ELAN


def test_elan_has_a_tier_for_every_person_unit_and_side(elan):
    assert list(elan(two_people()).get_tier_names()) == [
        f"person{track}_{name}"
        for track in (0, 4)
        for name in (
            *("AU6", "AU6_left", "AU6_right", "AU9"),
            *("AU12", "AU12_left", "AU12_right", "not_scored"),
        )
    ]


def test_elan_reads_the_same_events(elan):
    recording = two_people()
    document = elan(recording)
    for person in recording:
        for unit in person.units:
            tier = document.get_annotation_data_for_tier(f"person{person.track}_{unit}")
            spans = [(s.start, s.end, s.code) for s in spans_of(person) if s.unit == unit]
            assert sorted(tier) == milliseconds(spans)
    assert document.get_annotation_data_for_tier("person0_AU12") == [
        *((40, 200, "12E"), (320, 360, "L12D"))
    ]
    assert document.get_annotation_data_for_tier("person0_AU12_right") == [(40, 200, "R12B")]


def test_elan_is_told_what_could_not_be_scored(elan):
    recording = two_people()
    document = elan(recording)
    for person in recording:
        tier = document.get_annotation_data_for_tier(f"person{person.track}_not_scored")
        assert tier == milliseconds(unscored_spans(person))


def test_a_unit_that_never_happened_has_an_empty_tier(elan):
    assert elan(two_people()).get_annotation_data_for_tier("person0_AU9") == []


def test_elan_opens_the_video(elan, tmp_path):
    video = tmp_path / "films" / "the talk, 1.mp4"
    media = elan(two_people(), media=video).media_descriptors
    assert [item["MIME_TYPE"] for item in media] == ["video/mp4"]
    assert Path(unquote(urlparse(media[0]["MEDIA_URL"]).path)) == video
    assert media[0]["RELATIVE_MEDIA_URL"] == "./films/the talk, 1.mp4"


def test_elan_looks_beside_the_annotations_where_no_video_is_named(elan, tmp_path):
    media = elan(two_people(source="talk.mp4")).media_descriptors
    assert media[0]["RELATIVE_MEDIA_URL"] == "./talk.mp4"
    assert media[0]["MEDIA_URL"] == (tmp_path / "talk.mp4").as_uri()


def test_elan_finds_a_video_in_a_folder_above(elan, tmp_path):
    media = elan(two_people(), media=tmp_path.parent / "talk.mp4").media_descriptors
    assert media[0]["RELATIVE_MEDIA_URL"] == "../talk.mp4"


def test_names_cannot_break_the_annotations(elan):
    media = elan(two_people(source='<&">\x01 talk.mov')).media_descriptors
    assert media[0]["RELATIVE_MEDIA_URL"].endswith('<&">_ talk.mov')


def test_annotations_begin_with_the_video_and_never_have_no_length(elan):
    """Frames closer than a millisecond, the first before the video's own zero."""
    person = make_person(
        [[0.1, 0.1, p] for p in (0.9, 0.1, 0.9, 0.1)], times=[-0.1, 0, 0.0001, 0.4]
    )
    tier = elan(make_recording(person)).get_annotation_data_for_tier("person0_AU12")
    assert tier == [(0, 1, "12E"), (0, 400, "12E")]


def test_an_empty_recording_is_an_empty_document(elan):
    assert list(elan(nobody()).get_tier_names()) == []


def test_elan_names_who_measured(tmp_path):
    write_eaf(two_people(), tmp_path / "a.eaf")
    root = ElementTree.parse(tmp_path / "a.eaf").getroot()
    assert root.attrib["AUTHOR"].startswith("facs ")
    assert {tier.attrib["ANNOTATOR"] for tier in root.iter("TIER")} == {"facs tiny 1.0"}


def test_without_pympi_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pympi", None)
    with pytest.raises(MissingPackageError, match=r"facs\[annotations\]"):
        write_eaf(two_people(), tmp_path / "a.eaf")


def test_writing_again_keeps_no_second_file(tmp_path):
    for _ in range(2):
        write_eaf(two_people(), tmp_path / "a.eaf")
    assert [path.name for path in tmp_path.iterdir()] == ["a.eaf"]


# subtitles


def subtitles_of(recording):
    spans = sorted(
        (s for person in recording for s in spans_of(person)), key=lambda span: span.start
    )
    times = milliseconds([(s.start, s.end, "") for s in spans])
    words = [f"Person {s.track}: {s.unit.label} ({s.code})" for s in spans]
    return [(start, end, text) for (start, end, _), text in zip(times, words, strict=True)]


def test_srt_is_read_back_to_the_same_events(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pysrt's own, on import
        import pysrt
    write_srt(two_people(), tmp_path / "a.srt")
    read = pysrt.open(str(tmp_path / "a.srt"), encoding="utf-8")
    assert [item.index for item in read] == [1, 2, 3, 4]
    assert [(i.start.ordinal, i.end.ordinal, i.text) for i in read] == subtitles_of(two_people())


def test_vtt_is_read_back_to_the_same_events(tmp_path):
    webvtt = pytest.importorskip("webvtt")
    write_vtt(two_people(), tmp_path / "a.vtt")
    read = webvtt.read(str(tmp_path / "a.vtt"))
    assert [(clock(c.start_time), clock(c.end_time), c.text) for c in read] == subtitles_of(
        two_people()
    )


def clock(time):
    minutes = 60 * time.hours + time.minutes
    return 1000 * (60 * minutes + time.seconds) + time.milliseconds


def test_a_subtitle_says_who_what_and_how_much(tmp_path):
    write_srt(two_people(), tmp_path / "a.srt")
    first = (tmp_path / "a.srt").read_text().split("\n\n")[0]
    assert first == "1\n00:00:00,040 --> 00:00:00,200\nPerson 0: Lip Corner Puller (12E)"


def test_one_person_needs_no_number(tmp_path):
    write_srt(make_recording(), tmp_path / "a.srt")
    assert "Person" not in (tmp_path / "a.srt").read_text()


def test_hours_are_counted(tmp_path):
    person = make_person([[0.1, 0.9, 0.1]] * 2, times=[3725.5, 3725.9])
    write_vtt(make_recording(person), tmp_path / "a.vtt")
    assert "01:02:05.500 --> 01:02:06.300\n" in (tmp_path / "a.vtt").read_text()


@pytest.mark.parametrize("write", [write_srt, write_vtt])
def test_no_event_is_no_subtitle(tmp_path, write):
    write(nobody(), tmp_path / "a")
    assert "-->" not in (tmp_path / "a").read_text()


@pytest.mark.parametrize("write", [write_eaf, write_srt, write_vtt])
def test_nothing_is_left_of_what_cannot_be_written(tmp_path, write):
    with pytest.raises(OutputError):
        write(two_people(), tmp_path / "absent" / "a")
    assert list(tmp_path.iterdir()) == []
