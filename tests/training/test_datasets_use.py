"""What coded data sets are for: samples of clips, splits by person, crops for the networks."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from facs.canonical import align, warp
from facs.errors import InputError, MissingPackageError
from facs.faces.landmarks import Located
from facs.training.datasets import FrameAt
from facs.training.datasets_clips import CodedClips
from facs.training.datasets_cut import cut_coded
from facs.training.datasets_read import read_coded
from facs.training.datasets_split import split_subjects, stratify
from facs.training.unit_data import CROP_MARGIN, WIDE
from tests.conftest import step_of
from tests.faces.builders import landmarks_at, texture
from tests.training.coded_builders import coded, write_ck, write_disfa

NAN = np.nan


@pytest.fixture
def disfa(tmp_path, write_video):
    (tmp_path / "disfa").mkdir()
    return read_coded("disfa", write_disfa(tmp_path / "disfa", write_video))


def test_a_sample_has_the_form_of_pytorchvideo(disfa):
    clips = CodedClips(disfa, 4, every=2)
    assert len(clips) == 4  # two of each video
    sample = clips[1]
    assert sample["video"].shape == (3, 4, 48, 64) and sample["video"].dtype == torch.float32
    assert [step_of(sample["video"][:, t].numpy()) for t in range(4)] == [2, 3, 4, 5]
    np.testing.assert_array_equal(sample["label"], disfa.presence[4])  # the middle frame
    names = [(clips[i]["video_name"], clips[i]["clip_index"]) for i in range(4)]
    first, second = "LeftVideoSN001_comp", "LeftVideoSN002_comp"
    assert names == [(first, 0), (first, 1), (second, 0), (second, 1)]
    assert clips[3]["subject"] == "SN002"


def test_samples_are_batched_by_torch(disfa):
    batch = next(iter(DataLoader(CodedClips(disfa, 3), batch_size=4)))
    assert batch["video"].shape == (4, 3, 3, 48, 64)
    assert batch["label"].shape == (4, 12)
    assert batch["clip_index"].tolist() == [0, 1, 0, 1]


def test_both_readers_see_the_same_frames(disfa):
    one, two = (CodedClips(disfa, 3, reader=reader) for reader in ("pyav", "decord"))
    for i in range(len(one)):
        torch.testing.assert_close(one[i]["video"], two[i]["video"], atol=2, rtol=0)


def test_pictures_are_clips_too(tmp_path):
    data = read_coded("ck+", write_ck(tmp_path))
    for reader in ("pyav", "decord"):
        clips = CodedClips(data, 2, reader=reader)
        assert len(clips) == 2
        assert step_of(clips[0]["video"][:, 1].numpy()) == 4


def test_a_transform_has_the_last_word(disfa):
    clips = CodedClips(disfa, 2, transform=lambda sample: {**sample, "video": 0})
    assert clips[0]["video"] == 0 and "label" in clips[0]


def test_clips_that_cannot_be_are_refused(disfa, monkeypatch):
    with pytest.raises(InputError, match="clips of 7 frames"):
        CodedClips(disfa, 7)
    with pytest.raises(InputError, match="every"):
        CodedClips(disfa, 2, every=0)
    with pytest.raises(InputError, match="reader"):
        CodedClips(disfa, 2, reader="opencv")
    monkeypatch.setitem(sys.modules, "decord", None)
    with pytest.raises(MissingPackageError, match=r"decord2: pip install 'facs\[clips\]'"):
        CodedClips(disfa, 2, reader="decord")


def test_what_decord_cannot_read_is_one_clear_line(disfa, tmp_path):
    broken = tmp_path / "broken.avi"
    broken.write_bytes(b"no video at all" * 50)
    for frame, words in (
        (FrameAt(broken), "broken.avi is none"),
        (FrameAt(tmp_path / "gone.avi"), "there is none at"),
        (replace(disfa.frames[0], index=70), "wanted frame 70 of .*got only 6"),
    ):
        data = replace(disfa.where(np.array([0])), frames=(frame,))
        with pytest.raises(InputError, match=words) as caught:
            CodedClips(data, 1, reader="decord")[0]
        assert "\n" not in str(caught.value)


def people(n=40, seed=0):
    """Four frames of each; AU4 is shown by one person in eight, AU12 by half of them."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    presence = np.zeros((4 * n, 2))
    presence[::4, 0] = np.isin(np.arange(n), order[: n // 8])
    presence[1::4, 1] = order % 2
    subjects = np.repeat([f"p{i:02d}" for i in range(n)], 4)
    return coded(subjects.tolist(), presence)


def test_nobody_is_on_both_sides():
    data = people()
    teach, held = split_subjects(data, 0.25)
    assert sorted([*teach, *held]) == list(range(len(data)))
    who = [set(data.subject[rows]) for rows in (teach, held)]
    assert not who[0] & who[1]
    assert len(who[1]) == 10


@pytest.mark.parametrize("seed", range(8))
def test_rare_units_come_to_both_sides(seed):
    data = people(seed=seed)
    _, held = split_subjects(data, 0.4, seed=seed)
    shown = [len(set(data.subject[held][data.presence[held, u] == 1])) for u in (0, 1)]
    assert shown[0] == 2 and 7 <= shown[1] <= 9  # of 5 and of 20


def test_labels_keep_their_share_better_than_by_chance():
    rng = np.random.default_rng(0)
    shown = rng.random((60, 20)) < rng.uniform(0.03, 0.6, 20)

    def error(held):
        return np.abs(shown[held].sum(0) - 0.25 * shown.sum(0)).mean()

    dealt = [error(stratify(shown, 0.25, np.random.default_rng(s))) for s in range(20)]
    drawn = [error(rng.permutation(60) < 15) for _ in range(20)]
    assert np.mean(dealt) < 0.6 * np.mean(drawn)


def test_a_seed_decides_the_split():
    splits = [split_subjects(people(), 0.3, seed=s)[1].tolist() for s in (1, 1, 2)]
    assert splits[0] == splits[1] != splits[2]


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_neither_side_is_ever_empty(share):
    for seed in range(5):
        data = coded(["a", "b"], [[0, 1], [1, 0]])
        teach, held = split_subjects(data, share, seed=seed)
        assert len(teach) == len(held) == 1


def test_splits_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="share"):
        split_subjects(people(), 1.0)
    with pytest.raises(InputError, match="two people"):
        split_subjects(coded(["a", "a"], [[0, 1], [1, 0]]))


class OneFace:
    """A landmark network that sees a face of 100 px, unless the picture is dark."""

    def __init__(self):
        self.asked = []

    def _located(self, gray):
        seen = gray.mean() > 60
        return Located(landmarks_at(20, 10, 100), 0.9 if seen else 0.1, 0.0)

    def __call__(self, gray, matrices):
        self.asked.append("filling")
        return [self._located(gray) for _ in matrices]

    def from_box(self, gray, box):
        self.asked.append("box")
        return self._located(gray)

    def follow(self, gray, before):
        self.asked.append("follow")
        return [self._located(gray) for _ in before]


def box_of_face(gray):
    return np.array([[20, 10, 120, 110]], np.float32)


def no_box(gray):
    return np.zeros((0, 4), np.float32)


def photographs(tmp_path, dark=()):
    """Two clips of two frames each."""
    import cv2

    frames = []
    for i in range(4):
        path = tmp_path / f"{i}.png"
        cv2.imwrite(str(path), texture(140, seed=i) // (4 if i in dark else 1))
        frames.append(FrameAt(path))
    data = coded(["a", "a", "b", "b"], [[0, 1], [1, NAN], [0, 0], [1, 1]])
    return replace(data, frames=tuple(frames), intensity=np.float32([[0, 4], [NAN] * 2] * 2))


def test_crops_are_cut_by_the_products_aligner(tmp_path):
    data, network = photographs(tmp_path), OneFace()
    cut = cut_coded(data, network, ("AU12_left", "AU4_right", "AU9"), detect=box_of_face)
    assert len(cut) == 4 and cut.rows.tolist() == [0, 1, 2, 3]
    expected = warp(texture(140, seed=2), align(landmarks_at(20, 10, 100), WIDE, CROP_MARGIN), WIDE)
    np.testing.assert_allclose(cut.crops[2], expected, atol=1)
    assert network.asked == ["box", "follow", "box", "follow"]
    np.testing.assert_array_equal(cut.presence[:2], [[1, 0, NAN], [NAN, 1, NAN]])
    assert cut.subject.tolist() == ["a", "a", "b", "b"]


def test_labels_are_strengths_where_coders_gave_them(tmp_path):
    cut = cut_coded(photographs(tmp_path), OneFace(), ("AU12_left", "AU4_left"), detect=box_of_face)
    np.testing.assert_allclose(cut.labels[:2], [[0.8, 0], [NAN, 0.6]], rtol=1e-6)


def test_frames_without_a_face_are_left_out_and_looked_for_again(tmp_path):
    network = OneFace()
    cut = cut_coded(photographs(tmp_path, dark=(1, 2)), network, ("AU4_left",), detect=box_of_face)
    assert cut.rows.tolist() == [0, 3]
    assert cut.subject.tolist() == ["a", "b"]
    np.testing.assert_array_equal(cut.presence.ravel(), [0, 1])


def test_a_picture_in_which_no_box_is_found_is_taken_to_be_filled_by_a_face(tmp_path):
    network, seen = OneFace(), []
    cut = cut_coded(
        photographs(tmp_path), network, detect=no_box, progress=lambda *row: seen.append(row)
    )
    assert len(cut) == 4 and "filling" in network.asked and "box" not in network.asked
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len(cut.columns) == 46  # all units, twelve of them with two sides


def test_a_face_of_the_shipped_landmark_network_can_be_cut_from_nothing(tmp_path):
    from facs.faces.landmarks import Landmarker

    data = photographs(tmp_path)  # textures hold no face: every frame is left out
    cut = cut_coded(data, Landmarker(), ("AU4_left",))
    assert cut.crops.shape == (0, WIDE, WIDE) and cut.labels.shape == (0, 1)
