"""What somebody asks about a result: why a unit was seen in a frame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fastapi import HTTPException

__all__ = ["Question"]

_UNIT: Final = re.compile(r"AU\d{1,2}")


@dataclass(frozen=True)
class Question:
    """Why a unit was seen.

    Parameters
    ----------
    person : int
    row : int
        Of the recording, from 0.
    unit : str

    Raises
    ------
    HTTPException
        422 for what is no unit, and no row.
    """

    person: int
    row: int
    unit: str

    def __post_init__(self) -> None:
        """Refuse what could be more than a question: a file is named after it."""
        if not _UNIT.fullmatch(self.unit):
            raise HTTPException(422, f"wanted a unit such as AU12, got {self.unit[:40]!r}")
        if self.row < 0 or self.person < 0:
            raise HTTPException(422, f"wanted a row and a person from 0, got {self.row}")

    @property
    def name(self) -> str:
        """Name of the folder of its answer; of answers to other questions none is kept."""
        return f"why-{self.unit}.{self.person}.{self.row}"
