"""Losses over ordinal unit scores."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from facs.network.spec import LEVELS
from facs.training.weak_labels import POSSIBLE

__all__ = [
    "LOPSIDED",
    "MOVED",
    "OrdinalLoss",
    "change_loss",
    "emotion_loss",
    "on_the_stronger_side",
    "side_loss",
    "weak_loss",
]

TRACE = 0.08
"""Movement under which a unit is surely absent; between here and letter A nobody would agree."""

LOPSIDED = 0.3
"""Difference of the sides, of the full movement, from which anybody sees which one moved."""

MOVED = 0.15
"""Share of the full movement by which a unit must change over a window to rise or fall in it."""

TRACE_WEIGHT = 0.3
LETTER_WEIGHT = 0.4


class OrdinalLoss(nn.Module):
    """Cumulative logits: the score decides letter A, learned steps above it decide B to E.

    ``P(at least letter k) = sigmoid(score - step_k)``, ``0 = step_A <= ... <= step_E``
    (McCullagh, 1980), binary cross-entropy for each letter, rare units weighted up.

    Parameters
    ----------
    rate : Tensor, shape (columns,)
        How often each column is present in the training data.
    """

    levels: Tensor
    weight: Tensor

    def __init__(self, rate: Tensor) -> None:
        super().__init__()
        self.rise = nn.Parameter(torch.full((len(rate), len(LEVELS) - 1), 0.5))
        self.register_buffer("levels", torch.tensor(LEVELS))
        self.register_buffer("weight", ((1 - rate) / rate.clamp_min(0.01)).sqrt().clamp(1, 4))

    def steps(self) -> Tensor:
        """Steps (columns, 5) of the letters, the first of them 0."""
        rise = functional.softplus(self.rise)
        return torch.cat([torch.zeros_like(rise[:, :1]), rise.cumsum(1)], 1)

    def forward(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Mean loss of scores (B, columns) against intensities (B, columns) in [0, 1].

        NaN labels are unknown and cost nothing.
        """
        known = ~torch.isnan(labels)
        target = (labels[:, :, None] >= self.levels).to(scores.dtype)  # (B, columns, 5)
        loss = functional.binary_cross_entropy_with_logits(
            scores[:, :, None] - self.steps(),
            target,
            pos_weight=self.weight[:, None],
            reduction="none",
        )
        unclear = (labels > TRACE) & (labels < self.levels[0])
        weight = torch.where(unclear, TRACE_WEIGHT, 1.0) * known
        presence = loss[:, :, 0] * weight
        letters = loss[:, :, 1:].mean(2) * known
        seen = known.sum().clamp_min(1)
        return (presence.sum() + LETTER_WEIGHT * letters.sum()) / seen


def weak_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy where a weak label (B, columns) is known; NaN is unknown.

    Within a column those who show the unit weigh together as much as those who do not.
    """
    known = ~torch.isnan(targets)
    if not bool(known.any()):
        return scores.sum() * 0
    shown = known & (targets > POSSIBLE)
    hidden = known & ~shown
    balance = hidden.sum(0) / shown.sum(0).clamp_min(1)
    weight = torch.where(shown, balance.clamp(0.2, 5.0), 1.0)
    return functional.binary_cross_entropy_with_logits(
        scores[known], targets[known], weight=weight[known]
    )


def on_the_stronger_side(
    scores: Tensor, targets: Tensor, left: list[int], right: list[int]
) -> Tensor:
    """Targets (B, columns) in which a unit that is shown is unknown on the side that scores less.

    Who says that a face shows a unit need not say on which side; where it is often one side only,
    as a dimple is, the same target for both would teach that it never is.

    Parameters
    ----------
    scores, targets : Tensor, shape (B, columns)
    left, right : list of int
        The columns of each pair.
    """
    loose = targets.clone()
    for one, other in zip(left, right, strict=True):
        shown = (targets[:, one] > POSSIBLE) & (targets[:, other] > POSSIBLE)
        ahead = scores[:, one] > scores[:, other]
        loose[shown & ~ahead, one] = torch.nan
        loose[shown & ahead, other] = torch.nan
    return loose


def side_loss(scores: Tensor, labels: Tensor, left: list[int], right: list[int]) -> Tensor:
    """Cross-entropy of the side that moved more, where one clearly did.

    Presence on both sides is learned long before the difference, which every other loss lets
    drown in the noise of faces that move alike on both sides.

    Parameters
    ----------
    scores, labels : Tensor, shape (B, columns)
    left, right : list of int
        The columns of each pair.
    """
    ahead = labels[:, left] - labels[:, right]
    clear = ahead.abs() > LOPSIDED  # False where one side is not known
    if not bool(clear.any()):
        return scores.sum() * 0
    score = scores[:, left] - scores[:, right]
    return functional.binary_cross_entropy_with_logits(score[clear], (ahead[clear] > 0).float())


def change_loss(logits: Tensor, changes: Tensor) -> Tensor:
    """Cross-entropy of what rises, then of what falls: logits (B, 2 * columns).

    Parameters
    ----------
    logits : Tensor, shape (B, 2 * columns)
    changes : Tensor, shape (B, columns)
        In [-1, 1], of the full movement; NaN is unknown and costs nothing.

    Examples
    --------
    >>> sure = torch.tensor([[9.0, -9.0, -9.0, 9.0]])
    >>> bool(change_loss(sure, torch.tensor([[0.5, -0.5]])) < 0.01)
    True
    """
    known = ~changes.isnan().repeat(1, 2)
    happens = torch.cat([changes > MOVED, changes < -MOVED], 1)
    if not bool(known.any()):
        return logits.sum() * 0
    return functional.binary_cross_entropy_with_logits(logits[known], happens[known].float())


def emotion_loss(logits: Tensor, votes: Tensor) -> Tensor:
    """Cross-entropy of emotion logits (B, 8) against shares of votes (B, 8)."""
    return -(votes * functional.log_softmax(logits, 1)).sum(1).mean()
