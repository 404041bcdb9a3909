"""Her own rest taken out of a model: per column, in logits, in the calibration that files carry.

Only as far as it is called a movement. To bring every unit down to a low level, as a baseline
does (`facs.meaning.baseline`), calls less at rest but costs movements where another day's rest
is another one; `benchmarks/adapted.py` measures both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.adapting.footage import Footage
from facs.meaning.baseline import Baseline
from facs.meaning.rest import find_baseline
from facs.network.spec import Calibration, ModelSpec
from facs.odds import logit
from facs.units import SIDED

__all__ = ["BELOW", "CUT", "FilmScores", "rest_of", "shifted"]

Floats = NDArray[np.float32]
FilmScores = Sequence["Floats | None"]
"""Of each film other scores of the spatial stream, or None for those that it has."""

BELOW: Final = 0.5
"""Logits below its threshold to which a unit is brought down that scores higher at her rest."""

CUT: Final = 1e-6
"""Distance from 0 and 1 within which probabilities are no longer told apart, in logits."""


def shifted(spec: ModelSpec, films: Sequence[Footage], scores: FilmScores) -> ModelSpec:
    """Bring her rest down to `BELOW` its threshold where it scores higher; thresholds stay.

    The cuts of a column rise by what its rest is too high, so intensity falls with presence;
    both sides of a unit by the mean of both, so that the stronger side stays the stronger one.
    Nothing is ever raised. Only pieces that are not held out are looked at.

    Raises
    ------
    InputError
        If too little of a calm face was seen.
    """
    still = rest_of(spec, films, scores, motion=False)
    both = rest_of(spec, films, scores, motion=True)
    return replace(
        spec,
        spatial=_raised(spec.spatial, _too_high(spec, still)),
        fused=_raised(spec.fused, _too_high(spec, both)),
    )


def _too_high(spec: ModelSpec, rest: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how many logits the rest of each column (C,) is too high, >= 0."""
    sides = [2 if unit in SIDED else 1 for unit in spec.units]
    on = np.repeat(np.array(spec.on), sides)
    high = np.maximum(logit(rest, CUT) - (logit(on, CUT) - BELOW), 0)
    starts = np.cumsum([0, *sides[:-1]])
    return np.asarray(np.repeat(np.add.reduceat(high, starts) / np.array(sides), sides))


def rest_of(
    spec: ModelSpec, films: Sequence[Footage], scores: FilmScores, *, motion: bool
) -> NDArray[np.float64]:
    """Probability of each column (C,) at her rest."""
    learned = [
        film.scored(spec, raw, motion=motion).frames(~film.held_out)
        for film, raw in zip(films, scores, strict=True)
    ]
    return _columns(find_baseline(*learned), spec)


def _columns(rest: Baseline, spec: ModelSpec) -> NDArray[np.float64]:
    values: list[float] = []
    for i, unit in enumerate(spec.units):
        if unit in SIDED:
            at = spec.sided.index(unit)
            values += [float(rest.left[at]), float(rest.right[at])]
        else:
            values.append(float(rest.probability[i]))
    return np.array(values)


def _raised(calibration: Calibration, by: NDArray[np.float64]) -> Calibration:
    rows = zip(calibration.cuts, by.tolist(), strict=True)
    cuts = tuple(tuple(cut + more for cut in row) for row, more in rows)
    return Calibration(calibration.slope, cuts)
