"""One ONNX file in another precision, and what is written into it; torch is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from facs.errors import MissingPackageError, ModelError
from facs.network.halving import halve

if TYPE_CHECKING:
    import onnx

__all__ = [
    "annotate",
    "as_half",
    "as_single",
    "has_eight_bits",
    "has_halves",
    "opset_of",
    "read_onnx",
]

STANDARD: Final = frozenset({"", "ai.onnx"})
"""Names of the domain of ONNX's own operators."""

OLDER: Final = 9
"""Version of ONNX's format that ONNX Runtime reads from 1.17 on, as it does operator set 20; the
next one (from 1.18 on) adds nothing that these files use."""

OLDER_OPSET: Final = 20
"""Latest version of ONNX's own operators that belongs to a file of that format."""


def read_onnx(path: Path) -> onnx.ModelProto:
    """Read an ONNX file.

    Raises
    ------
    MissingPackageError
        If the package onnx is not installed: ONNX Runtime runs files but does not write them.
    """
    try:
        import onnx
    except ImportError:
        raise MissingPackageError.of("onnx", "export", "facs export") from None
    return onnx.load(path)


def has_eight_bits(model: onnx.ModelProto) -> bool:
    """Whether weights are stored in eight bits, from which halves do not come back."""
    return any(node.op_type == "DequantizeLinear" for node in model.graph.node)


def has_halves(model: onnx.ModelProto) -> bool:
    """Whether weights are stored in half precision."""
    import onnx

    return any(t.data_type == onnx.TensorProto.FLOAT16 for t in model.graph.initializer)


def as_single(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store weights in single precision that were kept in half and cast back at every start.

    The numbers are the same: each half is a single as well.

    Raises
    ------
    ModelError
        If the weights are stored in eight bits, from which they do not come back.
    """
    import onnx
    from onnx import numpy_helper

    if has_eight_bits(model):
        raise ModelError("wanted weights in half or single precision, these have eight bits")
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    stored = {tensor.name: tensor for tensor in whole.graph.initializer}
    casts = [node for node in whole.graph.node if _widens(node, stored)]
    for node in casts:
        tensor = stored[node.input[0]]
        values = numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values, node.output[0]))
        whole.graph.node.remove(node)
    return whole


def as_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store weights in half precision that were kept in single; halves stay as they are.

    Rounding moves scores by some thousandths where the weights were not halves before.
    """
    import onnx

    half = onnx.ModelProto()
    half.CopyFrom(model)
    halve(half)
    return half


def _widens(node: onnx.NodeProto, stored: Mapping[str, onnx.TensorProto]) -> bool:
    """Whether a node does nothing but cast stored halves to singles."""
    import onnx

    return (
        node.op_type == "Cast"
        and node.input[0] in stored
        and stored[node.input[0]].data_type == onnx.TensorProto.FLOAT16
        and any(a.name == "to" and a.i == onnx.TensorProto.FLOAT for a in node.attribute)
    )


def annotate(model: onnx.ModelProto, facts: Mapping[str, str]) -> None:
    """Add metadata; leave out what older engines refuse and no node uses.

    These are operator sets, and a later version of the format.
    """
    import onnx

    used = {node.domain for node in model.graph.node} | STANDARD
    kept = [entry for entry in model.opset_import if entry.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    if opset_of(model) <= OLDER_OPSET:
        model.ir_version = min(model.ir_version, OLDER)
    onnx.helper.set_model_props(model, {p.key: p.value for p in model.metadata_props} | dict(facts))


def opset_of(model: onnx.ModelProto) -> int:
    """Version of ONNX's own operators that a file needs."""
    return max(int(entry.version) for entry in model.opset_import if entry.domain in STANDARD)
