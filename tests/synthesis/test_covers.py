"""Things before a face: they show, they move with it, and what they hide is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facs.synthesis.assets import Assets
from facs.synthesis.camera import Camera
from facs.synthesis.clips import Sample, Studio
from facs.synthesis.covers import Cover
from facs.synthesis.gear import SHARES, draw_gear, draw_glasses, make_gear
from facs.synthesis.hand import hand
from facs.synthesis.hidden import covered, hidden_columns
from facs.synthesis.labels import columns
from facs.synthesis.person import Person, draw_person
from facs.synthesis.scene import Pose, draw_scene
from facs.synthesis.shapes import slider, still
from facs.synthesis.strands import draw_fringe, draw_hairline, draw_strands

PLAIN = Camera(1.0, (1, 1, 1), 1.0, 1.0, 0.0, 1.0, 0.0, 95)


@pytest.fixture(scope="module")
def person(assets: Assets) -> Person:
    return replace(draw_person(assets, np.random.default_rng(3)), covers=(), hair="none")


def shot(
    studio: Studio, person: Person, covers: tuple[Cover, ...], moved: str = "", yaw: float = 0.0
) -> Sample:
    rng = np.random.default_rng(0)
    scene, pose = draw_scene(studio.assets, rng), Pose(yaw, 0, 0)
    face = still()
    if moved:
        face[slider(moved)] = 1
    window = studio.window(person, scene, Pose(0, 0, 0), np.random.default_rng(0))
    return studio.shoot(
        person, scene, PLAIN, face, pose, window, np.random.default_rng(0), 1.0, covers=covers
    )[0]


def change(studio: Studio, person: Person, cover: Cover) -> np.ndarray:
    """Where the picture differs from that of the bare face."""
    bare, covered_face = (shot(studio, person, c).image.astype(int) for c in ((), (cover,)))
    return np.asarray(np.abs(covered_face - bare).sum(2) > 24)


def hidden(sample: Sample) -> set[str]:
    return {c for c, h in zip(columns(), sample.hidden, strict=True) if h}


@pytest.mark.parametrize("kind", sorted(SHARES))
def test_every_kind_shows_in_the_picture(studio: Studio, person: Person, kind: str) -> None:
    cover = make_gear(kind, studio.assets.workshop, np.random.default_rng(1))
    assert cover.kind == kind
    assert 0.002 < change(studio, person, cover).mean() < 0.4


def test_a_bare_face_hides_nothing(studio: Studio, person: Person) -> None:
    assert not shot(studio, person, ()).hidden.any()


def test_a_surgical_mask_hides_the_mouth_and_not_the_eyes(studio: Studio, person: Person) -> None:
    mask = make_gear("surgical mask", studio.assets.workshop, np.random.default_rng(1))
    found = hidden(shot(studio, person, (mask,)))
    assert {"AU12_left", "AU12_right", "AU25", "AU17", "AU26"} <= found
    assert not {"AU1_left", "AU4_right", "AU43_left", "AU43_right", "AU61"} & found


def test_sunglasses_hide_the_eyes_and_glasses_do_not(studio: Studio, person: Person) -> None:
    shop = studio.assets.workshop
    dark = hidden(shot(studio, person, (make_gear("sunglasses", shop, np.random.default_rng(1)),)))
    clear = hidden(shot(studio, person, (draw_glasses(shop, np.random.default_rng(1)),)))
    assert {"AU43_left", "AU43_right", "AU61"} <= dark and "AU12_left" not in dark
    assert not clear


def test_a_cannula_and_a_clear_mask_leave_the_mouth_readable(
    studio: Studio, person: Person
) -> None:
    cannula = make_gear("cannula", studio.assets.workshop, np.random.default_rng(1))
    assert not {"AU25", "AU12_left"} & hidden(shot(studio, person, (cannula,)))


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_a_hand_hides_the_brow_of_its_own_side(
    studio: Studio, person: Person, side: str, sign: float
) -> None:
    at, rng = np.array([sign * 3.6, 5.6]), np.random.default_rng(1)
    cover = hand(studio.assets.workshop, at, np.pi / 2 - sign * 1.2, sign, person.skin_colour, rng)
    found = hidden(shot(studio, person, (cover,)))
    other = "right" if side == "left" else "left"
    assert f"AU2_{side}" in found and f"AU2_{other}" not in found
    assert "AU25" not in found


def test_labels_of_a_covered_face_are_those_of_the_mesh(studio: Studio, person: Person) -> None:
    mask = make_gear("surgical mask", studio.assets.workshop, np.random.default_rng(1))
    bare, covered_face = (shot(studio, person, c, "12") for c in ((), (mask,)))
    assert np.array_equal(bare.labels, covered_face.labels)
    assert bare.labels[columns().index("AU12_left")] > 0.5


def test_a_mask_turns_with_the_head(studio: Studio, person: Person) -> None:
    mask = make_gear("surgical mask", studio.assets.workshop, np.random.default_rng(1))
    middle = []
    for yaw in (-30, 30):
        bare, covered_face = (
            shot(studio, person, c, yaw=yaw).image.astype(int) for c in ((), (mask,))
        )
        changed = np.abs(covered_face - bare).sum(2) > 24
        middle.append(np.nonzero(changed)[1].mean())
    assert middle[1] > middle[0] + 5  # to her own left is to the right of the picture


def test_tape_on_a_cheek_follows_the_cheek(assets: Assets) -> None:
    tape = make_gear("tape", assets.workshop, np.random.default_rng(2)).pieces[0]
    row = assets.shape_names.index("cheekPuff_L")
    both = assets.shapes[row] + assets.shapes[assets.shape_names.index("cheekPuff_R")]
    moved = tape.points(assets.neutral + both) - tape.points(assets.neutral)
    assert np.abs(moved).max() > 0.1
    assert np.allclose(tape.points(assets.neutral), tape.mesh.points, atol=1e-3)


def test_strands_hang_over_the_brow(studio: Studio, person: Person) -> None:
    strands = draw_strands(studio.assets.workshop, person.hair_colour, np.random.default_rng(0))
    rows = np.nonzero(change(studio, person, strands))[0]
    dots = shot(studio, person, ()).landmarks
    assert len(rows) and rows.max() < dots[30, 1]


def test_a_fringe_and_a_hairline_leave_the_brows_free(studio: Studio, person: Person) -> None:
    dots = shot(studio, person, ()).landmarks
    for made in (draw_fringe, draw_hairline):
        cover = made(studio.assets.workshop, person.hair_colour, np.random.default_rng(0))
        rows = np.nonzero(change(studio, person, cover))[0]
        assert len(rows) and np.percentile(rows, 98) < dots[17:27, 1].max()
        assert not hidden(shot(studio, person, (cover,)))


def test_shares_of_covers_are_those_of_the_constants(assets: Assets) -> None:
    rng = np.random.default_rng(0)
    worn = [bool(draw_gear(assets.workshop, rng)) for _ in range(800)]
    assert np.mean(worn) == pytest.approx(sum(SHARES.values()), abs=0.035)


def test_a_column_is_hidden_when_more_than_half_of_its_part_is_covered(assets: Assets) -> None:
    dots = assets.neutral[assets.landmarks, :2] * np.array([4, -4]) + 50
    veil = np.zeros((100, 100), np.float32)
    veil[:, 50:] = 1  # the subject's left half
    found = dict(zip(columns(), hidden_columns(veil, dots, columns()), strict=True))
    assert found["AU1_left"] and found["AU12_left"] and found["AU43_left"]
    assert not found["AU1_right"] and not found["AU12_right"] and not found["AU43_right"]
    assert covered(veil, dots)[54] == pytest.approx(1) and covered(veil, dots)[48] == 0
    assert not hidden_columns(0.4 * veil, dots, columns()).any()


def test_each_unit_has_a_part_of_the_face(assets: Assets) -> None:
    everywhere = np.ones((64, 64), np.float32)
    dots = assets.neutral[assets.landmarks, :2] * np.array([2.5, -2.5]) + 32
    assert hidden_columns(everywhere, dots, columns()).all()


def test_hair_that_hangs_over_an_eye_hides_it(studio: Studio, person: Person) -> None:
    found = hidden(shot(studio, replace(person, hair="bob02"), ()))
    assert {"AU43_right", "AU2_right"} <= found and "AU43_left" not in found
