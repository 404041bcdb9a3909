"""Which units move, how much, on which side, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from facs.synthesis.assets import Floats
from facs.synthesis.shapes import LEFT, RIGHT, SLIDERS, slider, still

Generator = np.random.Generator
Units = Mapping[str, float]

COMBINATIONS: Final[tuple[Units, ...]] = (
    {"6": 0.7, "12": 0.8, "25": 0.4},
    {"6": 0.8, "12": 0.9, "25": 0.8, "26": 0.4},
    {"12": 0.5},
    {"1": 0.8, "2": 0.8, "5": 0.6, "26": 0.6},
    {"1": 0.9, "2": 0.9, "5": 0.7, "27": 0.9},
    {"4": 0.8, "7": 0.6, "24": 0.6, "17": 0.5},
    {"4": 0.9, "7": 0.6, "23": 0.6, "24": 0.5},
    {"1": 0.7, "4": 0.5, "15": 0.7, "17": 0.6},
    {"9": 0.8, "10": 0.5, "4": 0.4, "17": 0.5},
    {"9": 0.9, "4": 0.6, "7": 0.5, "25": 0.4},
    {"1": 0.7, "2": 0.5, "4": 0.5, "5": 0.6, "20": 0.7, "25": 0.6},
    {"1": 0.6, "4": 0.5, "20": 0.8, "25": 0.5, "26": 0.3},
    {"14": 0.8},
    {"14": 0.6, "24": 0.5},
    {"17": 0.6, "24": 0.5},
    {"25": 0.5, "26": 0.5},
    {"25": 0.6},
    {"27": 0.9},
    {"43": 1.0},
    {"18": 0.7},
    {"4": 0.7, "17": 0.5},
    {"23": 0.8},
    {"28": 0.8},
    {"10": 0.7, "25": 0.4},
    {"4": 0.8},
    {"17": 0.8},
    {"7": 0.8},
    {"20": 0.8},
    {"15": 0.8},
    {"1": 0.8, "2": 0.8},
    {"1": 0.8},
    {"1": 0.7, "4": 0.7},
    {"43": 1.0, "6": 0.5, "12": 0.6},
    {"12": 0.7, "1": 0.6, "2": 0.6},
    {"22": 0.6, "25": 0.6},
    {"29": 0.8},
    {"34": 0.8},
    {"35": 0.8},
)
"""Units that faces really move together, with typical intensities."""

CONFUSABLE: Final = (
    ("6", "7"), ("12", "14"), ("23", "24"), ("25", "26"), ("1", "2"), ("15", "17"),
    ("20", "12"), ("4", "7"), ("4", "9"), ("10", "9"), ("26", "27"), ("18", "22"),
    ("12", "13"), ("10", "11"), ("16", "25"), ("5", "1"), ("43", "7"), ("43", "64"),
    ("20", "14"), ("15", "20"), ("24", "17"), ("28", "23"), ("29", "26"), ("13", "14"),
    ("11", "9"), ("35", "18"), ("34", "24"),
)  # fmt: skip
"""Pairs that look alike: shown one without the other, or both."""

EXCLUSIVE: Final = (
    ("61", "62"), ("63", "64"), ("30L", "30R"), ("26", "27"), ("34", "35"), ("5", "43"),
    ("28", "10"), ("28", "25"), ("24", "25"), ("23", "25"), ("18", "20"), ("24", "27"),
    ("28", "27"), ("24", "26"), ("23", "27"), ("22", "20"), ("22", "28"), ("18", "28"),
    ("12", "18"), ("22", "18"), ("23", "28"), ("22", "12"), ("16", "28"), ("23", "22"),
    ("24", "22"), ("34", "27"), ("35", "34"), ("17", "27"), ("23", "18"), ("24", "16"),
    ("19", "24"), ("19", "23"), ("19", "28"), ("19", "22"), ("19", "18"), ("19", "17"),
    ("19", "34"), ("19", "35"),
)  # fmt: skip
"""Pairs that one face cannot show, or that tear the mesh of the lips."""

ONE_SIDED: Final[tuple[Units, ...]] = (
    {"43": 1.0}, {"43": 1.0, "6": 0.6, "12": 0.4}, {"12": 0.8}, {"12": 0.6}, {"14": 0.8},
    {"14": 0.6}, {"1": 0.6, "2": 0.9}, {"2": 0.8}, {"10": 0.8}, {"15": 0.8}, {"20": 0.7},
    {"7": 0.8}, {"6": 0.8, "7": 0.4}, {"4": 0.8}, {"5": 0.8}, {"1": 0.8},
    {"1": 0.9}, {"4": 0.9}, {"4": 0.7, "7": 0.5}, {"5": 0.9, "2": 0.5}, {"10": 0.9},
    {"10": 0.7, "9": 0.4}, {"15": 0.9}, {"15": 0.7, "17": 0.4}, {"20": 0.9}, {"20": 0.7, "25": 0.4},
)  # fmt: skip
"""Expressions that people make with one half of the face."""

_SINGLES: Final = tuple(name for name in SLIDERS if name not in ("61", "62", "63", "64"))
_SINGLE_WEIGHT: Final = {
    "11": 3.2, "13": 3.3, "16": 4.2, "18": 3.1, "22": 3.6, "23": 3.0, "28": 4.0, "29": 3.2,
    "34": 3.0, "35": 3.0, "30L": 1.4, "30R": 1.4,
}  # fmt: skip
"""Of units in few combinations, which would be shown too seldom to be learned; 1 of all others."""
_SINGLE_SHARE: Final = np.array([_SINGLE_WEIGHT.get(name, 1.0) for name in _SINGLES])
_KINDS: Final = ("faint", "combination", "single", "pair", "one-sided", "tongue")
_KIND_SHARE: Final = (0.05, 0.34, 0.25, 0.17, 0.15, 0.04)
_SIDES: Final = ("1", "2", "4", "5", "6", "7", "10", "12", "14", "15", "20", "43")


def expression(rng: Generator, neutral: float = 0.14) -> Floats:
    """Draw the intensities of one expression at its height.

    A fifth of all faces is neutral or nearly; a fifth is one-sided; single units
    and pairs that are easily confused come more often than in life.

    Parameters
    ----------
    neutral : float, in [0, 1]
        Share of faces that do nothing at all.

    Returns
    -------
    ndarray, shape (sliders, 2), in [0, 1]
        The subject's own left, then her right.

    Examples
    --------
    >>> expression(np.random.default_rng(0)).shape == still().shape
    True
    """
    if rng.random() < neutral:
        return still()
    kind = rng.choice(_KINDS, p=_KIND_SHARE)
    if kind == "faint":
        return _both_sides({_single(rng): rng.uniform(0.05, 0.2) for _ in range(2)})
    if kind == "one-sided":
        return _one_sided(rng)
    if kind == "tongue":
        return _tongue(rng)
    if kind == "single":
        units = {_single(rng): _height(rng)}
    elif kind == "pair":
        units = _pair(rng)
    else:
        units = _combination(rng)
    return _perhaps_lopsided(_both_sides(_compatible(units, rng)), rng)


def with_gaze(intensities: Floats, gaze: tuple[float, float]) -> Floats:
    """Turn the eyes by `gaze` (to the subject's left, up), unless the expression turns them."""
    out: Floats = intensities.copy()
    for (positive, negative), value in zip((("61", "62"), ("63", "64")), gaze, strict=True):
        if not out[[slider(positive), slider(negative)]].any():
            out[slider(positive if value > 0 else negative)] = min(abs(value), 1.0)
    return out


def _single(rng: Generator) -> str:
    return str(rng.choice(_SINGLES, p=_SINGLE_SHARE / _SINGLE_SHARE.sum()))


def _height(rng: Generator) -> float:
    return float(np.clip(rng.beta(1.7, 1.2), 0.12, 1))


def _combination(rng: Generator) -> dict[str, float]:
    chosen = COMBINATIONS[rng.integers(len(COMBINATIONS))]
    scale = rng.uniform(0.4, 1.2)
    units = {
        name: float(np.clip(value * scale * rng.uniform(0.75, 1.25), 0.1, 1))
        for name, value in chosen.items()
        if rng.random() < 0.9
    }
    for _ in range(rng.poisson(0.6)):
        units[_single(rng)] = _height(rng)
    return units


def _pair(rng: Generator) -> dict[str, float]:
    a, b = CONFUSABLE[rng.integers(len(CONFUSABLE))]
    which = rng.integers(3)
    units = {a: _height(rng)} if which != 1 else {}
    if which != 0:
        units[b] = _height(rng)
    return units


def _compatible(units: dict[str, float], rng: Generator) -> dict[str, float]:
    """Drop one of each pair that excludes the other."""
    kept = dict(units)
    for a, b in EXCLUSIVE:
        if a in kept and b in kept:
            kept.pop(b if rng.random() < 0.5 else a)
    return kept


def _both_sides(units: Units) -> Floats:
    out = still()
    for name, value in units.items():
        out[slider(name)] = value
    return out


def _one_sided(rng: Generator) -> Floats:
    side = int(rng.integers(2))
    out = still()
    for name, value in ONE_SIDED[rng.integers(len(ONE_SIDED))].items():
        strong = value if name == "43" else float(np.clip(value * rng.uniform(0.5, 1.25), 0, 1))
        out[slider(name), side] = strong
        out[slider(name), 1 - side] = strong * max(0.0, rng.normal(0.0, 0.12))
    if rng.random() < 0.25:
        out[slider(_single(rng))] = _height(rng)
    return out


def _tongue(rng: Generator) -> Floats:
    """A tongue that shows in the middle or at a corner, with or without something else."""
    out = still()
    with_it: tuple[Units, ...] = (
        {},
        {"26": 0.5},
        {"27": 0.6},
        {"25": 0.5},
        {"12": 0.6},
        {"9": 0.7},
        {"43": 1.0},
    )
    for name, value in with_it[rng.integers(len(with_it))].items():
        out[slider(name)] = value * rng.uniform(0.4, 1.2)
    out[slider("19")] = rng.uniform(0.15, 1)
    if rng.random() < 0.4:  # the weaker half turns it away
        out[slider("19"), int(rng.integers(2))] *= rng.uniform(0, 0.7)
    return np.minimum(out, 1)


def _perhaps_lopsided(intensities: Floats, rng: Generator) -> Floats:
    """In one face of ten, one side moves clearly less."""
    if rng.random() > 0.10:
        return intensities
    side = LEFT if rng.random() < 0.5 else RIGHT
    out: Floats = intensities.copy()
    out[[slider(name) for name in _SIDES], side] *= rng.uniform(0.1, 0.7)
    return out


def smooth_step(x: Floats) -> Floats:
    """0 below 0, 1 above 1, smooth between."""
    x = np.clip(x, 0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)


def envelope(rng: Generator, frames: int, rate: float) -> Floats:
    """Draw onset, apex and offset of one unit over a clip, (frames,) in [0, 1].

    The clip is a short window of a longer course, so it may hold any part of it.
    """
    time = np.arange(frames, dtype=np.float32) / rate
    if rng.random() < 0.12:
        return np.ones(frames, np.float32)
    onset, hold, offset = rng.uniform(0.1, 0.5), rng.uniform(0.05, 0.9), rng.uniform(0.15, 0.7)
    start = rng.uniform(-(onset + hold + 0.4 * offset), time[-1] - min(0.15, time[-1] / 2))
    rise = smooth_step((time - start) / onset)
    fall = 1 - smooth_step((time - start - onset - hold) / offset)
    return np.asarray(rise * fall, np.float32)


def blink(rng: Generator, frames: int, rate: float) -> Floats:
    """Draw a natural blink somewhere in a clip, (frames,) in [0, 1]: 0.1 s down, 0.2 s up."""
    time = np.arange(frames, dtype=np.float32) / rate
    start = rng.uniform(-0.15, time[-1])
    closing, shut, opening = rng.uniform(0.06, 0.12), rng.uniform(0, 0.06), rng.uniform(0.12, 0.25)
    depth = 1.0 if rng.random() < 0.8 else rng.uniform(0.5, 1.0)
    down = smooth_step((time - start) / closing)
    up = 1 - smooth_step((time - start - closing - shut) / opening)
    return np.asarray(depth * down * up, np.float32)
