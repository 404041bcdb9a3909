"""How often each unit is said to be shown by real faces, at the thresholds that a model ships.

``python benchmarks/shown.py MODEL... --fer fer2013.npz --photos facial_expressions.npz``: names, or
spatial files. Of the held-out press photographs, and of FER2013's PublicTest, which taught nothing
but chose calibration and thresholds: the share (%) of all faces, and of those that voters call
neutral. Nobody coded these faces: it tells of false alarms that are many, and of units never found.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from checkpoints import RealFaces
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.faces.landmarks import Landmarker
from facs.network.backends import OnnxStream
from facs.network.spec import stronger_side
from facs.network.weights import files_of
from facs.training.measure import in_batches
from facs.training.real_faces import EMOTIONS, read_fer, read_photos
from facs.units import ActionUnit


def shown_by(stream: OnnxStream, faces: RealFaces) -> NDArray[np.bool_]:
    """Which units of the stream's model each face shows (n, units)."""
    spec = stream.spec
    probability = spec.spatial.letters(in_batches(stream, faces.crops))[..., 0]
    return np.asarray(stronger_side(spec.units, probability) >= np.asarray(spec.on))


def cells_of(stream: OnnxStream, faces: RealFaces) -> dict[ActionUnit, str]:
    """Of each unit the share of all faces, and of neutral ones."""
    shown = shown_by(stream, faces)
    neutral = faces.emotion == EMOTIONS.index("neutral")
    shares = zip(100 * shown.mean(0), 100 * shown[neutral].mean(0), strict=True)
    cells = [f"{every:.1f}; {calm:.1f}" for every, calm in shares]
    return dict(zip(stream.spec.units, cells, strict=True))


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="names or spatial files")
    parser.add_argument("--fer", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    landmarker = Landmarker()
    sets = {
        "photographs": RealFaces.of(read_photos(chosen.photos, "test"), landmarker),
        "PublicTest": RealFaces.of(read_fer(chosen.fer, "validation"), landmarker),
    }
    streams = [OnnxStream(files_of(model).spatial) for model in chosen.models]
    found = [cells_of(stream, faces) for faces in sets.values() for stream in streams]
    names = [f"{name}, {stream.spec.name}" for name in sets for stream in streams]
    rows = [
        [f"{unit} {unit.label}", *(cells.get(unit, "-") for cells in found)]
        for unit in ActionUnit
        if any(unit in cells for cells in found)
    ]
    sizes = ", ".join(f"{len(faces.crops)} faces of the {name}" for name, faces in sets.items())
    text = heading(
        "Units that real faces are said to show, of all faces; of neutral ones (%)", sizes
    )
    publish(text + table(["unit", *names], rows), chosen.out)


if __name__ == "__main__":
    main()
