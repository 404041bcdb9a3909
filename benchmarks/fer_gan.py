"""Train the BiCoGAN on FER2013's Training and make the faces that augment it.

``python benchmarks/fer_gan.py --data FER2013.npz --minutes M --out data/fer/made.npz`` goes on
from the last run's checkpoint, and writes 3,000 faces of every emotion except disgust, as Kumar
did, which ``fer.py --made data/fer/made.npz --systems tuned-cnn-gan ...`` adds to Training.
Beside them: a sheet of examples, and what was really trained, as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fer_bicogan import BiCoGan, Losses, made
from fer_data import CLASSES, Faces, read
from fer_networks import parameters
from fer_train import tensor
from heading import exit_status

from facs.files import atomic

__all__ = ["main", "train_gan"]

STEPS = 18_600
"""The last of the "epochs" of which Kumar shows pictures; by their number they are batches."""

BATCH = 128
EACH = 3000
LEFT_OUT = "disgust"
SHOWN = 8


def main(argv: list[str] | None = None) -> int:
    """Train for a while, then make faces; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--out", type=Path, default=Path("data/fer/made.npz"))
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--minutes", type=float, default=30, help="wall clock")
    parser.add_argument("--each", type=int, default=EACH, help="faces of every emotion")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--full", action="store_true", help="single precision throughout")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(argv)
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    return exit_status(_run, chosen)


def _run(chosen: argparse.Namespace) -> None:
    torch.manual_seed(chosen.seed)
    gan = BiCoGan().to(chosen.device)
    done = train_gan(
        gan,
        read(chosen.data).training.labelled,
        chosen.out.with_suffix(".pt"),
        steps=chosen.steps,
        seconds=60 * chosen.minutes,
        seed=chosen.seed,
        half=not chosen.full,
    )
    asked = np.repeat([i for i, name in enumerate(CLASSES) if name != LEFT_OUT], chosen.each)
    pictures = made(gan, asked, chosen.seed)
    with atomic(chosen.out) as path:
        np.savez_compressed(path, pictures=pictures, labels=asked)
    about = {
        **done,
        "planned": chosen.steps,
        "seed": chosen.seed,
        "generator": parameters(gan.generator),
        "encoder": parameters(gan.encoder),
        "discriminator": parameters(gan.discriminator),
    }
    with atomic(chosen.out.with_suffix(".json")) as path:
        path.write_text(json.dumps(about, indent=1) + "\n")
    _sheet(pictures, asked, chosen.out.with_suffix(".png"))
    print(json.dumps(about))


def train_gan(
    gan: BiCoGan,
    faces: Faces,
    checkpoint: Path,
    *,
    steps: int,
    seconds: float,
    seed: int,
    half: bool = True,
) -> dict[str, Any]:
    """Train until the steps are done or the time is up; what was done over all runs."""
    device = str(next(gan.parameters()).device)
    gan.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    parts = {"gan": gan, **gan.optimisers}
    done: dict[str, Any] = {"steps": 0, "wall": 0.0, "cpu": 0.0}
    if checkpoint.exists():
        found = torch.load(checkpoint, map_location=device)
        for name, part in parts.items():
            part.load_state_dict(found[name])
        done = found["done"]
    before, began = dict(done), (time.monotonic(), time.process_time())
    gan.train()
    while done["steps"] < steps and time.monotonic() - began[0] < seconds:
        rng = np.random.default_rng((seed, done["steps"]))
        rows = rng.integers(0, len(faces), min(BATCH, len(faces)))
        inputs = tensor(faces.pictures[rows], device) * 2 - 1
        labels = torch.from_numpy(faces.labels[rows]).to(device)
        random = torch.Generator().manual_seed(seed + done["steps"])
        with torch.autocast(torch.device(device).type, torch.bfloat16) if half else nullcontext():
            losses = gan.step(inputs, labels, random)
        done = {
            "steps": done["steps"] + 1,
            "wall": before["wall"] + time.monotonic() - began[0],
            "cpu": before["cpu"] + time.process_time() - began[1],
        }
        if done["steps"] % 200 == 0:
            _say(done["steps"], losses)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    states = {name: part.state_dict() for name, part in parts.items()}
    with atomic(checkpoint) as path:
        torch.save({**states, "done": done}, path)
    return done


def _say(step: int, losses: Losses) -> None:
    print(f"  step {step}: {losses}", file=sys.stderr, flush=True)


def _sheet(pictures: np.ndarray, labels: np.ndarray, path: Path) -> None:
    """The first faces of every emotion, one emotion in a row."""
    import cv2

    rows = [np.hstack(pictures[labels == label][:SHOWN]) for label in np.unique(labels)]
    cv2.imwrite(str(path), np.vstack(rows))


if __name__ == "__main__":
    sys.exit(main())
