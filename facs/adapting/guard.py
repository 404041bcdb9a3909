"""The guard, which asks if the new model is better on pieces of film that it did not learn from.

Nobody has said what is in the films, so it can only ask for what must be true of any better model:

- at her rest, fewer units are called;
- a movement that was clearly seen is still seen;
- a score wobbles no more when the face is lit, focused or cut out a little differently, measured
  by how far her own movements move it;
- no score stops moving, and none sticks at the top.

Where some frames are labelled, mean AUC and mean F1 must not fall either. All of it is measured of
pictures alone, as `facs live` scores, and of pictures with motion, where the model has that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.adapting.comparison import Change, Comparison
from facs.adapting.footage import Footage
from facs.adapting.labelled import Labels, judged
from facs.adapting.shift import CUT
from facs.meaning.rest import resting_frames
from facs.network.spec import ModelSpec
from facs.odds import logit
from facs.person import Person

__all__ = ["Side", "compare"]

Floats = NDArray[np.float32]

CLEAR: Final = 3.0
"""Logits above her rest from which a movement was seen clearly."""

SEEN: Final = 0.1
"""Share of clear movements that may be lost: those at the edge."""

SHRINK: Final = 0.5
"""Share of its spread below which a score hardly moves any more."""

STUCK: Final = 0.99
"""Probability at the top."""

WORTH: Final = 0.1
"""Units less called at rest, in the mean over frames, from which a new model is worth having."""

UNIT_LOST: Final = 3
"""Clear movements of a unit from which losing more than half of them is not chance."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two models that are compared.

    Parameters
    ----------
    spec : ModelSpec
    spatial : sequence of array or None
        Raw scores of the spatial stream for each film; None where they are those of the film.
    views : sequence of arrays, each of shape (1 + V, k, C)
        For each film, raw scores of some faces that are held out: as they are, then changed.
    """

    spec: ModelSpec
    spatial: Sequence[Floats | None]
    views: Sequence[Floats]

    def people(self, films: Sequence[Footage], motion: bool) -> list[Person]:
        """Her in each film."""
        pairs = zip(films, self.spatial, strict=True)
        return [film.scored(self.spec, raw, motion=motion) for film, raw in pairs]


def compare(
    films: Sequence[Footage], old: Side, new: Side, labels: Sequence[Labels] | None = None
) -> Comparison:
    """Measure two models on what is held out of films, and on labelled frames."""
    changes = [_wobble(old, new)]
    for motion in (False, True):
        if motion and all(np.isnan(film.temporal).all() for film in films):
            continue
        way = "with motion" if motion else "pictures"
        before, after = old.people(films, motion), new.people(films, motion)
        changes += _unlabelled(films, before, after, way)
        if labels is not None:
            changes += _labelled(before, after, labels, way)
    return Comparison(tuple(changes))


def _unlabelled(
    films: Sequence[Footage], before: list[Person], after: list[Person], way: str
) -> list[Change]:
    held = [film.held_out for film in films]
    old = [person.frames(rows) for person, rows in zip(before, held, strict=True)]
    new = [person.frames(rows) for person, rows in zip(after, held, strict=True)]
    rest = [resting_frames(person) for person in old]
    seen, lost = _movements(old, new, rest)
    return [
        Change(f"units called at rest, {way}", _called(old, rest), _called(new, rest),
               allowed=0.02, worth=WORTH),
        Change(f"clear movements seen, {way}", *seen, more_is_better=True, allowed=SEEN,
               worth=None),
        Change(f"units that lost most movements, {way}", 0, lost, worth=None),
        Change(f"scores that hardly move, {way}", 0, _still(old, new), worth=None),
        Change(f"scores at the top, {way}", _stuck(old), _stuck(new), allowed=0.01, worth=None),
    ]  # fmt: skip


def _labelled(
    before: list[Person], after: list[Person], labels: Sequence[Labels], way: str
) -> list[Change]:
    (auc_old, f1_old), (auc_new, f1_new) = judged(before, labels), judged(after, labels)
    return [
        Change(f"AUC of labelled units, {way}", auc_old, auc_new, more_is_better=True,
               allowed=0.005, worth=0.005),
        Change(f"F1 of labelled units, {way}", f1_old, f1_new, more_is_better=True,
               worth=0.01),
    ]  # fmt: skip


def _called(people: list[Person], rest: list[NDArray[np.bool_]]) -> float:
    """Mean number of units at or above their threshold at rest."""
    called = [
        (person.probability[rows] >= person.on).sum(axis=1)
        for person, rows in zip(people, rest, strict=True)
    ]
    counts = np.concatenate(called)
    return float(counts.mean()) if len(counts) else float("nan")


def _movements(
    old: list[Person], new: list[Person], rest: list[NDArray[np.bool_]]
) -> tuple[tuple[float, float], int]:
    """Share of clear movements, before (all) and after; and how many units lost most of theirs."""
    made, kept = (np.zeros(len(old[0].units), int) for _ in range(2))
    for column, hit in _clear(old, new, rest):
        made[column] += 1
        kept[column] += hit
    if not made.sum():
        return (float("nan"), float("nan")), 0
    lost = (made >= UNIT_LOST) & (kept < made / 2)
    return (1.0, float(kept.sum() / made.sum())), int(lost.sum())


def _clear(
    old: list[Person], new: list[Person], rest: list[NDArray[np.bool_]]
) -> Iterator[tuple[int, bool]]:
    """Each clear movement of the old model: its unit, and whether the new one has it, too."""
    for one, other, rows in zip(old, new, rest, strict=True):
        if not rows.any():
            continue
        level = np.nanmedian(logit(one.probability[rows], CUT), axis=0)
        for column, unit in enumerate(one.units):
            found = other.events(unit)
            for event in one.events(unit):
                if logit(event.peak, CUT) - level[column] >= CLEAR:
                    yield column, any(map(event.touches, found))


def _wobble(old: Side, new: Side) -> Change:
    """How far a score moves when the face does not, by how far it moves when she does."""
    before, after = _shakes(old.views), _shakes(new.views)
    few = 0.05 * before
    return Change("wobble in light, focus and place", before, after, allowed=few, worth=few)


def _shakes(views: Sequence[Floats]) -> float:
    whole = np.concatenate(views, axis=1).astype(np.float64)  # (1 + V, k, C)
    if not whole.shape[1]:
        return float("nan")
    off = np.sqrt(((whole[1:] - whole[0]) ** 2).mean(axis=(0, 1)))
    return float(np.mean(off / (whole[0].std(axis=0) + 1e-6)))


def _still(old: list[Person], new: list[Person]) -> int:
    """Units whose logits spread less than half as far as they did."""
    before, after = (
        np.nanstd(logit(np.concatenate([p.probability for p in people]), CUT), axis=0)
        for people in (old, new)
    )
    return int((after < SHRINK * before).sum())


def _stuck(people: list[Person]) -> float:
    """Share of scores that are at the top."""
    scores = np.concatenate([person.probability for person in people])
    return float((scores[np.isfinite(scores)] >= STUCK).mean())
