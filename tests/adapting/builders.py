"""A model that measures how light a face is, and films of one person made for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from facs.adapting.footage import Footage
from facs.network.spec import SPEC_KEY, Calibration
from facs.network.weights import files_of
from tests.builders import make_person
from tests.network.builders import tiny_spec

RATE = 10
GREY = 100.0
"""Of a face that scores 0 in every column; ten grey levels are one logit."""


def light_spec(**changes):
    """AU4, AU9, AU12 in five columns, without any calibration of their own."""
    plain = Calibration.identity(5)
    return tiny_spec(spatial=plain, fused=plain, name="light", **changes)


def light_model(folder: Path) -> Path:
    """Write ``light-spatial.onnx`` and ``light-temporal.onnx``; return the former.

    The first says of every column how much lighter than `GREY` a face is, the second says 0.
    """
    for stream, kind, shape in (
        ("spatial", TensorProto.UINT8, ("batch", 112, 112)),
        ("temporal", TensorProto.FLOAT, ("batch", 20, 112, 112)),
    ):
        axes = list(range(1, len(shape)))
        gain = 0.1 if stream == "spatial" else 0.0
        nodes = [
            helper.make_node("Cast", ["seen"], ["x"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["x", "axes"], ["mean"], keepdims=0),
            helper.make_node("Unsqueeze", ["mean", "last"], ["column"]),
            helper.make_node("Gemm", ["column", "head", "bias"], ["scores"]),
        ]
        constants = {
            "axes": np.array(axes, np.int64),
            "last": np.array([1], np.int64),
            "head": np.full((1, 5), gain, np.float32),
            "bias": np.full(5, -gain * GREY, np.float32),
        }
        graph = helper.make_graph(
            nodes,
            "light",
            [helper.make_tensor_value_info("seen", kind, shape)],
            [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ("batch", 5))],
            [numpy_helper.from_array(value, name) for name, value in constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
        model.ir_version = 9
        helper.set_model_props(model, {SPEC_KEY: light_spec(stream=stream).to_json()})
        onnx.save(model, folder / f"light-{stream}.onnx")
    return folder / "light-spatial.onnx"


def lights(rest: float, moves: tuple[float, ...], seconds: float = 60.0, high: float = 4.0):
    """Logits (n,) over time: `rest`, and 1 s at `high` above it from each of `moves` on."""
    times = np.arange(round(seconds * RATE)) / RATE
    level = np.full(len(times), rest)
    for start in moves:
        level[(times >= start) & (times < start + 1)] += high
    return level


def footage(path: Path, logits, name: str = "day.mp4", motion: bool = False) -> Footage:
    """A film in which the face is as light as says `logits` (n,), with a little noise."""
    rng = np.random.default_rng(0)
    n = len(logits)
    grey = np.clip(GREY + 10 * np.asarray(logits) + rng.normal(0, 0.5, n), 0, 255)
    crops = np.repeat(grey.astype(np.uint8), 112 * 112).reshape(n, 112, 112)
    scores = np.repeat(0.1 * (crops[:, :1, 0].astype(np.float32) - GREY), 5, axis=1)
    spec = light_spec()
    nothing = make_person(
        np.full((n, 3), 0.5), units=spec.units, sided=spec.sided, times=np.arange(n) / RATE,
        on=spec.on, off=spec.off,
    )  # fmt: skip
    temporal = np.full((n, 5), 0.0 if motion else np.nan, np.float32)
    film = Footage(name, nothing, scores, temporal, crops, np.arange(n))
    return replace(film, person=film.scored(files_spec(path)))


def files_spec(path: Path):
    """The specification that a file carries."""
    from facs.network.weights import spec_of

    return spec_of(files_of(path))
