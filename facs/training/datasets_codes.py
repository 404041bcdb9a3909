"""FACS codes as coders write them, and tables of labels made from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.training.datasets import CodedSet, FrameAt
from facs.units import ActionUnit

__all__ = ["Code", "coded_rows", "known_units", "letters_set", "numbers", "parse_code", "text_of"]

Floats = NDArray[np.float32]

BLINKS: Final = (45, 46)
"""Blink and wink: they say that lids moved, not that they were shut in this very frame."""

_CODE: Final = re.compile(r"(?:AU)?([LR]?)0*(\d{1,2})([A-E]?)([LR]?)", re.IGNORECASE)


@dataclass(frozen=True)
class Code:
    """One code: the unit's FACS number, its side (``""``: both) and strength (NaN: not said)."""

    number: int
    side: str = ""
    strength: float = float("nan")


def parse_code(text: str) -> Code:
    """Read a code with its prefix of side and its letter of strength.

    Raises
    ------
    InputError
        If it is no code.

    Examples
    --------
    >>> parse_code("12"), parse_code("L14"), parse_code("AU06C").strength
    (Code(number=12, side='', strength=nan), Code(number=14, side='left', strength=nan), 3.0)
    """
    found = _CODE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"wanted a FACS code such as 12, L14 or 6C, got {text!r}")
    before, number, letter, after = found.groups()
    side = {"": "", "L": "left", "R": "right"}[(before or after).upper()]
    strength = float("ABCDE".index(letter.upper()) + 1) if letter else float("nan")
    return Code(int(number), side, strength)


def known_units(codes: Iterable[Code]) -> tuple[ActionUnit, ...]:
    """The units that somebody coded somewhere, in order.

    Of a unit that no coder ever wrote down nobody can tell whether it was looked for.
    """
    numbers = {code.number for code in codes}
    return tuple(unit for unit in ActionUnit if int(unit) in numbers)


def coded_rows(
    name: str,
    units: tuple[ActionUnit, ...],
    rows: Sequence[tuple[FrameAt, Sequence[Code]]],
    *,
    subject: str,
    clip: str,
) -> CodedSet:
    """A set from lists of all that was shown: what is not in a frame's list was not shown.

    A code without a side means both sides. Of a unit that is coded on one side the other one
    was not shown. In a frame with a blink the closing of the eyes (AU43) is unknown.
    """
    shape = (len(rows), len(units))
    presence, intensity, left, right = (np.zeros(shape, np.float32) for _ in range(4))
    place = {int(unit): i for i, unit in enumerate(units)}
    for r, (_, codes) in enumerate(rows):
        for code in codes:
            if code.number not in place:
                continue
            u = place[code.number]
            presence[r, u] = 1
            before = intensity[r, u] or np.nan  # strength of the other side, if that came first
            intensity[r, u] = np.fmax(before, code.strength)
            left[r, u] = max(left[r, u], code.side != "right")
            right[r, u] = max(right[r, u], code.side != "left")
        if 43 in place and any(code.number in BLINKS for code in codes):
            for array in (presence, intensity, left, right):
                array[r, place[43]] = np.nan
    frames = tuple(frame for frame, _ in rows)
    who, where = [subject] * len(rows), [clip] * len(rows)
    return CodedSet(
        name, units, frames, np.array(who), np.array(where), presence, intensity, left, right
    )


def letters_set(
    name: str,
    units: tuple[ActionUnit, ...],
    frames: Sequence[FrameAt],
    letters: Floats,
    *,
    subject: str,
    clip: str,
) -> CodedSet:
    """A set from intensities (n, U) of units whose sides were not coded."""
    shown = np.where(np.isnan(letters), letters, letters > 0).astype(np.float32)
    side = np.where(shown == 0, np.float32(0), np.float32(np.nan))
    n = len(frames)
    return CodedSet(
        name,
        units,
        tuple(frames),
        np.array([subject] * n),
        np.array([clip] * n),
        shown,
        letters,
        side,
        side.copy(),
    )


def text_of(path: Path) -> str:
    """A text file's content.

    Raises
    ------
    InputError
        If it cannot be read as text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"wanted a text file, {path} fails: {error}") from None


def numbers(path: Path, count: int, separator: str | None = None) -> Iterator[list[float]]:
    """Lines of at least `count` numbers, empty lines left out.

    Raises
    ------
    InputError
        At the first line that has another form; the message names file and line.
    """
    for i, line in enumerate(text_of(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = [float(cell) for cell in line.split(separator)]
        except ValueError:
            row = []
        if len(row) < count:
            raise InputError(f"wanted {count} numbers in {path}, line {i}, got {line.strip()!r}")
        yield row
