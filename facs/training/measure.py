"""What a trained pair of streams can do on people that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from facs.evaluation.metrics import f1_score, roc_auc
from facs.network.jaw import as_shipped
from facs.network.spec import LEVELS, ModelSpec, stronger_side
from facs.network.two_stream import SpatialStream, TemporalStream
from facs.overlap import batched
from facs.training.export import round_to_half
from facs.units import ActionUnit

__all__ = ["Scored", "Streams", "as_units", "in_batches", "measure"]

Floats = NDArray[np.float32]
BATCH = 128


@dataclass(frozen=True)
class Streams:
    """Both trained networks; what is scored is the mean over each face and its mirror image."""

    spatial: SpatialStream
    temporal: TemporalStream
    columns: tuple[str, ...]
    slots: int

    def round(self) -> None:
        """Round weights as the files will hold them, before anything is measured."""
        round_to_half(self.spatial.eval())
        round_to_half(self.temporal.eval())

    def kept(self, columns: tuple[str, ...]) -> Streams:
        """Cut the outputs down to some columns, in place."""
        rows = [self.columns.index(c) for c in columns]
        for stream in (self.spatial, self.temporal):
            old = stream.head.scores
            new = torch.nn.Linear(old.in_features, len(rows))
            with torch.no_grad():
                new.weight.copy_(old.weight[rows])
                new.bias.copy_(old.bias[rows])
            stream.head.scores = new
        return Streams(self.spatial, self.temporal, columns, self.slots)

    def spatial_scores(self, crops: NDArray[np.uint8]) -> Floats:
        """Scores (n, columns) of crops (n, S, S)."""
        return in_batches(_runner(as_shipped(self.spatial, self.columns)), crops)

    def temporal_scores(self, stacks: Iterable[Floats]) -> Floats:
        """Scores (n, columns) of flow stacks, taken in one at a time."""
        return in_batches(_runner(as_shipped(self.temporal, self.columns)), stacks)


def _runner(network: torch.nn.Module) -> Callable[[NDArray[Any]], Floats]:
    @torch.no_grad()
    def run(batch: NDArray[Any]) -> Floats:
        return np.asarray(network(torch.from_numpy(batch)).numpy(), np.float32)

    return run


def in_batches(run: Callable[[NDArray[Any]], Floats], inputs: Iterable[NDArray[Any]]) -> Floats:
    """Scores of many inputs, `BATCH` of them in memory at a time."""
    return np.concatenate([run(np.stack(batch)) for batch in batched(inputs, BATCH)])


@dataclass(frozen=True)
class Scored:
    """Raw scores and labels: of all pictures, and of the frames with a full window.

    NaN labels are hidden from the camera.
    """

    pictures: Floats
    picture_labels: Floats
    spatial: Floats
    temporal: Floats
    labels: Floats


def as_units(
    units: tuple[ActionUnit, ...], scores: Floats, labels: Floats
) -> tuple[Floats, Floats]:
    """Columns to units: the stronger side counts, for scores and for labels."""
    return stronger_side(units, scores), stronger_side(units, labels)


def measure(spec: ModelSpec, found: Scored) -> dict[str, Any]:
    """Per unit: AUC of stills, and on frames with a full window AUC of each stream and fused."""
    weight = np.asarray(spec.fusion, np.float32)
    both = spec.fused.letters((1 - weight) * found.spatial + weight * found.temporal)
    alone = spec.spatial.letters(found.pictures)
    units = spec.units
    presence, truth = as_units(units, alone[..., 0], found.picture_labels)
    strength, _ = as_units(units, alone.sum(-1), found.picture_labels)
    moving = {
        name: as_units(units, scores, found.labels)[0]
        for name, scores in (
            ("spatial", found.spatial),
            ("temporal", found.temporal),
            ("fused", both[..., 0]),
        )
    }
    _, motion = as_units(units, found.spatial, found.labels)
    rows: dict[str, Any] = {}
    for i, unit in enumerate(units):
        seen, shown = ~np.isnan(truth[:, i]), ~np.isnan(motion[:, i])
        present, active = truth[seen, i] >= LEVELS[0], motion[shown, i] >= LEVELS[0]
        rows[str(unit)] = {
            "support": int(present.sum()),
            "AUC stills": roc_auc(presence[seen, i], present),
            "F1 stills": f1_score(presence[seen, i] >= spec.on[i], present),
            "correlation of intensity": _correlation(strength[seen, i], truth[seen, i]),
            "windows": int(active.sum()),
            **{f"AUC {name}": roc_auc(s[shown, i], active) for name, s in moving.items()},
            "threshold": spec.on[i],
        }
    keys = ("AUC stills", "AUC spatial", "AUC temporal", "AUC fused", "correlation of intensity")
    means = {key: float(np.nanmean([row[key] for row in rows.values()])) for key in keys}
    return {"name": spec.name, "mean": means, "units": rows}


def _correlation(a: Floats, b: Floats) -> float:
    if a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
