"""From trained streams to a model: what it is, its files, its figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from facs.errors import InputError
from facs.network.backends import OnnxStream
from facs.network.jaw import as_shipped
from facs.network.spec import SPEC_KEY, STREAMS, ModelSpec, columns_of
from facs.training.cut_sets import Split
from facs.training.export import export
from facs.training.measure import Scored, Streams, in_batches, measure
from facs.training.quantise import quantise
from facs.training.recipe import Recipe
from facs.training.seen_faces import SeenFaces
from facs.training.specify import spec_of, units_with_evidence
from facs.training.streams import central_crops
from facs.training.targets import gaze_that_shows
from facs.training.temporal import flow_stack

__all__ = ["FileStreams", "finish", "score_of"]

Floats = NDArray[np.float32]

EXAMPLES = 512
"""Inputs that show the eight-bit files which ranges occur."""


def finish(
    recipe: Recipe,
    trained: Streams,
    validation: Split,
    test: Split,
    out: Path,
    real: SeenFaces | None = None,
) -> dict[str, Any]:
    """Choose units, calibrate, fuse, set thresholds, export, measure on the test people.

    Everything but the measuring comes from the validation people, and, for calibration and
    thresholds, from `real` faces too.

    Raises
    ------
    InputError
        If there are no flow windows, or no unit has evidence.
    """
    if not len(validation.windows) or not len(test.windows):
        raise InputError("wanted clips with full flow windows in training and test data, got none")
    trained.round()
    scores = trained.spatial_scores(central_crops(validation.stills.crops))
    labels = validation.stills.labels
    units = units_with_evidence(scores, labels, trained.columns, recipe.evidence)
    networks = trained.kept(columns_of(units))
    # again: AU26 scores less only where AU27 ships too
    seen = _that_shows(score_of(networks, validation, 1), networks.columns)
    faces = real.scored(networks) if real is not None else None
    spec = spec_of(recipe, units, seen, validation, faces)
    small = replace(spec, name=f"{spec.name}-int8")
    files = _export(networks, spec, out) + _export_small(networks, small, validation, out)
    unseen = score_of(networks, test, 2)
    report = measure(spec, unseen)
    report["int8"] = measure(small, score_of(FileStreams.of(small, out), test, 2))
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


def score_of(networks: Streams | FileStreams, split: Split, every: int) -> Scored:
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


def _that_shows(found: Scored, columns: tuple[str, ...]) -> Scored:
    """Nothing is calibrated by gaze behind shut lids."""
    return replace(
        found,
        picture_labels=gaze_that_shows(found.picture_labels, columns),
        labels=gaze_that_shows(found.labels, columns),
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
