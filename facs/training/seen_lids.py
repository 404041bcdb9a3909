"""Lids of real faces as somebody saw them in the picture: shut or open, nothing between.

A rendered eye that shuts is not a real one that does. Whether an eye is hidden by its lids takes no
coder to see, so a list of pictures says it: a text file of lines ``fer2013:1234,shut``, where the
number is the picture's row in the archive of that name.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError

__all__ = ["EYES", "read_lids", "seen_targets"]

EYES: Final = {"shut": 0.95, "open": 0.03}
"""Targets of AU43; eyes that look down under lids that hide them count as shut."""

HEADER: Final = ["picture", "eyes"]


def read_lids(path: Path) -> dict[str, str]:
    """What is seen of the eyes, ``"shut"`` or ``"open"``, by picture.

    Raises
    ------
    InputError
        If the file cannot be read, or says something else.
    """
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"wanted a list of lids {path}, the system says: {error}") from error
    if not lines or lines[0] != HEADER:
        raise InputError(f"{path}: wanted a first line {','.join(HEADER)}, got {lines[:1]}")
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != 2 or line[1] not in EYES:
            raise InputError(
                f"{path}, line {number}: wanted a picture and one of {[*EYES]}, got {line}"
            )
    return {picture: eyes for picture, eyes in lines[1:]}


def seen_targets(
    pictures: Sequence[str], lids: Mapping[str, str], columns: tuple[str, ...]
) -> NDArray[np.float32]:
    """Targets (n, columns) of AU43 of the pictures that are listed, NaN elsewhere.

    Examples
    --------
    >>> seen_targets(["fer2013:7", "fer2013:8"], {"fer2013:7": "shut"}, ("AU12_left", "AU43_left"))
    array([[ nan, 0.95],
           [ nan,  nan]], dtype=float32)
    """
    targets = np.full((len(pictures), len(columns)), np.nan, np.float32)
    which = [i for i, name in enumerate(columns) if name.startswith("AU43")]
    for row, picture in enumerate(pictures):
        if picture in lids:
            targets[row, which] = EYES[lids[picture]]
    return targets
