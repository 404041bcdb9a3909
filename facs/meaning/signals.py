"""Signals: what a condition reads from a moment. ``both eyes 43``, ``1+2``, ``26|27``, ``roll``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from facs.errors import InputError
from facs.meaning.moments import ANGLES, Moment
from facs.units import SIDED, SIDES, ActionUnit, Region, as_unit

__all__ = ["Signal", "Term", "plain"]

NAN: Final = float("nan")

_ASKED: Final = ("", "both", "either", *SIDES)

_NOUNS: Final = {Region.BROW: "brow", Region.EYE: "eye", Region.CHEEK: "cheek"}
_TERM: Final = re.compile(
    r"(?:(?P<weight>\d*\.?\d+)\s*\*\s*)?"
    r"(?:(?P<side>both|either|left|right)\s+(?:(?:eyes?|brows?|cheeks?|sides?)\s+)?)?"
    r"(?:(?:AU)?0*(?P<unit>\d+)|(?P<axis>yaw|pitch|roll|turn))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Term:
    """One unit, one side of it, or one angle of the head, and its weight.

    Parameters
    ----------
    channel : str
        ``"43"``, or ``"yaw"``, ``"pitch"``, ``"roll"``, ``"turn"``.
    side : str
        ``"both"`` is the weaker side, ``"either"`` the stronger one; ``""`` is the unit.
    weight : float
    """

    channel: str
    side: str = ""
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.side not in _ASKED:
            raise InputError(f"wanted a side of {_ASKED}, got {self.side!r}")
        if self.channel not in ANGLES:
            unit = as_unit(f"AU{self.channel}")
            if self.side and unit not in SIDED:
                raise InputError(f"{unit} has no sides that are scored apart: leave {self.side!r}")
        elif self.side:
            raise InputError(f"{self.channel} has no {self.side} side")

    def value(self, moment: Moment) -> float:
        """Read it; NaN where it was not seen or is not measured.

        Where a side is missing because it is ignored, or because the model tells no sides,
        ``both`` and ``either`` are what is left.
        """
        scores = moment.scores
        if self.channel == "turn":
            yaw, pitch = abs(scores.get("yaw", NAN)), abs(scores.get("pitch", NAN))
            return NAN if pitch != pitch else max(yaw, pitch)
        if not self.side:
            return scores.get(self.channel, NAN)
        if self.side in SIDES:
            return scores.get(f"{self.channel} {self.side}", NAN)
        left = scores.get(f"{self.channel} left")
        right = scores.get(f"{self.channel} right")
        if left is None or right is None:
            return scores.get(self.channel, NAN)
        if left != left or right != right:
            return NAN
        return min(left, right) if self.side == "both" else max(left, right)

    def needs(self) -> tuple[ActionUnit | None, bool]:
        """The unit that must be measured (None for an angle), and whether sides must be."""
        if self.channel in ANGLES:
            return None, False
        return as_unit(f"AU{self.channel}"), self.side in SIDES

    def __str__(self) -> str:
        weight = "" if self.weight == 1 else f"{plain(self.weight)}*"
        if not self.side:
            return weight + self.channel
        noun = _NOUNS.get(as_unit(f"AU{self.channel}").region, "side")
        return f"{weight}{self.side} {noun}{'s' * (self.side == 'both')} {self.channel}"


@dataclass(frozen=True)
class Signal:
    """One number of a moment, from one or several terms.

    Parameters
    ----------
    terms : tuple of Term
    how : str
        ``"mean"`` (``1+2``), ``"max"`` (``26|27``), or ``"sum"`` of weighted terms
        (``0.6*1 + 0.4*2 - 0.2*4``).

    Examples
    --------
    >>> signal = Signal.parse("both eyes 43")
    >>> signal.value(Moment(0.0, {"43": 0.9, "43 left": 0.9, "43 right": 0.2}))
    0.2
    >>> str(Signal.parse("AU01 + AU02")), str(Signal.parse("0.6*1 - 0.25*left brow 4"))
    ('1+2', '0.6*1 - 0.25*left brow 4')
    """

    terms: tuple[Term, ...]
    how: str = "mean"

    def __post_init__(self) -> None:
        if not self.terms or self.how not in ("mean", "max", "sum"):
            raise InputError(f"wanted terms and mean, max or sum, got {self.terms} {self.how!r}")
        if self.how != "sum" and any(term.weight != 1 for term in self.terms):
            raise InputError(f"wanted weights in a sum only, got {self.how!r} of {self.terms}")

    def value(self, moment: Moment) -> float:
        """Read it; NaN where any part of it is not known."""
        if len(self.terms) == 1:
            return self.terms[0].weight * self.terms[0].value(moment)
        values = [term.weight * term.value(moment) for term in self.terms]
        if self.how == "max":
            return NAN if any(v != v for v in values) else max(values)
        total = sum(values)
        return total if self.how == "sum" else total / len(values)

    @property
    def in_degrees(self) -> bool:
        """Whether it is an angle of the head."""
        return all(term.channel in ANGLES for term in self.terms)

    @classmethod
    def parse(cls, text: str) -> Signal:
        """Read what `str` prints; raises InputError with the part that is not understood."""
        pieces = [piece.strip() for piece in re.split(r"([+|]|(?<=\s)-|^\s*-)", text)]
        if pieces and not pieces[0]:
            pieces = pieces[1:]
        signs = {piece for piece in pieces[1::2] if piece} | ({"-"} & set(pieces))
        if "|" in signs and len(signs) > 1:
            raise InputError(f"wanted | or + between units, got both in {text.strip()!r}")
        terms, sign = [], 1.0
        for piece in pieces:
            if piece in ("+", "|", "-"):
                sign = -1.0 if piece == "-" else 1.0
            else:
                terms.append(_term(piece, sign, text))
        if not terms or pieces[-1] in ("+", "|", "-"):
            raise InputError(f"wanted a unit such as 43 or 'both eyes 43', got {text.strip()!r}")
        if "|" in signs:
            return cls(tuple(terms), "max")
        weighted = any(term.weight != 1 for term in terms)
        return cls(tuple(terms), "sum" if weighted else "mean")

    def __str__(self) -> str:
        if self.how == "sum":
            first, *rest = self.terms
            text = ("- " if first.weight < 0 else "") + _unsigned(first)
            return text + "".join(f" {'-' if t.weight < 0 else '+'} {_unsigned(t)}" for t in rest)
        joint = "|" if self.how == "max" else "+"
        return joint.join(map(str, self.terms))


def plain(value: float) -> str:
    """A number in six digits as people write it: a rule knows no exponents.

    Examples
    --------
    >>> plain(0.00001), plain(0.6), plain(-12.0)
    ('0.00001', '0.6', '-12')
    """
    return format(Decimal(f"{value:.6g}"), "f")


def _unsigned(term: Term) -> str:
    """A term of a sum, without its sign."""
    name = str(Term(term.channel, term.side))
    return f"{plain(abs(term.weight))}*{name}"


def _term(piece: str, sign: float, whole: str) -> Term:
    match = _TERM.fullmatch(piece)
    if not match:
        raise InputError(
            f"wanted a unit such as 43, 'both eyes 43', 1+2, 26|27, yaw, pitch, roll or turn, "
            f"got {piece!r} in {whole.strip()!r}"
        )
    channel = match["unit"] or match["axis"].lower()
    weight = sign * float(match["weight"] or 1)
    return Term(channel, (match["side"] or "").lower(), weight)
