"""A checkout of ICT-FaceKit instead of the packed assets, on a miniature of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="rendering needs numba")

from typer.testing import CliRunner

from facs.cli import app
from facs.errors import InputError
from facs.synthesis import ict
from facs.synthesis.assets import load
from facs.synthesis.clips import Studio
from facs.synthesis.ict import Topology, load_checkout, plain_rooms, read_obj
from facs.synthesis.job import Job, render
from facs.synthesis.labels import columns
from facs.synthesis.shards import read_shard
from tests.synthesis.checkout import miniature, write_obj


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Topology]:
    folder = tmp_path_factory.mktemp("ICT-FaceKit")
    return folder, miniature(folder)


@pytest.fixture
def light(checkout: tuple[Path, Topology], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a checkout whose light model is the miniature."""
    monkeypatch.setattr(ict, "LIGHT", checkout[1])
    return checkout[0]


def test_shapes_are_differences_to_the_neutral_mesh(checkout: tuple[Path, Topology]) -> None:
    folder, topology = checkout
    assets = load_checkout(folder, topology)
    neutral, quads = read_obj(folder / "FaceXModel/generic_neutral_mesh.obj")
    jaw, _ = read_obj(folder / "FaceXModel/jawOpen.obj")
    row = assets.shape_names.index("jawOpen")
    assert np.allclose(assets.shapes[row], jaw - neutral)
    assert assets.identity.shape == (2, len(neutral), 3)
    assert quads.shape[1] == 4 and quads.max() == len(neutral) - 1
    chin = assets.landmark_shapes[row, 8]
    assert chin[1] < -1 and abs(chin[0]) < 0.1


def test_the_pupil_looks_to_the_front(checkout: tuple[Path, Topology]) -> None:
    assets = load_checkout(*checkout)
    region = checkout[1].regions()
    front = assets.neutral[region == 7][assets.eye_angle[region == 7].argmin()]
    assert front[2] == assets.neutral[region == 7, 2].max()


def test_a_person_of_a_checkout_can_be_rendered(light: Path) -> None:
    studio = Studio(load(light), 64)
    samples = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        samples.append(studio.still(studio.person(rng), rng))
    for sample in samples:
        assert sample.image.shape == (64, 64, 3) and sample.image.std() > 8
        assert sample.labels.shape == (len(columns()),)
    assert load(light / "FaceXModel").neutral.shape == studio.assets.neutral.shape


def test_shards_of_a_checkout_follow_from_the_seed(light: Path, tmp_path: Path) -> None:
    heard: list[tuple[int, int | None]] = []
    for name in ("a", "b"):
        job = Job(light, tmp_path / name, stills=5, clips=1, frames=2, seed=3, size=48)
        paths = render(job, lambda done, total: heard.append((done, total)))
    assert [p.name for p in paths] == ["clips_00000.npz", "stills_00000.npz"]
    for path in paths:
        one, two = read_shard(tmp_path / "a" / path.name), read_shard(path)
        assert np.array_equal(one.jpeg, two.jpeg) and np.array_equal(one.labels, two.labels)
    done = [d for d, _ in heard[: len(heard) // 2]]
    assert done == sorted(done) and heard[-1] == (7, 7)


def test_the_command_renders_a_checkout(light: Path, tmp_path: Path) -> None:
    words = ["--assets", str(light), "--clips", "1", "--frames", "2", "--size", "48"]
    told = CliRunner().invoke(app, ["synth", "--out", str(tmp_path / "out"), *words])
    assert told.exit_code == 0, told.output
    assert "2 frames" in told.output
    assert len(read_shard(tmp_path / "out/clips_00000.npz")) == 2


def test_another_mesh_is_refused(light: Path, tmp_path: Path) -> None:
    place = tmp_path / "FaceXModel"
    place.mkdir()
    write_obj(place / "generic_neutral_mesh.obj", np.zeros((4, 3)), [[0, 1, 2, 3]])
    with pytest.raises(InputError, match=r"generic_neutral_mesh\.obj: wanted .* vertices, got 4"):
        load(tmp_path)


def test_a_missing_expression_is_named(checkout: tuple[Path, Topology], tmp_path: Path) -> None:
    place = tmp_path / "FaceXModel"
    place.mkdir()
    for path in (checkout[0] / "FaceXModel").glob("*.obj"):
        if path.stem != "eyeBlink_L":
            (place / path.name).symlink_to(path)
    with pytest.raises(InputError, match="eyeBlink"):
        load_checkout(tmp_path, checkout[1])


def test_a_broken_obj_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("v 1 2 x\n")
    with pytest.raises(InputError, match=r"a\.obj"):
        read_obj(tmp_path / "a.obj")
    (tmp_path / "b.obj").write_text("v 1 2 3\nf 1 2 3\n")
    with pytest.raises(InputError, match=r"b\.obj"):
        read_obj(tmp_path / "b.obj")


def test_triangles_end_in_minus_one(tmp_path: Path) -> None:
    write_obj(tmp_path / "a.obj", np.eye(3), [[0, 1, 2]])
    points, quads = read_obj(tmp_path / "a.obj")
    assert quads.tolist() == [[0, 1, 2, -1]] and np.array_equal(points, np.eye(3))


def test_plain_rooms_are_brighter_above() -> None:
    for room in plain_rooms():
        assert room.shape == (64, 128, 3) and room[:32].mean() > 1.3 * room[32:].mean()


def test_light_is_the_published_model() -> None:
    assert ict.LIGHT.count == 26719 and len(ict.LIGHT.first) == 19
    assert np.bincount(ict.LIGHT.regions())[:3].tolist() == [9409, 1839, 2046]
