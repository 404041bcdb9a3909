from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facs.evaluation.bootstrap import resample

NAN = float("nan")


def test_both_is_the_smaller_score_and_either_the_larger() -> None:
    from emotions import combined

    units = {1: np.array([0.2, 0.9]), 4: np.array([0.8, 0.1]), 27: np.array([0.3, 0.4])}
    assert combined("1+4", units).tolist() == [0.2, 0.1]
    assert combined("4", units).tolist() == [0.8, 0.1]
    assert combined("26/27", units).tolist() == [0.3, 0.4]  # 26 is not shipped


def test_both_needs_both() -> None:
    from emotions import combined

    assert combined("1+2", {1: np.array([0.2])}) is None
    assert combined("5", {1: np.array([0.2])}) is None


def test_a_face_that_was_not_found_ranks_below_all_others() -> None:
    from emotions import aucs, lowest_where_missing

    truth = np.array([True, False, False])
    score = lowest_where_missing(np.array([NAN, 0.0, 0.1]))
    assert aucs(score, truth, np.ones(3), resample(np.arange(3), 0))[0] == 0.0


def test_each_person_once_does_not_let_one_person_decide() -> None:
    from emotions import aucs, evenly

    person = np.array(["a"] * 9 + ["b", "c"])
    truth = np.array([True] * 10 + [False])
    score = np.array([0.1] * 9 + [0.9, 0.5])
    draws = resample(person, 0)
    assert aucs(score, truth, np.ones(11), draws)[0] == pytest.approx(0.1)
    assert aucs(score, truth, evenly(person, truth), draws)[0] == pytest.approx(0.5)


def test_shapes_of_two_sides_are_averaged() -> None:
    from blendshapes import SHAPES_OF, unit_scores

    columns = {
        name + side: np.zeros(1) for name in SHAPES_OF.values() for side in ("Left", "Right")
    }
    columns |= {"jawOpen": np.array([0.7]), "browInnerUp": np.array([0.1])}
    columns["mouthSmileLeft"] = np.array([0.4])
    found = unit_scores(columns)
    assert found[12].tolist() == [0.2]
    assert found[26].tolist() == found[27].tolist() == [0.7]


def test_the_csv_of_the_peer_has_every_shape_that_is_read(benchmarks_folder: Path) -> None:
    from blendshapes import SHAPES_OF

    program = (benchmarks_folder / "peer_mediapipe.py").read_text()
    assert all(f'"{shape}"' in program for shape in SHAPES_OF.values())


def test_a_csv_is_read_with_its_gaps(tmp_path: Path) -> None:
    from blendshapes import read_csv

    path = tmp_path / "a.csv"
    path.write_text("row,jawOpen\n3,0.5\n4,nan\n")
    columns = read_csv(path)
    assert columns["row"].tolist() == [3, 4]
    assert np.isnan(columns["jawOpen"]).tolist() == [False, True]
