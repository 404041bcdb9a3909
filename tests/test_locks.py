"""Locks: one process at a time, and disks that know none."""

from __future__ import annotations

import errno
import sys

import pytest

from facs.commands.keeping import changing
from facs.errors import OutputError
from facs.live.log import EventLog
from facs.locks import held, locked

needs_flock = pytest.mark.skipif(sys.platform == "win32", reason="Windows has locks of its own")


@pytest.fixture
def a_disk_without_locks(monkeypatch):
    import fcntl

    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)


def test_a_lock_is_held_once_and_free_when_it_is_closed(tmp_path):
    first = held(tmp_path / "lock")
    assert first is not None
    assert held(tmp_path / "lock") is None
    with pytest.raises(OutputError, match="busy"), locked(tmp_path / "lock", "busy"):
        pass
    first.close()
    with locked(tmp_path / "lock", "busy"):
        assert held(tmp_path / "lock") is None


@needs_flock
def test_a_disk_without_locks_is_refused_where_one_is_a_must(tmp_path, a_disk_without_locks):
    with pytest.raises(OutputError, match="choose another disk"):
        held(tmp_path / "lock")


@needs_flock
def test_a_profile_and_a_log_are_written_to_a_disk_without_locks(tmp_path, a_disk_without_locks):
    with changing(tmp_path / "child.toml") as now:
        now.profile.save(tmp_path / "child.toml")
    assert (tmp_path / "child.toml").is_file()
    log = EventLog(tmp_path / "events.csv")
    log.close()
    assert (log.problem, log.notice) == ("", "")
    assert (tmp_path / "events.csv").read_text(encoding="utf-8").startswith("session,")
