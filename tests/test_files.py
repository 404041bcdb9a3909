from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from facs.errors import OutputError, VideoError
from facs.files import atomic, read_text


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_when_it_is_whole(tmp_path):
    with atomic(tmp_path / "a.txt") as path:
        path.write_text("half")
        assert "a.txt" not in names(tmp_path)
        path.write_text("whole")
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "whole"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(RuntimeError), atomic(tmp_path / "a.txt") as path:
        path.write_text("half of the new")
        raise RuntimeError
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_the_other_name_has_the_same_suffix(tmp_path):
    with atomic(tmp_path / "a.mp4") as path:
        path.write_bytes(b"")
        assert path.suffix == ".mp4"
        assert path.parent == tmp_path


def test_a_missing_folder_is_named_with_what_to_do(tmp_path):
    match = r"^cannot write .*nowhere/a.txt: No such file or directory; create the folder first$"
    with pytest.raises(OutputError, match=match), atomic(tmp_path / "nowhere/a.txt") as path:
        path.write_text("")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named_with_what_to_do(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="may write"), atomic(tmp_path / "a.txt") as path:
        path.write_text("")


def test_a_folder_is_not_overwritten(tmp_path):
    with pytest.raises(OutputError, match="it is a folder"), atomic(tmp_path):
        pass


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a device file")
def test_a_device_is_not_replaced_by_a_file():
    with pytest.raises(OutputError, match="not a file"), atomic("/dev/null"):
        pass
    assert not Path("/dev/null").is_file()


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    with atomic(tmp_path / "link.txt") as path:
        path.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_errors_of_ours_pass_unchanged(tmp_path):
    with pytest.raises(VideoError, match="the source broke"), atomic(tmp_path / "a.txt"):
        raise VideoError("the source broke")


def test_the_mark_that_windows_puts_before_text_is_left_out(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("yes = כן\r\n".encode("utf-8-sig"))
    assert read_text(path) == "yes = כן\n"


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    """After a loss of power the name would else be that of an empty file."""
    target, synced, sync = tmp_path / "a.txt", [], os.fsync

    def noted(descriptor):
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        synced.append((kind, target.exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    with atomic(target) as path:
        path.write_text("whole")
    assert synced[0] == ("file", False)
    assert synced[1:] in ([("folder", True)], [])  # where a system syncs folders
