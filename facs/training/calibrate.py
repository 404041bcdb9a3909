"""Calibration, fusion weights and thresholds, from a validation set of people not trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from facs.evaluation.metrics import THRESHOLDS, best_threshold, smoothed_f1
from facs.network.spec import LEVELS, Calibration

__all__ = ["fit_calibration", "fit_fusion", "fit_thresholds"]

Floats = NDArray[np.float32]

SHRINK = 1e-3
"""Pull of the parameters towards their start; it decides only where a letter never occurs."""

REAL_WEIGHT = 1 / len(LEVELS)
"""Real faces tell of one letter: together they count as much as the rendered ones do for that."""

FEWEST = 10
"""Real faces with a unit, and without it, under which they do not choose its threshold."""


def fit_calibration(
    scores: Floats,
    labels: Floats,
    twins: Sequence[int] | None = None,
    real: tuple[Floats, Floats] | None = None,
) -> Calibration:
    """Platt scaling with one slope and five cuts per column (Platt, 1999), by L-BFGS.

    Parameters
    ----------
    scores, labels : arrays, shape (n, columns)
        Raw scores; intensities in [0, 1], NaN where unknown.
    twins : sequence of int, optional
        Which column each becomes in the mirror. Twins are fitted as one, or a mirrored face
        would get other probabilities than the face.
    real : pair of arrays, shape (m, columns), optional
        Scores of real faces, and presence: 1, 0, or NaN where unknown.
    """
    z = torch.from_numpy(scores)
    known = _known(labels)[:, :, None]
    target = torch.from_numpy(labels)[:, :, None] >= torch.tensor(LEVELS)  # (n, columns, 5)
    truth = target.float()
    columns = scores.shape[1]
    log_slope = torch.zeros(columns, requires_grad=True)
    first = torch.zeros(columns, requires_grad=True)
    rise = torch.full((columns, len(LEVELS) - 1), 0.5, requires_grad=True)

    one = _one_of_both(columns, twins)

    def cuts() -> Tensor:
        steps = functional.softplus(rise[one]).cumsum(1)
        return torch.cat([first[one, None], first[one, None] + steps], 1)

    def loss() -> Tensor:
        logits = (z * log_slope[one].exp())[:, :, None] - cuts()
        fit = functional.binary_cross_entropy_with_logits(logits, truth, weight=known)
        pull = SHRINK / columns * ((rise - 0.5) ** 2).sum() + SHRINK * (log_slope**2).mean()
        total: Tensor = fit + pull
        if real is not None:
            seen = torch.from_numpy(real[0]) * log_slope[one].exp() - cuts()[:, 0]
            total = total + REAL_WEIGHT * functional.binary_cross_entropy_with_logits(
                seen, torch.from_numpy(real[1]).nan_to_num(), weight=_known(real[1])
            )
        return total

    _minimise([log_slope, first, rise], loss)
    slope = log_slope[one].detach().exp().numpy()
    return Calibration(
        tuple(float(s) for s in slope),
        tuple(tuple(float(c) for c in row) for row in cuts().detach().numpy()),
    )


def fit_fusion(
    spatial: Floats, temporal: Floats, labels: Floats, twins: Sequence[int] | None = None
) -> tuple[float, ...]:
    """Weight of the temporal score per column, in [0, 0.9], by logistic regression on both.

    `twins` are fitted as one (see `fit_calibration`).
    """
    s, t, known = torch.from_numpy(spatial), torch.from_numpy(temporal), _known(labels)
    truth = torch.from_numpy((labels >= LEVELS[0]).astype(np.float32))
    columns = spatial.shape[1]
    weights = torch.zeros(2, columns, requires_grad=True)  # logs: both stay positive
    bias = torch.zeros(columns, requires_grad=True)
    one = _one_of_both(columns, twins)

    def loss() -> Tensor:
        logits = s * weights[0, one].exp() + t * weights[1, one].exp() + bias[one]
        return (
            functional.binary_cross_entropy_with_logits(logits, truth, weight=known)
            + SHRINK * (weights**2).mean()
        )

    _minimise([weights, bias], loss)
    a, b = weights[:, one].detach().exp().numpy()
    return tuple(float(w) for w in np.clip(b / (a + b), 0, 0.9))


def fit_thresholds(
    probability: Floats,
    labels: Floats,
    real: tuple[Floats, Floats] | None = None,
    looks: int = 1,
) -> tuple[float, ...]:
    """The probability of best F1 per unit, smoothed; arrays of shape (n, units), NaN is unknown.

    Parameters
    ----------
    real : pair of arrays, shape (m, units), optional
        Probability and presence of real faces. Where enough show a unit, the threshold is the one
        at which both F1, each as a share of its best, are largest together.
    looks : int
        In how many rows of these each real face is: faces must be enough, not looks at them.
    """
    thresholds = []
    for unit, (p, y) in enumerate(zip(probability.T, labels.T, strict=True)):
        known = ~np.isnan(y)
        rendered = p[known], y[known] >= LEVELS[0]
        q, z = (real[0][:, unit], real[1][:, unit]) if real is not None else (p[:0], y[:0])
        if rendered[1].any() and min((z == 1).sum(), (z == 0).sum()) >= FEWEST * looks:
            both = _share_of_best(*rendered) + _share_of_best(q[~np.isnan(z)], z[~np.isnan(z)] == 1)
            thresholds.append(float(THRESHOLDS[int(np.argmax(both))]))
        else:
            thresholds.append(best_threshold(*rendered))
    return tuple(thresholds)


def _share_of_best(score: Floats, truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Smoothed F1 at every threshold, as a share of the largest."""
    curve = smoothed_f1(score, truth)
    return np.asarray(curve / max(curve.max(), 1e-9), np.float64)


def _one_of_both(columns: int, twins: Sequence[int] | None) -> Tensor:
    """For each column the one whose parameters it uses: itself, or the first of the twins."""
    own = torch.arange(columns)
    return own if twins is None else torch.minimum(own, torch.tensor(twins))


def _known(labels: Floats) -> Tensor:
    """Weights of mean 1: 0 where a label is NaN, alike everywhere else."""
    known = (~torch.isnan(torch.from_numpy(labels))).float()
    return known / known.mean().clamp_min(1e-6)


def _minimise(parameters: list[Tensor], loss: Callable[[], Tensor]) -> None:
    """By L-BFGS; where so few faces are known that it runs off, its best step stands."""
    optimiser = torch.optim.LBFGS(parameters, max_iter=80, line_search_fn="strong_wolfe")
    least, best = torch.inf, [p.detach().clone() for p in parameters]

    def closure() -> Tensor:
        nonlocal least, best
        optimiser.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        if value.item() < least:
            least, best = value.item(), [p.detach().clone() for p in parameters]
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    if not all(bool(p.isfinite().all()) for p in parameters):
        with torch.no_grad():
            for parameter, kept in zip(parameters, best, strict=True):
                parameter.copy_(kept)
