"""Training that goes on from models' files: what was folded for speed is unfolded again.

A file holds convolutions into which their normalisations were folded, and the columns that
shipped. A task to be trained normalises, and may know more columns.

Where one model learned on from another, the mean of their weights tells as well as the later one
what that learned, and as well as the earlier one what it forgot (Wortsman et al., "Robust
fine-tuning of zero-shot models", 2022). So a run may begin with the mean of several files, and end
with the mean of what it began with and what it learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import update_bn

from facs.errors import InputError
from facs.network.backends import OnnxStream
from facs.network.rebuilt import rebuild
from facs.network.two_stream import SpatialStream, TemporalStream

__all__ = ["begin_with", "keep_of"]

Stream = SpatialStream | TemporalStream


@torch.no_grad()
def begin_with(
    stream: Stream, paths: Sequence[Path], columns: tuple[str, ...], seen: Tensor
) -> None:
    """Put the weights of files into a stream that shall learn on, in place.

    Evaluated on `seen`, the stream then says what one file says (before mirror image and jaw),
    and trained on more of the like it begins close to that. Of several files it has the mean of
    the weights, of each column over the files that have it. Columns that no file has keep the
    weights that they have.

    Parameters
    ----------
    stream : SpatialStream or TemporalStream
        With batch normalisation.
    paths : sequence of Path
        Files of a stream of that kind, in half or single precision; of several, each must have
        learned on from another of them, or their mean says nothing.
    columns : tuple of str
        Names of the stream's scores.
    seen : Tensor
        Some hundred inputs, from which normalisations take their means and spreads: crops
        (n, S, S) uint8 or flow stacks (n, 2 * slots, S, S).

    Raises
    ------
    InputError
        If a file's network has another form.
    ModelError
        If a file cannot be rebuilt in torch; one in eight bits cannot.
    """
    files = [OnnxStream(path) for path in paths]
    few = seen[:2].numpy()
    kept = [
        rebuild(path, file.spec, few, file(few)).stream
        for path, file in zip(paths, files, strict=True)
    ]
    for path, one in zip(paths, kept, strict=True):
        if [w.shape for w in _weights(one)] != [w.shape for w in _weights(stream)]:
            raise InputError(
                f"wanted a file to begin with whose layers are as wide as these: {path}"
            )
    for own, *others in zip(_weights(stream), *map(_weights, kept), strict=True):
        own.copy_(_mean(others))
    for layer, *sources in zip(_dense(stream), *map(_dense, kept), strict=True):
        layer.bias.copy_(_mean([source.bias for source in sources]))
    heads = [one.head.scores for one in kept]
    _take_scores(stream.head.scores, heads, columns, [file.spec.columns for file in files])
    _fit_norms(stream, kept, seen)


@torch.no_grad()
def keep_of(
    stream: Stream, began: Mapping[str, Tensor], share: float, inputs: Iterable[Tensor]
) -> None:
    """Give a stream that has learned a share of what it began with back, in place.

    Parameters
    ----------
    stream : SpatialStream or TemporalStream
    began : mapping
        Its `state_dict`, cloned before it learned.
    share : float, in [0, 1]
        0 leaves the stream as it is.
    inputs : iterable of Tensor
        Batches from which its normalisations take their means and spreads anew.
    """
    if share == 0:
        return
    for name, value in stream.state_dict().items():
        if value.dtype.is_floating_point:
            value.lerp_(began[name], share)
    update_bn(inputs, stream)
    stream.eval()


def _mean(parts: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(parts)).mean(0)


def _convolutions(stream: Stream) -> list[nn.Sequential]:
    """Each convolution with what follows it."""
    return [part for part in stream.trunk.children() if isinstance(part, nn.Sequential)]


def _dense(stream: Stream) -> list[nn.Linear]:
    return [layer for layer in stream.head.dense if isinstance(layer, nn.Linear)]


def _weights(stream: Stream) -> list[Tensor]:
    layers: list[Any] = [part[0] for part in _convolutions(stream)]
    return [layer.weight for layer in (*layers, *_dense(stream))]


def _take_scores(
    own: nn.Linear,
    others: Sequence[nn.Linear],
    columns: tuple[str, ...],
    known: Sequence[tuple[str, ...]],
) -> None:
    for i, name in enumerate(columns):
        rows = [(other, k.index(name)) for other, k in zip(others, known, strict=True) if name in k]
        if rows:
            own.weight[i] = _mean([other.weight[row] for other, row in rows])
            own.bias[i] = _mean([other.bias[row] for other, row in rows])


def _fit_norms(stream: Stream, kept: Sequence[Stream], seen: Tensor) -> None:
    """Let each normalisation undo itself on `seen` and add what was folded into a bias."""
    with ExitStack() as hooks:
        for own, *others in zip(_convolutions(stream), *map(_convolutions, kept), strict=True):
            folded: list[Any] = [other[0] for other in others]
            fit = partial(_fit_norm, bias=_mean([convolution.bias for convolution in folded]))
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
