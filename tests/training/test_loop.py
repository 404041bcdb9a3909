from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from facs.errors import InputError
from facs.training.loop import RunOptions, prefetched, run


def small_network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.3), nn.Linear(8, 1)
        return nn.Sequential(*layers)


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


def broken_off(folder, at=17):
    """The checkpoint of a run that somebody stopped."""
    count = 0

    def interrupted(rng):
        nonlocal count
        if count == at:
            raise KeyboardInterrupt
        count += 1
        return batch(rng)

    with pytest.raises(KeyboardInterrupt):
        run(small_network(), interrupted, loss_of, options(folder, save_every=0.0))
    return torch.load(folder / "run.pt", weights_only=True)


def test_a_run_goes_on_from_its_checkpoint_to_the_same_result(tmp_path):
    whole = run(small_network(), batch, loss_of, options(tmp_path / "whole"))
    assert broken_off(tmp_path / "cut")["step"] == 17
    resumed = run(small_network(), batch, loss_of, options(tmp_path / "cut"))
    assert_same(weights(whole), weights(resumed))


def test_a_finished_run_is_not_run_again(tmp_path):
    first = weights(run(small_network(), batch, loss_of, options(tmp_path)))

    def never(rng):
        raise AssertionError("a finished run wants no batches")

    again = run(small_network(), never, loss_of, options(tmp_path))
    assert_same(first, weights(again))
    assert not again.training


@pytest.mark.parametrize("changes", [{"steps": 50}, {"steps": 20}, {"seed": 1}, {"rate": 0.1}])
def test_a_run_of_other_options_does_not_go_on_from_the_checkpoint(tmp_path, changes):
    run(small_network(), batch, loss_of, options(tmp_path))
    ((name, value),) = changes.items()
    was = {"steps": 40, "seed": 0, "rate": 0.02}[name]
    with pytest.raises(InputError, match=f"wanted {name} {was}, as this run began, got {value}"):
        run(small_network(), batch, loss_of, replace(options(tmp_path), **changes))


def test_a_run_can_be_ended_where_it_stands_and_still_go_on_later(tmp_path):
    saved = broken_off(tmp_path / "cut")
    ended = run(small_network(), batch, loss_of, options(tmp_path / "cut", 17))
    assert_same(weights(ended), saved["mean"])
    resumed = run(small_network(), batch, loss_of, options(tmp_path / "cut"))
    whole = run(small_network(), batch, loss_of, options(tmp_path / "whole"))
    assert_same(weights(whole), weights(resumed))


def test_a_checkpoint_that_does_not_say_its_options_is_read(tmp_path):
    saved = broken_off(tmp_path)
    torch.save({key: saved[key] for key in ("states", "mean", "step")}, tmp_path / "run.pt")
    run(small_network(), batch, loss_of, options(tmp_path, seed=1))
    assert torch.load(tmp_path / "run.pt", weights_only=True)["step"] == 40


def test_a_run_goes_on_without_the_accelerator_on_which_it_began(tmp_path, monkeypatch):
    with monkeypatch.context() as there:
        there.setattr("torch.serialization.location_tag", lambda storage: "cuda:0")
        first = weights(run(small_network(), batch, loss_of, options(tmp_path)))
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert_same(first, weights(run(small_network(), batch, loss_of, options(tmp_path))))


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
