"""A folder of small films, cut from the example, and the command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/synthetic_face.mp4"


def example_pictures():
    """Every fourth of the example's first pictures, half as large."""
    from facs.video import open_video

    with open_video(EXAMPLE, stop=2) as video:
        return [frame.image[::2, ::2].copy() for frame in video if frame.index % 4 == 0]


def write_films(folder, write_video, count, frames=4):
    """So many films of so many frames, in two folders of the same names; a bad one between them."""
    pictures = example_pictures()
    for number in range(count):
        path = folder / "ab"[number % 2] / f"{number // 2}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        first = number % (len(pictures) - frames)
        write_video(path, pictures[first : first + frames])
    (folder / "a/bad.mp4").write_bytes(b"this is no film")
    return folder


def contents(out):
    """Every result below a folder, by its path; nothing else may be there."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in ("lock", "manifest.jsonl")
    }


def start_batch(*words, **options):
    """Run ``facs batch`` in a process of its own, which leads a group that can be killed."""
    return subprocess.Popen(
        [sys.executable, "-m", "facs", "batch", *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )
