from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facs.units import ActionUnit
from tests.builders import make_person

NAN = float("nan")
CLOSED = [0.0, 0.9, 0.9, 0.0, 0.0, 0.9, 0.0]


def make_clip(ours: list[float], peer: list[float]) -> Any:
    from closure_clips import CLOSURES, Clip

    def of(values: list[float]) -> dict[str, Any]:
        return {closure.name: np.array(values) for closure in CLOSURES}

    person = make_person(np.zeros((len(ours), 3)))
    return Clip(Path("a.mp4"), np.arange(len(ours)) / 10, of(ours), of(peer), person)


def test_the_same_closures_match_whatever_their_length() -> None:
    from closure import CLOSURES, numbers, pooled

    clip = make_clip([0.0, 0.9, 0.0, 0.0, 0.9, 0.9, 0.0], CLOSED)
    assert numbers(pooled([clip], CLOSURES[0])) == ["1.000", "1.000", "1.000", "2", "2", "2"]


def test_an_extra_and_a_missed_closure_are_listed() -> None:
    from closure import CLOSURES, disagreements, numbers, pooled

    clip = make_clip([0.0, 0.9, 0.0, 0.9, 0.0, 0.0, 0.0], CLOSED)
    assert numbers(pooled([clip], CLOSURES[0]))[0] == "0.500"
    extra, missed = disagreements([clip], CLOSURES[0])
    assert [d.event.onset for d in extra] == [pytest.approx(0.3)]
    assert [d.event.onset for d in missed] == [pytest.approx(0.5)]


def test_boxes_overlap_by_their_shared_part() -> None:
    from closure_clips import overlap

    box = np.array([[0.0, 0.0, 2.0, 2.0]] * 3)
    others = np.array([[1.0, 0.0, 3.0, 2.0], [5.0, 5.0, 6.0, 6.0], [NAN] * 4])
    assert overlap(box, others).tolist() == [pytest.approx(1 / 3), 0.0, 0.0]


def test_frames_are_paired_by_time() -> None:
    from closure_clips import nearest

    found = nearest(np.array([0.0, 0.1, 0.2, 0.3]), np.array([0.02, 0.21, 0.32]))
    assert found.tolist() == [0, 0, 1, 2]


def test_shipped_thresholds_come_to_lie_at_a_half_and_two_fifths() -> None:
    from closure_clips import OFF, ON, our_score

    units = (ActionUnit.AU26, ActionUnit.AU27)
    scores = np.array([[0.2, 0.0], [0.16, 0.0], [0.0, 0.6], [1.0, 0.0], [0.0, 0.0], [NAN, NAN]])
    person = make_person(scores, units=units, sided=(), on=[0.2, 0.6], off=[0.16, 0.3])
    found = our_score(person, (26, 27))
    assert found[:5].tolist() == pytest.approx([ON, OFF, ON, 1.0, 0.0], abs=1e-6)
    assert np.isnan(found[5])
