"""Training of one system: by the recipe of its document, resumable, until a time is up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from fer_augment import Augment
from fer_data import CLASSES, Faces
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from facs.errors import InputError
from facs.training.loop import prefetched

__all__ = ["Options", "Recipe", "Trained", "loss_of", "rate_of", "scores_of", "tensor", "train"]

Batch = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float32]]
Optimiser = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
ADAM: Final = partial(torch.optim.Adam, lr=1e-3)
WARM_UP = 0.05
SCORED_AT_ONCE = 128


@dataclass(frozen=True)
class Recipe:
    """How a system learns.

    Parameters
    ----------
    epochs : int
    optimiser : callable
        From parameters to an optimiser.
    batch : int
    anneal : bool
        The rate rises over the first twentieth and falls as a cosine to nothing; else it stays.
    cool : float
        Without `anneal`: share of the steps, the last ones, over which the rate falls to nothing in
        a line. Until then it stays, whatever the number of epochs, so that a run that was stopped
        can go on to any end (Hägele et al., "Scaling laws and compute-optimal training beyond fixed
        training durations", 2024).
    augment : Augment
    votes : float
        Weight of a second loss: the votes of FER+, predicted by columns of their own.
    smoothing : float
        Of labels (Szegedy et al., 2016).
    average : float
        Decay of a running mean of the weights, which is what is kept; 0 keeps the last weights.
    public, made : bool
        PublicTest teaches too; faces that a GAN made teach too.
    """

    epochs: int
    optimiser: Optimiser = ADAM
    batch: int = 128
    anneal: bool = False
    cool: float = 0.0
    augment: Augment = field(default_factory=Augment)
    votes: float = 0.0
    smoothing: float = 0.0
    average: float = 0.0
    public: bool = False
    made: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.cool <= 1:
            raise InputError(f"wanted a share in [0, 1] for cool, got {self.cool:g}")
        if self.cool and self.anneal:
            raise InputError("wanted no cool: the rate of this recipe falls from its beginning")

    @property
    def columns(self) -> int:
        """Outputs of the network: labels, then votes where those are learned."""
        return len(CLASSES) * (2 if self.votes else 1)


@dataclass(frozen=True)
class Options:
    """Where and for how long.

    Parameters
    ----------
    checkpoint : Path
        A run that finds it goes on from there.
    seconds : float
        Of wall clock, after which this run stops, whatever is left.
    """

    checkpoint: Path
    seconds: float
    seed: int = 0
    device: str = "cpu"
    half: bool = True
    save_every: float = 120.0


@dataclass(frozen=True)
class Trained:
    """What was really done, over all runs: steps, epochs, seconds of wall clock and of CPU."""

    steps: int
    epochs: float
    planned: int
    wall: float
    cpu: float
    loss: float


def tensor(pictures: NDArray[np.uint8], device: str = "cpu") -> Tensor:
    """Pictures (n, 48, 48) as (n, 1, 48, 48), levels in [0, 1]."""
    return torch.from_numpy(pictures).to(device).float().div(255).unsqueeze(1)


def loss_of(scores: Tensor, labels: Tensor, votes: Tensor, recipe: Recipe) -> Tensor:
    """Cross entropy of labels, and of the votes where the recipe asks for them."""
    n = len(CLASSES)
    loss = F.cross_entropy(scores[:, :n], labels, ignore_index=-1, label_smoothing=recipe.smoothing)
    if recipe.votes:
        loss = loss + recipe.votes * F.cross_entropy(scores[:, n:], votes)
    return loss


class _Run:
    """State that a checkpoint keeps."""

    def __init__(self, network: nn.Module, recipe: Recipe, steps: int, options: Options) -> None:
        self.network, self.options = network, options
        self.optimiser = recipe.optimiser(network.parameters())
        rate = rate_of(recipe, steps)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, rate)
        self.decay, self.mean = recipe.average, dict[str, Tensor]()
        if recipe.average:
            self.mean = {k: v.detach().clone() for k, v in network.state_dict().items()}
        self.done = {"step": 0, "epochs": 0.0, "wall": 0.0, "cpu": 0.0, "loss": math.nan}
        self.per_epoch = steps / recipe.epochs
        self.saved = time.monotonic()
        if options.checkpoint.exists():
            self._load(torch.load(options.checkpoint, map_location=options.device))

    def _parts(self) -> dict[str, Any]:
        return {
            "network": self.network,
            "optimiser": self.optimiser,
            "schedule": self.schedule,
        }

    def _load(self, found: dict[str, Any]) -> None:
        for name, part in self._parts().items():
            part.load_state_dict(found[name])
        self.mean, self.done = found["mean"], found["done"]

    def save(self) -> None:
        path = self.options.checkpoint
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".tmp")
        states = {name: part.state_dict() for name, part in self._parts().items()}
        torch.save({**states, "mean": self.mean, "done": self.done}, unfinished)
        unfinished.replace(path)
        self.saved = time.monotonic()

    @torch.no_grad()
    def average(self) -> None:
        """Running mean of weights and of statistics (Polyak and Juditsky, 1992)."""
        decay = min(self.decay, (self.done["step"] + 1) / (self.done["step"] + 10))
        now = self.network.state_dict()
        for key, mean in self.mean.items():
            if mean.dtype.is_floating_point:
                mean.lerp_(now[key], 1 - decay)
            else:
                mean.copy_(now[key])


def rate_of(recipe: Recipe, steps: int) -> Callable[[int], float]:
    """Share of the largest rate at a step, of so many."""
    if recipe.anneal:
        return partial(_risen, steps=steps)
    return partial(_cooled, steps=steps, share=recipe.cool)


def _cooled(step: int, steps: int, share: float) -> float:
    return min(1.0, (steps - step) / (share * steps)) if share else 1.0


def _risen(step: int, steps: int) -> float:
    warm = max(1, round(WARM_UP * steps))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def train(
    network: nn.Module,
    faces: Faces,
    recipe: Recipe,
    options: Options,
    progress: Callable[[int, int, float, float], None] | None = None,
) -> Trained:
    """Train in place until the recipe is done or the time is up.

    Parameters
    ----------
    progress : callable, optional
        Called every 50 steps with step, steps, loss and seconds of CPU over all runs.
    """
    network.to(options.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    per_epoch = math.ceil(len(faces) / recipe.batch)
    steps = per_epoch * recipe.epochs
    run = _Run(network.train(), recipe, steps, options)
    torch.manual_seed(options.seed + 1_000_003 * run.done["step"])  # dropout
    began, before = (time.monotonic(), time.process_time()), dict(run.done)

    def make(step: int) -> Batch:
        return _batch(faces, recipe, options.seed, *divmod(step, per_epoch))

    with prefetched(make, run.done["step"], steps) as batches:
        for batch in batches:
            loss = _step(run, batch, recipe)
            _note(run, loss, began, before)
            step = run.done["step"]
            if progress is not None and (step % 50 == 0 or step == steps):
                progress(step, steps, run.done["loss"], run.done["cpu"])
            if time.monotonic() - run.saved > options.save_every:
                run.save()
            if time.monotonic() - began[0] > options.seconds:
                break
    run.save()
    network.load_state_dict(run.mean or network.state_dict())
    network.eval()
    done = run.done
    return Trained(
        done["step"],
        done["epochs"],
        recipe.epochs,
        done["wall"],
        done["cpu"],
        done["loss"],
    )


def _step(run: _Run, batch: Batch, recipe: Recipe) -> float:
    device, half = run.options.device, run.options.half
    pictures, labels, votes = batch
    inputs = tensor(pictures, device).contiguous(memory_format=torch.channels_last)
    autocast = torch.autocast(torch.device(device).type, torch.bfloat16)
    with autocast if half else nullcontext():
        scores = run.network(inputs)
    targets = torch.from_numpy(labels).to(device), torch.from_numpy(votes).to(device)
    loss = loss_of(scores.float(), *targets, recipe)
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    run.optimiser.step()
    run.schedule.step()
    run.average()
    return float(loss.detach())


def _note(run: _Run, loss: float, began: tuple[float, float], before: dict[str, Any]) -> None:
    """Count the step; the loss that is told is a running mean."""
    known = run.done["loss"]
    run.done = {
        "step": run.done["step"] + 1,
        "epochs": (run.done["step"] + 1) / run.per_epoch,
        "wall": before["wall"] + time.monotonic() - began[0],
        "cpu": before["cpu"] + time.process_time() - began[1],
        "loss": loss if math.isnan(known) else 0.98 * known + 0.02 * loss,
    }


def _batch(faces: Faces, recipe: Recipe, seed: int, epoch: int, k: int) -> Batch:
    """Batch k of an epoch: every face once, in an order of that epoch's own."""
    order = np.random.default_rng((seed, epoch)).permutation(len(faces))
    rows = order[k * recipe.batch : (k + 1) * recipe.batch]
    if len(rows) < 2:  # batch normalisation needs two
        rows = order[-2:]
    rng = np.random.default_rng((seed, epoch, k))
    return recipe.augment(rng, faces.pictures[rows]), faces.labels[rows], faces.votes[rows]


@torch.no_grad()
def scores_of(
    network: nn.Module, pictures: NDArray[np.uint8], device: str = "cpu"
) -> NDArray[np.float32]:
    """Scores (n, 7) of the labels, in single precision."""
    network.eval()
    parts = [
        network(tensor(pictures[i : i + SCORED_AT_ONCE], device))[:, : len(CLASSES)].cpu().numpy()
        for i in range(0, len(pictures), SCORED_AT_ONCE)
    ]
    return np.concatenate(parts)
