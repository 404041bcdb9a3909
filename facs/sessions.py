"""Open an ONNX file: one way for the landmark network and for the streams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from facs.errors import ModelError

__all__ = ["MAX_FILE", "first_line", "open_session", "raise_if_memory"]

MAX_FILE = 1 << 30
"""Bytes; no model of ours comes near, and a larger file is refused before it is read."""


OUT_OF_MEMORY = ("bad_alloc", "Failed to allocate memory")
"""What ONNX Runtime says, in a class of its own, where there is no memory left."""


def open_session(path: Path, threads: int = 1) -> Any:
    """Open a file in ONNX Runtime on the processor.

    Parameters
    ----------
    path : Path
    threads : int
        Threads inside one inference, of this session alone.

    Raises
    ------
    ModelError
        If there is no such file, if it is too large, or if it is no ONNX file.
    MemoryError
        If the machine has too little memory left.
    """
    import onnxruntime

    if not path.is_file():
        raise ModelError(f"wanted a model file, nothing is at {path}; see `facs models`")
    if path.stat().st_size > MAX_FILE:
        raise ModelError(f"wanted a model of at most {MAX_FILE >> 20} MiB, {path} is larger")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises a family of private classes
        raise_if_memory(error)
        raise ModelError(f"wanted an ONNX file, {path} is not one: {first_line(error)}") from None


def raise_if_memory(error: Exception) -> None:
    """Raise MemoryError if that is what an engine means: of the machine, not of the file."""
    if isinstance(error, MemoryError) or any(text in str(error) for text in OUT_OF_MEMORY):
        raise MemoryError(first_line(error)) from None


def first_line(error: Exception) -> str:
    """The first line of what an engine says, which may go on for pages."""
    return (str(error).splitlines() or [type(error).__name__])[0]
