from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from facs.canonical import align, warp
from facs.faces.detect import HaarDetector
from facs.faces.landmarks import Landmarker, shipped_path
from facs.faces.quality import QualityLimits, judge, mouth_detail, sharpness
from facs.recording import REASONS
from tests.faces.builders import landmarks_at, texture

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/synthetic_face.mp4"
CLEAR = texture(64, grain=4)
LIMITS = QualityLimits()
STRAIGHT = (0.0, 0.0, 0.0)


def judged(crop=None, size=200.0, pose=STRAIGHT, covered=0.0, limits=LIMITS):
    crop = CLEAR if crop is None else crop
    return judge(crop, landmarks_at(30, 40, size), pose, covered, limits)


def test_a_clear_face_has_no_reason_and_full_quality():
    assert judged() == (1.0, "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size": 36.0}, "too_small"),
        ({"pose": (60.0, 0.0, 0.0)}, "turned_away"),
        ({"pose": (-60.0, 0.0, 0.0)}, "turned_away"),
        ({"pose": (0.0, 45.0, 0.0)}, "turned_away"),
        ({"pose": (0.0, -45.0, 0.0)}, "turned_away"),
        ({"crop": (texture(64) // 30).astype(np.uint8)}, "dark"),
        ({"crop": (texture(64) // 30 + 100).astype(np.uint8)}, "dark"),  # no contrast
        ({"covered": 0.8}, "covered"),
    ],
)
def test_each_reason_is_named(change, reason):
    assert judged(**change) == (0.0, reason)
    assert reason in REASONS


def example_face(blur):
    """The face of the example video, blurred by that share of its width, as the tracker cuts it."""
    import av

    with av.open(str(EXAMPLE)) as container:
        gray = next(container.decode(video=0)).to_ndarray(format="gray")
    points = Landmarker().from_box(gray, HaarDetector()(gray)[0]).landmarks
    width = float(np.ptp(points[:17, 0]))
    seen = cv2.GaussianBlur(gray, (0, 0), blur * width) if blur else gray
    return warp(seen, align(points, 64), 64)


@pytest.mark.skipif(not shipped_path().exists(), reason="the landmark network is not there yet")
@pytest.mark.parametrize(
    ("blur", "reason"), [(0, ""), (0.04, ""), (0.15, "blurred"), (0.3, "blurred")]
)
def test_a_blurred_face_is_named(blur, reason):
    assert judged(crop=example_face(blur))[1] == reason


def test_whole_grey_levels_are_no_detail():
    ramp = np.tile(np.linspace(100, 160, 64).astype(np.uint8), (64, 1))
    assert judged(crop=ramp) == (0.0, "blurred")


@pytest.mark.parametrize("roll", [-90.0, 45.0, 180.0])
def test_a_tilted_head_can_be_scored(roll):
    assert judged(pose=(0.0, 0.0, roll)) == (1.0, "")


def test_quality_falls_as_the_head_turns():
    qualities = [judged(pose=(yaw, 0.0, 0.0))[0] for yaw in (10.0, 30.0, 45.0, 49.0)]
    assert qualities == sorted(qualities, reverse=True)
    assert qualities[-1] > 0
    assert judged(pose=(50.0, 0.0, 0.0)) == (0.0, "turned_away")


def test_the_worst_property_decides():
    assert judged(size=45.0, covered=0.7)[1] == "covered"
    assert judged(size=20.0, covered=0.61)[1] == "too_small"


def test_a_pose_that_cannot_be_told_cannot_be_scored():
    nothing = float("nan")
    assert judged(pose=(nothing, nothing, nothing)) == (0.0, "too_small")


def test_limits_can_be_changed():
    assert judged(pose=(60.0, 0.0, 0.0), limits=QualityLimits(max_yaw=80.0))[1] == ""


def test_sharpness_does_not_depend_on_light_and_contrast():
    picture = texture(64)
    dim = (picture // 3 + 20).astype(np.uint8)
    assert sharpness(dim) == pytest.approx(sharpness(picture), rel=0.15)
    assert sharpness(np.full((32, 32), 9, np.uint8)) == 0


# Half covered


def masked(level):
    """The example's face behind a mask of one grey level, from the nose down."""
    crop = example_face(0.0).copy()
    crop[28:] = level
    return crop


@pytest.mark.parametrize("level", [20, 110, 240])
def test_a_face_behind_a_plain_mask_is_covered(level):
    assert mouth_detail(masked(level)) < 0.3
    assert judged(masked(level), covered=0.5) == (0.0, "covered")


def test_a_face_whose_mouth_is_seen_is_scored_where_as_much_is_covered():
    face = example_face(0.0)
    assert mouth_detail(face) > LIMITS.min_mouth
    assert judged(face, covered=0.5)[1] == ""


def test_nobody_looks_at_the_mouth_of_a_face_that_is_hardly_covered():
    assert judged(masked(110), covered=0.3)[1] == ""


@pytest.mark.parametrize("size", [48, 64, 112])
def test_detail_of_the_mouth_is_measured_in_crops_of_any_size(size):
    face = cv2.resize(example_face(0.0), (size, size), interpolation=cv2.INTER_AREA)
    assert mouth_detail(face) > 0.5
    face[size * 28 // 64 :] = 110
    assert mouth_detail(face) < 0.4
