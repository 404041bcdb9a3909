"""Training that goes on from a model's files: what was folded for speed is unfolded again.

A file holds convolutions into which their normalisations were folded, and the columns that
shipped. A task to be trained normalises, and may know more columns.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from facs.errors import InputError
from facs.network.backends import OnnxStream
from facs.network.rebuilt import rebuild
from facs.network.two_stream import SpatialStream, TemporalStream

__all__ = ["begin_with"]


@torch.no_grad()
def begin_with(
    stream: SpatialStream | TemporalStream, path: Path, columns: tuple[str, ...], seen: Tensor
) -> None:
    """Put the weights of a file into a stream that shall learn on, in place.

    Evaluated on `seen`, the stream then says what the file says (before mirror image and jaw),
    and trained on more of the like it begins close to that. Columns that the file lacks keep
    the weights that they have.

    Parameters
    ----------
    stream : SpatialStream or TemporalStream
        With batch normalisation.
    path : Path
        A file of a stream of that kind, in half or single precision.
    columns : tuple of str
        Names of the stream's scores.
    seen : Tensor
        Some hundred inputs, from which normalisations take their means and spreads: crops
        (n, S, S) uint8 or flow stacks (n, 2 * slots, S, S).

    Raises
    ------
    InputError
        If the file's network has another form.
    ModelError
        If the file cannot be rebuilt in torch; one in eight bits cannot.
    """
    file = OnnxStream(path)
    few = seen[:2].numpy()
    kept = rebuild(path, file.spec, few, file(few)).stream
    if [w.shape for w in _weights(kept)] != [w.shape for w in _weights(stream)]:
        raise InputError(f"wanted a file to begin with whose layers are as wide as these: {path}")
    for own, other in zip(_weights(stream), _weights(kept), strict=True):
        own.copy_(other)
    for layer, source in zip(_dense(stream), _dense(kept), strict=True):
        layer.bias.copy_(source.bias)
    _take_scores(stream.head.scores, kept.head.scores, columns, file.spec.columns)
    _fit_norms(stream, kept, seen)


def _convolutions(stream: SpatialStream | TemporalStream) -> list[nn.Sequential]:
    """Each convolution with what follows it."""
    return [part for part in stream.trunk.children() if isinstance(part, nn.Sequential)]


def _dense(stream: SpatialStream | TemporalStream) -> list[nn.Linear]:
    return [layer for layer in stream.head.dense if isinstance(layer, nn.Linear)]


def _weights(stream: SpatialStream | TemporalStream) -> list[Tensor]:
    layers: list[Any] = [part[0] for part in _convolutions(stream)]
    return [layer.weight for layer in (*layers, *_dense(stream))]


def _take_scores(
    own: nn.Linear, other: nn.Linear, columns: tuple[str, ...], known: tuple[str, ...]
) -> None:
    place = [columns.index(name) for name in known if name in columns]
    taken = [i for i, name in enumerate(known) if name in columns]
    own.weight[place], own.bias[place] = other.weight[taken], other.bias[taken]


def _fit_norms(
    stream: SpatialStream | TemporalStream, kept: SpatialStream | TemporalStream, seen: Tensor
) -> None:
    """Let each normalisation undo itself on `seen` and add what was folded into a bias."""
    with ExitStack() as hooks:
        for own, other in zip(_convolutions(stream), _convolutions(kept), strict=True):
            folded: Any = other[0]
            fit = partial(_fit_norm, bias=folded.bias)
            hooks.callback(own[1].register_forward_pre_hook(fit).remove)
        training = stream.training
        stream.eval()(seen)
        stream.train(training)


def _fit_norm(norm: nn.BatchNorm2d, inputs: tuple[Tensor], *, bias: Tensor) -> None:
    """Called before a normalisation is: its statistics are those of what it is about to see."""
    spread, mean = torch.var_mean(inputs[0], (0, 2, 3), correction=0)
    for own, value in (
        (norm.running_mean, mean),
        (norm.running_var, spread),
        (norm.weight, (spread + norm.eps).sqrt()),
        (norm.bias, mean + bias),
    ):
        assert own is not None  # batch normalisation as shipped tracks and scales
        own.copy_(value)
