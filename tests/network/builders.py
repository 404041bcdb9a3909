"""Tiny models with known seeds, made once per test run."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from facs.crops.clips import FaceClip
from facs.network.spec import SPEC_KEY, Calibration, ModelSpec, columns_of
from facs.units import ActionUnit

UNITS = (ActionUnit.AU4, ActionUnit.AU9, ActionUnit.AU12)
SIZE, SLOTS = 112, 10


def tiny_spec(units=UNITS, **changes):
    """A specification whose columns differ in slope, cuts and fusion weight."""
    n = len(columns_of(units))
    slopes = tuple(float(s) for s in np.linspace(0.5, 2.0, n))
    cuts = tuple(tuple(float(c) for c in np.arange(5) * 0.5 + i / n) for i in range(n))
    facts = {
        "name": "tiny",
        "version": "0.1",
        "stream": "spatial",
        "units": units,
        "crop_size": SIZE,
        "slots": SLOTS,
        "slot_seconds": 1 / 30,
        "spatial": Calibration(slopes, cuts),
        "fused": Calibration(slopes[::-1], cuts),
        "fusion": tuple(float(w) for w in np.linspace(0.2, 0.8, n)),
        "on": (0.5,) * len(units),
        "off": (0.4,) * len(units),
        "training": "nothing at all",
        "licence": "MIT",
    }
    return ModelSpec(**facts | changes)


@lru_cache
def tiny_streams(seed=0):
    """Full trunks with random weights and narrow heads, whose scores differ between inputs."""
    import torch

    from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
    from facs.training.export import round_to_half

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        config = StreamConfig(len(columns_of(UNITS)), hidden=16, slots=SLOTS)
        streams = SpatialStream(config), TemporalStream(config)
        examples = random_crops(8, seed), random_flows(8, seed)
        for stream, batch in zip(streams, examples, strict=True):
            _settle(stream, torch.from_numpy(batch))
            round_to_half(stream)
    return streams


def _settle(stream, batch):
    """Give batch normalisation its statistics, and scores a spread of about one."""
    import torch

    for part in stream.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = None  # the plain mean of what is seen
    with torch.no_grad():
        stream.train()(batch)
        scores = stream.eval()(batch)
        stream.head.scores.weight /= scores.std(0)[:, None]
        stream.head.scores.bias.zero_()
        stream.head.scores.bias.copy_(-stream(batch).mean(0))


def model_files(tmp_path_factory):
    """Path of ``tiny-spatial.onnx``, with ``tiny-temporal.onnx`` beside it; exported once."""
    folder = tmp_path_factory.getbasetemp() / "tiny_model"
    path = folder / "tiny-spatial.onnx"
    if not folder.exists():
        import torch

        from facs.training.export import export

        folder.mkdir()
        for stream, name, kind, example in zip(
            tiny_streams(),
            ("crop", "flow"),
            ("spatial", "temporal"),
            (random_crops(2), random_flows(2)),
            strict=True,
        ):
            export(
                stream,
                torch.from_numpy(example),
                folder / f"tiny-{kind}.onnx",
                input_name=name,
                output_names=("scores",),
                metadata={SPEC_KEY: replace(tiny_spec(), stream=kind).to_json()},
            )
    return path


def random_crops(n, seed=0):
    """Smooth random pictures (n, S, S): something for a network to tell apart."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (n, 14, 14), dtype=np.uint8)
    return np.kron(coarse, np.ones((1, 8, 8), np.uint8))


def random_flows(n, seed=0):
    """Smooth random flow stacks (n, 2 * slots, S, S)."""
    rng = np.random.default_rng(seed + 100)
    coarse = rng.normal(0, 0.3, (n, 2 * SLOTS, 14, 14)).astype(np.float32)
    return np.kron(coarse, np.ones((1, 1, 8, 8), np.float32))


def random_clips(n, moving=True, seed=0):
    """Clips of one person; `moving` is one flag for all, or one each."""
    flags = [moving] * n if isinstance(moving, bool) else list(moving)
    pairs = zip(random_crops(n, seed), random_flows(n, seed), flags, strict=True)
    return [
        FaceClip(0, i, i / 30, crop, flow if flag else None)
        for i, (crop, flow, flag) in enumerate(pairs)
    ]


class FixedStream:
    """A stream that answers with given scores (columns,) whatever it sees."""

    def __init__(self, spec, scores):
        self.spec = spec
        self.scores = np.asarray(scores, np.float32)
        self.batches = []

    def __call__(self, batch):
        self.batches.append(len(batch))
        return np.repeat(self.scores[None], len(batch), 0)
