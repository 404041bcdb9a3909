"""Saliency maps: whether they are of this face, of this model, and on the muscle that moved.

``python benchmarks/saliency.py --out benchmarks/results/saliency.md``: the moments of the example
whose truth is known, each unit by each method. A map is compared with that of a face without
content, with that of the face at rest, and with that of a model whose dense layers learned nothing
(Adebayo and others, "Sanity checks for saliency maps", 2018); and places are hidden in the order of
the map.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
import onnx
from heading import heading, table
from numpy.typing import NDArray
from onnx import numpy_helper

import facs
from facs.crops.mask import ellipse
from facs.explaining.explanation import METHODS, Explanation
from facs.network.backends import OnnxStream
from facs.network.spec import columns_of
from facs.network.weights import DEFAULT, files_of
from facs.recording import Recording

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "synthetic_face.mp4"
PLACES = {"brow": range(17, 27), "eye": range(36, 48), "mouth": range(48, 68)}
"""Landmarks of the places where a unit can lie."""
UNITS = {"AU1": "brow", "AU2": "brow", "AU43": "eye", "AU12": "mouth", "AU27": "mouth"}
REST = 0.1  # s into the example
ROOM = 5  # px of the crop around the landmarks of a place
HIDDEN = 0.1  # share of the ellipse that is hidden
DRAWS = 20
Map = NDArray[np.float32]


@dataclass(frozen=True)
class Row:
    """What one map of one unit showed."""

    method: str
    unit: str
    share: float
    area: float
    blank: float
    rest: float
    untaught: float
    fall: float
    fall_by_chance: float
    seconds: float


def strongest(unit: str) -> float:
    """When the renderer moved a unit most, by the truth beside the example; the middle of it."""
    with EXAMPLE.with_suffix(".csv").open() as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name.split("_")[0] == unit]
    # the weaker side, so that what moved on both is looked at
    moved = np.array([min(float(row[name]) for name in names) for row in rows])
    at = np.flatnonzero(moved >= moved.max() - 0.01)
    return float(rows[int(at[len(at) // 2])]["time"])


def places(recording: Recording, found: Explanation) -> dict[str, NDArray[np.bool_]]:
    """Pixels of the crop (S, S) that belong to each place."""
    person = recording.people[0]
    row = int(np.argmin(np.abs(recording.times - found.time)))
    points = person.landmarks[row] @ found.matrix[:, :2].T + found.matrix[:, 2]
    y, x = np.mgrid[: len(found.map), : len(found.map)]
    boxes = {}
    for name, which in PLACES.items():
        low, high = points[list(which)].min(0) - ROOM, points[list(which)].max(0) + ROOM
        boxes[name] = (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
    return boxes


def untaught(model: str, folder: Path, seed: int) -> Path:
    """The spatial stream with dense layers of noise as large as what was learned."""
    rng = np.random.default_rng(seed)
    network = onnx.load(files_of(model).spatial)
    for tensor in network.graph.initializer:
        if ".head." in tensor.name and len(tensor.dims) == 2:
            learned = numpy_helper.to_array(tensor)
            noise = rng.normal(0, learned.astype(np.float32).std(), learned.shape)
            tensor.CopyFrom(numpy_helper.from_array(noise.astype(learned.dtype), tensor.name))
    path = folder / f"untaught{seed}-spatial.onnx"
    path.write_bytes(network.SerializeToString())
    return path


def alike(one: Map, other: Map) -> float:
    """Correlation inside the ellipse; NaN where one is flat."""
    inside = ellipse(len(one)) > 0
    a, b = one[inside], other[inside]
    return float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else float("nan")


def fall(found: Explanation, stream: OnnxStream, order: Map) -> float:
    """How far the score falls when the first tenth of the ellipse, by `order`, is blurred away."""
    import cv2

    inside = ellipse(len(order)) > 0
    limit = np.quantile(order[inside], 1 - HIDDEN)
    away = cv2.GaussianBlur(((order >= limit) & inside).astype(np.float32), (0, 0), 1.5)
    blurred = cv2.GaussianBlur(found.crop.astype(np.float32), (0, 0), 10)
    covered = np.rint(found.crop * (1 - away) + blurred * away).astype(np.uint8)
    columns = [stream.spec.columns.index(name) for name in columns_of((found.unit,))]
    before, after = stream(np.stack([found.crop, covered]))[:, columns].mean(1)
    return float(before - after)


def patches(rng: np.random.Generator, size: int) -> Map:
    """Noise as coarse as a map, for places that are hidden by chance."""
    import cv2

    noise = rng.normal(size=(size, size)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 4), np.float32)


def measure(
    recording: Recording, unit: str, method: str, model: str, others: Sequence[Path], seed: int
) -> Row:
    """One unit by one method."""
    side = "both" if facs.ActionUnit[unit].sided else None

    def look(time: float, path: str | Path = model, check: bool = False) -> Explanation:
        return facs.explain(
            recording,
            unit,
            side=side,
            time=time,
            video=EXAMPLE,
            method=method,
            model=path,
            check=check,
        )

    began = process_time()
    found = look(strongest(unit))
    seconds = process_time() - began
    inside = ellipse(len(found.map)) > 0
    place = places(recording, found)[UNITS[unit]] & inside
    stream = OnnxStream(files_of(model).spatial)
    rng = np.random.default_rng(seed)
    chance = [fall(found, stream, patches(rng, len(found.map))) for _ in range(DRAWS)]
    return Row(
        method,
        unit,
        float(found.map[place].sum() / found.map.sum()),
        float(place.sum() / inside.sum()),
        look(strongest(unit), check=True).blank,
        alike(found.map, look(REST).map),
        float(np.nanmean([alike(found.map, look(found.time, path).map) for path in others])),
        fall(found, stream, found.map),
        float(np.mean(chance)),
        seconds,
    )


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=DEFAULT)
    parser.add_argument("--seeds", type=int, default=3, help="models that learned nothing")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    recording = facs.analyze(EXAMPLE, model=asked.model, motion=False)
    with TemporaryDirectory() as folder:
        others = [untaught(asked.model, Path(folder), seed) for seed in range(asked.seeds)]
        rows = [
            measure(recording, unit, method, asked.model, others, 0)
            for method in METHODS
            for unit in UNITS
        ]
    asked.out.write_text(written(rows, asked.model, asked.seeds), encoding="utf-8")


def written(rows: Sequence[Row], model: str, seeds: int) -> str:
    """The table, and a mean for each method."""
    columns = ["method", "unit", "share on its place", "area of the place"]
    columns += ["like a blank face", "like the face at rest", "like a head that learned nothing"]
    columns += ["score falls by", "by chance", "CPU s"]
    lines = []
    for method in METHODS:
        own = [row for row in rows if row.method == method]
        lines += [cells(row) for row in [*own, mean(own)]]
    told = heading(
        f"Saliency maps of {model}: places, sanity, deletion",
        "examples/synthetic_face.mp4, one rendered person; places are boxes around landmarks, "
        f"{seeds} heads of noise",
        0,
    )
    return told + table(columns, lines) + NOTES


NOTES = f"""
Share on its place: how much of the map lies in the box around the brows, the eyes or the mouth,
beside the box's own share of the ellipse, which a flat map would reach. Like: correlation of two
maps inside the ellipse; near 1 the map says nothing of this face, or of what the model learned.
`-`: the other map is flat. Score falls by: what blurring the {HIDDEN:.0%} of the ellipse that are
brightest on the map takes from the raw score, beside places hidden by chance ({DRAWS} draws).
Occlusion hides in the same way, so this measure favours it.
"""


def mean(rows: Sequence[Row]) -> Row:
    """The mean over units, NaN left out."""
    names = [name for name in vars(rows[0]) if name not in ("method", "unit")]
    values = {name: [getattr(row, name) for row in rows] for name in names}
    return replace(
        rows[0],
        unit="mean",
        **{
            name: float(np.nanmean(found)) if not np.isnan(found).all() else float("nan")
            for name, found in values.items()
        },
    )


def cells(row: Row) -> list[str]:
    """One line of the table."""
    numbers = [row.share, row.area, row.blank, row.rest, row.untaught, row.fall]
    numbers += [row.fall_by_chance, row.seconds]
    return [row.method, row.unit, *("-" if np.isnan(x) else f"{x:.2f}" for x in numbers)]


if __name__ == "__main__":
    main()
