"""What the files of models say of one set of rendered strangers, unit by unit.

``python benchmarks/strangers.py MODEL... --test DIR --cache DIR``: names, or spatial files.
Of every still AUC and the correlation of intensity, of every other frame of clips with a full flow
window the AUC of the fused scores: what a training run reports of its own model, for older ones.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from typing import Any

from checkpoints import CODED
from heading import heading, publish, table
from model_card import number

from facs.network.backends import OnnxStream
from facs.network.weights import files_of
from facs.training.cut_sets import CutFaces, Split, cut_shards, read_cut
from facs.training.finish import FileStreams, score_of
from facs.training.measure import measure
from facs.training.temporal import window_rows
from facs.units import ActionUnit

KEYS = ("AUC stills", "correlation of intensity", "AUC fused")


def report_of(model: str, stills: CutFaces, clips: CutFaces) -> dict[str, Any]:
    """The figures of one model, as a training run reports them."""
    files = files_of(model)
    if files.temporal is None:
        raise SystemExit(f"wanted a model with both streams, got {model}")
    spatial, temporal = OnnxStream(files.spatial), OnnxStream(files.temporal)
    spec = spatial.spec
    test = Split(stills, clips, window_rows(clips.clip, clips.time, spec.slots))
    streams = FileStreams(spatial, temporal, spec.columns, spec.slots)
    return measure(spec, score_of(streams, test, 2))


def rows_of(reports: list[dict[str, Any]]) -> list[list[str]]:
    """A row for each unit that some model has, then the means of two sets of units.

    A mean is over the units that every model has, and of them those for which it is defined.
    """
    units = [str(u) for u in ActionUnit if any(str(u) in r["units"] for r in reports)]
    rows = [
        [
            f"{name} {ActionUnit[name].label}",
            str(max(r["units"][name]["support"] for r in reports if name in r["units"])),
            *cells([r["units"].get(name, {}) for r in reports]),
        ]
        for name in units
    ]
    shared = [name for name in units if all(name in r["units"] for r in reports)]
    coded = [name for name in shared if ActionUnit[name] in CODED]
    for names in (shared, coded):
        means = [mean_of(r, names) for r in reports]
        rows.append([f"mean of {len(names)}", "", *cells(means)])
    return rows


def mean_of(report: dict[str, Any], names: list[str]) -> dict[str, float]:
    """The mean of each figure over some units."""
    means = {}
    for key in KEYS:
        values = [report["units"][name][key] for name in names]
        known = [value for value in values if value == value]
        means[key] = statistics.fmean(known) if known else float("nan")
    return means


def cells(figures: list[dict[str, float]]) -> list[str]:
    """Figure by figure, of one model after the other."""
    return [number(model.get(key, float("nan"))) for key in KEYS for model in figures]


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="names or spatial files")
    parser.add_argument("--test", type=Path, required=True, help="folder of facs synth")
    parser.add_argument("--cache", type=Path, required=True, help="folder of cut shards")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    stills, clips = read_cut(cut_shards([chosen.test], chosen.cache))
    reports = [report_of(model, stills, clips) for model in chosen.models]
    names = [report["name"] for report in reports]
    columns = ["unit", "n stills", *(f"{key}, {name}" for key in KEYS for name in names)]
    data = f"{len(stills)} stills and clips of rendered strangers: {chosen.test}"
    publish(heading("Strangers", data) + table(columns, rows_of(reports)), chosen.out)


if __name__ == "__main__":
    main()
