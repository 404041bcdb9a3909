"""Every system of seeds 001, 002 and 004 for FER2013, ours, and the study of augmentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import torch
from fer_augment import Augment
from fer_classics import GoogLeNet, MobileNetV2
from fer_networks import (
    Residual,
    four_layers,
    reference_cnn,
    ronnet,
    tuned_cnn,
    two_layers,
)
from fer_train import Recipe
from torch import nn

__all__ = ["SYSTEMS", "System", "named"]

CHILDREN: Final = "Goghberg, Elimelech, Hait (2019)"
SANTA_CRUZ: Final = "Li, Shen, Miao (2018)"
LIVERPOOL: Final = "Kumar"


@dataclass(frozen=True)
class System:
    """One row of the table.

    Parameters
    ----------
    name, what : str
    document : str
        Who described it; ``"ours"`` for ours.
    wanted : float
        The document's accuracy on its test faces, or our goal, in percent; NaN where none is given.
    build : callable or None
        From the number of columns to a network; None for the support vector machine.
    recipe : Recipe
    silent : str
        What the document does not say and was chosen here.
    together : tuple of str
        A committee: it builds nothing, and averages the probabilities of the systems of these
        names. A name's first network has the first seed, its second the next and so on.
    sizes : tuple of float
        At which a committee asks about every picture.
    """

    name: str
    what: str
    document: str
    wanted: float
    build: Callable[[int], nn.Module] | None
    recipe: Recipe
    silent: str = "nothing"
    together: tuple[str, ...] = ()
    sizes: tuple[float, ...] = (1.0,)


SHIFT: Final = 0.1
BEST: Final = Augment(flip=True, shift=SHIFT)
"""Translation and mirroring: what Kumar's study chose."""

ALONE: Final = {
    "none": Augment(),
    "flip": Augment(flip=True),
    "shift": Augment(shift=SHIFT),
    "turn": Augment(turn=15),
    "zoom": Augment(zoom=0.15),
    "shear": Augment(shear=15),
}
"""Every geometric transform alone; how far is chosen here."""

OURS: Final = Recipe(
    epochs=100,
    optimiser=partial(torch.optim.AdamW, lr=3e-3, weight_decay=0.05),
    anneal=True,
    augment=Augment(flip=True, shift=0.08, turn=12, zoom=0.12, cover=0.35),
    votes=1.0,
    smoothing=0.1,
    average=0.999,
)
KUMAR: Final = Recipe(epochs=60, augment=BEST)
KUMAR_SILENT: Final = "layers, dropout, optimiser (Adam, 1e-3), epochs, batch, extent of shifts"

_TUNED = System(
    "tuned-cnn", "CNN with tuning, 0.25M", LIVERPOOL, 58.63, tuned_cnn, KUMAR, KUMAR_SILENT
)

_DOCUMENTS = (
    System(
        "svm",
        "linear support vector machine on pixels",
        SANTA_CRUZ,
        34,
        None,
        Recipe(epochs=1),
        "C; how pixels are scaled",
    ),
    System(
        "cnn-2",
        "two convolutions",
        SANTA_CRUZ,
        49,
        two_layers,
        Recipe(epochs=30, optimiser=partial(torch.optim.Adam, lr=1e-4)),
        "rates of dropout (0.25, 0.5)",
    ),
    System(
        "cnn-4",
        "four convolutions",
        SANTA_CRUZ,
        58,
        four_layers,
        Recipe(
            epochs=30, optimiser=partial(torch.optim.Adam, lr=1e-3, weight_decay=1e-7), public=True
        ),
        "dense layers, dropout and L2 (those of Alizadeh and Fazel, 2017); its 32,298 images that "
        "teach are Training and PublicTest together",
    ),
    System(
        "ronnet",
        "RonNet: three convolutions, two dense layers",
        CHILDREN,
        61.884,
        ronnet,
        Recipe(epochs=60, augment=Augment(flip=True, shift=SHIFT, turn=10, zoom=0.1, shear=10)),
        "widths, kernels, optimiser (Adam, 1e-3), epochs, batch, extent of its transforms",
    ),
    System(
        "googlenet",
        "GoogLeNet",
        CHILDREN,
        67.93,
        GoogLeNet,
        Recipe(epochs=60, augment=Augment(flip=True, shift=SHIFT, turn=10, zoom=0.1, shear=10)),
        "size of pictures (enlarged to 96 px), optimiser (Adam, 1e-3), epochs, batch, auxiliary "
        "classifiers (none)",
    ),
    _TUNED,
    System(
        "reference-cnn",
        "reference CNN, 5.18M",
        LIVERPOOL,
        68.92,
        reference_cnn,
        KUMAR,
        KUMAR_SILENT,
    ),
    System(
        "mobilenet",
        "MobileNetV2",
        LIVERPOOL,
        56.82,
        MobileNetV2,
        KUMAR,
        "its weights of ImageNet are not to be had here: this one begins from nothing; size of "
        "pictures (enlarged to 96 px), optimiser (Adam, 1e-3), epochs, batch",
    ),
)

_OURS = (
    System(
        "ours-1m",
        "residual network, at most 1M",
        "ours",
        70,
        partial(Residual, widths=(24, 64, 144), blocks=(1, 2, 2), dropout=0.2),
        OURS,
    ),
    System(
        "ours-3m",
        "residual network of four stages",
        "ours",
        72,
        partial(Residual, widths=(24, 64, 144, 288), blocks=(1, 1, 2, 2), dropout=0.2),
        OURS,
    ),
    System(
        "ours-5m",
        "ours-3m and ours-1m, asked at three sizes, their probabilities averaged",
        "ours",
        72,
        None,
        OURS,
        together=("ours-3m", "ours-1m"),
        sizes=(0.94, 1.0, 1.06),
    ),
)

_STUDY = tuple(
    replace(
        _TUNED,
        name=f"tuned-cnn-{name}",
        what=f"CNN with tuning, augmentation: {name}",
        wanted=float("nan"),
        recipe=replace(KUMAR, augment=augment),
    )
    for name, augment in ALONE.items()
)

_WITH_MADE = tuple(
    replace(
        system,
        name=f"{system.name}-gan",
        what=f"{system.what}, with faces of the BiCoGAN",
        wanted=wanted,
        recipe=replace(system.recipe, made=True),
        silent=f"{system.silent}; layers of the GAN",
    )
    for system, wanted in zip(_DOCUMENTS[-3:], (52.31, 63.3, 57.23), strict=True)
)

SYSTEMS: Final = (*_DOCUMENTS, *_OURS, *_STUDY, *_WITH_MADE)
"""All of them, in the order of the table."""


def named(name: str) -> System:
    """The system of that name; KeyError where there is none."""
    return {system.name: system for system in SYSTEMS}[name]
