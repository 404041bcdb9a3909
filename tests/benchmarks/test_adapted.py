"""The table of own models: what it says of children whose numbers are known."""

from __future__ import annotations

import numpy as np
import pytest

WAYS = ("before", "rest", "rest down to 0.05 everywhere, no guard", "facs adapt",
        "facs adapt --labels")  # fmt: skip


@pytest.fixture
def child():
    from adapted import Child

    def made(good: float, accepted: bool = True) -> Child:
        """One unit, shown in the second half of 40 frames; `good` is called where it is not."""
        truth = np.repeat([[0.0], [1.0]], 20, axis=0).astype(np.float32)
        before = np.where(truth > 0, 0.9, 0.8)
        rest = np.where(truth > 0, 0.9, good)
        said = {way: before for way in WAYS} | {"rest": rest}
        said["facs adapt"] = rest if accepted else before
        on = np.array([0.5], np.float32)
        return Child(truth, on, said, {"rest": accepted}, ("rest" if accepted else "", ""), "")

    return made


def test_what_is_called_at_rest_and_what_is_found(child):
    from adapted import figures

    assert figures(child(0.1), "before") == (1.0, pytest.approx(2 / 3), 1.0)
    assert figures(child(0.1), "rest") == (1.0, 1.0, 0.0)


def test_the_guard_is_counted_as_wrong_where_it_took_what_is_worse(child):
    from adapted import tables

    worse = child(0.1)
    worse.said["rest"][:] = 0.1
    text = tables([child(0.1), worse, child(0.1, accepted=False)], ["rest"], 0)
    assert "the guard accepted 2 of 3; F1 at the other sitting fell for 1 of those 2" in text
    assert "would have risen for 1 of the 1 refused" in text
    row = next(line for line in text.splitlines() if line.startswith("| rest |"))
    assert "| 1 of 3 |" in row


def test_a_child_is_read_as_it_was_kept(child, tmp_path):
    from adapted import Child

    one = child(0.2)
    one.save(tmp_path / "one.npz")
    again = Child.load(tmp_path / "one.npz")
    assert again.accepted == one.accepted and again.chosen == one.chosen
    assert set(again.said) == set(one.said)
    np.testing.assert_array_equal(again.said["rest"], one.said["rest"])


def test_both_sittings_are_of_movements_that_are_all_made():
    from adapted_films import exercise, untagged
    from simulated import NAMES

    course = exercise(np.random.default_rng(1))
    assert (course.levels.max(axis=0) >= 0.5).all() and len(NAMES) == course.levels.shape[1]
    free = untagged(60, np.random.default_rng(1))
    strong = (free.levels.max(axis=1) >= 0.5).mean()
    assert 0.05 < strong < 0.5, "most of the time nothing much is moved"
