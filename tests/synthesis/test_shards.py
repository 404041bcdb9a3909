from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facs.errors import InputError
from facs.synthesis.__main__ import _part
from facs.synthesis.job import Job, plans
from facs.synthesis.labels import columns
from facs.synthesis.shards import Shard, read_shard, read_shards, write_shard


def shard(n: int = 3) -> Shard:
    import cv2

    files = []
    for i in range(n):
        picture = np.zeros((16, 16, 3), np.uint8)
        picture[..., 2] = 80 * i  # red, as OpenCV orders it
        files.append(cv2.imencode(".png", picture)[1].reshape(-1))
    return Shard(
        jpeg=np.concatenate(files),
        offsets=np.cumsum([0, *map(len, files)]).astype(np.int64),
        labels=np.zeros((n, 2), np.float32),
        columns=("AU12_left", "AU12_right"),
        landmarks=np.zeros((n, 68, 2), np.float32),
        pose=np.zeros((n, 3), np.float32),
        subject=np.arange(n),
        clip=np.full(n, -1),
        time=np.zeros(n),
        age=np.array(["child"] * n),
        sex=np.array(["female"] * n),
        tone=np.array(["asian"] * n),
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_shard(tmp_path / "a.npz", shard())
    back = read_shard(tmp_path / "a.npz")
    assert len(back) == 3 and back.columns == ("AU12_left", "AU12_right")
    assert back.age.tolist() == ["child"] * 3
    assert back.image(2)[0, 0].tolist() == [160, 0, 0]
    assert not list(tmp_path.glob("*.tmp"))


def test_shards_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    write_shard(tmp_path / "b.npz", shard(2))
    write_shard(tmp_path / "a.npz", shard(1))
    assert [len(s) for s in read_shards(tmp_path)] == [1, 2]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found none"):
        next(read_shards(tmp_path))


def test_a_file_that_is_no_shard_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"no")
    with pytest.raises(InputError, match="cannot read"):
        read_shard(tmp_path / "x.npz")


def test_labels_for_other_columns_are_refused() -> None:
    with pytest.raises(InputError, match="labels"):
        replace(shard(), columns=("AU9",))


def test_stills_and_clips_are_interleaved_from_the_start() -> None:
    kinds = [plan.kind for plan in plans(10_000, 560, 18)]
    assert kinds.count("stills") == 20 and kinds.count("clips") == 20
    assert abs(kinds[:10].count("stills") - 5) <= 1


def test_plans_cover_everything_once() -> None:
    stills = sorted(p.first for p in plans(1200, 0, 18))
    assert stills == [0, 500, 1000]
    assert sum(p.count for p in plans(1200, 0, 18)) == 1200


@pytest.mark.parametrize("text", ["2/2", "x", "1", "-1/2"])
def test_a_part_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="part: wanted"):
        Job(Path("assets"), Path("out"), part=_part(text))


def test_a_shard_of_an_earlier_renderer_is_read_without_tongue_and_covers(tmp_path: Path) -> None:
    now = columns()
    before = tuple(c for c in now if c != "AU19")
    old = replace(
        shard(2),
        columns=before,
        labels=np.random.default_rng(0).random((2, len(before)), np.float32),
        hidden=np.zeros((0, 0), np.bool_),
    )
    path = tmp_path / "old.npz"
    write_shard(path, old)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file if name != "hidden"}
    np.savez(path, **arrays)
    read = read_shard(path)
    assert read.columns == now and not read.hidden.any()
    assert not read.labels[:, now.index("AU19")].any()
    for column in ("AU1_left", "AU18", "AU20_right", "AU64"):
        assert np.array_equal(
            read.labels[:, now.index(column)], old.labels[:, before.index(column)]
        )


def test_what_is_hidden_is_kept(tmp_path: Path) -> None:
    marked = replace(shard(2), hidden=np.array([[True, False], [False, False]]))
    write_shard(tmp_path / "a.npz", marked)
    assert np.array_equal(read_shard(tmp_path / "a.npz").hidden, marked.hidden)


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(InputError, match="hidden"):
        replace(shard(2), hidden=np.zeros((1, 2), np.bool_))


@pytest.mark.parametrize(
    ("name", "value"), [("stills", -1), ("clips", -1), ("frames", 0), ("seed", -1), ("size", 8)]
)
def test_a_job_that_cannot_be_is_refused(name: str, value: int) -> None:
    with pytest.raises(InputError, match=f"{name}: wanted at least"):
        Job(Path("assets"), Path("out"), **{name: value})
