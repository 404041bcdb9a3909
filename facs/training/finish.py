"""From trained streams to a model: units with evidence, calibration, thresholds, files, figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from facs._version import __version__
from facs.canonical import CROP_SIZE
from facs.errors import InputError
from facs.evaluation.metrics import best_threshold, f1_score, roc_auc
from facs.network.backends import OnnxStream
from facs.network.jaw import as_shipped
from facs.network.mirror import columns_in_mirror
from facs.network.spec import LEVELS, SPEC_KEY, STREAMS, ModelSpec, columns_of
from facs.training.calibrate import fit_calibration, fit_fusion, fit_thresholds
from facs.training.cut_sets import CutFaces
from facs.training.export import export
from facs.training.measure import Scored, Streams, as_units, in_batches, measure
from facs.training.quantise import quantise
from facs.training.release import fit_release
from facs.training.streams import central_crops, flow_stack
from facs.units import ActionUnit

__all__ = ["Evidence", "Recipe", "Split", "finish"]

Floats = NDArray[np.float32]

GAZE = {ActionUnit.AU61, ActionUnit.AU62}

EXAMPLES = 512
"""Inputs that show the eight-bit files which ranges occur."""

TRAINING = (
    "Units: faces rendered by facs.synthesis (ICT Face Model Light, MIT; MakeHuman and HDRI Haven "
    "assets, CC0), labels from the deformed mesh. Trunk and weak labels: FER2013 with FER+ votes "
    "and press photographs with an emotion each."
)

SEEN = (
    "Of some of these a language model that sees pictures, no certified coder, read which units "
    "they show."
)


@dataclass(frozen=True)
class Split:
    """Stills and clips of some people; `windows` are the clips' rows with a whole flow window."""

    stills: CutFaces
    clips: CutFaces
    windows: NDArray[np.int64]


@dataclass(frozen=True)
class Evidence:
    """What a unit must reach on pictures of validation people to be shipped.

    Parameters
    ----------
    min_auc : float
    min_f1 : float
        Of the best threshold; `min_lift` lets a rare unit pass with less.
    min_lift : float
        How many times the F1 of calling every picture positive is enough: for a unit in three
        pictures of a hundred that is 0.06, and 0.25 would ask for much.
    doubted : frozenset of ActionUnit
        Not shipped whatever their figures: units that the pictures are known to show wrongly.
    """

    min_auc: float = 0.70
    min_f1: float = 0.25
    min_lift: float = 2.5
    doubted: frozenset[ActionUnit] = frozenset()

    def enough(self, score: Floats, present: NDArray[np.bool_]) -> bool:
        """Whether scores tell who shows the unit; what cannot be measured is no evidence."""
        found = f1_score(score >= best_threshold(score, present), present)
        always = f1_score(np.ones_like(present), present)
        wanted = min(self.min_f1, self.min_lift * always)
        return bool(roc_auc(score, present) >= self.min_auc and found >= wanted)


@dataclass(frozen=True)
class Recipe:
    """What a model is called, the window that it looks through, and which units it may have.

    `coded` names the coded data sets that it learned from, `seen` says whether it learned from a
    list of what real faces are seen to show (`facs.training.seen_units`).
    """

    name: str
    slots: int = 10
    slot_seconds: float = 1 / 30
    evidence: Evidence = field(default_factory=Evidence)
    coded: tuple[str, ...] = ()
    seen: bool = False

    @property
    def training(self) -> str:
        """What the weights learned from."""
        seen = f" {SEEN}" if self.seen else ""
        if not self.coded:
            return f"{TRAINING}{seen} No real face had a unit from a coder."
        return f"{TRAINING}{seen} Faces with coded units: {', '.join(self.coded)}."

    @property
    def licence(self) -> str:
        """Under which terms they may be used."""
        return f"by the terms of {', '.join(self.coded)}" if self.coded else "MIT"


def finish(
    recipe: Recipe, trained: Streams, validation: Split, test: Split, out: Path
) -> dict[str, Any]:
    """Choose units, calibrate, fuse, set thresholds, export, measure on the test people.

    Everything but the measuring comes from the validation people.

    Raises
    ------
    InputError
        If there are no flow windows, or no unit has evidence.
    """
    if not len(validation.windows) or not len(test.windows):
        raise InputError("wanted clips with full flow windows in training and test data, got none")
    trained.round()
    seen = _score(trained, validation, 1)
    units = _units_with_evidence(seen, trained.columns, recipe.evidence)
    columns = columns_of(units)
    seen = seen.kept([trained.columns.index(c) for c in columns])
    networks = trained.kept(columns)
    spec = _spec(recipe, units, seen, validation)
    small = replace(spec, name=f"{spec.name}-int8")
    files = _export(networks, spec, out) + _export_small(networks, small, validation, out)
    unseen = _score(networks, test, 2)
    report = measure(spec, unseen)
    report["int8"] = measure(small, _score(FileStreams.of(small, out), test, 2))
    report["files"] = {path.name: path.stat().st_size for path in files}
    return report


@dataclass(frozen=True)
class FileStreams:
    """Two streams as the files hold them."""

    spatial: OnnxStream
    temporal: OnnxStream
    columns: tuple[str, ...]
    slots: int

    @classmethod
    def of(cls, spec: ModelSpec, out: Path) -> FileStreams:
        """Open the files of a model."""
        spatial, temporal = (OnnxStream(path) for path in _paths(spec, out))
        return cls(spatial, temporal, spec.columns, spec.slots)

    def spatial_scores(self, crops: NDArray[np.uint8]) -> Floats:
        """Scores (n, columns) of crops (n, S, S)."""
        return in_batches(self.spatial, crops)

    def temporal_scores(self, stacks: Iterable[Floats]) -> Floats:
        """Scores (n, columns) of flow stacks, taken in one at a time."""
        return in_batches(self.temporal, stacks)


def _stacks(split: Split, windows: NDArray[np.int64], slots: int) -> Iterator[Floats]:
    return (flow_stack(split.clips.flows, int(row), slots) for row in windows)


def _score(networks: Streams | FileStreams, split: Split, every: int) -> Scored:
    """Raw scores beside the labels of the networks' columns, clips at every n-th window."""
    windows = split.windows[::every]
    keep = [split.stills.columns.index(c) for c in networks.columns]
    return Scored(
        networks.spatial_scores(central_crops(split.stills.crops)),
        split.stills.labels[:, keep],
        networks.spatial_scores(central_crops(split.clips.crops[windows])),
        networks.temporal_scores(_stacks(split, windows, networks.slots)),
        split.clips.labels[windows][:, keep],
    )


def _units_with_evidence(
    seen: Scored, columns: tuple[str, ...], wanted: Evidence
) -> tuple[ActionUnit, ...]:
    """Units that pictures alone tell apart on unseen people, and whose events can be used."""
    units = tuple(u for u in ActionUnit if columns_of((u,))[0] in columns)
    place = [columns.index(c) for c in columns_of(units)]
    scores, labels = as_units(units, seen.pictures[:, place], seen.picture_labels[:, place])
    probability = 1 / (1 + np.exp(-scores))
    kept = set()
    for i, unit in enumerate(units):
        known = ~np.isnan(labels[:, i])
        if wanted.enough(probability[known, i], labels[known, i] >= LEVELS[0]):
            kept.add(unit)
    kept -= wanted.doubted
    if not kept >= GAZE:  # a glance to one side alone would mislead
        kept -= GAZE
    if not kept:
        raise InputError(
            f"wanted a unit with an AUC of at least {wanted.min_auc}, got none: train longer"
        )
    return tuple(unit for unit in units if unit in kept)


def _spec(
    recipe: Recipe, units: tuple[ActionUnit, ...], seen: Scored, validation: Split
) -> ModelSpec:
    """Calibrate and fuse on people who taught nothing; thresholds of the best smoothed F1."""
    twins = columns_in_mirror(columns_of(units))
    fusion = fit_fusion(seen.spatial, seen.temporal, seen.labels, twins)
    weight = np.asarray(fusion, np.float32)
    fused = (1 - weight) * seen.spatial + weight * seen.temporal
    still = fit_calibration(
        np.concatenate([seen.pictures, seen.spatial]),
        np.concatenate([seen.picture_labels, seen.labels]),
        twins,
    )
    both = fit_calibration(fused, seen.labels, twins)
    presence = np.concatenate([still.letters(seen.pictures)[..., 0], both.letters(fused)[..., 0]])
    labels = np.concatenate([seen.picture_labels, seen.labels])
    on = fit_thresholds(*as_units(units, presence, labels))
    release = fit_release(
        *as_units(units, both.letters(fused)[..., 0], seen.labels),
        validation.clips.clip[validation.windows],
        validation.clips.time[validation.windows],
        on,
    )
    return ModelSpec(
        name=recipe.name,
        version=__version__,
        stream="spatial",
        units=units,
        crop_size=CROP_SIZE,
        slots=recipe.slots,
        slot_seconds=recipe.slot_seconds,
        spatial=still,
        fused=both,
        fusion=fusion,
        on=on,
        off=tuple(release * t for t in on),
        training=recipe.training,
        licence=recipe.licence,
    )


def _paths(spec: ModelSpec, out: Path) -> tuple[Path, Path]:
    return out / f"{spec.name}-spatial.onnx", out / f"{spec.name}-temporal.onnx"


@dataclass(frozen=True)
class _Part:
    """What it takes to write one stream."""

    network: torch.nn.Module
    example: torch.Tensor
    input_name: str
    path: Path
    metadata: dict[str, str]

    def write(self, path: Path, *, half: bool) -> None:
        export(
            self.network,
            self.example,
            path,
            input_name=self.input_name,
            output_names=("scores",),
            metadata=self.metadata,
            half=half,
        )


def _parts(networks: Streams, spec: ModelSpec, out: Path) -> tuple[_Part, _Part]:
    crops = torch.zeros(2, spec.crop_size, spec.crop_size, dtype=torch.uint8)
    flows = torch.zeros(2, 2 * spec.slots, spec.crop_size, spec.crop_size)
    spatial, temporal = _paths(spec, out)
    says = [{SPEC_KEY: replace(spec, stream=stream).to_json()} for stream in STREAMS]
    return (
        _Part(as_shipped(networks.spatial, spec.columns), crops, "crop", spatial, says[0]),
        _Part(as_shipped(networks.temporal, spec.columns), flows, "flow", temporal, says[1]),
    )


def _export(networks: Streams, spec: ModelSpec, out: Path) -> list[Path]:
    """Both streams, stored in half precision."""
    parts = _parts(networks, spec, out)
    for part in parts:
        part.write(part.path, half=True)
    return [part.path for part in parts]


def _export_small(networks: Streams, spec: ModelSpec, validation: Split, out: Path) -> list[Path]:
    """Both streams in eight bits, their ranges from validation people."""
    parts = _parts(networks, spec, out)
    rows = np.linspace(0, len(validation.stills) - 1, EXAMPLES).astype(int)
    windows = validation.windows[:: max(1, len(validation.windows) // EXAMPLES)]
    examples: tuple[NDArray[Any], NDArray[Any]] = (
        central_crops(validation.stills.crops[np.unique(rows)]),
        np.stack(list(_stacks(validation, windows, spec.slots))),
    )
    for part, inputs in zip(parts, examples, strict=True):
        whole = part.path.with_suffix(".whole")
        part.write(whole, half=False)
        quantise(whole, part.path, inputs)
        whole.unlink()
    return [part.path for part in parts]
