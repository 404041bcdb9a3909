"""Pictures that measure and have a near-copy among those that teach.

FER2013 holds many photographs more than once, cropped, watermarked or lit a little differently, and
its splits do not keep them apart. ``python benchmarks/near_copies.py --fer fer2013.npz --photos
facial_expressions.npz --cut CACHE.npz`` cuts every face as the network sees it, and writes
``near_copies.csv``: each held-out picture whose crop, 24 pixels wide, correlates above 0.9 with one
that teaches. On a sheet of such pairs all above 0.96, most above 0.92 and few below 0.9 were
copies; so some that measure well are lost, and hardly a copy is kept.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from facs.faces.landmarks import Landmarker
from facs.training.real_faces import FaceSet, read_fer, read_photos
from facs.training.real_targets import cut_of_real
from facs.training.unit_data import cut_real

FOUND = Path(__file__).with_name("near_copies.csv")
ALIKE = 0.9
SMALL = 24
MARGIN = 14
"""Pixels of a stored crop that hold what is beside the face."""

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]


def small(crops: Gray) -> Floats:
    """Crops (n, WIDE, WIDE) as vectors (n, SMALL * SMALL) of mean 0 and length 1."""
    inner = crops[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
    size = (SMALL, SMALL)
    flat = [cv2.resize(crop, size, interpolation=cv2.INTER_AREA).ravel() for crop in inner]
    vectors = np.array(flat, np.float32).reshape(-1, SMALL * SMALL)
    vectors -= vectors.mean(1, keepdims=True)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def nearest(vectors: Floats, others: Floats) -> tuple[NDArray[np.int64], Floats]:
    """For each vector the other that it is most like, and their correlation."""
    which, alike = [], []
    for first in range(0, len(vectors), 500):
        products = vectors[first : first + 500] @ others.T
        which.append(products.argmax(1))
        alike.append(products.max(1))
    return np.concatenate(which), np.concatenate(alike)


def copied(archive: str, rows: NDArray[np.int64], listed: Path = FOUND) -> NDArray[np.bool_]:
    """Which pictures of an archive (n,) have a near-copy that teaches."""
    with listed.open(encoding="utf-8") as file:
        known = {line["picture"] for line in csv.DictReader(file)}
    return np.array([f"{archive}:{row}" in known for row in rows], bool)


def main() -> None:
    """Write the list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--cut", type=Path, required=True, help="faces that teach, cut before")
    parser.add_argument("--out", type=Path, default=FOUND)
    chosen = parser.parse_args()
    landmarker = Landmarker()
    taught = cut_of_real(chosen.cut, chosen.fer, chosen.photos, landmarker)
    others = small(taught["crops"])
    sets: list[tuple[str, FaceSet]] = []
    if chosen.fer:
        sets.append((chosen.fer.stem, read_fer(chosen.fer, "test")))
    if chosen.photos:
        sets.append((chosen.photos.stem, read_photos(chosen.photos, "test")))
    lines = ["picture,copy,correlation"]
    for archive, faces in sets:
        cut = cut_real(faces, landmarker)
        which, alike = nearest(small(cut.crops), others)
        lines += [
            f"{archive}:{faces.rows[i]},{taught['pictures'][k]},{value:.3f}"
            for i, k, value in zip(cut.rows, which, alike, strict=True)
            if value > ALIKE
        ]
    chosen.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 1} pictures have a near-copy that teaches")


if __name__ == "__main__":
    main()
