"""How accurate? Any CSV of predictions against any CSV of labels, or a model on rendered people.

``python benchmarks/accuracy.py --predictions P.csv --labels L.csv --out table.md --pictures DIR``
scores what a program wrote: facs, OpenFace, Py-Feat, or a plain table (see docs/evaluation.md).
``python benchmarks/accuracy.py --shards DIR --model NAME --out table.md`` runs a model on faces of
`facs synth` first; ``--out-predictions`` and ``--out-labels`` write what the first form reads.
The JSON beside the table is what benchmarks/figures.py draws.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from heading import heading
from rendered_scores import score_shards

from facs.errors import FacsError
from facs.evaluation import compare
from facs.evaluation.align import UNSEEN
from facs.evaluation.report import evaluate
from facs.evaluation.report_values import Report, ReportOptions
from facs.evaluation.report_views import markdown, write_report
from facs.evaluation.tables_in import GROUPS, LABEL_VALUES
from facs.evaluation.tables_out import write_unit_table
from facs.faces.landmarks import Landmarker
from facs.network.weights import DEFAULT, load_model


def parser() -> argparse.ArgumentParser:
    """What the program takes."""
    it = argparse.ArgumentParser(description=__doc__)
    tables = it.add_argument_group("tables")
    tables.add_argument("--predictions", type=Path)
    tables.add_argument("--labels", type=Path)
    tables.add_argument("--values", choices=LABEL_VALUES, default="auto")
    tables.add_argument("--first-frame", type=int, default=0, help="its number in the labels")
    tables.add_argument("--rename", action="append", default=[], metavar="AU45=AU43")
    tables.add_argument("--person", help="whom of the predictions to take")
    tables.add_argument("--rate", type=float, help="frames a second, where no times are")
    tables.add_argument("--group", action="append", help=f"columns; default {', '.join(GROUPS)}")
    rendered = it.add_argument_group("rendered people")
    rendered.add_argument("--shards", type=Path, help="folder of facs synth")
    rendered.add_argument("--landmarks", type=Path, help="landmark network, ONNX")
    rendered.add_argument("--still", action="store_true", help="leave the temporal stream out")
    rendered.add_argument("--out-predictions", type=Path)
    rendered.add_argument("--out-labels", type=Path)
    it.add_argument("--model", help="scores the shards; its thresholds count")
    it.add_argument("--threshold", action="append", default=[], metavar="0.4 | AU12=0.4")
    it.add_argument("--level", default="A", help="labelled intensity from which a unit counts")
    it.add_argument("--unseen", choices=UNSEEN, default="left-out")
    it.add_argument("--name", help="of what is measured")
    it.add_argument("--draws", type=int, default=1000, help="bootstrap draws of subjects")
    it.add_argument("--seed", type=int, default=0)
    it.add_argument("--out", type=Path, required=True, help="table (.md); JSON goes beside it")
    it.add_argument("--pictures", type=Path, help="folder of the figures")
    return it


def measured(chosen: argparse.Namespace) -> Report:
    """The report of either form."""
    how = compare.Comparison(
        thresholds=compare.read_thresholds(chosen.threshold),
        model=chosen.model,
        level=compare.read_level(chosen.level),
        values=chosen.values,
        first_frame=chosen.first_frame,
        rename=compare.read_renames(chosen.rename),
        person=chosen.person,
        rate=chosen.rate,
        unseen=chosen.unseen,
        groups=tuple(chosen.group or GROUPS),
    )
    options = ReportOptions(draws=chosen.draws, seed=chosen.seed)
    if chosen.shards is None:
        name = chosen.name or chosen.predictions.stem
        return compare.compare_files(chosen.predictions, chosen.labels, how, options, name)
    return on_shards(chosen, how, options)


def on_shards(
    chosen: argparse.Namespace, how: compare.Comparison, options: ReportOptions
) -> Report:
    """Run the model, and keep what it said where asked to."""
    model = load_model(chosen.model, motion=not chosen.still)
    predictions, labels = score_shards(
        chosen.shards, model, Landmarker(chosen.landmarks), chosen.seed
    )
    for table, path in ((predictions, chosen.out_predictions), (labels, chosen.out_labels)):
        if path:
            write_unit_table(table, path)
    aligned = replace(how, model=chosen.model or DEFAULT).align(predictions, labels)
    return evaluate(aligned, chosen.name or model.spec.name, options)


def main() -> None:
    """Write the table, the JSON and the pictures."""
    it = parser()
    chosen = it.parse_args()
    if (chosen.shards is None) == (chosen.predictions is None or chosen.labels is None):
        it.error("wanted either --predictions and --labels, or --shards")
    if chosen.out.suffix != ".md":
        it.error(f"wanted --out with a name that ends in .md, got {chosen.out}")
    try:
        report = measured(chosen)
    except FacsError as error:
        sys.exit(f"accuracy.py: {error}")
    data = chosen.shards or f"{chosen.predictions} against {chosen.labels}"
    above = heading(f"Accuracy of {report.name}", str(data), chosen.seed)
    print(above + markdown(report))
    write_report(report, chosen.out, above)
    write_report(report, chosen.out.with_suffix(".json"))
    if chosen.pictures:
        from figures import draw_all

        for path in draw_all([report.as_dict()], chosen.pictures):
            print(f"wrote {path}")


if __name__ == "__main__":
    main()
