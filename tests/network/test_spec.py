from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from facs.errors import ModelError
from facs.network.spec import LEVELS, Calibration, ModelSpec, columns_of
from facs.units import SIDED, ActionUnit
from tests.network.builders import tiny_spec

RISING = ((0.0, 1.0, 2.0, 3.0, 4.0),)


def test_a_specification_comes_back_from_its_json():
    spec = tiny_spec()
    assert ModelSpec.from_json(spec.to_json()) == spec
    temporal = replace(spec, stream="temporal")
    assert ModelSpec.from_json(temporal.to_json()) == temporal != spec


def test_the_json_names_units_by_their_facs_numbers():
    assert json.loads(tiny_spec().to_json())["units"] == [4, 9, 12]


def test_every_sided_unit_has_two_columns_left_first():
    columns = columns_of(tuple(ActionUnit))
    assert len(columns) == len(ActionUnit) + len(SIDED)
    assert columns.index("AU12_right") == columns.index("AU12_left") + 1
    assert tiny_spec().columns == ("AU4_left", "AU4_right", "AU9", "AU12_left", "AU12_right")
    assert tiny_spec().sided == (ActionUnit.AU4, ActionUnit.AU12)


def test_half_the_window_is_half_the_slots():
    assert tiny_spec().half_window == pytest.approx(5 / 30)


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stream": "sound"}, "stream"),
        ({"units": ()}, "at least one"),
        ({"units": (ActionUnit.AU9,)}, "1 columns, got 5"),
        ({"fusion": (0.5,)}, "fusion for 5 columns, got 1"),
        ({"fusion": (0.5, 0.5, 0.5, 0.5, 1.5)}, "fusion"),
        ({"fusion": (0.5, 0.5, 0.5, 0.5, NAN)}, "fusion"),
        ({"spatial": Calibration.identity(4)}, "spatial for 5 columns, got 4"),
        ({"fused": Calibration.identity(6)}, "fused for 5 columns, got 6"),
        ({"on": (0.5, 0.5)}, "thresholds for 3 units"),
        ({"off": (0.4, 0.4, 0.6)}, "off <= on"),
        ({"on": (0.5, 0.5, 1.0)}, "off <= on < 1"),
        ({"off": (0.4, 0.4, 0.0)}, "0 < off"),
        ({"on": (0.5, 0.5, NAN)}, "off <= on"),
        ({"crop_size": 16}, "crop_size"),
        ({"slots": 5}, "even number of slots"),
        ({"slot_seconds": 0.0}, "slot_seconds"),
        ({"slot_seconds": NAN}, "slot_seconds"),
        ({"slot_seconds": INF}, "slot_seconds"),
        ({"slot_seconds": True}, "slot_seconds"),
        ({"slots": 0}, "slots"),
        ({"slots": 10.0}, "slots as a whole number"),
        ({"slots": 10**9}, "slots"),
        ({"crop_size": NAN}, "crop_size as a whole number"),
        ({"crop_size": 112.0}, "crop_size as a whole number"),
        ({"crop_size": 10**9}, "crop_size .* got 1000000000"),
        ({"crop_size": "112"}, "crop_size"),
        ({"name": 5}, "name as text, got 5"),
        ({"version": None}, "version as text"),
        ({"training": ["a"]}, "training as text"),
        ({"licence": {"a": 1}}, "licence as text"),
        ({"stream": ["spatial"]}, "stream as text"),
        ({"units": (ActionUnit.AU4, ActionUnit.AU4)}, "one of them twice"),
    ],
)
def test_what_does_not_belong_together_is_refused(change, message):
    with pytest.raises(ModelError, match=message):
        replace(tiny_spec(), **change)


@pytest.mark.parametrize(
    ("slope", "cuts"),
    [
        ((0.0,), RISING),
        ((-1.0,), RISING),
        ((NAN,), RISING),
        ((float("inf"),), RISING),
        ((1.0, 1.0), RISING),
        ((1.0,), ((0.0, 1.0, 2.0, 3.0),)),
        ((1.0,), ((0.0, 2.0, 1.0, 3.0, 4.0),)),
        ((1.0,), ((0.0, 1.0, NAN, 3.0, 4.0),)),
        ((1.0,), ((0.0, 1.0, 2.0, 3.0, INF),)),
        ((1.0,), ((-INF, 1.0, 2.0, 3.0, 4.0),)),
        ((1.0,), ((1e39,) * 5,)),
        ((1e300,), RISING),
    ],
)
def test_a_calibration_that_could_contradict_itself_is_refused(slope, cuts):
    with pytest.raises(ModelError, match="wanted"):
        Calibration(slope, cuts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "null",
        "3",
        "{}",
        '{"units": [999]}',
        '{"units": 12}',
        json.dumps(json.loads(tiny_spec().to_json()) | {"colour": "blue"}),
        json.dumps(json.loads(tiny_spec().to_json()) | {"spatial": []}),
        json.dumps(json.loads(tiny_spec().to_json()) | {"fusion": "none"}),
        json.dumps(json.loads(tiny_spec().to_json()) | {"crop_size": "large"}),
    ],
)
def test_text_that_is_no_specification_is_refused_in_one_line(text):
    with pytest.raises(ModelError, match="wanted") as caught:
        ModelSpec.from_json(text)
    assert "\n" not in str(caught.value)


def random_calibration(rng, columns):
    rise = np.abs(rng.normal(0, rng.choice([0.01, 1, 5]), (columns, 5)))
    cuts = rng.normal(0, 3, (columns, 1)) + np.cumsum(rise, 1)
    return Calibration(
        tuple(float(s) for s in np.exp(rng.normal(0, 1, columns))),
        tuple(tuple(float(c) for c in row) for row in cuts),
    )


@pytest.mark.parametrize("seed", range(20))
def test_presence_and_intensity_rise_together(seed):
    rng = np.random.default_rng(seed)
    calibration = random_calibration(rng, 3)
    scores = np.sort(rng.normal(0, rng.choice([0.1, 3, 40]), (50, 3)), 0).astype(np.float32)
    letters = calibration.letters(scores)  # (50, 3, 5), scores rise along the first axis
    presence, intensity = letters[..., 0], letters.sum(-1)
    assert (np.diff(presence, axis=0) >= 0).all()
    assert (np.diff(intensity, axis=0) >= -1e-6).all()
    assert presence.min() >= 0 and presence.max() <= 1
    assert intensity.min() >= 0 and intensity.max() <= 5


@pytest.mark.parametrize("seed", range(5))
def test_a_stronger_letter_is_never_likelier_than_a_weaker_one(seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 5, (40, 3)).astype(np.float32)
    letters = random_calibration(rng, 3).letters(scores)
    assert (np.diff(letters, axis=-1) <= 0).all()
    assert (letters.sum(-1) <= 5 * letters[..., 0] + 1e-6).all()


def test_known_scores_give_known_probabilities():
    calibration = Calibration((2.0,), ((0.0, 2.0, 4.0, 6.0, 8.0),))
    letters = calibration.letters(np.float32([[1.0]]))[0, 0]
    np.testing.assert_allclose(letters, 1 / (1 + np.exp([-2, 0, 2, 4, 6])), rtol=1e-6)


def test_extreme_scores_do_not_overflow():
    letters = Calibration.identity(1).letters(np.float32([[-1e9], [1e9]]))
    np.testing.assert_allclose(letters[:, 0].sum(-1), [0, 5], atol=1e-6)


def test_there_is_a_level_for_each_letter():
    assert len(LEVELS) == 5 and list(LEVELS) == sorted(LEVELS)
