"""The one training loop of all methods: batches, augmentation, what is told of every step.

A method sees labelled pictures of the source and pictures of the target. Labels of the target
cannot reach it: nothing here takes them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

import cv2
import numpy as np
import torch
from adaptation_data import Labelled
from adaptation_networks import Network, tensor
from numpy.typing import NDArray
from torch import Tensor, nn

__all__ = ["Batch", "Course", "Descent", "Learner", "Options", "Told", "augmented", "train"]

Pictures = NDArray[np.uint8]

TOLD_EVERY: Final = 10
"""Steps whose losses and accuracies are told as one mean."""


@dataclass(frozen=True)
class Options:
    """How one run goes: steps, pictures of each domain in a batch, seed."""

    steps: int
    batch: int = 32
    seed: int = 0


@dataclass(frozen=True)
class Batch:
    """Pictures (B, 1, S, S) of both domains, source labels (B,), the target drawn twice.

    `target` and `again` are the same pictures, each augmented by itself.
    """

    source: Tensor
    labels: Tensor
    target: Tensor
    again: Tensor


@dataclass(frozen=True)
class Told:
    """What one step tells: its loss, and how often the discriminator was right, by domain."""

    loss: float
    right: tuple[float, float] | None = None


class Learner(Protocol):
    """A method in training."""

    def step(self, batch: Batch, progress: float) -> Told:
        """Learn from a batch; `progress` in [0, 1) says how far the run is."""

    def finish(self, target: Pictures) -> Network:
        """The network that is asked, given all unlabelled pictures (m, S, S)."""


@dataclass
class Course:
    """A run: means over every `TOLD_EVERY` steps, and seconds of CPU."""

    loss: list[float] = field(default_factory=list)
    source_right: list[float] = field(default_factory=list)
    target_right: list[float] = field(default_factory=list)
    cpu: float = 0.0


class Descent:
    """Adam (Kingma and Ba, 2015) whose rate falls as a cosine."""

    def __init__(
        self,
        *groups: tuple[Iterable[nn.Parameter], float],
        betas: tuple[float, float] = (0.9, 0.999),
    ) -> None:
        """Take groups of parameters, each with its largest rate."""
        self._rates = [rate for _, rate in groups]
        parts = [{"params": list(parameters)} for parameters, _ in groups]
        self._adam = torch.optim.AdamW(parts, betas=betas, weight_decay=1e-4)

    def __call__(self, loss: Tensor, progress: float) -> None:
        """Step down the gradient of a loss."""
        for group, rate in zip(self._adam.param_groups, self._rates, strict=True):
            group["lr"] = rate * 0.5 * (1 + math.cos(math.pi * progress))
        self._adam.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._adam.step()


def train(
    make: Callable[[], Learner], source: Labelled, target: Pictures, options: Options
) -> tuple[Network, Course]:
    """Make a learner and train it.

    Parameters
    ----------
    make : callable
        Makes the learner once the seed is set: what it draws at the start is drawn by it.
    source : Labelled
    target : array, shape (m, S, S), m >= 0
        Without labels; methods that look at the source alone take none.
    options : Options
    """
    torch.manual_seed(options.seed)
    began, course, recent = time.process_time(), Course(), list[Told]()
    learner = make()
    for step in range(options.steps):
        rng = np.random.default_rng((options.seed, step))
        told = learner.step(_batch(source, target, options.batch, rng), step / options.steps)
        recent.append(told)
        if len(recent) == TOLD_EVERY or step == options.steps - 1:
            _note(course, recent)
            recent = []
    network = learner.finish(target)
    course.cpu = round(time.process_time() - began, 2)
    return network.eval(), course


def _note(course: Course, told: list[Told]) -> None:
    course.loss.append(round(float(np.mean([t.loss for t in told])), 5))
    right = [t.right for t in told if t.right is not None]
    if right:
        source, target = np.mean(right, axis=0)
        course.source_right.append(round(float(source), 4))
        course.target_right.append(round(float(target), 4))


def _batch(source: Labelled, target: Pictures, size: int, rng: np.random.Generator) -> Batch:
    rows = rng.choice(len(source), size, replace=len(source) < size)
    labels = torch.from_numpy(source.labels[rows])
    theirs = target[:0]
    if len(target):
        theirs = target[rng.choice(len(target), size, replace=len(target) < size)]
    ours, once, again = (
        tensor(augmented(pictures, rng)) for pictures in (source.pictures[rows], theirs, theirs)
    )
    return Batch(ours, labels, once, again)


def augmented(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """Pictures (n, S, S), each perhaps mirrored, blurred or sharpened, as in the document."""
    out = pictures.copy()
    for i, chosen in enumerate(rng.random((len(pictures), 2))):
        picture = pictures[i][:, ::-1] if chosen[0] < 0.5 else pictures[i]
        picture = np.ascontiguousarray(picture)
        if chosen[1] < 0.5:
            soft = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.5))
            amount = rng.uniform(0.5, 1.5)
            sharp = cv2.addWeighted(picture, 1 + amount, soft, -amount, 0)
            picture = np.asarray(soft if chosen[1] < 0.25 else sharp, np.uint8)
        out[i] = picture
    return out
