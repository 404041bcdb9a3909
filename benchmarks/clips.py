"""Every clip of a folder through `facs.analyze`: ``python benchmarks/clips.py --videos DIR``.

Each clip runs in a process of its own, for its peak memory. Checked: rows per person
equal decoded frames, those equal ffprobe's count, times strictly increase.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from heading import heading, publish, table

SUFFIXES = {".mp4", ".mov", ".avi", ".wmv", ".mkv", ".webm"}


def one(path: Path) -> dict[str, Any]:
    """What one clip gives."""
    import facs

    start = process_time()
    recording = facs.analyze(path)
    seconds = process_time() - start
    reasons: dict[str, int] = {}
    for person in recording.people:
        for i in range(len(person)):
            word = person.reason(i) or "scored"
            reasons[word] = reasons.get(word, 0) + 1
    found = np.zeros(len(recording), bool)
    for person in recording.people:
        found |= np.isfinite(person.score)
    return {
        "frames": len(recording),
        "rows": [len(person) for person in recording.people],
        "found": float(found.mean()),
        "seen": {p.track: int(np.isfinite(p.score).sum()) for p in recording.people},
        "reasons": reasons,
        "fused": float(np.mean([(p.streams == 2).mean() for p in recording.people] or [0])),
        "increasing": bool((np.diff(recording.times) > 0).all()),
        "damage": recording.damage,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "fps": len(recording) / seconds,
    }


def counted(path: Path) -> int | None:
    """Decoded frames by ffprobe, or None where it is not installed."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames"]
    command += ["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(done.stdout.strip().strip(",").split("\n")[0])


def apart(path: Path) -> dict[str, Any]:
    """Run `one` in another process."""
    command = [sys.executable, __file__, "--one", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["?"])[-1]}
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def row(path: Path, result: dict[str, Any], frames: int | None) -> list[str]:
    """One line of the table."""
    if "error" in result:
        return [path.name, "crash: " + result["error"], *[""] * 7]
    whole = all(n == result["frames"] for n in result["rows"])
    right = result["frames"] == frames and whole and result["increasing"]
    seen = " ".join(f"{track}:{count}" for track, count in result["seen"].items())
    reasons = {k: v for k, v in result["reasons"].items() if k not in ("scored", "no_face")}
    why = " ".join(f"{word}:{count}" for word, count in sorted(reasons.items()))
    return [
        path.name,
        "yes" if right else f"NO ({result['frames']} rows, ffprobe {frames})",
        f"{result['frames']}",
        f"{100 * result['found']:.1f}",
        seen,
        why,
        f"{100 * result['fused']:.0f}",
        f"{result['mb']:.0f}",
        f"{result['fps']:.0f}",
    ]


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path)
    parser.add_argument("--one", type=Path)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(one(chosen.one)))
        return
    paths = sorted(p for p in chosen.videos.iterdir() if p.suffix.lower() in SUFFIXES)
    if not paths:
        sys.exit(f"wanted a folder with videos, got none in {chosen.videos}")
    rows = [row(path, apart(path), counted(path)) for path in paths]
    columns = ["clip", "rows = frames = ffprobe, times increase", "frames", "% with a face"]
    columns += ["frames of each person", "not scorable", "% fused", "peak MB", "frames/CPU-s"]
    text = heading("Real clips", f"{len(paths)} videos") + table(columns, rows)
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
