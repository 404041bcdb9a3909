"""Single locks of hair: loose ones over the brow, fringes, and the soft edge of the hairline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Floats
from facs.synthesis.covers import Cover, Piece, Workshop
from facs.synthesis.meshes import Mesh, merged, sheet, through

Generator = np.random.Generator
Numbers = npt.NDArray[np.float64]

STRANDS_SHARE: Final = 0.03
"""Share of people with loose hair over the brow."""
FRINGE_SHARE: Final = 0.15
"""Share of people with hair whose fringe ends above the brows."""


@dataclass(frozen=True)
class _Cut:
    """How locks fall: how many, around which x and how wide, down to which y, swept how far."""

    count: int
    middle: float
    wide: float
    end: float
    ragged: float
    sweep: float
    thick: tuple[float, float]
    lift: tuple[float, float]
    astray: float = 0.5
    opacity: float = 0.95


def draw_strands(workshop: Workshop, hair: Floats, rng: Generator) -> Cover:
    """Loose hair that falls from the hairline over the brow, now and then over an eye."""
    few = rng.random() < 0.5
    cut = _Cut(
        count=int(rng.integers(5, 14) if few else rng.integers(28, 60)),
        middle=float(rng.uniform(-3.5, 3.5) * (1.0 if few else 0.4)),
        wide=float(rng.uniform(1.0, 3.0) if few else rng.uniform(3.5, 5.5)),
        end=float(rng.uniform(2.6, 6.4)),
        ragged=0.7,
        sweep=float(rng.normal(0, 2.5)),
        thick=(0.10, 0.32),
        lift=(0.15, 0.5),
    )
    return Cover("strands", (_fallen(workshop, cut, hair, rng),))


def draw_fringe(workshop: Workshop, hair: Floats, rng: Generator) -> Cover:
    """A fringe that leaves the brows free."""
    cut = _Cut(
        count=int(rng.integers(35, 65)),
        middle=float(rng.normal(0, 0.8)),
        wide=float(rng.uniform(4.0, 5.5)),
        end=float(rng.uniform(6.6, 8.2)),
        ragged=float(rng.uniform(0.15, 0.7)),
        sweep=float(rng.normal(0, 1.5)),
        thick=(0.12, 0.34),
        lift=(0.15, 0.45),
    )
    return Cover("fringe", (_fallen(workshop, cut, hair, rng),))


def draw_hairline(workshop: Workshop, hair: Floats, rng: Generator) -> Cover:
    """Short fine hair before the edge where a head of hair begins."""
    cut = _Cut(
        count=int(rng.integers(45, 80)),
        middle=0.0,
        wide=8.0,
        end=float(rng.uniform(8.5, 9.1)),
        ragged=0.45,
        sweep=float(rng.normal(0, 1.2)),
        thick=(0.04, 0.12),
        lift=(0.04, 0.2),
        astray=2.2,
        opacity=0.6,
    )
    return Cover("hairline", (_fallen(workshop, cut, hair, rng),))


def _fallen(workshop: Workshop, cut: _Cut, hair: Floats, rng: Generator) -> Piece:
    locks = []
    for _ in range(cut.count):
        x = float(np.clip(cut.middle + rng.normal(0, 0.6) * cut.wide, -6, 6))
        root = 9.9 - 0.04 * x * x
        end = min(cut.end + rng.normal(0, cut.ragged) - 0.03 * x * x, root - 0.4)
        to = x + (cut.sweep + rng.normal(0, cut.astray)) * (root - end) / 5
        bend = root - 0.3 * (root - end)
        flat = [[x, root], [x + 0.25 * (to - x), bend], [x + 0.65 * (to - x), (bend + end) / 2]]
        locks.append(_lock(workshop, np.array([*flat, [to, end]]), cut, hair, rng))
    return workshop.worn(merged(locks), 0.12, 14.0)


def _lock(workshop: Workshop, flat: Numbers, cut: _Cut, hair: Floats, rng: Generator) -> Mesh:
    steps = 8
    line = through(np.c_[flat, np.zeros(len(flat))], steps)
    width = rng.uniform(*cut.thick) * (1 - np.linspace(0, 1, steps) ** 2 * 0.85)
    x = np.stack([line[:, 0] - width, line[:, 0], line[:, 0] + width], 1)
    y = np.repeat(line[:, 1:2], 3, 1)
    arch = 1.0 + 0.6 * np.sin(np.linspace(0, np.pi, steps))[:, None]
    z = workshop.relief.cloth(x, y) + rng.uniform(*cut.lift) * arch + np.array([-0.08, 0.05, -0.08])
    fade = np.clip(np.minimum(np.linspace(0.2, 4, steps), np.linspace(4, 0.3, steps)), 0, 1)
    colours = np.empty((steps, 3, 4), np.float32)
    colours[..., :3] = 0.7 * hair * np.exp(rng.normal(0, 0.25))
    colours[..., 3] = cut.opacity * fade[:, None] * np.array([0.6, 1.0, 0.6])
    return sheet(np.stack([x, y, z], 2).astype(np.float32), colours)
