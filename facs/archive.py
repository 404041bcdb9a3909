"""One file of arrays: a zip of ``.npy`` members and one ``header.json``.

The file is data and never code: arrays of objects are neither written nor
read. What a member declares is checked before memory is taken for it.
"""

from __future__ import annotations

import json
import math
import os
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import RecordingError
from facs.files import atomic

__all__ = ["FORMAT", "VERSION", "read_archive", "write_archive"]

FORMAT: Final = "facs-recording"
VERSION: Final = 1

_HEADER: Final = "header.json"
_HEADER_LIMIT: Final = 16 * 2**20  # bytes; real ones have a few thousand
_KINDS: Final = "fu"  # floats and unsigned integers are all that a recording holds
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,  # also json's and numpy's own
    KeyError,
    NotImplementedError,  # a compression that this Python does not know
    RuntimeError,  # an encrypted member, or JSON nested without end
    MemoryError,
)


def write_archive(
    path: str | os.PathLike[str], header: dict[str, Any], arrays: dict[str, NDArray[Any]]
) -> None:
    """Write `arrays` and the plain values of `header` to `path`, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = json.dumps({"format": FORMAT, "version": VERSION} | header, indent=1)
    with atomic(path) as partial, _new_archive(partial) as archive:
        with _member(archive, _HEADER) as file:
            file.write(text.encode())
        for name, array in arrays.items():
            with _member(archive, f"{name}.npy") as file:
                np.lib.format.write_array(file, array, version=(1, 0), allow_pickle=False)


def _new_archive(path: Path) -> zipfile.ZipFile:
    # Frames without a face are all NaN, and deflated they vanish.
    return zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    # A member that is opened by name has no date: the same recording gives the same bytes.
    return archive.open(name, "w", force_zip64=True)


def read_archive(
    path: str | os.PathLike[str], limit: int
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read what `write_archive` wrote.

    Parameters
    ----------
    path : str or path
    limit : int, bytes
        The arrays may not need more than this together.

    Returns
    -------
    header : dict
    arrays : dict of array, by name without ``.npy``

    Raises
    ------
    RecordingError
        If there is no file, it is not of this format or version, it is damaged,
        or it needs more than `limit`.
    """
    if not Path(path).is_file():
        raise RecordingError(f"there is no recording at {path}")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive)
            header = _read_header(archive)
            return header, _read_arrays(archive, limit)
    except RecordingError as error:
        raise RecordingError(f"cannot read {path}: {error}") from error
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {error.strerror or error}") from error
    except _UNREADABLE as error:
        raise RecordingError(f"{path} is not a recording, or is damaged: {error}") from error


def _check_members(archive: zipfile.ZipFile) -> None:
    """Refuse compressions of which a few bytes may become gigabytes at once."""
    for info in archive.infolist():
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RecordingError(f"{info.filename}: wanted a member that is stored or deflated")


def _read_header(archive: zipfile.ZipFile) -> dict[str, Any]:
    with archive.open(_HEADER) as file:
        # Not by what the member says of its size, which may be a lie.
        text = file.read(_HEADER_LIMIT + 1)
    if len(text) > _HEADER_LIMIT:
        raise RecordingError("its header is too long to be one")
    header = json.loads(text)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise RecordingError(f"wanted a {FORMAT}, got another format")
    if header.get("version") != VERSION:
        raise RecordingError(
            f"wanted version {VERSION} of the format, got {header.get('version')!r}; "
            "a newer facs may read it"
        )
    return header


def _read_arrays(archive: zipfile.ZipFile, limit: int) -> dict[str, NDArray[Any]]:
    members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
    wanted = sum(info.file_size for info in members)
    if wanted > limit:
        raise RecordingError(
            f"it needs {wanted:,} bytes of memory, more than the limit of {limit:,}; "
            "pass a larger limit if you trust it"
        )
    return {info.filename.removesuffix(".npy"): _read_array(archive, info) for info in members}


def _read_array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(info) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise RecordingError(f"{info.filename}: wanted version 1.0 of npy")
        shape, columnwise, dtype = np.lib.format.read_array_header_1_0(file)
        if dtype.kind not in _KINDS or columnwise or any(side < 0 for side in shape):
            raise RecordingError(f"{info.filename}: wanted rows of numbers, got {dtype}")
        size = math.prod(shape) * dtype.itemsize
        if file.tell() + size != info.file_size:
            raise RecordingError(f"{info.filename}: wanted {size:,} bytes of numbers, got others")
        array = np.empty(shape, dtype)
        _fill(file, array, info.filename)
    return array


def _fill(file: IO[bytes], array: NDArray[Any], name: str) -> None:
    view = array.reshape(-1).view(np.uint8).data
    at = 0
    while at < len(view):
        part = file.read(min(2**20, len(view) - at))
        if not part:
            raise RecordingError(f"{name} ends too early")
        view[at : at + len(part)] = part
        at += len(part)
    if file.read(1):  # reading to the end also checks the member's checksum
        raise RecordingError(f"{name} is longer than it says")
