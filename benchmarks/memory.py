"""Does memory stay flat? ``python benchmarks/memory.py VIDEO --minutes 120 --stream``.

The video is repeated until it is as long as asked, written to a temporary file, and
analysed in this process; resident memory is read as the analysis goes on. The result is
written as CSV, and the peak is that of the whole process, from its start to its end.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import psutil
from heading import heading, publish, table
from numpy.typing import NDArray

import facs
from facs.outputs.tables import write_csv
from facs.video import open_video


def endless(source: Path) -> Iterator[NDArray[np.uint8]]:
    """The pictures of a video, again and again, one in memory at a time."""
    while True:
        with open_video(source) as video:
            for frame in video:
                yield frame.image


def repeat(source: Path, target: Path, minutes: float) -> tuple[int, Fraction]:
    """Write the long video; frames and rate."""
    with open_video(source) as video:
        rate, size = video.rate or Fraction(30), video.size
    count = round(60 * minutes * rate)
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height = size or (640, 480)
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "23"}
        for picture in islice(endless(source), count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return count, rate


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--model", help="a name of facs models")
    parser.add_argument("--stream", action="store_true", help="as facs analyze --stream does")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    process = psutil.Process()
    samples: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.mp4"
        count, rate = repeat(chosen.video, path, chosen.minutes)
        every = max(1, round(10 * rate))

        def watch(done: int, _: int | None) -> None:
            if done % every == 0:
                samples.append((done / float(rate), process.memory_info().rss / 2**20))

        journal = Path(folder) / "long.rows" if chosen.stream else None
        recording = facs.analyze(path, model=chosen.model, progress=watch, journal=journal)
        write_csv(recording, Path(folder) / "long.csv")
    if len(recording) != count:
        raise SystemExit(f"wanted {count} frames, got {len(recording)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10  # kB on Linux
    people = len(recording.people)
    times, memory = np.array(samples).T
    step = max(1.0, chosen.minutes / 12)  # a dozen rows
    parts = (times // (60 * step)).astype(int)
    rows = [[f"{(p + 1) * step:g}", f"{memory[parts == p].max():.0f}"] for p in np.unique(parts)]
    late = times > 60
    slope = float(np.polyfit(times[late] / 60, memory[late], 1)[0]) if late.sum() > 1 else np.nan
    text = heading("Memory", f"{chosen.video.name} repeated to {chosen.minutes:g} minutes")
    text += f"- growth after the first minute: {slope:.2f} MiB per minute of video\n"
    text += f"- peak of the whole process, the recording and its CSV included: {peak:.0f} MiB\n"
    text += f"- {count} frames; {people} people were numbered\n\n"
    text += table(["to minute", "peak MiB while analysing"], rows)
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
