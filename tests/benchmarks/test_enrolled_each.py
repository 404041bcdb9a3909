"""Gestures enrolled one by one, on a child that was made up; and which rules are tried for all."""

from __future__ import annotations

import numpy as np
import pytest

from facs.meaning.gestures import STOCK
from facs.network.weights import DEFAULT, shipped, spec_of

ANSWERS = {"lids": ("AU43",), "brow lift": ("AU1", "AU2")}


def made_up(answers=ANSWERS, height=8.0):
    """A child at rest at -4 logits, whose movements raise what they should, and nothing else."""
    from sittings import LEFT, MOVES, RIGHT, STRENGTHS, TILTS, TURNS, Sitting

    outputs = spec_of(shipped()[DEFAULT]).columns
    moved = np.zeros((len(MOVES), len(STRENGTHS), len(outputs)))
    for move, units in answers.items():
        rows = [i for i, name in enumerate(outputs) if name.split("_")[0] in units]
        moved[list(MOVES).index(move), LEFT, rows] = height / 2
        moved[list(MOVES).index(move), RIGHT, rows] = height
    n = len(outputs)
    turned = np.zeros((len(TURNS) + len(TILTS), n))
    return Sitting(tuple(outputs), np.full(n, -4.0), moved, turned, 0.01 * np.eye(n), "")


def still():
    from sittings import Noise

    n = len(spec_of(shipped()[DEFAULT]).columns)
    return Noise(np.full(n, 0.1), 0.5, np.full(3, 0.2), 0.5, pairs=1)


@pytest.fixture
def rows(monkeypatch):
    """The cells of every gesture, by name."""
    import enrolled_each

    monkeypatch.setattr(enrolled_each, "TAUGHT", 2.0)
    monkeypatch.setattr(enrolled_each, "WATCHED", 1.0)
    names = ["long blink", "brow lift", "smile"]
    _, table = enrolled_each.each_enrolled_rows([made_up()], still(), names, seed=0)
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    header, cells = lines[0], {line[0]: line for line in lines if line and line[0] in names}
    assert header == enrolled_each.COLUMNS
    return {name: dict(zip(header, line, strict=True)) for name, line in cells.items()}


def test_what_a_child_can_do_is_enrolled_and_found_in_other_minutes(rows):
    for name in ("long blink", "brow lift"):
        assert float(rows[name]["of those enrolled"]) >= 0.9
        assert rows[name]["children refused"] == "0"
        assert float(rows[name]["ms after hold, 95 %"]) <= 40


def test_what_she_cannot_do_is_refused_and_all_of_it_is_missed(rows):
    smile = rows["smile"]
    assert (smile["found/made"], smile["children refused"]) == ("0/10", "1")
    assert smile["of those enrolled"] == smile["false an hour"] == "-"


def test_rules_that_are_tried_differ_in_their_hold_and_those_of_swings_in_their_longest_time():
    from stock_thresholds import HOLDS, LONGEST, rules_of

    assert [rule.hold for rule in rules_of(STOCK["smile"])] == list(HOLDS)
    assert [rule.what.longest for rule in rules_of(STOCK["nod"])] == list(LONGEST)
    assert rules_of(STOCK["look up"]) == (STOCK["look up"],)


def test_proposed_is_what_finds_most_among_those_that_fire_seldom():
    from stock_thresholds import Grid

    found = np.array([[50, 45, 40], [49, 48, 20]])
    false = np.array([[30, 3, 0], [9, 1, 0]])
    grid = Grid((STOCK["smile"],) * 2, (0.2, 0.5, 0.8), found, false, made=50, hours=4.0)
    assert grid.best() == (1, 1)
