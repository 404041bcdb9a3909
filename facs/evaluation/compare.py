"""Two CSV files in, a report out: what the command and the benchmark have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from facs.errors import InputError
from facs.evaluation.align import LEVEL, align
from facs.evaluation.aligned import Aligned, Thresholds
from facs.evaluation.report import evaluate
from facs.evaluation.report_values import Report, ReportOptions
from facs.evaluation.sheet import read_header
from facs.evaluation.tables_in import GROUPS, read_labels, read_predictions
from facs.evaluation.unit_columns import in_order, read_name, unit_name
from facs.evaluation.unit_table import UnitTable
from facs.events import least_peak
from facs.units import ActionUnit, grade_of

__all__ = [
    "Comparison",
    "compare_files",
    "model_thresholds",
    "read_level",
    "read_renames",
    "read_thresholds",
    "thresholds_of",
    "unit_thresholds",
]


@dataclass(frozen=True)
class Comparison:
    """How two tables are read and brought together.

    Parameters
    ----------
    thresholds : Thresholds
    model : str, optional
        A model of `facs models`, or the path of one, whose thresholds are taken for units of
        which `thresholds` says nothing.
    level : float, in (0, 5]
        Labelled intensity from which a unit is there.
    values : str
        What plain columns of labels hold; see `facs.evaluation.tables_in.read_labels`.
    first_frame : int
        The number that the labels give to the first frame of a video.
    rename : mapping of str to str
        Units to read as others, such as ``{"AU45": "AU43"}``, in whichever table has them.
    person : str, optional
        Whom of the predictions to take.
    rate : float, optional, frames per second
        Gives rows a time that have none.
    unseen : str
        ``"left-out"`` or ``"absent"``; see `facs.evaluation.align.align`.
    groups : tuple of str
        Columns of the labels to group rows by.
    """

    thresholds: Thresholds = field(default_factory=Thresholds)
    model: str | None = None
    level: float = LEVEL
    values: str = "auto"
    first_frame: int = 0
    rename: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None
    rate: float | None = None
    unseen: str = "left-out"
    groups: tuple[str, ...] = GROUPS

    def align(self, predictions: UnitTable, labels: UnitTable) -> Aligned:
        """Bring predictions to the rows of the labels."""
        thresholds, notes = thresholds_of(predictions, self.thresholds, self.model, self.rename)
        aligned = align(
            predictions,
            labels,
            thresholds=thresholds,
            level=self.level,
            unseen=self.unseen,
            rate=self.rate,
        )
        return aligned.noted(notes)


def compare_files(
    predictions: Path,
    labels: Path,
    comparison: Comparison | None = None,
    options: ReportOptions | None = None,
    name: str = "",
) -> Report:
    """Read two tables and measure one against the other.

    Parameters
    ----------
    predictions, labels : Path
        See `facs.evaluation.tables_in`.
    comparison : Comparison, optional
    options : ReportOptions, optional
    name : str
        Of what is measured; the name of the file of predictions if left out.

    Raises
    ------
    InputError
        If a file is no table of units, or the two have nothing in common.
    """
    how = comparison or Comparison()
    ours, theirs = _renames(how.rename, predictions, labels)
    found = read_predictions(predictions, rename=ours)
    if how.person is not None:
        found = _of_person(found, how.person)
    known = read_labels(
        labels, rename=theirs, values=how.values, first_frame=how.first_frame, groups=how.groups
    )
    return evaluate(how.align(found, known), name or predictions.stem, options)


def _renames(rename: Mapping[str, str], *paths: Path) -> list[dict[str, str]]:
    """What is renamed in each table: the units that it has. One that none has is refused."""
    wanted = {unit_name(old): new for old, new in rename.items()}
    headers = [read_header(path) if wanted else () for path in paths]
    known = [{column.name for text in names if (column := read_name(text))} for names in headers]
    lost = [old for old in wanted if not any(old in names for names in known)]
    if lost:
        units = " ".join(in_order(set().union(*known)))
        raise InputError(f"wanted a unit to rename, of {units}, got {lost[0]}")
    return [{old: new for old, new in wanted.items() if old in names} for names in known]


def _of_person(table: UnitTable, person: str) -> UnitTable:
    chosen = table.person == person
    if not chosen.any():
        names = ", ".join(sorted(set(table.person.tolist())))
        raise InputError(f"{table.source}: wanted a person of {names}, got {person!r}")
    return table.rows(np.flatnonzero(chosen))


def model_thresholds(model: str) -> Thresholds:
    """The thresholds of a shipped model, or of the one at a path."""
    from facs.network.weights import load_model

    spec = load_model(model, motion=False).spec
    return unit_thresholds(spec.units, spec.on, spec.off)


def unit_thresholds(
    units: Sequence[ActionUnit], on: Sequence[float], off: Sequence[float]
) -> Thresholds:
    """The thresholds of a model's units, and the peaks that its events reach.

    Examples
    --------
    >>> unit_thresholds((ActionUnit.AU12,), (0.5,), (0.4,)).of("AU12")
    Limits(on=0.5, off=0.4, peak=0.75)
    """
    names = [str(unit) for unit in units]
    return Thresholds(
        dict(zip(names, on, strict=True)),
        dict(zip(names, off, strict=True)),
        peak=dict(zip(names, map(least_peak, on), strict=True)),
    )


def thresholds_of(
    table: UnitTable, given: Thresholds, model: str | None, rename: Mapping[str, str]
) -> tuple[Thresholds, tuple[str, ...]]:
    """What is given, and for other units those of a model; and a note where that was guessed.

    A table of our own has lost its thresholds: those of the default model are the best guess.
    What is given names units as they are called after `rename`; a model names its own.
    """
    if given.default is not None:
        return given, ()
    if model is not None:
        return _merged(given, model_thresholds(model).renamed(rename)), ()
    if table.dialect != "facs":
        return given, ()
    from facs.network.weights import DEFAULT

    others = "other thresholds" if given.on else "thresholds"
    note = f"{others} are those of {DEFAULT}, the default model; name another if it was one"
    return _merged(given, model_thresholds(DEFAULT).renamed(rename)), (note,)


def _merged(first: Thresholds, second: Thresholds) -> Thresholds:
    """The second, where the first does not say otherwise."""
    on = {**second.on, **first.on}
    off = {**{k: v for k, v in second.off.items() if k not in first.on}, **first.off}
    peak = {**{k: v for k, v in second.peak.items() if k not in first.on}, **first.peak}
    return Thresholds(on, off, first.default, peak)


def read_thresholds(texts: Iterable[str]) -> Thresholds:
    """Read ``0.4`` for all units, ``AU12=0.4`` for one; of intensities they may be up to 5.

    Examples
    --------
    >>> read_thresholds(["0.4", "AU12=0.6"]).of("AU12"), read_thresholds(["0.4"]).of("AU1")
    (Limits(on=0.6, off=0.6, peak=0.6), Limits(on=0.4, off=0.4, peak=0.4))
    """
    on: dict[str, float] = {}
    default: float | None = None
    for text in texts:
        unit, equals, number = text.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            raise InputError(f"wanted a threshold such as 0.4 or AU12=0.4, got {text!r}") from None
        if equals:
            on[unit_name(unit)] = value
        else:
            default = value
    return Thresholds(on, default=default)


def read_renames(texts: Iterable[str]) -> dict[str, str]:
    """Read ``AU45=AU43``.

    Examples
    --------
    >>> read_renames(["AU45=AU43"])
    {'AU45': 'AU43'}
    """
    names = {}
    for text in texts:
        old, equals, new = text.partition("=")
        if not equals:
            raise InputError(f"wanted a pair of units such as AU45=AU43, got {text!r}")
        names[unit_name(old)] = unit_name(new)
    return names


def read_level(text: str) -> float:
    """Read an intensity as a letter A to E or a number in (0, 5].

    Examples
    --------
    >>> read_level("B"), read_level("1.5")
    (2.0, 1.5)
    """
    try:
        level = float(text)
    except ValueError:
        level = grade_of(text)
    if not 0 < level <= 5:
        raise InputError(f"wanted a level of A to E or a number in (0, 5], got {text!r}")
    return level
