"""See whether this example computes what the exported model should: ``check.py exported``.

`example.json`, which lies beside the model, has a face and what must come out at every step; do the
same with the code of your app.
"""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from flow import farneback, window
from run import ExportedModel


def array(stored: dict) -> np.ndarray:
    """Grey levels, uint8, as `example.json` holds them."""
    data = base64.b64decode(stored["grey_base64"])
    return np.frombuffer(data, np.uint8).reshape(stored["shape"])


def differences(folder: Path) -> Iterator[tuple[str, float, float]]:
    """What is compared, how far off it is at most, and how far it may be."""
    example = json.loads((folder / "example.json").read_text(encoding="utf-8"))
    may, middle = example["tolerances"], example["middle"]
    models = {name: ExportedModel(folder, name) for name in example["precisions"]}
    facts = next(iter(models.values())).facts
    crops, picture = array(example["crops"]), array(example["picture"])
    crop = next(iter(models.values())).align(picture, np.array(example["landmarks"]))
    yield "crop, grey levels", far(crop, crops[middle]), may["grey"]
    motion = None
    if "flow" in example:
        pieces = list(velocities(crops, example["times"], facts["flow"]["parameters"]))
        motion = window(pieces, example["times"][middle], facts["flow"])
        wanted, every = example["flow"], example["flow"]["every"]
        thin = pieces[middle][2][:, ::every, ::every]
        yield "flow", far(thin, [wanted["right"], wanted["down"]]), may["flow"]
        yield "window", far(motion.mean((1, 2)), wanted["window_mean"]), may["flow"]
    for name, model in models.items():
        said = example["precisions"][name]
        near = may["probability_int8" if name == "int8" else "probability"]
        yield f"{name}, a picture", probabilities(model.units(crops[middle]), said["picture"]), near
        if motion is not None:
            found = model.units(crops[middle], motion)
            yield f"{name}, moving", probabilities(found, said["moving"]), near


def velocities(crops: np.ndarray, times: list, parameters: dict) -> Iterator[tuple]:
    """Start, end and velocity (2, S, S) between neighbouring crops."""
    for (a, b), (start, end) in zip(pairwise(crops), pairwise(times), strict=True):
        yield start, end, farneback(a, b, parameters) / (end - start)


def probabilities(found: dict, wanted: dict) -> float:
    """How far the probability of a unit is off at most."""
    return max(abs(found[unit]["probability"] - value) for unit, value in wanted.items())


def far(found: np.ndarray, wanted: list) -> float:
    """How far an array is off at most."""
    return float(np.abs(found.astype(float) - np.array(wanted, float)).max())


def main() -> None:
    """Print every comparison; the status is 1 where one is too far off."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what facs export wrote")
    found = list(differences(parser.parse_args().folder))
    for what, off, may in found:
        print(f"{'good' if off <= may else 'BAD ':4} {what:20} {off:.6f}, may be {may:g}")
    raise SystemExit(any(not off <= may for _, off, may in found))


if __name__ == "__main__":
    main()
