"""Tables of labels made from the FACS codes of coders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.codes import Code
from facs.errors import InputError
from facs.training.datasets import CodedSet, FrameAt
from facs.units import ActionUnit

__all__ = ["coded_rows", "known_units", "letters_set", "numbers", "text_of"]

Floats = NDArray[np.float32]

BLINKS: Final = (45, 46)
"""Blink and wink: they say that lids moved, not that they were shut in this very frame."""


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
