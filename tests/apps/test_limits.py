"""The limits by their words and numbers alone, against what the library refuses."""

from __future__ import annotations

import numpy as np
import pytest

from facs.apps.description import describe
from facs.apps.limits import limits, mean_face
from facs.canonical import align, canonical, warp
from facs.faces.pose import head_pose, rotation
from facs.faces.quality import QualityLimits, judge, mouth_detail, sharpness
from facs.mean_face import MEAN_FACE
from facs.network.weights import DEFAULT, shipped, spec_of
from tests.apps.conftest import EXAMPLES


def pose_told(landmarks):
    """Yaw, pitch and roll in degrees, by the words of `mean_face`."""
    facts = mean_face()
    points = facts["pose_points"]
    p = np.array(facts["landmarks"])[points]
    q = landmarks[points] * (1, -1)
    camera = np.linalg.lstsq(p - p.mean(0), q - q.mean(0), rcond=None)[0].T
    u, _, v = np.linalg.svd(camera, full_matrices=False)
    a, b = u @ v
    c = np.cross(a, b)
    return np.degrees([np.arctan2(-c[0], c[2]), np.arcsin(-c[1]), np.arctan2(-a[1], b[1])])


@pytest.mark.parametrize("turn", [(0, 0, 0), (30, -20, 10), (-48, 35, -60), (0, 0, 120)])
def test_a_turn_by_its_words_is_that_of_the_library(turn):
    landmarks = (MEAN_FACE @ rotation(*turn).T)[:, :2] * (20, -20) + (300, 200)
    np.testing.assert_allclose(pose_told(landmarks), turn, atol=1e-6)
    shaken = landmarks + np.random.default_rng(1).normal(0, 2, landmarks.shape)
    np.testing.assert_allclose(pose_told(shaken), head_pose(shaken), atol=1e-6)


def blur(values, kernel):
    half = len(kernel) // 2
    for axis in (0, 1):
        wide = np.pad(values, [(half, half) if i == axis else (0, 0) for i in (0, 1)], "reflect")
        parts = [wide.take(range(i, i + len(values)), axis) for i in range(len(kernel))]
        values = sum(k * part for k, part in zip(kernel, parts, strict=True))
    return values


def detail(part):
    """Abs(left + right + above + below - 4 * middle) of what was smoothed."""
    kernel = np.exp(-(np.arange(-4, 5) ** 2) / 2)
    wide = np.pad(blur(part, kernel / kernel.sum()), 1, "reflect")
    around = wide[1:-1, :-2] + wide[1:-1, 2:] + wide[:-2, 1:-1] + wide[2:, 1:-1]
    return np.abs(around - 4 * wide[1:-1, 1:-1])


def measured(crop):
    """Mean, spread and sharpness of the smaller crop, by the words of `limits`."""
    where = limits()["measured_on"]
    assert crop.shape == (where["size"], where["size"])
    part = crop[where["from"] : where["before"], where["from"] : where["before"]].astype(float)
    sharp = detail(part).mean() / part.std()
    return {"mean_grey": part.mean(), "spread_grey": part.std(), "sharpness": sharp}


def mouth_told(crop):
    where, whole = limits()["measured_on"], detail(crop.astype(float))
    mouth, eyes = (
        whole[slice(*where[name]["rows"]), slice(*where[name]["columns"])].mean()
        for name in ("mouth", "eyes")
    )
    return mouth / max(eyes, 0.1)


def smaller_crop():
    face = np.load(EXAMPLES / "export_python/face.npz")
    return warp(face["picture"], align(face["landmarks"], 64), 64)


def test_sharpness_by_its_words_is_that_of_the_library():
    crop = smaller_crop()
    found = measured(crop)["sharpness"]
    assert found == pytest.approx(sharpness(crop[12:51, 12:51]), rel=1e-4)
    assert found > 2 * limits()["sharpness"]


def test_the_detail_of_a_mouth_by_its_words_is_that_of_the_library():
    crop = smaller_crop()
    assert mouth_told(crop) == pytest.approx(mouth_detail(crop), rel=1e-4)
    crop[30:] = 200
    assert mouth_told(crop) == pytest.approx(mouth_detail(crop), rel=1e-3)
    assert mouth_told(crop) < limits()["mouth_detail"]
    for covered in (limits()["if_covered_share"], limits()["if_covered_share"] + 0.01):
        reason = judge(crop, canonical(400), (0.0, 0.0, 0.0), covered, QualityLimits())[1]
        assert reason == ("covered" if covered > limits()["if_covered_share"] else "")


@pytest.mark.parametrize("darker", [1.0, 0.4, 0.14, 0.12, 0.1, 0.05])
def test_what_the_words_refuse_is_what_the_library_refuses(darker):
    crop = (smaller_crop() * darker).astype(np.uint8)
    told = measured(crop)
    refused = any(value <= limits()[name] for name, value in told.items())
    reason = judge(crop, canonical(400), (0.0, 0.0, 0.0), 0.0, QualityLimits())[1]
    assert (reason != "") == refused


@pytest.mark.parametrize("size", [40, 46, 47, 48, 60])
def test_the_width_is_a_mean_of_the_jaws_width_and_the_faces_height(size):
    points = canonical(size)
    jaw, height = np.ptp(points[:17, 0]), np.ptp(points[:, 1])
    reason = judge(smaller_crop(), points, (0.0, 0.0, 0.0), 0.0, QualityLimits())[1]
    assert reason == ("too_small" if (jaw + height) / 2 <= limits()["width_pixels"] else "")


def test_every_limit_has_its_rule_and_is_in_the_description():
    facts = describe(spec_of(shipped()[DEFAULT]))
    names = set(facts["limits"]) - {"rules", "measured_on", "if_covered_share"}
    assert names == set(facts["limits"]["rules"]) and len(names) + 1 == len(vars(QualityLimits()))
    assert np.shape(facts["mean_face"]["landmarks"]) == (68, 3)
