"""What a trained pair of streams can do on people that it has not seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from facs.evaluation.metrics import f1_score, roc_auc
from facs.network.spec import LEVELS, ModelSpec, columns_of
from facs.network.two_stream import SpatialStream, TemporalStream
from facs.training.export import round_to_half
from facs.units import SIDED, ActionUnit

__all__ = ["Streams", "as_units", "measure"]

Floats = NDArray[np.float32]
BATCH = 128


@dataclass(frozen=True)
class Streams:
    """Both trained networks."""

    spatial: SpatialStream
    temporal: TemporalStream
    slots: int

    def round(self) -> None:
        """Round weights as the files will hold them, before anything is measured."""
        round_to_half(self.spatial.eval())
        round_to_half(self.temporal.eval())

    def keep(self, columns: list[int]) -> None:
        """Cut the outputs down to some columns."""
        for stream in (self.spatial, self.temporal):
            old = stream.head.scores
            new = torch.nn.Linear(old.in_features, len(columns))
            with torch.no_grad():
                new.weight.copy_(old.weight[columns])
                new.bias.copy_(old.bias[columns])
            stream.head.scores = new

    @torch.no_grad()
    def spatial_scores(self, crops: NDArray[np.uint8]) -> Floats:
        """Scores (n, columns) of crops (n, S, S)."""
        parts = [
            self.spatial(torch.from_numpy(crops[i : i + BATCH])).numpy()
            for i in range(0, len(crops), BATCH)
        ]
        return np.concatenate(parts)

    @torch.no_grad()
    def temporal_scores(self, stacks: Iterable[Floats]) -> Floats:
        """Scores (n, columns) of flow stacks, taken in one at a time."""
        parts, batch = [], []
        for stack in stacks:
            batch.append(stack)
            if len(batch) == BATCH:
                parts.append(self.temporal(torch.from_numpy(np.stack(batch))).numpy())
                batch = []
        if batch:
            parts.append(self.temporal(torch.from_numpy(np.stack(batch))).numpy())
        return np.concatenate(parts)


def as_units(
    units: tuple[ActionUnit, ...], scores: Floats, labels: Floats
) -> tuple[Floats, Floats]:
    """Columns to units: the stronger side counts, for scores and for labels."""
    place = {name: i for i, name in enumerate(columns_of(units))}
    first = [place[f"{u}_left" if u in SIDED else str(u)] for u in units]
    second = [place[f"{u}_right" if u in SIDED else str(u)] for u in units]

    def stronger(values: Floats) -> Floats:
        return np.maximum(values[:, first], values[:, second])

    return stronger(scores), stronger(labels)


def measure(
    spec: ModelSpec,
    pictures: Floats,
    picture_labels: Floats,
    spatial: Floats,
    temporal: Floats,
    labels: Floats,
) -> dict[str, Any]:
    """Per unit: AUC of stills, and on frames with a full window AUC of each stream and fused."""
    weight = np.asarray(spec.fusion, np.float32)
    both = spec.fused.letters((1 - weight) * spatial + weight * temporal)
    alone = spec.spatial.letters(pictures)
    rows: dict[str, Any] = {}
    for i, unit in enumerate(spec.units):
        p_alone, y_alone = (a[:, i] for a in as_units(spec.units, alone[..., 0], picture_labels))
        p_both, y_both = (a[:, i] for a in as_units(spec.units, both[..., 0], labels))
        s, _ = (a[:, i] for a in as_units(spec.units, spatial, labels))
        t, _ = (a[:, i] for a in as_units(spec.units, temporal, labels))
        truth, moving = y_alone >= LEVELS[0], y_both >= LEVELS[0]
        strength = as_units(spec.units, alone.sum(-1), picture_labels)[0][:, i]
        rows[str(unit)] = {
            "support": int(truth.sum()),
            "AUC stills": roc_auc(p_alone, truth),
            "F1 stills": f1_score(p_alone >= spec.on[i], truth),
            "correlation of intensity": _correlation(strength, y_alone),
            "windows": int(moving.sum()),
            "AUC spatial": roc_auc(s, moving),
            "AUC temporal": roc_auc(t, moving),
            "AUC fused": roc_auc(p_both, moving),
            "threshold": spec.on[i],
        }
    keys = ("AUC stills", "AUC spatial", "AUC temporal", "AUC fused", "correlation of intensity")
    means = {key: float(np.nanmean([row[key] for row in rows.values()])) for key in keys}
    return {"name": spec.name, "mean": means, "units": rows}


def _correlation(a: Floats, b: Floats) -> float:
    if a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
