"""Write the files of a model for apps."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from facs.apps.description import APP_KEY, describe
from facs.apps.precision import annotate, as_single, has_eight_bits, opset_of, read_onnx
from facs.apps.readme import ExportedFile, readme
from facs.errors import InputError, ModelError, OutputError
from facs.files import atomic
from facs.network.backends import OnnxStream
from facs.network.spec import ModelSpec
from facs.network.weights import ShippedModel, files_of, sha256_of

if TYPE_CHECKING:
    import onnx

__all__ = ["MANIFEST", "PRECISIONS", "export_model", "left_over"]

PRECISIONS: Final = ("fp32", "fp16", "int8")

MANIFEST: Final = "model.json"
"""Name of the file that says everything in numbers."""


def export_model(
    model: str | Path | None,
    folder: str | os.PathLike[str],
    precisions: Sequence[str] = PRECISIONS,
) -> list[Path]:
    """Write a model's ONNX files, what they want and give as JSON, and a README.

    Parameters
    ----------
    model : str or Path, optional
        A shipped name, or the path of a ``...-spatial.onnx`` file.
    folder : path
        Is made if it is not there.
    precisions : sequence of str
        Of ``"fp32"``, ``"fp16"`` (weights stored in half) and ``"int8"``; the last takes a model
        whose ``...-int8-spatial.onnx`` lies beside it.

    Returns
    -------
    list of Path
        ``NAME-PRECISION-STREAM.onnx``, ``model.json``, ``README.md``.

    Raises
    ------
    ModelError
        If there is no such model, or not in a precision that was asked for.
    InputError
        If a precision is none.
    MissingPackageError
        If the package onnx is not installed.
    OutputError
        If the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> [path.name for path in export_model(None, tempfile.mkdtemp(), ["fp16"])][2:]
    ['model.json', 'README.md']
    """
    _check(precisions)
    source = files_of(model)
    name = source.spatial.stem.removesuffix("-spatial")
    spec = OnnxStream(source.spatial).spec
    _refuse_eight_bits(source)
    small = _in_eight_bits(source, spec) if "int8" in precisions else source
    target = _folder(folder)
    facts = describe(
        spec,
        two_sizes=_sees_two_sizes(source.spatial),
        own_motion=source.temporal is not None and _sees_own_motion(source.temporal),
    )
    exported: list[ExportedFile] = []
    for precision in dict.fromkeys(precisions):
        for stream, content in _streams(small if precision == "int8" else source, precision):
            path = target / f"{name}-{precision}-{stream}.onnx"
            exported.append(_write(content, path, stream, precision, facts))
    if not any(file.stream == "temporal" for file in exported):
        del facts["streams"]["temporal"]
    texts = {
        MANIFEST: json.dumps(_manifest(facts, exported), indent=1) + "\n",
        "README.md": readme(spec, exported, MANIFEST),
    }
    for file, text in texts.items():
        with atomic(target / file) as path:
            path.write_text(text, encoding="utf-8")
    return [target / file.name for file in exported] + [target / file for file in texts]


def left_over(exported: Sequence[Path]) -> list[Path]:
    """ONNX files of earlier exports beside those of this one, whose ``model.json`` has them not."""
    return sorted(set(exported[0].parent.glob("*.onnx")) - set(exported))


def _sees_two_sizes(path: Path) -> bool:
    """Nothing but `facs.network.sizes` resizes in a file of ours."""
    return any(node.op_type == "Resize" for node in read_onnx(path).graph.node)


def _sees_own_motion(path: Path) -> bool:
    """Nothing but `facs.network.carried` multiplies matrices before a file's first layer."""
    before = takewhile(lambda node: node.op_type != "Conv", read_onnx(path).graph.node)
    return any(node.op_type == "MatMul" for node in before)


def _check(precisions: Sequence[str]) -> None:
    unknown = [p for p in precisions if p not in PRECISIONS]
    if unknown or not precisions:
        raise InputError(f"wanted precisions of {PRECISIONS}, got {unknown or 'none'}")


def _folder(folder: str | os.PathLike[str]) -> Path:
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {target}: {error.strerror}") from error
    return target


def _refuse_eight_bits(source: ShippedModel) -> None:
    if not has_eight_bits(read_onnx(source.spatial)):
        return
    name = source.spatial.stem.removesuffix("-spatial")
    whole = name.removesuffix("-int8")
    way = f"export {whole}, whose int8 they are" if whole != name else "export what they are of"
    raise ModelError(f"wanted weights in half or single precision, these have eight bits: {way}")


def _streams(files: ShippedModel, precision: str) -> Iterator[tuple[str, onnx.ModelProto]]:
    """The streams of a model in one precision, each with its name."""
    for stream, path in (("spatial", files.spatial), ("temporal", files.temporal)):
        if path is not None:
            stored = read_onnx(path)
            yield stream, as_single(stored) if precision == "fp32" else stored


def _in_eight_bits(source: ShippedModel, spec: ModelSpec) -> ShippedModel:
    """The same model in eight bits, which training writes beside the other."""
    small = source.spatial.with_name(source.spatial.name.replace("-spatial", "-int8-spatial"))
    if small == source.spatial or not small.is_file():
        raise ModelError(
            f"wanted {small.name} beside {source.spatial}, it is not there: eight bits need the "
            "ranges of real inputs and are made by facs train units; leave int8 out"
        )
    if replace(OnnxStream(small).spec, name=spec.name) != spec:
        raise ModelError(f"{small.name} and {source.spatial.name} are not the same model")
    return files_of(small)


def _write(
    model: onnx.ModelProto, path: Path, stream: str, precision: str, facts: dict[str, Any]
) -> ExportedFile:
    annotate(model, {APP_KEY: json.dumps(facts)})
    with atomic(path) as partial:
        partial.write_bytes(model.SerializeToString())
    return ExportedFile(
        path.name, stream, precision, opset_of(model), path.stat().st_size, sha256_of(path)
    )


def _manifest(facts: dict[str, Any], exported: Sequence[ExportedFile]) -> dict[str, Any]:
    return {"opset": exported[0].opset, "files": [asdict(file) for file in exported], **facts}
