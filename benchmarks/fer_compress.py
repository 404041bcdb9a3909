"""Size against accuracy: magnitude pruning and eight bits, of systems that `fer.py` trained.

``python benchmarks/fer_compress.py --data FER2013.npz --systems NAME... --out FILE.md`` reads the
checkpoints of `fer.py`, sets the smallest weights of all convolutions and dense layers to zero,
small beside the others of their layer (Lee et al., "Layer-adaptive sparsity for the magnitude-based
pruning", 2021), trains what is left for ``--retrain`` steps, and quantises the network as the
product's own are (`facs.training.quantise`). Sizes are of the ONNX file, and of what zlib makes
of it, which is where zeros count.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from fer import teachers
from fer_data import CLASSES, Fer, read
from fer_measure import figures
from fer_systems import System, named
from fer_train import Options, tensor, train
from heading import exit_status, heading, table
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils import parametrize

from facs.errors import InputError
from facs.files import atomic
from facs.training.export import export
from facs.training.quantise import quantise

__all__ = ["main", "prune"]

SHARES: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95)
CALIBRATION: Final = 512
"""Faces of Training whose ranges the eight bits are fitted to."""

Row = dict[str, Any]


class Kept(nn.Module):
    """Weights of which some stay zero."""

    mask: torch.Tensor

    def __init__(self, mask: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", mask)

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """The weights that are kept."""
        return weight * self.mask


def prune(network: nn.Module, share: float) -> Callable[[], None]:
    """Hold the smallest `share` of all weights at zero; what is returned makes that permanent."""
    layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    sizes = [_sizes(layer.weight.detach()) for layer in layers]
    every = torch.cat([size.flatten() for size in sizes]).sort().values
    least = every[min(len(every) - 1, int(share * len(every)))]
    for layer, size in zip(layers, sizes, strict=True):
        parametrize.register_parametrization(layer, "weight", Kept((size >= least).float()))

    def settle() -> None:
        for layer in layers:
            parametrize.remove_parametrizations(layer, "weight")

    return settle


def _sizes(weights: torch.Tensor) -> torch.Tensor:
    """Squares, each over the sum of those of its layer that are not smaller (LAMP)."""
    squares, order = weights.flatten().square().sort()
    above = squares.flip(0).cumsum(0).flip(0)
    return torch.empty_like(squares).index_copy_(0, order, squares / above).view(weights.shape)


def main(argv: list[str] | None = None) -> int:
    """Compress what is asked for, then write the table; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--systems", nargs="+", metavar="NAME", default=["tuned-cnn"])
    parser.add_argument("--checkpoints", type=Path, default=Path("data/fer"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/fer_compress.md"))
    parser.add_argument("--zeros", type=float, nargs="+", default=SHARES, help="shares of weights")
    parser.add_argument("--retrain", type=int, default=200, help="steps after pruning, or 0")
    parser.add_argument("--made", type=Path, help="faces of benchmarks/fer_gan.py, for NAME-gan")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(argv)
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    return exit_status(_run, chosen)


def _run(chosen: argparse.Namespace) -> None:
    fer = read(chosen.data)
    path = chosen.out.with_suffix(".json")
    rows: list[Row] = json.loads(path.read_text())["rows"] if path.exists() else []
    for name, share in itertools.product(chosen.systems, chosen.zeros):
        mine = _rows(named(name), share, fer, chosen)
        rows = [r for r in rows if _key(r) not in map(_key, mine)] + mine
        rows.sort(key=_key)
        with atomic(path) as unfinished:
            unfinished.write_text(
                json.dumps({"data": fer.missing(), "rows": rows}, indent=1) + "\n"
            )
        with atomic(chosen.out) as unfinished:
            unfinished.write_text(_markdown(rows, fer.missing(), chosen.seed))


def _key(row: Row) -> tuple[Any, ...]:
    """What tells rows of different runs apart."""
    return tuple(row[part] for part in ("name", "seed", "retrained", "zeros", "precision"))


def _rows(system: System, share: float, fer: Fer, chosen: argparse.Namespace) -> list[Row]:
    """A network with a share of its weights at zero: in single precision, and in eight bits."""
    network, epochs = _trained(system, chosen)
    settle = prune(network, share)
    if share and chosen.retrain:
        _retrain(network, system, fer, chosen)
    settle()
    single, small = (chosen.checkpoints / f"{system.name}{part}.onnx" for part in ("", "-int8"))
    export(
        network.to(memory_format=torch.contiguous_format),  # type: ignore[call-overload]
        torch.zeros(2, 1, 48, 48),
        single,
        input_name="pictures",
        output_names=["scores"],
        metadata={},
        half=False,
    )
    quantise(single, small, _inputs(fer.training.pictures[:CALIBRATION]))
    private = fer.private.labelled
    rows = []
    for precision, file in (("float32", single), ("int8", small)):
        found = figures(_onnx_scores(file, private.pictures), private.labels)
        packed = len(zlib.compress(file.read_bytes(), 9))
        rows.append(
            {
                "name": system.name,
                "seed": chosen.seed,
                "epochs": epochs,
                "zeros": share,
                "retrained": chosen.retrain if share else 0,
                "precision": precision,
                "accuracy": found["accuracy"],
                "interval": found["interval"],
                "bytes": file.stat().st_size,
                "packed": packed,
            }
        )
        file.unlink()
    return rows


def _trained(system: System, chosen: argparse.Namespace) -> tuple[nn.Module, float]:
    """The network of a checkpoint, and for how many epochs it learned."""
    path = chosen.checkpoints / f"{system.name}-{chosen.seed}.pt"
    if system.build is None or not path.is_file():
        raise InputError(f"wanted a network that fer.py trained, there is no {path}")
    network = system.build(system.recipe.columns)
    found = torch.load(path)
    network.load_state_dict(found["mean"] or found["network"])
    return network.eval(), found["done"]["epochs"]


def _retrain(network: nn.Module, system: System, fer: Fer, chosen: argparse.Namespace) -> None:
    """A few more steps, annealed from a tenth of the usual rate; the zeros stay."""
    optimiser = system.recipe.optimiser

    def gentle(parameters: Any) -> torch.optim.Optimizer:
        made = optimiser(parameters)
        for group in made.param_groups:
            group["lr"] *= 0.1
        return made

    faces = teachers(fer, system.recipe, chosen.made)
    rng = np.random.default_rng(chosen.seed)
    batch = system.recipe.batch
    rows = rng.choice(len(faces), min(len(faces), batch * chosen.retrain), replace=False)
    epochs = max(1, math.ceil(batch * chosen.retrain / len(rows)))
    recipe = replace(system.recipe, epochs=epochs, optimiser=gentle, anneal=True, average=0.0)
    checkpoint = chosen.checkpoints / f"{system.name}-pruned.pt"
    checkpoint.unlink(missing_ok=True)
    train(network, faces[rows], recipe, Options(checkpoint, math.inf, seed=chosen.seed))
    checkpoint.unlink()


def _inputs(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(tensor(pictures).numpy(), np.float32)


def _onnx_scores(path: Path, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def score(part: NDArray[np.uint8]) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = session.run(None, {"pictures": _inputs(part)})[0]
        return scores[:, : len(CLASSES)]

    return np.concatenate([score(pictures[i : i + 128]) for i in range(0, len(pictures), 128)])


def _markdown(rows: list[Row], data: str, seed: int) -> str:
    columns = [
        "system", "epochs trained", "zeros", "steps after", "precision", "accuracy", "95 %",
        "kB", "kB packed",
    ]  # fmt: skip
    lines = [
        [
            r["name"],
            f"{r['epochs']:.1f}",
            f"{100 * r['zeros']:.0f} %",
            str(r["retrained"]),
            r["precision"],
            f"{100 * r['accuracy']:.1f}",
            f"{100 * r['interval'][0]:.1f} to {100 * r['interval'][1]:.1f}",
            f"{r['bytes'] / 1000:.0f}",
            f"{r['packed'] / 1000:.0f}",
        ]
        for r in rows
    ]
    text = heading("Size against accuracy on FER2013", data, seed) + table(columns, lines)
    return text + NOTES


NOTES = """
Accuracy is on PrivateTest. Zeros are the smallest weights of all convolutions and dense layers,
each beside those of its layer (LAMP); packed is what zlib makes of the ONNX file. Both precisions
run in ONNX Runtime.
"""


if __name__ == "__main__":
    sys.exit(main())
