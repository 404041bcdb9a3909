"""The simulation of gestures: what is hidden, how long eyes stay, what a gesture watches."""

from __future__ import annotations

import numpy as np
import pytest

from facs.meaning.gestures import STOCK
from facs.synthesis.labels import columns


@pytest.mark.parametrize(
    ("name", "units"),
    [("brow lift", {1, 2}), ("mouth open", {26, 27}), ("long blink", {43}), ("nod", set())],
)
def test_a_gesture_watches_the_units_of_its_first_condition(name, units):
    from gestures import units_of

    assert units_of(STOCK[name]) == units


def test_a_unit_is_hidden_where_none_of_its_sides_can_be_seen():
    from sittings import hidden_units

    covered = ("AU12_left", "AU12_right", "AU1_left", "AU18")
    share = np.array([float(column in covered) for column in columns()])
    assert hidden_units(share) == {12, 18}


@pytest.mark.parametrize("name", ["glance left", "glance right", "look up"])
def test_looks_are_held_as_long_as_their_rule_asks(name):
    from performances import make
    from simulated import Course

    for seed in range(20):
        trial = make(Course.of(12.0), name, 2.0, np.random.default_rng(seed))
        assert trial.stop - trial.start > STOCK[name].hold + 0.3
