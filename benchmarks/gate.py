"""Motion gate: how many frames pass, and which events are lost with the others.

``python benchmarks/gate.py --videos DIR --cache DIR``: every frame of every clip is analysed once;
then the frames that the gate holds back take the scores of the last one that passed. Faces
move in all of these clips, so they show what is missed more than what is saved.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from filmed import recording
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.events import Event
from facs.person import Person
from facs.recording import Recording
from facs.video import open_video
from facs.video.gate import MotionGate

SUFFIXES = {".mp4", ".mov", ".avi", ".wmv", ".mkv", ".webm"}
FACTORS = (2.5, 4.0, 6.0)
SHORTEST = 0.1  # s; shorter events are noise
LATE = 0.1  # s by which the onset of an event may be off


def passing(path: Path, whole: Recording, factor: float) -> NDArray[np.bool_]:
    """Which frames of a clip pass, with the face of the person who is seen most."""
    import cv2

    person = max(whole.people, key=lambda p: int(p.seen.sum()))
    gate, passed = MotionGate(factor), np.zeros(len(whole), bool)
    with open_video(path) as video:
        for i, frame in enumerate(video):
            box = person.boxes[i]
            known = None if np.isnan(box).any() else tuple(map(float, box))
            passed[i] = gate.passes(
                cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY), frame.time, known
            )
    return passed


def held(person: Person, passed: NDArray[np.bool_]) -> Person:
    """The person with the scores of the last frame that passed."""
    last = np.maximum.accumulate(np.where(passed, np.arange(len(passed)), 0))
    names = ("probability", "intensities", "left", "right", "left_intensity", "right_intensity")
    return replace(person, **{name: getattr(person, name)[last] for name in names})


def matched(events: Sequence[Event], others: Sequence[Event]) -> int:
    """Events that another one of the same unit begins with, or overlaps."""
    return sum(
        any(
            e.label == o.label and o.onset <= e.offset + LATE and o.offset >= e.onset - LATE
            for o in others
        )
        for e in events
    )


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    paths = sorted(p for p in options.videos.iterdir() if p.suffix.lower() in SUFFIXES)
    sums = {factor: np.zeros(7, np.int64) for factor in FACTORS}
    for path in paths:
        whole = recording(options.videos, options.cache, path.name)
        if not whole.people:
            continue
        person = max(whole.people, key=lambda p: int(p.seen.sum()))
        events = person.events(min_duration=SHORTEST)
        blinks = [e for e in events if e.label == "AU43"]
        for factor in FACTORS:
            passed = passing(path, whole, factor)
            found = held(person, passed).events(min_duration=SHORTEST)
            sums[factor] += [
                *(len(passed), passed.sum(), len(events), matched(events, found)),
                *(len(blinks), matched(blinks, found), len(found) - matched(found, events)),
            ]
    rows = [
        [f"{factor:g}", f"{n[1]}/{n[0]}", f"{n[1] / n[0]:.2f}", f"{n[3]}/{n[2]}", f"{n[5]}/{n[4]}",
         f"{n[6]}"]
        for factor, n in sums.items()
    ]  # fmt: skip
    columns = ["factor", "frames that pass", "share", "events kept", "of AU43", "events added"]
    text = heading("Motion gate", f"{len(paths)} clips") + table(columns, rows)
    publish(text, options.out)


if __name__ == "__main__":
    main()
