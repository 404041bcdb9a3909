"""Before and after, number by number, and which of them are worse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Change", "Comparison"]


@dataclass(frozen=True)
class Change:
    """One number of the old model and of the new one.

    Parameters
    ----------
    what : str
    before, after : float
        NaN where it could not be measured.
    more_is_better : bool
    allowed : float
        By how much it may be worse before it counts.
    worth : float or None
        The least improvement that is worth a new model; None where none is.

    Examples
    --------
    >>> Change("units called at rest", 1.5, 0.25)
    Change(what='units called at rest', before=1.5, after=0.25, more_is_better=False, allowed=0.0, \
worth=0.001)
    >>> Change("F1 of labelled units", 0.8, 0.7, more_is_better=True).worse
    True
    """

    what: str
    before: float
    after: float
    more_is_better: bool = False
    allowed: float = 0.0
    worth: float | None = 1e-3

    @property
    def gain(self) -> float:
        """How much better it became; 0 where it was not measured."""
        risen = float(self.after - self.before)
        return 0.0 if np.isnan(risen) else risen if self.more_is_better else -risen

    @property
    def worse(self) -> bool:
        """Whether it became worse by more than is allowed."""
        return self.gain < -self.allowed - 1e-9

    def __str__(self) -> str:
        way = "rose" if self.after > self.before else "fell"
        return f"{self.what} {way} from {self.before:.3f} to {self.after:.3f}"


@dataclass(frozen=True)
class Comparison:
    """What the guard measured on the pieces of film that were held out.

    Parameters
    ----------
    changes : tuple of Change

    Examples
    --------
    >>> found = Comparison((Change("units called at rest", 1.5, 0.25),
    ...                     Change("clear movements seen", 1.0, 0.6, True, 0.1, None)))
    >>> found.accepted, found.reason
    (False, 'clear movements seen fell from 1.000 to 0.600')
    """

    changes: tuple[Change, ...]

    @property
    def worse(self) -> tuple[Change, ...]:
        """What became worse."""
        return tuple(change for change in self.changes if change.worse)

    @property
    def better(self) -> bool:
        """Whether anything became better by as much as it takes."""
        return any(c.worth is not None and c.gain >= c.worth for c in self.changes)

    @property
    def accepted(self) -> bool:
        """Whether nothing became worse and something better."""
        return self.better and not self.worse

    @property
    def reason(self) -> str:
        """Why it is refused; empty where it is not."""
        if self.worse:
            return "; ".join(map(str, self.worse))
        return "" if self.better else "nothing became much better"

    @property
    def merit(self) -> float:
        """How much better it became, over all that has a worth, each as a share of what it was."""
        deciding = [change for change in self.changes if change.worth is not None]
        return sum(change.gain / max(abs(change.before), 0.1) for change in deciding)

    def plain(self) -> list[dict[str, Any]]:
        """Names and numbers, for a file; what could not be measured is null."""
        return [
            {"what": c.what, "before": _number(c.before), "after": _number(c.after)}
            for c in self.changes
        ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
