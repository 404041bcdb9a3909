"""Two sides at the rows of one of them, whichever was named first."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from facs.evaluation.align import align
from facs.evaluation.aligned import Aligned
from facs.evaluation.unit_table import UnitTable

__all__ = ["at_common_rows"]

_RARER: Final = 1.05  # times the step of the other; the rest is rounding of times


def at_common_rows(first: UnitTable, second: UnitTable, rate: float | None) -> Aligned:
    """Bring two decided tables to rows that do not depend on their order.

    Rows are those of the table whose frames are rarer; of two that are as dense, of the one that
    has more.

    Parameters
    ----------
    first, second : UnitTable
        With presence.
    rate : float, optional, frames per second
        Gives rows a time that have none in either table.

    Returns
    -------
    Aligned
        The first as decision, the second as truth.
    """
    if _gives_rows(second, first):
        return _aligned(first, second, rate)
    turned = _aligned(second, first, rate)
    return replace(
        turned,
        score=turned.truth,
        decision=turned.truth,
        truth=turned.decision,
        strength=turned.intensity,
        intensity=turned.strength,
    )


def _aligned(one: UnitTable, other: UnitTable, rate: float | None) -> Aligned:
    """The rows of the other; presence decides on both sides."""
    # The intensity of the other would decide about its presence; its presence is known.
    known = replace(other, intensity=np.full_like(other.intensity, np.nan))
    aligned = align(one, known, rate=rate)
    nothing = np.full(len(aligned.names), np.nan)
    intensity = align(one, other, rate=rate).intensity
    return replace(
        aligned, score=aligned.decision, intensity=intensity, on=nothing, off=nothing, peak=nothing
    )


def _gives_rows(table: UnitTable, beside: UnitTable) -> bool:
    """Whether a table is the one that gives the rows."""
    timed = not (np.isnan(table.time).any() or np.isnan(beside.time).any())
    own, other = _step(table, timed), _step(beside, timed)
    if own > _RARER * other or other > _RARER * own:
        return own > other
    return _size(table) >= _size(beside)


def _step(table: UnitTable, timed: bool) -> float:
    """From one row to the next as a rule, in seconds or frames; 0 where no row has a next."""
    order = np.lexsort((table.frame, table.person, table.file))
    file, person = table.file[order], table.person[order]
    along = (file[1:] == file[:-1]) & (person[1:] == person[:-1])
    steps = np.diff((table.time if timed else table.frame)[order])[along]
    return float(np.median(steps)) if len(steps) else 0.0


def _size(table: UnitTable) -> tuple[int, str, bytes]:
    """How many rows there are; of as many, something that does not depend on the order."""
    return int(table.seen.sum()), table.source, table.presence.tobytes()
