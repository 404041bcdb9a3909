"""One training run: batches made ahead by a thread, checkpoints that resume, progress told."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from facs.errors import InputError

__all__ = ["RunOptions", "prefetched", "run"]

Batch = TypeVar("Batch")

SAID = ("steps", "rate", "seed")
"""Options that a checkpoint keeps: a run that goes on with others would be neither run."""


@dataclass(frozen=True)
class RunOptions:
    """How one run goes.

    Parameters
    ----------
    steps : int
    rate : float
        Largest learning rate of the one-cycle schedule (Smith and Topin, 2018).
    checkpoint : Path
        Written every `save_every` seconds; a run that finds it goes on from there to the result
        that it would have had unbroken.
    device : str
    seed : int
    average : float
        Decay of the running mean of the weights, which is what the run returns.
    """

    steps: int
    rate: float
    checkpoint: Path
    device: str = "cpu"
    seed: int = 0
    weight_decay: float = 1e-2
    save_every: float = 120.0
    average: float = 0.998


@contextmanager
def prefetched(make: Callable[[int], Batch], first: int, last: int) -> Iterator[Iterator[Batch]]:
    """Batches ``make(first) ... make(last - 1)``, made ahead by one thread."""
    ready: queue.Queue[Batch | BaseException] = queue.Queue(maxsize=4)
    stop = threading.Event()

    def work() -> None:
        try:
            for step in range(first, last):
                batch = make(step)
                while not stop.is_set():
                    try:
                        ready.put(batch, timeout=0.2)
                        break
                    except queue.Full:
                        continue
                if stop.is_set():
                    return
        except BaseException as error:  # handed to the main thread, which raises it
            ready.put(error)

    def batches() -> Iterator[Batch]:
        for _ in range(first, last):
            item = ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield batches()
    finally:
        stop.set()
        thread.join(timeout=5)


def run(
    network: nn.Module,
    make_batch: Callable[[np.random.Generator], Batch],
    loss_of: Callable[[nn.Module, Batch], Tensor],
    options: RunOptions,
    progress: Callable[[int, float, float], None] | None = None,
) -> nn.Module:
    """Train `network` in place and load the running mean of its weights into it.

    Parameters
    ----------
    make_batch : callable
        From a generator, seeded by the run's seed and the step, to a batch of arrays.
    loss_of : callable
        From the network and a batch to a loss.
    progress : callable, optional
        Called with (step, mean loss, seconds) every 50 steps.

    Raises
    ------
    InputError
        If the checkpoint is of a run of other `steps`, `rate` or `seed`. As many steps as it has
        end a run where it stands.
    """
    network.to(options.device)
    optimiser = torch.optim.AdamW(
        network.parameters(), options.rate, weight_decay=options.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=options.steps, pct_start=0.15
    )
    mean = {k: v.detach().clone() for k, v in network.state_dict().items()}
    parts: dict[str, Any] = {"network": network, "optimiser": optimiser, "schedule": schedule}
    first = step = _resume(options, parts, mean)
    began = saved = time.monotonic()
    recent: list[float] = []
    network.train()

    def make(i: int) -> Batch:
        return make_batch(np.random.default_rng((options.seed, i)))

    with prefetched(make, step, options.steps) as batches:
        for batch in batches:
            torch.manual_seed(_noise(options.seed, step))  # of dropout
            loss = loss_of(network, batch)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            step += 1
            _average(mean, network, min(options.average, step / (step + 10)))
            recent = [*recent[-49:], float(loss.detach())]
            if progress is not None and (step % 50 == 0 or step == options.steps):
                progress(step, float(np.mean(recent)), time.monotonic() - began)
            if time.monotonic() - saved > options.save_every:
                _save(options, parts, mean, step)
                saved = time.monotonic()
    if step > first:
        _save(options, parts, mean, step)
    network.load_state_dict(mean)
    return network.eval()


def _average(mean: dict[str, Tensor], network: nn.Module, decay: float) -> None:
    """Running mean of weights and of batch-norm statistics (Polyak and Juditsky, 1992)."""
    with torch.no_grad():
        for key, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                mean[key].lerp_(value, 1 - decay)
            else:
                mean[key].copy_(value)


def _noise(seed: int, step: int) -> int:
    """Seed of what the network draws in a step, so that a resumed run draws it again."""
    return int(np.random.SeedSequence((seed, step)).generate_state(1, np.uint64)[0])


def _save(options: RunOptions, parts: dict[str, Any], mean: dict[str, Tensor], step: int) -> None:
    path = options.checkpoint
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    states = {name: part.state_dict() for name, part in parts.items()}
    said = {name: getattr(options, name) for name in SAID}
    torch.save({"states": states, "mean": mean, "step": step, **said}, temporary)
    temporary.replace(path)


def _resume(options: RunOptions, parts: dict[str, Any], mean: dict[str, Tensor]) -> int:
    """Load a checkpoint where there is one; the step to go on from."""
    if not options.checkpoint.exists():
        return 0
    saved = torch.load(options.checkpoint, map_location="cpu", weights_only=True)
    _refuse_another(options, saved)
    for name, part in parts.items():
        part.load_state_dict(saved["states"][name])
    for key, value in saved["mean"].items():
        mean[key].copy_(value)
    return int(saved["step"])


def _refuse_another(options: RunOptions, saved: dict[str, Any]) -> None:
    """Refuse a checkpoint of a run with other options; older ones do not say theirs."""
    for name in SAID:
        wanted, got = saved.get(name), getattr(options, name)
        ends_here = name == "steps" and got == saved["step"]
        if wanted not in (None, got) and not ends_here:
            raise InputError(
                f"{options.checkpoint}: wanted {name} {wanted}, as this run began, got {got}; "
                f"choose another folder for another run"
                + (f", or steps {saved['step']} to end it here" if name == "steps" else "")
            )
