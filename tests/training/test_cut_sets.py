"""Shards are cut once, and what was cut says from what."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.training.cut_sets import cut_shards, read_cut
from tests.training.builders import write_faces


def test_a_shard_that_is_cut_is_not_cut_again(tmp_path, landmarks):
    folder = write_faces(tmp_path / "faces", stills=4, clips=1, frames=6)
    (first,) = cut_shards([folder], tmp_path / "cut", landmarks)
    when = first.stat().st_mtime_ns
    told = []
    again = cut_shards([folder], tmp_path / "cut", landmarks, progress=lambda *n: told.append(n))
    assert again == [first] and first.stat().st_mtime_ns == when and told == [(1, 1)]
    stills, clips = read_cut([first])
    assert (len(stills), len(clips)) == (4, 6)
    assert clips.flows.shape[0] == 6 and clips.clip.tolist() == [0] * 6


def test_flows_of_several_shards_stand_beside_their_own_frames(tmp_path, landmarks):
    folders = [write_faces(tmp_path / str(k), stills=1, clips=2 - k, seed=k) for k in range(2)]
    paths = cut_shards(folders, tmp_path / "cut", landmarks)
    _, clips = read_cut(paths)
    parts = [read_cut([path])[1] for path in paths]
    np.testing.assert_array_equal(clips.flows, np.concatenate([part.flows for part in parts]))
    assert len(clips.flows) == len(clips) and clips.flows.any()


def test_flows_stay_on_disk_where_no_stream_asks_for_them(tmp_path, landmarks):
    folder = write_faces(tmp_path / "faces", stills=0, clips=1, frames=6)
    paths = cut_shards([folder], tmp_path / "cut", landmarks)
    _, clips = read_cut(paths, motion=False)
    assert len(clips) == 6 and not len(clips.flows)


def test_pictures_stay_on_disk_where_no_stream_asks_for_them(tmp_path, landmarks):
    folder = write_faces(tmp_path / "faces", stills=2, clips=1, frames=6)
    paths = cut_shards([folder], tmp_path / "cut", landmarks)
    whole, without = read_cut(paths), read_cut(paths, pictures=False)
    for faces, bare in zip(whole, without, strict=True):
        assert bare.crops.shape == (len(faces), 0, 0)
        np.testing.assert_array_equal(bare.labels, faces.labels)
        np.testing.assert_array_equal(bare.flows, faces.flows)


def test_of_two_folders_of_one_name_the_later_is_named_after_where_it_lies(tmp_path, landmarks):
    one = write_faces(tmp_path / "train/shards", stills=2, clips=0)
    two = write_faces(tmp_path / "test/shards", stills=3, clips=0, seed=1)
    cache, among = tmp_path / "cut", (one, two)
    (first,) = cut_shards([one], cache, landmarks, among=among)
    (second,) = cut_shards([two], cache, landmarks, among=among)
    assert first.name == "shards_faces_00000.npz"
    assert [len(read_cut([path])[0]) for path in (first, second)] == [2, 3]
    assert cut_shards([one, two], cache, landmarks) == [first, second]


def test_a_folder_that_is_named_twice_is_refused(tmp_path, landmarks):
    folder = write_faces(tmp_path / "faces", stills=2, clips=0)
    with pytest.raises(InputError, match="each folder of shards once"):
        cut_shards([folder, folder], tmp_path / "cut", landmarks)


def test_what_was_cut_from_other_people_or_by_another_network_is_refused(tmp_path, landmarks):
    one = write_faces(tmp_path / "a/faces", stills=2, clips=0)
    two = write_faces(tmp_path / "b/faces", stills=3, clips=0, seed=1)
    (path,) = cut_shards([one], tmp_path / "cut", landmarks)
    with pytest.raises(InputError, match="wanted a cut of shard_bytes"):
        cut_shards([two], tmp_path / "cut", landmarks)
    with pytest.raises(InputError, match="wanted a cut of landmark_network"):
        cut_shards([one], tmp_path / "cut")
    assert cut_shards([one], tmp_path / "cut", landmarks) == [path]


def test_a_cut_that_does_not_say_where_it_is_from_is_read(tmp_path, landmarks):
    folder = write_faces(tmp_path / "faces", stills=2, clips=0)
    (path,) = cut_shards([folder], tmp_path / "cut", landmarks)
    with np.load(path) as file:
        older = {
            name: file[name] for name in file if name not in ("landmark_network", "shard_bytes")
        }
    np.savez(path, **older)
    assert cut_shards([folder], tmp_path / "cut") == [path]


def test_two_processes_may_cut_a_shard_at_once(tmp_path, landmarks, monkeypatch):
    folder = write_faces(tmp_path / "faces", stills=2, clips=0)
    savez = np.savez

    def while_another_does(path, **arrays):
        savez(path, **arrays)
        monkeypatch.undo()
        cut_shards([folder], tmp_path / "cut", landmarks)

    monkeypatch.setattr("facs.training.cut_sets.np.savez", while_another_does)
    paths = cut_shards([folder], tmp_path / "cut", landmarks)
    assert len(read_cut(paths)[0]) == 2
    assert list((tmp_path / "cut").iterdir()) == paths


def test_a_unit_that_an_older_renderer_could_not_show_was_not_shown(tmp_path, landmarks):
    folder = write_faces(tmp_path / "faces", stills=4, clips=0)
    (path,) = cut_shards([folder], tmp_path / "cut", landmarks)
    with np.load(path) as file:
        arrays = dict(file)
    older = tmp_path / "older.npz"
    arrays["columns"] = arrays["columns"][1:]
    arrays["stills_labels"] = arrays["stills_labels"][:, 1:]
    arrays["clips_labels"] = arrays["clips_labels"][:, 1:]
    np.savez(older, **arrays)
    stills, _ = read_cut([older, path])
    assert stills.labels.shape == (8, 3)
    assert (stills.labels[:4, 0] == 0).all()
    np.testing.assert_array_equal(stills.labels[:4, 1:], stills.labels[4:, 1:])
