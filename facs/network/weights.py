"""The shipped weights, and the one door to any model: a name or a path in, a model out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from facs.errors import InputError, ModelError
from facs.files import sha256_of
from facs.network.backends import OnnxStream
from facs.network.predict import TwoStreamModel
from facs.network.spec import ModelSpec

__all__ = [
    "DEFAULT",
    "ShippedModel",
    "files_of",
    "load_model",
    "pair_of",
    "shipped",
    "spec_of",
]

DEFAULT: Final = "facs-16"
"""Name of the model that is used where none is asked for."""


@dataclass(frozen=True)
class ShippedModel:
    """A model in the package: two files, spatial and temporal."""

    name: str
    spatial: Path
    temporal: Path | None

    @property
    def size(self) -> int:
        """Bytes of its files together."""
        return sum(p.stat().st_size for p in (self.spatial, self.temporal) if p is not None)


def shipped() -> dict[str, ShippedModel]:
    """Every model in the package, by name."""
    folder = Path(str(resources.files("facs.weights")))
    models = {}
    for spatial in sorted(folder.glob("*-spatial.onnx")):
        name = spatial.name.removesuffix("-spatial.onnx")
        temporal = folder / f"{name}-temporal.onnx"
        models[name] = ShippedModel(name, spatial, temporal if temporal.exists() else None)
    return models


def load_model(
    model: str | Path | None = None, *, motion: bool = True, threads: int = 1
) -> TwoStreamModel:
    """Open a model.

    Parameters
    ----------
    model : str or Path, optional
        A shipped name (`facs models` lists them), or the path of a ``...-spatial.onnx``
        file; its ``...-temporal.onnx`` is taken along where it lies beside it. The path
        ``child.onnx`` stands for ``child-spatial.onnx`` where it is no file itself.
    motion : bool
        False leaves the temporal stream out.
    threads : int
        Threads inside one inference.

    Raises
    ------
    ModelError
        If there is no such model; the message lists those that exist.
    """
    files = files_of(model)
    spatial = OnnxStream(files.spatial, threads)
    checksum = sha256_of(files.spatial)
    if not motion or files.temporal is None:
        return TwoStreamModel(spatial, sha256=checksum)
    return TwoStreamModel(spatial, OnnxStream(files.temporal, threads), checksum)


def files_of(model: str | Path | None = None) -> ShippedModel:
    """Find the files of a model as `load_model` does; raises ModelError if there are none."""
    known, model = shipped(), DEFAULT if model is None else model
    if not isinstance(model, (str, os.PathLike)):
        raise InputError(
            f"wanted a model of {sorted(known)} or the path of an ONNX file, got {model!r}"
        )
    if str(model) in known:
        return known[str(model)]
    path = Path(model)
    if not path.is_file() and pair_of(path)[0].is_file():
        path = pair_of(path)[0]
    if not path.is_file():
        raise ModelError(
            f"wanted a model of {sorted(known)} or the path of an ONNX file, got {str(model)!r}"
        )
    temporal = path.with_name(path.name.replace("-spatial", "-temporal"))
    has_motion = temporal != path and temporal.is_file()
    return ShippedModel(path.stem, path, temporal if has_motion else None)


def pair_of(path: Path) -> tuple[Path, Path]:
    """Names of the two files of a model that a path without ``-spatial`` stands for.

    Examples
    --------
    >>> [file.name for file in pair_of(Path("child.onnx"))]
    ['child-spatial.onnx', 'child-temporal.onnx']
    """
    stem = path.name.removesuffix(".onnx").removesuffix("-spatial")
    return path.with_name(f"{stem}-spatial.onnx"), path.with_name(f"{stem}-temporal.onnx")


def spec_of(model: ShippedModel) -> ModelSpec:
    """The specification inside a model's files."""
    return OnnxStream(model.spatial).spec
