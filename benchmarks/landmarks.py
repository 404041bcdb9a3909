"""How exact are landmarks and pose? ``python benchmarks/landmarks.py --rendered DIR``.

On rendered people that the network has not learned from: the mean distance of the 68
points in percent of the distance between the outer corners of the eyes, from a look as
jittered as a tracker's, and the error of the head pose in degrees, by yaw.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.canonical import align
from facs.faces.landmarks import INPUT_MARGIN, INPUT_SIZE, Landmarker
from facs.faces.pose import head_pose
from facs.training.augment import jitter
from facs.training.rendered import Rendered, read_rendered

YAWS = ((0, 15), (15, 30), (30, 50), (50, 91))


def look(data: Rendered, i: int, landmarker: Landmarker, seed: int) -> tuple[float, ...]:
    """Error of the points in percent, absolute errors of yaw, pitch and roll, the score."""
    rng = np.random.default_rng((seed, i))
    truth = data.landmarks[i]
    near = np.vstack([align(truth, INPUT_SIZE, INPUT_MARGIN), [0, 0, 1]])
    located = landmarker(data.gray[i], [(jitter(rng, INPUT_SIZE, 0.03, 0.08, 6) @ near)[:2]])[0]
    eyes = float(np.hypot(*(truth[45] - truth[36])))
    error = 100 * float(np.hypot(*(located.landmarks - truth).T).mean()) / max(eyes, 1e-6)
    off = np.abs(np.array(head_pose(located.landmarks)) - data.pose[i])
    return (error, *(float(x) for x in off), located.score)


def row(name: str, found: NDArray[np.float64]) -> list[str]:
    """One line of the table."""
    error, yaw, pitch, roll, _ = np.median(found, 0)
    worst = np.percentile(found[:, 0], 95)
    kept = (found[:, 4] > 0.4).mean()
    cells = (error, worst, yaw, pitch, roll, 100 * kept)
    return [name, str(len(found)), *(f"{x:.1f}" for x in cells)]


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rendered", type=Path, nargs="+", required=True)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    data, landmarker = read_rendered(chosen.rendered), Landmarker(chosen.landmarks)
    rows = range(0, len(data), 3)
    found = np.array([look(data, i, landmarker, chosen.seed) for i in rows])
    yaw = np.abs(data.pose[list(rows), 0])
    lines = [row("all", found)]
    for low, high in YAWS:
        which = (yaw >= low) & (yaw < high)
        if which.any():
            lines.append(row(f"yaw {low} to {high}", found[which]))
    people = len(np.unique(data.subject))
    text = heading("Landmarks and pose", f"{len(found)} pictures of {people} people", chosen.seed)
    columns = ["faces", "n", "median error, %", "95th percentile", "yaw, degrees", "pitch", "roll"]
    text += table([*columns, "% taken for a face"], lines)
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
