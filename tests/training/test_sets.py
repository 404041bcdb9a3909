"""Real and rendered faces, as training reads them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import cv2
import numpy as np
import pytest

from facs.errors import InputError
from facs.training.real_faces import EMOTIONS, FaceSet, read_fer, read_photos, third_of
from facs.training.rendered import read_rendered, read_scenes
from tests.training.builders import COLUMNS, write_faces, write_fer, write_photos


def test_the_splits_of_fer_do_not_share_a_picture(tmp_path):
    path = write_fer(tmp_path / "fer.npz")
    rows = [set(read_fer(path, split).rows) for split in ("train", "validation", "test")]
    assert rows == [{0, 3, 6, 9}, {1, 4, 7, 10}, {2, 5, 8}]  # picture 11 has too few votes


def test_votes_are_shares_without_the_unknown(tmp_path):
    faces = read_fer(write_fer(tmp_path / "fer.npz"), "train")
    np.testing.assert_allclose(faces.votes.sum(1), 1)
    assert [EMOTIONS[v.argmax()] for v in faces.votes] == [EMOTIONS[i % 8] for i in faces.rows]
    assert faces.gray(1).shape == (48, 48)


def test_no_person_of_the_photographs_is_in_two_splits(tmp_path):
    path = write_photos(tmp_path / "photos.npz", people=30)
    names = np.load(path)["names"]
    train, test = (read_photos(path, split) for split in ("train", "test"))
    people = [{str(names[i]).rsplit("_", 1)[0] for i in s.rows} for s in (train, test)]
    assert people[0] and people[1] and not people[0] & people[1]
    assert len(train) + len(test) == len(names)
    assert 3 <= len(people[1]) <= 17  # about a third


def test_one_person_does_not_teach_how_an_emotion_looks(tmp_path):
    path = write_photos(tmp_path / "photos.npz", people=3, each=8 * 12)
    names, emotions = (np.load(path)[key] for key in ("names", "emotion"))
    for split, most in (("train", 8), ("test", 12)):
        rows = read_photos(path, split).rows
        alike = Counter((names[i].rsplit("_", 1)[0], emotions[i]) for i in rows)
        assert set(alike.values()) <= {most}


def test_a_photograph_has_one_emotion(tmp_path):
    faces = read_photos(write_photos(tmp_path / "photos.npz"), "train")
    assert (faces.votes.max(1) == 1).all() and (faces.votes.sum(1) == 1).all()
    assert EMOTIONS[faces.votes[0].argmax()] == EMOTIONS[faces.rows[0] % 8]


def test_the_third_depends_on_the_person_alone():
    assert len({third_of(f"Ann_Lee_{k:04d}.jpg") for k in range(9)}) == 1
    assert {third_of(f"P{k}_0001.jpg") for k in range(60)} == {0, 1, 2}


def test_every_picture_wants_its_votes():
    with pytest.raises(InputError, match=r"\(2, 8\)"):
        FaceSet(np.zeros(0, np.uint8), np.zeros(3, np.int64), np.arange(2), np.zeros((1, 8), "f4"))


def test_shards_of_several_folders_are_joined(tmp_path):
    one = write_faces(tmp_path / "a", stills=4, clips=1, frames=3)
    two = write_faces(tmp_path / "b", stills=2, clips=0)
    data = read_rendered([one, two])
    assert len(data) == 9
    assert data.columns == COLUMNS
    assert data.gray.shape == (9, 120, 120) and data.landmarks.shape == (9, 68, 2)
    assert data.clip.tolist() == [-1] * 4 + [0] * 3 + [-1] * 2
    assert data.group[0] == "young female asian"


def test_a_folder_without_shards_is_refused(tmp_path):
    with pytest.raises(InputError, match="wanted"):
        read_rendered([tmp_path])
    with pytest.raises(InputError, match="wanted"):
        read_rendered([])


def test_scenes_become_grey_pictures_of_one_height(tmp_path):
    light = np.random.default_rng(0).uniform(0, 4, (40, 80, 3)).astype(np.float32)
    cv2.imwrite(str(tmp_path / "room.hdr"), light)
    (scene,) = read_scenes(tmp_path, height=48)
    assert scene.shape == (48, 96) and scene.dtype == np.uint8
    assert 30 < scene.mean() < 225 and scene.std() > 5


def test_a_folder_without_scenes_is_refused(tmp_path):
    with pytest.raises(InputError, match="hdr"):
        read_scenes(tmp_path)


def test_a_picture_of_two_splits_belongs_to_the_later_one_alone(tmp_path):
    path = write_fer(tmp_path / "fer.npz")
    data = dict(np.load(path))
    pictures = [data["jpeg"][a:b] for a, b in pairwise(data["offsets"])]
    pictures[0] = pictures[1] = pictures[2]  # one of each split, in their order
    pictures[3] = pictures[7]
    lengths = [len(picture) for picture in pictures]
    data |= {"jpeg": np.concatenate(pictures), "offsets": np.r_[0, np.cumsum(lengths)]}
    np.savez(path, **data)
    rows = [set(read_fer(path, split).rows) for split in ("train", "validation", "test")]
    assert rows == [{6, 9}, {4, 7, 10}, {2, 5, 8}]
