"""What the temporal stream adds: onsets and offsets found by both streams and by the spatial one.

``python benchmarks/motion.py --rendered DIR``: rendered clips of people whom no weights have
seen, followed by the landmark network. Only frames with a full window of motion count, so that
both systems say something about each. Scores of both are steady over time (`facs.network.steady`),
as those with motion are where they ship; one table has them frame by frame, too. An event begins
where a unit reaches a fifth of its movement and ends where it falls below; ours begin and end by
the shipped thresholds. F1 of onsets, and of offsets, that lie no more than a tolerance apart,
matched one to one; intervals of the difference by bootstrap over people.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from heading import heading, publish, table
from numpy.typing import NDArray
from rendered_faces import Film, clips_of

from facs.evaluation.bootstrap import Resamples, interval, resample
from facs.evaluation.events import EventMatches, match_by_onset, match_by_overlap
from facs.evaluation.metrics import roc_auc
from facs.evaluation.undefined import ratio
from facs.events import SURER, Event, find_events, least_peak
from facs.network.predict import Scores, TwoStreamModel, scores_of
from facs.network.spec import LEVELS, ModelSpec
from facs.network.steady import SPREAD, parted, steady
from facs.network.weights import load_model
from facs.units import ActionUnit

Floats = NDArray[np.float64]

SYSTEMS = ("spatial", "fused")
EACH_FRAME = tuple(f"{system}, frame by frame" for system in SYSTEMS)
TOLERANCES = (0.1, 0.2)
SPREADS = (0.01, SPREAD, 0.03, 0.04, 0.06)
"""Seconds: widths that the curve of `facs.network.steady` might have."""
RELEASES = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Shares of `on` at which an event might end."""
OTHERS = (1.0, 2.0, SURER, 4.0, 6.0)
"""Times the odds of its threshold that an event might have to reach."""
AS_SHIPPED = " (as shipped)"
KINDS = ("any overlap", *(f"{what} {t:g} s" for what in ("onset", "offset") for t in TOLERANCES))


@dataclass(frozen=True)
class Shown:
    """One person's clip: what moved (n, U), and what both systems say of it (n, U)."""

    subject: int
    times: Floats
    truth: Floats
    said: dict[str, Floats]


def shown(film: Film, spatial: TwoStreamModel, fused: TwoStreamModel) -> Shown | None:
    """Scores on the frames with a full window; NaN between them where the face was lost."""
    moving = [clip for clip in film.clips if clip.flow is not None]
    if len(moving) < 2:
        return None
    rows = [clip.index for clip in moving]
    window = np.arange(min(rows), max(rows) + 1)
    truth = np.stack([film.label(unit) for unit in fused.spec.units], axis=1)
    spec, times = fused.spec, film.times
    each = {name: model(moving) for name, model in zip(EACH_FRAME, (spatial, fused), strict=True)}
    even = {
        s: over_time(each[e], spec, rows, times) for s, e in zip(SYSTEMS, EACH_FRAME, strict=True)
    }
    wide = {width_name(w): over_time(each[EACH_FRAME[-1]], spec, rows, times, w) for w in SPREADS}
    said = {name: spread(scores, rows, len(times)) for name, scores in (each | even | wide).items()}
    return Shown(
        film.subject,
        film.times[window],
        truth[window].astype(np.float64),
        {name: values[window] for name, values in said.items()},
    )


def width_name(width: float) -> str:
    """What a row of another width is called."""
    return f"{width:g} s{AS_SHIPPED if width == SPREAD else ''}"


def over_time(
    scores: Scores, spec: ModelSpec, rows: list[int], times: Floats, width: float = SPREAD
) -> Scores:
    """The same, each the mean of those around it; a lost frame parts them."""
    assert scores.raw is not None  # a model of files says what its probabilities are made of
    anew = parted(np.array(rows), np.ones(len(rows), bool))
    return scores_of(spec, steady(scores.raw, times[rows], anew, width), scores.fused)


def spread(scores: Scores, rows: list[int], n: int) -> Floats:
    """Probabilities of some rows among n; the others are NaN."""
    out = np.full((n, scores.probability.shape[1]), np.nan)
    out[rows] = scores.probability
    return out


def inside(events: list[Event], times: Floats) -> list[Event]:
    """Events that begin after the first frame: of the others nobody saw the onset."""
    return [event for event in events if event.onset > times[0]]


def backwards(events: list[Event]) -> list[Event]:
    """The same events with time running back, so that offsets become onsets."""
    return [Event(e.label, -e.offset, -e.apex, -e.onset, e.peak) for e in reversed(events)]


def matches(found: list[Event], truth: list[Event], times: Floats) -> Iterator[EventMatches]:
    """One for each of `KINDS`."""
    yield match_by_overlap(found, truth)
    for turn, clock in ((list, times), (backwards, -times[::-1])):
        a, b = inside(turn(found), clock), inside(turn(truth), clock)
        for tolerance in TOLERANCES:
            yield match_by_onset(a, b, tolerance=tolerance)


def counts(
    clip: Shown, spec: ModelSpec, surer: float = SURER, systems: Sequence[str] = SYSTEMS
) -> Floats:
    """Events that match, that were found and that are true: (systems, kinds, U, 3)."""
    out = np.zeros((len(systems), len(KINDS), len(spec.units), 3))
    for i, unit in enumerate(spec.units):
        movement = clip.truth[:, i]
        if np.isnan(movement).any():  # hidden for a while: nobody knows when it began
            continue
        level = LEVELS[0]
        truth = find_events(str(unit), clip.times, np.clip(movement, 0, 1), on=level, off=level)
        for s, system in enumerate(systems):
            found = find_events(
                str(unit),
                clip.times,
                clip.said[system][:, i],
                on=spec.on[i],
                off=spec.off[i],
                min_peak=least_peak(spec.on[i], surer),
            )
            for k, match in enumerate(matches(found, truth, clip.times)):
                out[s, k, i] = len(match.pairs), match.found, match.truth
    return out


def true_onsets(clips: Sequence[Shown], unit: int) -> int:
    """How many onsets of a unit can be seen."""
    return sum(
        len(
            inside(find_events("", c.times, c.truth[:, unit], on=LEVELS[0], off=LEVELS[0]), c.times)
        )
        for c in clips
        if not np.isnan(c.truth[:, unit]).any()
    )


def cell(values: Floats) -> str:
    """A value and its interval."""
    low, high = interval(values)
    return f"{values[0]:+.3f} [{low:+.3f}, {high:+.3f}]"


def f1s(sums: Floats) -> Floats:
    """F1 from sums (..., 3)."""
    return ratio(2 * sums[..., 0], sums[..., 1] + sums[..., 2])


def pooled_rows(drawn: Floats) -> list[list[str]]:
    """Units pooled, from sums (draws, systems, kinds, U, 3): a row for every kind of match."""
    pooled = f1s(drawn.sum(3))  # (draws, systems, kinds)
    rows = []
    for k, kind in enumerate(KINDS):
        spatial, fused = pooled[:, 0, k], pooled[:, 1, k]
        counted = [f"{x:.0f}" for x in (*drawn[0, :, k, :, 1].sum(1), drawn[0, 0, k, :, 2].sum())]
        values = [f"{spatial[0]:.3f}", f"{fused[0]:.3f}", cell(fused - spatial)]
        rows.append([kind, *values, *counted])
    return rows


def peak_rows(clips: Sequence[Shown], spec: ModelSpec) -> list[list[str]]:
    """F1 of fused events of all units together, for every kind of match; a row for each other."""
    rows = []
    for surer in OTHERS:
        sums = np.sum([counts(clip, spec, surer) for clip in clips], axis=(0, 3))[1]  # (kinds, 3)
        rows.append([f"{surer:g}{AS_SHIPPED if surer == SURER else ''}", *pooled_cells(sums)])
    return rows


def pooled_cells(sums: Floats) -> list[str]:
    """F1 of every kind of match, and how many events were found, from sums (kinds, 3)."""
    return [*(f"{x:.3f}" for x in f1s(sums)), f"{sums[0, 1]:.0f}"]


def steady_rows(clips: Sequence[Shown], spec: ModelSpec, resampled: Resamples) -> list[list[str]]:
    """What steadiness gives each system: a row for every kind of match."""
    sums = {
        name: f1s(resampled.sums(np.stack([counts(c, spec, SURER, (name,)) for c in clips])).sum(3))
        for name in (*SYSTEMS, *EACH_FRAME)
    }
    rows = []
    for k, kind in enumerate(KINDS):
        row = [kind]
        for each, steady_name in zip(EACH_FRAME, SYSTEMS, strict=True):
            before, after = sums[each][:, 0, k], sums[steady_name][:, 0, k]
            row += [f"{before[0]:.3f}", f"{after[0]:.3f}", cell(after - before)]
        rows.append(row)
    return rows


def release_rows(clips: Sequence[Shown], spec: ModelSpec) -> list[list[str]]:
    """F1 of fused events of all units together, where they end at other shares of `on`."""
    rows = []
    for share in RELEASES:
        other = replace(spec, off=tuple(share * on for on in spec.on))
        sums = np.sum([counts(clip, other) for clip in clips], axis=(0, 3))[1]  # (kinds, 3)
        shipped = np.isclose(share, spec.off[0] / spec.on[0])
        rows.append([f"{share:g}{AS_SHIPPED if shipped else ''}", *pooled_cells(sums)])
    return rows


def width_rows(clips: Sequence[Shown], spec: ModelSpec) -> list[list[str]]:
    """F1 of fused events of all units together, and blinks, for every width of the curve."""
    lids = spec.units.index(ActionUnit.AU43)
    rows = []
    for name in (EACH_FRAME[-1], *map(width_name, SPREADS)):
        sums = np.sum([counts(clip, spec, SURER, (name,)) for clip in clips], axis=0)[0]
        matched, found, true = sums[0, lids].astype(int)
        rows.append([name, *pooled_cells(sums.sum(1)), f"{matched} / {found} / {true}"])
    return rows


def unit_rows(drawn: Floats, clips: Sequence[Shown], spec: ModelSpec) -> list[list[str]]:
    """A row for every unit, onsets and offsets by the wider tolerance."""
    values = f1s(drawn)  # (draws, systems, kinds, U)
    rows = []
    for i, unit in enumerate(spec.units):
        row = [str(unit), str(true_onsets(clips, i))]
        for kind in (f"onset {TOLERANCES[-1]:g} s", f"offset {TOLERANCES[-1]:g} s"):
            spatial, fused = (values[:, s, KINDS.index(kind), i] for s in range(2))
            row += [f"{spatial[0]:.3f}", f"{fused[0]:.3f}", cell(fused - spatial)]
        row += [f"{auc(clips, i, system):.3f}" for system in SYSTEMS]
        rows.append([value.replace("nan", "-").replace("+-", "-") for value in row])
    return rows


def auc(clips: Sequence[Shown], unit: int, system: str) -> float:
    """ROC AUC over frames."""
    said = np.concatenate([clip.said[system][:, unit] for clip in clips])
    truth = np.concatenate([clip.truth[:, unit] for clip in clips])
    known = ~np.isnan(said) & ~np.isnan(truth)
    return roc_auc(said[known], truth[known] >= LEVELS[0])


def drawn_counts(
    clips: Sequence[Shown], spec: ModelSpec, draws: int, seed: int
) -> tuple[Floats, Resamples]:
    """Sums (draws, systems, kinds, U, 3) over the people of each draw."""
    resampled = resample([clip.subject for clip in clips], draws, seed)
    return resampled.sums(np.stack([counts(clip, spec) for clip in clips])), resampled


def main() -> None:
    """Print tables, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rendered", type=Path, nargs="+", required=True)
    parser.add_argument("--model")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    spatial, fused = load_model(chosen.model, motion=False), load_model(chosen.model)
    if not fused.uses_motion:
        raise SystemExit(f"wanted a model with a temporal stream, {fused.spec.name} has none")
    films = clips_of(chosen.rendered, fused.spec, chosen.seed)
    clips = [clip for film in films if (clip := shown(film, spatial, fused)) is not None]
    drawn, resampled = drawn_counts(clips, fused.spec, chosen.draws, chosen.seed)
    seconds = sum(float(np.ptp(clip.times)) for clip in clips)
    data = f"{len(clips)} rendered clips of {resampled.clusters} people, {seconds:.0f} s compared"
    text = heading("Motion: both streams against the spatial one", data, chosen.seed)
    text += f"- model: {fused.spec.label} (sha256 {fused.sha256[:12]}); "
    text += "weights of the temporal stream "
    text += f"{min(fused.spec.fusion):.2f} to {max(fused.spec.fusion):.2f}\n"
    text += f"- intervals: 95 %, {chosen.draws} bootstrap draws of people\n\n"
    text += "## All units together, F1 of events\n\n"
    columns = ["matched by", "spatial", "fused", "fused less spatial"]
    columns += ["found, spatial", "found, fused", "true"]
    text += table(columns, pooled_rows(drawn))
    text += "\n## Steady over time, or frame by frame\n\n"
    columns = ["matched by"]
    for system in SYSTEMS:
        columns += [f"{system}, frame by frame", f"{system}, steady", "difference"]
    text += table(columns, steady_rows(clips, fused.spec, resampled))
    text += "\n## If the curve were wider or narrower\n\nBoth streams.\n\n"
    columns = ["standard deviation", *KINDS, "found", "AU43: matched / found / true"]
    text += table(columns, width_rows(clips, fused.spec))
    text += "\n## If events ended earlier or later\n\n"
    text += "Both streams; the share of its threshold below which a probability must fall.\n\n"
    text += table(["share", *KINDS, "found"], release_rows(clips, fused.spec))
    text += "\n## If an event had to be surer at its apex\n\n"
    text += "Both streams; how many times the odds of the threshold an event must reach.\n\n"
    text += table(["times the odds", *KINDS, "found"], peak_rows(clips, fused.spec))
    text += "\n## Unit by unit\n\n"
    columns = ["unit", "true onsets"]
    for what in ("onset", "offset"):
        columns += [f"{what}, spatial", f"{what}, fused", f"{what}, difference"]
    columns += [f"AUC of frames, {system}" for system in SYSTEMS]
    text += table(columns, unit_rows(drawn, clips, fused.spec))
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
