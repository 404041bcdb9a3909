"""What coders write beside a unit: none of it counts silently as the unit being there."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.evaluation.agree import Pairing, pair
from facs.evaluation.codings import CodedSpan, Coding, sampled, steady
from facs.evaluation.codings_in import read_coding
from tests.evaluation.builders import NAN, seconds


def tier(*texts):
    """Annotations of a second each."""
    return [(1000 * k, 1000 * k + 1000, text) for k, text in enumerate(texts)]


def starts(coding, *, coded=True):
    return [span.start for span in coding.spans if span.coded == coded]


@pytest.mark.parametrize("word", ["absent", "No", "none", "Neutral", "0", "0.0"])
def test_what_a_coder_calls_absent_is_not_there(elan, word):
    coding = read_coding(elan({"AU12": tier("C", word, "B")}))
    assert starts(coding) == [0.0, 2.0]
    assert coding.notes == ()


@pytest.mark.parametrize("word", ["9", "?", "n/a", "N/A"])
def test_what_a_coder_could_not_see_is_not_coded(elan, word):
    coding = read_coding(elan({"AU12": tier("1", word, "1"), "AU4": []}))
    assert (starts(coding), starts(coding, coded=False)) == ([0.0, 2.0], [1.0])
    table = sampled(coding, steady(3.0, 1.0))
    np.testing.assert_array_equal(table.presence, [[0, 1], [0, NAN], [0, 1]])


def test_nine_in_the_tier_of_au9_is_that_unit(elan):
    assert starts(read_coding(elan({"AU9": tier("9", "?")}))) == [0.0]


def test_a_code_of_another_unit_is_left_out_and_named(elan):
    coding = read_coding(elan({"AU12": tier("14C", "12C", "14", "6E+12B")}))
    assert seconds(coding) == [("AU12", 1.0, 2.0, 3.0), ("AU12", 3.0, 4.0, 2.0)]
    assert coding.notes == ("coder.eaf: left out: AU12: 3 name other units: '14C' at 0.0 s",)


def test_words_that_nobody_knows_are_there_and_listed(elan):
    coding = read_coding(elan({"AU12": tier("onset", "apex", "", "present")}))
    assert len(coding.spans) == 4
    assert coding.notes == ("coder.eaf: taken as there: AU12: 'onset' at 0.0 s and 1 more",)


def test_numbers_are_intensities_where_one_exceeds_1(elan):
    coding = read_coding(elan({"AU12": tier("2", "3.0", "0", "5"), "AU4": tier("1")}))
    assert seconds(coding) == [
        ("AU12", 0.0, 1.0, 2.0),
        ("AU12", 1.0, 2.0, 3.0),
        ("AU12", 3.0, 4.0, 5.0),
        ("AU4", 0.0, 1.0, 1.0),
    ]
    assert coding.notes == ("coder.eaf: numbers are intensities: AU12, AU4",)
    ones = read_coding(elan({"AU12": tier("1", "1"), "AU4": tier("4")}))
    assert {intensity for *_, intensity in seconds(ones)} == {None}


def test_a_tier_of_intensities_says_so_itself(elan):
    tiers = {"AU12_presence": tier("1"), "AU12_intensity": tier("1"), "AU6_presence": tier("1")}
    coding = read_coding(elan(tiers))
    assert sorted((s.name, s.intensity) for s in coding.spans if s.intensity == 1) == [("AU12", 1)]


def test_a_tier_that_counts_its_annotations_has_no_intensities(elan):
    coding = read_coding(elan({"AU12": tier(*"1234567")}))
    assert [span.start for span in coding.spans] == list(range(7))
    assert np.isnan([span.intensity for span in coding.spans]).all()
    assert coding.notes == ("coder.eaf: taken as there: AU12: '2' at 1.0 s and 5 more",)


@pytest.mark.parametrize(
    ("word", "strength", "note"),
    [
        ("3", 3.0, ""),
        ("3.0", 3.0, ""),
        ("c", 3.0, ""),
        ("n/a", None, ""),
        ("strong", None, "wanted intensities 1 to 5 or A to E, ignored: strong"),
        ("7", None, "wanted intensities 1 to 5 or A to E, ignored: 7"),
    ],
)
def test_intensities_of_bids(text, word, strength, note):
    coding = read_coding(text(["onset\tduration\ttrial_type\tintensity", f"1\t1\tAU12\t{word}"]))
    assert seconds(coding) == [("AU12", 1.0, 2.0, strength)]
    assert [said.removeprefix("a.tsv: ") for said in coding.notes] == ([note] if note else [])


@pytest.mark.parametrize(
    ("modifier", "strength"), [("C", 3.0), ("4", 4.0), ("left|C", 3.0), ("left", None), ("8", None)]
)
def test_modifiers_of_boris(text, modifier, strength):
    header = "Subject\tBehavior\tModifier #1\tStart (s)\tStop (s)"
    coding = read_coding(text([header, f"anna\tAU12\t{modifier}\t1\t2"]))
    assert seconds(coding) == [("AU12", 1.0, 2.0, strength)]
    assert bool(coding.notes) == (modifier == "8")


def test_a_unit_that_was_never_graded_has_no_intensity():
    """Zeros where it is not there, and nothing where it is, would be graded as never there."""
    spans = (CodedSpan("AU4", 0.0, 1.0), CodedSpan("AU12", 1.0, 2.0, 3.0))
    table = sampled(Coding("c", ("AU1", "AU4", "AU12"), spans), steady(3.0, 1.0))
    np.testing.assert_array_equal(table.intensity, [[0, NAN, 0], [0, NAN, 3], [0, NAN, 0]])


# clocks


def media(path, *found):
    """Give an .eaf media: (name, type, offset in ms)."""
    text = path.read_text()
    lines = [
        f'<MEDIA_DESCRIPTOR MEDIA_URL="file:///{name}" MIME_TYPE="{kind}" TIME_ORIGIN="{origin}"/>'
        for name, kind, origin in found
    ]
    head = '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">'
    start, end = text.index("<HEADER"), text.index("<TIME_ORDER")
    path.write_text(text[:start] + head + "".join(lines) + "</HEADER>" + text[end:])
    return path


def test_the_offset_of_the_video_is_in_the_times(elan):
    path = media(elan({"AU12": [(1000, 2000, "C")]}), ("talk.mp4", "video/mp4", 3000))
    coding = read_coding(path)
    assert seconds(coding) == [("AU12", 4.0, 5.0, 3.0)]
    assert coding.notes == ("coder.eaf: times are those of talk.mp4, whose offset is 3 s",)


def test_of_media_of_several_offsets_the_first_video_counts(elan):
    path = elan({"AU12": [(1000, 2000, "C")]})
    media(path, ("talk.wav", "audio/x-wav", 0), ("talk.mp4", "video/mp4", 500))
    coding = read_coding(path)
    assert seconds(coding) == [("AU12", 1.5, 2.5, 3.0)]
    note = "times are those of talk.mp4, offset 0.5 s; there are talk.wav 0 s"
    assert coding.notes == (f"coder.eaf: {note}",)


def test_a_span_that_begins_where_a_frame_ends_is_not_in_it():
    rows = steady(0.3, 10.0)
    for start in (0.2999, 0.3, 0.3005):
        hole = Coding("c", ("AU12",), (CodedSpan("", start, 3.0),))
        assert not np.isnan(sampled(hole, rows).presence).any()


def test_spans_in_milliseconds_or_frames_are_refused(spans, tmp_path):
    frames = "\n".join(f"{k},{k / 25},{k % 2}" for k in range(250))
    (tmp_path / "a.csv").write_text(f"frame,time,AU12\n{frames}\n")
    late = spans("late.tsv", ("AU12", 4000, 6400), ("AU12", 9000, 9400))
    for first, second in ((late, tmp_path / "a.csv"), (tmp_path / "a.csv", late)):
        with pytest.raises(InputError, match="got the first at 4000 s: are its times milliseconds"):
            pair(first, second)
    with pytest.raises(InputError, match="are its times milliseconds"):
        pair(late, spans("good.tsv", ("AU12", 4, 6.4)))


def test_spans_after_the_film_are_counted(spans, tmp_path):
    frames = "\n".join(f"{k},{k / 25},{k % 2}" for k in range(250))
    (tmp_path / "a.csv").write_text(f"frame,time,AU12\n{frames}\n")
    both = spans("b.tsv", ("AU12", 4, 5), ("AU12", 12, 13))
    notes = pair(tmp_path / "a.csv", both, Pairing()).notes
    assert "b.tsv: 1 of 2 spans begin after the last frame and are left out" in notes
