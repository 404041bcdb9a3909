"""Gestures as a table and as subtitles, read back by other readers."""

from __future__ import annotations

import csv
from dataclasses import replace

import pysrt
import pytest

from facs.errors import InputError
from facs.meaning.detector import GestureEvent
from facs.outputs.gestures import write_gestures

EVENTS = [
    GestureEvent("long blink", 3.0, 3.2, 3.8, 0.97, decided=3.6, word="כן"),
    GestureEvent("nod", 1.0, 1.1, 1.5, 12.0, decided=1.5),
]


def test_a_table_has_a_row_for_each_gesture_in_order(tmp_path):
    path = tmp_path / "a_gestures.tsv"
    write_gestures(EVENTS, path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [(row["onset"], row["trial_type"], row["word"]) for row in rows] == [
        ("1.000", "nod", "n/a"),
        ("3.000", "long blink", "כן"),
    ]
    assert (rows[1]["duration"], rows[1]["decided"], rows[1]["peak"]) == ("0.800", "3.600", "0.97")


def test_subtitles_show_the_word_while_it_is_made(tmp_path):
    path = tmp_path / "a.srt"
    write_gestures(EVENTS, path)
    nod, blink = pysrt.open(str(path))
    assert (nod.text, blink.text) == ("nod (nod)", "כן (long blink)")
    assert (blink.start.ordinal, blink.end.ordinal) == (3000, 3800)


def test_a_word_of_several_lines_is_one_cue(tmp_path):
    write_gestures([replace(EVENTS[0], word="come\n\n2\nhere")], tmp_path / "a.srt")
    (cue,) = pysrt.open(str(tmp_path / "a.srt"))
    assert cue.text.startswith("come 2 here (")


def test_no_gesture_is_an_empty_table(tmp_path):
    write_gestures([], tmp_path / "a.tsv")
    assert (tmp_path / "a.tsv").read_text().count("\n") == 1


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"wanted a name that ends in \.tsv or \.srt"):
        write_gestures(EVENTS, tmp_path / "a.docx")
