"""Scores over time: flicker is averaged, movements stay, and nothing crosses a gap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facs.network import steady as module
from facs.network.predict import scores_of
from facs.network.steady import REACH, Place, steadied, steady
from tests.network.builders import tiny_spec

SPEC = tiny_spec()
COLUMNS = len(SPEC.columns)
RATE = 30


def told(raw, fused=None, tracks=None, index=None, size=4, rate=RATE, spec=SPEC):
    """What `steadied` tells of scores (n, columns), in batches: by person and frame."""
    n = len(raw)
    fused = np.ones(n, bool) if fused is None else np.array(fused)
    tracks = np.zeros(n, int) if tracks is None else tracks
    index = np.arange(n) if index is None else index
    clips = [Place(int(t), int(i), i / rate) for t, i in zip(tracks, index, strict=True)]
    batches = [slice(first, first + size) for first in range(0, n, size)]
    scored = [(clips[b], scores_of(spec, np.float32(raw[b]), fused[b])) for b in batches]
    found = {}
    for places, scores in steadied(scored, spec):
        for place, row, both in zip(places, scores.raw, scores.fused, strict=True):
            found[place.track, place.index] = (row, both)
    return found


def rows(found, track=0):
    return np.stack([found[key][0] for key in sorted(found) if key[0] == track])


@pytest.fixture
def noise():
    return np.random.default_rng(0).normal(size=(40, COLUMNS))


def test_a_score_that_flickers_for_one_frame_rises_by_two_thirds():
    raw = np.zeros((9, 1), np.float32)
    raw[4] = 3
    said = steady(raw, np.arange(9) / RATE, np.arange(9) == 0)[:, 0]
    assert said[4] == pytest.approx(2.0, abs=0.01)
    np.testing.assert_allclose(said[[3, 5]], 0.5, atol=0.01)
    assert (said[[0, 1, 2, 6, 7, 8]] == 0).all()


def test_a_blink_of_a_tenth_of_a_second_keeps_its_height_and_its_frames():
    raw = np.full((20, 1), -3, np.float32)
    raw[8:11] = 3
    said = steady(raw, np.arange(20) / RATE, np.arange(20) == 0)[:, 0]
    assert said[9] == pytest.approx(3.0)
    assert np.flatnonzero(said > 0).tolist() == [8, 9, 10]


def test_a_movement_begins_in_the_frame_in_which_it_began():
    raw = np.repeat(np.float32([-2, 2]), 10)[:, None]
    said = steady(raw, np.arange(20) / RATE, np.arange(20) == 0)[:, 0]
    assert np.flatnonzero(said > 0)[0] == 10


def test_frames_of_a_slow_film_are_left_as_they_are(noise):
    np.testing.assert_allclose(rows(told(noise, rate=10)), noise, atol=1e-6)


def test_a_fast_film_is_averaged_over_as_many_seconds():
    few, many = (np.zeros((n, 1), np.float32) for n in (31, 241))
    few[15], many[120:124] = 1, 1
    at_30, at_240 = (
        steady(x, np.arange(len(x)) / rate, np.arange(len(x)) == 0).sum() / rate
        for x, rate in ((few, 30), (many, 240))
    )
    assert at_240 == pytest.approx(1 / 60, rel=0.01)
    assert at_30 == pytest.approx(1 / 30, rel=0.01)


@pytest.mark.parametrize("size", [1, 3, 16, 100])
def test_batches_give_what_the_whole_film_gives(noise, size):
    whole = steady(np.float32(noise), np.arange(40) / RATE, np.arange(40) == 0)
    found = told(noise, size=size)
    assert len(found) == 40
    np.testing.assert_allclose(rows(found), whole, atol=1e-6)


def test_two_people_are_not_mixed(noise):
    both = told(np.repeat(noise, 2, 0) * np.tile([1, -2], 40)[:, None], tracks=np.tile([0, 1], 40),
                index=np.repeat(np.arange(40), 2))  # fmt: skip
    np.testing.assert_allclose(rows(both, 0), rows(told(noise)), atol=1e-6)
    np.testing.assert_allclose(rows(both, 1), rows(told(-2 * noise)), atol=1e-6)


@pytest.mark.parametrize("size", [1, 3, 50])
def test_who_is_lost_while_another_lags_behind_changes_nothing_for_her(noise, size):
    """A face that is lost is told of at once, one that is there when her motion is complete."""
    before, after = noise[:20], noise[20:]
    tracks = np.r_[np.zeros(20, int), np.ones(5, int), np.zeros(20, int)]
    index = np.r_[np.arange(20), np.arange(20, 25), np.arange(20, 40)]
    fused = tracks == 0
    found = told(np.concatenate([before, noise[:5], after]), fused, tracks, index, size=size)
    np.testing.assert_allclose(rows(found), rows(told(noise)), atol=1e-6)


def test_who_is_lost_is_told_of_at_once(noise):
    clips = [Place(0, i, i / RATE) for i in range(6)]
    fused = np.arange(6) < 4
    batches = [(clips[:4], fused[:4]), (clips[4:], fused[4:])]
    scored = ((c, scores_of(SPEC, np.float32(noise[: len(c)]), f)) for c, f in batches)
    found = [len(places) for places, _ in steadied(scored, SPEC)]
    assert found == [2, 4]  # and nothing waits for the end of the film


def test_what_lies_before_a_lost_face_does_not_count_after_it(noise):
    index = np.r_[np.arange(20), np.arange(21, 41)]  # frame 20 is lost
    found = rows(told(noise, index=index))
    np.testing.assert_allclose(found[:20], rows(told(noise[:20])), atol=1e-6)
    np.testing.assert_allclose(found[20:], rows(told(noise[20:])), atol=1e-6)


def test_pictures_without_motion_stay_as_they_are_and_count_for_nobody(noise):
    fused = np.arange(40) >= 5
    found = told(noise, fused=fused)
    assert [found[0, i][1] for i in range(40)] == fused.tolist()
    np.testing.assert_array_equal(rows(found)[:5], np.float32(noise[:5]))
    np.testing.assert_allclose(rows(found)[5:], rows(told(noise[5:])), atol=1e-6)


def test_a_frame_is_told_once_when_motion_begins_again(noise):
    fused = (np.arange(40) % 13) > 2
    one, many = (told(noise, fused=fused, size=size) for size in (1, 40))
    np.testing.assert_allclose(rows(one), rows(many), atol=1e-6)
    scored = (
        ([Place(0, i, i / RATE)], scores_of(SPEC, np.float32(noise[[i]]), fused[[i]]))
        for i in range(40)
    )
    assert [p.index for places, _ in steadied(scored, SPEC) for p in places] == list(range(40))


def test_scores_without_what_they_were_made_of_pass_as_they_are(noise):
    clips = [Place(0, 0, 0.0), Place(0, 1, 1 / RATE)]
    scores = replace(scores_of(SPEC, np.float32(noise[:2]), np.ones(2, bool)), raw=None)
    ((places, same),) = steadied([(clips, scores)], SPEC)
    assert places is clips and same is scores


def test_presence_and_intensity_follow_from_the_same_steady_score(noise):
    clips = [Place(0, i, i / RATE) for i in range(40)]
    scores = scores_of(SPEC, np.float32(noise), np.ones(40, bool))
    for _, said in steadied([(clips, scores)], SPEC):
        again = scores_of(SPEC, said.raw, said.fused)
        np.testing.assert_array_equal(said.probability, again.probability)
        np.testing.assert_array_equal(said.intensity, again.intensity)


def test_no_more_is_kept_than_reaches_what_comes(noise, monkeypatch):
    kept = []
    forget = module._Trail._forget

    def counted(trail, told):
        forget(trail, told)
        kept.append(len(trail.frames))

    monkeypatch.setattr(module._Trail, "_forget", counted)
    told(np.tile(noise, (20, 1)), size=1)
    assert max(kept) <= 2 * (REACH * RATE + 1) + 1
