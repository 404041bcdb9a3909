from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.synthesis.labels import LabelMaker, Lengths, columns
from facs.synthesis.shapes import LEFT, slider, still
from facs.units import SIDED

NAMES = ("jawOpen", "eyeBlink_L", "noseSneer_L", "lipGap", "mouthFunnel", "eyeLookDown_L",
         "eyeLookUp_L", "eyeSquint_L", "eyeWide_L")  # fmt: skip
JAW, BLINK, SNEER, GAP, FUNNEL, DOWN, UP, SQUINT, WIDE = range(9)
APERTURE = 0.8


@pytest.fixture
def neutral() -> np.ndarray:
    """A face whose eyes are 0.8 cm open and whose lips touch."""
    landmarks = np.zeros((68, 3), np.float32)
    landmarks[[37, 38, 43, 44], 1] = APERTURE
    return landmarks


@pytest.fixture
def maker() -> LabelMaker:
    """One shape for each rule, in round numbers of centimetres."""
    moves = np.zeros((len(NAMES), 68, 3), np.float32)
    moves[JAW, 8, 1] = -2.0
    moves[BLINK, [43, 44], 1] = -APERTURE
    moves[DOWN, [43, 44], 1] = -0.6 * APERTURE
    moves[UP, [43, 44, 46, 47], 1] = 0.3, 0.3, 0.2, 0.2
    moves[SQUINT, [46, 47], 1] = 0.2
    moves[WIDE, [43, 44], 1] = 0.3
    moves[SNEER, [21, 22], 1] = -0.05, -0.3
    moves[SNEER, [50, 52], 1] = 0.1, 0.9
    moves[GAP, [65, 66, 67], 1] = -1.0
    moves[FUNNEL, [50, 52], 1] = 2.0
    return LabelMaker(NAMES, moves)


def label(maker: LabelMaker, neutral: np.ndarray, column: str, **weights: float) -> float:
    values = np.array([weights.get(name, 0.0) for name in NAMES], np.float32)
    return float(maker(neutral, values, still())[columns().index(column)])


def test_sided_units_have_a_left_and_then_a_right_column() -> None:
    names = columns()
    assert len(set(names)) == len(names) == 34 + len(SIDED)
    for unit in SIDED:
        assert names.index(f"{unit}_right") == names.index(f"{unit}_left") + 1
    assert "AU9" in names and "AU19" in names


def test_a_neutral_face_has_no_labels(maker: LabelMaker, neutral: np.ndarray) -> None:
    assert not maker(neutral, np.zeros(len(NAMES), np.float32), still()).any()


def test_half_a_blink_is_not_yet_closed_and_a_whole_one_is(
    maker: LabelMaker, neutral: np.ndarray
) -> None:
    assert label(maker, neutral, "AU43_left", eyeBlink_L=0.5) == 0
    assert 0 < label(maker, neutral, "AU43_left", eyeBlink_L=0.7) < 0.6
    assert label(maker, neutral, "AU43_left", eyeBlink_L=1) == 1
    assert label(maker, neutral, "AU43_right", eyeBlink_L=1) == 0


def test_closing_is_measured_against_the_own_resting_eye(
    maker: LabelMaker, neutral: np.ndarray
) -> None:
    sleepy = neutral.copy()
    sleepy[[43, 44], 1] = 0.4
    assert label(maker, sleepy, "AU43_left", eyeBlink_L=0) == 0
    assert label(maker, sleepy, "AU43_left", eyeBlink_L=0.5) == 1


def test_eyes_that_look_down_are_not_closing(maker: LabelMaker, neutral: np.ndarray) -> None:
    assert label(maker, neutral, "AU43_left", eyeLookDown_L=1.0) == 0
    assert label(maker, neutral, "AU43_left", eyeLookDown_L=1.0, eyeBlink_L=0.39) > 0.95
    assert label(maker, neutral, "AU43_left", eyeBlink_L=0.6) > 0.2


def test_a_lower_lid_that_follows_the_eyes_up_is_not_tight(
    maker: LabelMaker, neutral: np.ndarray
) -> None:
    assert label(maker, neutral, "AU7_left", eyeLookUp_L=1.0) == 0  # 0.27 once
    assert label(maker, neutral, "AU7_left", eyeLookUp_L=1.0, eyeSquint_L=1.0) > 0.2
    tight = label(maker, neutral, "AU7_left", eyeSquint_L=1.0)
    assert label(maker, neutral, "AU7_left", eyeLookDown_L=0.3, eyeSquint_L=1.0) == tight


def test_an_eye_is_wide_where_its_lid_is_above_that_of_one_that_looks_there(
    maker: LabelMaker, neutral: np.ndarray
) -> None:
    def wide(**weights: float) -> float:
        shown = still()
        shown[slider("5"), LEFT] = 0.8
        values = np.array([weights.get(name, 0.0) for name in NAMES], np.float32)
        return float(maker(neutral, values, shown)[columns().index("AU5_left")])

    assert wide(eyeWide_L=1.0) == pytest.approx(0.8)
    assert wide(eyeWide_L=1.0, eyeLookDown_L=1.0) == pytest.approx(0.8)
    assert wide(eyeWide_L=0.5, eyeBlink_L=0.2) == 0  # 0.8 once: the slider was the label


def test_a_wrinkled_nose_also_lowers_the_brow_on_its_side(
    maker: LabelMaker, neutral: np.ndarray
) -> None:
    assert label(maker, neutral, "AU4_left", noseSneer_L=1) > 0.3
    assert label(maker, neutral, "AU4_right", noseSneer_L=1) == 0
    assert label(maker, neutral, "AU10_left", noseSneer_L=1) > 0.5


def test_lips_that_protrude_are_not_raised(maker: LabelMaker, neutral: np.ndarray) -> None:
    assert label(maker, neutral, "AU10_left", mouthFunnel=1) == 0


def test_parted_lips_are_measured_not_asked(maker: LabelMaker, neutral: np.ndarray) -> None:
    assert label(maker, neutral, "AU25", lipGap=0.05) == 0
    assert label(maker, neutral, "AU25", lipGap=0.4) == pytest.approx(0.53, abs=0.01)


def test_a_dropping_jaw_is_26_first_and_27_at_last(maker: LabelMaker, neutral: np.ndarray) -> None:
    drops = np.linspace(0, 1.3, 14)
    drop26 = [label(maker, neutral, "AU26", jawOpen=d) for d in drops]
    drop27 = [label(maker, neutral, "AU27", jawOpen=d) for d in drops]
    assert np.argmax(drop26) < np.argmax(drop27)
    assert drop27[-1] == 1 and drop26[-1] == 0
    assert np.abs(np.diff(drop27)).max() < 0.25


def test_a_slider_is_its_own_label_on_its_own_side(maker: LabelMaker, neutral: np.ndarray) -> None:
    shown = still()
    shown[slider("12"), LEFT] = 0.7
    values = maker(neutral, np.zeros(len(NAMES), np.float32), shown)
    assert values[columns().index("AU12_left")] == pytest.approx(0.7)
    assert values[columns().index("AU12_right")] == 0


def test_landmarks_of_a_wrong_shape_are_refused() -> None:
    with pytest.raises(InputError, match=r"wanted shape \(68, 3\)"):
        Lengths.of(np.zeros((68, 2), np.float32))
