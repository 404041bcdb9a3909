"""Files of coders, written by hand or by the programs' own libraries, as spans and as frames."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from facs.errors import InputError, MissingPackageError
from facs.evaluation.codings import CodedSpan, Coding, sampled, steady
from facs.evaluation.codings_in import is_coding, read_coding
from facs.evaluation.unit_table import UnitTable
from tests.evaluation.builders import seconds

NAN = float("nan")


# ELAN


def test_tiers_are_units_by_their_names(elan):
    coding = read_coding(elan({"AU12": [(100, 900, "C")], "AU4": [], "AU01": [(0, 50, "")]}))
    assert coding.names == ("AU1", "AU4", "AU12")
    assert seconds(coding) == [("AU1", 0.0, 0.05, None), ("AU12", 0.1, 0.9, 3.0)]


def test_an_empty_tier_is_a_unit_that_was_looked_for(elan):
    assert "AU4" in read_coding(elan({"child_AU12": [(1, 2, "")], "child_AU4": []})).names


def test_tiers_begin_with_who_is_coded(elan):
    path = elan({"child_AU12": [(100, 200, "B")], "mother_AU12": [(300, 400, "D")]})
    assert seconds(read_coding(path, person="mother")) == [("AU12", 0.3, 0.4, 4.0)]
    with pytest.raises(InputError, match="wanted a person of child, mother, got none"):
        read_coding(path)
    with pytest.raises(InputError, match="got 'father'"):
        read_coding(path, person="father")


def test_annotations_are_units_where_tiers_are_not(elan):
    path = elan({"upper face": [(0, 500, "1C+2B"), (600, 700, "4")], "lower": [(0, 100, "L12a")]})
    assert seconds(read_coding(path)) == [
        ("AU1", 0.0, 0.5, 3.0),
        ("AU12", 0.0, 0.1, 1.0),
        ("AU2", 0.0, 0.5, 2.0),
        ("AU4", 0.6, 0.7, None),
    ]


def test_tiers_of_words_are_ignored_and_named(elan):
    coding = read_coding(elan({"AU12": [(0, 500, "12C")], "speech": [(0, 500, "hello 1")]}))
    assert coding.names == ("AU12",)
    assert coding.notes == ("coder.eaf: ignored, no units: speech",)


def test_a_numbered_coder_is_no_unit(elan):
    coding = read_coding(elan({"AU12": [(0, 500, "")], "coder_2": [(0, 500, "late")]}))
    assert coding.names == ("AU12",)


def test_sides_are_joined(elan):
    coding = read_coding(elan({"AU12_left": [(0, 500, "")], "R12": [(400, 900, "")]}))
    assert seconds(coding) == [("AU12", 0.0, 0.5, None), ("AU12", 0.4, 0.9, None)]


def test_sides_are_joined_with_a_tier_of_the_unit_itself(elan):
    coding = read_coding(elan({"AU12": [], "AU12_L": [(1000, 2000, "")]}))
    assert seconds(coding) == [("AU12", 1.0, 2.0, None)]


def test_a_tier_that_counts_trials_is_no_unit_beside_tiers_that_are(elan):
    trials = [(0, 500, "1"), (500, 900, "2")]
    coding = read_coding(elan({"AU12": [(0, 500, "")], "trial": trials}))
    assert coding.names == ("AU12",)
    assert coding.notes == ("coder.eaf: ignored, no units: trial",)
    alone = read_coding(elan({"codes": trials}))
    assert alone.names == ("AU1", "AU2")
    assert alone.notes == ("coder.eaf: read by what they say: codes",)
    lettered = read_coding(elan({"AU4": [], "codes": [(0, 500, "12C")]}))
    assert lettered.names == ("AU4", "AU12")


def test_a_tier_of_codes_with_a_slip_of_the_pen_keeps_its_codes(elan):
    rows = [(1000 * k, 1000 * k + 500, "12C" if k % 2 else "1+2B") for k in range(10)]
    coding = read_coding(elan({"FACS": [*rows, (10000, 10500, "T23")], "AU25": [(0, 500, "")]}))
    assert coding.names == ("AU1", "AU2", "AU12", "AU25")
    assert len(coding.spans) == 16
    assert coding.notes == (
        "coder.eaf: read by what they say: FACS",
        "coder.eaf: left out: FACS: 1 annotation is no code: 'T23' at 10.0 s",
    )
    words = read_coding(elan({"AU12": [], "speech": [(0, 500, "12C"), (500, 900, "hello")]}))
    assert words.notes == ("coder.eaf: ignored, no units: speech",)


def test_a_tier_of_bare_numbers_and_words_is_no_tier_of_codes(elan):
    for other in ("0", "break"):
        trials = [(0, 500, "1"), (500, 900, "2"), (900, 999, other)]
        coding = read_coding(elan({"codes": [(0, 500, "12C")], "trial": trials}))
        assert coding.names == ("AU12",)


def test_a_zero_in_the_tier_of_a_unit_is_not_that_unit(elan):
    coding = read_coding(elan({"AU12": [(0, 1000, "0"), (1000, 2000, "C")], "4": [(0, 9, "0")]}))
    assert coding.names == ("AU4", "AU12")
    assert seconds(coding) == [("AU12", 1.0, 2.0, 3.0)]


def test_sides_in_small_letters_are_joined_too(elan):
    coding = read_coding(elan({"AU12_l": [(0, 500, "")], "AU12_r": [(400, 900, "")]}))
    assert seconds(coding) == [("AU12", 0.0, 0.5, None), ("AU12", 0.4, 0.9, None)]


def test_what_was_not_scored_is_nobodys_unit(elan):
    coding = read_coding(elan({"p0_AU12": [(0, 500, "")], "p0_not_scored": [(500, 900, "dark")]}))
    assert seconds(coding) == [("", 0.5, 0.9, None), ("AU12", 0.0, 0.5, None)]


def test_an_eaf_that_is_none(text, elan, tmp_path):
    with pytest.raises(InputError, match="wanted annotations of ELAN"):
        read_coding(text(["no annotations"], "a.eaf"))
    with pytest.raises(InputError, match="there is no file"):
        read_coding(tmp_path / "absent.eaf")
    with pytest.raises(InputError, match="wanted tiers such as AU12"):
        read_coding(elan({"speech": [(0, 500, "hello")]}))


def test_without_pympi_the_extra_is_named(elan, monkeypatch):
    path = elan({"AU12": []})
    monkeypatch.setitem(sys.modules, "pympi", None)
    with pytest.raises(MissingPackageError, match=r"facs\[annotations\]"):
        read_coding(path)


# BORIS

BORIS = "Observation id\tMedia duration (s)\tSubject\tBehavior\tModifier #1\tModifier #2\t" + (
    "Behavior type\tStart (s)\tStop (s)\tDuration (s)"
)


def test_boris_tells_states_points_letters_and_the_length(text):
    coding = read_coding(
        text(
            [
                BORIS,
                "talk\t60.0\tanna\tAU12\tleft\tC\tSTATE\t1.5\t2.5\t1.0",
                "talk\t60.0\tanna\tAU45\tNone\t\tPOINT\t3.0\tNA\tNA",
            ]
        )
    )
    assert seconds(coding) == [("AU12", 1.5, 2.5, 3.0), ("AU45", 3.0, 3.0, None)]
    assert coding.end == 60.0


def test_several_observations_of_boris_are_not_put_on_one_line_of_time(text):
    rows = [f"{name}\t60\tanna\tAU12\t\t\tSTATE\t1\t2\t1" for name in ("talk", "walk")]
    with pytest.raises(InputError, match="wanted one observation, got talk, walk"):
        read_coding(text([BORIS, *rows]))


def test_boris_times_begin_with_the_video(text):
    header = BORIS.replace("Subject", "Time offset (s)\tSubject")
    row = "talk\t10\t100.0\tanna\tAU12\t\t\tSTATE\t101\t102\t1"
    assert seconds(read_coding(text([header, row]))) == [("AU12", 1.0, 2.0, None)]
    none = row.replace("100.0", "NA")
    assert seconds(read_coding(text([header, none]))) == [("AU12", 101.0, 102.0, None)]


def test_boris_subjects_are_people(text):
    path = text(
        [
            BORIS,
            "talk\t60\tanna\tAU12\t\t\tSTATE\t1\t2\t1",
            "talk\t60\tben\tAU4\t\t\tSTATE\t3\t4\t1",
        ]
    )
    assert read_coding(path, person="ben").names == ("AU4",)
    with pytest.raises(InputError, match="anna, ben"):
        read_coding(path)


def test_other_behaviors_are_ignored_and_named(text):
    coding = read_coding(
        text(
            [
                BORIS,
                "talk\tNA\t\tsings\t\t\tSTATE\t1\t2\t1",
                "talk\tNA\t\tAU4\t\t\tSTATE\t3\t4\t1",
            ]
        )
    )
    assert coding.names == ("AU4",)
    assert coding.notes == ("a.tsv: ignored, no units: sings",)
    assert np.isnan(coding.end)


@pytest.mark.parametrize("start", ["soon", "", "inf"])
def test_a_time_that_is_none_is_named(text, start):
    path = text([BORIS, f"talk\t60\t\tAU4\t\t\tSTATE\t{start}\t4\t1"])
    with pytest.raises(InputError, match=r"Start \(s\): wanted seconds"):
        read_coding(path)


# BIDS, and our own


def test_bids_has_onset_and_duration(text):
    path = text(["onset\tduration\ttrial_type", "1.5\t0.5\tAU12", "3\t1\tnot_scored"])
    assert seconds(read_coding(path)) == [("", 3.0, 4.0, None), ("AU12", 1.5, 2.0, None)]


def test_our_events_last_through_their_last_frame(text):
    path = text(["person,label,onset,apex,offset,duration,peak", "0,AU12,0.1,0.2,0.3,0.2,0.9"])
    coding = read_coding(path)
    assert seconds(coding) == [("AU12", 0.1, 0.3, None)]
    assert presence(coding.spans, [0.0, 0.1, 0.2, 0.3, 0.4]).presence[:, 0].tolist() == [
        *(0, 1, 1, 1, 0)
    ]


def test_no_event_is_a_coding_without_units(text):
    assert read_coding(text(["onset\tduration\ttrial_type"])).names == ()


def test_what_is_a_coding_is_known_by_its_columns(text):
    assert is_coding(text(["onset\tduration\ttrial_type"]))
    assert not is_coding(text(["frame,AU12", "0,1"], "labels.csv"))
    with pytest.raises(InputError, match="wanted events of ELAN, BORIS, BIDS or facs"):
        read_coding(text(["frame,AU12", "0,1"], "labels.csv"))


# frame by frame


def presence(spans, times, names=("AU12",)):
    rows = UnitTable.of("f", (), frame=np.arange(len(times)), time=np.asarray(times))
    return sampled(Coding("c", names, tuple(spans)), rows)


def test_a_frame_is_coded_where_its_middle_is():
    table = presence([CodedSpan("AU12", 0.12, 0.27)], [0.0, 0.1, 0.2, 0.3])
    assert table.presence[:, 0].tolist() == [0, 1, 1, 0]


def test_milliseconds_change_nothing():
    """Thirty frames a second, whose times have no end in milliseconds."""
    times = np.arange(300) / 30
    for first in range(0, 290, 7):
        span = CodedSpan("AU12", round(times[first], 3), round(times[first + 3], 3))
        shown = np.flatnonzero(presence([span], times).presence[:, 0])
        assert shown.tolist() == [first, first + 1, first + 2]


def test_a_point_is_in_the_frame_in_which_it_happens():
    for start in (0.1, 0.101, 0.19):
        table = presence([CodedSpan("AU12", start, start)], [0.0, 0.1, 0.2])
        assert table.presence[:, 0].tolist() == [0, 1, 0]


def test_a_frame_does_not_stand_for_those_that_have_no_row():
    """One row a second of thirty frames a second: what comes between two rows is in none."""
    rows = UnitTable.of("f", (), frame=[0, 30, 60], time=[0.0, 1.0, 2.0])
    between = Coding("c", ("AU12",), (CodedSpan("AU12", 0.4, 0.8),))
    assert sampled(between, rows).presence[:, 0].tolist() == [0, 0, 0]
    around = Coding("c", ("AU12",), (CodedSpan("AU12", 0.9, 1.1),))
    assert sampled(around, rows).presence[:, 0].tolist() == [0, 1, 0]


def test_a_frame_before_a_hole_ends_as_others_do():
    times = [0.0, 0.1, 0.2, 1.2, 1.3]
    assert presence([CodedSpan("AU12", 0.5, 0.9)], times).presence.sum() == 0
    assert presence([CodedSpan("AU12", 0.2, 0.9)], times).presence[:, 0].tolist() == [0, 0, 1, 0, 0]


@pytest.mark.parametrize("span", [(-2.0, -1.0), (5.0, 6.0), (-1.0, -1.0), (9.0, 9.0)])
def test_what_lies_outside_is_in_no_frame(span):
    assert presence([CodedSpan("AU12", *span)], [0.0, 0.1, 0.2]).presence.sum() == 0


def test_where_nothing_could_be_coded_nothing_is_known():
    spans = [CodedSpan("AU12", 0.0, 0.3, 3.0), CodedSpan("", 0.1, 0.2)]
    table = presence(spans, [0.0, 0.1, 0.2], ("AU4", "AU12"))
    np.testing.assert_array_equal(table.presence, [[0, 1], [NAN, NAN], [0, 1]])
    np.testing.assert_array_equal(table.intensity, [[0, 3], [NAN, NAN], [0, 3]])


def test_intensity_is_known_where_there_are_letters():
    spans = [CodedSpan("AU12", 0.0, 0.1, 2.0), CodedSpan("AU12", 0.2, 0.3)]
    table = presence(spans, [0.0, 0.1, 0.2])
    np.testing.assert_array_equal(table.intensity[:, 0], [2, 0, NAN])
    without = presence([CodedSpan("AU12", 0.0, 0.1)], [0.0, 0.1])
    assert np.isnan(without.intensity).all()


def test_of_two_spans_the_stronger_counts():
    spans = [CodedSpan("AU12", 0.0, 0.2, 2.0), CodedSpan("AU12", 0.1, 0.3, 4.0)]
    assert presence(spans, [0.0, 0.1, 0.2]).intensity[:, 0].tolist() == [2, 4, 4]


def test_moments_are_steady():
    assert steady(2.0, 25.0).time[:3].tolist() == [0.0, 0.04, 0.08]
    assert len(steady(2.0, 25.0)) == 50
    for until, rate in ((0.0, 25.0), (NAN, 25.0), (1.0, 0.0)):
        with pytest.raises(InputError):
            steady(until, rate)


def test_a_span_does_not_end_before_it_starts():
    with pytest.raises(InputError, match="start <= end"):
        CodedSpan("AU12", 2.0, 1.0)
    with pytest.raises(InputError, match="got AU9"):
        Coding("c", ("AU12",), (CodedSpan("AU9", 1.0, 2.0),))


def test_times_of_what_is_no_unit_are_not_asked_for_in_bids(text):
    lines = ["onset\tduration\ttrial_type", "n/a\tn/a\tstimulus", "1\tn/a\tAU45", "2\t1\tAU12"]
    coding = read_coding(text(lines))
    assert seconds(coding) == [("AU12", 2.0, 3.0, None), ("AU45", 1.0, 1.0, None)]
    assert coding.notes == ("a.tsv: ignored, no units: stimulus",)


def test_a_line_that_is_cut_short_is_one_line_of_error(text):
    with pytest.raises(InputError, match="line 2: wanted as many cells as in the header"):
        read_coding(text(["onset\ttrial_type\tduration\tz", "1\tAU12"]))
    with pytest.raises(InputError, match="line 2: wanted as many cells as in the header"):
        read_coding(text([BORIS, "talk\t60\tanna\tAU12\t\t\tSTATE\t1"]))
    with pytest.raises(InputError, match="duration: wanted seconds"):
        read_coding(text(["onset\ttrial_type\tduration", "1\tAU12\t"]))


def test_who_only_has_rows_that_are_no_unit_is_nobody_to_choose(text):
    lines = ["onset\tduration\ttrial_type\tperson", "1\t1\tAU12\tchild", "n/a\tn/a\tstimulus\tn/a"]
    assert read_coding(text(lines)).names == ("AU12",)


def test_events_of_ours_say_that_they_know_no_gaps(text):
    coding = read_coding(text(["label,onset,offset", "AU12,1,2"], "a.csv"))
    assert "does not say what could not be scored" in coding.notes[0]


def test_rows_by_frame_are_not_read_to_see_that_they_are_no_events(text):
    assert not is_coding(text(["frame,AU12", "cut short"], "labels.csv"))
