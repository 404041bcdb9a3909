from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facs.training.real_faces import FaceSet
from facs.training.seen_units import read_seen

TAUGHT = Path("docs/models/facs-6.seen.csv")


def pictures(rows):
    from emotions import Pictures

    votes = np.full((len(rows), 8), 1 / 8, np.float32)
    faces = FaceSet(np.zeros(0, np.uint8), np.zeros(1, np.int64), np.array(rows), votes)
    return Pictures("fer2013", faces, np.array([str(row) for row in rows]))


def test_what_is_not_on_the_list_is_left_out() -> None:
    from seen import listed, shown

    seen = {"fer2013:3": [("AU43", "yes")], "fer2013:5": [("AU26", "no"), ("AU43", "no")]}
    kept = listed(pictures([3, 4, 5]), "fer2013", seen)
    assert kept.faces.rows.tolist() == [3, 5]
    known, truth = shown(kept, seen, "AU43")
    assert known.tolist() == [True, True] and truth.tolist() == [True, False]
    known, truth = shown(kept, seen, "AU26")
    assert known.tolist() == [False, True] and truth.tolist() == [False]


def test_what_is_found_is_counted_where_few_of_the_others_score_higher() -> None:
    from seen import found_at

    score = np.array([0.9, 0.5, 0.1, *np.linspace(0.2, 0.6, 21)])
    truth = np.array([True] * 3 + [False] * 21)
    assert found_at(score, truth, 0.05) == pytest.approx(1 / 3)


def test_no_picture_that_measures_has_taught() -> None:
    from seen import LISTED

    assert not read_seen(LISTED).keys() & read_seen(TAUGHT).keys()
