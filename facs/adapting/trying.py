"""The ways to adapt that are tried, and what each takes: scores of all faces, changed faces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.adapting.comparison import Comparison
from facs.adapting.files import changed_file
from facs.adapting.footage import Footage
from facs.adapting.guard import Side, compare
from facs.adapting.labelled import Labels
from facs.adapting.shift import shifted
from facs.adapting.views import views
from facs.errors import MissingPackageError, ModelError
from facs.network.backends import OnnxStream, Stream
from facs.network.spec import ModelSpec
from facs.network.weights import ShippedModel

__all__ = ["METHODS", "Trial", "Workshop"]

Floats = NDArray[np.float32]

METHODS: Final = ("rest", "consistency")
"""What can be tried; the first alone where nobody asks for more: the second takes minutes."""

MOST_FACES: Final = 150
"""Faces that the layers learn from, spread over the films."""

LOOKED_AT: Final = 80
"""Faces of each film that the guard changes a little, spread over what is held out."""

BATCH: Final = 32


@dataclass(frozen=True)
class Trial:
    """One way that was tried.

    Parameters
    ----------
    method : str
        Of `METHODS`.
    comparison : Comparison
        What the guard measured.
    spec : ModelSpec
        Of the spatial stream.
    tensors : mapping of str to array
        Weights of the spatial file that are new, by their names there.
    """

    method: str
    comparison: Comparison
    spec: ModelSpec = field(repr=False)
    tensors: dict[str, Floats] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Workshop:
    """Films, the model that is adapted, and a folder for models that are tried."""

    films: Sequence[Footage]
    files: ShippedModel
    stream: OnnxStream
    folder: Path

    @cached_property
    def old(self) -> Side:
        """The model as it is."""
        return Side(self.stream.spec, [None] * len(self.films), self.views(self.stream))

    def trial(self, method: str, labels: Sequence[Labels] | None) -> Trial:
        """Try one way.

        Raises
        ------
        InputError
            If too little of a calm face was seen.
        MissingPackageError, ModelError
            If the way takes torch, or a file that can be rebuilt in it, and there is none.
        """
        tensors = self.consistent() if method == "consistency" else {}
        stream = self.with_tensors(tensors) if tensors else self.stream
        raw = self.scores(stream) if tensors else self.old.spatial
        spec = shifted(self.stream.spec, self.films, raw)
        new = Side(spec, raw, self.views(stream) if tensors else self.old.views)
        return Trial(method, compare(self.films, self.old, new, labels), spec, tensors)

    def scores(self, stream: Stream) -> list[Floats]:
        """Raw scores of another spatial stream for all frames of each film."""
        found = []
        for one in self.films:
            table = np.full_like(one.spatial, np.nan)
            table[one.rows] = _in_batches(stream, one.crops)
            found.append(table)
        return found

    def views(self, stream: Stream) -> list[Floats]:
        """Raw scores of some faces that are held out, as they are and changed a little."""
        found = []
        for one in self.films:
            crops = _spread(one.crops[one.held_out[one.rows]], LOOKED_AT)
            found.append(np.stack([_in_batches(stream, view) for view in (crops, *views(crops))]))
        return found

    def consistent(self) -> dict[str, Floats]:
        """New tensors of the spatial file, learned from pieces that are not held out."""
        try:
            import torch  # noqa: F401
        except ImportError:
            raise MissingPackageError.of("torch", "train", "consistency") from None
        from facs.training.adapt import consistent_layers

        crops, resting = (np.concatenate(parts) for parts in zip(*self._taught(), strict=True))
        pictures = [crops, *views(crops)]
        path = self.files.spatial
        try:
            return consistent_layers(path, self.stream.spec, pictures, resting)
        except ModelError:
            raise ModelError(
                f"{path.name} cannot learn, as AlexNet in half or single precision can; choose "
                "the method rest alone"
            ) from None

    def _taught(self) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
        each = max(1, MOST_FACES // len(self.films))
        for one in self.films:
            teaches = ~one.held_out[one.rows]
            resting = one.resting[one.rows][teaches]
            yield _spread(one.crops[teaches], each), _spread(resting, each)

    def with_tensors(self, tensors: dict[str, Floats]) -> OnnxStream:
        """The spatial stream with other weights, as its file will be."""
        path = self.folder / "tried-spatial.onnx"
        path.write_bytes(changed_file(self.files.spatial, self.stream.spec, {}, tensors))
        return OnnxStream(path)


def _spread(rows: NDArray[Any], most: int) -> NDArray[Any]:
    """At most so many rows, evenly over all."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _in_batches(stream: Stream, crops: NDArray[np.uint8]) -> Floats:
    columns = len(stream.spec.columns)
    parts = [stream(crops[i : i + BATCH]) for i in range(0, len(crops), BATCH)]
    return np.concatenate(parts) if parts else np.zeros((0, columns), np.float32)
