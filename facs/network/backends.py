"""Engines that turn clips into raw scores: ONNX Runtime to analyse, torch to train and compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from facs.errors import ModelError
from facs.network.spec import SPEC_KEY, ModelSpec
from facs.sessions import first_line, open_session, raise_if_memory

__all__ = ["OnnxStream", "Stream", "TorchStream"]

RawScores = NDArray[np.float32]


class Stream(Protocol):
    """One stream: its specification, and a call from a batch to raw scores."""

    @property
    def spec(self) -> ModelSpec:
        """What the weights say about themselves."""

    def __call__(self, batch: NDArray[Any]) -> RawScores:
        """Map crops (B, S, S) uint8 or flow stacks (B, 2 * slots, S, S) to scores (B, columns)."""


class OnnxStream:
    """A stream in ONNX Runtime.

    Parameters
    ----------
    path : Path
    threads : int
        Threads inside one inference; of this session alone.

    Raises
    ------
    ModelError
        If the file is absent, is no ONNX file, carries no specification of ours, or takes and gives
        other types and shapes than that says.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._session = open_session(path, threads)
        try:
            text = self._session.get_modelmeta().custom_metadata_map.get(SPEC_KEY)
        except UnicodeDecodeError:  # what is there is no text
            text = None
        if text is None:
            raise ModelError(
                f"wanted a model of facs, {path} is an ONNX file without {SPEC_KEY!r} in its "
                "metadata; facs export and facs train write such files"
            )
        self.spec = ModelSpec.from_json(text)
        self._input = _checked_input(self._session, self.spec, path)

    def __call__(self, batch: NDArray[Any]) -> RawScores:
        """Run one batch; raises ModelError if the file does not do what it says of itself."""
        try:
            scores = self._session.run(["scores"], {self._input: batch})[0]
            found = np.asarray(scores, np.float32)
        except Exception as error:  # onnxruntime raises a family of private classes
            raise_if_memory(error)
            raise ModelError(f"{self.spec.name} cannot be run: {first_line(error)}") from None
        if found.shape != (len(batch), len(self.spec.columns)):
            raise ModelError(
                f"{self.spec.name}: wanted scores ({len(batch)}, {len(self.spec.columns)}), "
                f"got {found.shape}"
            )
        if not np.isfinite(found).all():
            raise ModelError(f"{self.spec.name}: wanted finite scores, got NaN or infinity")
        return found


def _checked_input(session: Any, spec: ModelSpec, path: Path) -> str:
    """Name of a file's one input, which has to take what its specification says."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    names = [value.name for value in inputs], [value.name for value in outputs]
    if len(inputs) != 1 or "scores" not in names[1]:
        raise ModelError(
            f"wanted one input and the output 'scores', {path} has {names[0]} and {names[1]}"
        )
    taken = spec.crop_size, spec.crop_size
    if spec.stream == "spatial":
        wanted: tuple[str, tuple[int, ...]] = "tensor(uint8)", taken
    else:
        wanted = "tensor(float)", (2 * spec.slots, *taken)
    _check_port(inputs[0], *wanted, path)
    scores = outputs[names[1].index("scores")]
    _check_port(scores, "tensor(float)", (len(spec.columns),), path)
    return str(inputs[0].name)


def _check_port(port: Any, kind: str, shape: tuple[int, ...], path: Path) -> None:
    """Refuse another type, another size, and a batch size that is fixed.

    Sizes that a file leaves open are names, or None, in ONNX Runtime.
    """
    sizes = list(port.shape)
    fits = len(sizes) == 1 + len(shape) and not isinstance(sizes[0], int)
    fits = fits and all(
        size == wanted or not isinstance(size, int)
        for size, wanted in zip(sizes[1:], shape, strict=True)
    )
    if port.type != kind or not fits:
        raise ModelError(
            f"wanted {port.name!r} as {kind} of shape {['batch', *shape]}, {path} has "
            f"{port.type} of shape {sizes}"
        )


class TorchStream:
    """A stream in torch, for training, for comparison and for explanations.

    Parameters
    ----------
    network : torch.nn.Module
    spec : ModelSpec
    """

    def __init__(self, network: Any, spec: ModelSpec) -> None:
        self._network = network.eval()
        self.spec = spec

    def __call__(self, batch: NDArray[Any]) -> RawScores:
        """Run one batch."""
        import torch

        with torch.no_grad():
            return np.asarray(self._network(torch.from_numpy(batch)).numpy(), np.float32)
