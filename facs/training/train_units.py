"""The run that makes the action unit model: cut, train both streams, calibrate, export, measure."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from facs._version import __version__
from facs.canonical import CROP_SIZE
from facs.errors import InputError
from facs.evaluation.metrics import best_threshold, f1_score, roc_auc
from facs.faces.landmarks import Landmarker
from facs.network.spec import LEVELS, SPEC_KEY, Calibration, ModelSpec, columns_of
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
from facs.training.calibrate import fit_calibration, fit_fusion, fit_thresholds
from facs.training.export import export, round_to_half
from facs.training.loop import RunOptions, run
from facs.training.measure import Streams, as_units, measure
from facs.training.real_faces import read_fer, read_photos
from facs.training.rendered import read_rendered
from facs.training.streams import (
    RealCrops,
    SpatialTask,
    TemporalTask,
    central_crops,
    flow_stack,
    spatial_batches,
    temporal_batches,
    window_rows,
)
from facs.training.unit_data import UnitData, cut_real, cut_rendered
from facs.training.weak_labels import weak_targets
from facs.units import ActionUnit

__all__ = ["UnitRun", "train_units"]

Progress = Callable[[int, float, float], None]
Floats = NDArray[np.float32]

GAZE = {ActionUnit.AU61, ActionUnit.AU62}

VALIDATION_SHARE = 16
"""One rendered person in so many is kept for calibration and thresholds."""


@dataclass(frozen=True)
class UnitRun:
    """Where the data lie, and how long to learn from them.

    `start` is the spatial checkpoint of an earlier run, whose weights this one begins with.
    """

    rendered: tuple[Path, ...]
    test: tuple[Path, ...]
    out: Path
    name: str
    landmarks: Path | None = None
    fer: Path | None = None
    photos: Path | None = None
    steps: tuple[int, int] = (3000, 2000)
    batch: tuple[int, int, int] = (128, 64, 96)
    rates: tuple[float, float] = (1.5e-3, 1.5e-3)
    slots: int = 10
    slot_seconds: float = 1 / 30
    min_auc: float = 0.75
    min_f1: float = 0.25
    seed: int = 0
    device: str = "cpu"
    start: Path | None = None


@dataclass(frozen=True)
class Split:
    """Stills and clips of some people; `windows` are the clips' rows with a whole flow window."""

    stills: UnitData
    clips: UnitData
    windows: NDArray[np.int64]


def train_units(options: UnitRun, progress: Progress | None = None) -> dict[str, Any]:
    """Do the whole run; returns the report that is also written to ``report.json``."""
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    train, validation, columns, sizes = _training_data(options)
    spatial = _train_spatial(options, train, columns, progress)
    temporal = _train_temporal(options, train, columns, progress)
    networks = Streams(spatial, temporal, options.slots)
    test, _ = _rendered(options.test, options, "test")
    report = _finish(options, networks, validation, test, columns)
    report["trained on"] = sizes
    (options.out / "report.json").write_text(json.dumps(report, indent=1))
    return report


def _rendered(
    folders: Sequence[Path], options: UnitRun, name: str
) -> tuple[Split, tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]]:
    """Cut crops of rendered folders, or read them where an earlier run has left them."""
    cache = options.out / f"cut_{name}.npz"
    if not cache.exists():
        data = read_rendered(folders)
        stills, clips = cut_rendered(data, Landmarker(options.landmarks), options.seed)
        windows = window_rows(data.clip[clips.rows], data.time[clips.rows], options.slots)
        np.savez(
            cache,
            **{f"stills_{k}": v for k, v in vars(stills).items()},
            **{f"clips_{k}": v for k, v in vars(clips).items()},
            windows=windows,
            columns=np.array(data.columns),
            who_stills=data.subject[stills.rows],
            who_clips=data.subject[clips.rows],
        )
    saved = np.load(cache)
    cut_stills, cut_clips = (
        UnitData(*(saved[f"{kind}_{k}"] for k in ("crops", "labels", "rows", "flows")))
        for kind in ("stills", "clips")
    )
    columns = tuple(str(c) for c in saved["columns"])
    split = Split(cut_stills, cut_clips, saved["windows"])
    return split, (columns, saved["who_stills"], saved["who_clips"])


def _training_data(
    options: UnitRun,
) -> tuple[Split, Split, tuple[str, ...], dict[str, int]]:
    """Split the rendered people into those who teach and those who calibrate."""
    whole, (columns, stills, clips) = _rendered(options.rendered, options, "train")
    kept_stills, kept_clips = stills % VALIDATION_SHARE == 0, clips % VALIDATION_SHARE == 0
    train = _part(whole, ~kept_stills, ~kept_clips[whole.windows])
    validation = _part(whole, kept_stills, kept_clips[whole.windows])
    train = Split(_joined(train.stills, whole.clips, ~kept_clips), train.clips, train.windows)
    sizes = {
        "rendered pictures": len(train.stills),
        "rendered flow windows": len(train.windows),
        "rendered people": len(np.unique(np.r_[stills[~kept_stills], clips[~kept_clips]])),
        "validation pictures": len(validation.stills),
        "validation people": len(np.unique(np.r_[stills[kept_stills], clips[kept_clips]])),
    }
    return train, validation, columns, sizes


def _part(whole: Split, stills: NDArray[np.bool_], windows: NDArray[np.bool_]) -> Split:
    s = whole.stills
    chosen = UnitData(s.crops[stills], s.labels[stills], s.rows[stills], s.flows)
    return Split(chosen, whole.clips, whole.windows[windows])


def _joined(stills: UnitData, clips: UnitData, which: NDArray[np.bool_]) -> UnitData:
    """Stills, and every third frame of clips (neighbouring frames teach the same)."""
    frames = np.flatnonzero(which)[::3]
    return UnitData(
        np.concatenate([stills.crops, clips.crops[frames]]),
        np.concatenate([stills.labels, clips.labels[frames]]),
        np.concatenate([stills.rows, clips.rows[frames]]),
        stills.flows,
    )


def _real(options: UnitRun, columns: tuple[str, ...]) -> RealCrops | None:
    """Real faces of the training splits, aligned; cached."""
    cache = options.out / "cut_real.npz"
    if not cache.exists():
        landmarker = Landmarker(options.landmarks)
        sets = [read_fer(options.fer, "train")] if options.fer else []
        sets += [read_photos(options.photos, "train")] if options.photos else []
        if not sets:
            return None
        cut = [(s, *cut_real(s, landmarker)) for s in sets]
        np.savez(
            cache,
            crops=np.concatenate([crops for _, crops, _ in cut]),
            votes=np.concatenate([s.votes[rows] for s, _, rows in cut]),
        )
    saved = np.load(cache)
    return RealCrops(saved["crops"], saved["votes"], weak_targets(saved["votes"], columns))


def _rate(labels: Floats) -> torch.Tensor:
    return torch.from_numpy((labels >= LEVELS[0]).mean(0).astype(np.float32))


def _train_spatial(
    options: UnitRun, train: Split, columns: tuple[str, ...], progress: Progress | None
) -> SpatialStream:
    stills = train.stills
    make = spatial_batches(
        stills.crops, stills.labels, columns, _real(options, columns), options.batch[:2]
    )
    stream = SpatialStream(StreamConfig(len(columns)))
    task = SpatialTask(stream, _rate(stills.labels)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if options.start is not None:
        task.load_state_dict(torch.load(options.start, weights_only=True)["mean"])
    _run(task, make, _run_options(options, "spatial", 0), progress)
    return stream.cpu().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


def _train_temporal(
    options: UnitRun, train: Split, columns: tuple[str, ...], progress: Progress | None
) -> TemporalStream:
    clips = train.clips
    make = temporal_batches(
        clips.flows, clips.labels, train.windows, columns, options.slots, options.batch[2]
    )
    stream = TemporalStream(StreamConfig(len(columns), slots=options.slots))
    rate = _rate(clips.labels[train.windows])
    task = TemporalTask(stream, rate).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    _run(task, make, _run_options(options, "temporal", 1), progress)
    return stream.cpu().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


def _run(
    task: torch.nn.Module,
    make: Callable[[np.random.Generator], Any],
    options: RunOptions,
    progress: Progress | None,
) -> None:
    """Train a task by its own loss."""
    run(task, make, lambda net, batch: net.loss(batch), options, progress)  # type: ignore[operator]


def _run_options(options: UnitRun, stream: str, which: int) -> RunOptions:
    return RunOptions(
        options.steps[which],
        options.rates[which],
        options.out / f"{stream}.pt",
        options.device,
        options.seed + which,
    )


@dataclass(frozen=True)
class Scored:
    """Raw scores and labels of a split: all pictures, and the frames with a full window."""

    pictures: Floats
    picture_labels: Floats
    spatial: Floats
    temporal: Floats
    labels: Floats


def _score(networks: Streams, split: Split, every: int) -> Scored:
    windows = split.windows[::every]
    stacks = (flow_stack(split.clips.flows, int(row), networks.slots) for row in windows)
    return Scored(
        networks.spatial_scores(central_crops(split.stills.crops)),
        split.stills.labels,
        networks.spatial_scores(central_crops(split.clips.crops[windows])),
        networks.temporal_scores(stacks),
        split.clips.labels[windows],
    )


def _finish(
    options: UnitRun,
    networks: Streams,
    validation: Split,
    test: Split,
    columns: tuple[str, ...],
) -> dict[str, Any]:
    """Choose units, calibrate, fuse, set thresholds, export, measure on the test people."""
    if not len(validation.windows) or not len(test.windows):
        raise InputError("wanted clips with full flow windows in training and test data, got none")
    networks.round()
    seen = _score(networks, validation, 1)
    unseen = _score(networks, test, 2)
    units = _units_with_evidence(seen, columns, options)
    keep = [columns.index(c) for c in columns_of(units)]
    networks.keep(keep)
    seen, unseen = _kept(seen, keep), _kept(unseen, keep)
    fusion = fit_fusion(seen.spatial, seen.temporal, seen.labels)
    w = np.asarray(fusion, np.float32)
    fused = (1 - w) * seen.spatial + w * seen.temporal
    still = fit_calibration(
        np.concatenate([seen.pictures, seen.spatial]),
        np.concatenate([seen.picture_labels, seen.labels]),
    )
    both = fit_calibration(fused, seen.labels)
    on = _thresholds(units, still, both, seen, fused)
    spec = _spec(options, units, still, both, fusion, on)
    _export(networks, spec, options.out)
    return measure(
        spec, unseen.pictures, unseen.picture_labels, unseen.spatial, unseen.temporal, unseen.labels
    )


def _units_with_evidence(
    seen: Scored, columns: tuple[str, ...], options: UnitRun
) -> tuple[ActionUnit, ...]:
    """Units that pictures alone tell apart on unseen people, and whose events can be used."""
    units = tuple(u for u in ActionUnit if columns_of((u,))[0] in columns)
    place = [columns.index(c) for c in columns_of(units)]
    scores, labels = as_units(units, seen.pictures[:, place], seen.picture_labels[:, place])
    probability = 1 / (1 + np.exp(-scores))
    kept = set()
    for i, unit in enumerate(units):
        truth = labels[:, i] >= LEVELS[0]
        found = f1_score(probability[:, i] >= best_threshold(probability[:, i], truth), truth)
        if roc_auc(scores[:, i], truth) >= options.min_auc and not found < options.min_f1:
            kept.add(unit)
    if not kept >= GAZE:  # a glance to one side alone would mislead
        kept -= GAZE
    if not kept:
        raise InputError(
            f"wanted a unit with an AUC of at least {options.min_auc}, got none: train longer"
        )
    return tuple(unit for unit in units if unit in kept)


def _kept(scored: Scored, keep: list[int]) -> Scored:
    return Scored(*(np.ascontiguousarray(a[:, keep]) for a in vars(scored).values()))


def _thresholds(
    units: tuple[ActionUnit, ...],
    still: Calibration,
    both: Calibration,
    seen: Scored,
    fused: Floats,
) -> tuple[float, ...]:
    p = np.concatenate([still.letters(seen.pictures)[..., 0], both.letters(fused)[..., 0]])
    y = np.concatenate([seen.picture_labels, seen.labels])
    probability, labels = as_units(units, p, y)
    return fit_thresholds(probability, labels >= LEVELS[0])


def _spec(
    options: UnitRun,
    units: tuple[ActionUnit, ...],
    still: Calibration,
    both: Calibration,
    fusion: tuple[float, ...],
    on: tuple[float, ...],
) -> ModelSpec:
    return ModelSpec(
        name=options.name,
        version=__version__,
        stream="spatial",
        units=units,
        crop_size=CROP_SIZE,
        slots=options.slots,
        slot_seconds=options.slot_seconds,
        spatial=still,
        fused=both,
        fusion=fusion,
        on=on,
        off=tuple(0.8 * t for t in on),
        training=TRAINING,
        licence="MIT",
    )


TRAINING = (
    "Units: faces rendered by facs.synthesis (ICT Face Model Light, MIT; MakeHuman and HDRI Haven "
    "assets, CC0), labels from the deformed mesh. Trunk and weak labels: FER2013 with FER+ votes "
    "and press photographs with an emotion each; no real face had a coded unit."
)


def _export(networks: Streams, spec: ModelSpec, out: Path) -> None:
    crops = torch.zeros(2, spec.crop_size, spec.crop_size, dtype=torch.uint8)
    flows = torch.zeros(2, 2 * spec.slots, spec.crop_size, spec.crop_size)
    for stream, network, example, name in (
        ("spatial", networks.spatial, crops, "crop"),
        ("temporal", networks.temporal, flows, "flow"),
    ):
        export(
            round_to_half(network),
            example,
            out / f"{spec.name}-{stream}.onnx",
            input_name=name,
            output_names=("scores",),
            metadata={SPEC_KEY: replace(spec, stream=stream).to_json()},
        )
