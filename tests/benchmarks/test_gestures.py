"""The simulation of gestures: what is hidden, how long eyes stay, what a gesture watches."""

from __future__ import annotations

import numpy as np
import pytest

from facs.meaning.gestures import STOCK
from facs.synthesis.labels import columns

BOTH_BROWS = {"AU1_left", "AU1_right"}


@pytest.mark.parametrize(
    ("name", "hidden", "gone"),
    [
        ("brow lift", BOTH_BROWS, True),
        ("brow lift", {"AU1_left"}, False),  # the other side is read
        ("long blink", {"AU43_left"}, True),  # both eyes
        ("wink left", {"AU43_right"}, True),  # that eye must be seen to be open
        ("smile", {"AU1_left", "AU1_right", "AU18"}, False),
        ("nod", BOTH_BROWS, False),
    ],
)
def test_a_gesture_is_covered_where_what_its_rule_reads_cannot_be_seen(name, hidden, gone):
    from gestures import covered

    assert covered(STOCK[name], frozenset(hidden)) == gone


def test_a_label_is_hidden_where_most_pictures_hide_it():
    from sittings import mostly

    share = np.array([{"AU12_left": 0.6, "AU18": 0.5}.get(column, 0.0) for column in columns()])
    assert mostly(share) == {"AU12_left"}


@pytest.mark.parametrize("name", ["glance left", "glance right", "look up"])
def test_looks_are_held_as_long_as_their_rule_asks(name):
    from performances import make
    from simulated import Course

    for seed in range(20):
        trial = make(Course.of(12.0), name, 2.0, np.random.default_rng(seed))
        assert trial.stop - trial.start > STOCK[name].hold + 0.3
