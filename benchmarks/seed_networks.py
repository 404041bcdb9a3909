"""The networks of the comparison: what each begins with, what it trains, and how it scores."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from facs.errors import InputError
from facs.network.local import LocallyConnected
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
from facs.network.weights import DEFAULT, shipped
from facs.training.loop import RunOptions, run

__all__ = [
    "FineTuned",
    "Learner",
    "OneVsAll",
    "begin",
    "features_of",
    "parameters",
    "scores_of",
    "train",
    "untie",
]

Floats = NDArray[np.float32]
Loss = Callable[[Tensor, Tensor], Tensor]
SCORED_AT_ONCE = 128


def begin(stream: SpatialStream, start: str, crops: NDArray[np.uint8]) -> SpatialStream:
    """Give a stream the trunk and the first dense layer of earlier weights.

    Parameters
    ----------
    start : str
        ``"shipped"``; ``"scratch"``, which leaves the stream as it is; the path of a
        ``...-spatial.onnx`` file; or of a checkpoint of ``facs train units``.
    crops : array, shape (n, S, S), uint8
        Faces on which batch normalisations that a file has folded away are found again.
    """
    if start == "scratch":
        return stream
    path = shipped()[DEFAULT].spatial if start == "shipped" else Path(start)
    if not path.is_file():
        raise InputError(f"wanted shipped, scratch or the path of weights, got {start!r}")
    weights = _onnx_weights(path) if path.suffix == ".onnx" else _checkpoint(path)
    try:
        _load(stream, weights)
    except (KeyError, RuntimeError):
        raise InputError(
            f"wanted a trunk and a first dense layer of 1024, {path} has others"
        ) from None
    if path.suffix == ".onnx":
        unfold(stream, weights, torch.from_numpy(crops))
    return stream


def _onnx_weights(path: Path) -> dict[str, Tensor]:
    weights = {}
    graph = onnx.load(str(path)).graph
    for tensor in graph.initializer:
        name = tensor.name.rpartition("stream.")[2].removesuffix("_half")
        weights[name] = torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
    first = next(node for node in graph.node if node.op_type == "Conv")
    kernels = len(weights["trunk.conv1.0.weight"])  # their mirror images have the same biases
    bias = first.input[2].rpartition("stream.")[2]
    return {**weights, "trunk.conv1.0.bias": weights[bias][:kernels]}


def _checkpoint(path: Path) -> dict[str, Tensor]:
    try:
        mean: dict[str, Tensor] = torch.load(path, weights_only=True)["mean"]
    except (pickle.UnpicklingError, RuntimeError, KeyError, EOFError, TypeError):
        raise InputError(f"wanted a checkpoint of facs train units, {path} is none") from None
    return {name.removeprefix("stream."): value for name, value in mean.items()}


def _load(stream: SpatialStream, weights: dict[str, Tensor]) -> None:
    """Copy what the stream has too: a file without normalisations leaves those alone."""
    own = stream.state_dict()
    names = [n for n in own if n.startswith("trunk.") or n.startswith("head.dense.1.")]
    required = [n for n in names if n.endswith(".0.weight") or n.startswith("head.")]
    found = {n: weights[n] for n in names if n in weights}
    missing = [n for n in required if n not in found]
    if missing:
        raise KeyError(missing[0])
    stream.load_state_dict({**own, **found})


@torch.no_grad()
def unfold(stream: SpatialStream, weights: dict[str, Tensor], crops: Tensor) -> None:
    """Put back the normalisations that export has folded into the convolutions.

    Each takes the statistics of `crops` and undoes them: the stream scores as the file does, and
    can be trained on as it was trained.
    """

    def settle(norm: nn.BatchNorm2d, inputs: tuple[Tensor], bias: Tensor) -> None:
        mean = inputs[0].mean((0, 2, 3))
        variance = inputs[0].var((0, 2, 3), unbiased=False)
        for part, value in (
            (norm.running_mean, mean),
            (norm.running_var, variance),
            (norm.weight, (variance + norm.eps).sqrt()),
            (norm.bias, mean + bias),
        ):
            assert part is not None
            part.copy_(value)

    hooks = []
    for n in range(1, 6):
        bias = weights[f"trunk.conv{n}.0.bias"]
        norm = getattr(stream.trunk, f"conv{n}")[1]
        hooks.append(norm.register_forward_pre_hook(lambda m, x, b=bias: settle(m, x, b)))
    stream.eval()(crops)
    for hook in hooks:
        hook.remove()


def untie(stream: SpatialStream, layers: int) -> SpatialStream:
    """Make the last convolutions locally connected; every place begins with the shared kernels."""
    for name in ("conv5", "conv4", "conv3")[:layers]:
        part = getattr(stream.trunk, name)
        part[0] = LocallyConnected.untied(part[0], stream.config.side)
    return stream


class _Frozen(nn.Module):
    """Trunk and first dense layer of a stream, which stay as they are."""

    def __init__(self, stream: SpatialStream) -> None:
        super().__init__()
        self.stream = stream
        self.width = stream.config.hidden
        del stream.head.dense[2:], stream.head.scores
        del stream.head.dense[0]  # its dropout: published networks have none before this layer
        stream.requires_grad_(False)
        self.train()

    def train(self, mode: bool = True) -> _Frozen:
        """Stay as it is: statistics of batches are frozen too."""
        return super().train(False)

    @torch.no_grad()
    def forward(self, crops: Tensor) -> Tensor:
        dense: Tensor = self.stream.head.dense(self.stream.trunk(self.stream.prepare(crops)))
        return dense.relu()


def _new_layers(width: int, columns: int, dropout: float) -> nn.Sequential:
    """Layers 11 and 12 of the published table, which alone are trained."""
    return nn.Sequential(
        nn.Dropout(dropout),
        nn.Linear(width, 512),
        nn.ReLU(inplace=True),
        nn.Dropout(dropout),
        nn.Linear(512, columns),
    )


class FineTuned(nn.Module):
    """AN-Finetune: the last two layers are new, all before them stays (table 1 of the paper)."""

    def __init__(self, stream: SpatialStream, columns: int, dropout: float = 0.9) -> None:
        super().__init__()
        self.frozen = _Frozen(stream)
        self.layers = _new_layers(self.frozen.width, columns, dropout)

    def forward(self, crops: Tensor) -> Tensor:
        """Map crops (B, S, S) to scores (B, columns)."""
        scores: Tensor = self.layers(self.frozen(crops))
        return scores


class OneVsAll(nn.Module):
    """A fine-tuned network for each unit.

    They agree in all layers that are not trained, so that those are computed once.
    """

    def __init__(self, stream: SpatialStream, columns: int, dropout: float = 0.9) -> None:
        super().__init__()
        self.frozen = _Frozen(stream)
        width = self.frozen.width
        self.networks = nn.ModuleList(_new_layers(width, 1, dropout) for _ in range(columns))

    def forward(self, crops: Tensor) -> Tensor:
        """Map crops (B, S, S) to scores (B, columns)."""
        features = self.frozen(crops)
        return torch.cat([network(features) for network in self.networks], 1)


@dataclass(frozen=True)
class Count:
    """Parameters of a configuration, and those of them that were trained."""

    all: int
    trained: int


def parameters(network: nn.Module) -> Count:
    """Count; one-vs-all counts as the separate networks that it stands for."""
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    frozen = sum(p.numel() for p in network.parameters() if not p.requires_grad)
    copies = len(network.networks) if isinstance(network, OneVsAll) else 1
    return Count(trained + copies * frozen, trained)


class Learner(nn.Module):
    """A network with the loss that it learns by, as the training loop takes it."""

    def __init__(self, network: nn.Module, loss: Loss) -> None:
        super().__init__()
        self.network = network
        self._loss = loss

    def loss(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Loss of one batch; arithmetic in bfloat16, as in the product's own runs."""
        with torch.autocast("cpu", torch.bfloat16):
            scores = self.network(inputs)
        return self._loss(scores.float(), targets)


def train(
    learner: Learner,
    make: Callable[[np.random.Generator], tuple[Tensor, Tensor]],
    options: RunOptions,
    progress: Callable[[int, float, float], None] | None = None,
) -> float:
    """Train in place, from the beginning; CPU seconds of all threads, making batches included."""
    options.checkpoint.unlink(missing_ok=True)
    learner.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    began = process_time()
    run(learner, make, lambda net, batch: net.loss(*batch), options, progress)  # type: ignore[operator]
    seconds = process_time() - began
    options.checkpoint.unlink(missing_ok=True)
    return seconds


@torch.no_grad()
def scores_of(network: Callable[[Tensor], Tensor], inputs: Iterable[NDArray[Any]]) -> Floats:
    """Scores (n, columns) of inputs, taken in one at a time."""
    parts: list[Floats] = []
    batch: list[NDArray[Any]] = []
    for item in inputs:
        batch.append(item)
        if len(batch) == SCORED_AT_ONCE:
            parts.append(network(torch.from_numpy(np.stack(batch))).float().numpy())
            batch = []
    if batch:
        parts.append(network(torch.from_numpy(np.stack(batch))).float().numpy())
    return np.concatenate(parts)


def features_of(stream: SpatialStream, crops: NDArray[np.uint8]) -> Floats:
    """Features (n, features) of the trunk."""
    stream.eval()
    return scores_of(lambda x: stream.trunk(stream.prepare(x)), crops)


def spatial_stream(
    columns: int, start: str, crops: NDArray[np.uint8], **choices: Any
) -> SpatialStream:
    """A spatial stream that begins with earlier weights."""
    return begin(SpatialStream(StreamConfig(columns, **choices)), start, crops)


def temporal_stream(columns: int, slots: int, motion: str) -> TemporalStream:
    """A temporal stream; it begins from nothing, as in the paper."""
    return TemporalStream(StreamConfig(columns, slots=slots, motion=motion))
