"""`recover`: a recording of what an analysis had done when it broke off."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import RecordingError
from facs.journal import END, HEADER, TIMES, read_blocks
from facs.recording import MEMORY_LIMIT, Recording, from_archive
from facs.rows import assemble, layout_of, rows_in

__all__ = ["recover"]

_UNREADABLE: Final = (
    LookupError,
    TypeError,
    ValueError,  # also json's own, and ours about a person
    AttributeError,
    ArithmeticError,
    RecursionError,  # JSON nested without end
)


def recover(
    path: str | os.PathLike[str],
    *,
    start: float | None = None,
    stop: float | None = None,
    limit: int = MEMORY_LIMIT,
) -> Recording:
    """Make a recording of the rows that an analysis left behind, however it ended.

    Parameters
    ----------
    path : str or path
        What `facs.analyze` was given as its `journal`.
    start, stop : float, seconds, optional
        Only the frames with ``start <= time < stop``.
    limit : int, bytes
        A recording that needs more memory than this is refused before it gets any.

    Returns
    -------
    Recording
        The frames up to the first whose scores were still awaited. If the analysis did
        not come to its end, `damage` says so; if `start` is behind them all, a note does.

    Raises
    ------
    RecordingError
        If there is no such file, or it is not one.
    OutputError
        If the recording would need more than `limit`; a part of it may not.
    """
    try:
        whole, first = _frames(path, start, stop)
        return assemble(whole, rows_in(path, layout_of(whole)), limit, first)
    except RecordingError:
        raise
    except _UNREADABLE as error:
        raise RecordingError(f"{path} holds no rows of an analysis: {error}") from error


def _frames(
    path: str | os.PathLike[str], start: float | None, stop: float | None
) -> tuple[Recording, int]:
    """Everything of the wanted span but the people, and the number of its first frame."""
    header: dict[str, Any] = {}
    times: list[NDArray[np.float64]] = [np.zeros(0)]
    end: dict[str, Any] | None = None
    for kind, content in read_blocks(path):
        end = None  # it counts only as the last block
        if kind == HEADER:
            header = json.loads(content)
        elif kind == TIMES:
            times.append(np.frombuffer(content, "<f8"))
        elif kind == END:
            end = json.loads(content)
    seconds = np.concatenate(times)
    facts = _broke_off(seconds) if end is None else end
    span = (-np.inf if start is None else start, np.inf if stop is None else stop)
    wanted = slice(*np.searchsorted(seconds, span).tolist())
    notes = [*facts["notes"], *_too_late(seconds, span[0])]
    known = header | facts | {"people": [], "notes": notes}
    return from_archive(known, {"times": seconds[wanted]}), wanted.start


def _too_late(times: NDArray[np.float64], start: float) -> Iterator[str]:
    if len(times) and times[-1] < start:
        last = f"{times[-1]:.2f} s (times are seconds)"
        yield f"wanted frames from {start:g} s on, the last is at {last}"


def _broke_off(times: NDArray[np.float64]) -> dict[str, Any]:
    after = f" after {times[-1]:.3f} s" if len(times) else ""
    return {"damage": f"the analysis broke off{after} ({len(times)} frames)", "notes": []}
