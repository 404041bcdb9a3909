"""A file of rows that grows while frames arrive, and is whole up to where it broke off.

Blocks follow each other, each with its length and its checksum: one header, then
times of frames and rows of people as they become final, and one end if the analysis
came to it. A process that is killed leaves the blocks that it wrote; what was being
written is left out when the file is read. Nothing in it is code, and what a block
declares is checked before memory is taken for it.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import OutputError, RecordingError

__all__ = ["END", "FRAMES_PER_BLOCK", "HEADER", "ROWS", "TIMES", "JournalWriter", "read_blocks"]

HEADER, TIMES, ROWS, END = b"H", b"T", b"R", b"E"

FRAMES_PER_BLOCK: Final = 32
"""A process that is killed loses about as many frames: a second of video."""

_MAGIC: Final = b"facs-rows 1\n"
_BLOCK: Final = struct.Struct("<cII")  # kind, bytes of content, their CRC-32
_LIMIT: Final = 2**26  # bytes of one block; real ones have a hundred thousand


class JournalWriter:
    """Append frames and rows to a new file.

    Parameters
    ----------
    path : Path
        Nothing may be there: rows of an analysis that broke off are not overwritten.
    header : dict
        Plain values about the whole, for JSON.

    Raises
    ------
    OutputError
        If something is at `path` already, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "talk.rows"
    >>> writer = JournalWriter(path, {"source": "talk.mp4"})
    >>> writer.write(np.array([0.0, 0.04]), b"")
    >>> writer.close()
    >>> [(kind, len(content)) for kind, content in read_blocks(path)]
    [(b'H', 22), (b'T', 16)]
    """

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        self.path = path
        try:
            self._file: BinaryIO = path.open("xb")
        except FileExistsError:
            raise OutputError(_in_the_way(path)) from None
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror}") from error
        self._write(_MAGIC)
        self._block(HEADER, json.dumps(header).encode())
        self._flush()

    def write(self, times: NDArray[np.float64], rows: bytes) -> None:
        """Append rows that became final, and the times (n,) of the next frames.

        In this order: a frame is there once its time is, so its rows have to be there too.
        """
        if rows:
            self._block(ROWS, rows)
        if len(times):
            self._block(TIMES, times.astype("<f8").tobytes())
        self._flush()

    def end(self, facts: dict[str, Any]) -> None:
        """Say that the analysis came to its end, and what is to be known of it."""
        self._block(END, json.dumps(facts).encode())
        self._flush()

    def close(self) -> None:
        """Close the file; it stays where it is."""
        with suppress(OSError):  # a full disk was reported when the block was written
            self._file.close()

    def _block(self, kind: bytes, content: bytes) -> None:
        self._write(_BLOCK.pack(kind, len(content), zlib.crc32(content)) + content)

    def _write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror}") from error

    def _flush(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror}") from error


def _in_the_way(path: Path) -> str:
    try:
        with path.open("rb") as file:
            rows = file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        rows = False
    if not rows:
        return f"{path} is there already and holds no rows of an analysis: choose another name"
    return (
        f"{path} holds the rows of an analysis that broke off: facs recover makes "
        "results of it; move or delete it to analyse again"
    )


def read_blocks(path: str | os.PathLike[str]) -> Iterator[tuple[bytes, bytes]]:
    """Read what `JournalWriter` wrote: kind and content of each whole block, in order.

    The first is the header. A block that is cut short or damaged ends the reading, as
    that is what a killed process leaves behind.

    Raises
    ------
    RecordingError
        If there is no such file, or it does not begin like one.
    """
    try:
        with Path(path).open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise RecordingError(f"wanted rows of an analysis, {path} is something else")
            blocks = _whole_blocks(file, os.fstat(file.fileno()).st_size)
            first = next(blocks, (b"", b""))
            if first[0] != HEADER:
                raise RecordingError(f"{path}: wanted rows of an analysis, its header is damaged")
            yield first
            yield from blocks
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {error.strerror or error}") from error


def _whole_blocks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    while len(head := file.read(_BLOCK.size)) == _BLOCK.size:
        kind, length, checksum = _BLOCK.unpack(head)
        if length > min(_LIMIT, size - file.tell()):
            return
        content = file.read(length)
        if zlib.crc32(content) != checksum:
            return
        yield kind, content
