"""How a video is analysed: the options that the library, the command and the batch share."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from facs.errors import InputError
from facs.faces.detect import DETECTORS

__all__ = ["AnalyzeOptions", "options_of"]


@dataclass(frozen=True)
class AnalyzeOptions:
    """How to analyse.

    Parameters
    ----------
    start, stop : float, seconds, optional
        Only the frames with ``start <= time < stop``.
    rate : float, frames per second, optional
        For pictures, arrays and raw streams, which carry no time.
    max_people : int
        No more than this many are followed at once: those that are found first, and the
        largest of those that are found in one frame.
    detector : str
        ``"haar"`` or ``"dlib"``.
    motion : bool
        False leaves the temporal stream out: faster, and every frame is scored from
        its picture alone.
    steady : bool
        Scores of frames with motion are the mean over a few hundredths of a second around them;
        False leaves them as they are (`facs.network.steady`).
    batch : int
        Clips that are scored at once.
    threads : int
        Threads of each stage, of this analysis alone; from two on, decoding, faces and
        networks also run at the same time.
    """

    start: float | None = None
    stop: float | None = None
    rate: float | None = None
    max_people: int = 5
    detector: str = "haar"
    motion: bool = True
    steady: bool = True
    batch: int = 16
    threads: int = 1

    def __post_init__(self) -> None:
        """Refuse what no analysis can do; numbers of NumPy become plain ones."""
        for name in ("max_people", "batch", "threads"):
            count = getattr(self, name)
            if not isinstance(count, (int, np.integer)):
                raise InputError(f"wanted a whole number for {name}, got {count!r}")
            if count < 1:
                raise InputError(f"wanted {name} >= 1, got {count}")
            object.__setattr__(self, name, int(count))
        if self.detector not in DETECTORS:
            raise InputError(f"wanted a detector of {DETECTORS}, got {self.detector!r}")
        for name in ("motion", "steady"):
            value = getattr(self, name)
            if value not in (True, False):  # 1 and 0 are
                raise InputError(f"wanted {name}=True or False, got {value!r}")
            object.__setattr__(self, name, bool(value))
        if isinstance(self.stop, (int, float)) and self.stop <= 0:
            raise InputError(f"wanted stop after 0 seconds, got {self.stop:g}")


def options_of(options: AnalyzeOptions | None, changes: dict[str, Any]) -> AnalyzeOptions:
    """Options with some fields changed.

    Raises
    ------
    InputError
        If they are none, or there is no such field.
    """
    if not isinstance(options, (AnalyzeOptions, type(None))):
        raise InputError(
            f"wanted options=AnalyzeOptions(...), got {type(options).__name__}: give the fields "
            "themselves, as analyze(source, stop=10)"
        )
    names = {f.name for f in fields(AnalyzeOptions)}
    unknown = sorted(set(changes) - names)
    if unknown:
        raise InputError(f"wanted options of {sorted(names)}, got {unknown[0]!r}")
    return replace(options or AnalyzeOptions(), **changes)
