"""Rows of the comparison: what each configuration is, and how it is run on the material."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from seed_classical import METHODS, fit_and_score
from seed_data import SLOTS, Material
from seed_figures import figures, guesses, measured, truth_of
from seed_networks import (
    FineTuned,
    Learner,
    OneVsAll,
    features_of,
    parameters,
    scores_of,
    spatial_stream,
    temporal_stream,
    train,
    untie,
)
from torch import Tensor, nn

from facs.errors import InputError
from facs.network.two_stream import SpatialStream, StreamConfig
from facs.training.calibrate import fit_fusion
from facs.training.loop import RunOptions
from facs.training.multilabel_losses import asymmetric, binary, bp_mll, positive_weights, presence
from facs.training.streams import central_crops, spatial_batches
from facs.training.temporal import temporal_batches

__all__ = ["ROWS", "Bench", "Row", "run_row"]

Floats = NDArray[np.float32]
Batches = Callable[[np.random.Generator], tuple[Tensor, Tensor]]
Progress = Callable[[int, float, float], None]

SETTLED_ON = 512
"""Faces on which folded normalisations are found again."""

FROM_NOTHING = 1.5e-3
FROM_WEIGHTS = 5e-4
WITHOUT_BATCH_NORM = 5e-4
"""Largest learning rates: of layers that begin from nothing, of a whole network that does not,
and of one that greater steps would break."""


@dataclass(frozen=True)
class Bench:
    """Everything a row is run with."""

    material: Material
    out: Path
    steps: int
    batch: int
    start: str
    seed: int
    classical_rows: int
    progress: Progress | None = None

    def scores_path(self, row: str) -> Path:
        """Where the scores of a finished row lie, for the rows that fuse them."""
        return self.out / "scores" / f"{row.replace(' ', '_')}_{self.seed}.npz"

    @property
    def truths(self) -> tuple[Floats, Floats]:
        """Who shows what, in validation and test."""
        return truth_of(self.material.validation.labels), truth_of(self.material.test.labels)

    @property
    def faces(self) -> NDArray[np.uint8]:
        """Some faces of teachers, as the spatial stream sees them."""
        pictures = self.material.pictures
        chosen = np.linspace(0, len(pictures) - 1, min(SETTLED_ON, len(pictures))).astype(int)
        return central_crops(pictures[chosen])


@dataclass(frozen=True)
class Row:
    """One configuration: its name, the paper's number, and how it is run."""

    name: str
    what: str
    run: Callable[[Bench, str], dict[str, Any]]


def run_row(row: Row, bench: Bench) -> dict[str, Any]:
    """Figures of one row, as they go into the file."""
    torch.manual_seed(bench.seed)
    return {"name": row.name, "seed": bench.seed, **row.run(bench, row.name)}


def _spatial(bench: Bench, **choices: Any) -> SpatialStream:
    return spatial_stream(len(bench.material.units), bench.start, bench.faces, **choices)


def _pictures(bench: Bench) -> Batches:
    m = bench.material
    make = spatial_batches(m.pictures, m.picture_labels, m.names, None, (bench.batch, 0))

    def batches(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        batch = make(rng)
        return batch.crops, presence(batch.labels)

    return batches


def _motion(bench: Bench) -> Batches:
    m = bench.material
    flows, windows = m.clips.flows, m.windows
    make = temporal_batches(flows, m.clip_labels, windows, m.names, SLOTS, bench.batch)

    def batches(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        batch = make(rng)
        return batch.flows, presence(batch.labels)

    return batches


def _learned(
    bench: Bench, row: str, network: nn.Module, loss: Any, rate: float, *, moving: bool = False
) -> dict[str, Any]:
    """Train one network, score both groups, keep the scores, measure."""
    checkpoint = bench.out / f"{row.replace(' ', '_')}_{bench.seed}.pt"
    options = RunOptions(bench.steps, rate, checkpoint, seed=bench.seed)
    count = parameters(network)
    batches = _motion(bench) if moving else _pictures(bench)
    seconds = train(Learner(network, loss), batches, options, bench.progress)
    groups = (bench.material.validation, bench.material.test)
    scores = [scores_of(network, g.stacks() if moving else iter(g.crops)) for g in groups]
    return {
        **_kept(bench, row, scores),
        "parameters": count.all,
        "trained": count.trained,
        "CPU seconds": round(seconds, 1),
    }


def _kept(bench: Bench, row: str, scores: list[Floats]) -> dict[str, Any]:
    """Keep scores for the rows that fuse them; figures of them."""
    path = bench.scores_path(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, validation=scores[0], test=scores[1])
    truths = bench.truths
    return measured((scores[0], truths[0]), (scores[1], truths[1]), bench.material.names)


def _scores(bench: Bench, row: str) -> dict[str, Floats]:
    """What `_kept` has kept."""
    path = bench.scores_path(row)
    if not path.exists():
        raise InputError(f"wanted the scores of {row!r}, seed {bench.seed}, got none: run it first")
    with np.load(path, allow_pickle=False) as saved:
        return {name: saved[name] for name in ("validation", "test")}


def _fine_tuned(bench: Bench, row: str) -> dict[str, Any]:
    network = FineTuned(_spatial(bench), len(bench.material.units))
    return _learned(bench, row, network, binary, FROM_NOTHING)


def _one_vs_all(bench: Bench, row: str) -> dict[str, Any]:
    network = OneVsAll(_spatial(bench), len(bench.material.units))
    return _learned(bench, row, network, binary, FROM_NOTHING)


def _weighted(bench: Bench) -> Callable[[Tensor, Tensor], Tensor]:
    weights = positive_weights(torch.from_numpy(truth_of(bench.material.picture_labels)))
    return lambda scores, targets: binary(scores, targets, weights)


def _whole(loss: Callable[[Bench], Any], local: int = 0) -> Callable[[Bench, str], dict[str, Any]]:
    """All layers trained, with a loss of choice."""

    def run(bench: Bench, row: str) -> dict[str, Any]:
        network = untie(_spatial(bench), local)
        rate = FROM_NOTHING if bench.start == "scratch" else FROM_WEIGHTS
        return _learned(bench, row, network, loss(bench), rate)

    return run


def _published(bench: Bench, row: str) -> dict[str, Any]:
    network = SpatialStream(StreamConfig.published(len(bench.material.units)))
    return _learned(bench, row, network, binary, WITHOUT_BATCH_NORM)


def _temporal(motion: str) -> Callable[[Bench, str], dict[str, Any]]:
    def run(bench: Bench, row: str) -> dict[str, Any]:
        network = temporal_stream(len(bench.material.units), SLOTS, motion)
        return _learned(bench, row, network, binary, FROM_NOTHING, moving=True)

    return run


def _average(bench: Bench, row: str) -> dict[str, Any]:
    """Rows (i) and (iii) together: the mean of both probabilities, as in the two-stream paper."""
    one, two = (_scores(bench, name) for name in (SPATIAL, TEMPORAL))
    groups = ("validation", "test")
    return _kept(bench, row, [(_sigmoid(one[g]) + _sigmoid(two[g])) / 2 for g in groups])


def _sigmoid(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -60, 60))), np.float32)


def _weighed(bench: Bench, row: str) -> dict[str, Any]:
    """Rows (i) and (iii) together: scores with a weight for each unit, of validation people."""
    spatial, temporal = (_scores(bench, name) for name in (SPATIAL, TEMPORAL))
    known = bench.material.validation.labels
    weight = np.array(fit_fusion(spatial["validation"], temporal["validation"], known), np.float32)
    scores = [
        (1 - weight) * spatial[group] + weight * temporal[group] for group in ("validation", "test")
    ]
    return {**_kept(bench, row, scores), "weights": weight.tolist()}


def _classical(method: str) -> Callable[[Bench, str], dict[str, Any]]:
    def run(bench: Bench, row: str) -> dict[str, Any]:
        m = bench.material
        stream = _spatial(bench)
        rows = np.linspace(0, len(m.pictures) - 1, min(bench.classical_rows, len(m.pictures)))
        chosen = rows.astype(int)
        features = features_of(stream, central_crops(m.pictures[chosen]))
        asked = tuple(features_of(stream, group.crops) for group in (m.validation, m.test))
        truth = truth_of(m.picture_labels[chosen])
        scores, seconds = fit_and_score(method, features, truth, asked)
        return {**_kept(bench, row, scores), "CPU seconds": round(seconds, 1)}

    return run


def _nothing(bench: Bench, row: str) -> dict[str, Any]:
    truth = bench.truths[1]
    zeros = np.zeros_like(truth)
    return figures(zeros, truth, zeros, bench.material.names)


def _prevalence(bench: Bench, row: str) -> dict[str, Any]:
    rate = np.nanmean(truth_of(bench.material.picture_labels), 0)
    return guesses(rate, bench.truths[1], bench.material.names, bench.seed)


SPATIAL, TEMPORAL = "AN-Finetune", "temporal"

ROWS = (
    Row("all zero", "nothing is ever shown", _nothing),
    Row("prevalence", "guessed as often as teachers show it", _prevalence),
    Row(SPATIAL, "(i) last two layers new, dropout 0.9", _fine_tuned),
    Row("one-vs-all", "(ii) such a network for each unit", _one_vs_all),
    Row(TEMPORAL, "(iii) 20 channels of flow vectors, from nothing", _temporal("vector")),
    Row("temporal, magnitude", "(iii) 10 channels of speed", _temporal("magnitude")),
    Row("fused, average", "(iv) (i) and (iii), mean probability", _average),
    Row("fused, learned", "(iv) (i) and (iii), a weight for each unit", _weighed),
    Row("whole, BCE", "all layers trained", _whole(lambda bench: binary)),
    Row("whole, class-weighted", "shown weighs as much as not shown", _whole(_weighted)),
    Row("whole, asymmetric", "Ridnik et al. (2021)", _whole(lambda bench: asymmetric)),
    Row("whole, BP-MLL", "Zhang and Zhou (2006)", _whole(lambda bench: bp_mll)),
    Row("whole, local", "last convolution locally connected", _whole(lambda bench: binary, 1)),
    Row("as published", "LRN, 4096 - 512, dropout 0.9, from nothing", _published),
    *(Row(method, "on features of the trunk", _classical(method)) for method in METHODS),
)
