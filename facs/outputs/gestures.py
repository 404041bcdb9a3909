"""Gestures as files: a table, and subtitles, both of which ELAN imports as well."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from facs.errors import InputError
from facs.meaning.detector import GestureEvent
from facs.outputs.annotations import write_cues
from facs.outputs.event_tables import write_table

__all__ = ["write_gestures"]

_COLUMNS: Final = ("onset", "duration", "trial_type", "word", "decided", "apex", "peak")


def write_gestures(events: Iterable[GestureEvent], path: str | os.PathLike[str]) -> None:
    """Write gestures as a table (``.tsv``, in the style of BIDS) or as subtitles (``.srt``).

    Parameters
    ----------
    events : iterable of GestureEvent
        What `facs.Profile.find` gives.
    path : str or path

    Raises
    ------
    InputError
        If the name ends in something else.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "morning_gestures.tsv"
    >>> write_gestures([GestureEvent("smile", 1.0, 1.2, 1.5, 0.9, decided=1.4, word="yes")], path)
    >>> print(path.read_text().splitlines()[1].replace(chr(9), " "))
    1.000 0.500 smile yes 1.400 1.200 0.9
    """
    ordered = sorted(events, key=lambda event: event.onset)
    suffix = Path(path).suffix.lower()
    if suffix == ".tsv":
        write_table(path, _COLUMNS, [_row(event) for event in ordered])
    elif suffix == ".srt":
        write_cues([(e.onset, e.offset, f"{e.word or e.label} ({e.label})") for e in ordered], path)
    else:
        raise InputError(f"wanted a name that ends in .tsv or .srt, got {os.fspath(path)!r}")


def _row(event: GestureEvent) -> list[str]:
    times = f"{event.onset:.3f}", f"{event.duration:.3f}"
    later = f"{event.decided:.3f}", f"{event.apex:.3f}", f"{event.peak:.6g}"
    return [*times, event.label, event.word or "n/a", *later]
