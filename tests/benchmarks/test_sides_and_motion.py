from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from facs.crops.clips import FaceClip
from facs.events import Event
from facs.network.predict import Scores
from facs.units import ActionUnit
from tests.network.builders import tiny_spec

NAN = float("nan")


def make_faces(n: int = 3) -> list[FaceClip]:
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 255, (n, 32, 32), dtype=np.uint8)
    flows = rng.normal(0, 1, (n, 4, 32, 32)).astype(np.float32)
    return [FaceClip(0, i, 0.1 * i, crops[i], flows[i]) for i in range(n)]


def halves(clips: list[FaceClip], weight: float = 1.0) -> Scores:
    """Brightness of the picture's halves: the subject's left is on the right."""
    crops = np.stack([clip.crop for clip in clips]).astype(np.float32) / 255
    left, right = (crops[:, :, part].mean((1, 2))[:, None] for part in (slice(16, 32), slice(16)))
    left = left * weight
    both = np.maximum(left, right)
    return Scores(both, 5 * both, left, right, 5 * left, 5 * right, np.ones(len(clips), bool))


def test_the_mirror_of_the_mirror_is_the_face() -> None:
    from sides import mirrored

    for clip in make_faces():
        once, twice = mirrored(clip), mirrored(mirrored(clip))
        assert np.array_equal(twice.crop, clip.crop) and np.array_equal(twice.flow, clip.flow)
        assert np.array_equal(once.flow[0], -clip.flow[0][:, ::-1])  # rightwards becomes leftwards
        assert np.array_equal(once.flow[1], clip.flow[1][:, ::-1])  # downwards stays


def test_a_model_that_is_the_same_on_both_sides_swaps_them() -> None:
    from sides import mirrored, swapped

    faces = make_faces()
    turned = [mirrored(clip) for clip in faces]
    even = swapped(halves(faces), halves(turned))
    assert all(values.max() < 1e-6 for values in even.values())
    lopsided = swapped(halves(faces, 0.8), halves(turned, 0.8))
    assert lopsided["left and right"].max() > 0.05


def test_the_side_that_moves_more_is_told_by_the_difference() -> None:
    from sides import side_row

    apart = np.array([0.5, -0.5, 0.4, -0.6, 0.1, NAN])
    subject = np.arange(6)
    right = side_row(ActionUnit.AU12, apart, apart, subject, 10, 0)
    assert (
        right[2].startswith("1.000") and right[3:5] == ["100", "yes"] and right[-2:] == ["2", "2"]
    )
    wrong = side_row(ActionUnit.AU12, apart, -apart, subject, 10, 0)
    assert wrong[2].startswith("0.000") and wrong[3:5] == ["0", "NO"]


def make_shown(said: list[float], truth: list[float]) -> Any:
    from motion import SYSTEMS, Shown

    n = len(truth)
    columns = np.array(said)[:, None]
    return Shown(
        1, np.arange(n) / 10, np.array(truth)[:, None], {system: columns for system in SYSTEMS}
    )


def test_onsets_and_offsets_are_matched_within_the_tolerance() -> None:
    from motion import KINDS, counts, f1s

    spec = tiny_spec(units=(ActionUnit.AU9,))
    truth = [0.0, 0.0, 0.5, 0.5, 0.5, 0.0, 0.0, 0.0]
    late = [0.0, 0.0, 0.0, 0.9, 0.9, 0.9, 0.9, 0.0]  # begins 0.1 s late, ends 0.2 s late
    found = f1s(counts(make_shown(late, truth), spec))[0, :, 0]
    assert dict(zip(KINDS, found.tolist(), strict=True)) == {
        "any overlap": 1.0,
        "onset 0.1 s": 1.0,
        "onset 0.2 s": 1.0,
        "offset 0.1 s": 0.0,
        "offset 0.2 s": 1.0,
    }


def test_an_event_that_is_under_way_has_no_onset() -> None:
    from motion import KINDS, counts

    spec = tiny_spec(units=(ActionUnit.AU9,))
    found = counts(make_shown([0.9, 0.9, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]), spec)[0, :, 0]
    assert found[KINDS.index("onset 0.1 s")].tolist() == [0, 0, 0]
    assert found[KINDS.index("offset 0.1 s")].tolist() == [1, 1, 1]


def test_a_unit_that_is_hidden_for_a_while_does_not_count() -> None:
    from motion import counts

    spec = tiny_spec(units=(ActionUnit.AU9,))
    assert not counts(make_shown([0.0, 0.9, 0.0], [0.0, NAN, 0.0]), spec).any()


def test_time_that_runs_back_turns_offsets_into_onsets() -> None:
    from motion import backwards

    events = [Event("AU9", 0.1, 0.2, 0.4, 1.0), Event("AU9", 0.6, 0.6, 0.7, 1.0)]
    assert [e.onset for e in backwards(events)] == [-0.7, -0.4]
    assert backwards(backwards(events)) == pytest.approx(events)
