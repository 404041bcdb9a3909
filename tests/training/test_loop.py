from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import torch
from torch import nn

from facs.training.loop import RunOptions, prefetched, run


def small_network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 1))


def batch(rng):
    x = rng.normal(size=(16, 3)).astype(np.float32)
    return torch.from_numpy(x), torch.from_numpy(x.sum(1, keepdims=True))


def loss_of(network, pair):
    return ((network(pair[0]) - pair[1]) ** 2).mean()


def options(tmp_path, steps=40, **changes):
    return RunOptions(steps, 0.02, tmp_path / "run.pt", **changes)


def weights(network):
    return {k: v.clone() for k, v in network.state_dict().items()}


def assert_same(one, other):
    for key, value in one.items():
        torch.testing.assert_close(value, other[key], msg=key)


def test_the_loss_falls(tmp_path):
    losses = []
    run(small_network(), batch, loss_of, options(tmp_path, 150), lambda *row: losses.append(row[1]))
    assert len(losses) == 3
    assert losses[-1] < 0.5 * losses[0]


def test_progress_comes_every_fifty_steps_and_at_the_end(tmp_path):
    steps = []
    run(small_network(), batch, loss_of, options(tmp_path, 60), lambda *row: steps.append(row[0]))
    assert steps == [50, 60]


def test_the_same_seed_gives_the_same_weights(tmp_path):
    one = run(small_network(), batch, loss_of, options(tmp_path / "a"))
    two = run(small_network(), batch, loss_of, options(tmp_path / "b"))
    other = run(small_network(), batch, loss_of, options(tmp_path / "c", seed=1))
    assert_same(weights(one), weights(two))
    assert not torch.equal(one[0].weight, other[0].weight)


def test_a_run_goes_on_from_its_checkpoint_to_the_same_result(tmp_path):
    whole = run(small_network(), batch, loss_of, options(tmp_path / "whole"))
    count = 0

    def interrupted(rng):
        nonlocal count
        if count == 17:
            raise KeyboardInterrupt
        count += 1
        return batch(rng)

    with pytest.raises(KeyboardInterrupt):
        run(small_network(), interrupted, loss_of, options(tmp_path / "cut", save_every=0.0))
    assert torch.load(tmp_path / "cut/run.pt", weights_only=True)["step"] == 17
    resumed = run(small_network(), batch, loss_of, options(tmp_path / "cut"))
    assert_same(weights(whole), weights(resumed))


def test_a_finished_run_is_not_run_again(tmp_path):
    first = weights(run(small_network(), batch, loss_of, options(tmp_path)))

    def never(rng):
        raise AssertionError("a finished run wants no batches")

    again = run(small_network(), never, loss_of, options(tmp_path))
    assert_same(first, weights(again))
    assert not again.training


def test_the_result_is_the_running_mean_of_the_weights(tmp_path):
    network = small_network()
    result = run(network, batch, loss_of, options(tmp_path))
    saved = torch.load(tmp_path / "run.pt", weights_only=True)
    assert_same(weights(result), saved["mean"])
    assert not torch.equal(saved["mean"]["0.weight"], saved["states"]["network"]["0.weight"])


def test_batches_made_ahead_come_in_order():
    with prefetched(lambda step: step, 3, 30) as batches:
        assert list(batches) == list(range(3, 30))


def test_no_more_than_a_few_batches_are_made_ahead():
    made = []
    with prefetched(made.append, 0, 100) as batches:
        next(batches)
        time.sleep(0.1)
        assert len(made) <= 7


def test_an_error_in_the_making_is_handed_on():
    def make(step):
        if step == 2:
            raise ValueError("no more pictures")
        return step

    seen = []
    with pytest.raises(ValueError, match="no more pictures"), prefetched(make, 0, 9) as batches:
        seen.extend(batches)
    assert seen == [0, 1]


def test_the_thread_ends_when_nobody_wants_more():
    before = threading.active_count()
    with prefetched(lambda step: step, 0, 10**6) as batches:
        next(batches)
    assert threading.active_count() == before
