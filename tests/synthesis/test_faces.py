"""What the whole renderer promises, on the real mesh; skipped where its assets are absent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facs.errors import InputError
from facs.synthesis.__main__ import main
from facs.synthesis.assets import Assets, load
from facs.synthesis.bones import draw_resting
from facs.synthesis.camera import Camera
from facs.synthesis.clips import Studio
from facs.synthesis.eyes import turned
from facs.synthesis.job import Plan, make_shard
from facs.synthesis.labels import columns
from facs.synthesis.lashes import Lashes, grown
from facs.synthesis.person import Person, draw_person
from facs.synthesis.render import draw
from facs.synthesis.scene import Pose, Scene, draw_scene
from facs.synthesis.shapes import LEFT, RIGHT, SLIDERS, slider, still
from facs.synthesis.shards import read_shard, read_shards

ASSETS = Path(__file__).resolve().parents[2] / "../shared/synthesis/assets"
PLAIN = Camera(1.0, (1, 1, 1), 1.0, 1.0, 0.0, 1.0, 0.0, 95)


@pytest.fixture(scope="module")
def person(assets: Assets) -> Person:
    one = draw_person(assets, np.random.default_rng(3))
    ones = np.ones(len(SLIDERS), np.float32)
    gain = np.where(np.array(SLIDERS) == "43", one.gain, ones).astype(np.float32)
    return replace(one, gain=gain, asymmetry=0 * ones, covers=())


def labels(studio: Studio, person: Person, intensities: np.ndarray) -> dict[str, float]:
    weights, shown = studio.mixer.weights(person.moves(intensities))
    values = studio.labeller(person.neutral[studio.assets.landmarks], weights, shown)
    return dict(zip(columns(), values.tolist(), strict=True))


def one(name: str, side: int | None = None, value: float = 1.0) -> np.ndarray:
    out = still()
    if side is None:
        out[slider(name)] = value
    else:
        out[slider(name), side] = value
    return out


def test_a_folder_without_assets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ict_face_light"):
        load(tmp_path)


def test_shapes_with_L_move_the_subjects_left(assets: Assets) -> None:
    for name in ("mouthSmile", "browOuterUp", "eyeBlink", "mouthFrown"):
        for suffix, sign in (("_L", 1), ("_R", -1)):
            move = np.abs(assets.shapes[assets.shape_names.index(name + suffix)]).sum(1)
            assert sign * (move * assets.neutral[:, 0]).sum() > 0


def test_landmarks_are_in_ibug_order_with_the_subjects_right_first(assets: Assets) -> None:
    x, y, _ = assets.neutral[assets.landmarks].T
    assert x[0] < 0 < x[16] and x[36:42].max() < 0 < x[42:48].min()
    assert y[17:27].min() > y[36:48].max() and y[8] == y.min()


def test_the_neutral_face_has_no_labels(studio: Studio, person: Person) -> None:
    assert not any(labels(studio, person, still()).values())


@pytest.mark.parametrize("name", ["1", "2", "4", "5", "6", "7", "10", "12", "14", "15", "20", "43"])
def test_one_side_moves_one_label(studio: Studio, person: Person, name: str) -> None:
    left = labels(studio, person, one(name, LEFT))
    right = labels(studio, person, one(name, RIGHT))
    assert left[f"AU{name}_left"] > 0.95 and left[f"AU{name}_right"] < 0.1
    assert right[f"AU{name}_right"] > 0.95 and right[f"AU{name}_left"] < 0.1


def test_a_strong_nose_wrinkle_brings_its_neighbours(studio: Studio, person: Person) -> None:
    found = labels(studio, person, one("9"))
    assert min(found["AU4_left"], found["AU10_right"], found["AU25"]) > 0.3
    assert found["AU9"] == pytest.approx(1)


def test_lips_pressed_are_not_parted_and_a_stretched_mouth_is(
    studio: Studio, person: Person
) -> None:
    assert labels(studio, person, one("24"))["AU25"] == 0
    assert labels(studio, person, one("27"))["AU25"] == 1
    assert labels(studio, person, one("27"))["AU26"] < 0.05


def test_a_left_wink_changes_the_right_half_of_the_picture(studio: Studio, person: Person) -> None:
    rng = np.random.default_rng(0)
    scene = draw_scene(studio.assets, rng)
    pose = Pose(0, 0, 0)
    window = studio.window(person, scene, pose, rng)
    shots = [
        studio.shoot(person, scene, PLAIN, face, pose, window, rng, 1.0)[0]
        for face in (still(), one("43", LEFT))
    ]
    change = np.abs(shots[1].image.astype(int) - shots[0].image).sum(2)
    columns_of_change = np.average(np.arange(studio.size), weights=change.sum(0))
    nose = shots[0].landmarks[27, 0]
    left_eye = shots[0].landmarks[42:48, 0].mean()
    assert left_eye > nose
    assert columns_of_change == pytest.approx(left_eye, abs=6)


def test_the_head_that_turns_left_shows_its_nose_further_right(
    studio: Studio, person: Person
) -> None:
    rng = np.random.default_rng(0)
    scene = draw_scene(studio.assets, rng)
    offset = {}
    for yaw in (-25, 25):
        pose = Pose(yaw, 0, 0)
        window = studio.window(person, scene, pose, rng)
        dots = studio.shoot(person, scene, PLAIN, still(), pose, window, rng)[0].landmarks
        offset[yaw] = dots[30, 0] - dots[[0, 16], 0].mean()
    assert offset[25] > 0 > offset[-25]


def test_landmarks_cover_about_half_of_a_still(studio: Studio, person: Person) -> None:
    for seed in range(4):
        sample = studio.still(person, np.random.default_rng(seed))
        extent = np.ptp(sample.landmarks, axis=0).max() / studio.size
        assert 0.42 < extent < 0.72  # an open mouth is larger than the face at rest
        assert sample.image.shape == (studio.size, studio.size, 3)


def test_faces_are_neither_black_nor_white(studio: Studio) -> None:
    means = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        sample = studio.still(studio.person(rng), rng)
        x0, y0 = np.clip(sample.landmarks.min(0), 0, studio.size - 1).astype(int)
        x1, y1 = sample.landmarks.max(0).astype(int) + 1
        means.append(sample.image[y0:y1, x0:x1].mean())
    assert min(means) > 35 and max(means) < 215


def test_the_background_stays_when_the_head_moves(studio: Studio, person: Person) -> None:
    bald = replace(person, hair="none")
    frames = list(studio.clip(bald, 4, np.random.default_rng(2)))
    corner = np.stack([f.image[:8, :8].astype(float).mean((0, 1)) for f in frames])
    assert np.ptp(corner, axis=0).max() < 6
    assert [f.time for f in frames] == pytest.approx([0, 1 / 30, 2 / 30, 3 / 30])


def test_lips_of_a_resting_face_touch(assets: Assets) -> None:
    for seed in range(5):
        y = draw_person(assets, np.random.default_rng(seed)).neutral[assets.landmarks, 1]
        assert (y[[61, 62, 63]] - y[[67, 66, 65]]).max() < 0.15


def test_resting_faces_differ_a_little(assets: Assets) -> None:
    rng = np.random.default_rng(1)
    many = np.stack([draw_resting(assets.shape_names, rng) for _ in range(200)])
    spread = many[:, assets.shape_names.index("browDown_L")].std()
    assert 0.1 < spread < 0.18 and np.abs(many).max() <= 0.4


def test_a_shard_can_be_made_again_and_alone(studio: Studio, tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_shard(studio, Plan("stills", 3, 1500, 5), 11, 18, tmp_path / f"{name}.npz")
    a, b = read_shard(tmp_path / "a.npz"), read_shard(tmp_path / "b.npz")
    assert np.array_equal(a.jpeg, b.jpeg) and np.array_equal(a.labels, b.labels)
    assert a.subject.tolist() == [110_000_375] * 4 + [110_000_376]


def test_the_command_writes_stills_and_clips_and_resumes(assets: Assets, tmp_path: Path) -> None:
    argv = ["--out", str(tmp_path), "--assets", str(ASSETS), "--stills", "2", "--clips", "1"]
    argv += ["--frames", "3", "--size", "64", "--seed", "5"]
    assert main(argv) == 0
    shards = list(read_shards(tmp_path))
    assert sorted(len(s) for s in shards) == [2, 3]
    assert {s.clip[0] for s in shards} == {-1, 50_000_000}
    made = {p: p.stat().st_mtime_ns for p in tmp_path.glob("*.npz")}
    assert main(argv) == 0
    assert {p: p.stat().st_mtime_ns for p in tmp_path.glob("*.npz")} == made


def test_the_command_says_where_it_found_no_assets(tmp_path: Path) -> None:
    assert main(["--out", str(tmp_path / "o"), "--assets", str(tmp_path)]) == 2


def test_no_pupil_stares_through_a_lid_that_is_shut(assets: Assets) -> None:
    large_eyed = replace(draw_person(assets, np.random.default_rng(9)), covers=(), hair="")
    scene = draw_scene(assets, np.random.default_rng(9))
    black, white = (replace(large_eyed, iris=tint * large_eyed.iris) for tint in (0, 20))
    awake = _differing(assets, black, white, still(), scene)
    asleep = _differing(assets, black, white, one("43"), scene)  # the line between the lids
    assert asleep < awake / 10  # a third of it before eyeballs gave way


def _differing(
    assets: Assets, one_eyed: Person, other: Person, asked: np.ndarray, scene: Scene
) -> int:
    """Pixels in which two people differ, in a frontal picture of 240."""
    studio, front = Studio(assets, 160), Pose(0.0, 0.0, 0.0)
    weights, shown = studio.mixer.weights(one_eyed.moves(asked))
    window = studio.window(one_eyed, scene, front, np.random.default_rng(0))
    first, second = (
        draw(assets, who, scene, weights, shown, front, window, 240).light
        for who in (one_eyed, other)
    )
    return int((np.abs(first - second).max(2) > 1e-3).sum())


def test_long_dark_lashes_darken_shut_eyes_and_leave_open_ones_to_be_seen(assets: Assets) -> None:
    bare = replace(draw_person(assets, np.random.default_rng(9)), covers=(), hair="")
    scene = draw_scene(assets, np.random.default_rng(9))
    fine, dark = (replace(bare, lashes=Lashes(*look)) for look in ((1.0, 0.0), (1.0, 0.45)))
    assert _differing(assets, fine, dark, one("43"), scene) > 30
    black, white = (replace(dark, iris=tint * dark.iris) for tint in (0, 20))
    plain_black, plain_white = (replace(fine, iris=tint * fine.iris) for tint in (0, 20))
    seen = _differing(assets, black, white, still(), scene)
    assert seen > 0.5 * _differing(assets, plain_black, plain_white, still(), scene)


def test_lashes_of_their_own_length_leave_the_mesh_as_it_is(assets: Assets) -> None:
    np.testing.assert_allclose(grown(assets, assets.neutral, 1.0), assets.neutral, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "axis", "sign"), [("61", 0, 1), ("62", 0, -1), ("63", 1, 1), ("64", 1, -1)]
)
def test_pupils_go_where_the_eyes_look(
    studio: Studio, assets: Assets, name: str, axis: int, sign: int
) -> None:
    weights, _ = studio.mixer.weights(one(name))
    looking = turned(assets, weights, assets.neutral)
    pupils = assets.eyeballs[assets.eye_angle[assets.eyeballs] < 5]
    for left in (True, False):
        here = pupils[(assets.neutral[pupils, 0] > 0) == left]
        moved = (looking[here] - assets.neutral[here]).mean(0)
        assert sign * moved[axis] > 0.3  # centimetres; they did not move at all once


def test_an_eyeball_that_turns_stays_in_its_place_and_keeps_its_size(
    studio: Studio, assets: Assets
) -> None:
    weights, _ = studio.mixer.weights(one("61"))
    ball = assets.eyeballs[assets.neutral[assets.eyeballs, 0] > 0]
    before, after = assets.neutral[ball], turned(assets, weights, assets.neutral)[ball]
    apart = [np.linalg.norm(p - p.mean(0), axis=1) for p in (before, after)]
    np.testing.assert_allclose(apart[0], apart[1], atol=1e-4)
    assert np.linalg.norm(before.mean(0) - after.mean(0)) < 0.4  # the cornea bulges to the front


def test_eyes_that_look_ahead_do_not_turn(studio: Studio, assets: Assets) -> None:
    weights, _ = studio.mixer.weights(still())
    assert turned(assets, weights, assets.neutral) is assets.neutral
