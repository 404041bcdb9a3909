"""Fast losses against slow loops, their gradients, and what is unknown."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from facs.training.multilabel_losses import (
    asymmetric,
    binary,
    bp_mll,
    positive_weights,
    presence,
)

NAN = float("nan")
WEIGHT = torch.tensor([0.5, 1.0, 2.0, 4.0], dtype=torch.float64)
LOSSES = {
    "binary": binary,
    "weighted": lambda s, t: binary(s, t, WEIGHT),
    "asymmetric": asymmetric,
    "bp_mll": bp_mll,
}


def drawn(n=12, seed=0):
    """Scores (n, 4), and targets with unknown ones, a full row, an empty and an unknown one."""
    rng = np.random.default_rng(seed)
    targets = rng.choice([0.0, 1.0, NAN], (n, 4), p=[0.5, 0.3, 0.2])
    targets[:3] = [[1, 1, 1, NAN], [0, 0, 0, 0], [NAN] * 4]
    return torch.from_numpy(rng.normal(0, 2, (n, 4))), torch.from_numpy(targets)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def pairs(scores, targets):
    """Every known cell: its place, score and target."""
    for i, row in enumerate(targets.tolist()):
        for j, target in enumerate(row):
            if not math.isnan(target):
                yield j, float(scores[i, j]), target


def slow_binary(scores, targets, weight=(1, 1, 1, 1)):
    costs = [
        -weight[j] * math.log(sigmoid(s)) if t else -math.log(1 - sigmoid(s))
        for j, s, t in pairs(scores, targets)
    ]
    return sum(costs) / len(costs)


def slow_asymmetric(scores, targets, up=0.0, down=4.0, margin=0.05):
    costs = []
    for _, s, t in pairs(scores, targets):
        p = sigmoid(s)
        q = max(p - margin, 0)
        costs.append(-((1 - p) ** up) * math.log(p) if t else -(q**down) * math.log(1 - q))
    return sum(costs) / len(costs)


def slow_bp_mll(scores, targets):
    costs = []
    for c, row in zip(np.tanh(scores.numpy() / 2), targets.tolist(), strict=True):
        shown = [c[j] for j, t in enumerate(row) if t == 1]
        hidden = [c[j] for j, t in enumerate(row) if t == 0]
        if shown or hidden:
            every = [math.exp(lo - hi) for hi in shown or [0.0] for lo in hidden or [0.0]]
            costs.append(sum(every) / len(every))
    return sum(costs) / len(costs)


@pytest.mark.parametrize("seed", range(5))
def test_fast_losses_are_the_slow_ones(seed):
    scores, targets = drawn(seed=seed)
    assert float(binary(scores, targets)) == pytest.approx(slow_binary(scores, targets))
    weighted = slow_binary(scores, targets, WEIGHT.tolist())
    assert float(binary(scores, targets, WEIGHT)) == pytest.approx(weighted)
    assert float(asymmetric(scores, targets)) == pytest.approx(slow_asymmetric(scores, targets))
    other = asymmetric(scores, targets, focus_shown=1, focus_hidden=2, margin=0.2)
    assert float(other) == pytest.approx(slow_asymmetric(scores, targets, 1, 2, 0.2))
    assert float(bp_mll(scores, targets)) == pytest.approx(slow_bp_mll(scores, targets))


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_those_of_small_steps(name):
    scores, targets = drawn()
    scores.requires_grad_()
    assert torch.autograd.gradcheck(lambda s: LOSSES[name](s, targets), (scores,))


@pytest.mark.parametrize("name", LOSSES)
def test_unknown_labels_move_nothing(name):
    scores, targets = drawn()
    scores.requires_grad_()
    LOSSES[name](scores, targets).backward()
    assert (scores.grad[torch.isnan(targets)] == 0).all()
    assert (scores.grad[~torch.isnan(targets)] != 0).any()
    changed = torch.where(torch.isnan(targets), 50.0, scores.detach())
    same = LOSSES[name](changed, targets)
    assert float(same) == pytest.approx(float(LOSSES[name](scores.detach(), targets)))


@pytest.mark.parametrize("name", LOSSES)
def test_where_nothing_is_known_nothing_is_lost(name):
    scores = torch.zeros(2, 4, dtype=torch.float64, requires_grad=True)
    loss = LOSSES[name](scores, torch.full((2, 4), NAN))
    loss.backward()
    assert float(loss.detach()) == 0 and (scores.grad == 0).all()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("size", [60.0, 1e4, 1e30])
def test_great_scores_stay_finite(name, size):
    targets = torch.tensor([[1, 0, 1, 0.0], [1, 1, 1, 1], [0, 0, 0, 0]])
    for sign in (1, -1):
        scores = (sign * size * torch.tensor([[1, -1, -1, 1.0]])).repeat(3, 1).requires_grad_()
        loss = LOSSES[name](scores, targets)
        loss.backward()
        assert torch.isfinite(loss) and torch.isfinite(scores.grad).all()


@pytest.mark.parametrize("name", LOSSES)
def test_learning_raises_what_is_shown_and_lowers_what_is_not(name):
    targets = torch.tensor([[1, 0, 0, NAN], [0, 0, 0, 0], [1, 1, 1, 1]])
    scores = torch.zeros(3, 4, requires_grad=True)
    LOSSES[name](scores, targets).backward()
    known = ~torch.isnan(targets)
    assert torch.equal(scores.grad[known] < 0, targets[known] == 1)


def test_without_focus_and_margin_the_asymmetric_loss_is_cross_entropy():
    scores, targets = drawn()
    plain = asymmetric(scores, targets, focus_shown=0, focus_hidden=0, margin=0)
    torch.testing.assert_close(plain, binary(scores, targets))


def test_easy_labels_that_are_not_shown_fade_out():
    hidden = torch.zeros(1, 1)
    easy, hard = torch.tensor([[-4.0]]), torch.tensor([[2.0]])
    assert float(asymmetric(easy, hidden)) == 0  # below the margin
    ratio = float(asymmetric(hard, hidden)) / float(binary(hard, hidden))
    assert 0.3 < ratio < 0.7


def test_classes_weigh_alike_under_their_weights():
    targets = torch.tensor([[1.0], [0.0], [0.0], [0.0]])
    scores = torch.zeros(4, 1, requires_grad=True)
    binary(scores, targets, positive_weights(targets)).backward()
    assert float(scores.grad[0]) == pytest.approx(-float(scores.grad[1:].sum()))


def test_weights_have_limits_and_do_not_count_the_unknown():
    targets = torch.tensor([[1, 0, NAN, 1.0], [0, 0, 1, 1], [0, 0, 0, 1]])
    assert positive_weights(targets, limit=3).tolist() == pytest.approx([2, 3, 1, 1 / 3])


def test_presence_begins_with_letter_a():
    labels = torch.tensor([[0.0, 0.19, 0.2, 1.0, NAN]])
    torch.testing.assert_close(
        presence(labels), torch.tensor([[0.0, 0, 1, 1, NAN]]), equal_nan=True
    )
