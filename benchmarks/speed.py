"""Frames per CPU-second, end to end and by stage: ``python benchmarks/speed.py VIDEO...``.

CPU seconds are those of the whole process, so that threads are not counted as speed.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from time import process_time

import numpy as np
from heading import heading, table

import facs
from facs.network.weights import DEFAULT, load_model
from facs.pipeline import AnalyzeOptions, Stopwatch

STAGES = ("decode", "faces", "crops", "network")


def measure(
    path: Path, name: str | None, options: AnalyzeOptions, repeats: int
) -> dict[str, float]:
    """CPU milliseconds per frame of each stage and in all; the fastest of some repeats."""
    model = load_model(name, motion=options.motion, threads=options.threads)
    facs.analyze(path, model=model, options=options)  # files cached, libraries warm
    best: dict[str, float] = {}
    for _ in range(repeats):
        watch = Stopwatch()
        start = process_time()
        recording = facs.analyze(path, model=model, options=options, stopwatch=watch)
        total = process_time() - start
        frames = len(recording)
        run = {stage: 1000 * watch.seconds.get(stage, 0.0) / frames for stage in STAGES}
        run["total"] = 1000 * total / frames
        run["people"] = float(np.mean([p.seen for p in recording.people]) * len(recording.people))
        if not best or run["total"] < best["total"]:
            best = run
    return best


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--model", nargs="+", default=[DEFAULT])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--motion", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    options = AnalyzeOptions(motion=chosen.motion)
    rows = []
    for name, path in product(chosen.model, chosen.videos):
        run = measure(path, name, options, chosen.repeats)
        rest = run["total"] - sum(run[stage] for stage in STAGES)
        cells = [f"{run[stage]:.2f}" for stage in STAGES]
        speed = f"{1000 / run['total']:.1f}"
        rows.append([name, path.name, f"{run['people']:.2f}", *cells, f"{rest:.2f}", speed])
    columns = ["model", "video", "faces per frame", *(f"{s}, ms" for s in STAGES), "rest, ms"]
    names = ", ".join(path.name for path in chosen.videos)
    text = heading("Speed", f"{names}; the fastest of {chosen.repeats} runs each")
    text += table([*columns, "frames per CPU-second"], rows)
    print(text)
    if chosen.out:
        chosen.out.write_text(text)


if __name__ == "__main__":
    main()
