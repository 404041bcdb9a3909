"""What an export is made from, and the ONNX files that it will write; nothing is written here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from facs.adapting.files import origin_of
from facs.apps.description import APP_KEY, describe
from facs.apps.exported import ExportedFile
from facs.apps.precision import (
    annotate,
    as_half,
    as_single,
    has_eight_bits,
    has_halves,
    opset_of,
    read_onnx,
)
from facs.errors import ModelError
from facs.network.spec import ModelSpec
from facs.network.weights import ShippedModel, files_of, load_model

__all__ = ["Content", "Source", "contents", "facts_of", "open_source"]

_ENDINGS: Final = ("-fp32", "-fp16")
"""What an earlier export has put behind the name of a model."""


@dataclass(frozen=True)
class Source:
    """A model that is exported; its files have been opened and belong together.

    Parameters
    ----------
    name : str
        Beginning of the names of the files, without a precision.
    spec : ModelSpec
    files : ShippedModel
    small : ShippedModel or None
        The same in eight bits, where that was asked for.
    halves : bool
        Whether weights are stored in half precision already, so that ``fp16`` rounds nothing.
    adapted : dict or None
        Of an adapted model, ``from`` which one and by which ``method``.
    """

    name: str
    spec: ModelSpec
    files: ShippedModel
    small: ShippedModel | None
    halves: bool
    adapted: dict[str, str] | None


@dataclass(frozen=True)
class Content:
    """One ONNX file, before it is written."""

    file: ExportedFile
    data: bytes


def open_source(model: str | Path | None, precisions: Sequence[str]) -> Source:
    """Find a model as `load_model` does, and see that it can be exported.

    Raises
    ------
    ModelError
        If there is none, its files do not belong together, or it is not there in eight bits.
    """
    files = files_of(model)
    spec = load_model(files.spatial).spec
    _refuse_eight_bits(files)
    name = files.spatial.stem.removesuffix("-spatial")
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    small = _in_eight_bits(files, name, spec) if "int8" in precisions else None
    halves = has_halves(read_onnx(files.spatial))
    return Source(name, spec, files, small, halves, _origin(files.spatial))


def _origin(path: Path) -> dict[str, str] | None:
    """Where an adapted model comes from; what a file of others says may be anything."""
    try:
        known = origin_of(path)
    except (TypeError, ValueError, RecursionError):
        known = {}
    if known is None:
        return None
    return {key: str(known.get(key, "something unknown")) for key in ("from", "method")}


def _refuse_eight_bits(source: ShippedModel) -> None:
    if not has_eight_bits(read_onnx(source.spatial)):
        return
    name = source.spatial.stem.removesuffix("-spatial")
    whole = name.removesuffix("-int8")
    way = f"export {whole}, whose int8 they are" if whole != name else "export what they are of"
    raise ModelError(f"wanted weights in half or single precision, these have eight bits: {way}")


def _in_eight_bits(source: ShippedModel, name: str, spec: ModelSpec) -> ShippedModel:
    """The same model in eight bits, which training writes beside the other."""
    small = source.spatial.with_name(f"{name}-int8-spatial.onnx")
    if small == source.spatial or not small.is_file():
        raise ModelError(
            f"wanted {small.name} beside {source.spatial}, it is not there: eight bits need the "
            "ranges of real inputs and are made by facs train units; leave int8 out"
        )
    files = files_of(small)
    same = replace(load_model(small).spec, name=spec.name) == spec
    if not same or (files.temporal is None) != (source.temporal is None):
        raise ModelError(
            f"wanted one model in two precisions, {small.name} and {source.spatial.name} are not "
            "the same model: leave int8 out"
        )
    return files


def facts_of(source: Source) -> dict[str, Any]:
    """What `model.json` and each file say, but for the list of files."""
    temporal = source.files.temporal
    facts = describe(
        source.spec,
        two_sizes=_sees_two_sizes(source.files.spatial),
        own_motion=temporal is not None and _sees_own_motion(temporal),
    )
    if temporal is None:
        del facts["streams"]["temporal"]
    return facts | {"adapted": source.adapted}


def _sees_two_sizes(path: Path) -> bool:
    """Nothing but `facs.network.sizes` resizes in a file of ours."""
    return any(node.op_type == "Resize" for node in read_onnx(path).graph.node)


def _sees_own_motion(path: Path) -> bool:
    """Nothing but `facs.network.carried` multiplies matrices before a file's first layer."""
    before = takewhile(lambda node: node.op_type != "Conv", read_onnx(path).graph.node)
    return any(node.op_type == "MatMul" for node in before)


def contents(source: Source, precisions: Sequence[str], facts: dict[str, Any]) -> Iterator[Content]:
    """The ONNX files of a model, precision by precision."""
    for precision in dict.fromkeys(precisions):
        files = source.small if precision == "int8" else source.files
        assert files is not None  # open_source has looked for it
        for stream, path in (("spatial", files.spatial), ("temporal", files.temporal)):
            if path is not None:
                name = f"{source.name}-{precision}-{stream}.onnx"
                yield _content(path, name, stream, precision, facts)


def _content(path: Path, name: str, stream: str, precision: str, facts: dict[str, Any]) -> Content:
    stored = read_onnx(path)
    changed = {"fp32": as_single, "fp16": as_half}.get(precision)
    model = stored if changed is None else changed(stored)
    annotate(model, {APP_KEY: json.dumps(facts)})
    data = model.SerializeToString()
    digest = hashlib.sha256(data).hexdigest()
    file = ExportedFile(name, stream, precision, opset_of(model), len(data), digest)
    return Content(file, data)
