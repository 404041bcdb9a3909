"""The log: whole at every moment, continued, and kept in memory while the disk is full."""

from __future__ import annotations

import csv
import errno
from pathlib import Path

import pytest

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
def test_what_is_no_log_is_not_overwritten_and_keeps_nobody_from_speaking(path, content):
    path.write_text(content)
    log = start(path)
    log.say(word(1), 1.0)
    log.close()
    assert path.read_text() == content
    beside = path.with_name("events-2.csv")
    assert [row["word"] for row in rows(beside)] == ["hello"] and log.path == beside
    assert "wanted a log of facs live" in log.notice
    assert log.notice.endswith(f"words go to {beside}")


def test_two_sessions_with_one_log_lose_no_word(path):
    logs = [start(path), start(path), start(path)]
    for number, log in enumerate(logs, 1):
        log.say(word(number), 1.0)
    for log in logs:
        log.close()
    files = [path, path.with_name("events-2.csv"), path.with_name("events-3.csv")]
    assert [[row["number"] for row in rows(file)] for file in files] == [["1"], ["2"], ["3"]]
    assert logs[0].notice == "" and "written by another session" in logs[1].notice
    again = start(path)  # who has ended holds nothing
    again.close()
    assert again.path == path


def test_sessions_that_begin_in_one_second_are_two(path):
    for _ in range(2):
        log = start(path)
        log.note("start", 0.0, 60.0)
        log.close()
    assert len({row["session"] for row in rows(path)}) == 2
    assert rows(path)[0]["session"].startswith("20260102T120000Z-")
    assert read_marks(path).hours == pytest.approx(2 / 60)


def test_a_log_whose_folder_is_not_there_is_written_once_it_is(tmp_path, monkeypatch):
    """A disk that is put in later, with an older log on it."""
    monkeypatch.setattr(module, "RETRY", 0.05)
    older = start(tmp_path / "events.csv")
    older.say(word(1), 1.0)
    older.close()
    disk = tmp_path / "disk"
    log = start(disk / "events.csv")
    assert "cannot write to" in log.problem and "kept here" in log.problem
    log.say(word(2), 1.0)
    ready = tmp_path / "ready"
    ready.mkdir()
    (tmp_path / "events.csv").rename(ready / "events.csv")
    ready.rename(disk)
    wait_for(lambda: not log.problem, 10)
    log.close()
    assert [row["number"] for row in rows(disk / "events.csv")] == ["1", "2"]


def test_a_log_that_excel_wrote_with_semicolons_is_read_and_continued(path):
    log = start(path)
    log.say(word(1), 90.0)
    log.grow(1, word(1).event, 0.8)
    log.mark(1, "right")
    log.close()
    kept = rows(path)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(kept[0])
        writer.writerow([
            cell.replace(".", ",") if name in ("listened_s", "kept", "seconds") else cell
            for name, cell in kept[0].items()
        ])  # fmt: skip
    assert [mark.kept for mark in read_marks(path).marks] == [0.8]
    log = start(path)
    log.say(word(2), 30.0)
    log.mark(2, "wrong")
    log.close()
    assert log.notice == ""
    marks = read_marks(path)
    assert [mark.right for mark in marks.marks] == [True, False]
    assert marks.hours == pytest.approx(120 / 3600)


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
