"""CK+: sequences from a neutral face to a peak, and the codes of the peak.

Lucey, Cohn, Kanade, Saragih, Ambadar and Matthews, "The Extended Cohn-Kanade Dataset (CK+)"
(2010). Only the two ends of a sequence are coded; what lies between them is left out.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from facs.codes import Code, parse_code
from facs.errors import InputError
from facs.training.datasets import CodedSet, FrameAt, joined
from facs.training.datasets_codes import coded_rows, known_units, text_of
from facs.units import ActionUnit

__all__ = ["read_ck"]

PICTURES: Final = ("cohn-kanade-images", "extended-cohn-kanade-images/cohn-kanade-images")
CODES: Final = ("FACS", "FACS_labels/FACS")
ENDING: Final = "_facs.txt"


def read_ck(folder: Path) -> CodedSet:
    """Read the first and the last picture of every sequence that has codes.

    ``FACS/S005/001/S005_001_00000011_facs.txt`` has a line for each unit of the peak: the
    unit, with the prefix L or R where one side alone showed it, and its intensity from 1 to
    5; 0 or -1 where no intensity was given. In the first picture nothing is shown.

    Raises
    ------
    InputError
        If a folder or a picture is missing, or a line is not to be read.
    """
    pictures, codes = _first(folder, PICTURES), _first(folder, CODES)
    files = sorted(codes.rglob(f"*{ENDING}"))
    if not files:
        raise InputError(f"wanted S005/001/S005_001_*{ENDING} in {codes}, got none")
    coded = {path: _codes(path) for path in files}
    units = known_units(code for found in coded.values() for code in found)
    return joined([_sequence(pictures, path, found, units) for path, found in coded.items()])


def _first(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if (folder / name).is_dir():
            return folder / name
    raise InputError(f"wanted the folder {names[0]} of CK+ in {folder}, got none")


def _codes(path: Path) -> list[Code]:
    return [_code(path, line) for line in text_of(path).splitlines() if line.strip()]


def _code(path: Path, line: str) -> Code:
    """One line, as ``9.0000000e+00 2.0000000e+00`` or as ``L12 3``."""
    cells = line.split()
    try:
        unit, given = cells[0], float(cells[1])
        side = unit[0].upper() if unit[0] in "LRlr" else ""
        number = float(unit[len(side) :])
        code = parse_code(f"{side}{int(number)}")
        if number != int(number) or given not in range(-1, 6):
            raise ValueError
    except (ValueError, IndexError):
        raise InputError(
            f"wanted a unit and an intensity from -1 to 5 in {path}, got {line.strip()!r}"
        ) from None
    return Code(code.number, code.side, given if given > 0 else math.nan)


def _sequence(
    pictures: Path, path: Path, codes: list[Code], units: tuple[ActionUnit, ...]
) -> CodedSet:
    """The neutral picture and the peak that one file of codes speaks of."""
    subject, sequence = path.parent.parent.name, path.parent.name
    folder = pictures / subject / sequence
    peak = folder / (path.name.removesuffix(ENDING) + ".png")
    frames = sorted(folder.glob(f"{subject}_{sequence}_*.png"))
    if peak not in frames or len(frames) < 2:
        raise InputError(
            f"wanted a neutral picture and the peak {peak}, got {len(frames)} pictures"
        )
    rows: list[tuple[FrameAt, list[Code]]] = [(FrameAt(frames[0]), []), (FrameAt(peak), codes)]
    return coded_rows("CK+", units, rows, subject=subject, clip=f"{subject}_{sequence}")
