"""Real faces of which somebody saw that a unit is shown, or that it is not.

A rendered eye that shuts is not a real one that does, and lips that laughter parts are no dropped
jaw. Whether lids hide an eye and whether teeth are apart takes no coder to see; brows that are
clearly drawn together or raised in the middle and a wrinkled nose take little more. So a list of
pictures says it: a text file of lines ``fer2013:1234,AU43,yes``, where the number is the picture's
row in the archive of that name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.network.spec import columns_of
from facs.units import ActionUnit

__all__ = ["SEEN", "read_seen", "seen_targets"]

HEADER: Final = ["picture", "unit", "shown"]

Target = tuple[tuple[str, ...], float]

SURE: Final = {"yes": 0.95, "no": 0.03}
LESS_SURE: Final = {"yes": 0.9, "no": 0.06}


def _both(unit: ActionUnit, shares: Mapping[str, float]) -> dict[tuple[str, str], Target]:
    return {(str(unit), said): (columns_of((unit,)), share) for said, share in shares.items()}


SEEN: Final[Mapping[tuple[str, str], Target]] = {
    **_both(ActionUnit.AU43, SURE),
    **_both(ActionUnit.AU1, LESS_SURE),
    **_both(ActionUnit.AU4, LESS_SURE),
    **_both(ActionUnit.AU9, LESS_SURE),
    ("AU26", "yes"): (("AU26",), SURE["yes"]),
    ("AU26", "no"): (("AU26", "AU27"), SURE["no"]),
}
"""What each line says of which columns. AU43: both eyes, and those that look down under lids that
hide them are shut. AU26: a jaw that has dropped, be it so far that coders would call it AU27."""


UNITS: Final = sorted({unit for unit, _ in SEEN})


def read_seen(path: Path) -> dict[str, list[tuple[str, str]]]:
    """What was seen in each picture: pairs of a unit and ``"yes"`` or ``"no"``.

    Raises
    ------
    InputError
        If the file cannot be read, or says something else.
    """
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"wanted a list of what is seen, {path}; it says: {error}") from error
    if not lines or lines[0] != HEADER:
        raise InputError(f"{path}: wanted a first line {','.join(HEADER)}, got {lines[:1]}")
    seen: dict[str, list[tuple[str, str]]] = {}
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != 3 or (line[1], line[2]) not in SEEN:
            raise InputError(
                f"{path}, line {number}: wanted a picture, one of {UNITS}, yes or no, got {line}"
            )
        seen.setdefault(line[0], []).append((line[1], line[2]))
    return seen


def seen_targets(
    pictures: Sequence[str],
    seen: Mapping[str, Iterable[tuple[str, str]]],
    columns: tuple[str, ...],
) -> NDArray[np.float32]:
    """Targets (n, columns) of presence of the pictures that are listed, NaN elsewhere.

    Examples
    --------
    >>> seen = {"fer2013:7": [("AU43", "yes")]}
    >>> seen_targets(["fer2013:7", "fer2013:8"], seen, ("AU12_left", "AU43_left"))
    array([[ nan, 0.95],
           [ nan,  nan]], dtype=float32)
    """
    targets = np.full((len(pictures), len(columns)), np.nan, np.float32)
    for row, picture in enumerate(pictures):
        for said in seen.get(picture, ()):
            names, target = SEEN[said]
            targets[row, [i for i, name in enumerate(columns) if name in names]] = target
    return targets
