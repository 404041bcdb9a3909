"""Calibration, fusion weights and thresholds, from a validation set of people not trained on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from facs.evaluation.metrics import best_threshold
from facs.network.spec import LEVELS, Calibration

__all__ = ["fit_calibration", "fit_fusion", "fit_thresholds"]

Floats = NDArray[np.float32]

SHRINK = 1e-3
"""Pull of the parameters towards their start; it decides only where a letter never occurs."""


def fit_calibration(scores: Floats, labels: Floats) -> Calibration:
    """Platt scaling with one slope and five cuts per column (Platt, 1999), by L-BFGS.

    Parameters
    ----------
    scores, labels : arrays, shape (n, columns)
        Raw scores; intensities in [0, 1].
    """
    z = torch.from_numpy(scores)
    target = torch.from_numpy(labels)[:, :, None] >= torch.tensor(LEVELS)  # (n, columns, 5)
    truth = target.float()
    columns = scores.shape[1]
    log_slope = torch.zeros(columns, requires_grad=True)
    first = torch.zeros(columns, requires_grad=True)
    rise = torch.full((columns, len(LEVELS) - 1), 0.5, requires_grad=True)

    def cuts() -> Tensor:
        steps = functional.softplus(rise).cumsum(1)
        return torch.cat([first[:, None], first[:, None] + steps], 1)

    def loss() -> Tensor:
        logits = (z * log_slope.exp())[:, :, None] - cuts()
        fit = functional.binary_cross_entropy_with_logits(logits, truth)
        pull = SHRINK / columns * ((rise - 0.5) ** 2).sum() + SHRINK * (log_slope**2).mean()
        total: Tensor = fit + pull
        return total

    _minimise([log_slope, first, rise], loss)
    slope = log_slope.detach().exp().numpy()
    return Calibration(
        tuple(float(s) for s in slope),
        tuple(tuple(float(c) for c in row) for row in cuts().detach().numpy()),
    )


def fit_fusion(spatial: Floats, temporal: Floats, labels: Floats) -> tuple[float, ...]:
    """Weight of the temporal score per column, in [0, 0.9], by logistic regression on both."""
    s, t = torch.from_numpy(spatial), torch.from_numpy(temporal)
    truth = torch.from_numpy((labels >= LEVELS[0]).astype(np.float32))
    weights = torch.zeros(2, spatial.shape[1], requires_grad=True)  # logs: both stay positive
    bias = torch.zeros(spatial.shape[1], requires_grad=True)

    def loss() -> Tensor:
        logits = s * weights[0].exp() + t * weights[1].exp() + bias
        return (
            functional.binary_cross_entropy_with_logits(logits, truth)
            + SHRINK * (weights**2).mean()
        )

    _minimise([weights, bias], loss)
    a, b = weights.detach().exp().numpy()
    return tuple(float(w) for w in np.clip(b / (a + b), 0, 0.9))


def fit_thresholds(probability: Floats, present: NDArray[np.bool_]) -> tuple[float, ...]:
    """The probability of best F1 per unit, smoothed; arrays of shape (n, units)."""
    return tuple(
        best_threshold(probability[:, u], present[:, u]) for u in range(probability.shape[1])
    )


def _minimise(parameters: list[Tensor], loss: Callable[[], Tensor]) -> None:
    optimiser = torch.optim.LBFGS(parameters, max_iter=80, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]
