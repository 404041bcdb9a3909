"""Compare the frames and times that `facs.video` reads with those of ffprobe.

    python benchmarks/video_times.py --videos DIR

prints one line for each video file of the folder: how many frames either reader
decodes, the largest difference between their times, and whether ours strictly
increase. The exit status is 1 if any line differs. ffprobe comes with FFmpeg.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facs.video import open_video

VIDEO_SUFFIXES = {".avi", ".mkv", ".mov", ".mp4", ".ts", ".webm", ".wmv"}
TOLERANCE = 2e-6
"""Seconds. ffprobe prints six decimals of a time, and as many of the stream's start."""


@dataclass(frozen=True)
class Comparison:
    """One clip read twice; the times in seconds from the stream's start."""

    clip: str
    ours: NDArray[np.float64]
    theirs: NDArray[np.float64]
    remarks: str

    @property
    def difference(self) -> float:
        """The largest difference in seconds; NaN if the counts differ."""
        if len(self.ours) != len(self.theirs):
            return float("nan")
        return float(np.abs(self.ours - self.theirs).max(initial=0.0))

    @property
    def increasing(self) -> bool:
        """Whether our times strictly increase."""
        return bool((np.diff(self.ours) > 0).all())

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return self.difference <= TOLERANCE and self.increasing

    def __str__(self) -> str:
        return (
            f"{self.clip:40} {len(self.ours):6} {len(self.theirs):7} {self.difference:12.1e} "
            f"{'yes' if self.increasing else 'NO':>10}  {self.remarks}"
        )


def compare(path: Path) -> Comparison:
    """Read a clip with both readers."""
    ours, remarks = our_times(path)
    return Comparison(path.name, ours, ffprobe_times(path), remarks)


def our_times(path: Path) -> tuple[NDArray[np.float64], str]:
    """Read times in seconds with this library, and what it remarks about the file."""
    with open_video(path) as video:
        times = np.array([frame.time for frame in video])
        return times, "; ".join(filter(None, (video.damage, *video.notes)))


def ffprobe_times(path: Path) -> NDArray[np.float64]:
    """Read times in seconds with ffprobe, which decodes every frame."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0"]
    command += ["-show_entries", "stream=start_time,nb_read_frames"]
    command += ["-show_entries", "frame=best_effort_timestamp_time", "-of", "json", str(path)]
    answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    (stream,) = answer["streams"]
    stamps = [float(f["best_effort_timestamp_time"]) for f in answer["frames"]]
    assert len(stamps) == int(stream["nb_read_frames"])
    return np.array(stamps) - float(stream["start_time"])


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=Path, required=True, help="folder of video files")
    folder: Path = parser.parse_args().videos
    print(
        f"{'clip':40} {'frames':>6} {'ffprobe':>7} {'max |dt| (s)':>12} {'increasing':>10}  remarks"
    )
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in VIDEO_SUFFIXES)
    rows = []
    for path in paths:
        rows.append(compare(path))
        print(rows[-1], flush=True)
    agree = sum(row.agrees for row in rows)
    print(f"{agree} of {len(rows)} clips agree; {sum(len(row.ours) for row in rows)} frames")
    return int(agree < len(rows))


if __name__ == "__main__":
    sys.exit(main())
