from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.synthesis.shapes import LEFT, RECIPES, RIGHT, SLIDERS, Mixer, slider, still

UNPAIRED = ("jawOpen", "jawForward", "jawLeft", "jawRight", "mouthFunnel", "mouthPucker",
            "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthClose")  # fmt: skip


def all_names() -> tuple[str, ...]:
    """Shape names as a mesh with every shape of the recipes would have them."""
    shapes = {shape for recipe in RECIPES.values() for shape in recipe}
    names = {s if s in UNPAIRED or s[-2:] in ("_L", "_R") else s + "_L" for s in shapes}
    return tuple(sorted(names | {n[:-2] + "_R" for n in names if n.endswith("_L")}))


@pytest.fixture
def mixer() -> Mixer:
    return Mixer.over(all_names())


def weight(mixer: Mixer, intensities: np.ndarray, shape: str) -> float:
    return float(mixer.weights(intensities)[0][mixer.names.index(shape)])


def test_a_still_face_has_no_weights(mixer: Mixer) -> None:
    weights, shown = mixer.weights(still())
    assert not weights.any() and not shown.any()


def test_a_left_smile_moves_the_left_shape_only(mixer: Mixer) -> None:
    smile = still()
    smile[slider("12"), LEFT] = 0.8
    assert weight(mixer, smile, "mouthSmile_L") == pytest.approx(0.8)
    assert weight(mixer, smile, "mouthSmile_R") == 0


def test_both_sides_of_an_unpaired_shape_make_one_whole(mixer: Mixer) -> None:
    jaw = still()
    jaw[slider("27")] = 1
    assert weight(mixer, jaw, "jawOpen") == pytest.approx(0.95)


def test_eyes_turned_left_turn_the_left_eye_out_and_the_right_eye_in(mixer: Mixer) -> None:
    gaze = still()
    gaze[slider("61")] = 1
    assert weight(mixer, gaze, "eyeLookOut_L") == pytest.approx(1)
    assert weight(mixer, gaze, "eyeLookIn_R") == pytest.approx(1)
    assert weight(mixer, gaze, "eyeLookOut_R") == 0


def test_a_closed_eye_cannot_be_wide_on_its_side_alone(mixer: Mixer) -> None:
    face = still()
    face[slider("43"), RIGHT] = 1
    face[slider("5")] = 0.9
    shown = mixer.weights(face)[1]
    assert shown[slider("5"), RIGHT] == 0
    assert shown[slider("5"), LEFT] == pytest.approx(0.9)


def test_a_lid_that_is_half_shut_is_not_wide(mixer: Mixer) -> None:
    face = still()
    face[slider("5")], face[slider("43")] = 0.8, 0.25
    assert mixer.weights(face)[1][slider("5"), LEFT] == pytest.approx(0.4)
    face[slider("43")] = 0.5
    assert mixer.weights(face)[1][slider("5"), LEFT] == 0  # 0.8 when this began at a half


def test_a_unit_shows_no_more_than_its_shape_may_move(mixer: Mixer) -> None:
    face = still()
    face[slider("24")] = 1
    face[slider("14")] = 1
    weights, shown = mixer.weights(face)
    assert weights.max() <= 1.25
    assert shown[slider("24"), LEFT] == pytest.approx(1.25 / 1.4)


def test_a_unit_alone_shows_all_that_is_asked_of_it(mixer: Mixer) -> None:
    for name in SLIDERS:
        face = still()
        face[slider(name)] = 1
        assert mixer.weights(face)[1][slider(name), LEFT] == pytest.approx(1), name


def test_shown_intensities_stay_in_the_unit_range(mixer: Mixer) -> None:
    shown = mixer.weights(np.full((len(SLIDERS), 2), 1.4, np.float32))[1]
    assert shown.min() >= 0 and shown.max() <= 1


def test_a_mesh_without_a_needed_shape_is_refused() -> None:
    with pytest.raises(InputError, match="mouthSmile"):
        Mixer.over(tuple(n for n in all_names() if not n.startswith("mouthSmile")))
