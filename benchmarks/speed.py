"""Frames per CPU-second, end to end and by stage: ``python benchmarks/speed.py VIDEO...``.

CPU seconds are those of the whole process, so that threads are not counted as speed. A second
table sets each stage beside its floor (`speed_floors`). With ``--peer NAME='COMMAND'`` another
program is measured on the same videos, `{video}` and `{out}` put in its place; its start is taken
out by a second run on the first second alone.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time

import av
import numpy as np
from heading import heading, publish, table
from speed_floors import floors

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


@dataclass(frozen=True)
class Peer:
    """Another program: what it is called, and how it is called."""

    name: str
    command: str

    @classmethod
    def of(cls, text: str) -> Peer:
        """From ``NAME=COMMAND``."""
        name, _, command = text.partition("=")
        if "{video}" not in command:
            raise SystemExit(f"wanted --peer NAME='COMMAND with {{video}}', got {text!r}")
        return cls(name, command)

    def speed(self, path: Path) -> float:
        """Frames per CPU-second, the start of the program not counted."""
        with tempfile.TemporaryDirectory() as folder:
            short = Path(folder) / f"short{path.suffix}"
            frames = first_second(path, short)
            more = self._seconds(path, folder) - self._seconds(short, folder)
        return (count(path) - frames) / more

    def _seconds(self, path: Path, folder: str) -> float:
        words = [w.format(video=path.resolve(), out=folder) for w in shlex.split(self.command)]
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def count(path: Path) -> int:
    """Decoded frames."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def first_second(path: Path, short: Path) -> int:
    """Copy the packets of the first second; how many frames they are."""
    with av.open(str(path)) as source, av.open(str(short), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.dts * stream.time_base > 1:
                break
            packet.stream = copy
            target.mux(packet)
    return count(short)


def stages_beside_floors(
    name: str, path: Path, run: dict[str, float], options: AnalyzeOptions
) -> list[list[str]]:
    """One row per stage, and their sum."""
    least = floors(path, load_model(name, motion=options.motion), options.batch)
    pairs = [(stage, run[stage], least[stage]) for stage in STAGES]
    pairs.append(("all", run["total"], sum(least.values())))
    return [
        [name, path.name, stage, f"{spent:.2f}", f"{floor:.2f}", f"{spent / floor:.2f}"]
        for stage, spent, floor in pairs
    ]


def peers_table(peers: list[Peer], ours: dict[tuple[str, str], float], paths: list[Path]) -> str:
    """Frames per CPU-second of other programs in this run, and how many times as fast ours are."""
    models = sorted({model for model, _ in ours})
    rows = list(_peer_rows(peers, ours, paths, models))
    return "\n## Other programs in the same run\n\n" + table(
        ["program", "video", "frames per CPU-second", *(f"{m}, times as fast" for m in models)],
        rows,
    )


def _peer_rows(
    peers: list[Peer], ours: dict[tuple[str, str], float], paths: list[Path], models: list[str]
) -> Iterator[list[str]]:
    for peer, path in product(peers, paths):
        speed = peer.speed(path)
        ratios = [f"{ours[model, path.name] / speed:.2f}" for model in models]
        yield [peer.name, path.name, f"{speed:.1f}", *ratios]


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--model", nargs="+", default=[DEFAULT])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--motion", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--peer", type=Peer.of, action="append", default=[])
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    options = AnalyzeOptions(motion=chosen.motion)
    rows, beside = [], []
    ours: dict[tuple[str, str], float] = {}
    for name, path in product(chosen.model, chosen.videos):
        run = measure(path, name, options, chosen.repeats)
        rest = run["total"] - sum(run[stage] for stage in STAGES)
        cells = [f"{run[stage]:.2f}" for stage in STAGES]
        ours[name, path.name] = 1000 / run["total"]
        speed = f"{ours[name, path.name]:.1f}"
        beside += stages_beside_floors(name, path, run, options)
        rows.append([name, path.name, f"{run['people']:.2f}", *cells, f"{rest:.2f}", speed])
    columns = ["model", "video", "faces per frame", *(f"{s}, ms" for s in STAGES), "rest, ms"]
    names = ", ".join(path.name for path in chosen.videos)
    text = heading("Speed", f"{names}; the fastest of {chosen.repeats} runs each")
    text += table([*columns, "frames per CPU-second"], rows)
    text += "\n## Stages beside their floors\n\n"
    columns = ["model", "video", "stage", "ms a frame", "floor, ms", "times the floor"]
    text += table(columns, beside)
    if chosen.peer:
        text += peers_table(chosen.peer, ours, chosen.videos)
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
