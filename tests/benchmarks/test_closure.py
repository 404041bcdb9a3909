from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facs.errors import InputError
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


def judgements(*rows: tuple[float, str, str]) -> list[Any]:
    from closure_judged import Judged

    return [Judged("a.mp4", "eyes close", *row) for row in rows]


def test_the_reader_is_heard_only_where_both_looks_agree() -> None:
    from closure import CLOSURES, disagreements
    from closure_judged import judged_rows

    clip = make_clip([0.0, 0.9, 0.0, 0.9, 0.0, 0.9, 0.0, 0.9, 0.0], [0.0] * 9)
    extra, _ = disagreements([clip], CLOSURES[0])
    told = judgements((0.1, "yes", "yes"), (0.3, "no", "no"), (0.5, "yes", "no"))
    counted = judged_rows([(one, []) for one in extra], told)
    assert counted.row("ours") == ["ours", "4", "0", "1", "1", "1", "1"]


def test_of_several_judged_moments_the_nearest_to_the_apex_counts() -> None:
    from closure import CLOSURES, disagreements
    from closure_judged import judged_rows

    clip = make_clip([0.0, 0.8, 0.8, 0.8, 0.9, 0.8, 0.0], [0.0] * 7)
    extra, _ = disagreements([clip], CLOSURES[0])
    told = judgements((0.1, "no", "no"), (0.4, "yes", "yes"))
    assert judged_rows([(one, []) for one in extra], told).said["yes"] == 1


def test_a_piece_of_an_event_that_both_have_is_not_judged() -> None:
    from closure import CLOSURES, disagreements, peer_events
    from closure_judged import judged_rows

    clip = make_clip([0.0, 0.9, 0.0, 0.9, 0.0], [0.0, 0.9, 0.9, 0.9, 0.0])
    extra, _ = disagreements([clip], CLOSURES[0])
    counted = judged_rows([(one, peer_events(clip, CLOSURES[0])) for one in extra], [])
    assert counted.row("ours") == ["ours", "1", "1", "0", "0", "0", "0"]


def test_shares_if_the_reader_is_right_count_what_the_other_has_alone() -> None:
    from closure_judged import Words, shares_if_right

    own, other = Words(3, Counter(yes=2, no=4)), Words(0, Counter(yes=2, unclear=9))
    assert shares_if_right(6, own, other) == ["0.727", "0.667", "0.800"]


def test_another_word_is_refused(tmp_path: Path) -> None:
    from closure_judged import read_judged

    path = tmp_path / "a.csv"
    path.write_text("clip,closure,apex,first,second\na.mp4,eyes close,1,yes,perhaps\n")
    with pytest.raises(InputError, match="'perhaps'"):
        read_judged(path)


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
