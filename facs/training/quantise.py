"""From a file in single precision to one in eight bits: a quarter of the size, a third of the time.

Static quantisation with the ranges of real inputs, weights per output channel (Jacob et al.,
"Quantization and training of neural networks for efficient integer-arithmetic-only inference",
2018), by ONNX Runtime's own tool.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx
from numpy.typing import NDArray

from facs.files import atomic
from facs.training.export import quiet

__all__ = ["quantise"]

BATCH = 32


def quantise(source: Path, out: Path, inputs: NDArray[Any]) -> None:
    """Write the eight-bit twin of an ONNX file, with the same metadata.

    What happens to pictures and flows before the first layer stays exact: it is little work, and
    differences of nearly equal numbers are made there.

    Parameters
    ----------
    source : Path
        A network with one input, in single precision.
    out : Path
    inputs : array, shape (n, ...)
        What the network meets in use; their ranges are kept.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with atomic(out) as unfinished, TemporaryDirectory() as folder, quiet(None):
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(source, prepared)
        _quantise(prepared, unfinished, _reader(inputs, onnx.load(source).graph.input[0].name))
        _copy_metadata(source, unfinished)


def _quantise(prepared: Path, out: Path, reader: Any) -> None:
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    quantize_static(
        prepared,
        out,
        reader,
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv", "Gemm", "MatMul", "MaxPool", "Split", "Slice", "Concat"],
        nodes_to_exclude=_before_the_first_layer(prepared),
    )


def _before_the_first_layer(path: Path) -> list[str]:
    """Names of the nodes that prepare a network's input; a file has them in order."""
    nodes = onnx.load(path).graph.node
    first = next(i for i, node in enumerate(nodes) if node.op_type == "Conv")
    return [node.name for node in nodes[:first]]


def _reader(inputs: NDArray[Any], name: str) -> Any:
    """Batches in the form that the quantiser asks for."""
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            starts = range(0, len(inputs), BATCH)
            self.batches = iter({name: inputs[i : i + BATCH]} for i in starts)

        def get_next(self) -> dict[str, NDArray[Any]] | None:
            return next(self.batches, None)

    return Reader()


def _copy_metadata(source: Path, target: Path) -> None:
    model = onnx.load(target)
    del model.metadata_props[:]
    model.metadata_props.extend(onnx.load(source).metadata_props)
    target.write_bytes(model.SerializeToString())
