from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest

from facs.errors import OutputError, RecordingError
from facs.recording import Recording
from tests.builders import NAN, make_person, make_recording


@pytest.fixture
def path(tmp_path):
    return tmp_path / "talk.facs"


def make_full():
    """Two people, absences, damage and notes."""
    random = np.random.default_rng(0)
    first = make_person(random.random((50, 3)))
    scores = random.random((50, 3))
    scores[10:20] = NAN
    second = make_person(scores, track=3, on=[0.1, 0.6, 0.7], off=[0.1, 0.2, 0.3])
    return make_recording(first, second, damage="cut off", notes=("one", "zwei: größer"))


def rewrite(path, change):
    """The same zip after `change` of its members, a dict of bytes."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def rewrite_header(path, **changes):
    def change(members):
        members["header.json"] = json.dumps(json.loads(members["header.json"]) | changes).encode()

    rewrite(path, change)


def npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def refused(path):
    """The one line with which a file is refused."""
    with pytest.raises(RecordingError) as caught:
        Recording.load(path)
    message = str(caught.value)
    assert path.name in message and "\n" not in message
    return message


def test_what_is_saved_comes_back_to_the_last_bit(path):
    recording = make_full()
    recording.save(path)
    back = Recording.load(path)
    assert back == recording
    for before, after in zip(recording, back, strict=True):
        assert before.probability.tobytes() == after.probability.tobytes()
        assert before.landmarks.tobytes() == after.landmarks.tobytes()
        assert after.probability.dtype == np.float32
    assert back.times.tobytes() == recording.times.tobytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"people": ()},
        {"people": (), "times": []},
        {"size": None, "rate": None, "model": None, "people": ()},
        {"source": "weird \udc80 \"name\" 'ü'.mp4"},
    ],
)
def test_small_recordings_come_back_too(path, changes):
    make_recording(**changes).save(path)
    assert Recording.load(path) == make_recording(**changes)


def test_the_same_recording_gives_the_same_bytes(path, tmp_path):
    make_full().save(path)
    make_full().save(tmp_path / "again.facs")
    assert path.read_bytes() == (tmp_path / "again.facs").read_bytes()


def test_absence_takes_no_room(path):
    scores = np.full((5000, 3), NAN)
    scores[0] = 0.5
    make_recording(make_person(scores)).save(path)
    assert path.stat().st_size < 100_000


def test_numpy_alone_can_read_the_arrays(path):
    make_full().save(path)
    with np.load(path) as arrays:
        assert arrays["people/1/probability"].shape == (50, 3)


def test_saving_to_no_folder_says_so(tmp_path):
    with pytest.raises(OutputError, match="create the folder first"):
        make_full().save(tmp_path / "no" / "where.facs")


def test_a_file_that_is_not_there_is_named(path):
    assert "there is no recording" in refused(path)


@pytest.mark.parametrize("content", [b"", b"not a zip at all", b"PK\x03\x04" + b"\0" * 100])
def test_other_files_are_refused(path, content):
    path.write_bytes(content)
    assert "not a recording" in refused(path)


def test_another_zip_is_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "header.json" in refused(path)


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_refused(path, keep):
    make_full().save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    refused(path)


def test_a_changed_byte_is_noticed(path):
    make_full().save(path)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("people/0/probability.npy")
    data[info.header_offset + 200] ^= 0xFF
    path.write_bytes(data)
    assert "damaged" in refused(path)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_bytes_change_the_answer_is_a_recording_or_one_line(path, seed):
    make_full().save(path)
    random = np.random.default_rng(seed)
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    data[random.integers(0, len(data), 20)] = random.integers(0, 256, 20)
    path.write_bytes(data.tobytes())
    try:
        assert isinstance(Recording.load(path), Recording)
    except RecordingError as error:
        assert "\n" not in str(error)


def test_a_later_version_is_refused_by_its_number(path):
    make_full().save(path)
    rewrite_header(path, version=2)
    assert "wanted version 1" in refused(path) and "got 2" in refused(path)


def test_another_format_is_refused(path):
    make_full().save(path)
    rewrite_header(path, format="music")
    assert "facs-recording" in refused(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"people": 3},
        {"people": [{}]},
        {"people": [{"track": 0, "units": [99], "sided": []}]},
        {"people": [{"track": "x", "units": [12], "sided": []}]},
        {"size": [1]},
        {"rate": "1/0"},
        {"rate": [3]},
        {"model": {"name": "x"}},
        {"notes": None},
    ],
)
def test_a_header_that_makes_no_sense_is_refused(path, changes):
    make_full().save(path)
    rewrite_header(path, **changes)
    assert "not a whole recording" in refused(path)


def test_a_missing_array_is_named(path):
    make_full().save(path)
    rewrite(path, lambda members: members.pop("people/1/pose.npy"))
    assert "people/1/pose" in refused(path)


def test_an_array_of_another_shape_is_refused(path):
    make_full().save(path)
    rewrite(path, lambda members: members.update({"people/0/pose.npy": npy(np.zeros((9, 9)))}))
    assert "pose: wanted shape (50, 3), got (9, 9)" in refused(path)


def test_objects_are_never_read(path):
    make_full().save(path)
    evil = npy(np.array([print], dtype=object), allow_pickle=True)
    rewrite(path, lambda members: members.update({"times.npy": evil}))
    assert "wanted rows of numbers, got object" in refused(path)


def test_a_shape_that_promises_more_than_there_is_takes_no_memory(path):
    make_full().save(path)
    huge = npy(np.zeros((2, 3), np.float32)).replace(b"(2, 3), ", b"(99999999999, 3), ")
    rewrite(path, lambda members: members.update({"people/0/pose.npy": huge}))
    assert "got others" in refused(path) or "damaged" in refused(path)


def test_a_file_that_asks_for_too_much_is_refused_before_it_gets_it(path):
    make_full().save(path)
    with pytest.raises(RecordingError, match="more than the limit of 1,000"):
        Recording.load(path, limit=1000)


def test_a_member_larger_than_it_says_is_refused(path):
    make_full().save(path)
    longer = npy(np.arange(50) / 10) + b"more"
    rewrite(path, lambda members: members.update({"times.npy": longer}))
    assert "got others" in refused(path)
