"""A model's files again, with another specification and other weights in some places."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import MissingPackageError, OutputError
from facs.files import atomic
from facs.network.spec import SPEC_KEY, ModelSpec
from facs.network.weights import pair_of

__all__ = ["ADAPTED_KEY", "changed_file", "check_free", "need_onnx", "origin_of", "write_pair"]

ADAPTED_KEY: Final = "facs.adapted"
"""Key in the metadata of an adapted file: from which model, by what, and the guard's numbers."""


def need_onnx() -> None:
    """Raise MissingPackageError where the package onnx is not installed."""
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise MissingPackageError.of("onnx", "export", "facs adapt") from None


def changed_file(
    path: Path,
    spec: ModelSpec,
    facts: Mapping[str, Any],
    tensors: Mapping[str, NDArray[np.float32]],
) -> bytes:
    """The content of an ONNX file with this specification, these facts and these tensors.

    Tensors keep the precision in which the file stores them.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    for stored in model.graph.initializer:
        if stored.name in tensors:
            kind = numpy_helper.to_array(stored).dtype
            values = np.ascontiguousarray(tensors[stored.name].astype(kind))
            stored.CopyFrom(numpy_helper.from_array(values, stored.name))
    known = {entry.key: entry.value for entry in model.metadata_props}
    new = {SPEC_KEY: spec.to_json(), ADAPTED_KEY: json.dumps(facts)}
    onnx.helper.set_model_props(model, known | new)
    return bytes(model.SerializeToString())


def origin_of(path: Path) -> dict[str, Any] | None:
    """What an adapted file says of where it comes from; None where it is not adapted."""
    from facs.sessions import open_session

    text = open_session(path).get_modelmeta().custom_metadata_map.get(ADAPTED_KEY)
    return None if text is None else dict(json.loads(text))


def check_free(out: Path) -> None:
    """Refuse a place where a model is already, or that cannot be written to.

    Raises
    ------
    OutputError
    """
    for path in (out, *pair_of(out)):
        if path.exists():
            raise OutputError(f"{path} is there already: choose another name, or remove it")
    folder = pair_of(out)[0].parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OutputError(f"cannot write {out}: {folder} is no folder that can be written to")


def write_pair(out: Path, spatial: bytes, temporal: bytes | None) -> tuple[Path, ...]:
    """Write the files that the path ``child.onnx`` stands for, and say which.

    Raises
    ------
    OutputError
        If they are there already, or cannot be written.
    """
    check_free(out)
    contents = [(p, c) for p, c in zip(pair_of(out), (spatial, temporal), strict=True) if c]
    for path, content in reversed(contents):  # a pair is found by its spatial file
        with atomic(path) as unfinished:
            unfinished.write_bytes(content)
    return tuple(path for path, _ in contents)
