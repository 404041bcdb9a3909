"""From torch to ONNX: one file, half the size, the same numbers."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from facs.files import atomic
from facs.network.folding import fold_norms
from facs.network.halving import LARGE, halve

__all__ = ["OPSET", "export", "quiet", "round_to_half"]

OPSET = 20


def round_to_half(network: nn.Module) -> nn.Module:
    """Round large weights to what half precision can hold, so that torch and the file agree.

    Normalisations are folded first (`fold_norms`): the network can be used but no longer
    trained. Arithmetic stays in single precision everywhere; only storage is halved.
    """
    with torch.no_grad():
        for weight in fold_norms(network).parameters():
            if weight.numel() > LARGE:
                weight.copy_(weight.half().float())
    return network


def export(
    network: nn.Module,
    example: Tensor,
    path: Path,
    *,
    input_name: str,
    output_names: Sequence[str],
    metadata: Mapping[str, str],
    half: bool = True,
) -> None:
    """Write a network, rounded by `round_to_half`, as one ONNX file with a free batch size.

    Parameters
    ----------
    example : Tensor
        An input of batch size 2.
    metadata : mapping of str
        Goes into the file's ``metadata_props``.
    half : bool
        Store large tensors in half precision.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    network.eval()
    model = _traced(network, example, input_name, output_names)
    if half:
        halve(model)
    _forget_where(model)
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    with atomic(path) as partial:
        partial.write_bytes(model.SerializeToString())


def _forget_where(model: onnx.ModelProto) -> None:
    """Take out what the exporter says of the source, with paths of the machine that exported."""
    del model.metadata_props[:]
    for part in (model.graph, *model.graph.node, *model.graph.value_info):
        del part.metadata_props[:]
        part.doc_string = ""


def _traced(
    network: nn.Module, example: Tensor, input_name: str, output_names: Sequence[str]
) -> onnx.ModelProto:
    batch = torch.export.Dim("batch", min=1, max=4096)
    with warnings.catch_warnings(), quiet("torch.onnx"):
        warnings.simplefilter("ignore")  # the exporter's own deprecation notices
        program = torch.onnx.export(
            network,
            (example,),
            input_names=[input_name],
            output_names=list(output_names),
            dynamic_shapes=({0: batch},),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    return program.model_proto


@contextmanager
def quiet(logger: str | None) -> Iterator[None]:
    """Silence a logger (None is the root) but for errors: these tools advise their own authors."""
    told = logging.getLogger(logger)
    level = told.level
    told.setLevel(logging.ERROR)
    try:
        yield
    finally:
        told.setLevel(level)
