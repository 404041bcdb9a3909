"""The log: whole at every moment, continued, and kept in memory while the disk is full."""

from __future__ import annotations

import csv
import errno
from pathlib import Path

import pytest

from facs.errors import InputError, OutputError
from facs.live import log as module
from facs.live.log import EventLog
from facs.meaning.marks import COLUMNS, read_marks
from tests.live.builders import NOON, word
from tests.web.conftest import wait_for


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.csv"


def start(path):
    return EventLog(path, lambda: NOON)


def test_words_marks_and_ends_are_in_the_file(path):
    log = start(path)
    log.note("start", 0.0, 0.0, "N.")
    log.say(word(1), 1.2)
    log.grow(1, word(1, decided=1.9).event, 0.81234)
    log.mark(1, "right")
    log.close()
    begun, said = rows(path)
    assert tuple(begun) == COLUMNS
    assert (begun["kind"], begun["text"]) == ("start", "N.")
    assert said | {"session": ""} == {
        **dict.fromkeys(COLUMNS, ""),
        **{"number": "1", "written": "2026-01-02T12:00:00+00:00", "kind": "word"},
        **{"seconds": "1.300", "listened_s": "1.2", "gesture": "smile", "word": "hello"},
        **{"onset_s": "1.000", "offset_s": "1.900", "peak": "0.900", "kept": "0.8123"},
        **{"age_ms": "20", "mark": "right"},
        "rule": "12 >= 0.5 until 0.333 for 300 ms, pause 1000 ms",
    }


def test_a_word_is_in_the_file_soon_not_only_at_the_end(path):
    log = start(path)
    log.say(word(1), 1.2)
    wait_for(lambda: len(rows(path)) == 1, 10)
    log.close()


def test_a_log_is_continued(path):
    for number in (1, 2):
        log = start(path)
        log.say(word(number), 1.0)
        log.close()
    assert [row["number"] for row in rows(path)] == ["1", "2"]


def test_a_log_whose_columns_were_moved_or_added_to_is_continued_in_its_own_order(path):
    log = start(path)
    log.say(word(1), 1.0)
    log.close()
    moved = ["mark", "who was there", *(name for name in COLUMNS if name != "mark")]
    kept = rows(path)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, moved, restval="her aunt")
        writer.writeheader()
        writer.writerows(kept)
    log = start(path)
    log.say(word(2), 1.0)
    log.mark(2, "right")
    log.close()
    first, second = rows(path)
    assert list(first) == moved
    assert (first["number"], first["who was there"]) == ("1", "her aunt")
    assert (second["number"], second["who was there"], second["mark"]) == ("2", "", "right")
    assert read_marks(path).unmarked == {"smile": 1}


def test_an_empty_file_becomes_a_log(path):
    path.touch()
    start(path).close()
    assert path.read_text() == ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize("content", ["hello", "a,b\n1,2\n", "\x00"])
def test_what_is_no_log_is_not_overwritten(path, content):
    path.write_text(content)
    with pytest.raises(InputError, match="wanted a log of facs live"):
        start(path)
    assert path.read_text() == content


def test_a_log_that_cannot_be_written_is_refused_at_once(tmp_path):
    with pytest.raises(OutputError, match="create the folder first"):
        start(tmp_path / "gone" / "events.csv")


def test_a_full_disk_is_told_nothing_is_lost_and_it_is_written_once_there_is_room(
    path, monkeypatch
):
    monkeypatch.setattr(module, "RETRY", 0.05)
    log = start(path)
    log.say(word(1), 1.0)
    wait_for(lambda: len(rows(path)) == 1, 10)
    write = Path.write_text

    def full(self, *args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    log.say(word(2), 2.0)
    wait_for(lambda: log.problem, 10)
    assert "No space left on device; free some space" in log.problem
    assert "kept here" in log.problem
    assert [entry.word.number for entry in log.words] == [1, 2]
    assert len(rows(path)) == 1  # what was written before is whole
    log.mark(1, "wrong")
    monkeypatch.setattr(Path, "write_text", write)
    wait_for(lambda: not log.problem, 10)
    assert [row["mark"] for row in rows(path)] == ["wrong", ""]
    log.close()


def test_without_a_path_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log = EventLog()
    log.say(word(1), 1.0)
    log.close()
    assert list(tmp_path.iterdir()) == []
    assert len(log.words) == 1


def test_what_the_log_says_can_be_read_back(path):
    log = start(path)
    for number, mark in ((1, "right"), (2, "wrong"), (3, "undone"), (4, "")):
        log.say(word(number), 900.0 * number)
        log.grow(number, word(number).event, 0.5 + number / 10)
        log.mark(number, mark)
    log.close()
    marks = read_marks(path)
    assert [(mark.kept, mark.right) for mark in marks.marks] == [(0.6, True), (0.7, False)]
    assert (marks.hours, dict(marks.unmarked)) == (1.0, {"smile": 1})
