"""A stream in torch again, from the ONNX file that it was shipped as; gradients need one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from facs.errors import MissingPackageError, ModelError
from facs.network.jaw import OneJaw
from facs.network.mirror import columns_in_mirror, mirrored_flows
from facs.network.sizes import AtTwoSizes
from facs.network.spec import ModelSpec
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream

if TYPE_CHECKING:
    import onnx

__all__ = ["Rebuilt", "rebuild", "stored_names"]

LAYERS: Final = (
    *(f"trunk.conv{i}.0" for i in range(1, 6)),
    *("head.dense.1", "head.dense.4", "head.scores"),
)
"""The layers that have weights, in the order in which a file computes them."""

TOLERANCE: Final = 1e-2
"""Scores of the rebuilt network may differ from those of the file by this: rounding, no more."""


@dataclass(frozen=True)
class Rebuilt:
    """A network in torch.

    Parameters
    ----------
    network : torch.nn.Module
        From crops or flows to scores, as the file does it: mirror image and sizes included.
    stream : SpatialStream or TemporalStream
        The part that has the trunk. It sees the face and, where the file does, its mirror image;
        where `two_sizes`, the smaller and the larger face, then their mirror images.
    """

    network: nn.Module
    stream: SpatialStream | TemporalStream

    @property
    def two_sizes(self) -> bool:
        """Whether the file sees a face at two sizes."""
        return any(isinstance(part, AtTwoSizes) for part in self.network.modules())


class BothWays(nn.Module):
    """The mean over face and mirror image as it is defined: the stream sees first one, then both.

    `facs.network.mirror.Mirrored` computes the same faster; here each picture can be looked at.
    """

    def __init__(self, stream: nn.Module, spec: ModelSpec) -> None:
        super().__init__()
        self.stream = stream
        self.swap = columns_in_mirror(spec.columns)

    def forward(self, x: Tensor) -> Tensor:
        """Map crops or flow stacks to scores (B, columns)."""
        turned = x.flip(-1) if x.ndim == 3 else mirrored_flows(x)
        one, other = self.stream(torch.cat([x, turned])).chunk(2)
        return torch.as_tensor((one + other[:, self.swap]) / 2)


def rebuild(path: Path, spec: ModelSpec, seen: NDArray[Any], wanted: NDArray[Any]) -> Rebuilt:
    """Build the torch network of a file that training wrote.

    What the file has around the stream (mirror image, sizes, one jaw) is found by trying.

    Parameters
    ----------
    path : Path
    spec : ModelSpec
        What the file says of itself.
    seen : array, shape (n, ...)
        Crops or flow stacks.
    wanted : array, shape (n, columns)
        What the file says of them.

    Raises
    ------
    ModelError
        If it is no stream of ours in half or single precision.
    MissingPackageError
        If the package onnx is not installed.
    """
    try:
        weights = _weights(path)
        streams = list(_possible(spec, weights))
    except (KeyError, IndexError, RuntimeError, AttributeError, ValueError) as error:
        raise ModelError(
            f"{path.name} cannot be rebuilt in torch, as AlexNet in half or single precision can; "
            f"choose the method differences or occlusion ({str(error).splitlines()[0]})"
        ) from None
    tried = [
        (_error(network, seen, wanted), network, stream)
        for stream in streams
        for network in _around(stream, spec)
    ]
    apart, network, stream = min(tried, key=itemgetter(0))
    if apart <= TOLERANCE:
        return Rebuilt(network, stream)
    raise ModelError(
        f"{path.name} computes something else than AlexNet as shipped; choose the method "
        "differences or occlusion"
    )


def _around(stream: nn.Module, spec: ModelSpec) -> Iterator[nn.Module]:
    """What a file may have around a stream."""
    both = BothWays(stream, spec)
    yield both.eval()
    yield OneJaw(both, spec.columns).eval()
    yield BothWays(OneJaw(stream, spec.columns), spec).eval()
    yield stream
    if spec.stream == "spatial":
        yield OneJaw(AtTwoSizes(both), spec.columns).eval()


@torch.no_grad()
def _error(network: nn.Module, seen: NDArray[Any], wanted: NDArray[Any]) -> float:
    """How far scores lie from those of the file, at most."""
    return float(np.abs(network(torch.from_numpy(seen)).numpy() - wanted).max())


def _weights(path: Path) -> dict[str, Tensor]:
    """Parameters by their names in a stream: what a file calls so, else what its layers take."""
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError:
        raise MissingPackageError.of("onnx", "train", "a gradient") from None
    graph = onnx.load(path).graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    found = {
        parameter: torch.from_numpy(numpy_helper.to_array(stored[name]).astype(np.float32))
        for parameter, name in stored_names(graph).items()
    }
    for layer in LAYERS:
        # a bias of zeros is left out of a file
        found.setdefault(f"{layer}.bias", torch.zeros(len(found[f"{layer}.weight"])))
    return _one_way(found)


def stored_names(graph: onnx.GraphProto) -> dict[str, str]:
    """Names of the tensors in which a file stores the parameters of a stream."""
    stored = {tensor.name.removesuffix("_half"): tensor.name for tensor in graph.initializer}
    found = {}
    for layer, node in zip(LAYERS, _layers(graph), strict=True):
        for kind, taken in zip(("weight", "bias"), (*node.input[1:], ""), strict=False):
            if name := _called(f"{layer}.{kind}", stored) or taken:
                found[f"{layer}.{kind}"] = stored[name]
    return found


def _called(parameter: str, stored: Collection[str]) -> str | None:
    """What a file calls a parameter: its name, after those of the modules around the stream."""
    return next((name for name in stored if f".{name}".endswith(f".{parameter}")), None)


def _layers(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    return [node for node in graph.node if node.op_type in ("Conv", "Gemm")]


def _one_way(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Leave out the first layer's mirrored kernels, where they are stored beside the others."""
    first = weights["trunk.conv1.0.weight"]
    n, size = 96, first.shape[2]
    return weights | {
        "trunk.conv1.0.weight": first[:n, :, :, :size].contiguous(),
        "trunk.conv1.0.bias": weights["trunk.conv1.0.bias"][:n].contiguous(),
    }


def _possible(
    spec: ModelSpec, weights: dict[str, Tensor]
) -> Iterator[SpatialStream | TemporalStream]:
    """Streams with these weights; of a flow's motion a file does not say what it sees."""
    flows = weights["trunk.conv1.0.weight"].shape[1]
    config = StreamConfig(
        len(spec.columns),
        hidden=weights["head.dense.1.weight"].shape[0],
        groups=96 // weights["trunk.conv2.0.weight"].shape[1],
        crop_size=spec.crop_size,
        slots=spec.slots,
        motion="magnitude" if flows == spec.slots else "vector",
    )
    yield _filled(config, spec, weights)
    if spec.stream == "temporal" and config.motion == "vector":
        yield _filled(replace(config, motion="own"), spec, weights)


def _filled(
    config: StreamConfig, spec: ModelSpec, weights: dict[str, Tensor]
) -> SpatialStream | TemporalStream:
    """A stream of this form, its normalisations folded away as in the file."""
    stream = SpatialStream(config) if spec.stream == "spatial" else TemporalStream(config)
    for part in stream.trunk.children():
        if isinstance(part, nn.Sequential) and isinstance(convolution := part[0], nn.Conv2d):
            convolution.bias = nn.Parameter(torch.zeros(convolution.out_channels))
            part[1] = nn.Identity()
    stream.load_state_dict(weights)
    return stream.eval()
