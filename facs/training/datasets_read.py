"""One door to the data sets that people coded: a name and a folder in, a `CodedSet` out.

The sets are licensed for research, each by its makers: who reads one here has agreed to
their terms, and weights that learned from it are bound by them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from facs.errors import InputError
from facs.training.datasets import CodedSet
from facs.training.datasets_bp4d import read_bp4d
from facs.training.datasets_ck import read_ck
from facs.training.datasets_disfa import read_disfa, read_disfa_plus
from facs.training.datasets_mmi import read_mmi

__all__ = ["DATASETS", "read_coded"]

_READERS: Final[dict[str, Callable[[Path], CodedSet]]] = {
    "mmi": read_mmi,
    "ck+": read_ck,
    "disfa": read_disfa,
    "disfa+": read_disfa_plus,
    "bp4d": read_bp4d,
}

DATASETS: Final = tuple(_READERS)
"""Names that `read_coded` knows."""


def read_coded(name: str, folder: Path) -> CodedSet:
    """Read a coded data set from its own folder layout.

    Parameters
    ----------
    name : str
        One of `DATASETS`, in any case.
    folder : Path
        Where its archives were unpacked.

    Raises
    ------
    InputError
        If the name is unknown, the folder is missing, or a file in it has another form.
    """
    reader = _READERS.get(name.lower())
    if reader is None:
        raise InputError(f"wanted a data set of {', '.join(DATASETS)}, got {name!r}")
    if not folder.is_dir():
        raise InputError(f"wanted the folder of {name}, there is none at {folder}")
    return reader(folder)
