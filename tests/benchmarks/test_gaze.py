from __future__ import annotations

import numpy as np

SHAPES = [
    f"eyeLook{way}{side}" for way in ("In", "Out", "Up", "Down") for side in ("Left", "Right")
]


def looking(**shapes: float) -> dict[str, np.ndarray]:
    return {name: np.array([shapes.get(name, 0.0)]) for name in SHAPES}


def test_eyes_that_turn_to_the_left_turn_out_on_the_left_and_in_on_the_right() -> None:
    from gaze import leftwards

    assert leftwards(looking(eyeLookOutLeft=0.6, eyeLookInRight=0.4))[0] == 0.5
    assert leftwards(looking(eyeLookOutRight=0.6, eyeLookInLeft=0.4))[0] == -0.5


def test_up_is_above_down() -> None:
    from gaze import upwards

    assert upwards(looking(eyeLookUpLeft=0.3, eyeLookUpRight=0.3))[0] > 0
    assert upwards(looking(eyeLookDownLeft=0.3, eyeLookDownRight=0.3))[0] < 0


def test_faces_that_any_did_not_find_are_left_out_and_the_rest_is_ranked() -> None:
    from gaze import rows_of

    told = np.array([-0.5, -0.4, 0.0, 0.0, 0.0, 0.4, 0.5, np.nan])
    ours = np.array([-2.0, -1.0, 0.0, 0.0, 0.0, 1.0, np.nan, -9.0])
    by = {"ours": ours, "turned": -ours}
    (first, *_) = rows_of("left or right", by, told, np.arange(8).astype(str))
    assert first[2].startswith("1.000") and first[3].startswith("0.000")
    assert first[4:] == ["1", "2"]
