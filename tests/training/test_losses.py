from __future__ import annotations

import numpy as np
import pytest
import torch

from facs.network.spec import LEVELS
from facs.training.losses import (
    OrdinalLoss,
    emotion_loss,
    on_the_stronger_side,
    side_loss,
    weak_loss,
)
from facs.training.real_faces import EMOTIONS
from facs.training.weak_labels import NOT_SHOWN, POSSIBLE, mouth_targets, weak_targets

HALF = torch.full((2,), 0.5)


def test_steps_begin_at_zero_and_increase():
    loss = OrdinalLoss(HALF)
    with torch.no_grad():
        loss.rise.normal_(0, 3)
    steps = loss.steps()
    assert steps.shape == (2, 5)
    assert (steps[:, 0] == 0).all()
    assert (steps.diff(dim=1) > 0).all()


def test_the_right_score_costs_less_than_the_wrong_one():
    loss = OrdinalLoss(HALF)
    labels = torch.tensor([[0.0, 1.0]])
    right, undecided, wrong = (
        float(loss(torch.tensor([pair]), labels).detach())
        for pair in ([-6.0, 9.0], [0.0, 0.0], [9.0, -6.0])
    )
    assert right < undecided < wrong
    assert right < 0.1


def test_a_middle_letter_wants_a_middle_score():
    loss = OrdinalLoss(torch.tensor([0.5]))
    label = torch.tensor([[(LEVELS[1] + LEVELS[2]) / 2]])  # at least B, not yet C
    costs = {
        score: float(loss(torch.tensor([[score]]), label).detach()) for score in (-4.0, 1.5, 9.0)
    }
    assert costs[1.5] < min(costs[-4.0], costs[9.0])


def test_presence_alone_has_a_known_cost():
    loss = OrdinalLoss(torch.tensor([0.5]))
    with torch.no_grad():
        loss.rise.fill_(60.0)  # letters above A are out of reach and cost nothing
    cost = float(loss(torch.zeros(1, 1), torch.zeros(1, 1)).detach())
    assert cost == pytest.approx(np.log(2), rel=1e-4)


def test_an_unknown_label_costs_nothing_and_moves_nothing():
    loss = OrdinalLoss(HALF)
    scores = torch.tensor([[1.0, 2.0]], requires_grad=True)
    half_known = loss(scores, torch.tensor([[0.6, float("nan")]]))
    half_known.backward()
    assert float(scores.grad[0, 0]) != 0 and float(scores.grad[0, 1]) == 0
    alone = OrdinalLoss(HALF[:1])(torch.tensor([[1.0]]), torch.tensor([[0.6]]))
    assert float(half_known.detach()) == pytest.approx(float(alone.detach()))


def test_a_trace_between_absent_and_a_counts_less():
    loss = OrdinalLoss(torch.tensor([0.5]))
    with torch.no_grad():
        loss.rise.fill_(60.0)
    score = torch.full((1, 1), 2.0)
    absent, trace = (float(loss(score, torch.tensor([[level]])).detach()) for level in (0.0, 0.15))
    assert trace == pytest.approx(0.3 * absent, rel=1e-4)


def test_rare_units_weigh_more_but_not_without_limit():
    weight = OrdinalLoss(torch.tensor([0.0, 0.05, 0.5, 0.9])).weight
    np.testing.assert_allclose(weight, [4, 4, 1, 1], rtol=1e-5)
    assert float(OrdinalLoss(torch.tensor([0.2])).weight[0]) == pytest.approx(2.0)


def test_unknown_weak_labels_cost_nothing():
    scores = torch.zeros(2, 2, requires_grad=True)
    nothing = torch.full((2, 2), float("nan"))
    cost = weak_loss(scores, nothing)
    cost.backward()
    assert float(cost.detach()) == 0 and float(scores.grad.abs().sum()) == 0


def test_known_weak_labels_cost_what_cross_entropy_says():
    targets = torch.tensor([[0.9, float("nan")], [0.1, float("nan")]])
    cost = float(weak_loss(torch.zeros(2, 2), targets))
    assert cost == pytest.approx(np.log(2), rel=1e-5)


def test_the_few_who_show_a_unit_weigh_as_much_as_the_many_who_do_not():
    targets = torch.tensor([[1.0], [0.0], [0.0], [0.0]])
    scores = torch.zeros(4, 1, requires_grad=True)
    weak_loss(scores, targets).backward()
    assert float(scores.grad[0]) == pytest.approx(-float(scores.grad[1:].sum()), rel=1e-5)


def test_emotions_cost_what_cross_entropy_says():
    votes = torch.zeros(1, 8)
    votes[0, 2] = 1
    assert float(emotion_loss(torch.zeros(1, 8), votes)) == pytest.approx(np.log(8), rel=1e-5)
    sure = torch.zeros(1, 8)
    sure[0, 2] = 30
    assert float(emotion_loss(sure, votes)) == pytest.approx(0, abs=1e-5)


def votes_for(emotion, share=1.0):
    votes = np.full((1, 8), (1 - share) / 7, np.float32)
    votes[0, EMOTIONS.index(emotion)] = share
    return votes


@pytest.mark.parametrize(
    ("emotion", "shown", "absent"),
    [
        ("happiness", ["AU12"], ["AU4"]),
        ("surprise", ["AU1", "AU2"], ["AU12"]),
        ("anger", ["AU4"], ["AU1", "AU12"]),
        ("sadness", [], ["AU12"]),
        ("neutral", [], ["AU4", "AU12"]),
        ("fear", [], []),
    ],
)
def test_agreed_emotions_say_what_nobody_disputes(emotion, shown, absent):
    units = ("AU1", "AU2", "AU4", "AU6", "AU12", "AU15")
    targets = weak_targets(votes_for(emotion), tuple(f"{u}_left" for u in units))[0]
    known = dict(zip(units, targets, strict=True))
    assert all(known[u] > 0.5 for u in shown)
    assert all(known[u] < 0.5 for u in absent)
    assert np.isnan(known["AU6"])


def test_every_unit_that_is_ever_absent_may_be_there_with_some_emotion():
    numbers = sorted({n for units in NOT_SHOWN.values() for n in units})
    every = np.concatenate([votes_for(emotion) for emotion in EMOTIONS])
    targets = weak_targets(every, tuple(f"AU{n}" for n in numbers))
    assert (np.nanmax(targets, 0) > POSSIBLE).all()


def test_what_voters_do_not_agree_on_stays_unknown():
    assert np.isnan(weak_targets(votes_for("happiness", 0.75), ("AU12_left", "AU4_left"))).all()


def test_both_sides_are_meant():
    targets = weak_targets(votes_for("surprise"), ("AU2_left", "AU2_right", "AU61"))[0]
    assert targets[0] == targets[1] > 0.5
    assert np.isnan(targets[2])


def test_no_unit_is_only_ever_absent_on_real_faces():
    columns = ("AU9", "AU43_left", "AU28", "AU4_left", "AU12_left", "AU1_left")
    every = np.concatenate([votes_for(emotion) for emotion in EMOTIONS])
    targets = weak_targets(every, columns)
    absent, shown = (targets < POSSIBLE).any(0), (targets > POSSIBLE).any(0)
    assert absent.sum() == 4 and (shown | ~absent).all()
    assert np.isnan(targets[:, 1]).all()  # nobody votes on shut eyes


def test_the_side_that_moved_more_wants_the_higher_score():
    labels = torch.tensor([[0.8, 0.1], [0.1, 0.8]])
    right = torch.tensor([[2.0, -2.0], [-2.0, 2.0]])
    assert side_loss(right, labels, [0], [1]) < 0.1 < side_loss(-right, labels, [0], [1])


@pytest.mark.parametrize("labels", [[0.8, 0.8], [0.8, float("nan")]])
def test_sides_alike_or_unknown_cost_nothing(labels):
    scores = torch.tensor([[2.0, -2.0]], requires_grad=True)
    loss = side_loss(scores, torch.tensor([labels]), [0], [1])
    loss.backward()
    assert loss.item() == 0 and not scores.grad.any()


def test_lips_that_meet_in_a_calm_face_show_nothing_and_lips_far_apart_say_that_they_part() -> None:
    columns = ("AU12_left", "AU25", "AU26", "AU27")
    calm, happy = votes_for("neutral")[0], votes_for("happiness")[0]
    gaps = np.array([0.0, 0.0, 0.7], np.float32)
    targets = mouth_targets(gaps, np.stack([calm, happy, happy]), columns)
    assert np.isnan(targets[:, 0]).all() and np.isnan(targets[1, 1])
    assert (targets[0, 1:] < 0.1).all() and (targets[1, 2:] < 0.1).all()
    assert targets[2, 1] > 0.5 and np.isnan(targets[2, 2:]).all()


def test_lips_far_apart_say_that_a_jaw_dropped_unless_voters_see_laughter() -> None:
    columns = ("AU26", "AU27")
    calm, happy = votes_for("neutral")[0], votes_for("happiness")[0]
    gaps = np.array([1.0, 1.5, 1.5], np.float32)
    targets = mouth_targets(gaps, np.stack([calm, calm, happy]), columns)
    assert (targets[:2, 0] > 0.5).all() and np.isnan(targets[0, 1]) and targets[1, 1] > 0.5
    assert np.isnan(targets[2]).all()


def test_a_gap_that_the_network_missed_does_not_deny_the_jaw_of_a_surprised_face() -> None:
    surprised = votes_for("surprise")
    assert np.isnan(mouth_targets(np.zeros(1, np.float32), surprised, ("AU26", "AU27"))).all()


def test_a_unit_that_is_shown_is_asked_of_the_side_that_scores_more_only() -> None:
    nan = float("nan")
    scores = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    targets = torch.tensor([[0.9, 0.9, 0.9], [0.7, 0.7, nan], [0.06, 0.06, 0.9], [nan, nan, nan]])
    loose = on_the_stronger_side(scores, targets, [0], [1])
    wanted = torch.tensor([[0.9, nan, 0.9], [nan, 0.7, nan], [0.06, 0.06, 0.9], [nan, nan, nan]])
    assert torch.equal(loose.nan_to_num(-1), wanted.nan_to_num(-1))
    assert not targets[0].isnan().any()
    one_sided = torch.tensor([[0.9, 0.06, nan]])
    assert torch.equal(
        on_the_stronger_side(scores[:1], one_sided, [0], [1])[0, :2], one_sided[0, :2]
    )
