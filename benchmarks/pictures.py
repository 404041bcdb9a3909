"""Frames to look at: for each unit, where a clip shows it most and least.

``python benchmarks/pictures.py VIDEO... --units 12 43 26 1 --out DIR`` writes one contact sheet
per video: a row per unit, frames of falling probability from left to right, the
probability in the corner. A person must agree with what stands there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import facs
from facs.canonical import align
from facs.person import Person
from facs.video import open_video

TILE = 160
MARGIN = 1.5


def chosen_rows(probability: NDArray[np.float32], times: NDArray[np.float64]) -> list[int]:
    """Rows of the highest, the middle and the lowest probability, at least 0.4 s apart."""
    order = [int(i) for i in np.argsort(-np.nan_to_num(probability, nan=-1)) if probability[i] >= 0]

    def apart(candidates: list[int], count: int) -> list[int]:
        taken: list[int] = []
        for i in candidates:
            if len(taken) < count and all(abs(times[i] - times[j]) > 0.4 for j in taken):
                taken.append(i)
        return taken

    high, low = apart(order, 4), apart(order[::-1], 3)
    middle = apart([i for i in order if probability[i] < 0.6], 1)
    return high + middle + low[::-1]


def tiles(path: Path, person: Person, wanted: set[int]) -> dict[int, NDArray[np.uint8]]:
    """The face in each wanted frame, upright and TILE pixels wide."""
    found = {}
    with open_video(path) as video:
        for row, frame in enumerate(video):
            if row in wanted:
                matrix = align(person.landmarks[row], TILE, MARGIN)
                face = cv2.warpAffine(frame.image, matrix, (TILE, TILE), flags=cv2.INTER_AREA)
                found[row] = np.asarray(face, np.uint8)
    return found


def sheet(path: Path, units: list[str], model: str | None) -> NDArray[np.uint8] | None:
    """The contact sheet of one video's most seen person."""
    recording = facs.analyze(path, model=model)
    if not recording.people:
        return None
    person = max(recording.people, key=lambda p: int(p.seen.sum()))
    rows = {unit: chosen_rows(person[unit], person.times) for unit in units}
    faces = tiles(path, person, {i for chosen in rows.values() for i in chosen})
    lines = []
    for unit in units:
        line = []
        for i in rows[unit]:
            face = faces[i].copy()
            words = f"{unit} {person[unit][i]:.2f}"
            cv2.putText(face, words, (3, 13), 0, 0.42, (0, 0, 0), 3, cv2.LINE_AA)
            cv2.putText(face, words, (3, 13), 0, 0.42, (255, 255, 0), 1, cv2.LINE_AA)
            line.append(face)
        line += [np.zeros((TILE, TILE, 3), np.uint8)] * (8 - len(line))
        lines.append(np.hstack(line))
    return np.vstack(lines)


def main() -> None:
    """Write the sheets and say where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--units", nargs="+", default=["12", "43", "25", "26", "1", "2", "4"])
    parser.add_argument("--model")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for path in chosen.videos:
        picture = sheet(path, [f"AU{unit}" for unit in chosen.units], chosen.model)
        if picture is None:
            print(f"{path.name}: nobody found")
            continue
        target = chosen.out / f"{path.stem}.png"
        cv2.imwrite(str(target), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        print(f"wrote {target}")


if __name__ == "__main__":
    main()
