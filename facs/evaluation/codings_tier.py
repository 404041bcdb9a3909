"""A tier of ELAN that is named as a unit: what each of its annotations says of that unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from facs.evaluation.coder_words import (
    ABSENT,
    PRESENT,
    UNCODED,
    codes_of,
    number_of,
    strength_of,
)
from facs.evaluation.codings import CodedSpan
from facs.evaluation.unit_columns import UnitColumn
from facs.units import grade_of

__all__ = ["Rows", "UnitTier", "has_grades", "quoted"]

Rows = list[tuple[float, float, str]]
"""Start and end in seconds, and what was written."""


def has_grades(unit: UnitColumn, rows: Rows) -> bool:
    """Whether the numbers of a tier are intensities 1 to 5, and not all 1 or the unit itself.

    Examples
    --------
    >>> tier = UnitColumn(12)
    >>> has_grades(tier, [(0, 1, "3"), (2, 3, "1")]), has_grades(tier, [(0, 1, "1")])
    (True, False)
    """
    numbers = _numbers(rows)
    if unit.kind != "plain":
        return bool(numbers) and unit.kind == "intensity" and max(numbers) <= 5
    return bool(numbers - {1, unit.unit}) and max(numbers) <= 5


def _numbers(rows: Rows) -> set[int]:
    """Numbers that are neither "not there" nor "could not be seen"."""
    return {n for *_, text in rows if (n := number_of(text)) is not None} - {0, 9}


@dataclass(frozen=True)
class UnitTier:
    """Reads the annotations of a tier that is named as a unit.

    Parameters
    ----------
    unit : UnitColumn
        What the name of the tier says.
    rows : list of (float, float, str)
    graded : bool
        Whether numbers 1 to 5 are intensities in this file.

    Examples
    --------
    >>> rows = [(0.0, 1.0, "C"), (1.0, 2.0, "absent"), (2.0, 3.0, "?"), (3.0, 4.0, "14B")]
    >>> tier = UnitTier(UnitColumn(12), rows, graded=False)
    >>> [(span.start, span.intensity, span.coded) for span in tier.spans]
    [(0.0, 3.0, True), (2.0, nan, False)]
    >>> tier.of_others
    ("'14B' at 3.0 s",)
    """

    unit: UnitColumn
    rows: Rows
    graded: bool

    @property
    def name(self) -> str:
        """The unit, without its side."""
        return f"AU{self.unit.unit}"

    @property
    def spans(self) -> list[CodedSpan]:
        """Where the unit is there, and where it could not be coded."""
        return [
            CodedSpan(self.name, start, end, self._strength(text), coded=not self._unknown(text))
            for start, end, text in self.rows
            if self._unknown(text) or not (self._absent(text) or self._of_another(text))
        ]

    @property
    def of_others(self) -> tuple[str, ...]:
        """Annotations that name another unit."""
        return quoted(row for row in self.rows if self._names_another(row[2]))

    @property
    def taken(self) -> tuple[str, ...]:
        """Annotations that say nothing known, and count as the unit being there."""
        return quoted(row for row in self.rows if self._strange(row[2]))

    def _unknown(self, text: str) -> bool:
        # A coder may write the number of the unit: 9 in the tier of AU9 is that unit.
        return text.lower() in UNCODED and number_of(text) != self.unit.unit

    def _absent(self, text: str) -> bool:
        return text.lower() in ABSENT or number_of(text) == 0 or codes_of(text) == []

    @cached_property
    def numbers(self) -> set[int]:
        """Numbers among the annotations that could be intensities, or units."""
        return _numbers(self.rows)

    @cached_property
    def counted(self) -> bool:
        """Whether the tier numbers its annotations, 1, 2, 3."""
        return len(self.numbers) > 1 and self.numbers == set(range(1, len(self.numbers) + 1))

    @cached_property
    def by_numbers(self) -> bool:
        """Whether the numbers of this tier are intensities."""
        most = max(self.numbers, default=9)
        return self.graded and self.unit.kind != "presence" and most <= 5

    def _grade(self, text: str) -> float:
        return strength_of(text) if self.by_numbers else grade_of(text)

    def _codes(self, text: str) -> dict[str, float]:
        """Units that an annotation names; of a tier that counts its annotations, none."""
        number = number_of(text)
        if number is not None and (self.counted or number == 1 or self.by_numbers):
            return {}
        return dict(codes_of(text) or [])

    def _names_another(self, text: str) -> bool:
        if self._unknown(text) or self._absent(text):
            return False
        return bool(self._codes(text).keys() - {self.name})

    def _of_another(self, text: str) -> bool:
        return self._names_another(text) and self.name not in self._codes(text)

    def _strength(self, text: str) -> float:
        return self._codes(text).get(self.name, self._grade(text))

    def _strange(self, text: str) -> bool:
        if text.lower() in PRESENT or self._unknown(text) or self._absent(text):
            return False
        known = self._strength(text) == self._strength(text)
        return not known and not self._codes(text) and number_of(text) != self.unit.unit


def quoted(rows: Iterable[tuple[float, float, str]]) -> tuple[str, ...]:
    """What was written and when, as messages quote it."""
    return tuple(f"{text!r} at {start:.1f} s" for start, _, text in rows)
