"""Is a batch that is killed the same as one that is not? ``python benchmarks/batch.py VIDEO``.

Short films are cut from a video and analysed twice: undisturbed, and in a batch that is killed
at random times (every other time the one process, otherwise all of them) and started again.
With ``--ray`` the second one runs on a Ray cluster of this machine, and one of its workers is
killed. Every result has to be there, and has to be the same to the last bit.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
import psutil
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.batch import read_manifest
from facs.video import open_video

FORMATS = ("csv", "facs")


def cut_films(source: Path, folder: Path, count: int, frames: int, seed: int) -> None:
    """Films of consecutive pictures, half as large, from random places of the source."""
    with open_video(source) as video:
        pictures = [frame.image[::2, ::2] for frame in video]
        rate = video.rate
    rng = random.Random(seed)
    for number in range(count):
        path = folder / f"{number % 10}" / f"{number:05d}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        first = rng.randrange(len(pictures) - frames)
        write_film(path, pictures[first : first + frames], rate)
    (folder / "0/damaged.mp4").write_bytes(b"this is no film")


def write_film(path: Path, pictures: list[NDArray[np.uint8]], rate: object) -> None:
    """Encode pictures."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.height, stream.width = (side // 2 * 2 for side in pictures[0].shape[:2])
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            even = np.ascontiguousarray(picture[: stream.height, : stream.width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        container.mux(stream.encode())


def start(films: Path, out: Path, jobs: int, *words: str) -> subprocess.Popen[str]:
    """``facs batch`` in a group of processes of its own."""
    formats = [word for name in FORMATS for word in ("--format", name)]
    command = [sys.executable, "-m", "facs", "batch", str(films), "--out", str(out), *formats]
    return subprocess.Popen(
        [*command, "--jobs", str(jobs), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def finished(out: Path) -> dict[str, int]:
    """When each result that the manifest calls done was written."""
    done = [entry for entry in read_manifest(out) if entry.status == "done"]
    return {key: (out / key).stat().st_mtime_ns for entry in done for key in entry.outputs}


def results(out: Path) -> dict[str, bytes]:
    """Every file of results, and whatever else lies about."""
    ours = {"lock", "manifest.jsonl"}
    files = (path for path in out.rglob("*") if path.is_file() and path.name not in ours)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


@dataclass
class Tally:
    """What happened on the way."""

    kills: int = 0
    redone: int = 0
    outlived: int = 0
    before: dict[str, int] = field(default_factory=dict)

    def compare(self, out: Path) -> None:
        """Count results that were done before the last kill and are other files now."""
        now = finished(out)
        self.redone += sum(now.get(key) != stamp for key, stamp in self.before.items())
        self.before = now


def disturbed(films: Path, out: Path, chosen: argparse.Namespace) -> Tally:
    """Kill the batch at random, `chosen.kills` times in all, and let it end then."""
    rng, tally = random.Random(chosen.seed), Tally()
    for count in sorted(rng.sample(range(chosen.videos), chosen.kills)):
        batch = start(films, out, chosen.jobs)
        wait_for(batch, out, count)
        time.sleep(rng.uniform(0, 0.3))
        if batch.poll() is None:
            kill(batch, tally)
        batch.communicate()
        tally.compare(out)
    start(films, out, chosen.jobs).communicate()
    tally.compare(out)
    return tally


def wait_for(batch: subprocess.Popen[str], out: Path, count: int) -> None:
    """Wait until so many films have been done."""
    while batch.poll() is None and len(finished(out)) < count * len(FORMATS):
        time.sleep(0.1)


def kill(batch: subprocess.Popen[str], tally: Tally) -> None:
    """End the one process or all of them; count those that live on."""
    workers = psutil.Process(batch.pid).children()
    if tally.kills % 2:
        os.killpg(batch.pid, signal.SIGKILL)
    else:
        batch.kill()
    tally.kills += 1
    _, alive = psutil.wait_procs(workers, timeout=60)
    tally.outlived += len(alive)


def on_ray(films: Path, out: Path, chosen: argparse.Namespace) -> Tally:
    """Run on a cluster of this machine, and kill a worker of it in the middle."""
    tally = Tally()
    batch = start(films, out, 1, "--ray", "local")
    wait_for(batch, out, chosen.videos // 3)
    workers = [p for p in psutil.Process(batch.pid).children(recursive=True) if is_actor(p)]
    random.Random(chosen.seed).choice(workers).kill()
    tally.kills += 1
    batch.communicate()
    tally.compare(out)
    return tally


def is_actor(process: psutil.Process) -> bool:
    """Whether it is a process of Ray that analyses."""
    try:
        return process.name().startswith("ray::") and "MapWorker" in process.name()
    except psutil.NoSuchProcess:
        return False


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--videos", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=10, help="of each film")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        films = folder / "films"
        cut_films(chosen.video, films, chosen.videos, chosen.frames, chosen.seed)
        start(films, folder / "undisturbed", chosen.jobs).communicate()
        how: Callable[[Path, Path, argparse.Namespace], Tally] = on_ray if chosen.ray else disturbed
        tally = how(films, folder / "disturbed", chosen)
        text = report(chosen, tally, folder / "undisturbed", folder / "disturbed")
        failed = [e for e in read_manifest(folder / "disturbed") if e.status == "failed"]
    text += f"\nFailed, with one line each: {len(failed)}, of which one is meant to.\n"
    publish(text, chosen.out)


def report(chosen: argparse.Namespace, tally: Tally, undisturbed: Path, out: Path) -> str:
    """The table of what was found."""
    wanted, got = results(undisturbed), results(out)
    same = sum(got.get(name) == data for name, data in wanted.items())
    frames = sum(entry.frames for entry in read_manifest(out))
    rows = [
        ["films, and one that is none", f"{chosen.videos} + 1"],
        ["results of the undisturbed batch", str(len(wanted))],
        ["kills", str(tally.kills)],
        ["results that are there and the same to the last bit", f"{same} of {len(wanted)}"],
        ["files that should not be there", str(len(set(got) - set(wanted)))],
    ]
    if not chosen.ray:
        rows += [
            ["results that were done and were done again", str(tally.redone)],
            ["processes that outlived their batch by a minute", str(tally.outlived)],
        ]
    for name in FORMATS:
        size = sum(len(data) for key, data in got.items() if key.endswith(f".{name}"))
        rows.append([f"bytes of {name} for each frame of one person", f"{size / frames:.0f}"])
    data = f"{chosen.videos} films of {chosen.frames} frames from {chosen.video.name}"
    title = "A batch on Ray" if chosen.ray else "A batch that is killed"
    return heading(title, data, chosen.seed) + table(["", ""], rows)


if __name__ == "__main__":
    main()
