"""A few labelled frames of her, beside what models say of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facs.adapting.footage import Footage
from facs.errors import InputError
from facs.evaluation.metrics import f1_score, roc_auc
from facs.evaluation.tables_in import read_labels
from facs.evaluation.unit_table import UnitTable
from facs.person import Person
from facs.units import ActionUnit

__all__ = ["Labels", "judged", "labels_of"]


@dataclass(frozen=True, eq=False)
class Labels:
    """Labelled frames of one film.

    Parameters
    ----------
    rows : array, shape (k,), int
        Frames of the film.
    present : array, shape (k, U), 1, 0 or NaN
        Whether each unit is there; NaN is not coded.
    """

    rows: NDArray[np.int64]
    present: NDArray[np.float64]


def labels_of(path: str | os.PathLike[str], films: Sequence[Footage]) -> tuple[Labels, ...]:
    """Read labels, a table as `facs evaluate` takes it, of frames of these films.

    Raises
    ------
    InputError
        If it is no such table, or labels nothing that was seen.
    """
    table = read_labels(path)
    if len(films) > 1 and not any(table.file):
        raise InputError(f"{path}: wanted a column file, as there are {len(films)} films")
    found = tuple(_of_film(table, film) for film in films)
    if not any(np.isfinite(labels.present).any() for labels in found):
        raise InputError(
            f"{path}: wanted labels of frames in which she was seen, and of units that the model "
            "has, got none"
        )
    return found


def _of_film(table: UnitTable, film: Footage) -> Labels:
    known = set(film.rows.tolist())
    stem = Path(film.name).stem
    rows = [
        i
        for i, (name, frame) in enumerate(zip(table.file, table.frame, strict=True))
        if int(frame) in known and (not name or Path(str(name)).stem == stem)
    ]
    present = np.full((len(rows), len(film.person.units)), np.nan)
    for column, unit in enumerate(film.person.units):
        present[:, column] = _present(table, unit)[rows]
    return Labels(table.frame[rows], present)


def _present(table: UnitTable, unit: ActionUnit) -> NDArray[np.float64]:
    """1, 0 or NaN for each row of a table; an intensity counts from A on."""
    if str(unit) not in table.names:
        return np.full(len(table), np.nan)
    column = table.names.index(str(unit))
    graded, told = table.intensity[:, column], table.presence[:, column]
    shown = np.where(np.isnan(graded), np.nan, graded >= 1)
    return np.asarray(np.where(np.isnan(told), shown, told), np.float64)


def judged(people: Sequence[Person], labels: Sequence[Labels]) -> tuple[float, float]:
    """Mean AUC and mean F1, at the model's thresholds, of the units coded both ways."""
    scores = np.concatenate([p.probability[of.rows] for p, of in zip(people, labels, strict=True)])
    truth = np.concatenate([of.present for of in labels])
    aucs, f1s = [], []
    for column, on in enumerate(people[0].on):
        known = np.isfinite(truth[:, column]) & np.isfinite(scores[:, column])
        score, there = scores[known, column], truth[known, column] > 0
        if there.any() and not there.all():
            aucs.append(roc_auc(score, there))
            f1s.append(f1_score(score >= on, there))
    if not aucs:
        return float("nan"), float("nan")
    return float(np.mean(aucs)), float(np.mean(f1s))
