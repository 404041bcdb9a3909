"""What a training run says of its model, and what a unit must reach to be part of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from facs.evaluation.metrics import best_threshold, f1_score, roc_auc
from facs.units import ActionUnit

__all__ = ["Evidence", "Recipe"]

Floats = NDArray[np.float32]

TRAINING = (
    "Units: faces rendered by facs.synthesis (ICT Face Model Light, MIT; MakeHuman and HDRI Haven "
    "assets, CC0), labels from the deformed mesh. Trunk and weak labels: FER2013 with FER+ votes "
    "and press photographs with an emotion each."
)

SEEN = (
    "Of some of these a language model that sees pictures, no certified coder, read which units "
    "they show."
)


@dataclass(frozen=True)
class Evidence:
    """What a unit must reach on pictures of validation people to be shipped.

    Parameters
    ----------
    min_auc : float
    min_f1 : float
        Of the best threshold; `min_lift` lets a rare unit pass with less.
    min_lift : float
        How many times the F1 of calling every picture positive is enough: for a unit in three
        pictures of a hundred that is 0.06, and 0.25 would ask for much.
    doubted : frozenset of ActionUnit
        Not shipped whatever their figures: units that the pictures are known to show wrongly.
    """

    min_auc: float = 0.70
    min_f1: float = 0.25
    min_lift: float = 2.5
    doubted: frozenset[ActionUnit] = frozenset()

    def enough(self, score: Floats, present: NDArray[np.bool_]) -> bool:
        """Whether scores tell who shows the unit; what cannot be measured is no evidence."""
        found = f1_score(score >= best_threshold(score, present), present)
        always = f1_score(np.ones_like(present), present)
        wanted = min(self.min_f1, self.min_lift * always)
        return bool(roc_auc(score, present) >= self.min_auc and found >= wanted)


@dataclass(frozen=True)
class Recipe:
    """What a model is called, the window that it looks through, and which units it may have.

    `coded` names the coded data sets that it learned from, `seen` says whether it learned from a
    list of what real faces are seen to show (`facs.training.seen_units`).
    """

    name: str
    slots: int = 10
    slot_seconds: float = 1 / 30
    evidence: Evidence = field(default_factory=Evidence)
    coded: tuple[str, ...] = ()
    seen: bool = False

    @property
    def training(self) -> str:
        """What the weights learned from."""
        seen = f" {SEEN}" if self.seen else ""
        if not self.coded:
            return f"{TRAINING}{seen} No real face had a unit from a coder."
        return f"{TRAINING}{seen} Faces with coded units: {', '.join(self.coded)}."

    @property
    def licence(self) -> str:
        """Under which terms they may be used."""
        return f"by the terms of {', '.join(self.coded)}" if self.coded else "MIT"
