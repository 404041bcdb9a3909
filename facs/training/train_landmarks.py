"""The landmark network's run: rendered faces, then real ones taught by the first stage."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from facs.errors import InputError
from facs.files import atomic
from facs.training.export import export, round_to_half
from facs.training.landmark_network import LandmarkNetwork
from facs.training.landmarks import LandmarkSource, batch_maker, landmark_loss, teach
from facs.training.loop import RunOptions, run
from facs.training.real_faces import FaceSet, read_fer, read_photos
from facs.training.rendered import read_rendered, read_scenes

__all__ = ["LandmarkRun", "train_landmarks"]

Progress = Callable[[int, float, float], None]

SURE = 2.0
"""Logit of the face flag from which a real picture is believed to show a face."""

AGREED = 0.02
"""Spread of the looks, in face widths, up to which they are believed."""


@dataclass(frozen=True)
class LandmarkRun:
    """Where the data lie and how long to learn from them.

    `start` is the checkpoint of an earlier run, whose weights this one begins with.
    """

    rendered: tuple[Path, ...]
    scenes: Path
    out: Path
    fer: Path | None = None
    photos: Path | None = None
    steps: tuple[int, int] = (3000, 2500)
    batch: int = 128
    rate: float = 2e-3
    seed: int = 0
    real_limit: int = 12000
    device: str = "cpu"
    start: Path | None = None


def train_landmarks(options: LandmarkRun, progress: Progress | None = None) -> Path:
    """Train, export ``landmarks.onnx`` into `options.out`, and return its path."""
    torch.manual_seed(options.seed)
    data = read_rendered(options.rendered)
    scenes = read_scenes(options.scenes)
    rendered = LandmarkSource(lambda i: data.gray[i], data.landmarks)
    network: torch.nn.Module = LandmarkNetwork().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if options.start is not None:
        saved = torch.load(options.start, map_location="cpu", weights_only=True)
        network.load_state_dict(saved["mean"])
    first = options.out / "landmarks_rendered.pt"
    run(
        network,
        batch_maker(rendered, None, scenes, options.batch),
        landmark_loss,
        RunOptions(options.steps[0], options.rate, first, options.device, options.seed),
        progress,
    )
    real = _taught(network.cpu(), options)
    if real is not None:
        second = options.out / "landmarks_real.pt"
        run(
            network,
            batch_maker(rendered, real, scenes, options.batch),
            landmark_loss,
            RunOptions(
                options.steps[1], options.rate * 0.5, second, options.device, options.seed + 1
            ),
            progress,
        )
    return export_landmarks(
        network.cpu(), options.out / "landmarks.onnx", len(data), len(real or ())
    )


def _taught(network: torch.nn.Module, options: LandmarkRun) -> LandmarkSource | None:
    """Real pictures with the points that stage one agrees on; kept in a file for resumption."""
    assert isinstance(network, LandmarkNetwork)
    sets = _real_sets(options)
    pictures = [faces.gray(i) for _, faces, n in sets for i in range(n)]
    if not pictures:
        return None
    cache = options.out / "landmarks_taught.npz"
    of = ", ".join(f"{n} of {len(faces)} {name}" for name, faces, n in sets)
    if cache.exists():
        known = np.load(cache)
        rows, points = known["rows"], known["points"]
        then = str(known["of"]) if "of" in known else of  # older ones do not say
        if then != of or np.any(rows >= len(pictures)):
            raise InputError(
                f"{cache}: wanted points of {of}, got those of other pictures ({then}): remove it, "
                f"or choose another folder"
            )
    else:
        rows, points = _teach_all(network, pictures, options.seed)
        with atomic(cache) as unfinished:
            np.savez(unfinished, rows=rows, points=points, of=np.array(of))
    return LandmarkSource(lambda i: pictures[int(rows[i])], points) if len(rows) else None


def _teach_all(
    network: LandmarkNetwork, pictures: list[NDArray[np.uint8]], seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    rows, points = [], []
    for i, picture in enumerate(pictures):
        found = teach(network, picture, rng)
        if found[1] < AGREED and found[2] > SURE:
            rows.append(i)
            points.append(found[0])
    return np.array(rows, np.int64), np.array(points, np.float32).reshape(-1, 68, 2)


def _real_sets(options: LandmarkRun) -> list[tuple[str, FaceSet, int]]:
    """Archives, and how many faces of each teach."""
    sets: list[tuple[str, FaceSet]] = []
    if options.photos is not None:
        sets.append(("photographs", read_photos(options.photos, "train")))
    if options.fer is not None:
        sets.append(("FER2013", read_fer(options.fer, "train")))
    left, found = options.real_limit, []
    for name, faces in sets:
        found.append((name, faces, min(left, len(faces))))
        left -= min(left, len(faces))
    return found


def export_landmarks(network: torch.nn.Module, path: Path, rendered: int, real: int) -> Path:
    """Write the network with what it learned from."""
    example = torch.zeros(2, 96, 96, dtype=torch.uint8)
    origin = {"rendered_faces": rendered, "real_faces_taught": real, "licence": "MIT"}
    export(
        round_to_half(network.to(memory_format=torch.contiguous_format)),  # type: ignore[call-overload]
        example,
        path,
        input_name="picture",
        output_names=("points", "face", "covered"),
        metadata={"facs.landmarks": json.dumps(origin)},
    )
    return path
