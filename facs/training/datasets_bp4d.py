"""BP4D and BP4D+: presence of many units and intensity of a few, in one table per task.

Zhang et al., "BP4D-Spontaneous: a high-resolution spontaneous 3D dynamic facial expression
database" (2014). 9 means that the unit was not coded or not to be seen.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.training.datasets import CodedSet, FrameAt, joined
from facs.training.datasets_codes import numbers, text_of
from facs.units import ActionUnit

__all__ = ["read_bp4d"]

Floats = NDArray[np.float32]
Task = tuple[str, str]

_TABLE: Final = re.compile(r"([FM]\d{3})_(T\d+)(?:_(?:INT_)?AU(\d+))?\.csv", re.IGNORECASE)
UNKNOWN: Final = 9


def read_bp4d(folder: Path) -> CodedSet:
    """Read BP4D or BP4D+.

    Presence is in ``AUCoding/AU_OCC/F001_T1.csv`` (or straight in ``AUCoding``): a heading
    with the numbers of the units, then a line for each frame, its number first. Intensities,
    where there are any, are in ``AUCoding/AU_INT/AU06/F001_T1_AU06.csv``: frame, 0 to 5.
    Pictures lie in ``F001/T1/`` of any folder beside ``AUCoding``, named after the frame.

    Raises
    ------
    InputError
        If tables or pictures are missing, or a line is not to be read.
    """
    coding = folder / "AUCoding"
    if not coding.is_dir():
        raise InputError(f"wanted the folder AUCoding of BP4D in {folder}, got none")
    presence, intensity = _tables(coding)
    if not presence:
        raise InputError(f"wanted tables such as AU_OCC/F001_T1.csv in {coding}, got none")
    headings = {task: _heading(path) for task, path in presence.items()}
    seen = {number for heading in headings.values() for number in heading}
    units = tuple(unit for unit in ActionUnit if int(unit) in seen)
    return joined(
        [
            _task(folder, task, path, headings[task], intensity.get(task, {}), units)
            for task, path in presence.items()
        ]
    )


def _tables(coding: Path) -> tuple[dict[Task, Path], dict[Task, dict[int, Path]]]:
    """Tables of presence by task, and of intensity by task and unit."""
    presence: dict[Task, Path] = {}
    intensity: dict[Task, dict[int, Path]] = {}
    for path in sorted(coding.rglob("*.csv")):
        found = _TABLE.fullmatch(path.name)
        if found is None:
            continue
        task = (found[1].upper(), found[2].upper())
        if found[3] is None:
            presence[task] = path
        else:
            intensity.setdefault(task, {})[int(found[3])] = path
    return presence, intensity


def _heading(path: Path) -> list[int]:
    """Numbers of the units, from a heading such as ``frame,1,2,AU04``."""
    lines = text_of(path).splitlines() or [""]
    cells = [re.sub(r"\D", "", cell) for cell in lines[0].split(",")[1:]]
    if not cells or not all(cells):
        raise InputError(f"wanted a heading of unit numbers in {path}, got {lines[0]!r}")
    return [int(cell) for cell in cells]


def _task(
    folder: Path,
    task: Task,
    path: Path,
    heading: list[int],
    intensities: dict[int, Path],
    units: tuple[ActionUnit, ...],
) -> CodedSet:
    frames, values = _occurrence(path, len(heading))
    by_unit = dict(zip(heading, values.T, strict=True))
    unknown = np.full(len(frames), np.nan, np.float32)
    presence = np.stack([by_unit.get(int(unit), unknown) for unit in units], 1)
    strength = np.where(presence == 0, 0, np.nan).astype(np.float32)
    for u, unit in enumerate(units):
        if int(unit) in intensities:
            given = _strength(intensities[int(unit)], frames)
            # Presence was coded in another pass; where it is unknown, so is strength.
            known = ~np.isnan(given) & ~np.isnan(presence[:, u])
            agreed = known & ((given > 0) == (presence[:, u] == 1))
            strength[agreed, u] = given[agreed]
    side = np.where(presence == 0, 0, np.nan).astype(np.float32)
    pictures = _pictures(folder, task, frames)
    n = len(frames)
    return CodedSet(
        "BP4D",
        units,
        tuple(FrameAt(picture) for picture in pictures),
        np.array([task[0]] * n),
        np.array(["_".join(task)] * n),
        presence,
        strength,
        side,
        side.copy(),
    )


def _occurrence(path: Path, count: int) -> tuple[list[int], Floats]:
    """Frames, and presence (n, count) with NaN for unknown."""
    lines = text_of(path).splitlines()
    rows = [_cells(path, i, line, count + 1) for i, line in enumerate(lines, 1) if i > 1 and line]
    table = np.array(rows, np.float32).reshape(-1, count + 1)
    frames, values = [int(frame) for frame in table[:, 0]], table[:, 1:]
    if not np.isin(values, (0, 1, UNKNOWN)).all():
        raise InputError(f"wanted 0, 1 or {UNKNOWN} in {path}, got something else")
    return frames, np.where(values == UNKNOWN, np.float32(np.nan), values)


def _cells(path: Path, line_number: int, line: str, count: int) -> list[float]:
    try:
        cells = [float(cell) for cell in line.split(",")]
    except ValueError:
        cells = []
    if len(cells) != count:
        raise InputError(f"wanted {count} numbers in {path}, line {line_number}, got {line!r}")
    return cells


def _strength(path: Path, frames: list[int]) -> Floats:
    """Intensities of some frames; a frame that the table leaves out is unknown."""
    table = {int(row[0]): row[1] for row in numbers(path, 2, ",")}
    values = np.array([table.get(frame, UNKNOWN) for frame in frames], np.float32)
    if not np.isin(values, (*range(6), UNKNOWN)).all():
        raise InputError(f"wanted 0 to 5 or {UNKNOWN} in {path}, got something else")
    return np.where(values == UNKNOWN, np.float32(np.nan), values)


def _pictures(folder: Path, task: Task, frames: list[int]) -> list[Path]:
    """The picture of each frame, whose name may be padded with any number of zeros."""
    place = Path(*task)
    roots = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    here = next((root / place for root in roots if (root / place).is_dir()), None)
    if here is None:
        raise InputError(f"wanted pictures of BP4D in {place} of a folder in {folder}, got none")
    files = {int(p.stem): p for p in here.glob("*.jpg") if p.stem.isdigit()}
    missing = [frame for frame in frames if frame not in files]
    if missing:
        raise InputError(f"wanted the picture of frame {missing[0]} in {here}, got none")
    return [files[frame] for frame in frames]
