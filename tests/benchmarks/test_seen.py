from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facs.training.real_faces import FaceSet
from facs.training.seen_units import Look, read_seen

TAUGHT = Path("docs/models/facs-7.seen.csv")


def pictures(rows):
    from emotions import Pictures

    votes = np.full((len(rows), 8), 1 / 8, np.float32)
    faces = FaceSet(np.zeros(0, np.uint8), np.zeros(1, np.int64), np.array(rows), votes)
    return Pictures("fer2013", faces, np.array([str(row) for row in rows]))


def look(shown=(), slight=(), absent=()):
    return Look(frozenset(shown), frozenset(slight), frozenset(absent))


def test_what_is_not_on_the_list_is_left_out() -> None:
    from seen import listed, shown

    seen = {"fer2013:3": look([43]), "fer2013:5": look(absent=[26, 43])}
    kept = listed(pictures([3, 4, 5]), "fer2013", seen)
    assert kept.faces.rows.tolist() == [3, 5]
    known, truth = shown(kept, seen, 43)
    assert known.tolist() == [True, True] and truth.tolist() == [True, False]
    known, truth = shown(kept, seen, 26)
    assert known.tolist() == [False, True] and truth.tolist() == [False]


def test_a_picture_of_which_a_copy_teaches_is_left_out() -> None:
    from near_copies import FOUND
    from seen import listed

    line = FOUND.read_text(encoding="utf-8").splitlines()[1]
    archive, row = line.split(",")[0].split(":")
    seen = {f"{archive}:{row}": look([43])}
    assert not len(listed(pictures([int(row)]), archive, seen).faces.rows)


def test_of_two_looks_counts_what_both_say() -> None:
    from seen import both_say

    first = {"a": look([1, 2], [4], [5, 6]), "b": look([9])}
    again = {"a": look([1, 5], [2, 4], [6])}
    both = both_say(first, again)
    assert [both["a"].says(unit) for unit in (1, 2, 4, 5, 6)] == [True, True, True, None, False]
    assert both["b"].says(9) is True


def test_agreement_is_of_pictures_of_which_both_looks_tell() -> None:
    from seen import agreement

    first = {"a": look([1]), "b": look(absent=[1]), "c": look([1])}
    again = {"a": look([1]), "b": look(absent=[1]), "d": look([1])}
    assert agreement(first, again, 1) == "1.00 (2)"
    assert agreement(first, again, 2) == ""


def test_what_is_found_is_counted_where_few_of_the_others_score_higher() -> None:
    from seen import found_at

    score = np.array([0.9, 0.5, 0.1, *np.linspace(0.2, 0.6, 21)])
    truth = np.array([True] * 3 + [False] * 21)
    assert found_at(score, truth, 0.05) == pytest.approx(1 / 3)


def test_no_picture_that_measures_has_taught() -> None:
    from seen import AGAIN, LISTED

    measures = read_seen(LISTED).keys() | read_seen(AGAIN).keys()
    assert not measures & read_seen(TAUGHT).keys()


def test_either_unit_of_a_rule_may_reach_its_own_threshold() -> None:
    from seen import present

    units = {26: np.array([0.3, 0.1, np.nan]), 27: np.array([0.1, 0.6, np.nan])}
    assert present("26/27", units, {26: 0.2, 27: 0.5}).tolist() == [True, True, False]
    assert present("26", units, {26: 0.2, 27: 0.5}).tolist() == [True, False, False]
