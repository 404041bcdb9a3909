"""Losses over sets of labels, to be compared: BCE, class-weighted, asymmetric, BP-MLL.

Scores are logits (B, labels); targets (B, labels) are 1 for shown, 0 for not shown and NaN
for unknown. What is unknown costs nothing and moves nothing. Every loss is a mean over what
is known, so that one learning rate suits them all.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from facs.network.spec import LEVELS

__all__ = ["asymmetric", "binary", "bp_mll", "positive_weights", "presence"]


def presence(labels: Tensor) -> Tensor:
    """Targets of presence from intensities in [0, 1]: letter A and above count as shown.

    Examples
    --------
    >>> presence(torch.tensor([0.1, 0.2, 0.9, float("nan")]))
    tensor([0., 1., 1., nan])
    """
    shown = (labels >= LEVELS[0]).to(labels.dtype)
    return torch.where(torch.isnan(labels), labels, shown)


def positive_weights(targets: Tensor, limit: float = 10.0) -> Tensor:
    """How much a shown label must weigh for its class to weigh as much as the other one.

    Parameters
    ----------
    targets : Tensor, shape (n, labels)
        Of the training data; 0, 1 or NaN.
    limit : float
        Weights stay in ``[1 / limit, limit]``: a label that is shown twice would otherwise
        rule every batch that it is in. A label that is never shown has the upper limit.

    Returns
    -------
    Tensor, shape (labels,)

    Examples
    --------
    >>> positive_weights(torch.tensor([[1.0, 1.0], [0.0, 1.0], [0.0, float("nan")]]))
    tensor([2.0000, 0.1000])
    """
    shown = (targets == 1).sum(0)
    hidden = (targets == 0).sum(0)
    return (hidden / shown.clamp_min(1e-6)).clamp(1 / limit, limit)


def binary(scores: Tensor, targets: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean binary cross-entropy, as arXiv:1312.5419 advises; class-weighted with `weight`.

    Parameters
    ----------
    weight : Tensor, shape (labels,), optional
        What a shown label weighs (`positive_weights`); 1 if left out.
    """
    known = ~torch.isnan(targets)
    loss = functional.binary_cross_entropy_with_logits(
        scores, targets.nan_to_num(0.0), pos_weight=weight, reduction="none"
    )
    return _mean(loss, known)


def asymmetric(
    scores: Tensor,
    targets: Tensor,
    *,
    focus_shown: float = 0.0,
    focus_hidden: float = 4.0,
    margin: float = 0.05,
) -> Tensor:
    """Asymmetric loss: easy labels that are not shown fade out (Ridnik et al., ICCV 2021).

    With ``p = sigmoid(score)`` a shown label costs ``-(1 - p) ** focus_shown * log(p)``, another
    one ``-q ** focus_hidden * log(1 - q)``, where ``q = max(p - margin, 0)``.

    Parameters
    ----------
    focus_shown, focus_hidden : float, 0 or >= 1
        Exponents (gamma plus and minus of the paper, with its values of section 4).
    margin : float, in [0, 1)
        Probability under which a label that is not shown costs nothing at all.

    Notes
    -----
    With both exponents and the margin 0 this is `binary`.
    """
    known = ~torch.isnan(targets)
    shown = targets.nan_to_num(0.0) > 0.5
    p = torch.sigmoid(scores)
    cost_shown = -((1 - p) ** focus_shown) * functional.logsigmoid(scores)
    cost_hidden = -((p - margin).clamp_min(0) ** focus_hidden) * _log_above(scores, margin)
    return _mean(torch.where(shown, cost_shown, cost_hidden), known)


def _log_above(scores: Tensor, margin: float) -> Tensor:
    """``log(1 - max(sigmoid(score) - margin, 0))``, finite for every finite score."""
    if margin == 0:
        return functional.logsigmoid(-scores)
    return (torch.sigmoid(-scores) + margin).clamp_max(1).log()


def bp_mll(scores: Tensor, targets: Tensor) -> Tensor:
    """BP-MLL: shown labels must score above those that are not (Zhang and Zhou, TKDE 2006).

    A sample costs the mean of ``exp(c_l - c_k)`` over pairs of a shown label k and another one
    l (their equation 3). The outputs are ``c = tanh(score / 2)``, in (-1, 1) as published, so
    that the sigmoid of a score remains its probability. The mean over pairs is the product of
    two means, and is computed as the sum of their logarithms.

    Notes
    -----
    A sample of which all known labels are shown, or none, has no pair: the paper leaves it
    undefined. Here an output of 0 stands on the empty side (the calibration label of
    Fuernkranz et al., 2008), so that a face at rest teaches too: it costs the mean of
    ``exp(c_l)``, a face of which everything is shown that of ``exp(-c_k)``. A sample of
    which nothing is known is left out of the mean over samples.
    """
    known = ~torch.isnan(targets)
    shown = targets.nan_to_num(0.0) > 0.5
    c = torch.tanh(scores / 2)
    cost = (_log_mean_exp(-c, known & shown) + _log_mean_exp(c, known & ~shown)).exp()  # (B,)
    return _mean(cost, known.any(1))


def _log_mean_exp(values: Tensor, chosen: Tensor) -> Tensor:
    """Logarithm (B,) of the mean of ``exp(values)`` over the chosen; 0 where none is chosen."""
    count = chosen.sum(1)
    # a finite floor: the gradient of a logsumexp over nothing but -inf is not a number
    total = torch.where(chosen, values, -1e4).logsumexp(1)
    return torch.where(count > 0, total - count.clamp_min(1).log(), 0.0)


def _mean(loss: Tensor, known: Tensor) -> Tensor:
    """Mean over what is known; 0, with a gradient of 0, where nothing is."""
    return torch.where(known, loss, 0.0).sum() / known.sum().clamp_min(1)
