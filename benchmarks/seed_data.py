"""Rendered faces for the comparison of the published configurations: who teaches, who is asked.

Three groups of people: those who teach, those of the same shards on whom thresholds and
fusion weights are chosen, and those of the test shards, whom nothing has seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.network.spec import LEVELS, columns_of
from facs.training.cut_sets import CutFaces, cut_shards, joined, read_cut
from facs.training.datasets_split import stratify
from facs.training.streams import central_crops
from facs.training.temporal import flow_stack, window_rows
from facs.units import ActionUnit

__all__ = ["SLOTS", "Asked", "Material", "load", "unit_labels"]

Floats = NDArray[np.float32]

SLOTS = 10
VALIDATION_SHARE = 0.2


@dataclass(frozen=True)
class Asked:
    """Frames that are scored: crops (n, S, S), labels (n, units), and their flow stacks."""

    clips: CutFaces
    windows: NDArray[np.int64]
    labels: Floats

    def __len__(self) -> int:
        return len(self.windows)

    @property
    def crops(self) -> NDArray[np.uint8]:
        """What the spatial stream sees."""
        return central_crops(self.clips.crops[self.windows])

    def stacks(self) -> Iterator[Floats]:
        """What the temporal stream sees, one at a time."""
        return (flow_stack(self.clips.flows, int(row), SLOTS) for row in self.windows)

    @property
    def people(self) -> int:
        """How many people they are."""
        return len(np.unique(self.clips.subject[self.windows]))


@dataclass(frozen=True)
class Material:
    """All that a row of the table learns from and is measured on; labels are intensities.

    `pictures` (n, WIDE, WIDE) with `picture_labels` teach the spatial networks, the windows
    of `clips` with `clip_labels` the temporal ones.
    """

    units: tuple[ActionUnit, ...]
    left_out: tuple[ActionUnit, ...]
    pictures: NDArray[np.uint8]
    picture_labels: Floats
    clips: CutFaces
    clip_labels: Floats
    windows: NDArray[np.int64]
    validation: Asked
    test: Asked

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the units."""
        return tuple(str(unit) for unit in self.units)


def unit_labels(faces: CutFaces, units: tuple[ActionUnit, ...]) -> Floats:
    """Intensities (n, units): the stronger side counts; unknown where a hidden side decides."""
    place = {name: i for i, name in enumerate(faces.columns)}
    columns = [
        np.stack([faces.labels[:, place[name]] for name in columns_of((unit,))], 1)
        for unit in units
    ]
    strongest = [np.fmax.reduce(sides, axis=1) for sides in columns]
    decided = [
        ~np.isnan(sides).any(1) | (strong >= LEVELS[0])
        for sides, strong in zip(columns, strongest, strict=True)
    ]
    return np.where(np.stack(decided, 1), np.stack(strongest, 1), np.float32(np.nan))


def load(
    train: list[Path],
    test: list[Path],
    cache: Path,
    *,
    every: int = 2,
    min_shown: int = 10,
    landmarks: Path | None = None,
    seed: int = 0,
) -> Material:
    """Cut both sets with the product's aligner, or read what an earlier run has cut.

    Parameters
    ----------
    every : int
        Every so many flow windows of validation and test are scored: neighbours are alike.
    min_shown : int
        A unit is compared where so many frames of each group show it, and so many do not.
    landmarks : Path, optional
        The landmark network (ONNX) that finds the faces; the shipped one if left out.
    """
    stills, clips = read_cut(cut_shards(train, cache / "train", landmarks))
    _, unseen = read_cut(cut_shards(test, cache / "test", landmarks))
    shared = set(stills.columns) & set(unseen.columns)
    units = tuple(u for u in ActionUnit if shared.issuperset(columns_of((u,))))
    held = _held_out(stills, clips, units, seed)
    validation = _asked(clips.where(np.isin(clips.subject, held)), units, every)
    asked = _asked(unseen, units, every)
    teachers = clips.where(~np.isin(clips.subject, held))
    third = np.arange(len(teachers)) % 3 == 0
    pictures = joined(
        [_still(stills.where(~np.isin(stills.subject, held))), _still(teachers.where(third))]
    )
    windows = window_rows(teachers.clip, teachers.time, SLOTS)
    kept = _shown_often(
        units,
        (
            unit_labels(pictures, units),
            unit_labels(teachers, units)[windows],
            validation.labels,
            asked.labels,
        ),
        min_shown,
    )
    chosen = tuple(unit for unit, keep in zip(units, kept, strict=True) if keep)
    return Material(
        chosen,
        tuple(unit for unit in units if unit not in chosen),
        pictures.crops,
        unit_labels(pictures, chosen),
        teachers,
        unit_labels(teachers, chosen),
        windows,
        Asked(validation.clips, validation.windows, validation.labels[:, kept]),
        Asked(asked.clips, asked.windows, asked.labels[:, kept]),
    )


def _still(faces: CutFaces) -> CutFaces:
    return CutFaces(**{**vars(faces), "flows": faces.flows[:0]})


def _held_out(
    stills: CutFaces, clips: CutFaces, units: tuple[ActionUnit, ...], seed: int
) -> NDArray[np.int64]:
    """People of the training shards who do not teach; those of clips and of stills are others."""
    rng = np.random.default_rng(seed)
    held = []
    for faces in (stills, clips):
        people, who = np.unique(faces.subject, return_inverse=True)
        shown = np.zeros((len(people), len(units)), bool)
        np.logical_or.at(shown, who, unit_labels(faces, units) >= LEVELS[0])
        held.append(people[stratify(shown, VALIDATION_SHARE, rng)])
    return np.concatenate(held)


def _asked(clips: CutFaces, units: tuple[ActionUnit, ...], every: int) -> Asked:
    windows = window_rows(clips.clip, clips.time, SLOTS)[::every]
    return Asked(clips, windows, unit_labels(clips, units)[windows])


def _shown_often(
    units: tuple[ActionUnit, ...], groups: tuple[Floats, ...], least: int
) -> NDArray[np.bool_]:
    shown = np.array([(labels >= LEVELS[0]).sum(0) for labels in groups])
    hidden = np.array([(labels < LEVELS[0]).sum(0) for labels in groups])
    kept = (np.minimum(shown, hidden) >= least).all(0)
    if not kept.any():
        raise InputError(
            f"wanted a unit that {least} frames of each group show, got none of {len(units)}: "
            "render more clips"
        )
    return np.asarray(kept, bool)
