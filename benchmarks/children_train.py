"""The three trainings of the document, and networks whose convolutions stay as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import torch
from children_data import People
from fer_augment import Augment
from fer_networks import parameters
from fer_systems import named
from fer_train import Options, Recipe, Trained, train
from torch import Tensor, nn

__all__ = ["EPOCHS", "PROTOCOLS", "TRAININGS", "Frozen", "Material", "Plan", "Result", "fit"]

TRAININGS: Final = ("adults", "transfer", "children")
EPOCHS: Final = {"adults": 40, "transfer": 20, "children": 60}
"""The document gives none."""

PROTOCOLS: Final = {
    "adults to adults": ("adults", "adults"),
    "adults to children": ("adults", "children"),
    "transfer": ("transfer", "children"),
    "children alone": ("children", "children"),
}
"""Which training each needs, and whom it is tested on; the first is for reference."""

BATCH: Final = 16
RATE: Final = 2e-4
"""At 1e-3, its rate for FER2013, RonNet falls silent on as few faces as these: every score is the
same, and the loss stays at that of chance."""

AUGMENT: Final = Augment(flip=True, shift=0.04, turn=5, zoom=0.05, shear=5)
"""The document's transforms; half as far as for FER2013, since faces that pose are framed alike."""

FROZEN: Final = (nn.Conv2d, nn.BatchNorm2d)
Progress = Callable[[int, int, float, float], None]


class Frozen(nn.Module):
    """A trained network whose convolutions, and what normalises them, no longer learn.

    Its dense layers go on from where they were.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        for layer in self._convolutions():
            layer.requires_grad_(False)

    def _convolutions(self) -> list[nn.Module]:
        return [layer for layer in self.network.modules() if isinstance(layer, FROZEN)]

    def train(self, mode: bool = True) -> Frozen:
        """As of any network; running means and spreads of the convolutions stay, too."""
        super().train(mode)
        for layer in self._convolutions():
            layer.eval()
        return self

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, 1, 48, 48) to scores (B, columns)."""
        scores: Tensor = self.network(x)
        return scores


@dataclass(frozen=True)
class Material:
    """People to learn from and people to be tested on; nobody is among both."""

    adults: People
    children: People
    unseen_adults: People
    unseen_children: People

    def taught(self, training: str) -> tuple[People, ...]:
        """Everybody who makes the network what it is, those who teach last."""
        return {
            "adults": (self.adults,),
            "transfer": (self.adults, self.children),
            "children": (self.children,),
        }[training]

    def tested(self, group: str) -> People:
        """Whom a protocol asks, by the second word of `PROTOCOLS`."""
        return self.unseen_adults if group == "adults" else self.unseen_children


@dataclass(frozen=True)
class Plan:
    """One training.

    Parameters
    ----------
    network : str
        A system of `fer_systems`.
    training : str
        One of `TRAININGS`.
    epochs : dict
        Of all trainings.
    checkpoints : Path
        Folder.
    seconds : float
        Of wall clock; what is left then is done by the next run.
    """

    network: str
    training: str
    seed: int
    epochs: dict[str, int]
    checkpoints: Path
    seconds: float

    def checkpoint(self, material: Material) -> Path:
        """A file of its own for everything that makes another network, data included."""
        parts = [self.network, self.training, str(self.seed), str(self.epochs[self.training])]
        if self.training == "transfer":
            parts.append(f"after{self.epochs['adults']}")
        folder = self.checkpoints / _digest(material.taught(self.training))
        return folder / f"{'-'.join(parts)}.pt"

    def recipe(self) -> Recipe:
        """How either network learns, by whatever training."""
        epochs = self.epochs[self.training]
        adam = partial(torch.optim.Adam, lr=RATE)
        return Recipe(epochs, adam, batch=BATCH, anneal=True, augment=AUGMENT)


@dataclass(frozen=True)
class Result:
    """A network and what was done to it; `whole` says whether it is trained to its end."""

    network: nn.Module
    done: Trained
    parameters: int
    learned: int

    @property
    def whole(self) -> bool:
        """Whether all epochs were trained."""
        return self.done.epochs >= self.done.planned


def fit(plan: Plan, material: Material, progress: Progress | None = None) -> Result:
    """Train, or go on, or load what is trained already."""
    torch.manual_seed(plan.seed)
    if plan.training == "transfer":
        adults = fit(replace(plan, training="adults"), material, progress)
        if not adults.whole:
            return adults
        network: nn.Module = Frozen(adults.network)
    else:
        build = named(plan.network).build
        assert build is not None
        network = build(plan.recipe().columns)
    every = sum(p.numel() for p in network.parameters())
    teachers = material.taught(plan.training)[-1].faces
    options = Options(plan.checkpoint(material), plan.seconds, seed=plan.seed)
    done = train(network, teachers, plan.recipe(), options, progress)
    return Result(network, done, every, parameters(network))


def _digest(groups: tuple[People, ...]) -> str:
    found = hashlib.sha256()
    for people in groups:
        found.update(people.faces.pictures.tobytes())
        found.update(people.faces.labels.tobytes())
    return found.hexdigest()[:12]
