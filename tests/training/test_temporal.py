"""The temporal stream's training: windows as other cameras see them, and a loss that falls."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from facs.canonical import CROP_SIZE
from facs.network.two_stream import StreamConfig, TemporalStream
from facs.training import temporal
from facs.training.losses import MOVED
from facs.training.temporal import (
    TemporalTask,
    flow_stack,
    moving_rows,
    temporal_batches,
    window_rows,
)
from facs.training.unit_data import FLOW_STEP
from tests.training.builders import COLUMNS, labels

RATE = torch.full((3,), 0.5)

pytestmark = pytest.mark.usefixtures("same_weights")


def flows(n=12):
    rng = np.random.default_rng(0)
    return rng.integers(-40, 40, (n, 2, CROP_SIZE, CROP_SIZE)).astype(np.int8)


def test_the_temporal_stream_learns_a_few_stacks():
    make = temporal_batches(flows(), labels(12), np.arange(4, 8), COLUMNS, 4, 4)
    batch = make(np.random.default_rng(0))
    assert batch.flows.shape == (4, 8, CROP_SIZE, CROP_SIZE)
    task = TemporalTask(TemporalStream(StreamConfig(3, hidden=16, dropout=0.0, slots=4)), RATE)
    optimiser = torch.optim.Adam(task.parameters(), 1e-3)
    losses = []
    for _ in range(9):
        loss = task.loss(batch)
        losses.append(float(loss.detach()))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert losses[-1] < 0.9 * losses[0]


def test_half_of_the_windows_are_drawn_from_those_in_which_something_moves():
    truth = np.zeros((300, 3), np.float32)
    truth[150:, 0] = 1.0  # moves in the windows around row 150 alone
    rows = np.arange(4, 296)
    assert moving_rows(truth, rows, 4).tolist() == [148, 149, 150, 151]
    batch = temporal_batches(flows(300), truth, rows, COLUMNS, 4, 64)(np.random.default_rng(0))
    assert 0.3 < (batch.changes.abs() > MOVED).any(1).float().mean() < 0.7


def test_of_a_clip_at_rest_every_window_is_drawn_alike():
    make = temporal_batches(flows(), np.zeros((12, 3), np.float32), np.arange(4, 8), COLUMNS, 4, 4)
    assert make(np.random.default_rng(0)).changes.abs().max() == 0


def test_what_rises_is_learned_with_what_falls():
    truth = np.zeros((40, 3), np.float32)
    truth[:, 2] = np.minimum(np.arange(40) / 20, 1)
    make = temporal_batches(flows(40), truth, np.arange(5, 18), COLUMNS, 4, 64)
    changes = make(np.random.default_rng(0)).changes.sum(1)
    filmed, backwards = int((changes > 0).sum()), int((changes < 0).sum())
    assert filmed > backwards > 0
    assert filmed + backwards == 64


def test_a_window_seen_backwards_has_its_last_flow_first_and_the_other_way():
    stack = np.arange(8, dtype=np.float32)[:, None, None] * np.ones((1, 3, 3), np.float32)
    found = temporal._reversed(stack, 4)[:, 0, 0]
    assert found.tolist() == [-6, -7, -4, -5, -2, -3, 0, -1]
    np.testing.assert_array_equal(temporal._reversed(temporal._reversed(stack, 4), 4), stack)


def test_vectors_turn_with_the_window(monkeypatch):
    quarter = np.array([[0.0, -1.0, CROP_SIZE], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    monkeypatch.setattr(temporal, "jitter", lambda *_: quarter)
    stack = np.zeros((2, CROP_SIZE, CROP_SIZE), np.float32)
    stack[0] = 1.0  # all to the right
    found = temporal._moved(np.random.default_rng(0), stack)
    np.testing.assert_allclose(found[0], 0, atol=1e-6)
    np.testing.assert_allclose(found[1], 1, atol=1e-6)


def test_at_15_frames_a_second_no_flow_spans_the_middle_frame():
    ramp = np.tile(np.arange(CROP_SIZE, dtype=np.float32), (CROP_SIZE, 1))
    stack = np.arange(20, dtype=np.float32)[:, None, None] * ramp
    shared = set()
    for seed in range(40):
        slow = temporal._shaken(np.random.default_rng(seed), stack, 10)
        shapes = slow - slow[:, :1, :1]  # without the drift
        shared.add(tuple(k for k in range(9) if np.allclose(shapes[2 * k], shapes[2 * k + 2])))
    assert shared == {(), (1, 3, 5, 7)}


def test_a_stack_holds_the_flows_before_the_frame_first():
    stored = np.zeros((6, 2, 4, 4), np.int8)
    stored[:, 0] = np.arange(6)[:, None, None]
    stored[:, 1] = -np.arange(6)[:, None, None]
    found = flow_stack(stored, 3, 4)[:, 0, 0] / FLOW_STEP
    np.testing.assert_allclose(found, [1, -1, 2, -2, 3, -3, 4, -4], rtol=1e-6)


def test_making_batches_does_not_change_the_stored_flows():
    stored = flows()
    before = stored.copy()
    make = temporal_batches(stored, labels(12), np.arange(4, 8), COLUMNS, 4, 4)
    for seed in range(8):
        make(np.random.default_rng(seed))
    np.testing.assert_array_equal(stored, before)


def test_windows_stay_within_their_clip():
    clip = np.repeat([0, 1], 8)
    time = np.tile(np.arange(8) / 30, 2)
    assert window_rows(clip, time, 4).tolist() == [2, 3, 4, 5, 10, 11, 12, 13]


def test_windows_do_not_span_a_gap():
    time = np.r_[np.arange(6), 40 + np.arange(6)] / 30
    assert window_rows(np.zeros(12, int), time, 4).tolist() == [2, 3, 8, 9]


def test_a_clip_shorter_than_the_window_has_none():
    assert window_rows(np.zeros(3, int), np.arange(3) / 30, 4).size == 0
