"""The run that makes the action unit model: cut, train both streams, finish."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from facs.canonical import CROP_SIZE
from facs.errors import InputError
from facs.faces.landmarks import Landmarker
from facs.network.spec import LEVELS, STREAMS
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
from facs.network.weights import files_of
from facs.training.begin import begin_with, keep_of
from facs.training.cut_sets import CutFaces, Split, cut_shards, joined, read_cut
from facs.training.datasets import thinned
from facs.training.datasets_cut import cut_coded
from facs.training.datasets_read import read_coded
from facs.training.finish import finish
from facs.training.loop import RunOptions, run
from facs.training.measure import Streams
from facs.training.real_targets import cut_of_real, real_crops
from facs.training.recipe import Recipe
from facs.training.refusals import refuse_nobody, refuse_the_same_people, refuse_too_little
from facs.training.seen_faces import SeenFaces, read_seen_faces
from facs.training.streams import RealCrops, SpatialTask, spatial_batches
from facs.training.temporal import TemporalTask, temporal_batches, window_rows
from facs.training.unit_run import UnitRun, is_checkpoint

__all__ = ["train_units", "training_data"]

Progress = Callable[[int, float, float], None]
Floats = NDArray[np.float32]

BEGINNING = 4
"""Batches that set the normalisations of a stream that begins with a model's file."""

RENEWING = 32
"""Batches that set them anew when a share of what a stream began with is kept."""

VALIDATION_SHARE = 16
"""One rendered person in so many is kept for calibration and thresholds."""


def train_units(options: UnitRun, progress: Progress | None = None) -> dict[str, Any]:
    """Do the whole run; returns the report that is also written to ``report.json``."""
    options.out.mkdir(parents=True, exist_ok=True)
    whole = set(options.streams) == set(STREAMS)  # one stream alone is not measured
    if whole:
        refuse_nobody(options.test)
    refuse_the_same_people(options.rendered, options.test)
    train, validation = training_data(options)
    if whole:
        refuse_too_little(options.rendered, validation)
    spatial = temporal = None
    if "spatial" in options.streams:
        spatial = _train_spatial(options, train, progress)
    if "temporal" in options.streams:
        temporal = _train_temporal(options, train, progress)
    if spatial is None or temporal is None:
        return {"mean": {}}
    recipe = Recipe(
        options.name,
        options.slots,
        options.slot_seconds,
        options.evidence,
        tuple(name for name, _ in options.coded),
        seen=options.seen is not None,
    )
    test = _split(_cut(options.test, options), options.slots)
    columns = train.stills.columns
    networks = Streams(spatial, temporal, columns, options.slots)
    report = finish(recipe, networks, validation, test, options.out, _check(options, columns))
    report["trained on"] = _sizes(train, validation)
    (options.out / "report.json").write_text(json.dumps(report, indent=1))
    return report


def _cut(folders: Sequence[Path], options: UnitRun) -> tuple[CutFaces, CutFaces]:
    among = (*options.rendered, *options.test)
    paths = cut_shards(
        folders, options.out / "cut", options.landmarks, among=among, seed=options.seed
    )
    return read_cut(
        paths, motion="temporal" in options.streams, pictures="spatial" in options.streams
    )


def _split(cut: tuple[CutFaces, CutFaces], slots: int) -> Split:
    stills, clips = cut
    return Split(stills, clips, window_rows(clips.clip, clips.time, slots))


def training_data(options: UnitRun) -> tuple[Split, Split]:
    """Split the rendered people into those who teach and those who calibrate.

    Those who teach do it as stills and as every third frame of clips (neighbours teach the same).
    """
    stills, clips = _cut(options.rendered, options)
    kept = tuple(faces.subject % VALIDATION_SHARE == 0 for faces in (stills, clips))
    validation = _split((stills.where(kept[0]), clips.where(kept[1])), options.slots)
    frames = np.zeros(len(clips), bool)
    frames[np.flatnonzero(~kept[1])[::3]] = True
    pictures = joined(
        [stills.where(~kept[0]), _still(clips).where(frames), *_coded(options, stills.columns)]
    )
    every = _split((pictures, clips), options.slots)
    # Not a copy of the teachers' clips: flows are most of what a run holds in memory.
    return replace(every, windows=every.windows[~kept[1][every.windows]]), validation


def _still(faces: CutFaces) -> CutFaces:
    """The same frames without their flows."""
    return replace(faces, flows=faces.flows[:0])


def _coded(options: UnitRun, columns: tuple[str, ...]) -> Iterator[CutFaces]:
    """Faces that people coded, aligned, for the spatial stream; what they left open is NaN."""
    for name, folder in options.coded if "spatial" in options.streams else ():
        coded = thinned(read_coded(name, folder))
        cut = cut_coded(coded, Landmarker(options.landmarks), columns)
        who = [zlib.crc32(f"{name} {subject}".encode()) for subject in cut.subject]
        n = len(cut)
        yield CutFaces(
            cut.crops,
            cut.labels,
            columns,
            np.zeros((0, 2, CROP_SIZE, CROP_SIZE), np.int8),
            np.array(who, np.int64),
            np.full(n, -1, np.int64),
            np.zeros(n),
            np.full(n, name),
        )


def _sizes(train: Split, validation: Split) -> dict[str, int]:
    return {
        "pictures": len(train.stills),
        "rendered flow windows": len(train.windows),
        "people in them": len(np.unique(train.stills.subject)),
        "validation pictures": len(validation.stills),
        "validation people": len(
            np.unique(np.r_[validation.stills.subject, validation.clips.subject])
        ),
    }


def _real(options: UnitRun, columns: tuple[str, ...]) -> RealCrops | None:
    """Real faces of the training splits, aligned, with what is likely or seen of their units."""
    if not options.fer and not options.photos:
        return None
    cache = options.out / "cut_real.npz"
    cut = cut_of_real(cache, options.fer, options.photos, Landmarker(options.landmarks))
    return real_crops(cut, columns, options.teacher, options.seen)


def _check(options: UnitRun, columns: tuple[str, ...]) -> SeenFaces | None:
    """Real faces that choose calibration and thresholds."""
    if options.check is None or options.fer is None:
        return None
    return read_seen_faces(options.fer, options.check, columns, Landmarker(options.landmarks))


def _rate(labels: Floats) -> torch.Tensor:
    """How often each column is present where it can be seen; one half where it never can."""
    seen, present = (~np.isnan(labels)).sum(0), (labels >= LEVELS[0]).sum(0)
    return torch.from_numpy(np.where(seen > 0, present / np.maximum(seen, 1), 0.5))


def _train_spatial(options: UnitRun, train: Split, progress: Progress | None) -> SpatialStream:
    torch.manual_seed(options.seed)  # first weights, whatever was trained before
    stills, columns = train.stills, train.stills.columns
    make = spatial_batches(
        stills.crops, stills.labels, columns, _real(options, columns), options.batch[:2]
    )
    task = SpatialTask(
        SpatialStream(StreamConfig(len(columns), dropout=options.dropout)),
        _rate(stills.labels).float(),
        columns,
    )

    def inputs(rng: np.random.Generator) -> torch.Tensor:
        return make(rng).crops

    if options.start and is_checkpoint(options.start[0]):
        saved = torch.load(options.start[0], map_location="cpu", weights_only=True)
        task.load_state_dict(saved["mean"])
    elif options.start:
        files = [files_of(model).spatial for model in options.start]
        seen = torch.cat([inputs(rng) for rng in _generators(options, BEGINNING)])
        begin_with(task.stream, files, columns, seen)
    _learn(task, make, inputs, options, "spatial", progress)
    return task.stream


def _train_temporal(options: UnitRun, train: Split, progress: Progress | None) -> TemporalStream:
    torch.manual_seed(options.seed)
    clips, columns = train.clips, train.clips.columns
    make = temporal_batches(
        clips.flows, clips.labels, train.windows, columns, options.slots, options.batch[2]
    )
    stream = TemporalStream(
        StreamConfig(len(columns), dropout=options.dropout, slots=options.slots, motion="own")
    )

    def inputs(rng: np.random.Generator) -> torch.Tensor:
        return make(rng).flows

    if options.start and not is_checkpoint(options.start[0]):
        files = [_temporal_file(model) for model in options.start]
        seen = torch.cat([inputs(rng) for rng in _generators(options, BEGINNING)])
        begin_with(stream, files, columns, seen)
    task = TemporalTask(stream, _rate(clips.labels[train.windows]).float())
    _learn(task, make, inputs, options, "temporal", progress)
    return stream


def _generators(options: UnitRun, batches: int) -> Iterator[np.random.Generator]:
    """Random numbers that no step of training has."""
    return (np.random.default_rng((options.seed, 1, i)) for i in range(batches))


def _temporal_file(start: str | Path) -> Path:
    files = files_of(start)
    if files.temporal is None:
        raise InputError(f"wanted a model with a temporal stream to begin with, got {start}")
    return files.temporal


def _learn(
    task: SpatialTask | TemporalTask,
    make: Callable[[np.random.Generator], Any],
    inputs: Callable[[np.random.Generator], torch.Tensor],
    options: UnitRun,
    stream: str,
    progress: Progress | None,
) -> None:
    """Train a task by its own loss and keep what shall stay of its start; it ends on the CPU."""
    which = STREAMS.index(stream)
    began = {name: value.clone() for name, value in task.stream.state_dict().items()}
    task.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    run(task, make, lambda net, b: net.loss(b), _run_options(options, stream, which), progress)  # type: ignore[operator]
    task.cpu().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    keep_of(task.stream, began, options.keep[which], map(inputs, _generators(options, RENEWING)))


def _run_options(options: UnitRun, stream: str, which: int) -> RunOptions:
    return RunOptions(
        options.steps[which],
        options.rates[which],
        options.out / f"{stream}.pt",
        options.device,
        options.seed + which,
    )
