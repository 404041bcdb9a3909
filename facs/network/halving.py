"""Weights stored in half precision: half the size, while arithmetic stays in single precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import onnx

__all__ = ["LARGE", "halve"]

LARGE: Final = 1024
"""Tensors of more numbers than this are stored in half precision."""


def halve(model: onnx.ModelProto) -> None:
    """Store large single-precision tensors in half precision, each behind a cast back.

    One with a number beyond the range of half precision (65504) stays as it is.
    """
    import onnx
    from onnx import helper, numpy_helper

    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or np.prod(tensor.dims) <= LARGE:
            continue
        whole = numpy_helper.to_array(tensor)
        if np.abs(whole).max() > np.finfo(np.float16).max:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(whole.astype(np.float16), name + "_half"))
        casts.append(helper.make_node("Cast", [name + "_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    if casts:
        del model.graph.value_info[:]
