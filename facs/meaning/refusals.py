"""Refusals: what cannot be enrolled because of her other gestures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from facs.meaning.contradictions import contradictions
from facs.meaning.desk import Desk
from facs.meaning.findings import Finding
from facs.meaning.listener import Sign
from facs.meaning.profile import Profile
from facs.meaning.thresholds import MOST_FOREIGN
from facs.person import Person

__all__ = ["Refusals", "signs_of"]


@dataclass(frozen=True)
class Refusals:
    """Her gestures, and the examples of new ones.

    Parameters
    ----------
    known : Profile
        What is enrolled replaces those of its name; the others stay.
    ignored : tuple of str
        ``"left eye"`` or ``"right eye"``.
    desk : Desk
    pieces : mapping from a name to people
        Examples, relative to her rest.
    """

    known: Profile
    ignored: tuple[str, ...]
    desk: Desk
    pieces: Mapping[str, list[Person]]

    def among(self, findings: list[Finding]) -> list[Finding]:
        """Refuse each finding that contradicts one before it, or a known gesture that stays."""
        while True:
            new = [finding for finding in findings if finding.gesture is not None]
            names = {finding.name for finding in new}
            stay = tuple(sign for sign in self.known.signs if sign.gesture.name not in names)
            problem = next(self._problems(stay, new), None)
            if problem is None:
                return findings
            # One at a time: what is refused replaces nothing, and a known gesture is back.
            at, reason = problem
            findings = [
                replace(finding, gesture=None, reason=reason) if finding is new[at] else finding
                for finding in findings
            ]

    def _problems(
        self, stay: tuple[Sign, ...], new: Sequence[Finding]
    ) -> Iterator[tuple[int, str]]:
        both = (*stay, *signs_of(new))
        for at, reason in contradictions(both, self.ignored, self.known.sleep):
            if at >= len(stay):
                yield at - len(stay), reason
        for (at, finding), sign in product(enumerate(new), stay):
            if reason := self._heard_as(sign, finding.name):
                yield at, reason

    def _heard_as(self, sign: Sign, name: str) -> str:
        """Why the examples of `name` would say another word; nothing where they do not."""
        pieces = self.pieces.get(name, [])
        count = self.desk.fires(sign.gesture, pieces) if pieces else 0
        if count <= MOST_FOREIGN * len(pieces):
            return ""
        word = f" ({sign.word!r})" if sign.word else ""
        return (
            f"cannot be told from {sign.gesture.name}{word}, which is heard in {count} of "
            f"{len(pieces)} of its examples: take another movement, or enrol both anew in one call"
        )


def signs_of(findings: Sequence[Finding]) -> tuple[Sign, ...]:
    """Those that were not refused, as signs."""
    return tuple(Sign(f.gesture, f.word, note=f.note) for f in findings if f.gesture is not None)
