"""One file of an export, as ``model.json`` lists it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ExportedFile"]


@dataclass(frozen=True)
class ExportedFile:
    """One ONNX file of an export.

    Parameters
    ----------
    name : str
    stream : str
        ``"spatial"`` or ``"temporal"``.
    precision : str
    opset : int
    size : int, bytes
    sha256 : str
    """

    name: str
    stream: str
    precision: str
    opset: int
    size: int
    sha256: str
