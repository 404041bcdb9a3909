"""Events matched one to one."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from facs.errors import InputError, UndefinedMetricWarning
from facs.evaluation.events import EventMatches, event_f1, match_by_onset, match_by_overlap
from facs.events import Event


def events(*spans):
    return [Event("AU12", a, a, b, 1.0) for a, b in spans]


def random_events(rng, n=5):
    edges = np.sort(rng.choice(40, 2 * n, replace=False)) / 4
    return events(*zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def most_pairs(found, truth, belong):
    """The most pairs that any one-to-one matching has, by trying all."""
    short, long = sorted((found, truth), key=len)
    ours = short is found
    return max(
        sum(belong(a, b) if ours else belong(b, a) for a, b in zip(short, chosen, strict=True))
        for chosen in permutations(long, len(short))
    )


def test_events_that_share_a_moment_match():
    matches = match_by_overlap(events((0, 2), (5, 6)), events((2, 3), (7, 8)))
    assert matches.pairs == ((0, 0),)
    counts = matches.counts
    assert (counts.tp, counts.fp, counts.fn) == (1, 1, 1)
    assert event_f1(matches) == 0.5


def test_a_movement_in_two_pieces_is_found_once():
    matches = match_by_overlap(events((0, 1), (2, 3)), events((0, 3)))
    assert (len(matches.pairs), matches.found, matches.truth) == (1, 2, 1)


def test_two_movements_under_one_long_event_are_found_once():
    matches = match_by_overlap(events((0, 9)), events((1, 2), (4, 5)))
    assert (len(matches.pairs), matches.found, matches.truth) == (1, 1, 2)


def test_intersection_over_union_counts_the_frame_that_an_event_ends_with():
    found, truth = events((1.0, 1.0)), events((1.0, 1.1))
    assert match_by_overlap(found, truth, iou=0.5, frame=0.1).pairs == ((0, 0),)  # 1 of 2 frames
    assert match_by_overlap(found, truth, iou=0.51, frame=0.1).pairs == ()
    assert match_by_overlap(events((1, 1)), events((1, 1)), iou=1).pairs == ((0, 0),)


def test_an_event_that_a_stricter_one_would_waste_is_kept_for_the_next():
    found, truth = events((2, 6)), events((0, 2.1), (3, 6))
    assert match_by_overlap(found, truth, iou=0.5).pairs == ((0, 1),)


def test_onsets_match_within_the_tolerance():
    found, truth = events((1.0, 9.0)), events((1.2, 1.3), (8.0, 9.0))
    assert match_by_onset(found, truth, tolerance=0.2).pairs == ((0, 0),)
    assert match_by_onset(found, truth, tolerance=0.19).pairs == ()


@pytest.mark.parametrize("seed", range(40))
def test_no_other_matching_has_more_pairs(seed):
    rng = np.random.default_rng(seed)
    found, truth = random_events(rng, int(rng.integers(1, 6))), random_events(rng)
    for iou in (0.0, 0.2, 0.4):

        def overlap(a, b, iou=iou):
            shared = min(a.offset, b.offset) - max(a.onset, b.onset)
            return shared >= 0 and shared / (a.duration + b.duration - shared) >= iou

        pairs = match_by_overlap(found, truth, iou=iou).pairs
        assert all(overlap(found[i], truth[j]) for i, j in pairs)
        assert len(pairs) == most_pairs(found, truth, overlap)

    def near(a, b):
        return abs(a.onset - b.onset) <= 0.6

    assert len(match_by_onset(found, truth, tolerance=0.6).pairs) == most_pairs(found, truth, near)


def test_nothing_to_find_and_nothing_found_is_undefined():
    with pytest.warns(UndefinedMetricWarning, match="no event"):
        assert np.isnan(event_f1(EventMatches((), 0, 0)))


def test_nothing_found_of_something_is_zero():
    assert event_f1(match_by_overlap([], events((0, 1)))) == 0


def test_events_of_two_labels_are_refused():
    two = [*events((0, 1)), Event("AU6", 2, 2, 3, 1.0)]
    with pytest.raises(InputError, match="one label"):
        match_by_overlap(two, [])


def test_events_that_overlap_each_other_are_refused():
    with pytest.raises(InputError, match="in order and apart"):
        match_by_overlap(events((0, 2), (1, 3)), [])


@pytest.mark.parametrize("options", [{"iou": 1.5}, {"frame": -1.0}])
def test_limits_that_mean_nothing_are_refused(options):
    with pytest.raises(InputError, match="iou"):
        match_by_overlap([], [], **options)
    with pytest.raises(InputError, match="tolerance"):
        match_by_onset([], [], tolerance=-0.1)
