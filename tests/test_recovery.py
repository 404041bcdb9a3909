"""Rows on disk: the same recording as from memory, and what a process that died leaves behind."""

from __future__ import annotations

import errno
import struct
from fractions import Fraction

import numpy as np
import pytest

from facs.errors import InputError, OutputError, RecordingError
from facs.journal import FRAMES_PER_BLOCK, JournalWriter, read_blocks
from facs.recorder import RecordingBuilder, Row
from facs.recovery import recover
from tests.builders import make_model

DELAY = 7
"""Frames after which a row has its scores, as with a flow window."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "talk.rows"


def new_builder(journal=None):
    return RecordingBuilder("talk.mp4", (64, 48), Fraction(10), make_model(), journal)


def scored(frame, track=0):
    value = (frame + 100 * track) % 97 / 100
    return Row(box=[frame, 0, 9, 9], probability=[0, 0, value], stream="fused", quality=1)


def fill(builder, frames=100):
    """Person 0 in every frame, scored later; person 3 from frame 40 to 59, too dark; the order
    is that of an analysis."""
    for frame in range(frames):
        builder.add_frame(frame / 10)
        builder.add(0, frame, Row(box=[frame, 0, 9, 9], quality=1))
        if 40 <= frame < 60:
            builder.add(3, frame, Row(reason="dark", quality=0))
        if frame >= DELAY:
            builder.add(0, frame - DELAY, scored(frame - DELAY))
    for frame in range(max(0, frames - DELAY), frames):
        builder.add(0, frame, scored(frame))


def whole(frames=100):
    builder = new_builder()
    fill(builder, frames)
    return builder.build("cut off", ["a note"])


def test_a_journal_gives_the_recording_that_memory_gives(path):
    with new_builder(path) as builder:
        fill(builder)
        assert builder.build("cut off", ["a note"]) == whole()
    assert recover(path) == whole()


def test_a_row_is_written_once(path):
    with new_builder(path) as builder:
        fill(builder)
        builder.build()
        size = builder._layout.itemsize
    assert sum(len(content) for kind, content in read_blocks(path) if kind == b"R") == 120 * size


def test_memory_holds_no_more_than_what_waits_and_a_block(path):
    with new_builder(path) as builder:
        held = []
        for frame in range(500):
            builder.add_frame(frame / 10)
            builder.add(0, frame, scored(frame))
            held.append(len(builder._rows._final) + len(builder._rows._waiting))
    assert max(held) <= FRAMES_PER_BLOCK + 1


def test_what_was_done_survives_a_process_that_is_killed(path):
    builder = new_builder(path)
    fill(builder)  # and no end
    found, everything = recover(path), whole()
    assert 100 - DELAY - FRAMES_PER_BLOCK <= len(found) < 100
    assert f"broke off after {found.times[-1]:.3f} s ({len(found)} frames)" in found.damage
    assert [person.track for person in found] == [0, 3]
    for person, other in zip(found, everything, strict=True):
        np.testing.assert_array_equal(person["AU12"], other["AU12"][: len(found)])
        np.testing.assert_array_equal(person.reasons, other.reasons[: len(found)])
    builder.close()


def test_a_journal_cut_at_any_byte_gives_the_frames_before_the_cut(path, tmp_path):
    with new_builder(path) as builder:
        fill(builder)
        builder.build("cut off", ["a note"])
    data, everything, lengths = path.read_bytes(), whole(), []
    cut = tmp_path / "cut.rows"
    for length in [*range(0, len(data), 997), len(data)]:
        cut.write_bytes(data[:length])
        try:
            found = recover(cut)
        except RecordingError as error:
            assert "\n" not in str(error) and length < 1000
            continue
        lengths.append(len(found))
        assert found.times.tolist() == everything.times[: len(found)].tolist()
        for person in found:
            expected = everything.people[0 if person.track == 0 else 1]
            np.testing.assert_array_equal(person.boxes, expected.boxes[: len(found)])
            np.testing.assert_array_equal(person.reasons, expected.reasons[: len(found)])
    assert lengths == sorted(lengths)
    assert {0, FRAMES_PER_BLOCK, 100} <= set(lengths)


def test_a_part_of_a_journal_is_that_part_of_the_recording(path):
    with new_builder(path) as builder:
        fill(builder)
        builder.build()
    part = recover(path, start=1.0, stop=3.05)
    assert part.times.tolist() == whole().times[10:31].tolist()
    (person,) = part.people  # the other came later
    np.testing.assert_array_equal(person["AU12"], whole().people[0]["AU12"][10:31])
    assert len(recover(path, start=50)) == 0


def test_a_recording_that_is_too_large_is_refused_and_its_parts_are_not(path):
    with new_builder(path) as builder:
        for frame in range(200):
            builder.add_frame(frame / 10)
            builder.add(frame, frame, scored(frame))  # a new person in every frame
        builder.build()
    limit = 10_000_000  # each of 200 would need a row for every frame
    with pytest.raises(OutputError, match="--start and --stop"):
        recover(path, limit=limit)
    assert len(recover(path, stop=5, limit=limit).people) == 50


def test_rows_that_are_there_are_not_overwritten(path):
    with new_builder(path) as builder:
        fill(builder)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="facs recover"):
        new_builder(path)
    assert path.read_bytes() == before


def test_a_journal_in_no_folder_says_so(tmp_path):
    with pytest.raises(OutputError, match="No such file"):
        new_builder(tmp_path / "no" / "talk.rows")


class FullDisk:
    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_one_line(path):
    writer = JournalWriter(path, {})
    writer.close()
    writer._file = FullDisk()
    with pytest.raises(OutputError, match=r"talk\.rows: No space left on device$"):
        writer.write(np.zeros(10), b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"frame,time\n0,0\n",
        b"facs-rows 1\n",
        b"facs-rows 1\nH" + struct.pack("<II", 2**31, 0) + b"{}",
        b"facs-rows 1\nH" + struct.pack("<II", 2, 0) + b"{}",
    ],
)
def test_other_files_are_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"talk\.rows"):
        recover(path)


def test_no_file_is_refused(path):
    with pytest.raises(RecordingError, match="No such file"):
        recover(path)


def test_times_that_go_back_are_refused_while_recording(path):
    with new_builder(path) as builder:
        builder.add_frame(1.0)
        with pytest.raises(InputError, match="wanted a time after"):
            builder.add_frame(0.5)
